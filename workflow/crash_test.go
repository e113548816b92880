package workflow_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"tearsheet/workflow"
)

// Steps of a child: source first, then parts side by side, then total.
const parts = 8

// child goes on with the interrupted run, or runs one, and says on its output what it
// does. It is killed or ends.
func child(state string) int {
	ctx := context.Background()
	engine, err := workflow.Open(ctx, workflow.Options{State: state, Bodies: only(childNight)})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	defer engine.Close()
	waiting, err := engine.Interrupted(ctx)
	if err == nil && len(waiting) > 0 {
		err = engine.Resume(ctx, waiting[0].ID)
	} else if err == nil {
		err = engine.Run(ctx, night("x"))
	}
	if errors.Is(err, workflow.ErrBusy) {
		return 5
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("end")
	return 0
}

func childNight(ctx context.Context, work *workflow.Work) error {
	say := func(word string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) {
			fmt.Println("did", word)
			_, err := os.Stdin.Read(make([]byte, 1)) // goes on when it is told to
			return word + "!", err
		}
	}
	source, err := workflow.Do(ctx, work, workflow.Step{Name: "source"}, say("source"))
	if err != nil {
		return err
	}
	results := make([]string, parts)
	errs := make([]error, parts)
	var wait sync.WaitGroup
	for _, i := range rand.Perm(parts) { // in another order each time
		wait.Go(func() {
			name := fmt.Sprint("part", i)
			results[i], errs[i] = workflow.Do(ctx, work, workflow.Step{Name: name}, say(name))
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	total, err := workflow.Do(ctx, work, workflow.Step{Name: "total"}, func(context.Context) (string, error) {
		return strings.Join(append([]string{source}, results...), ""), nil
	})
	fmt.Println("total", total)
	return err
}

// lines runs a child, lets so many of its steps end, and kills it just then, or lets
// it end if that is -1. It returns what the child said.
func lines(t *testing.T, state string, steps int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVar+"="+state)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	scanner := bufio.NewScanner(out)
	for len(said) != steps && scanner.Scan() {
		said = append(said, scanner.Text())
		_, _ = in.Write([]byte{1}) // the child may have ended
	}
	if steps >= 0 {
		_ = cmd.Process.Kill() // it may have ended
	}
	for scanner.Scan() {
		said = append(said, scanner.Text())
	}
	_ = cmd.Wait() // killed
	return said
}

func TestC02KilledRunGoesOnWhereItStopped(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		engine := open(t, state, only(nothing))
		kept := map[string]bool{}
		var said []string
		resumed := 0
		for _, kill := range []int{1, 0, 3, 2, 4, -1} {
			now := lines(t, state, kill)
			for _, line := range now {
				if name, ok := strings.CutPrefix(line, "did "); ok && kept[name] {
					t.Errorf("%s was kept, and carried out again", name)
				}
			}
			said = append(said, now...)
			runs, err := engine.History(t.Context(), 5)
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range runs {
				if run.ID != "x" || len(runs) != 1 {
					t.Fatalf("run %s", shape(run))
				}
				if run.State == workflow.Interrupted {
					resumed++
				}
				for _, step := range run.Steps {
					kept[step.Name] = true
				}
			}
		}
		if resumed < 4 {
			t.Errorf("interrupted %d times: the kills hit nothing", resumed)
		}
		if want := "total source!part0!part1!part2!part3!part4!part5!part6!part7!"; !slices.Contains(said, want) {
			t.Errorf("said %q, want among it %q", said, want)
		}
		info := last(t, engine)
		if info.State != workflow.Done || len(info.Steps) != parts+2 || info.Number != 1 {
			t.Errorf("run %s", shape(info))
		}
	})
}

func TestM01OfTwoProcessesOneRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		begun, end := make(chan struct{}), make(chan struct{})
		engine := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
			close(begun)
			<-end
			return nil
		}))
		ended := make(chan error)
		go func() { ended <- engine.Run(t.Context(), night("x")) }()
		<-begun
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVar+"="+state)
		out, err := cmd.Output()
		if code := cmd.ProcessState.ExitCode(); code != 5 {
			t.Errorf("the second process: exit %d, %v, %q", code, err, out)
		}
		other := open(t, state, only(nothing))
		wantError(t, other.Run(t.Context(), night("y")), workflow.ErrBusy)
		wantError(t, other.Resume(t.Context(), "x"), workflow.ErrBusy)
		if info := last(t, other); info.State != workflow.Running {
			t.Errorf("seen from elsewhere: %s", shape(info))
		}
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		mustRun(t, other, night("y"))
	})
}

func TestRunOfAChangedProgramGoesOn(t *testing.T) {
	state := file(t)
	ctx, cancel := context.WithCancel(t.Context())
	before := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
		for _, name := range []string{"a", "b", "c"} {
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: name}, say(name)); err != nil {
				return err
			}
		}
		cancel()
		return ctx.Err()
	}))
	wantError(t, before.Run(ctx, night("x")), context.Canceled)
	var did []string
	after := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
		if !work.Resumed() {
			t.Error("it does not know that it was interrupted")
		}
		for _, name := range []string{"new", "c", "a", "newer"} { // b is gone
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: name}, func(context.Context) (string, error) {
				did = append(did, name)
				return name, nil
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	if err := after.Resume(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"new", "newer"}; !slices.Equal(did, want) {
		t.Errorf("carried out %q, want %q", did, want)
	}
}
