package pg_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// activesOf builds one day of actives by a SELECT.
func activesOf(query string, checks ...warehouse.Check) warehouse.Build {
	return warehouse.Build{Table: actives, Select: query, Parts: []warehouse.Part{{Day: today, InputHash: "a"}}, Checks: checks, RunID: "run", At: time.Unix(1_800_000_000, 0)}
}

const fromNothing = "select cast($1 as date) as day, 7 as users"

func TestC12AbortedBuildIsTriedThreeTimesMore(t *testing.T) {
	for times, good := range map[int]bool{3: true, 4: false} {
		url := warehousetest.Postgres(t)
		db := open(t, url)
		ensureAll(t, db)
		failing(t, url, "etl.partition", "40001", times)
		built, err := db.Build(t.Context(), activesOf(fromNothing))
		if (err == nil) != good || good && (built.Rows != 1 || len(built.Changed) != 1) {
			t.Errorf("aborted %d times: %+v, %v", times, built, err)
		}
		if n := count(t, db, "select count(*) from actives"); (n == 1) != good {
			t.Errorf("aborted %d times: %d rows", times, n)
		}
	}
}

func TestC12AbortedLoadOfAFileMayBeAskedForAgain(t *testing.T) {
	url := warehousetest.Postgres(t)
	db := open(t, url)
	ensureAll(t, db)
	failing(t, url, "etl.file", "40P01", 1)
	if err := db.LoadFiles(t.Context(), eventFile("a", today, 10)); !isDown(err) {
		t.Errorf("error is %v", err)
	}
	if n := count(t, db, "select count(*) from staging.events"); n != 0 {
		t.Errorf("%d rows", n)
	}
	if err := db.LoadFiles(t.Context(), eventFile("a", today, 10)); err != nil {
		t.Error(err)
	}
}

// A file that ends too early reads like a connection that does.
func TestErrorOfTheSourceIsNotTheServers(t *testing.T) {
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	cause := fmt.Errorf("a.log.gz: %w", io.ErrUnexpectedEOF)
	broken := eventFile("a", today, 10)
	broken.Batches = func(yield func(*warehouse.Batch, error) bool) { yield(nil, cause) }
	refused := eventFile("a", today, 10)
	refused.Entry = func() (warehouse.FileEntry, error) { return warehouse.FileEntry{}, cause }
	refresh := warehouse.Refresh{Table: likes, From: today, To: today + 1, Batches: broken.Batches}
	guarded := warehouse.Refresh{Table: likes, From: today, To: today + 1, Batches: userBatches(1, today), Guard: func(_, _ int64) error { return cause }}
	change := warehouse.Change{Table: likes, Parts: []warehouse.Part{{Day: today}}, Rows: func(yield func(warehouse.Row, error) bool) { yield(warehouse.Row{}, cause) }}
	for name, err := range map[string]error{
		"file":    db.LoadFiles(t.Context(), broken),
		"entry":   db.LoadFiles(t.Context(), refused),
		"refresh": errorOf(db.Refresh(t.Context(), refresh)),
		"guard":   errorOf(db.Refresh(t.Context(), guarded)),
		"replace": db.Replace(t.Context(), change),
	} {
		var storage *warehouse.StorageError
		if !errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &storage) {
			t.Errorf("%s: error is %v (%T)", name, err, errors.Unwrap(err))
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }

// Two handles are as two processes to the server.
func TestConcurrentBuildsOfADayLeaveOne(t *testing.T) {
	url := warehousetest.Postgres(t)
	first, second := open(t, url), open(t, url)
	ensureAll(t, first)
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		db := first
		if i%2 > 0 {
			db = second
		}
		wait.Go(func() {
			_, errs[i] = db.Build(t.Context(), activesOf(fmt.Sprintf("select $1 as day, %d as users from generate_series(1, 2)", i)))
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"select count(*) from actives": 2, "select count(distinct users) from actives": 1, "select count(*) from etl.partition": 1} {
		if n := count(t, first, query); n != want {
			t.Errorf("%s: %d, not %d", query, n, want)
		}
	}
}

func TestFaultOfASelectHasItsPlace(t *testing.T) {
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	for query, want := range map[string]struct {
		offset int
		text   string
	}{
		"select day, nobody as users from likes":                                        {12, `"nobody" does not exist`},
		"select day, user_id as users from likes x where ":                              {-1, "syntax error"},
		"select day, day as users from likes":                                           {-1, "column users: cannot cast type date to bigint"},
		"select day, user_id as users from likes; select 1":                             {-1, "syntax error at or near \";\""},
		"select day, 1 as users from likes) as x; select (1":                            {-1, "multiple commands"},
		"with d as (delete from likes returning *) select day, user_id as users from d": {5, "must be at the top level"},
		"select day from likes":                                                         {-1, "no column users"},
		"insert into likes select current_date, 1 returning day":                        {7, "syntax error"},
	} {
		_, err := db.Build(t.Context(), activesOf(query))
		var syntax *warehouse.SyntaxError
		if err == nil || !strings.Contains(err.Error(), want.text) || want.offset >= 0 && (!errors.As(err, &syntax) || syntax.Offset != want.offset) {
			t.Errorf("%s: error is %v at %+v", query, err, syntax)
		}
	}
}

func TestFaultOfACheckNamesTheCheck(t *testing.T) {
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	for query, want := range map[string]string{
		"select count(*) from actives where day = $1 and nobody":                 `column "nobody" does not exist`,
		"select 0; delete from actives":                                          "syntax error",
		"select 0) as x; select (0":                                              "multiple commands",
		"with d as (delete from actives returning 1) select count(*) - 1 from d": "must be at the top level",
	} {
		_, err := db.Build(t.Context(), activesOf(fromNothing, warehouse.Check{Name: "few", Query: query}))
		var syntax *warehouse.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), `check "few": `) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v", query, err)
		}
	}
	if _, err := db.Build(t.Context(), activesOf(fromNothing+" -- all\n;\n", warehouse.Check{Name: "none", Query: "select count(*) from actives where users < 0; "})); err != nil {
		t.Error(err)
	}
}

func TestLastDigitOfADoubleIsAnotherVersion(t *testing.T) {
	url := warehousetest.Postgres(t)
	_, name, _ := strings.Cut(url, "/tearsheet_")
	name, _, _ = strings.Cut(name, "?")
	do(t, url, "alter database tearsheet_"+name+" set extra_float_digits = 0")
	db := open(t, url)
	rates := warehouse.Table{Name: "rates", Columns: []warehouse.Column{{Name: "rate", Type: warehouse.Type{Kind: warehouse.Double}}}}
	if err := db.Ensure(t.Context(), rates); err != nil {
		t.Fatal(err)
	}
	for i, rate := range []string{"0.1", "0.1", "0.10000000000000002"} {
		build := activesOf("select $1 as day, cast('" + rate + "' as double precision) as rate")
		build.Table = rates
		built, err := db.Build(t.Context(), build)
		if err != nil || len(built.Changed) != []int{1, 0, 1}[i] {
			t.Errorf("%s: %+v, %v", rate, built, err)
		}
	}
}

// A file may be refused line by line without end; what was refused does not pile up.
func TestManyRefusedLinesAreAllKept(t *testing.T) {
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	load := eventFile("a", today, 10)
	rows := load.Batches
	load.Batches = func(yield func(*warehouse.Batch, error) bool) {
		batch := new(warehouse.Batch)
		for begin := 0; begin < 35_000; begin += 1000 {
			batch.Reset(3)
			for i := range 1000 {
				batch.Rejects = append(batch.Rejects, warehouse.Reject{Line: int64(begin + i), Text: []byte("?"), Reason: "no date"})
			}
			if !yield(batch, nil) {
				return
			}
		}
		rows(yield)
	}
	if err := db.LoadFiles(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"select count(*) from staging.events": 10, "select count(*) from etl.reject": 35_002, "select count(distinct line_no) from etl.reject": 35_000} {
		if n := count(t, db, query); n != want {
			t.Errorf("%s: %d, not %d", query, n, want)
		}
	}
}
