package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tearsheet/store"
	"tearsheet/workflow"
)

// In Toronto 02:30 does not exist on 14 March 2027, and 01:30 is twice on 1 November 2026.
func ExampleSchedule_Upcoming() {
	toronto, err := time.LoadLocation("America/Toronto")
	if err != nil {
		panic(err)
	}
	show := func(s workflow.Schedule, after time.Time) {
		for _, slot := range s.Upcoming(after, 3) {
			fmt.Println(slot.ID, "at", slot.At.Format("Jan 2 15:04 MST"))
		}
	}
	show(workflow.Schedule{Hour: 2, Minute: 30, Zone: toronto}, time.Date(2027, time.March, 13, 0, 0, 0, 0, toronto))
	halfHours, err := workflow.ParseCron("*/30 * * * *", toronto)
	if err != nil {
		panic(err)
	}
	show(halfHours, time.Date(2026, time.November, 1, 1, 10, 0, 0, toronto))
	// Output:
	// 2027-03-13T02:30 at Mar 13 07:30 UTC
	// 2027-03-14T02:30 at Mar 14 07:00 UTC
	// 2027-03-15T02:30 at Mar 15 06:30 UTC
	// 2026-11-01T01:30 at Nov 1 05:30 UTC
	// 2026-11-01T01:00-05:00 at Nov 1 06:00 UTC
	// 2026-11-01T01:30-05:00 at Nov 1 06:30 UTC
}

// A job of every night whose machine was off for three days, and whose source was down.
func ExampleScheduler() {
	dir, err := os.MkdirTemp("", "schedule")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ledger, err := store.Open(context.Background(), filepath.Join(dir, "store.sqlite"))
	if err != nil {
		panic(err)
	}
	defer ledger.Close()

	clock := time.Date(2026, time.November, 11, 0, 30, 1, 0, time.UTC)
	down := false
	scheduler := workflow.Scheduler{
		Jobs: []workflow.Job{{
			Name:     "nightly",
			Schedule: workflow.Schedule{Hour: 0, Minute: 30, Zone: time.UTC},
			Do: func(context.Context, workflow.Turn) error {
				if down {
					return errors.New("the source is down")
				}
				return nil
			},
		}},
		Ledger: ledger,
		Clock:  func() time.Time { return clock },
		Say:    func(_ workflow.Entry, text string) { fmt.Println(text) },
	}
	run := func() { // Serve does the same, at its time
		entry, ran, err := scheduler.Run(context.Background(), "nightly", "ann")
		fmt.Println("→", entry.Slot, entry.State, ran, err)
	}
	run()
	run()
	clock, down = clock.Add(3*24*time.Hour+2*time.Hour), true
	run()
	down = false
	run()
	// Output:
	// nightly 2026-11-11T00:30 begins
	// nightly 2026-11-11T00:30 is done, in 0s
	// → 2026-11-11T00:30 done true <nil>
	// → 2026-11-11T00:30 done false <nil>
	// nightly 2026-11-14T00:30 begins, late by 2h, and catches up 2 slots that were missed
	// nightly 2026-11-14T00:30 failed: the source is down
	// → 2026-11-14T00:30 failed true <nil>
	// nightly 2026-11-14T00:30 begins, attempt 2, late by 2h, and catches up 2 slots that were missed
	// nightly 2026-11-14T00:30 is done, in 0s
	// → 2026-11-14T00:30 done true <nil>
}
