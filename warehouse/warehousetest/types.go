package warehousetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

func everyTypeComesBackAsItWent(t *testing.T, w warehouse.Warehouse) {
	kind := func(k warehouse.Kind) warehouse.Type { return warehouse.Type{Kind: k} }
	table := warehouse.Table{Name: "samples", Columns: []warehouse.Column{
		{Name: "t", Type: kind(warehouse.Text)}, {Name: "b", Type: kind(warehouse.Bigint)}, {Name: "d", Type: kind(warehouse.Double)},
		{Name: "m", Type: warehouse.Type{Kind: warehouse.Decimal, Precision: 12, Scale: 2}},
		{Name: "h", Type: warehouse.Type{Kind: warehouse.Decimal, Precision: 38, Scale: 10}},
		{Name: "o", Type: kind(warehouse.Boolean)}, {Name: "e", Type: kind(warehouse.Date)}, {Name: "at", Type: kind(warehouse.Timestamp)},
	}}
	toronto, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	instant := time.Date(2015, time.February, 10, 5, 24, 31, 123456000, toronto)
	rows := []warehouse.Row{
		{Day: monday, Values: []any{"Zürich 😀, \"x\"\n", int64(-9223372036854775808), 0.1, "-1234567890.5", "1234567890123456789012345678.0000000001", true, monday - 1, instant}},
		{Day: monday, Values: make([]any, 8)},
		{Day: monday, Values: []any{"", int64(0), 1e300, "0.01", "-0.0000000001", false, calendar.DayOn(1, 1, 1), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}},
	}
	if err := w.Ensure(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	if err := w.Replace(t.Context(), warehouse.Change{Table: table, Parts: parts(monday), Rows: rowsOf(rows...), At: when}); err != nil {
		t.Fatal(err)
	}
	got, err := w.QueryContext(t.Context(), `select t, cast(b as varchar(40)), d, cast(m as varchar(60)), cast(h as varchar(60)),
		case when o then 'true' when not o then 'false' end, cast(e as varchar(40)), "at" from samples order by coalesce(b, 1)`)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	var lines []string
	for got.Next() {
		var text, b, m, h, o, e *string
		var d *float64
		var at *time.Time
		if err := got.Scan(&text, &b, &d, &m, &h, &o, &e, &at); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, show(text)+"|"+show(b)+"|"+show(d)+"|"+show(m)+"|"+show(h)+"|"+show(o)+"|"+show(e)+"|"+showTime(at))
	}
	want := []string{
		"Zürich 😀, \"x\"\n|-9223372036854775808|0.1|-1234567890.50|1234567890123456789012345678.0000000001|true|2026-11-08|2015-02-10T10:24:31.123456Z",
		"|0|1e+300|0.01|-0.0000000001|false|0001-01-01|9999-12-31T23:59:59Z",
		"NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func show[T any](p *T) string {
	if p == nil {
		return "NULL"
	}
	return fmt.Sprint(*p)
}

func showTime(p *time.Time) string {
	if p == nil {
		return "NULL"
	}
	return p.UTC().Format(time.RFC3339Nano)
}
