package warehouse_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

var monday = calendar.DayOn(2026, time.November, 9)

func TestBrownfieldTrustsFromTheFirstDayThroughTheLast(t *testing.T) {
	from := monday - 3
	holds := func(day calendar.Day, ok bool, err error) func(context.Context, string) (calendar.Day, bool, error) {
		return func(_ context.Context, table string) (calendar.Day, bool, error) {
			if table != "likes" {
				t.Errorf("asked for %s", table)
			}
			return day, ok, err
		}
	}
	for name, tt := range map[string]struct {
		b           warehouse.Brownfield
		first, last calendar.Day
	}{
		"from the first day that the table holds": {warehouse.Brownfield{FirstDay: holds(monday-2, true, nil), CompleteThrough: monday + 1}, monday - 2, monday + 1},
		"from the day that is given":              {warehouse.Brownfield{CompleteFrom: &from, CompleteThrough: monday}, monday - 3, monday},
		"nothing of an empty table":               {warehouse.Brownfield{FirstDay: holds(0, false, nil), CompleteThrough: monday}, 1, 0},
		"nothing of a table that begins later":    {warehouse.Brownfield{FirstDay: holds(monday+1, true, nil), CompleteThrough: monday}, 1, 0},
		"no more than was asked for":              {warehouse.Brownfield{FirstDay: holds(monday-90, true, nil), CompleteThrough: monday + 90}, monday - 4, monday + 5},
	} {
		loads, err := tt.b.Loaded(t.Context(), "likes", monday-4, monday+6)
		if err != nil {
			t.Fatal(err)
		}
		for day := monday - 10; day < monday+10; day++ {
			load, ok := loads[day]
			if want := tt.first <= day && day <= tt.last; ok != want || ok && (!load.Complete() || load.Version != "") {
				t.Errorf("%s: %s is %v, %t", name, day, load, ok)
			}
		}
	}
	broken := errors.New("no table likes")
	if _, err := (warehouse.Brownfield{FirstDay: holds(0, false, broken)}).Loaded(t.Context(), "likes", 0, 1); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestParseType(t *testing.T) {
	for _, text := range []string{"text", "bigint", "double", "decimal(12,2)", "decimal(38,0)", "boolean", "date", "timestamp"} {
		if typ, err := warehouse.ParseType(text); err != nil || typ.String() != text {
			t.Errorf("%s reads as %s, %v", text, typ, err)
		}
	}
	for _, text := range []string{"", "int", "TEXT", "decimal", "decimal(0,0)", "decimal(39,2)", "decimal(2,3)", "timestamptz", "text "} {
		if typ, err := warehouse.ParseType(text); err == nil {
			t.Errorf("%q reads as %s", text, typ)
		}
	}
}

func TestDecimalsAreExact(t *testing.T) {
	typ := warehouse.Type{Kind: warehouse.Decimal, Precision: 6, Scale: 2}
	for text, want := range map[string]string{
		"12.5": "1250", "-0.01": "-1", "+9999.99": "999999", ".5": "50", "7.": "700", "0012.500": "1250", "-0": "0",
	} {
		if n, err := typ.Unscaled(text); err != nil || n.String() != want {
			t.Errorf("%s reads as %v, %v; want %s", text, n, err, want)
		}
	}
	for _, text := range []string{"", ".", "-", "1.005", "10000", "1e3", "1,5", "--1", "1.2.3", " 1", "0x1", "٣"} {
		if n, err := typ.Unscaled(text); err == nil {
			t.Errorf("%q reads as %s", text, n)
		}
	}
}

func TestValidateRefusesNamesThatEnginesReadDifferently(t *testing.T) {
	column := func(name string) []warehouse.Column {
		return []warehouse.Column{{Name: name, Type: warehouse.Type{Kind: warehouse.Text}}}
	}
	for _, table := range []warehouse.Table{
		{Name: ""}, {Name: "Likes"}, {Name: "a b"}, {Name: `a"b`}, {Name: "a.b.c"}, {Name: "etl.partition"}, {Name: "1a"}, {Name: strings.Repeat("a", 64)},
		{Name: "main.likes"}, {Name: "temp.likes"}, {Name: "system.likes"}, {Name: "pg_catalog.likes"}, {Name: "pg_temp.likes"}, {Name: "information_schema.likes"},
		{Name: "pg_class"}, {Name: "tearsheet_staged"}, {Name: "tearsheet_raw"},
		{Name: "a", Columns: column("Id")}, {Name: "a", Columns: column("day")}, {Name: "a", Columns: append(column("x"), column("x")...)},
		{Name: "a", Columns: []warehouse.Column{{Name: "x"}}},
	} {
		if err := table.Validate(); err == nil {
			t.Errorf("%+v is taken", table)
		}
	}
	for _, name := range []string{"likes", "crm.deals", "_x1", "main", "temp", "crm.pg_deals", "etl"} {
		if err := (warehouse.Table{Name: name, Columns: column("order")}).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVersionDependsOnRowsAndNotOnTheirOrder(t *testing.T) {
	table := warehouse.Table{Name: "a", Columns: []warehouse.Column{{Name: "x", Type: warehouse.Type{Kind: warehouse.Text}}, {Name: "y", Type: warehouse.Type{Kind: warehouse.Text}}}}
	version := func(t *rapid.T, rows [][2]string) string {
		digests := warehouse.NewDigester(table)
		for _, row := range rows {
			if err := digests.Add(warehouse.Row{Day: monday, Values: []any{row[0], row[1]}}); err != nil {
				t.Fatal(err)
			}
		}
		return digests.Version(monday)
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 2, -1)
		row := rapid.Custom(func(t *rapid.T) [2]string { return [2]string{cell.Draw(t, "x"), cell.Draw(t, "y")} })
		one, other := rapid.SliceOfN(row, 0, 4).Draw(t, "one"), rapid.SliceOfN(row, 0, 4).Draw(t, "other")
		if version(t, one) != version(t, rapid.Permutation(one).Draw(t, "shuffled")) {
			t.Fatalf("%q has two versions", one)
		}
		if same := version(t, one) == version(t, other); same != sameRows(one, other) {
			t.Fatalf("%q and %q: versions agree: %t", one, other, same)
		}
	})
}

func sameRows(a, b [][2]string) bool {
	times := map[[2]string]int{}
	for _, row := range a {
		times[row]++
	}
	for _, row := range b {
		times[row]--
	}
	for _, n := range times {
		if n != 0 {
			return false
		}
	}
	return true
}
