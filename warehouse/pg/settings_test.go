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

// On a server that takes a backslash for an escape, as Redshift does, a path is no more
// than a path.
func TestPathIsNoStatement(t *testing.T) {
	const path = `a\'; drop table victim; --`
	for name, address := range map[string]string{"postgres": warehousetest.Postgres(t), "redshift": asRedshift(t)} {
		t.Run(name, func(t *testing.T) {
			plain := strings.Replace(address, "redshift://", "postgres://", 1)
			set(t, plain, "standard_conforming_strings = off")
			do(t, plain, "create table victim (x int)")
			w := open(t, address)
			if err := w.Ensure(t.Context(), events); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := w.LoadFiles(t.Context(), eventFile(path, today, 1)); err != nil {
					t.Fatal(err)
				}
			}
			if n := count(t, w, "select count(*) from staging.events"); n != 1 {
				t.Errorf("%d rows", n)
			}
			if err := w.Replace(t.Context(), warehouse.Change{Table: events, ForgetFiles: []string{path}}); err != nil {
				t.Fatal(err)
			}
			if n := count(t, w, "select count(*) from etl.file"); n != 0 {
				t.Errorf("%d files in the ledger", n)
			}
			if n := count(t, w, "select count(*) from victim"); n != 0 {
				t.Errorf("%d victims", n)
			}
		})
	}
}
