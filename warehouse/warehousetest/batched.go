package warehousetest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"runtime"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// batchesLeaveWhatRowsLeave refreshes tables with batches of every type, then replaces
// them by the same rows, one by one: nothing may differ, rows and ledger.
func batchesLeaveWhatRowsLeave(t *testing.T, w warehouse.Warehouse) {
	for _, whole := range []bool{false, true} {
		table := EveryType("samples", whole)
		if whole {
			table.Name = "whole_samples"
		}
		ensure(t, w, table)
		dice := NewDice(7)
		batches := []*warehouse.Batch{dice.Batch(table, 300), dice.Batch(table, 0), dice.Batch(table, 1)}
		days := map[calendar.Day]bool{}
		for _, batch := range batches {
			for i := range batch.Days { // close together, so that the ledger stays small
				batch.Days[i] = monday.Add(i % 3)
				days[batch.Days[i]] = true
			}
		}
		refresh := warehouse.Refresh{Table: table, From: monday, To: monday + 3, Batches: Batches(batches...), At: when}
		if done, err := w.Refresh(t.Context(), refresh); err != nil || done.Read != 301 {
			t.Fatalf("%+v, %v", done, err)
		}
		before := mustDump(t, w, table.Name)
		change := warehouse.Change{Table: table, Rows: rowsOfBatches(table, batches...), At: when}
		for day := range days {
			change.Parts = append(change.Parts, warehouse.Part{Day: day})
		}
		if whole {
			change.Parts = []warehouse.Part{{Day: warehouse.WholePart}}
		}
		if err := w.Replace(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if after := mustDump(t, w, table.Name); after != before {
			t.Errorf("whole %t: the same rows one by one left something else", whole)
		}
		if column := &batches[0].Columns[1]; len(column.Null) > 0 { // the negative control
			column.Null[5] = !column.Null[5]
		} else {
			column.Ints[5]++
		}
		if done, err := w.Refresh(t.Context(), refresh); err != nil || len(done.Changed) != 1 {
			t.Errorf("whole %t, another value: %+v, %v", whole, done, err)
		}
		if after := mustDump(t, w, table.Name); after == before {
			t.Errorf("whole %t: the comparison saw no difference", whole)
		}
	}
}

// zeroHasNoSign loads a zero with one: the version takes it for 0, so 0 has to lie there.
func zeroHasNoSign(t *testing.T, w warehouse.Warehouse) {
	table := warehouse.Table{Name: "doubles", Columns: []warehouse.Column{{Name: "d", Type: warehouse.Type{Kind: warehouse.Double}}}}
	ensure(t, w, table)
	batch := &warehouse.Batch{Rows: 2, Days: []calendar.Day{monday, monday}, Columns: []warehouse.Vector{{Reals: []float64{math.Copysign(0, -1), -0.5}}}}
	refresh := warehouse.Refresh{Table: table, From: monday, To: monday + 1, Batches: Batches(batch), At: when}
	_, err := w.Refresh(t.Context(), refresh)
	for _, err := range []error{err, w.Replace(t.Context(), warehouse.Change{Table: table, Parts: parts(monday + 1), At: when,
		Rows: rowsOf(warehouse.Row{Day: monday + 1, Values: []any{math.Copysign(0, -1)}}, warehouse.Row{Day: monday + 1, Values: []any{-0.5}})})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := one(t, w, "select count(*) from doubles where cast(d as varchar(9)) like '-%'"); got != 2 { // -0.5, both times
		t.Errorf("%d values have a sign, not 2", got)
	}
}

func rowsOfBatches(table warehouse.Table, batches ...*warehouse.Batch) iter.Seq2[warehouse.Row, error] {
	return func(yield func(warehouse.Row, error) bool) {
		values := make([]any, len(table.Columns))
		for _, batch := range batches {
			for i := range batch.Rows {
				if !yield(batch.Row(table, i, values), nil) {
					return
				}
			}
		}
	}
}

// batchThatDoesNotFitIsRefused spoils the second block of what is loaded: the first must
// not stay.
func batchThatDoesNotFitIsRefused(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events, likes)
	before := mustDump(t, w, events.Name, likes.Name)
	for name, spoil := range map[string]func(*warehouse.Batch){
		"too few values": func(b *warehouse.Batch) { b.Columns[0].Ints = b.Columns[0].Ints[1:] },
		"too few days":   func(b *warehouse.Batch) { b.Days = b.Days[1:] },
		"NUL":            func(b *warehouse.Batch) { b.Columns[len(b.Columns)-1].Bytes[0] = 0 },
		"not UTF-8":      func(b *warehouse.Batch) { b.Columns[len(b.Columns)-1].Bytes[0] = 0xff },
		"year 10000":     func(b *warehouse.Batch) { b.Days[0] = calendar.DayOn(10000, 1, 1) },
	} {
		load := eventFile("a", monday, 6000, nil)
		load.Batches = spoiled(load.Batches, spoil)
		refresh := refreshOf()
		two := likeBatches(monday, []int64{1, 2})
		refresh.Batches = spoiled(func(yield func(*warehouse.Batch, error) bool) {
			for range 2 {
				for batch := range two {
					yield(batch, nil)
				}
			}
		}, spoil)
		_, err := w.Refresh(t.Context(), refresh)
		for what, err := range map[string]error{"load": w.LoadFiles(t.Context(), load), "refresh": err} {
			if err == nil || !strings.Contains(err.Error(), "table ") {
				t.Errorf("%s of %s: error is %v", what, name, err)
			}
		}
		if after := mustDump(t, w, events.Name, likes.Name); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
}

// spoiled passes batches on and spoils the second one.
func spoiled(batches iter.Seq2[*warehouse.Batch, error], spoil func(*warehouse.Batch)) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		n := 0
		for batch, err := range batches {
			if n++; n == 2 {
				spoil(batch)
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

func longRefusedLineKeepsItsBeginning(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	load := eventFile("a", monday, 0, nil)
	batch := new(warehouse.Batch)
	batch.Reset(3)
	batch.Rejects = []warehouse.Reject{
		{Line: 1, Text: []byte(strings.Repeat("é", 50_000)), Reason: strings.Repeat("why ", 2000)},
		{Line: 2, Text: bytes.Repeat([]byte("\x00\xff"), 40_000), Reason: "\x00\xff"},
	}
	load.Batches = Batches(batch)
	if err := w.LoadFiles(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if n := one(t, w, "select count(*) from etl.reject where line_no = 1 and line = repeat('é', 32767) and length(reason) = 4096"+
		" or line_no = 2 and left(line, 4) = '\uFFFD\uFFFD\uFFFD\uFFFD' and length(line) = 21845 and left(reason, 1) = '\uFFFD'"); n != 2 {
		t.Errorf("%d of 2 lines are as they should be", n)
	}
}

func tableWithoutFileColumnTakesNoFiles(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	load := eventFile("a", monday, 1, nil)
	load.Table = likes
	if err := w.LoadFiles(t.Context(), load); err == nil || !strings.Contains(err.Error(), warehouse.FileColumn) {
		t.Errorf("error is %v", err)
	}
}

// sealThatFailsChangesNothing tries to seal days that contradict each other.
func sealThatFailsChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	sealed := warehouse.Partition{Part: warehouse.Part{Day: monday, InputHash: "x"}, Version: "v", Rows: 5}
	good := warehouse.Change{Table: events, Seal: []warehouse.Partition{sealed}, At: when}
	if err := w.Replace(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, events.Name)
	other := sealed
	other.Version = "w"
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, attempt := range map[string]func() error{
		"a day twice": func() error {
			return w.Replace(t.Context(), warehouse.Change{Table: events, Seal: []warehouse.Partition{other, sealed}, At: when})
		},
		"sealed and replaced": func() error {
			return w.Replace(t.Context(), warehouse.Change{Table: events, Seal: []warehouse.Partition{other}, Parts: parts(monday), At: when})
		},
		"cancelled": func() error {
			return w.Replace(cancelled, warehouse.Change{Table: events, Seal: []warehouse.Partition{other}, At: when})
		},
	} {
		if err := attempt(); err == nil {
			t.Errorf("%s: it is taken", name)
		}
		if after := mustDump(t, w, events.Name); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
}

// refreshOfOtherInputsTouchesTheLedgerOnly reads the same rows of another input.
func refreshOfOtherInputsTouchesTheLedgerOnly(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	if _, err := w.Refresh(t.Context(), refreshOf([]int64{1, 2}, nil, []int64{3})); err != nil {
		t.Fatal(err)
	}
	before := loaded(t, w, "likes", monday, monday+3)
	other := refreshOf([]int64{1, 2}, nil, []int64{3})
	other.InputHash, other.RunID = "other", "second"
	if done, err := w.Refresh(t.Context(), other); err != nil || len(done.Changed) != 0 || done.Read != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	known, err := warehouse.Partitions(t.Context(), w, "likes", monday, monday+3)
	if err != nil || len(known) != 3 {
		t.Fatalf("%v, %v", known, err)
	}
	for day, p := range known {
		if p.InputHash != "other" || p.RunID != "second" || p.Version != before[day].Version {
			t.Errorf("ledger: %+v", p)
		}
	}
	wantRows(t, w, "2026-11-09 1 web", "2026-11-09 2 web", "2026-11-11 3 web")
}

// endingRefreshChangesNothing ends the context when all rows are taken.
func endingRefreshChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	if _, err := w.Refresh(t.Context(), refreshOf([]int64{1, 2}, nil, []int64{3})); err != nil {
		t.Fatal(err)
	}
	before := mustDump(t, w, "likes")
	ctx, cancel := context.WithCancel(t.Context())
	refresh := refreshOf([]int64{1}, nil, nil)
	refresh.Guard = func(int64, int64) error { cancel(); return nil }
	if _, err := w.Refresh(ctx, refresh); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if after := mustDump(t, w, "likes"); after != before {
		t.Errorf("it left\n%s", after)
	}
}

// memoryDoesNotGrowWithBatches watches the heap while 300,000 rows pass, refused lines
// among them.
func memoryDoesNotGrowWithBatches(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events, likes)
	const most = 16 << 20
	var begin, now runtime.MemStats
	watched := func(batches iter.Seq2[*warehouse.Batch, error]) iter.Seq2[*warehouse.Batch, error] {
		return func(yield func(*warehouse.Batch, error) bool) {
			runtime.GC()
			runtime.ReadMemStats(&begin)
			for batch, err := range batches {
				if !yield(batch, err) {
					return
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&now)
		}
	}
	check := func(what string, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if grown := int64(now.HeapAlloc) - int64(begin.HeapAlloc); grown > most {
			t.Errorf("%s: the heap grew by %d bytes", what, grown)
		}
	}
	load := eventFile("a", monday, 300_000, nil)
	load.Batches = watched(load.Batches)
	check("load", w.LoadFiles(t.Context(), load))
	refresh := refreshOf()
	refresh.Batches = watched(func(yield func(*warehouse.Batch, error) bool) {
		users := make([]int64, 3000)
		for i := range 100 {
			for j := range users {
				users[j] = int64(i*len(users) + j)
			}
			for batch := range likeBatches(monday, users) {
				if !yield(batch, nil) {
					return
				}
			}
		}
	})
	_, err := w.Refresh(t.Context(), refresh)
	check("refresh", err)
	if got := one(t, w, "select count(distinct user_id) from likes"); got != 300_000 {
		t.Errorf("%d users", got)
	}
}
