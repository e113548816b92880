package pg_test

import (
	"strings"
	"testing"

	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// One index each, however long the name; an index of an older version serves as well, and
// a table that was whole has one when it is cut into days.
func TestEachTableByDaysHasOneIndexOfItsDays(t *testing.T) {
	address := warehousetest.Postgres(t)
	w := open(t, address)
	do(t, address, "create table old (day date not null, user_id bigint)", `create index old_day on old using brin ("day")`)
	long := strings.Repeat("x", 62)
	names := []string{"likes", "likes_day", "old", long + "a", long + "b", "turned"}
	whole := warehouse.Table{Name: "turned", Columns: likes.Columns, Whole: true}
	if err := w.Ensure(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		table := warehouse.Table{Name: name, Columns: likes.Columns}
		for range 2 {
			if err := w.Ensure(t.Context(), table); err != nil {
				t.Fatal(err)
			}
			if err := w.Replace(t.Context(), warehouse.Change{Table: table, Parts: []warehouse.Part{{Day: today}}}); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, w, "select count(*) from pg_indexes where tablename = '"+name+"' and indexdef like '%brin%'"); n != 1 {
			t.Errorf("%s has %d indexes", name, n)
		}
	}
}
