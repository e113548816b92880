package schemadoc_test

import (
	"fmt"
	"os"
	"path/filepath"
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
