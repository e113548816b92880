package warehousetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

func ensureMakesTheTableOnce(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	if err := w.Ensure(t.Context(), likes); err != nil {
		t.Fatal(err)
	}
	wantRows(t, w, "2026-11-09 1 web")
}

func ensureAddsAColumn(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	wider := warehouse.Table{Name: "likes", Columns: append(slices.Clone(likes.Columns), warehouse.Column{Name: "photo", Type: warehouse.Type{Kind: warehouse.Bigint}})}
	if err := w.Ensure(t.Context(), wider); err != nil {
		t.Fatal(err)
	}
	change := warehouse.Change{Table: wider, Parts: parts(monday + 1), At: when,
		Rows: rowsOf(warehouse.Row{Day: monday + 1, Values: []any{int64(2), "web", int64(7)}})}
	if err := w.Replace(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	wantRows(t, w, "2026-11-09 1 web", "2026-11-10 2 web")
}

func ensureRefusesAnotherType(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	other := warehouse.Table{Name: "likes", Columns: []warehouse.Column{{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Text}}}}
	err := w.Ensure(t.Context(), other)
	if err == nil || !strings.Contains(err.Error(), "table likes: column user_id is bigint, not ") {
		t.Errorf("a bigint column is taken for text: %v", err)
	}
	wantRows(t, w, "2026-11-09 1 web")
}

// tablesMayBeNamedLikeEachOther has names that an engine might make of each other.
func tablesMayBeNamedLikeEachOther(t *testing.T, w warehouse.Warehouse) {
	long := strings.Repeat("x", 62)
	for _, name := range []string{"likes", "likes_day", "likes_day_idx", "likes_pkey", long + "a", long + "b", "dim.likes", "dim.likes_day"} {
		table := warehouse.Table{Name: name, Columns: likes.Columns}
		for range 2 {
			ensure(t, w, table)
		}
		if err := w.Replace(t.Context(), warehouse.Change{Table: table, Parts: parts(monday), Rows: rowsOf(like(monday, 1, "web")), At: when}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := one(t, w, "select count(*) from "+name); n != 1 {
			t.Errorf("%s has %d rows", name, n)
		}
	}
}

func tablesAreMadeSideBySide(t *testing.T, w warehouse.Warehouse) {
	var wait sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		table := warehouse.Table{Name: fmt.Sprintf("schema_%d.likes_%d", i%2, i%6), Columns: likes.Columns}
		wait.Go(func() { errs[i] = w.Ensure(t.Context(), table) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}
