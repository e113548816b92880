package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/workflow"
)

func TestNewJobBeginsNow(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.job("monthly", "0 3 1 * *", time.Minute)
		d.serve(26 * time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 done; 2026-11-12T00:30 done")
		d.wantSlots("monthly", "")
	})
}

func TestI03MissedSlotsAreCaughtUpOnceAndLate(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.serve(2 * time.Hour)
		time.Sleep(3*24*time.Hour + 2*time.Hour) // until 03:00 on the 14th
		d.serve(time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 done; 2026-11-12T00:30 missed; 2026-11-13T00:30 missed; 2026-11-14T00:30 done late 2h30m0s")
		d.wantSaid(1, "nightly 2026-11-14T00:30 begins, late by 2h30m, and catches up 2 slots that were missed")
		d.serve(time.Hour)
		d.wantTurns("nightly 2026-11-11T00:30", "nightly 2026-11-14T00:30")
	})
}

func TestI03JobThatBeganBeforeItsFirstSlotIsCaughtUp(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.serve(time.Hour) // not long enough
		time.Sleep(3 * time.Hour)
		d.serve(time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 done late 2h30m0s")
	})
}

func TestI03TimersThatStoodStillWhileTheMachineSlept(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.begin()
		time.Sleep(10*time.Minute + 30*time.Second)
		d.ahead.Add(int64(8 * time.Hour)) // the lid was closed
		time.Sleep(2 * time.Minute)
		d.end()
		d.wantSlots("nightly", "2026-11-11T00:30 done late 6h41m0s")
	})
}

func TestI04SecondSchedulerIsRefused(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.begin()
		err := newDesk(t, d.ledger).Serve(t.Context())
		if !errors.Is(err, workflow.ErrServing) || !strings.HasPrefix(err.Error(), "the schedule is served already by process 7 on here, since ") {
			t.Errorf("%v", err)
		}
		d.end()
	})
}

func TestI04PersonAndSchedulerCarryOutASlotOnce(t *testing.T) {
	for _, early := range []time.Duration{-time.Second, 0, time.Second, time.Hour} {
		simulate(t, evening, func(t *testing.T, d *desk) {
			person := newDesk(t, d.ledger)
			for _, x := range []*desk{d, person} {
				x.job("nightly", "30 0 * * *", 10*time.Minute)
			}
			d.serve(time.Minute) // it has begun
			time.Sleep(89*time.Minute - early)
			d.begin()
			go func() {
				time.Sleep(early) // at 00:30
				person.Run(t.Context(), "nightly", "ann")
			}()
			time.Sleep(3 * time.Hour)
			d.end()
			if got := len(d.turns) + len(person.turns); got != 1 {
				t.Errorf("begun %s before, it was carried out %d times: %q %q", early, got, d.turns, person.turns)
			}
		})
	}
}

func TestI04RunWaitsItsTurnAndNeverRunsTwice(t *testing.T) {
	simulate(t, "2026-11-10T23:59:59-05:00", func(t *testing.T, d *desk) {
		d.job("pipeline", "0 0 * * *", time.Hour)
		d.job("sheet", "0 0 * * *", time.Minute)
		time.Sleep(time.Second) // someone's own cron calls both, and one of them twice
		results := make(chan string, 3)
		for i, name := range []string{"pipeline", "sheet", "pipeline"} {
			time.Sleep(time.Millisecond)
			go func() {
				e, ran, err := d.Run(t.Context(), name, "cron")
				results <- fmt.Sprintf("%d %s %s %s %v %v %s", i, e.Job, e.Slot, e.State, ran, err, e.By)
			}()
		}
		got := []string{<-results, <-results, <-results}
		slices.Sort(got)
		if want := []string{
			"0 pipeline 2026-11-11T00:00 done true <nil> cron",
			"1 sheet 2026-11-11T00:00 done true <nil> cron",
			"2 pipeline 2026-11-11T00:00 done false <nil> cron",
		}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if _, _, err := d.Run(t.Context(), "shet", "ann"); !errors.Is(err, workflow.ErrUnknown) {
			t.Errorf("a job that is not there: %v", err)
		}
	})
}

func TestRunCarriesOutAFailedSlotAgain(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		job := d.job("nightly", "30 0 * * *", 0)
		whole := job.Do
		job.Do = func(context.Context, workflow.Turn) error { return errors.New("no such table") }
		if e, ran, err := d.Run(t.Context(), "nightly", "ann"); err != nil || !ran || e.State != workflow.Failed || e.Error != "no such table" {
			t.Errorf("%+v, %v, %v", e, ran, err)
		}
		d.serve(time.Hour) // the scheduler does not
		d.wantSlots("nightly", "2026-11-10T00:30 failed late 22h30m0s")
		job.Do = whole
		if e, ran, err := d.Run(t.Context(), "nightly", "bob"); err != nil || !ran || e.State != workflow.Done || e.By != "bob" || e.Error != "" {
			t.Errorf("%+v, %v, %v", e, ran, err)
		}
		d.wantSlots("nightly", "2026-11-10T00:30 done ×2 late 23h30m0s")
	})
}

func TestI05ClockThatGoesBackRunsNothingAgain(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		d.begin()
		time.Sleep(2*time.Hour + 30*time.Second)
		d.ahead.Store(int64(-2 * time.Hour)) // 23:00 again
		time.Sleep(24 * time.Hour)
		d.wantSlots("nightly", "2026-11-11T00:30 done")
		d.ahead.Store(int64(-7 * 24 * time.Hour))
		time.Sleep(24 * time.Hour)
		d.wantSaid(1, "nightly: the clock cannot be right: it is more than a day behind 2026-11-11T00:30, which is done")
		d.ahead.Store(0)
		time.Sleep(24 * time.Hour)
		d.end()
		d.wantSlots("nightly", "2026-11-11T00:30 done; 2026-11-12T00:30 missed; 2026-11-13T00:30 done late 31m0s; 2026-11-14T00:30 done")
	})
}

func TestI05ClockThatJumpsAheadIsRefusedUntilItIsMended(t *testing.T) {
	simulate(t, evening, func(t *testing.T, d *desk) {
		d.job("nightly", "30 0 * * *", time.Minute)
		leap := d.job("leap", "0 0 29 2 *", time.Minute) // has no slot in between, and goes on
		d.begin()
		time.Sleep(2 * time.Hour)
		d.ahead.Store(int64(time.Until(leap.Schedule.Next(time.Now()).At.Add(-time.Hour))))
		time.Sleep(2 * time.Hour)
		d.wantSaid(1, "nightly: the clock cannot be right: 2026-11-12T00:30 was due more than a year ago: set it right, or let the job begin anew")
		d.wantSlots("leap", "2028-02-29T00:00 done")
		d.ahead.Store(0)
		time.Sleep(24 * time.Hour)
		d.end()
		d.wantSlots("nightly", "2026-11-11T00:30 done; 2026-11-12T00:30 done")
	})
}
