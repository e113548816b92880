package duck_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

func reader(t *testing.T, limits warehouse.Limits) *duck.Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db := open(t, path)
	if err := db.Ensure(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	if err := db.Replace(t.Context(), warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: firstDay}}, Rows: dayEvents(firstDay, 0)}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := duck.OpenReadOnly(t.Context(), path, limits)
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

func TestReaderReadsTheLedger(t *testing.T) {
	loads, err := reader(t, warehouse.Limits{}).Loaded(t.Context(), events.Name, firstDay-1, firstDay+1)
	if err != nil || len(loads) != 1 || loads[firstDay].Version != versionOf(firstDay, 0) {
		t.Errorf("loaded: %v, %v", loads, err)
	}
}

// Each of these is text that a metric could hold; none may do anything, even if it
// was never checked.
func TestStatementCannotWriteOrReachOutside(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := reader(t, warehouse.Limits{})
	for _, query := range []string{
		"delete from events", "drop table events; select 1", "create table x (a integer)", "create temp macro x() as 1; drop table events",
		"select * from read_csv('" + secret + "')", "from '" + secret + "'", "copy events to '" + secret + "'", "select * from glob('/*')",
		"select content from read_text('" + secret + "')", "attach '" + secret + ".duckdb'", "install httpfs", "load httpfs",
		"set enable_external_access = true", "set lock_configuration = false", "reset lock_configuration", "pragma memory_limit='1GB'",
		"export database '/tmp/x'", "select getenv('HOME')",
	} {
		if rows, err := r.QueryContext(t.Context(), query); err == nil {
			for rows.Next() {
			}
			if err := rows.Err(); err == nil {
				t.Errorf("%s is taken", query)
			}
			rows.Close()
		}
	}
	rows, err := r.QueryContext(t.Context(), "select count(*) from events")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var n int
	for rows.Next() {
		if err := rows.Scan(&n); err != nil || n != dayRows {
			t.Errorf("%d rows are left, %v", n, err)
		}
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "a\n1\n" {
		t.Errorf("the file outside is %q, %v", text, err)
	}
}

func TestLongStatementIsEnded(t *testing.T) {
	r := reader(t, warehouse.Limits{Timeout: 100 * time.Millisecond})
	_, err := r.QueryContext(t.Context(), "select count(*)\nfrom range(10000000000) a, range(1000) b")
	var late *warehouse.TimeoutError
	if !errors.As(err, &late) || err.Error() != "statement took longer than 100ms: select count(*) from range(10000000000) a, range(1000) b" {
		t.Errorf("error is %v", err)
	}
}

func TestReaderWritesNothingBesideTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	r, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// More than the memory holds, so that it spills.
	rows, err := r.QueryContext(t.Context(), "select a from (select hash(a) as a from range(12000000) t(a)) order by a limit 1 offset 9000000")
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	if beside, _ := filepath.Glob(path + ".*"); len(beside) > 0 {
		t.Errorf("beside the file: %v", beside)
	}
}

func TestCheckSelectTakesOneSelect(t *testing.T) {
	r := reader(t, warehouse.Limits{})
	for _, query := range []string{
		"select day, count(*) from Likes where day >= $1 and day < $2 group by 1", "select 1;",
		"from likes join main.users using (id) left join crm.deals d on d.id = likes.id",
		"with recursive t(n) as (select 1 union all select n+1 from t) select * from t",
		"select * from a union all select * from b except select * from c",
		"select 1 from a /* drop table b */ -- read_csv('c')",
		"select * from (values (1)) v, generate_series(1, 3), unnest([1]) u, d.s.t",
		"select * from a where t = 'drop table x; select' and \"from\" = 1 qualify row_number() over () = 1",
	} {
		if err := r.CheckSelect(t.Context(), query); err != nil {
			t.Errorf("%s\nis refused: %v", query, err)
		}
	}
}

func TestCheckSelectRefuses(t *testing.T) {
	r := reader(t, warehouse.Limits{})
	for query, want := range map[string]string{
		"":                            "not exactly one SELECT",
		"-- nothing":                  "not exactly one SELECT",
		"select 1; select 2":          "not exactly one SELECT",
		"drop table events":           "not exactly one SELECT",
		"insert into events select 1": "not exactly one SELECT",
		"copy (select 1) to 'x'":      "not exactly one SELECT",
		"select 1; drop table events": "not exactly one SELECT",
		"explain select 1":            "not exactly one SELECT",
		"describe events":             "not a SELECT",
		"show tables":                 "not a SELECT",
		"select * from read_csv('x')": "function read_csv is not allowed",
		"select READ_TEXT('x')":       "function read_text is not allowed",
		"select * from glob('*')":     "function glob is not allowed",
		"select getenv('HOME')":       "function getenv is not allowed",
		"select * from query('drop')": "function query is not allowed",
		"with a as (select * from parquet_scan('x')) select 1 from a": "function parquet_scan is not allowed",
		"select 1 where 1 in (select nextval('s'))":                   "function nextval is not allowed",
		"select * from duckdb_settings()":                             "function duckdb_settings is not allowed",
	} {
		if err := r.CheckSelect(t.Context(), query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nerror is %v, want %s", query, err, want)
		}
	}
}

func TestFaultOfAStatementIsPlaced(t *testing.T) {
	r := reader(t, warehouse.Limits{})
	for query, at := range map[string]string{
		"select day, count(*) form events group by 1":                          "events",
		"select day,\n  nope\nfrom events":                                     "nope",
		"select day from nowhere":                                              "nowhere",
		"select é, '" + strings.Repeat("x", 300) + "', wrong from events":      "é",
		"select '" + strings.Repeat("x", 300) + "' as long, wrong from events": "wrong",
		"selec 1": "selec",
	} {
		_, err := r.Describe(t.Context(), query)
		var syntax *warehouse.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != strings.Index(query, at) {
			t.Errorf("%s\nerror is %+v, want one at %q (%d)", query, err, at, strings.Index(query, at))
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q has several lines", err)
		}
	}
}

func TestDescribeNamesColumnsAndRunsNothing(t *testing.T) {
	r := reader(t, warehouse.Limits{Timeout: time.Second})
	got, err := r.Describe(t.Context(), "select day, count(*) as value, 1.50 as price from events where day >= $1 and day < $2 group by 1 -- end")
	want := []warehouse.ResultColumn{{Name: "day", Type: "DATE"}, {Name: "value", Type: "BIGINT"}, {Name: "price", Type: "DECIMAL(3,2)"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("columns are %v, %v", got, err)
	}
	if _, err := r.Describe(t.Context(), "select count(*) from range(10000000000) a, range(1000) b"); err != nil {
		t.Errorf("a long statement: %v", err)
	}
	if _, err := r.Describe(t.Context(), "drop table events; select 1"); err == nil {
		t.Error("two statements are taken")
	}
}

// The night of a clock change shows whether the engine's own zone has a say.
func TestInstantsAreUTC(t *testing.T) {
	r := reader(t, warehouse.Limits{})
	rows, err := r.QueryContext(t.Context(), "select cast(timestamptz '2015-03-08 07:30:00+00' as varchar), cast($1 as timestamptz) = timestamptz '2015-03-08 07:30:00+00'", time.Date(2015, 3, 8, 7, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var same bool
		if err := rows.Scan(&text, &same); err != nil || text != "2015-03-08 07:30:00+00" || !same {
			t.Errorf("%q, %t, %v", text, same, err)
		}
	}
}

func TestFileOfOthersHasNothingLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.duckdb")
	theirs, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Exec("create table t (a integer)"); err != nil {
		t.Fatal(err)
	}
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if loads, err := r.Loaded(t.Context(), "t", firstDay, firstDay+1); err != nil || len(loads) != 0 {
		t.Errorf("loaded: %v, %v", loads, err)
	}
}

func TestThousandsOfDaysLoadInOneChange(t *testing.T) {
	const days, perDay = 1500, 667
	db := open(t, filepath.Join(t.TempDir(), "warehouse.duckdb"))
	defer db.Close()
	if err := db.Ensure(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	var parts []warehouse.Part
	for n := range days {
		parts = append(parts, warehouse.Part{Day: firstDay.Add(n)})
	}
	change := warehouse.Change{Table: events, Parts: parts, Rows: func(yield func(warehouse.Row, error) bool) {
		values := make([]any, 2)
		for n := range days * perDay {
			values[0], values[1] = int64(n), "web"
			if !yield(warehouse.Row{Day: firstDay + calendar.Day(n/perDay), Values: values}, nil) {
				return
			}
		}
	}}
	for _, name := range []string{"first", "again"} {
		start := time.Now()
		if err := db.Replace(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d rows of %d days in %s", name, days*perDay, days, time.Since(start))
		if rows := rowsOf(t, db, events.Name); rows != days*perDay {
			t.Errorf("%s: the table has %d rows", name, rows)
		}
	}
}

// rowsOf counts the rows of a table.
func rowsOf(t *testing.T, db *duck.DB, table string) int {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "select count(*) from "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var count int
	if !rows.Next() || rows.Scan(&count) != nil || rows.Err() != nil {
		t.Fatalf("count the rows of %s: %v", table, rows.Err())
	}
	return count
}
