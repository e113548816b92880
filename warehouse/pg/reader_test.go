package pg_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func reader(t *testing.T, url string, limits warehouse.Limits) *pg.Reader {
	t.Helper()
	r, err := pg.OpenReadOnly(t.Context(), url, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Each of these is text that a metric could hold; none may leave a trace, even if it
// was never checked.
func TestStatementCannotWrite(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create table facts (day date)", "insert into facts values ('2026-11-16')", "create sequence s")
	r := reader(t, url, warehouse.Limits{})
	for _, query := range []string{
		"delete from facts", "delete from facts returning 1", "with d as (delete from facts returning 1) select * from d", "truncate facts",
		"select 1; delete from facts", "commit; delete from facts", "create table x (a int)", "select nextval('s')", "drop table facts",
		"set default_transaction_read_only = off", "set transaction read write", "select set_config('transaction_read_only', 'off', false)",
		"select set_config('default_transaction_read_only', 'off', false)", "begin", "commit", "rollback",
		"select set_config('statement_timeout', '0', false)", "prepare p as delete from facts",
	} {
		if rows, err := r.QueryContext(t.Context(), query); err == nil {
			for rows.Next() {
			}
			rows.Close()
		}
		if n := count(t, r, "select count(*) from facts"); n != 1 {
			t.Fatalf("%s: %d rows are left", query, n)
		}
	}
	for _, query := range []string{"delete from facts", "execute p"} { // after all attempts to change the session
		if rows, err := r.QueryContext(t.Context(), query); err == nil {
			rows.Close()
			t.Errorf("%s is taken", query)
		}
	}
}

func TestReadingLeavesNoLock(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create table facts (day date)")
	r := reader(t, url, warehouse.Limits{})
	count(t, r, "select count(*) from facts")
	do(t, url, "set lock_timeout = '2s'", "alter table facts add column n bigint") // needs the table for itself
}

func TestWhatReturnsNoColumnsIsNoSelect(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create table likes (day date)")
	r := reader(t, url, warehouse.Limits{})
	for query, want := range map[string]string{
		"":                   "not a SELECT",
		"drop table likes":   "not a SELECT",
		"delete from likes":  "not a SELECT",
		"select 1; select 2": "multiple commands",
	} {
		if _, err := r.Describe(t.Context(), query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nerror is %v, want %s", query, err, want)
		}
	}
}

func TestFaultOfAStatementIsPlaced(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create table likes (day date)")
	r := reader(t, url, warehouse.Limits{})
	for query, at := range map[string]string{
		"select day, count(*) from likes gruop by 1": "by",
		"select day, 'é',\n  nope\nfrom likes":       "nope",
		"select day from nowhere":                    "nowhere",
		"selec 1":                                    "selec",
	} {
		_, err := r.Describe(t.Context(), query)
		var syntax *warehouse.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != strings.Index(query, at) {
			t.Errorf("%s\nerror is %+v, want one at %q", query, err, at)
		}
	}
}

func TestDescribeNamesColumns(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create table likes (day date)")
	got, err := reader(t, url, warehouse.Limits{}).Describe(t.Context(), "select day, count(*) as value, 1.5 as price from likes where day >= $1 and day < $2 group by 1")
	want := []warehouse.ResultColumn{{Name: "day", Type: "date"}, {Name: "value", Type: "int8"}, {Name: "price", Type: "numeric"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("columns are %v, %v", got, err)
	}
}

func TestDatabaseOfOthersHasNothingLoaded(t *testing.T) {
	r := reader(t, warehousetest.Postgres(t), warehouse.Limits{})
	if loads, err := r.Loaded(t.Context(), "likes", today, today+1); err != nil || len(loads) != 0 {
		t.Errorf("loaded: %v, %v", loads, err)
	}
}

// A role that may only SELECT can read everything that the metrics need.
func TestSelectIsRightEnough(t *testing.T) {
	url := warehousetest.Postgres(t)
	plain := strings.Replace(url, "tearsheet@", "onlooker@", 1)
	if plain == url {
		t.Skip("the server's superuser is not the private one's")
	}
	do(t, url, "create table facts (day date)", "create role onlooker login", "grant select on facts to onlooker")
	t.Cleanup(func() { do(t, url, "drop owned by onlooker", "drop role onlooker") })
	r := reader(t, plain, warehouse.Limits{})
	if n := count(t, r, "select count(*) from facts"); n != 0 {
		t.Errorf("%d rows", n)
	}
	if _, err := pg.Open(t.Context(), plain, warehouse.Limits{}); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("filling without rights: %v", err)
	}
}

// To a role without rights on the ledger it is not as if nothing were loaded.
func TestLedgerThatMayNotBeReadIsNotEmpty(t *testing.T) {
	address := warehousetest.Postgres(t)
	plain := strings.Replace(address, "tearsheet@", "stranger@", 1)
	if plain == address {
		t.Skip("the server's superuser is not the private one's")
	}
	open(t, address)
	do(t, address, "create role stranger login")
	t.Cleanup(func() { do(t, address, "drop owned by stranger", "drop role stranger") })
	r := reader(t, plain, warehouse.Limits{})
	for _, grant := range []string{"", "grant usage on schema etl to stranger"} {
		do(t, address, grant)
		_, err := r.Loaded(t.Context(), "likes", today, today+1)
		var access *warehouse.AccessError
		if !errors.As(err, &access) || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%q: error is %v", grant, err)
		}
	}
	do(t, address, "grant select on etl.partition to stranger")
	if loads, err := r.Loaded(t.Context(), "likes", today, today+1); err != nil || len(loads) != 0 {
		t.Errorf("loaded: %v, %v", loads, err)
	}
}

// A statement that somebody cancels did not take longer than it may.
func TestCancelledStatementIsNotLate(t *testing.T) {
	address := warehousetest.Postgres(t)
	limits := warehouse.Limits{Timeout: time.Hour}
	filling, err := pg.Open(t.Context(), address, limits)
	if err != nil {
		t.Fatal(err)
	}
	defer filling.Close()
	for _, w := range []warehouse.Querier{reader(t, address, limits), filling} {
		ended := make(chan error, 1)
		go func() {
			rows, err := w.QueryContext(t.Context(), "select pg_sleep(50)")
			if err == nil {
				for rows.Next() {
				}
				err = rows.Err()
				rows.Close()
			}
			ended <- err
		}()
		for {
			do(t, address, "select pg_cancel_backend(pid) from pg_stat_activity where query = 'select pg_sleep(50)' and state = 'active'")
			select {
			case err = <-ended:
			default:
				continue
			}
			break
		}
		var late *warehouse.TimeoutError
		if err == nil || errors.As(err, &late) || !strings.Contains(err.Error(), "canceling") {
			t.Errorf("error is %v", err)
		}
	}
}
