package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/store"
	"tearsheet/workflow"
)

// memory is a ledger in memory, for months of slots. It outlives the processes that use it
// through lines of their own.
type memory struct {
	mu       sync.Mutex
	begun    map[string]time.Time
	entries  map[string]map[string]workflow.Entry // by job and slot
	last     map[string]workflow.Entry
	locks    map[workflow.Lock]*line
	careless bool // forgets how slots ended; for a negative control
}

func newMemory() *memory {
	return &memory{
		begun: map[string]time.Time{}, entries: map[string]map[string]workflow.Entry{},
		last: map[string]workflow.Entry{}, locks: map[workflow.Lock]*line{},
	}
}

// line is what one process has of a ledger. Once it is cut, as if the process had been
// killed or the server did not answer, nothing gets through and its locks are free.
type line struct {
	*memory
	cut bool
}

var errCut = errors.New("the ledger does not answer")

func (m *memory) line() *line { return &line{memory: m} }

func (l *line) do(f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return errCut
	}
	return f()
}

// set cuts a line, or mends it.
func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
}

// kill cuts a line for ever and frees its locks.
func (l *line) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	maps.DeleteFunc(l.locks, func(_ workflow.Lock, holder *line) bool { return holder == l })
}

func (l *line) Begin(_ context.Context, job string, at time.Time) (begun time.Time, err error) {
	err = l.do(func() error {
		if kept, ok := l.begun[job]; !ok || at.Before(kept) {
			l.begun[job] = at
		}
		begun = l.begun[job]
		return nil
	})
	return begun, err
}

func (l *line) Last(_ context.Context, job string) (e workflow.Entry, known bool, err error) {
	err = l.do(func() error {
		e, known = l.last[job]
		return nil
	})
	return e, known, err
}

func (l *line) Claim(_ context.Context, e workflow.Entry) (won bool, err error) {
	err = l.do(func() error {
		kept, found := l.entries[e.Job][e.Slot]
		ended := kept.State == workflow.Done || kept.State == workflow.Missed || kept.State == workflow.Skipped
		if won = !found || kept.Attempts == e.Attempts-1 && !ended; won {
			l.put(e)
		}
		return nil
	})
	return won, err
}

func (l *line) Finish(_ context.Context, e workflow.Entry) error {
	return l.do(func() error {
		if kept, found := l.entries[e.Job][e.Slot]; !found || kept.Attempts != e.Attempts {
			return fmt.Errorf("%s: attempt %d is not on record", e.Slot, e.Attempts)
		}
		if !l.careless {
			l.put(e)
		}
		return nil
	})
}

func (m *memory) put(e workflow.Entry) {
	if m.entries[e.Job] == nil {
		m.entries[e.Job] = map[string]workflow.Entry{}
	}
	m.entries[e.Job][e.Slot] = e
	if !e.Due.Before(m.last[e.Job].Due) {
		m.last[e.Job] = e
	}
}

func (l *line) Lock(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	err := l.do(func() error {
		if l.locks[lock] != nil {
			return &workflow.Holder{Host: "here", PID: 7}
		}
		l.locks[lock] = l
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	held, end := context.WithCancel(ctx)
	return held, func() error {
		end()
		return l.do(func() error {
			delete(l.locks, lock)
			return nil
		})
	}, nil
}

// slots returns the entries of a job, in the order of their slots.
func (m *memory) slots(job string) []workflow.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.entries[job]), func(a, b workflow.Entry) int { return a.Due.Compare(b.Due) })
}

// shapes are entries as text: slot, state, attempts.
func (m *memory) shapes(job string) string {
	var texts []string
	for _, e := range m.slots(job) {
		text := fmt.Sprintf("%s %s", e.Slot, e.State)
		if e.Attempts > 1 {
			text += fmt.Sprintf(" ×%d", e.Attempts)
		}
		if e.Late > 0 {
			text += " late " + e.Late.Round(time.Second).String()
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// What the months below rely on: the ledger in memory does what that of the store does.
func TestLedgerInMemoryIsAsThatOfTheStore(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "store.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		inMemory, job := newMemory().line(), fmt.Sprint("job ", round)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at := time.Date(2026, time.November, 1, rapid.IntRange(0, 2).Draw(t, "hour"), 0, 0, 0, time.UTC)
			e := workflow.Entry{
				Job: job, Slot: at.Format("2006-01-02T15:04"), Due: at, Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
				State: rapid.SampledFrom([]workflow.State{workflow.Running, workflow.Done, workflow.Failed, workflow.Waiting, workflow.Missed, workflow.Skipped, workflow.Interrupted}).Draw(t, "state"),
			}
			act := rapid.SampledFrom([]string{"claim", "finish", "last", "begin"}).Draw(t, "act")
			if got, want := answer(inMemory, act, e), answer(s, act, e); got != want {
				t.Fatalf("%s: in memory %s, in the store %s", act, got, want)
			}
		}
	})
}

func answer(ledger workflow.Ledger, act string, e workflow.Entry) string {
	ctx := context.Background()
	switch act {
	case "claim":
		won, err := ledger.Claim(ctx, e)
		return fmt.Sprint(won, err)
	case "finish":
		return fmt.Sprint(ledger.Finish(ctx, e) == nil)
	case "last":
		last, known, err := ledger.Last(ctx, e.Job)
		return fmt.Sprint(last, known, err)
	}
	at, err := ledger.Begin(ctx, e.Job, e.Due)
	return fmt.Sprint(at, err)
}
