package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tearsheet/workflow"
)

func TestRunKeepsItsStepsWithNumberInputAndTimes(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		at := time.Date(2026, 11, 17, 2, 0, 0, 0, time.UTC)
		clock := func() time.Time { at = at.Add(time.Second); return at }
		engine, err := workflow.Open(t.Context(), workflow.Options{State: state, Clock: clock, Bodies: only(
			func(ctx context.Context, work *workflow.Work) error {
				var days []int
				if err := work.Input(&days); err != nil {
					return err
				}
				for _, day := range days {
					got, err := workflow.Do(ctx, work, workflow.Step{Name: fmt.Sprint("day ", day)}, say("done"))
					if err != nil || got != "done" {
						return fmt.Errorf("day %d: %q, %w", day, got, err)
					}
				}
				return nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		mustRun(t, engine, workflow.Run{ID: "first", Name: "night", Input: []int{1, 2}})
		mustRun(t, engine, workflow.Run{ID: "second", Name: "night", Input: []int{}})
		mustRun(t, engine, workflow.Run{ID: "third", Name: "night", Input: []int{3}})
		runs, err := engine.History(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, run := range runs {
			got = append(got, shape(run))
		}
		want := []string{"3 third night done; day 3 ×1", "2 second night done", "1 first night done; day 1 ×1; day 2 ×1"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		first := runs[2]
		if days := decode[[]int](t, first.Input); !slices.Equal(days, []int{1, 2}) {
			t.Errorf("input %v", days)
		}
		times := []time.Time{first.Started, first.Steps[0].Started, first.Steps[0].Ended, first.Steps[1].Started, first.Steps[1].Ended, first.Ended}
		for i, got := range times {
			if want := time.Date(2026, 11, 17, 2, 0, 1+i, 0, time.UTC); !got.Equal(want) {
				t.Errorf("time %d is %v, want %v", i, got, want)
			}
		}
	})
}

func TestFailingStepLeavesTheOthersToTheBody(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		broken := errors.New("web-2 is broken")
		engine := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
			_, first := workflow.Do(ctx, work, workflow.Step{Name: "a"}, func(context.Context) (int, error) { return 0, broken })
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: "b"}, say("b")); err != nil {
				return err
			}
			return first
		}))
		// The error is the body's own, not a text.
		if err := engine.Run(t.Context(), night("x")); err != broken {
			t.Errorf("error %v, want %v", err, broken)
		}
		wantShape(t, engine, "1 x night failed (web-2 is broken); a ×1 (web-2 is broken); b ×1")
		wantError(t, engine.Run(t.Context(), night("x")), workflow.ErrEnded)
		wantError(t, engine.Resume(t.Context(), "x"), workflow.ErrEnded)
		wantError(t, engine.Cancel(t.Context(), "x"), workflow.ErrEnded)
	})
}

func TestStepsSideBySide(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		engine := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
			// Each waits for the other: one after the other they would never end.
			var together, wait sync.WaitGroup
			together.Add(2)
			errs := make([]error, 2)
			for i := range errs {
				wait.Go(func() {
					_, errs[i] = workflow.Do(ctx, work, workflow.Step{Name: fmt.Sprint(i)}, func(context.Context) (int, error) {
						together.Done()
						together.Wait()
						return i, nil
					})
				})
			}
			wait.Wait()
			return errors.Join(errs...)
		}))
		mustRun(t, engine, night("x"))
		if steps := last(t, engine).Steps; len(steps) != 2 {
			t.Errorf("%d steps, want 2", len(steps))
		}
	})
}

func TestRetryAsLongAsTheErrorMayPass(t *testing.T) {
	passes, stays := errors.New("passes"), errors.New("stays")
	for _, c := range []struct {
		name     string
		attempts int
		errors   []error
		want     string
	}{
		{"it passes", 3, []error{passes, passes, nil}, "s ×3"},
		{"it stays", 3, []error{stays}, "s ×1 (stays)"},
		{"it becomes one that stays", 3, []error{passes, stays}, "s ×2 (stays)"},
		{"too often", 3, []error{passes, passes, passes}, "s ×3 (passes)"},
		{"once is enough", 1, []error{passes}, "s ×1 (passes)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := 0
			engine := open(t, file(t), only(func(ctx context.Context, work *workflow.Work) error {
				step := workflow.Step{Name: "s", Retry: workflow.Retry{
					If:       func(err error) bool { return errors.Is(err, passes) },
					Attempts: c.attempts, First: time.Millisecond, Longest: 2 * time.Millisecond,
				}}
				_, err := workflow.Do(ctx, work, step, func(context.Context) (int, error) {
					count++
					return count, c.errors[count-1]
				})
				if final := c.errors[len(c.errors)-1]; err != final {
					t.Errorf("error %v, want %v", err, final)
				}
				return nil
			}))
			mustRun(t, engine, night("x"))
			wantShape(t, engine, "1 x night done; "+c.want)
		})
	}
}

// A wait of an hour between two attempts ends with the run.
func TestCancelledContextEndsTheWaitAndInterruptsTheRun(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		again := false
		body := only(func(ctx context.Context, work *workflow.Work) error {
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, say("a")); err != nil {
				return err
			}
			step := workflow.Step{Name: "b", Retry: workflow.Retry{Attempts: 5, First: time.Hour, Longest: time.Hour, If: func(error) bool {
				context.AfterFunc(ctx, func() {}) // the wait begins after this
				cancel()
				return true
			}}}
			_, err := workflow.Do(ctx, work, step, func(context.Context) (int, error) {
				if again {
					return 1, nil
				}
				return 0, errors.New("down")
			})
			return err
		})
		engine := open(t, state, body)
		if err := engine.Run(ctx, night("x")); err == nil {
			t.Fatal("the run ended well")
		}
		wantShape(t, engine, "1 x night interrupted; a ×1; b ×1 (down)")
		wantError(t, engine.Run(t.Context(), night("y")), workflow.ErrUnfinished)
		again = true
		waiting, err := engine.Interrupted(t.Context())
		if err != nil || len(waiting) != 1 || waiting[0].ID != "x" {
			t.Fatalf("interrupted: %v, %v", waiting, err)
		}
		if err := engine.Resume(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		wantShape(t, engine, "1 x night done; a ×1; b ×1")
		mustRunAfter(t, engine)
	})
}

// mustRunAfter proves that an engine is as good as new.
func mustRunAfter(t *testing.T, engine *workflow.Engine) {
	t.Helper()
	mustRun(t, engine, night("after"))
	wantShape(t, engine, "2 after night done; a ×1; b ×1")
}

func TestCancelEndsARunForGood(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		begun := make(chan struct{})
		engine := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
			_, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, func(ctx context.Context) (int, error) {
				close(begun)
				<-ctx.Done()
				return 0, ctx.Err()
			})
			return err
		}))
		ended := make(chan error)
		go func() { ended <- engine.Run(t.Context(), night("x")) }()
		<-begun
		if info := last(t, engine); info.State != workflow.Running {
			t.Errorf("state %s, want running", info.State)
		}
		if err := engine.Cancel(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		wantError(t, <-ended, workflow.ErrCancelled)
		if info := last(t, engine); info.State != workflow.Cancelled || info.Ended.IsZero() {
			t.Errorf("run %+v is not cancelled", info)
		}
		wantError(t, engine.Resume(t.Context(), "x"), workflow.ErrEnded)
		wantError(t, engine.Cancel(t.Context(), "nobody"), workflow.ErrUnknown)
	})
}

func TestCancelFromAnotherEngineEndsTheRunBeforeItsNextStep(t *testing.T) {
	everywhere(t, func(t *testing.T, state string) {
		other := open(t, state, only(nothing))
		engine := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, func(ctx context.Context) (int, error) {
				return 1, other.Cancel(ctx, "x")
			}); err != nil {
				return err
			}
			_, err := workflow.Do(ctx, work, workflow.Step{Name: "b"}, func(context.Context) (int, error) {
				t.Error("the next step was carried out")
				return 0, nil
			})
			return err
		}))
		wantError(t, engine.Run(t.Context(), night("x")), workflow.ErrCancelled)
		if info := last(t, engine); info.State != workflow.Cancelled {
			t.Errorf("state %s", info.State)
		}
	})
}

func TestPanicIsAFailedRunAndNoCrashLoop(t *testing.T) {
	engine := open(t, file(t), map[string]workflow.Body{
		"body": func(context.Context, *workflow.Work) error { panic("oh") },
		"step": func(ctx context.Context, work *workflow.Work) error {
			_, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, func(context.Context) (int, error) { panic("oh") })
			return err
		},
	})
	for _, name := range []string{"body", "step"} {
		err := engine.Run(t.Context(), workflow.Run{ID: name, Name: name})
		if err == nil || !strings.Contains(err.Error(), "oh") {
			t.Errorf("%s: error %v", name, err)
		}
		if info := last(t, engine); info.State != workflow.Failed {
			t.Errorf("%s: %s", name, shape(info))
		}
	}
}

func TestMistakesOfTheCaller(t *testing.T) {
	engine := open(t, file(t), only(func(ctx context.Context, work *workflow.Work) error {
		for range 2 {
			if _, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, say("a")); err != nil {
				return err
			}
		}
		return nil
	}))
	wantError(t, engine.Run(t.Context(), workflow.Run{ID: "x", Name: "day"}), workflow.ErrUnknown)
	wantError(t, engine.Resume(t.Context(), "x"), workflow.ErrUnknown)
	for run, want := range map[*workflow.Run]string{
		{Name: "night"}: "run: has no id",
		{ID: "x", Name: "night", Input: make(chan int)}: `run "x": input: json: unsupported type: chan int`,
		{ID: "x", Name: "night"}:                        `step "a": needs a name of its own in the run`,
	} {
		if err := engine.Run(t.Context(), *run); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
