package pg_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

var (
	events = warehouse.Table{Name: "staging.events", Columns: []warehouse.Column{
		{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}},
		{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}},
		{Name: "action", Type: warehouse.Type{Kind: warehouse.Text}},
	}}
	users   = warehouse.Table{Name: "users", Whole: true, Columns: likes.Columns}
	actives = warehouse.Table{Name: "actives", Columns: []warehouse.Column{{Name: "users", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	tables  = []warehouse.Table{events, users, likes, actives}
)

// eventFile is a file of n rows of a day and two refused lines.
func eventFile(path string, day calendar.Day, n int) warehouse.FileLoad {
	return warehouse.FileLoad{Table: events, Path: path, RunID: "run", At: time.Unix(1_800_000_000, 0),
		Batches: func(yield func(*warehouse.Batch, error) bool) {
			batch := new(warehouse.Batch)
			for begin := 0; begin < n; begin += 700 {
				batch.Reset(3)
				for i := begin; i < min(n, begin+700); i++ {
					batch.Rows++
					batch.Days = append(batch.Days, day)
					batch.Columns[0].Ints = append(batch.Columns[0].Ints, warehouse.FileID(events.Name, path))
					batch.Columns[1].Ints = append(batch.Columns[1].Ints, int64(i%400))
					batch.Columns[2].AppendText([]byte("like"))
				}
				if begin == 0 {
					batch.Rejects = append(batch.Rejects, warehouse.Reject{Line: 1, Text: []byte("?"), Reason: "no date"}, warehouse.Reject{Line: 2, Offset: 2, Text: []byte("\x00"), Reason: "no date"})
				}
				if !yield(batch, nil) {
					return
				}
			}
		},
		Entry: func() (warehouse.FileEntry, error) {
			return warehouse.FileEntry{File: warehouse.File{Path: path, Checksum: fmt.Sprint(n), From: day, To: day + 1, Lines: int64(n + 2), Loaded: int64(n), Rejected: 2, FirstError: 1},
				Days: []warehouse.FileDay{{Day: day, Rows: int64(n)}}}, nil
		}}
}

// userBatches are n rows for each of some days, or for a whole table.
func userBatches(n int, days ...calendar.Day) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		batch := new(warehouse.Batch)
		for _, day := range days {
			batch.Reset(1)
			for i := range n {
				batch.Rows++
				batch.Days = append(batch.Days, day)
				batch.Columns[0].Ints = append(batch.Columns[0].Ints, int64(i))
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// step is a part of a night. Once it has an error with Down, its caller asks again.
type step struct {
	name string
	once bool // its rows are read once, so it does not ask again itself
	do   func(ctx context.Context, w warehouse.Warehouse) error
}

func night() []step {
	at := time.Unix(1_800_000_000, 0)
	file := func(path string, day calendar.Day, n int) step {
		return step{"file " + path, true, func(ctx context.Context, w warehouse.Warehouse) error {
			return w.LoadFiles(ctx, eventFile(path, day, n))
		}}
	}
	refresh := func(name string, r warehouse.Refresh) step {
		r.InputHash, r.RunID, r.At = "input", "run", at
		return step{name, true, func(ctx context.Context, w warehouse.Warehouse) error { _, err := w.Refresh(ctx, r); return err }}
	}
	replace := func(name string, change warehouse.Change) step {
		change.Table, change.RunID, change.At = events, "run", at
		return step{name, false, func(ctx context.Context, w warehouse.Warehouse) error { return w.Replace(ctx, change) }}
	}
	seal := warehouse.Change{Files: []warehouse.File{{Path: "broken", State: warehouse.FileBroken, From: today, To: today + 1}}}
	for i := range 3 {
		seal.Seal = append(seal.Seal, warehouse.Partition{Part: warehouse.Part{Day: today.Add(i), InputHash: "x"}, Version: fmt.Sprint("v", i), Rows: int64(i)})
	}
	build := warehouse.Build{Table: actives, RunID: "run", At: at, Select: "select day, count(distinct user_id) as users from staging.events where day >= $1 and day < $2 group by day",
		Parts:  []warehouse.Part{{Day: today, InputHash: "a"}, {Day: today + 1, InputHash: "a"}, {Day: today + 2, InputHash: "a"}},
		Checks: []warehouse.Check{{Name: "users", Query: "select count(*) from actives where users is null"}}}
	return []step{
		file("a", today, 1500), file("b", today+1, 900), file("a", today, 1200),
		replace("seal", seal),
		refresh("whole", warehouse.Refresh{Table: users, Batches: userBatches(800, 0)}),
		refresh("days", warehouse.Refresh{Table: likes, From: today, To: today + 3, Batches: userBatches(500, today, today+2)}),
		{"build", false, func(ctx context.Context, w warehouse.Warehouse) error { _, err := w.Build(ctx, build); return err }},
		replace("forget", warehouse.Change{ForgetFiles: []string{"b"}}),
		{"build again", false, func(ctx context.Context, w warehouse.Warehouse) error { _, err := w.Build(ctx, build); return err }},
	}
}

func ensureAll(t *testing.T, w warehouse.Warehouse) {
	t.Helper()
	for _, table := range tables {
		if err := w.Ensure(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
}

func dump(t *testing.T, w warehouse.Querier) string {
	t.Helper()
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	text, err := warehousetest.Dump(t.Context(), w, names...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// undisturbed returns what a night leaves whose connections hold.
func undisturbed(t *testing.T) string {
	t.Helper()
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	for _, s := range night() {
		if err := s.do(t.Context(), db); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	return dump(t, db)
}

// difference returns the lines that only one of two dumps has.
func difference(got, want string) string {
	count := map[string]int{}
	for _, line := range strings.Split(got, "\n") {
		count[line]++
	}
	for _, line := range strings.Split(want, "\n") {
		count[line]--
	}
	var lines []string
	for line, n := range count {
		if n != 0 {
			lines = append(lines, fmt.Sprintf("%+d %s", n, line))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines[:min(20, len(lines))], "\n")
}

func isDown(err error) bool {
	var storage *warehouse.StorageError
	return errors.As(err, &storage) && storage.Down
}

func TestC03NightWithLostCommitsEndsAsAnUndisturbedOne(t *testing.T) {
	want := undisturbed(t)
	for _, before := range []bool{false, true} {
		w, through := startWire(t, warehousetest.Postgres(t), before)
		db := open(t, through)
		ensureAll(t, db)
		for _, s := range night() {
			w.cuts.Store(1)
			err := s.do(t.Context(), db)
			if w.cuts.Load() >= 1 {
				t.Fatalf("%s: no commit was cut", s.name)
			}
			if lost := before && s.once; lost != (err != nil) || lost && !isDown(err) {
				t.Errorf("%s, cut before the server got it: %t: error is %v", s.name, before, err)
			}
			if err == nil {
				continue
			}
			if err := s.do(t.Context(), db); err != nil {
				t.Errorf("%s, again: %v", s.name, err)
			}
		}
		if got := dump(t, db); got != want {
			t.Errorf("cut before: %t: it differs by\n%s", before, difference(got, want))
		}
	}
}

// naive loads a file in two transactions, the rows and then the ledger, and takes
// every error for one that undid them.
func naive(ctx context.Context, url string, load warehouse.FileLoad) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for batch, err := range load.Batches {
		if err != nil {
			return err
		}
		for _, statement := range []string{"begin", fmt.Sprintf("insert into staging.events select '%s', %d, %d, 'like' from generate_series(1, %d)",
			batch.Days[0], batch.Columns[0].Ints[0], 1, batch.Rows), "commit"} {
			if _, err := conn.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
		}
	}
	_, err = conn.Exec(ctx, "insert into etl.file_day values ($1, $2, $3, 1)", load.Table.Name, load.Path, today.Time())
	return err
}

func TestC03ComparisonSeesALoadInTwoTransactions(t *testing.T) {
	var left []string
	for _, cuts := range []int32{0, 1} {
		w, through := startWire(t, warehousetest.Postgres(t), false)
		db := open(t, through)
		ensureAll(t, db)
		w.cuts.Store(cuts)
		load := eventFile("a", today, 1500)
		if err := naive(t.Context(), through, load); err != nil {
			if err := naive(t.Context(), through, load); err != nil {
				t.Fatal(err)
			}
		}
		left = append(left, dump(t, db))
	}
	if left[0] == left[1] {
		t.Error("a load in two transactions leaves the same with and without a lost reply")
	}
}

// startCutter passes connections to a server through toxiproxy.
func startCutter(t *testing.T, target string) (*toxiproxy.Proxy, string) {
	t.Helper()
	parsed, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "cutter", "127.0.0.1:0", parsed.Host)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	parsed.Host = proxy.Listen
	return proxy, parsed.String()
}

// TestC03NightCutAtRandomBytesEndsAsAnUndisturbedOne cuts what the server says, or what
// is said to it, after any number of bytes of a connection.
func TestC03NightCutAtRandomBytesEndsAsAnUndisturbedOne(t *testing.T) {
	want := undisturbed(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	cut, held := 0, 0
	for round := range 6 {
		proxy, through := startCutter(t, warehousetest.Postgres(t))
		db := open(t, through)
		ensureAll(t, db)
		for _, s := range night() {
			const most = 4 // then its connections hold
			for attempt := 0; ; attempt++ {
				if attempt < most {
					side, bytes := "downstream", 1+random.IntN(3000)
					if random.IntN(3) == 0 {
						side, bytes = "upstream", 1+random.IntN(40_000)
					}
					toxic := fmt.Sprintf(`{"name": "cut", "type": "limit_data", "stream": %q, "attributes": {"bytes": %d}}`, side, bytes)
					if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
						t.Fatal(err)
					}
				}
				err := s.do(t.Context(), db)
				if attempt < most {
					if err := proxy.Toxics.RemoveToxic(t.Context(), "cut"); err != nil {
						t.Fatal(err)
					}
				}
				if err == nil {
					held++
					break
				}
				if cut++; !isDown(err) || attempt > most {
					t.Fatalf("round %d: %s: error is %v", round, s.name, err)
				}
			}
		}
		if got := dump(t, db); got != want {
			t.Fatalf("round %d: it differs by\n%s", round, difference(got, want))
		}
	}
	t.Logf("%d attempts were cut, %d were done", cut, held)
	if cut == 0 {
		t.Error("nothing was cut: the test proves nothing")
	}
}

func TestC12StoppedServerIsAStorageErrorThatMayPass(t *testing.T) {
	db := open(t, warehousetest.Postgres(t))
	ensureAll(t, db)
	build := warehouse.Build{Table: actives, Select: "select day, 1 as users from likes where pg_terminate_backend(pg_backend_pid()) and day >= $1 and day < $2",
		Parts: []warehouse.Part{{Day: today}}, At: time.Unix(1_800_000_000, 0)}
	do := func() error { _, err := db.Build(t.Context(), build); return err }
	if err := db.Replace(t.Context(), warehouse.Change{Table: likes, Parts: []warehouse.Part{{Day: today}}, At: build.At,
		Rows: func(yield func(warehouse.Row, error) bool) {
			yield(warehouse.Row{Day: today, Values: []any{int64(1)}}, nil)
		}}); err != nil {
		t.Fatal(err)
	}
	if err := do(); !isDown(err) {
		t.Errorf("error is %v", err)
	}
	build.Select = "select day, 1 as users from likes where day >= $1 and day < $2"
	if err := do(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

var _ warehouse.Warehouse = (*pg.DB)(nil)
