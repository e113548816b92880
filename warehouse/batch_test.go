package warehouse_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// versions returns the version of each day of batches, by blocks and row by row.
func versions(t interface{ Fatal(...any) }, table warehouse.Table, batches ...*warehouse.Batch) (byBatch, byRow map[calendar.Day]string) {
	blocks, rows := warehouse.NewDigester(table), warehouse.NewDigester(table)
	values := make([]any, len(table.Columns))
	for _, batch := range batches {
		if err := batch.Validate(table); err != nil {
			t.Fatal(err)
		}
		if err := blocks.AddBatch(batch); err != nil {
			t.Fatal(err)
		}
		for row := range batch.Rows {
			if err := rows.Add(batch.Row(table, row, values)); err != nil {
				t.Fatal(err)
			}
		}
	}
	byBatch, byRow = map[calendar.Day]string{}, map[calendar.Day]string{}
	for day := range blocks.Days() {
		byBatch[day] = blocks.Version(day)
	}
	for day := range rows.Days() {
		byRow[day] = rows.Version(day)
	}
	return byBatch, byRow
}

func same(a, b map[calendar.Day]string) bool {
	for day, version := range a {
		if b[day] != version {
			return false
		}
	}
	return len(a) == len(b)
}

func TestBatchHasTheVersionOfItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dice := warehousetest.NewDice(rapid.Uint64().Draw(t, "seed"))
		table := warehousetest.EveryType("samples", rapid.Bool().Draw(t, "whole"))
		first := dice.Batch(table, rapid.IntRange(1, 20).Draw(t, "first"))
		second := dice.Batch(table, rapid.IntRange(0, 20).Draw(t, "second"))
		byBatch, byRow := versions(t, table, first, second)
		if !same(byBatch, byRow) {
			t.Fatalf("by batch %v, by row %v", byBatch, byRow)
		}
		if again, _ := versions(t, table, second, first); !same(byBatch, again) {
			t.Fatalf("in the other order %v, not %v", again, byBatch)
		}
		// A value that changes is seen: the least that can change is a NULL.
		column := rapid.IntRange(0, len(table.Columns)-1).Draw(t, "column")
		vector := &first.Columns[column]
		if len(vector.Null) == 0 {
			vector.Null = make([]bool, first.Rows)
		}
		vector.Null[0] = !vector.Null[0]
		if other, _ := versions(t, table, first, second); same(byBatch, other) {
			t.Fatalf("column %d of row 0 is NULL, or is no longer, and the version stays", column)
		}
	})
}

// sample is a batch of one row of every type.
func sample(table warehouse.Table) *warehouse.Batch {
	b := warehousetest.NewDice(1).Batch(table, 1)
	for i := range b.Columns {
		b.Columns[i].Null = nil
	}
	return b
}

func TestBatchThatNoEngineMayKeepIsRefused(t *testing.T) {
	table := warehousetest.EveryType("samples", false)
	if err := sample(table).Validate(table); err != nil {
		t.Fatal(err)
	}
	ints := func(n ...int64) warehouse.Vector { return warehouse.Vector{Ints: n} }
	end := int64(calendar.DayOn(10000, 1, 1))
	for _, c := range []struct {
		column int
		vector warehouse.Vector
		want   string
	}{
		{0, warehouse.Vector{Bytes: []byte("a\x00b"), Ends: []int32{3}}, "NUL"},
		{0, warehouse.Vector{Bytes: []byte("\xff"), Ends: []int32{1}}, "UTF-8"},
		{0, warehouse.Vector{Bytes: []byte("é"), Ends: []int32{1}}, "UTF-8"},
		{0, warehouse.Vector{Bytes: []byte("a"), Ends: []int32{2}}, "bytes 0 to 2 of 1"},
		{0, warehouse.Vector{Bytes: []byte("a"), Ends: []int32{-1}}, "bytes 0 to -1 of 1"},
		{0, warehouse.Vector{}, "has 0 values, not 1"},
		{1, ints(1, 2), "has 2 values, not 1"},
		{1, warehouse.Vector{Ints: []int64{1}, Null: []bool{false, true}}, "has 1 values, not 1"},
		{2, warehouse.Vector{Reals: []float64{math.NaN()}}, "NaN is not a number"},
		{2, warehouse.Vector{Reals: []float64{math.Inf(-1)}}, "-Inf is not a number"},
		{3, ints(2), "beyond a boolean"},
		{4, ints(end), "beyond a date"},
		{4, ints(int64(warehouse.WholePart) - 1), "beyond a date"},
		{5, ints(end * 86_400_000_000), "beyond a timestamp"},
		{6, ints(10), "beyond a decimal(1,0)"},
		{9, ints(-1_000_000_000_000), "beyond a decimal(12,2)"},
		{16, warehouse.Vector{Wide: []*big.Int{new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)}}, "more than 38 digits"},
		{16, warehouse.Vector{Wide: []*big.Int{nil}}, "more than 38 digits"},
	} {
		b := sample(table)
		b.Columns[c.column] = c.vector
		if err := b.Validate(table); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), table.Columns[c.column].Name) {
			t.Errorf("column %d: error is %v, want %q", c.column, err, c.want)
		}
	}
	for name, days := range map[string][]calendar.Day{"none": nil, "too many": {monday, monday}, "year 0": {warehouse.WholePart - 1}, "whole": {warehouse.WholePart}, "year 10000": {calendar.Day(end)}} {
		b := sample(table)
		b.Days = days
		if err := b.Validate(table); err == nil {
			t.Errorf("days %s: it is taken", name)
		}
	}
}

// Two texts may lie side by side such that their bytes are UTF-8 together only.
func TestHalvesOfACharacterAreNotTexts(t *testing.T) {
	table := warehouse.Table{Name: "a", Columns: []warehouse.Column{{Name: "x", Type: warehouse.Type{Kind: warehouse.Text}}}}
	for name, c := range map[string]struct {
		null []bool
		good bool
	}{
		"both":           {nil, false},
		"first is NULL":  {[]bool{true, false}, false},
		"second is NULL": {[]bool{false, true}, false},
		"both are NULL":  {[]bool{true, true}, true}, // what is under a NULL is not looked at
	} {
		b := &warehouse.Batch{Rows: 2, Days: []calendar.Day{monday, monday}}
		b.Columns = []warehouse.Vector{{Bytes: []byte("é"), Ends: []int32{1, 2}, Null: c.null}}
		if err := b.Validate(table); (err == nil) != c.good {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}
