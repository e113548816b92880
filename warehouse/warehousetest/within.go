package warehousetest

import (
	"fmt"
	"strings"
	"testing"

	"tearsheet/warehouse"
)

// buildRefusesWhatTheContractExcludes makes values that an engine has and a Row cannot
// hold; those at the edge are taken.
func buildRefusesWhatTheContractExcludes(t *testing.T, w warehouse.Warehouse) {
	table := EveryType("edges", false)
	ensure(t, w, table)
	build := func(column int, value string) error {
		list := []string{"$1 as day"}
		for i, c := range table.Columns {
			expression := "null"
			if i == column {
				expression = value
			}
			list = append(list, expression+" as "+c.Name)
		}
		_, err := w.Build(t.Context(), warehouse.Build{Table: table, Select: "select " + strings.Join(list, ", "), Parts: parts(monday), At: when})
		return err
	}
	const double, date, timestamp, decimal = 2, 4, 5, 9
	for _, c := range []struct {
		column int
		value  string
		good   bool
	}{
		{double, "cast('NaN' as double precision)", false},
		{double, "cast('Infinity' as double precision)", false},
		{double, "cast('-Infinity' as double precision)", false},
		{double, "cast('1.7976931348623157e308' as double precision)", true},
		{double, "cast('-1.7976931348623157e308' as double precision)", true},
		{double, "cast('-0' as double precision)", true},
		{date, "cast('infinity' as date)", false},
		{date, "cast('-infinity' as date)", false},
		{date, "date '9999-12-31' + 1", false},
		{date, "date '0001-01-01' - 1", false},
		{date, "date '9999-12-31'", true},
		{date, "date '0001-01-01'", true},
		{timestamp, "cast('infinity' as timestamp)", false},
		{timestamp, "timestamp '9999-12-31 23:59:59' + interval '1' second", false},
		{timestamp, "timestamp '0001-01-01 00:00:00' - interval '1' second", false},
		{timestamp, "timestamp '9999-12-31 23:59:59.999999'", true},
		{timestamp, "timestamp '0001-01-01 00:00:00'", true},
		{decimal, "cast('NaN' as decimal(12,2))", false},
		{decimal, "9999999999.99", true},
		{decimal, "-9999999999.99", true},
		{len(table.Columns) - 2, "cast('0." + strings.Repeat("9", 38) + "' as decimal(38,38))", true},
	} {
		err := build(c.column, c.value)
		name := table.Columns[c.column].Name
		// DuckDB has no such decimal: its SELECT fails by itself.
		if named := err != nil && strings.Contains(err.Error(), "column "+name+": 1 values are "); c.good != (err == nil) || !c.good && !named && c.column != decimal {
			t.Errorf("%s: error is %v", c.value, err)
		}
	}
	if err := build(double, "cast('-0' as double precision)"); err != nil {
		t.Fatal(err)
	}
	if n := one(t, w, fmt.Sprintf("select count(*) from edges where cast(c%d as varchar(9)) like '-%%'", double)); n != 0 {
		t.Error("a zero has a sign")
	}
}
