package pipeline_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

var (
	first = calendar.DayOn(2026, time.October, 28) // the week of a clock change
	today = first + 10
	clock = func() time.Time { return time.Date(2026, time.November, 7, 5, 0, 0, 0, time.UTC) }
)

// purchases are rows of the table that all others are made of: user and cents, by day.
type purchases map[int][][2]int64

// fill is a source that brings its purchases up to date.
type fill struct {
	rows   purchases
	failed error
}

func (f fill) Name() string     { return "production.purchases" }
func (f fill) Tables() []string { return []string{"production.purchases"} }

var table = warehouse.Table{Name: "production.purchases", Columns: []warehouse.Column{
	{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}, {Name: "cents", Type: warehouse.Type{Kind: warehouse.Bigint}},
}}

func (f fill) Load(ctx context.Context, w warehouse.Warehouse, run pipeline.Context) (pipeline.NodeReport, error) {
	if f.failed != nil {
		return pipeline.NodeReport{}, f.failed
	}
	if err := w.Ensure(ctx, table); err != nil {
		return pipeline.NodeReport{}, err
	}
	done, err := w.Refresh(ctx, warehouse.Refresh{Table: table, From: first, To: today, RunID: run.RunID, At: run.At,
		Batches: func(yield func(*warehouse.Batch, error) bool) {
			b := new(warehouse.Batch)
			b.Reset(2)
			for day, rows := range f.rows {
				for _, row := range rows {
					b.Rows++
					b.Days = append(b.Days, first.Add(day))
					b.Columns[0].Ints = append(b.Columns[0].Ints, row[0])
					b.Columns[1].Ints = append(b.Columns[1].Ints, row[1])
				}
			}
			yield(b, nil)
		}})
	return pipeline.NodeReport{Loads: []pipeline.TableLoad{{Table: table.Name, Rows: done.Read, Changed: done.Changed}}}, err
}

// assets are a fact with a check, a total of all days before it, a table of the day
// before, and a whole table.
func assets(t *testing.T, change func(name, text string) string) *pipeline.Graph {
	t.Helper()
	const head = "/* @bruin\nname: %s\ndescription: A table.\nowner: data\ndepends: [%s]\n%scolumns:\n%s@bruin */\n%s"
	column := func(name, typ, checks string) string {
		return fmt.Sprintf("  - {name: %s, type: %s, description: A column.%s}\n", name, typ, checks)
	}
	day := column("day", "date", "")
	texts := map[string]string{
		"sales": fmt.Sprintf(head, "sales", "production.purchases", "", day+column("user_id", "bigint", "")+column("cents", "bigint", ", checks: [{name: positive}]"),
			"select day, user_id, cents from production.purchases where day >= $1 and day < $2"),
		"totals": fmt.Sprintf(head, "totals", "{asset: sales, partition: all_before}", "", day+column("cents", "bigint", ""),
			"select $1 as day, cast(sum(cents) as bigint) as cents from sales where day <= $1"),
		"yesterday": fmt.Sprintf(head, "yesterday", "{asset: sales, partition: previous}, {asset: sales, partition: latest}", "", day+column("sold", "bigint", ""),
			"select day + 1 as day, count(*) as sold from sales where day >= $1 - 1 and day < $2 - 1 group by day"),
		"buyers": fmt.Sprintf(head, "buyers", "sales", "materialization: {strategy: create+replace}\n", column("user_id", "bigint", ", checks: [{name: unique}]"),
			"select distinct user_id from sales"),
	}
	list := []*pipeline.Asset{{Name: table.Name, File: "tearsheet.yaml", Columns: []pipeline.Column{
		{Name: "day", Type: warehouse.Type{Kind: warehouse.Date}}, {Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}, {Name: "cents", Type: warehouse.Type{Kind: warehouse.Bigint}}}}}
	for name, text := range texts {
		if change != nil {
			text = change(name, text)
		}
		a, faults := pipeline.ParseAsset("etl/"+name+".sql", []byte(text))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	g, faults := pipeline.NewGraph(list)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return g
}

func openWarehouse(t *testing.T) *duck.DB {
	t.Helper()
	w, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "w.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func run(t *testing.T, w warehouse.Warehouse, g *pipeline.Graph, source fill, change func(*pipeline.Runner)) *pipeline.Report {
	t.Helper()
	r := pipeline.Runner{Warehouse: w, Graph: g, Sources: []pipeline.Source{source}, Clock: clock, AtOnce: 3,
		Context: pipeline.Context{RunID: "run", At: clock(), Today: today},
		Kind:    func(error) pipeline.FailureKind { return pipeline.FailedData }}
	if change != nil {
		change(&r)
	}
	report, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// made tells of each table how many days were made and how many of them changed.
func made(report *pipeline.Report) string {
	var list []string
	for _, n := range report.Nodes {
		if n.Built+len(n.Failures)+len(n.Skipped) > 0 {
			list = append(list, fmt.Sprintf("%s %d/%d", n.Name, n.Built, len(n.Changed)))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func everyDay(cents int64) purchases {
	p := purchases{}
	for day := range today.Sub(first) {
		p[day] = [][2]int64{{int64(day % 3), cents}, {7, cents}}
	}
	return p
}

func dump(t *testing.T, w warehouse.Querier) string {
	t.Helper()
	text, err := warehousetest.Dump(t.Context(), w, "production.purchases", "sales", "totals", "yesterday", "buyers")
	if err != nil {
		t.Fatal(err)
	}
	return text
}
