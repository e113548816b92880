package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"tearsheet/store"
	"tearsheet/workflow"
)

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
