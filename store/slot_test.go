package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
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

// turnWorker names the store on which this test program takes turns as another process.
const turnWorker = "TEARSHEET_STORE_TEST_TURNS"

// takeTurns reads the number of an hour from each line and carries out its slot, if it is
// not done. At a negative one it never comes to an end.
func takeTurns(place string) int {
	s, err := store.Open(context.Background(), place)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer s.Close()
	lines := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for lines.Scan() {
		var n int
		fmt.Sscan(lines.Text(), &n)
		entry, ran, err := hourly(s, n, func(ctx context.Context, turn workflow.Turn) error {
			if n < 0 {
				fmt.Println("working")
				select {}
			}
			fmt.Println("ran", turn.Slot)
			return nil
		}).Run(context.Background(), "hourly", "ann")
		fmt.Println("end", entry.Slot, ran, err)
	}
	return 0
}

// hourly is the scheduler of a job in the middle of an hour.
func hourly(s *store.Store, n int, do func(context.Context, workflow.Turn) error) *workflow.Scheduler {
	schedule, err := workflow.ParseCron("@hourly", time.UTC)
	if err != nil {
		panic(err)
	}
	return &workflow.Scheduler{
		Jobs:   []workflow.Job{{Name: "hourly", Schedule: schedule, Do: do}},
		Ledger: s,
		Clock:  func() time.Time { return dueAt(n).Add(30 * time.Minute) },
	}
}

// process is another process that takes turns.
type process struct {
	cmd   *exec.Cmd
	ask   io.WriteCloser
	lines *bufio.Scanner
}

func startProcess(t *testing.T, place string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), turnWorker+"="+place)
	var err error
	if p.ask, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.ask.Close()
		p.cmd.Wait()
	})
	p.line()
	return p
}

func (p *process) line() string {
	p.lines.Scan()
	return p.lines.Text()
}

// turn lets the process take a turn and returns what it says.
func (p *process) turn(n int) []string {
	fmt.Fprintln(p.ask, n)
	for said := []string(nil); ; {
		said = append(said, p.line())
		if last := said[len(said)-1]; last == "" || strings.HasPrefix(last, "end") {
			return said
		}
	}
}

func TestI04TwoProcessesCarryOutASlotOnce(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		open(t, place)
		if other := race(t, 200, place, place); other != 0 {
			t.Errorf("of 200 slots %d were not carried out once", other)
		}
	})
}

// Negative control: with a ledger of their own both carry out each slot, and are caught.
func TestI04TwoProcessesWithTwoLedgersAreCaught(t *testing.T) {
	dir := t.TempDir()
	if other := race(t, 5, dir+"/one.sqlite", dir+"/two.sqlite"); other != 5 {
		t.Errorf("of 5 slots %d were carried out twice", other)
	}
}

// race lets a process for each place carry out the same slots at the same time, and
// returns how many of those were not carried out once.
func race(t *testing.T, rounds int, places ...string) (other int) {
	t.Helper()
	var processes []*process
	for _, place := range places {
		processes = append(processes, startProcess(t, place))
	}
	ranBy := make([]int, len(processes))
	for n := range rounds {
		said := make([][]string, len(processes))
		var all sync.WaitGroup
		for i, p := range processes {
			all.Go(func() { said[i] = p.turn(n) })
		}
		all.Wait()
		slot, ran := dueAt(n).Format("2006-01-02T15:04"), 0
		for i, lines := range said {
			switch text := strings.Join(lines, "; "); text {
			case "ran " + slot + "; end " + slot + " true <nil>":
				ran++
				ranBy[i]++
			case "end " + slot + " false <nil>":
			default:
				t.Fatalf("round %d: process %d says %q", n, i, text)
			}
		}
		if ran != 1 {
			other++
		}
	}
	t.Logf("of %d slots each process carried out: %v", rounds, ranBy)
	return other
}

func TestI03SlotOfAKilledProcessIsCarriedOutAgain(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, killed := open(t, place), startProcess(t, place)
		fmt.Fprintln(killed.ask, -1)
		if said := killed.line(); said != "working" {
			t.Fatal(said)
		}
		if err := killed.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		var turns []workflow.Turn
		entry, ran, err := hourly(s, -1, func(_ context.Context, turn workflow.Turn) error {
			turns = append(turns, turn)
			return nil
		}).Run(t.Context(), "hourly", "bob")
		if err != nil || !ran || entry.State != workflow.Done || entry.Attempts != 2 || len(turns) != 1 || turns[0].Attempt != 2 || turns[0].By != "bob" {
			t.Errorf("%+v, %v, %v; %+v", entry, ran, err, turns)
		}
	})
}

// Served by the clock of the machine, the slot being a second ahead.
func TestServedSlotIsInTheStore(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		ctx, stop := context.WithCancel(t.Context())
		scheduler := hourly(s, 5, func(context.Context, workflow.Turn) error {
			if holder, err := s.Holder(t.Context(), workflow.Turning); err != nil || holder == nil || holder.PID != os.Getpid() {
				t.Errorf("in the middle the turn is of %+v, %v", holder, err)
			}
			return nil
		})
		ahead := time.Until(dueAt(5).Add(-time.Second))
		scheduler.Clock = func() time.Time { return time.Now().Add(ahead) }
		scheduler.Say = func(e workflow.Entry, text string) {
			if e.State != workflow.Running {
				stop()
			}
		}
		if err := scheduler.Serve(ctx); err != nil {
			t.Fatal(err)
		}
		slots, err := s.Slots(t.Context(), "hourly", 10)
		if err != nil || len(slots) != 1 || slots[0].Slot != "2026-11-01T05:00" || slots[0].State != workflow.Done || slots[0].Late != 0 ||
			slots[0].By != workflow.BySchedule || slots[0].Ended.Before(slots[0].Started) {
			t.Errorf("%+v, %v", slots, err)
		}
	})
}

func TestI04SecondSchedulerIsToldWhoServes(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		_, release := lock(t, s, workflow.Serving)
		err := hourly(open(t, place), 1, func(context.Context, workflow.Turn) error { return nil }).Serve(t.Context())
		if want := fmt.Sprintf("the schedule is served already by process %d on ", os.Getpid()); !errors.Is(err, workflow.ErrServing) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
	})
}
