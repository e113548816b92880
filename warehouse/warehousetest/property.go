package warehousetest

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// replaceIsIdempotent holds random loads, each done twice, against a map of days.
func replaceIsIdempotent(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, nil)
	model := map[calendar.Day][]string{}
	rapid.Check(t, func(r *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 4, rapid.ID).Draw(r, "days")
		change := warehouse.Change{Table: likes, At: when}
		var rows []warehouse.Row
		for _, offset := range days {
			day := monday.Add(offset)
			change.Parts = append(change.Parts, warehouse.Part{Day: day})
			model[day] = nil
			for range rapid.IntRange(0, 3).Draw(r, "rows") {
				user := rapid.Int64Range(0, 2).Draw(r, "user")
				rows = append(rows, like(day, user, "web"))
				model[day] = append(model[day], fmt.Sprintf("%s %d web", day, user))
			}
		}
		change.Rows = rowsOf(rows...)
		var before map[calendar.Day]calendar.Load
		for range 2 {
			if err := w.Replace(t.Context(), change); err != nil {
				r.Fatal(err)
			}
			want := slices.Sorted(func(yield func(string) bool) {
				for _, texts := range model {
					for _, text := range texts {
						if !yield(text) {
							return
						}
					}
				}
			})
			if got := read(t, w); !slices.Equal(got, want) {
				r.Fatalf("rows are %q, want %q", got, want)
			}
			loads := loaded(t, w, "likes", monday, monday+7)
			if len(loads) != len(model) {
				r.Fatalf("%d days are loaded, want %d", len(loads), len(model))
			}
			if before != nil && !maps.Equal(before, loads) {
				r.Fatalf("loaded: %v, then %v", before, loads)
			}
			before = loads
		}
	})
}

// memoryDoesNotGrowWithRows watches the heap while 300,000 rows of 60 bytes pass.
func memoryDoesNotGrowWithRows(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, nil)
	const rows, most = 300_000, 16 << 20
	var begin, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&begin)
	values := make([]any, 2)
	err := w.Replace(t.Context(), warehouse.Change{Table: likes, Parts: parts(monday), At: when,
		Rows: func(yield func(warehouse.Row, error) bool) {
			for i := range rows {
				values[0], values[1] = int64(i), fmt.Sprintf("a client with a long name and the number %020d", i)
				if !yield(warehouse.Row{Day: monday, Values: values}, nil) {
					return
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&now)
		}})
	if err != nil {
		t.Fatal(err)
	}
	if grown := int64(now.HeapAlloc) - int64(begin.HeapAlloc); grown > most {
		t.Errorf("the heap grew by %d bytes over %d rows", grown, rows)
	}
}
