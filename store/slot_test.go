package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/store"
	"tearsheet/warehouse/warehousetest"
	"tearsheet/workflow"
)

// dueAt is the time of the n-th slot of an hourly job.
func dueAt(n int) time.Time {
	return time.Date(2026, time.November, 1, n, 0, 0, 0, time.UTC)
}

func entry(n int, state workflow.State, attempts int) workflow.Entry {
	return workflow.Entry{
		Job: "hourly", Slot: dueAt(n).Format("2006-01-02T15:04"), Due: dueAt(n), State: state, Attempts: attempts,
		Started: dueAt(n).Add(3 * time.Minute), Late: 3 * time.Minute, By: "ann",
	}
}

func expectClaim(t *testing.T, s *store.Store, e workflow.Entry, want bool) {
	t.Helper()
	if won, err := s.Claim(t.Context(), e); err != nil || won != want {
		t.Errorf("claim of %s as %s, attempt %d: %v, %v; want %v", e.Slot, e.State, e.Attempts, won, err, want)
	}
}

func expectSlots(t *testing.T, s *store.Store, want ...workflow.Entry) {
	t.Helper()
	if got, err := s.Slots(t.Context(), "hourly", 100); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("slots (%v):\n%+v\nwant:\n%+v", err, got, want)
	}
}

func TestSlotsAreKeptAsTheyWereTheLatestFirst(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		if _, known, err := s.Last(t.Context(), "hourly"); known || err != nil {
			t.Errorf("before all there is one: %v", err)
		}
		missed := workflow.Entry{Job: "hourly", Slot: "2026-11-01T07:00", Due: dueAt(7), State: workflow.Missed}
		running := entry(8, workflow.Running, 1)
		running.Missed = 1
		expectClaim(t, s, running, true)
		expectClaim(t, s, missed, true)
		other := running
		other.Job = "other"
		expectClaim(t, s, other, true)
		failed := running
		failed.State, failed.Ended, failed.Again, failed.Error = workflow.Waiting, dueAt(8).Add(4*time.Minute+time.Millisecond), dueAt(9), "the source is down"
		if err := s.Finish(t.Context(), failed); err != nil {
			t.Fatal(err)
		}
		again := open(t, place)
		expectSlots(t, again, failed, missed)
		if last, known, err := again.Last(t.Context(), "hourly"); !known || err != nil || !reflect.DeepEqual(last, failed) {
			t.Errorf("the last is %+v, %v", last, err)
		}
	})
}

func TestASlotIsClaimedOnceForEachAttempt(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		expectClaim(t, s, entry(1, workflow.Running, 1), true)
		expectClaim(t, s, entry(1, workflow.Running, 1), false)
		expectClaim(t, s, entry(1, workflow.Running, 3), false)
		expectClaim(t, s, entry(1, workflow.Running, 2), true)
		expectClaim(t, s, entry(1, workflow.Missed, 0), false)
		if err := s.Finish(t.Context(), entry(1, workflow.Done, 1)); err == nil {
			t.Error("the first attempt finished when the second was under way")
		}
		if err := s.Finish(t.Context(), entry(1, workflow.Done, 2)); err != nil {
			t.Error(err)
		}
		expectClaim(t, s, entry(1, workflow.Running, 3), false)
		expectClaim(t, s, entry(2, workflow.Skipped, 0), true)
		expectClaim(t, s, entry(2, workflow.Running, 1), false)
		expectSlots(t, s, entry(2, workflow.Skipped, 0), entry(1, workflow.Done, 2))
	})
}

func TestTheEarliestBeginningIsKept(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		for _, step := range []struct{ at, want int }{{5, 5}, {6, 5}, {4, 4}, {5, 4}} {
			if got, err := s.Begin(t.Context(), "hourly", dueAt(step.at)); err != nil || !got.Equal(dueAt(step.want)) {
				t.Errorf("begun at %s, %v; want %s", got, err, dueAt(step.want))
			}
		}
	})
}

func TestI05JobThatBeginsAnewForgetsWhatIsAhead(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		for n := range 3 {
			expectClaim(t, s, entry(n, workflow.Done, 1), true)
		}
		if err := s.BeginAnew(t.Context(), "hourly", dueAt(1)); err != nil {
			t.Fatal(err)
		}
		expectSlots(t, s, entry(1, workflow.Done, 1), entry(0, workflow.Done, 1))
		if got, err := s.Begin(t.Context(), "hourly", dueAt(9)); err != nil || !got.Equal(dueAt(1)) {
			t.Errorf("begun at %s, %v", got, err)
		}
	})
}

func TestI04LockIsOfOneProcessAndNamesIt(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, other := open(t, place), open(t, place)
		expectHeld(t, other, false)
		held, release := lock(t, s, workflow.Serving)
		expectHeld(t, other, true)
		_, _, err := other.Lock(t.Context(), workflow.Serving)
		if !errors.Is(err, workflow.ErrHeld) || !strings.Contains(err.Error(), fmt.Sprintf("by process %d on ", os.Getpid())) {
			t.Errorf("the other gets %v", err)
		}
		_, releaseTurn := lock(t, other, workflow.Turning) // another lock
		if held.Err() != nil {
			t.Error("the lock was lost")
		}
		for _, free := range []func() error{release, releaseTurn} {
			if err := free(); err != nil {
				t.Error(err)
			}
		}
		if held.Err() == nil {
			t.Error("it is held when it was given back")
		}
		expectHeld(t, other, false)
		_, release = lock(t, other, workflow.Serving)
		if err := release(); err != nil {
			t.Error(err)
		}
	})
}

// expectHeld wants this process, or nobody, to have the lock of who serves.
func expectHeld(t *testing.T, s *store.Store, want bool) {
	t.Helper()
	holder, err := s.Holder(t.Context(), workflow.Serving)
	if err != nil || (holder != nil) != want || want && (holder.PID != os.Getpid() || holder.Since.IsZero()) {
		t.Errorf("held by %+v, %v", holder, err)
	}
}

func lock(t *testing.T, s *store.Store, name workflow.Lock) (context.Context, func() error) {
	t.Helper()
	held, release, err := s.Lock(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return held, release
}

func TestI04LockThatTheServerTakesAwayIsLost(t *testing.T) {
	place := warehousetest.Postgres(t)
	s := open(t, place)
	held, release := lock(t, s, workflow.Turning)
	conn, err := pgx.Connect(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
		and database = (select oid from pg_database where datname = current_database())`); err != nil {
		t.Fatal(err)
	}
	<-held.Done()
	if t.Context().Err() != nil {
		t.Fatal("the test ended first")
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	_, release = lock(t, s, workflow.Turning)
	if err := release(); err != nil {
		t.Error(err)
	}
}
