package warehousetest

import (
	"fmt"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// panicAmongRowsIsAPanic has whoever gives rows panic: it comes out, nothing is changed,
// and the warehouse goes on.
func panicAmongRowsIsAPanic(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 5, nil)); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, "likes", events.Name)
	file := eventFile("a", monday, 7, nil)
	whole := file.Batches
	file.Batches = func(yield func(*warehouse.Batch, error) bool) { whole(yield); panic("a mistake of ours") }
	entry := eventFile("a", monday, 7, nil)
	entry.Entry = func() (warehouse.FileEntry, error) { panic("a mistake of ours") }
	refresh := refreshOf([]int64{1, 2})
	refresh.Batches = func(func(*warehouse.Batch, error) bool) { panic("a mistake of ours") }
	guarded := refreshOf([]int64{1, 2})
	guarded.Guard = func(before, after int64) error { panic("a mistake of ours") }
	change := warehouse.Change{Table: likes, Parts: parts(monday), At: when, Rows: func(yield func(warehouse.Row, error) bool) {
		yield(like(monday, 2, "web"), nil)
		panic("a mistake of ours")
	}}
	for name, try := range map[string]func() error{
		"file":    func() error { return w.LoadFiles(t.Context(), file) },
		"entry":   func() error { return w.LoadFiles(t.Context(), entry) },
		"refresh": func() error { _, err := w.Refresh(t.Context(), refresh); return err },
		"guard":   func() error { _, err := w.Refresh(t.Context(), guarded); return err },
		"change":  func() error { return w.Replace(t.Context(), change) },
	} {
		if value := panicOf(try); !strings.HasPrefix(value, "a mistake of ours") {
			t.Errorf("%s: it panicked with %q", name, value)
		}
		if after := mustDump(t, w, "likes", events.Name); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 7, nil)); err != nil {
		t.Error(err)
	}
}

// panicOf returns what do panics with, as text, or the error that it returns instead.
func panicOf(do func() error) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprint(value)
		}
	}()
	return fmt.Sprint("nothing: ", do())
}
