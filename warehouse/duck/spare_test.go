package duck

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// While batches come in, the engine has no threads of its own; afterwards it has them
// again, whether the batches went well, failed or were cancelled. Tables are built
// meanwhile, which has to go well all the while.
func TestThreadsAreBackWhenNobodyAppends(t *testing.T) {
	events := warehouse.Table{Name: "events", Columns: []warehouse.Column{{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	squares := warehouse.Table{Name: "squares", Whole: true, Columns: []warehouse.Column{{Name: "n", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	db := openNew(t, events, squares)
	before := number(t, db, "select cast(current_setting('threads') as bigint)")
	day := calendar.DayOn(2026, time.November, 9)
	broken := errors.New("broken")
	var loads sync.WaitGroup
	for i := range 12 {
		loads.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			path := fmt.Sprint("file ", i)
			_ = db.LoadFiles(ctx, warehouse.FileLoad{Table: events, Path: path, At: time.Unix(0, 0),
				Entry: func() (warehouse.FileEntry, error) { return warehouse.FileEntry{File: warehouse.File{Path: path}}, nil },
				Batches: func(yield func(*warehouse.Batch, error) bool) {
					for n := range 20 {
						batch := new(warehouse.Batch)
						batch.Reset(1)
						batch.Rows, batch.Days = 1, append(batch.Days, day)
						batch.Columns[0].Ints = append(batch.Columns[0].Ints, warehouse.FileID("events", path))
						var err error
						if i%4 == 2 && n == 15 {
							err = broken
						}
						if i%4 == 3 && n == 15 {
							cancel()
						}
						if number(t, db, "select cast(current_setting('threads') as bigint)") != 1 {
							t.Error("the engine has threads of its own during a load")
						}
						if !yield(batch, err) {
							return
						}
					}
				}})
		})
	}
	build := warehouse.Build{Table: squares, Select: "select range * range as n from range(300000)", Parts: []warehouse.Part{{Day: warehouse.WholePart}}, At: time.Unix(0, 0)}
	for range 10 {
		if _, err := db.Build(t.Context(), build); err != nil {
			t.Error(err)
		}
	}
	loads.Wait()
	if after := number(t, db, "select cast(current_setting('threads') as bigint)"); after != before {
		t.Errorf("%d threads, and %d before", after, before)
	}
	if rows := number(t, db, "select count(*) from events"); rows != 6*20 {
		t.Errorf("%d rows of the files that are whole", rows)
	}
}
