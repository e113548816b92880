package warehousetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// events is a table that is filled file by file.
var events = warehouse.Table{Name: "staging.events", Columns: []warehouse.Column{
	{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}},
	{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}},
	{Name: "action", Type: warehouse.Type{Kind: warehouse.Text}},
}}

// eventFile is a file with n rows of a day, and a refused line after each block.
func eventFile(path string, day calendar.Day, n int, broken error) warehouse.FileLoad {
	load := warehouse.FileLoad{Table: events, Path: path, RunID: "run", At: when}
	load.Batches = func(yield func(*warehouse.Batch, error) bool) {
		const block = 3000 // more than one vector of DuckDB
		batch := new(warehouse.Batch)
		for from := 0; from < n; from += block {
			batch.Reset(3)
			for i := from; i < min(n, from+block); i++ {
				batch.Rows++
				batch.Days = append(batch.Days, day)
				batch.Columns[0].Ints = append(batch.Columns[0].Ints, warehouse.FileID(events.Name, path))
				batch.Columns[1].Ints = append(batch.Columns[1].Ints, int64(i))
				batch.Columns[1].Null = append(batch.Columns[1].Null, i%7 == 0)
				batch.Columns[2].AppendText([]byte([]string{"like", "a name of more than twelve bytes"}[i%2]))
			}
			batch.Rejects = append(batch.Rejects, warehouse.Reject{Line: int64(from + 1), Text: []byte("\xff bad"), Reason: "no date"})
			if !yield(batch, nil) {
				return
			}
		}
		if broken != nil {
			yield(nil, broken)
		}
	}
	load.Entry = func() (warehouse.FileEntry, error) {
		return warehouse.FileEntry{File: warehouse.File{Path: path, Checksum: fmt.Sprint(n), From: day, To: day + 1, Lines: int64(n) + 1, Loaded: int64(n), Rejected: 1, FirstError: 1},
			Days: []warehouse.FileDay{{Day: day, Rows: int64(n)}}}, nil
	}
	return load
}

func ensure(t *testing.T, w warehouse.Warehouse, tables ...warehouse.Table) {
	t.Helper()
	for _, table := range tables {
		if err := w.Ensure(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
}

func mustDump(t *testing.T, w warehouse.Querier, tables ...string) string {
	t.Helper()
	text, err := Dump(t.Context(), w, tables...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func one(t *testing.T, w warehouse.Querier, query string) (n int64) {
	t.Helper()
	rows, err := w.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row", query)
	}
	if err := rows.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func fileIsLoadedOnceHoweverOften(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	var before string
	for range 2 {
		for _, path := range []string{"a", "b"} {
			if err := w.LoadFiles(t.Context(), eventFile(path, monday, 7001, nil)); err != nil {
				t.Fatal(err)
			}
		}
		after := mustDump(t, w, events.Name)
		if before != "" && before != after {
			t.Error("the second load of the same files left other rows")
		}
		before = after
	}
	if got := one(t, w, "select count(*) from staging.events"); got != 2*7001 {
		t.Errorf("%d rows", got)
	}
	if got := one(t, w, "select count(*) from staging.events where user_id is null"); got != 2*1001 {
		t.Errorf("%d rows without a user", got)
	}
	if got := one(t, w, "select count(*) from staging.events where action = 'a name of more than twelve bytes'"); got != 2*3500 {
		t.Errorf("%d rows with the long action", got)
	}
	if got := one(t, w, "select count(*) from etl.reject"); got != 6 {
		t.Errorf("%d refused lines", got)
	}
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 10, nil)); err != nil {
		t.Fatal(err)
	}
	if got := one(t, w, "select count(*) from staging.events"); got != 7001+10 {
		t.Errorf("%d rows after new content under an old path", got)
	}
	if got := one(t, w, "select count(*) from etl.file where state = 'loaded'"); got != 2 {
		t.Errorf("%d files in the ledger", got)
	}
}

func brokenFileChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 100, nil)); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, events.Name)
	cause := errors.New("the file ends in the middle")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	refusing := eventFile("a", monday, 50, nil)
	refusing.Entry = func() (warehouse.FileEntry, error) { return warehouse.FileEntry{}, cause }
	for name, attempt := range map[string]func() error{
		"among batches": func() error { return w.LoadFiles(t.Context(), eventFile("a", monday, 9000, cause)) },
		"by its entry":  func() error { return w.LoadFiles(t.Context(), refusing) },
		"cancelled":     func() error { return w.LoadFiles(cancelled, eventFile("a", monday, 9000, nil)) },
	} {
		if err := attempt(); err == nil || name != "cancelled" && !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", name, err)
		}
		if after := mustDump(t, w, events.Name); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
}

// cancelledFileChangesNothing ends the context when all rows are taken and the ledger
// is about to be written, and lets whoever waits for that act.
func cancelledFileChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	before := mustDump(t, w, events.Name)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		load := eventFile("a", monday, 10, nil)
		entry := load.Entry
		load.Entry = func() (warehouse.FileEntry, error) {
			cancel()
			for range 20_000 {
				runtime.Gosched()
			}
			return entry()
		}
		if err := w.LoadFiles(ctx, load); !errors.Is(err, context.Canceled) {
			t.Fatalf("error is %v", err)
		}
		if after := mustDump(t, w, events.Name); after != before {
			t.Fatalf("it left\n%s", after)
		}
	}
}

func filesAreLoadedTogetherOrNotAtAll(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 5, nil)); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, events.Name)
	cause := errors.New("the file ends in the middle")
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 7, nil), eventFile("b", monday, 9, cause)); !errors.Is(err, cause) {
		t.Errorf("error is %v", err)
	}
	if err := w.LoadFiles(t.Context(), eventFile("b", monday, 7, nil), eventFile("b", monday, 9, nil)); err == nil {
		t.Error("a file that stands twice is taken")
	}
	if after := mustDump(t, w, events.Name); after != before {
		t.Errorf("it left\n%s", after)
	}
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 7, nil), eventFile("b", monday, 9, nil)); err != nil {
		t.Fatal(err)
	}
	if got := one(t, w, "select count(*) from staging.events"); got != 7+9 {
		t.Errorf("%d rows", got)
	}
}

func concurrentLoadsOfAFileLeaveOne(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	for round := range 2 { // into an empty table, and in the place of what is there
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { errs[i] = w.LoadFiles(t.Context(), eventFile("a", monday, 5000, nil)) })
		}
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if got := one(t, w, "select count(*) from staging.events"); got != 5000 {
			t.Errorf("round %d: %d rows", round, got)
		}
		if got := one(t, w, "select count(*) from etl.file"); got != 1 {
			t.Errorf("round %d: %d files in the ledger", round, got)
		}
	}
}

func filesAreLoadedSideBySide(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() {
			errs[i] = w.LoadFiles(t.Context(), eventFile(fmt.Sprint(i), monday.Add(i), 5000, nil))
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := one(t, w, "select count(*) from staging.events"); got != 8*5000 {
		t.Errorf("%d rows", got)
	}
}

func sealedDayIsLoaded(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 5, nil)); err != nil {
		t.Fatal(err)
	}
	if loads := loaded(t, w, events.Name, monday, monday+1); len(loads) != 0 {
		t.Errorf("before it is sealed: %v", loads)
	}
	sealed := warehouse.Partition{Part: warehouse.Part{Day: monday, Coverage: calendar.Coverage{Have: 23, Of: 24}, InputHash: "x"}, Version: "v", Rows: 5}
	if err := w.Replace(t.Context(), warehouse.Change{Table: events, Seal: []warehouse.Partition{sealed}, At: when}); err != nil {
		t.Fatal(err)
	}
	want := calendar.Load{Coverage: calendar.Coverage{Have: 23, Of: 24}, Version: "v"}
	if loads := loaded(t, w, events.Name, monday, monday+1); loads[monday] != want {
		t.Errorf("sealed: %v", loads)
	}
	if got := one(t, w, "select count(*) from staging.events"); got != 5 {
		t.Errorf("%d rows after the seal", got)
	}
}

// refreshOf is a refresh of likes with some users of each of three days from monday.
func refreshOf(users ...[]int64) warehouse.Refresh {
	return warehouse.Refresh{Table: likes, From: monday, To: monday + 3, InputHash: "input", RunID: "run", At: when, Batches: likeBatches(monday, users...)}
}

func likeBatches(from calendar.Day, users ...[]int64) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		batch := new(warehouse.Batch)
		batch.Reset(2)
		for i, day := range users {
			for _, user := range day {
				batch.Rows++
				batch.Days = append(batch.Days, from.Add(i))
				batch.Columns[0].Ints = append(batch.Columns[0].Ints, user)
				batch.Columns[1].AppendText([]byte("web"))
			}
		}
		yield(batch, nil)
	}
}

func refreshReplacesTheDaysThatDiffer(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	done, err := w.Refresh(t.Context(), refreshOf([]int64{1, 2}, nil, []int64{3}))
	if err != nil || done.Read != 3 || len(done.Changed) != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	if loads := loaded(t, w, "likes", monday, monday+7); len(loads) != 3 {
		t.Errorf("loaded: %v", loads)
	}
	before := mustDump(t, w, "likes")
	if done, err = w.Refresh(t.Context(), refreshOf([]int64{2, 1}, nil, []int64{3})); err != nil || len(done.Changed) != 0 {
		t.Errorf("the same rows in another order: %+v, %v", done, err)
	}
	if after := mustDump(t, w, "likes"); after != before {
		t.Errorf("the same rows left\n%s", after)
	}
	if done, err = w.Refresh(t.Context(), refreshOf([]int64{1}, []int64{5}, []int64{3})); err != nil || !slices.Equal(done.Changed, []calendar.Day{monday, monday + 1}) {
		t.Errorf("other rows: %+v, %v", done, err)
	}
	wantRows(t, w, "2026-11-09 1 web", "2026-11-10 5 web", "2026-11-11 3 web")
	// What Replace would load has the version that Refresh gave it.
	versions := loaded(t, w, "likes", monday, monday+1)
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	if again := loaded(t, w, "likes", monday, monday+1); again[monday] != versions[monday] {
		t.Errorf("by rows %v, by batches %v", again, versions)
	}
}

func refreshThatFailsChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	if _, err := w.Refresh(t.Context(), refreshOf([]int64{1, 2}, nil, []int64{3})); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, "likes")
	cause := errors.New("it shrank")
	guarded := refreshOf([]int64{1}, nil, nil)
	var was, is int64
	guarded.Guard = func(before, after int64) error { was, is = before, after; return cause }
	outside := refreshOf(nil, nil, nil, []int64{4})
	broken := refreshOf()
	broken.Batches = func(yield func(*warehouse.Batch, error) bool) { yield(nil, cause) }
	for name, refresh := range map[string]warehouse.Refresh{"guard": guarded, "foreign day": outside, "error among batches": broken} {
		if _, err := w.Refresh(t.Context(), refresh); err == nil || name != "foreign day" && !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", name, err)
		}
		if after := mustDump(t, w, "likes"); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
	if was != 3 || is != 1 {
		t.Errorf("the guard was told %d and %d", was, is)
	}
}

func wholeTableIsReplacedAsAWhole(t *testing.T, w warehouse.Warehouse) {
	users := warehouse.Table{Name: "users", Whole: true, Columns: likes.Columns}
	ensure(t, w, users)
	for i, names := range [][]int64{{1, 2, 3}, {1, 2, 3}, {2}} {
		done, err := w.Refresh(t.Context(), warehouse.Refresh{Table: users, Batches: likeBatches(0, names), RunID: "run", At: when})
		if err != nil || len(done.Changed) != []int{1, 0, 1}[i] {
			t.Fatalf("round %d: %+v, %v", i, done, err)
		}
		if got := one(t, w, "select count(*) from users"); got != int64(len(names)) {
			t.Errorf("round %d: %d rows", i, got)
		}
	}
	version := loaded(t, w, "users", monday, monday+2)
	if len(version) != 2 || !version[monday].Complete() || version[monday] != version[monday+1] {
		t.Errorf("loaded: %v", version)
	}
	row := warehouse.Row{Day: warehouse.WholePart, Values: []any{int64(2), "web"}}
	change := warehouse.Change{Table: users, Parts: []warehouse.Part{{Day: warehouse.WholePart}}, Rows: rowsOf(row), At: when}
	if err := w.Replace(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if again := loaded(t, w, "users", monday, monday+1); again[monday] != version[monday] {
		t.Errorf("by rows %v, by batches %v", again, version)
	}
}
