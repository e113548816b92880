package pg_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// set gives a database a setting that every new connection begins with.
func set(t *testing.T, address, setting string) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	do(t, address, "alter database "+strings.TrimPrefix(parsed.Path, "/")+" set "+setting)
}

// What a load deletes is what the one before it left, although it was begun earlier.
func TestLoadsOfADayLeaveOneWhateverTheServersIsolation(t *testing.T) {
	for _, level := range []string{"read committed", "repeatable read", "serializable"} {
		t.Run(level, func(t *testing.T) {
			address := warehousetest.Postgres(t)
			set(t, address, "default_transaction_isolation = '"+level+"'")
			w := open(t, address)
			if err := w.Ensure(t.Context(), likes); err != nil {
				t.Fatal(err)
			}
			second := make(chan error, 1)
			if err := w.Replace(t.Context(), dayOf(1, func() {
				go func() { second <- w.Replace(t.Context(), dayOf(2, nil)) }()
				for count(t, w, "select count(*) from pg_locks where locktype = 'advisory' and not granted") == 0 {
				}
			})); err != nil {
				t.Fatal(err)
			}
			if err := <-second; err != nil {
				t.Fatal(err)
			}
			if n := count(t, w, "select count(*) from likes"); n != 1 {
				t.Errorf("%d rows", n)
			}
			if n := count(t, w, "select count(*) from etl.partition"); n != 1 {
				t.Errorf("%d rows in the ledger", n)
			}
		})
	}
}

// dayOf is a load of one row; meanwhile is called when its transaction is under way.
func dayOf(user int64, meanwhile func()) warehouse.Change {
	return warehouse.Change{Table: likes, Parts: []warehouse.Part{{Day: today}}, At: time.Unix(1_800_000_000, 0),
		Rows: func(yield func(warehouse.Row, error) bool) {
			if meanwhile != nil {
				meanwhile()
			}
			yield(warehouse.Row{Day: today, Values: []any{user}}, nil)
		}}
}
