package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tearsheet/workflow"
)

func TestI06SlotsThatPassWhileTheJobRunsAreSkipped(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("quarters", "*/15 * * * *", 40*time.Minute)
		d.serve(2 * time.Hour)
		d.wantSlots("quarters", "2026-11-10T23:15 done; 2026-11-10T23:30 skipped; 2026-11-10T23:45 skipped; 2026-11-11T00:00 done; "+
			"2026-11-11T00:15 skipped; 2026-11-11T00:30 skipped; 2026-11-11T00:45 interrupted")
		d.wantSaid(1, "quarters ran longer than its interval: 2 slots are skipped, up to 2026-11-10T23:45")
	})
}

func TestI06OtherJobsWaitTheirTurn(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("second", "45 0 * * *", time.Minute)
		d.job("first", "40 0 * * *", time.Minute)
		d.job("pipeline", "30 0 * * *", 2*time.Hour)
		d.serve(5 * time.Hour)
		d.wantTurns("pipeline 2026-11-11T00:30", "first 2026-11-11T00:40", "second 2026-11-11T00:45")
		d.wantSlots("second", "2026-11-11T00:45 done late 1h46m0s")
	})
}

func TestI03SlotOfAKilledProcessIsTriedThreeTimesInAll(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		simulate(t, evening, func(t *testing.T, d *desk) {
			d.job("nightly", "30 0 * * *", time.Hour)
			d.begin()
			time.Sleep(2 * time.Hour)
			d.kill()
			for range 2 {
				d.begin()
				time.Sleep(10 * time.Minute)
				d.kill()
			}
			d.wantSlots("nightly", "2026-11-11T00:30 running ×3 late 40m0s")
			if byHand {
				e, ran, err := d.Run(t.Context(), "nightly", "ann")
				if e.State != workflow.Failed || ran || err != nil {
					t.Errorf("%+v, %v, %v", e, ran, err)
				}
			} else {
				d.serve(10 * time.Minute)
			}
			d.wantSlots("nightly", "2026-11-11T00:30 failed ×3 late 40m0s")
			d.wantSaid(1, "nightly 2026-11-11T00:30 failed: its process was killed, at attempt 3; it is not tried again")
			d.serve(25 * time.Hour)
			d.wantSlots("nightly", "2026-11-11T00:30 failed ×3 late 40m0s; 2026-11-12T00:30 done")
		})
	}
}

func TestL04StoppedJobIsWaitedForAndGoesOnLater(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		job := d.job("nightly", "30 0 * * *", time.Hour)
		whole, tidied := job.Do, false
		job.Do = func(ctx context.Context, turn workflow.Turn) error {
			defer func() { time.Sleep(5 * time.Second); tidied = true }()
			return whole(ctx, turn)
		}
		d.serve(2 * time.Hour)
		if !tidied {
			t.Error("the job was not waited for")
		}
		d.wantSlots("nightly", "2026-11-11T00:30 interrupted")
		d.serve(2 * time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 done ×2 late 30m5s")
		d.wantSaid(1, "nightly 2026-11-11T00:30 begins, attempt 2, late by 30m")
	})
}

func TestI03InterruptedSlotIsCaughtUpByALaterOne(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Hour)
		d.begin()
		time.Sleep(2 * time.Hour)
		d.kill()
		time.Sleep(24 * time.Hour)
		d.serve(2 * time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 interrupted; 2026-11-12T00:30 done late 30m0s")
		d.wantSaid(1, "nightly 2026-11-11T00:30 was interrupted: its process was killed; caught up by 2026-11-12T00:30")
	})
}

func TestFailedSlotIsTriedAgainAsTheJobSays(t *testing.T) {
	down, broken := errors.New("the source is down"), errors.New("no such table")
	again := workflow.Again{
		If:    func(err error) bool { return errors.Is(err, down) },
		Waits: []time.Duration{5 * time.Minute, 15 * time.Minute, 45 * time.Minute},
	}
	for _, tt := range []struct {
		name, text string
		failures   []error
		again      workflow.Again
		want       string
	}{
		{"passes", "30 0 * * *", []error{down, down}, again, "2026-11-11T00:30 done ×3 late 20m0s"},
		{"does not pass", "30 0 * * *", []error{down, down, down, down, nil}, again, "2026-11-11T00:30 failed ×4 late 1h5m0s"},
		{"cannot pass", "30 0 * * *", []error{broken}, again, "2026-11-11T00:30 failed"},
		{"is another one", "30 0 * * *", []error{down, broken}, again, "2026-11-11T00:30 failed ×2 late 5m0s"},
		{"nobody says so", "30 0 * * *", []error{down}, workflow.Again{}, "2026-11-11T00:30 failed"},
		{"the next slot is nearer", "30,45 0 * * *", []error{down, down, nil}, again, "2026-11-11T00:30 failed ×2 late 5m0s; 2026-11-11T00:45 done"},
	} {
		simulate(t, evening, func(t *testing.T, d *desk) {
			job := d.job("nightly", tt.text, 0)
			left := tt.failures
			job.Again, job.Do = tt.again, func(context.Context, workflow.Turn) error {
				if len(left) == 0 {
					return nil
				}
				err := left[0]
				left = left[1:]
				return err
			}
			d.serve(4 * time.Hour)
			if got := d.ledger.shapes("nightly"); got != tt.want {
				t.Errorf("an error that %s: %s, want %s", tt.name, got, tt.want)
			}
		})
	}
}

func TestOthersRunWhileAFailedSlotWaits(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		job := d.job("nightly", "30 0 * * *", 0)
		job.Again = workflow.Again{If: func(error) bool { return true }, Waits: []time.Duration{time.Hour}}
		job.Do = func(_ context.Context, turn workflow.Turn) error {
			d.turns = append(d.turns, fmt.Sprint("nightly ", turn.Attempt))
			return errors.New("the source is down")
		}
		d.job("sheet", "0 1 * * *", time.Minute)
		d.serve(105 * time.Minute)
		d.wantSaid(1, "nightly 2026-11-11T00:30 failed, and is tried again in 1h: the source is down")
		d.serve(2 * time.Hour) // what waits outlives the process
		d.wantTurns("nightly 1", "sheet 2026-11-11T01:00", "nightly 2")
		d.wantSlots("nightly", "2026-11-11T00:30 failed ×2 late 1h0m0s")
	})
}

func TestJobsThatHangOrPanicFail(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("slow", "0 0 * * *", 5*time.Hour).Timeout = 2 * time.Hour
		d.job("mistaken", "0 0 * * *", 0).Do = func(context.Context, workflow.Turn) error { panic("of no use") }
		d.serve(4 * time.Hour)
		d.wantSaid(1, "slow 2026-11-11T00:00 failed: it took longer than 2h: context deadline exceeded")
		d.wantSaid(1, "mistaken 2026-11-11T00:00 failed: a mistake in the program: of no use")
	})
}

func TestI08SchedulerBeatsEachMinuteAlsoWhileAJobRuns(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", 3*time.Hour)
		last, longest, beats := time.Now(), time.Duration(0), 0
		d.Beat = func(_ context.Context, at time.Time) error {
			longest, last = max(longest, at.Sub(last)), at
			if beats++; beats > 100 && beats < 200 {
				return errors.New("the disk is full")
			}
			return nil
		}
		d.serve(8 * time.Hour)
		if longest > time.Minute || beats < 8*60 || beats > 8*60+20 {
			t.Errorf("%d beats, the longest pause %s", beats, longest)
		}
		if since := time.Since(last); since > time.Minute {
			t.Errorf("the last beat is %s old", since)
		}
		d.wantSaid(1, "heartbeat: the disk is full")
	})
}

func TestLedgerThatDoesNotAnswerIsWaitedFor(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Hour)
		d.job("quarters", "*/15 2-3 * * *", 0)
		d.begin()
		time.Sleep(2 * time.Hour) // the job is under way
		d.line.set(true)
		time.Sleep(100 * time.Minute) // until 02:40
		d.line.set(false)
		time.Sleep(2 * time.Hour)
		d.end()
		d.wantSlots("nightly", "2026-11-11T00:30 done")
		d.wantSaid(1, "nightly: the ledger does not answer")
		d.wantTurns("nightly 2026-11-11T00:30", "quarters 2026-11-11T02:30", "quarters 2026-11-11T02:45",
			"quarters 2026-11-11T03:00", "quarters 2026-11-11T03:15", "quarters 2026-11-11T03:30", "quarters 2026-11-11T03:45")
	})
}

func TestSlotWhoseLockIsLostIsCarriedOutAgain(t *testing.T) {
	for _, tt := range []struct {
		locks []workflow.Lock
		said  int
	}{
		{[]workflow.Lock{workflow.Turning}, 0},
		{[]workflow.Lock{workflow.Turning, workflow.Serving}, 1},
	} {
		simulate(t, evening, func(t *testing.T, d *desk) {
			d.job("nightly", "30 0 * * *", time.Hour)
			fragile := &fragile{line: d.line, lost: map[workflow.Lock]context.CancelFunc{}}
			d.Ledger = fragile
			d.begin()
			time.Sleep(2 * time.Hour)
			fragile.lose(tt.locks...) // in the middle of the job
			time.Sleep(3 * time.Hour)
			d.end()
			d.wantSlots("nightly", "2026-11-11T00:30 done ×2 late 31m0s")
			d.wantSaid(1-tt.said, "nightly 2026-11-11T00:30 was interrupted: the lock was lost: context canceled")
			d.wantSaid(tt.said, "the lock of the schedule was lost")
		})
	}
}

func TestFaultsOfJobsComeAllAtOnce(t *testing.T) {
	do := func(context.Context, workflow.Turn) error { return nil }
	s := workflow.Scheduler{Ledger: newMemory().line(), Jobs: []workflow.Job{
		{Name: "a", Schedule: workflow.Schedule{Zone: time.UTC}, Do: do}, {Name: "a", Schedule: workflow.Schedule{Zone: time.UTC}, Do: do},
		{Name: "b", Schedule: workflow.Schedule{Zone: time.UTC}}, {Name: "c", Schedule: workflow.Schedule{Hour: 24, Zone: time.UTC}, Do: do},
	}}
	want := "job \"a\": there are two of that name\njob \"b\": it has nothing to do\njob \"c\": 24:00 is no time of day"
	if err := s.Serve(t.Context()); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}
