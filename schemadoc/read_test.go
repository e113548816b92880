package schemadoc_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/schemadoc"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

func TestValuesAreCountedAsTheyStand(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		doc := read(t, w, assets, options(t))
		likes, _ := tableOf(t, doc, "likes")
		for name, want := range map[string]string{
			"client":  "web 180 , ios 90 , palm 30 not allowed, windows 0 not seen",
			"stars":   "0 102 , 1 99 , 2 99 ",
			"note":    "", // every row has another one
			"user_id": "",
		} {
			if _, got := columnOf(t, likes, name); got != want {
				t.Errorf("values of %s: %s; want %s", name, got, want)
			}
		}
		if c, _ := columnOf(t, likes, "note"); c.Nulls != 30 {
			t.Errorf("note has %d NULLs, want 30", c.Nulls)
		}
		if c, _ := columnOf(t, likes, "client"); !c.NeverNull {
			t.Error("client is checked, and may be NULL in the document")
		}
		users, _ := tableOf(t, doc, "users")
		if _, got := columnOf(t, users, "is_seller"); got != "true 2 , NULL 1 " {
			t.Errorf("is_seller: %s", got)
		}
		if _, got := columnOf(t, users, "email"); got != "" {
			t.Errorf("addresses of people are listed: %s", got)
		}
	})
}

// A number is allowed however an engine spells it: 1 as 1.0, 3 as 3.00.
func TestNumbersAreAllowedInAllTheirSpellings(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		a := &pipeline.Asset{Name: "rates", Whole: true, Columns: []pipeline.Column{
			{Name: "rate", Type: warehouse.Type{Kind: warehouse.Double}, Categorical: true, Allowed: []string{"1", "2.5"}},
			{Name: "price", Type: warehouse.Type{Kind: warehouse.Decimal, Precision: 10, Scale: 2}, Categorical: true, Allowed: []string{"1.5", "3"}}}}
		if err := w.Ensure(t.Context(), a.Table()); err != nil {
			t.Fatal(err)
		}
		_, err := w.Build(t.Context(), warehouse.Build{Table: a.Table(), RunID: "r1", At: loadedAt, Parts: []warehouse.Part{{Day: warehouse.WholePart, InputHash: "a"}},
			Select: "select cast(1 as double precision) as rate, cast(3 as decimal(10,2)) as price union all select 4.5, 1.5"})
		if err != nil {
			t.Fatal(err)
		}
		table, _ := tableOf(t, read(t, w, []*pipeline.Asset{a}, options(t)), "rates")
		_, rates := columnOf(t, table, "rate")
		_, prices := columnOf(t, table, "price")
		if strings.Count(rates, "not allowed") != 1 || !strings.Contains(rates, "4.5 1 not allowed") || !strings.Contains(rates, "2.5 0 not seen") ||
			strings.Contains(prices, "not ") {
			t.Errorf("rates are %s; prices are %s", rates, prices)
		}
	})
}

func TestTablesStandInTheirGroupsWithTheirLedger(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		doc := read(t, w, assets, options(t))
		for name, kind := range map[string]string{"staging.events": "Staging", "users": "Dimensions", "likes": "Facts", "likes_daily": "Snapshots and rollups",
			"stray": "Others", "etl.partition": "Ledger", "etl.attempt": "Ledger"} {
			if _, got := tableOf(t, doc, name); got != kind {
				t.Errorf("%s stands under %s, want %s", name, got, kind)
			}
		}
		likes, _ := tableOf(t, doc, "likes")
		toronto := loadedAt.In(options(t).Calendar.Zone())
		want := schemadoc.Freshness{Known: true, Loaded: true, First: today - 3, Last: today - 1, Days: 3, Rows: 300, Coverage: calendar.Coverage{Have: 23, Of: 24}, LoadedAt: toronto}
		if got := likes.Fresh; got.LoadedAt.Format(time.RFC3339) != "2026-11-16T03:12:00-05:00" || func() bool { got.LoadedAt = toronto; return got != want }() {
			t.Errorf("likes: %+v, want %+v", likes.Fresh, want)
		}
		facts := map[string]string{}
		for _, f := range likes.Facts() {
			facts[f.Label] = f.Text
		}
		for label, want := range map[string]string{"Made of": "staging.events (the day and 6 before), users (whole)", "Used by": "likes_daily", "Grain": "one row per user_id",
			"Coverage": "23/24", "Source": "etl/likes.sql", "Values from": "13 November 2026 to 15 November 2026, 300 rows"} {
			if facts[label] != want {
				t.Errorf("likes: %s is %q, want %q", label, facts[label], want)
			}
		}
		users, _ := tableOf(t, doc, "users")
		if f := users.Fresh; !f.Whole || f.Rows != 3 {
			t.Errorf("users: %+v", f)
		}
		if daily, _ := tableOf(t, doc, "likes_daily"); daily.Fresh.Loaded || !daily.Fresh.Known {
			t.Errorf("likes_daily: %+v, want nothing loaded", daily.Fresh)
		}
	})
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		var got []string
		for _, m := range read(t, w, assets, options(t)).Missing {
			got = append(got, m.Place+" "+m.Name()+" "+m.Text)
		}
		want := []string{
			"etl/likes.sql:3 likes has no owner",
			"etl/likes.sql:9 likes.user_id has no description",
			`etl/likes.sql:9 likes.client holds "palm", which is not allowed`,
			"etl/likes.sql:3 likes.legacy stands in the warehouse, and the file does not name it",
			" stray stands in the warehouse, and no file and no source makes it",
		}
		if !slices.Equal(got, want) {
			t.Errorf("missing:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// An event has no key, and is described. A rollup or a dimension without one is a riddle.
func TestGrainIsMissedWhereItIsNotAnEvent(t *testing.T) {
	w, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	one := []pipeline.Column{column("day", "date", "Day.")}
	assets := []*pipeline.Asset{
		{Name: "views", SQL: "select", Description: "d", Owner: "o", Columns: one},
		{Name: "views_daily", SQL: "select", Description: "d", Owner: "o", Columns: one, Depends: []pipeline.Depend{{Asset: "views", Mapping: pipeline.Same}}},
		{Name: "views_kept", SQL: "select", Description: "d", Owner: "o", Columns: one, Depends: []pipeline.Depend{{Asset: "views", Mapping: pipeline.Same}}, Tags: []string{"fact"}},
		{Name: "photos", SQL: "select", Description: "d", Owner: "o", Whole: true, Columns: []pipeline.Column{column("id", "bigint", "Number.")}},
	}
	var got []string
	for _, m := range read(t, w, assets, options(t)).Missing {
		got = append(got, m.Table)
	}
	if want := []string{"photos", "views_daily"}; !slices.Equal(got, want) {
		t.Errorf("the grain is missed of %q, want %q", got, want)
	}
}

func TestCountingIsBoundByRowsAndDays(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		for _, c := range []struct {
			days int
			rows int64
			want schemadoc.Counted
		}{
			{2, 0, schemadoc.Counted{From: today - 2, To: today, Rows: 200}},
			{28, 250, schemadoc.Counted{From: today - 2, To: today, Rows: 200}},
			{28, 1, schemadoc.Counted{From: today - 1, To: today, Rows: 100}}, // one day at least
		} {
			o := options(t)
			o.MostDays, o.MostRows, o.MostValues = c.days, c.rows, 2
			doc := read(t, w, assets, o)
			likes, _ := tableOf(t, doc, "likes")
			if likes.Counted != c.want {
				t.Errorf("%d days, %d rows: counted %+v, want %+v", c.days, c.rows, likes.Counted, c.want)
			}
			if client, _ := columnOf(t, likes, "client"); client.More != 1 {
				t.Errorf("with two values at most, client has %d more, want 1", client.More)
			}
		}
		o := options(t)
		o.MostRows = 2
		if users, _ := tableOf(t, read(t, w, assets, o), "users"); users.Counted != (schemadoc.Counted{Rows: 2, Of: 3}) {
			t.Errorf("a large whole table: %+v", users.Counted)
		}
	})
}

// A day that is loaded twice is counted once.
func TestDayLoadedTwiceIsCountedOnce(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		again := warehouse.Change{Table: assets[2].Table(), Rows: likesOf(today - 1), Parts: []warehouse.Part{{Day: today - 1, InputHash: "e"}}, RunID: "r2", At: loadedAt.Add(time.Hour)}
		if err := w.Replace(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		likes, _ := tableOf(t, read(t, w, assets, options(t)), "likes")
		if _, got := columnOf(t, likes, "client"); !strings.HasPrefix(got, "web 180 ") || likes.Fresh.Rows != 300 {
			t.Errorf("%s; %d rows", got, likes.Fresh.Rows)
		}
	})
}

func TestDescriptionsOfTheLedgerAreThoseOfItsTables(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		doc := read(t, w, nil, options(t))
		for name, columns := range map[string][]string{warehouse.PartitionTable: warehouse.PartitionColumns(), warehouse.FileTable: warehouse.FileColumns(),
			warehouse.FileDayTable: warehouse.FileDayColumns(), warehouse.RejectTable: warehouse.RejectColumns(), warehouse.AttemptTable: nil} {
			table, _ := tableOf(t, doc, name)
			var got []string
			for _, c := range table.Columns {
				got = append(got, c.Name)
				if c.Description == "" {
					t.Errorf("%s.%s has no description", name, c.Name)
				}
			}
			if columns != nil && !slices.Equal(got, columns) {
				t.Errorf("%s: %q, want %q", name, got, columns)
			}
		}
	})
}

// counting passes statements on and remembers them.
type counting struct {
	warehouse.Querier
	statements []string
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.statements = append(c.statements, query)
	return c.Querier.QueryContext(ctx, query, args...)
}

func TestBigColumnsAreSampledAndNotGrouped(t *testing.T) {
	engines(t, func(t *testing.T, w warehouse.Warehouse) {
		assets := company()
		fill(t, w, assets)
		q := &counting{Querier: w}
		read(t, q, assets, options(t))
		for _, statement := range q.statements {
			if strings.Contains(statement, `"note"`) && strings.Contains(statement, "group by") {
				t.Errorf("free text is grouped: %s", statement)
			}
			if strings.Contains(statement, `"likes"`) && !strings.Contains(statement, "day >= ") {
				t.Errorf("a day table is read without bounds: %s", statement)
			}
		}
		if len(q.statements) < 8 {
			t.Errorf("%d statements: the test looks at nothing", len(q.statements))
		}
	})
}

// A warehouse that others fill has no ledger, and its tables are shown all the same.
func TestWarehouseWithoutLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.duckdb")
	w, err := duck.Open(t.Context(), path, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, statement := range []string{"create table theirs (a integer)", "drop schema etl cascade"} {
		if _, err := w.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	doc := read(t, w, nil, options(t))
	if table, kind := tableOf(t, doc, "theirs"); kind != "Others" || len(table.Columns) != 1 || len(doc.Groups) != 1 {
		t.Errorf("%s, %+v", kind, doc.Groups)
	}
}
