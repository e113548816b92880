package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tearsheet/workflow"
)

// evening is an hour before midnight in Toronto.
const evening = "2026-11-10T23:00:00-05:00"

// desk is a scheduler and what it did, in simulated time.
type desk struct {
	*workflow.Scheduler
	t      *testing.T
	ledger *memory
	line   *line
	ahead  atomic.Int64 // nanoseconds of the clock of the machine
	turns  []string
	said   []string
	stop   context.CancelFunc
	ended  chan error
}

// simulate calls f at an instant, in simulated time, with a scheduler that has no jobs.
func simulate(t *testing.T, at string, f func(t *testing.T, d *desk)) {
	begin, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(begin))
		f(t, newDesk(t, newMemory()))
	})
}

func newDesk(t *testing.T, ledger *memory) *desk {
	d := &desk{t: t, ledger: ledger, line: ledger.line()}
	d.Scheduler = &workflow.Scheduler{
		Ledger: d.line,
		Clock:  func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) },
		Say:    func(_ workflow.Entry, text string) { d.said = append(d.said, text) },
	}
	return d
}

// job adds a job by a cron expression in Toronto that takes so long.
func (d *desk) job(name, text string, long time.Duration) *workflow.Job {
	d.t.Helper()
	schedule, err := workflow.ParseCron(text, location(d.t, "America/Toronto"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.Jobs = append(d.Jobs, workflow.Job{Name: name, Schedule: schedule, Do: func(ctx context.Context, turn workflow.Turn) error {
		d.turns = append(d.turns, fmt.Sprintf("%s %s", name, turn.Slot))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(long):
			return nil
		}
	}})
	return &d.Jobs[len(d.Jobs)-1]
}

// serve serves for a while.
func (d *desk) serve(long time.Duration) {
	d.t.Helper()
	d.begin()
	time.Sleep(long)
	d.end()
}

func (d *desk) begin() {
	var ctx context.Context
	ctx, d.stop = context.WithCancel(d.t.Context())
	d.ended = make(chan error, 1)
	go func() { d.ended <- d.Serve(ctx) }()
	synctest.Wait()
}

func (d *desk) end() {
	d.t.Helper()
	d.stop()
	if err := <-d.ended; err != nil {
		d.t.Error(err)
	}
}

// kill ends the scheduler as SIGKILL does: it keeps nothing more.
func (d *desk) kill() {
	d.t.Helper()
	d.line.kill()
	d.end()
	d.line = d.ledger.line()
	d.Ledger = d.line
}

func (d *desk) wantSlots(job, want string) {
	d.t.Helper()
	if got := d.ledger.shapes(job); got != want {
		d.t.Errorf("%s: %s\nwant %s", job, got, want)
	}
}

func (d *desk) wantTurns(want ...string) {
	d.t.Helper()
	if !slices.Equal(d.turns, want) {
		d.t.Errorf("carried out %q, want %q", d.turns, want)
	}
}

// wantSaid wants a sentence said so many times.
func (d *desk) wantSaid(n int, want string) {
	d.t.Helper()
	got := 0
	for _, text := range d.said {
		if strings.Contains(text, want) {
			got++
		}
	}
	if got != n {
		d.t.Errorf("%q was said %d times, want %d:\n%s", want, got, n, strings.Join(d.said, "\n"))
	}
}

// fragile is a ledger whose locks can be lost.
type fragile struct {
	*line
	lost map[workflow.Lock]context.CancelFunc
}

func (f *fragile) Lock(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.lost[lock] = cancel
	f.mu.Unlock()
	return f.line.Lock(ctx, lock)
}

func (f *fragile) lose(locks ...workflow.Lock) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, lock := range locks {
		f.lost[lock]()
	}
}
