package schemadoc_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
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
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }

// engines runs a test in both warehouses.
func engines(t *testing.T, test func(t *testing.T, w warehouse.Warehouse)) {
	t.Run("duckdb", func(t *testing.T) {
		w, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		test(t, w)
	})
	t.Run("postgres", func(t *testing.T) {
		w, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		test(t, w)
	})
}

func column(name, typ, description string, more ...func(*pipeline.Column)) pipeline.Column {
	parsed, err := warehouse.ParseType(typ)
	if err != nil {
		panic(err)
	}
	c := pipeline.Column{Name: name, Type: parsed, Description: description, Line: 9}
	for _, f := range more {
		f(&c)
	}
	return c
}

func key(c *pipeline.Column)         { c.PrimaryKey = true }
func categorical(c *pipeline.Column) { c.Categorical = true }

func allowed(values ...string) func(*pipeline.Column) {
	return func(c *pipeline.Column) { c.Categorical, c.Allowed = true, values }
}

// company is the assets of a small company.
func company() []*pipeline.Asset {
	return []*pipeline.Asset{
		{Name: "staging.events", Description: "Log lines.", Source: "logs: {host}/{day}.log.gz", Columns: []pipeline.Column{
			column("day", "date", "Local day."), column("file_id", "bigint", "File."), column("action", "text", "Act.")}},
		{Name: "users", File: "etl/users.sql", Line: 2, Description: "Accounts.", Owner: "data", SQL: "select", Whole: true, Columns: []pipeline.Column{
			column("user_id", "bigint", "Number.", key), column("email", "text", "Address."), column("is_seller", "boolean", "Sells.")}},
		{Name: "likes", File: "etl/likes.sql", Line: 3, Description: "A like.", SQL: "select", Columns: []pipeline.Column{
			column("day", "date", "Local day."), column("user_id", "bigint", "", key),
			column("client", "text", "Where.", allowed("web", "ios", "windows")), column("stars", "bigint", "How many.", categorical), column("note", "text", "Free text.")},
			Depends: []pipeline.Depend{{Asset: "staging.events", Mapping: pipeline.Lookback, Days: 6}, {Asset: "users", Mapping: pipeline.Same}},
			Checks:  []warehouse.Check{{Name: "client not_null", Query: "select 0"}}},
		{Name: "likes_daily", File: "etl/likes_daily.sql", Line: 2, Description: "Likes.", Owner: "data", SQL: "select", Columns: []pipeline.Column{column("day", "date", "Day.", key)},
			Depends: []pipeline.Depend{{Asset: "likes", Mapping: pipeline.AllBefore}}},
	}
}

// likesOf are 100 likes on each of some days: 60 by web, 30 by ios, 10 by palm; every
// tenth has no note, and the others have one of their own.
func likesOf(days ...calendar.Day) func(yield func(warehouse.Row, error) bool) {
	return func(yield func(warehouse.Row, error) bool) {
		for _, day := range days {
			for i := range 100 {
				client := "web"
				switch {
				case i%10 == 9:
					client = "palm"
				case i%10 > 5:
					client = "ios"
				}
				var note any
				if i%10 > 0 {
					note = fmt.Sprintf("note %d of %s", i, day)
				}
				if !yield(warehouse.Row{Day: day, Values: []any{int64(i), client, int64(i % 3), note}}, nil) {
					return
				}
			}
		}
	}
}

var loadedAt = time.Date(2026, time.November, 16, 8, 12, 0, 0, time.UTC)

func fill(t *testing.T, w warehouse.Warehouse, assets []*pipeline.Asset) {
	t.Helper()
	days := []calendar.Day{today - 3, today - 2, today - 1}
	for _, a := range assets {
		if err := w.Ensure(t.Context(), a.Table()); err != nil {
			t.Fatal(err)
		}
	}
	change := warehouse.Change{Table: assets[2].Table(), Rows: likesOf(days...), RunID: "r1", At: loadedAt,
		Parts: []warehouse.Part{{Day: days[0], InputHash: "a"}, {Day: days[1], InputHash: "b"}, {Day: days[2], InputHash: "c", Coverage: calendar.Coverage{Have: 23, Of: 24}}}}
	if err := w.Replace(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	_, err := w.Build(t.Context(), warehouse.Build{Table: assets[1].Table(), RunID: "r1", At: loadedAt, Parts: []warehouse.Part{{Day: warehouse.WholePart, InputHash: "d"}},
		Select: "select cast(1 as bigint) as user_id, 'a@example.com' as email, true as is_seller union all select 2, 'b@example.com', true union all select 3, 'c@example.com', null"})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"alter table likes add column legacy bigint", "create table stray (a integer, b varchar(20))"} {
		if _, err := w.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func options(t *testing.T) schemadoc.Options {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return schemadoc.Options{Company: "Lumen", Calendar: c, AsOf: today - 1}
}

func read(t *testing.T, q warehouse.Querier, assets []*pipeline.Asset, o schemadoc.Options) *schemadoc.Document {
	t.Helper()
	doc, err := schemadoc.Read(t.Context(), q, assets, o)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func tableOf(t *testing.T, doc *schemadoc.Document, name string) (schemadoc.Table, string) {
	t.Helper()
	for _, g := range doc.Groups {
		for _, table := range g.Tables {
			if table.Name == name {
				return table, g.Title
			}
		}
	}
	t.Fatalf("no table %s", name)
	return schemadoc.Table{}, ""
}

// columnOf returns a column of a table, with its values as text.
func columnOf(t *testing.T, table schemadoc.Table, name string) (schemadoc.Column, string) {
	t.Helper()
	for _, c := range table.Columns {
		if c.Name == name {
			var values []string
			for _, v := range c.Values {
				values = append(values, fmt.Sprintf("%s %d %s", v.Word(), v.Rows, v.Remark()))
			}
			return c, strings.Join(values, ", ")
		}
	}
	t.Fatalf("no column %s", name)
	return schemadoc.Column{}, ""
}

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
