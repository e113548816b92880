package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tearsheet/warehouse"
)

const likesFile = `/* @bruin
name: likes
type: duckdb.sql
description: >-
  A like, with who gave it.
owner: product
tags: [fact]
depends:
  - staging.events
  - {asset: users, mode: symbolic}
  - {asset: visits, partition: lookback, days: 6}
materialization: {type: table, strategy: time_interval, incremental_key: day, time_granularity: date}
columns:
  - {name: day, type: date, description: The local day., checks: [{name: not_null}]}
  - {name: n, type: integer, description: How many., checks: [{name: min, value: 1.50}, {name: unique}]}
  - {name: price, type: "numeric(12,2)", tags: [categorical]}
  - {name: client, type: string, checks: [{name: accepted_values, value: [web, "it's"]}]}
custom_checks:
  - name: as many as events
    query: |
      select count(*) from likes where day = $1;
    value: 3
@bruin */

  select day, 1 as n, 2 as price, client -- a comment stays
from staging.events
where day >= $1 and day < $2;
`

func TestParseAssetReadsAllKeys(t *testing.T) {
	a, faults := ParseAsset("etl/likes.sql", []byte(likesFile))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s|%s|%s|%q|%v|%d|%d:%d", a.Name, a.Description, a.Owner, a.Tags, a.Whole, a.Line, a.SQLLine, a.SQLColumn)
	if want := `likes|A like, with who gave it.|product|["fact"]|false|2|25:3`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if want := "select day, 1 as n, 2 as price, client -- a comment stays\nfrom staging.events\nwhere day >= $1 and day < $2"; a.SQL != want {
		t.Errorf("statement %q, want %q", a.SQL, want)
	}
	depends := []Depend{{"staging.events", Same, 0, 9, 5}, {"users", Latest, 0, 10, 5}, {"visits", Lookback, 6, 11, 5}}
	if !slices.Equal(a.Depends, depends) {
		t.Errorf("depends %v, want %v", a.Depends, depends)
	}
	var columns []string
	for _, c := range a.Columns {
		columns = append(columns, fmt.Sprintf("%s %s %q %v %d", c.Name, c.Type, c.Allowed, c.Categorical, c.Line))
	}
	if want := []string{`day date [] false 14`, `n bigint [] false 15`, `price decimal(12,2) [] true 16`, `client text ["web" "it's"] true 17`}; !slices.Equal(columns, want) {
		t.Errorf("columns %q, want %q", columns, want)
	}
	checks := []warehouse.Check{
		{Name: "as many as events", Query: "select count(*) from likes where day = $1", Want: 3},
		{Name: "day not_null", Query: `select count(*) from "likes" where "day" is null and day >= $1 and day < $2`},
		{Name: "n min", Query: `select count(*) from "likes" where "n" < 1.5 and day >= $1 and day < $2`},
		{Name: "n unique", Query: `select count("n") - count(distinct "n") from "likes" where day >= $1 and day < $2`},
		{Name: "client accepted_values", Query: `select count(*) from "likes" where "client" not in ('web', 'it''s') and day >= $1 and day < $2`},
	}
	for _, want := range checks {
		if !slices.Contains(a.Checks, want) {
			t.Errorf("checks %+v\nlack %+v", a.Checks, want)
		}
	}
	if len(a.Checks) != len(checks) {
		t.Errorf("%d checks, want %d", len(a.Checks), len(checks))
	}
}

// The checks of a table that is made one day at a time, and of a whole one, look at what
// was made.
func TestChecksAreBoundAsTheTableIsCut(t *testing.T) {
	for header, want := range map[string]string{
		"columns: [{name: day, type: date, checks: [{name: not_null}]}]\n@bruin */\nselect $1 as day":                                          `select count(*) from "t" where "day" is null and day = $1`,
		"materialization: {strategy: create+replace}\ncolumns: [{name: id, type: bigint, checks: [{name: positive}]}]\n@bruin */\nselect 1 id": `select count(*) from "t" where "id" <= 0`,
	} {
		a, faults := ParseAsset("t.sql", []byte("/* @bruin\nname: t\n"+header))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		if got := a.Checks[0].Query; got != want {
			t.Errorf("check %q, want %q", got, want)
		}
	}
}

// What stands after the semicolon that ends a statement is no second one, and not a part
// of the first.
func TestAStatementEndsAtItsSemicolon(t *testing.T) {
	const statement = "select $1 as day -- the day;"
	for _, after := range []string{"", "\n", "\n;", "\n;;\n ; ", "\n; -- done", "\n; /* done; */ ;\n"} {
		a, faults := ParseAsset("t.sql", []byte("/* @bruin\nname: t\ncolumns: [{name: day, type: date}]\n"+
			"custom_checks: [{name: a day, query: \"select 0; -- none\"}]\n@bruin */\n"+statement+after))
		if err := faults.Err(); err != nil {
			t.Errorf("%q: %v", after, err)
			continue
		}
		if want := strings.TrimSuffix(statement, " -- the day;"); a.SQL != statement && a.SQL != want {
			t.Errorf("%q: statement %q, want %q with its comment or without", after, a.SQL, want)
		}
		if a.Checks[0].Query != "select 0" {
			t.Errorf("check %q, want its semicolon gone", a.Checks[0].Query)
		}
	}
	if _, faults := ParseAsset("t.sql", []byte("/* @bruin\nname: t\ncolumns: [{name: day, type: date}]\n@bruin */\n"+statement+"\n; select 2")); len(faults) != 1 {
		t.Errorf("two statements gave %v", faults)
	}
}

// A type is read by the names that others have for it.
func TestTypesGoByTheirOtherNames(t *testing.T) {
	for text, want := range map[string]string{
		"string": "text", "VARCHAR": "text", "INTEGER": "bigint", "int": "bigint", "smallint": "bigint", "float": "double", "real": "double",
		"double  precision": "double", "bool": "boolean", "numeric(12,2)": "decimal(12,2)", "Decimal(5, 0)": "decimal(5,0)", "timestamp": "timestamp",
	} {
		typ, err := typeOf(text)
		if err != nil || typ.String() != want {
			t.Errorf("%s is %s, %v; want %s", text, typ, err, want)
		}
	}
	for _, text := range []string{"timestamptz", "timestamp with time zone", "timestamp(3) with time zone", "datetime", "numeric", "decimal", "char(2)", "character varying(9)", "json", ""} {
		if typ, err := typeOf(text); err == nil {
			t.Errorf("%q is %s, want a fault", text, typ)
		}
	}
}

func TestReadAssetsReadsFoldersBelowAndLeavesOutWhatIsWrong(t *testing.T) {
	sound := "/* @bruin\nname: %s\ncolumns: [{name: day, type: date}]\n@bruin */\nselect $1 as day"
	tree := fstest.MapFS{
		"etl/b.sql":       {Data: fmt.Appendf(nil, sound, "b")},
		"etl/a/c.sql":     {Data: fmt.Appendf(nil, "\uFEFF"+sound, "c")},
		"etl/a/wrong.sql": {Data: []byte("select 1")},
		"etl/README.md":   {Data: []byte("no asset")},
		"other/d.sql":     {Data: fmt.Appendf(nil, sound, "d")},
	}
	assets, faults := ReadAssets(tree, "etl")
	var names []string
	for _, a := range assets {
		names = append(names, a.Name+" "+a.File)
	}
	if want := []string{"c etl/a/c.sql", "b etl/b.sql"}; !slices.Equal(names, want) {
		t.Errorf("read %q, want %q", names, want)
	}
	if len(faults) != 1 || !strings.HasPrefix(faults[0].Place, "etl/a/wrong.sql:1:1") {
		t.Errorf("faults %v, want one of etl/a/wrong.sql", faults)
	}
	if _, faults := ReadAssets(tree, "nowhere"); len(faults) != 1 {
		t.Errorf("a folder that is not there gave %v", faults)
	}
}

// One fault is told once: the tables that are made of a faulty one are not at fault.
func TestAFaultyTableIsNoFaultOfItsChildren(t *testing.T) {
	child := "/* @bruin\nname: child\ndescription: A day.\nowner: web\ndepends: [parent]\ncolumns: [{name: day, type: date, description: The day.}]\n@bruin */\n" +
		"select day from parent where day = $1"
	for name, parent := range map[string]string{
		"etl/parent.sql:3:23": "/* @bruin\nname: parent\ncolumns: [{name: day, tipe: date}]\n@bruin */\nselect $1 as day",
		"etl/parent.sql:5:1":  "/* @bruin\nname: parent\ncolumns: [{name: day, type: date}]\n@bruin */\nselects $1 as day",
	} {
		assets, faults := ReadAssets(fstest.MapFS{"etl/parent.sql": {Data: []byte(parent)}, "etl/child.sql": {Data: []byte(child)}}, "etl")
		g, more := NewGraph(assets)
		found, warnings := Lint(g, LintOptions{})
		for _, f := range slices.Concat(faults, more, found, warnings) {
			if !strings.HasPrefix(f.Place, "etl/parent.sql") {
				t.Errorf("also %v", f)
			}
		}
		if len(faults) == 0 || !slices.ContainsFunc(faults, func(f Fault) bool { return f.Place == name }) {
			t.Errorf("faults %v, want one at %s", faults, name)
		}
		if g.Asset("parent") != nil || len(g.Assets()) != 1 {
			t.Errorf("the graph has %d tables, and the faulty one: %v", len(g.Assets()), g.Asset("parent"))
		}
	}
	// Negative control: a file that does not even tell its name is a parent that is missing.
	assets, _ := ReadAssets(fstest.MapFS{"etl/parent.sql": {Data: []byte("select 1")}, "etl/child.sql": {Data: []byte(child)}}, "etl")
	if _, faults := NewGraph(assets); len(faults) != 1 || !strings.HasPrefix(faults[0].Place, "etl/child.sql:5") {
		t.Errorf("faults %v, want that the parent is missing", faults)
	}
}

// Whatever a file holds, it is read or refused, and the places of faults lie in it.
func FuzzParseAsset(f *testing.F) {
	f.Add(likesFile)
	f.Add("/* @bruin\n@bruin */")
	f.Add("/* @bruin name: a @bruin */ ((")
	f.Fuzz(func(t *testing.T, text string) {
		a, faults := ParseAsset("a.sql", []byte(text))
		if a == nil && len(faults) == 0 {
			t.Error("neither an asset nor a fault")
		}
		if len(faults) > 0 {
			return
		}
		g, _ := NewGraph([]*Asset{a})
		Lint(g, LintOptions{Redshift: true})
		lines := strings.Count(text, "\n") + 1
		if line, column := a.Position(len(a.SQL)); line > lines || column < 1 {
			t.Errorf("the statement ends at %d:%d of %d lines", line, column, lines)
		}
	})
}
