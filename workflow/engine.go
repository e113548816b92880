package workflow

import "context"

// Engine carries out runs and remembers them. It may be used by several goroutines,
// for one run at a time.
type Engine struct{ options Options }

// Open opens the state, and makes it if there is none. Nothing is run yet, and other
// processes are not hindered.
func Open(ctx context.Context, options Options) (*Engine, error) { panic("to come") }

// Close lets go of the state. A run under way is interrupted.
func (e *Engine) Close() error { panic("to come") }

// Run carries out a new run and returns the error of its body. It is ErrBusy if
// another process works with the state, ErrUnfinished if an interrupted run waits.
func (e *Engine) Run(ctx context.Context, run Run) error { panic("to come") }

// Interrupted returns the runs that were begun and neither ended nor are under way,
// oldest first. It is ErrBusy if another process works with the state.
func (e *Engine) Interrupted(ctx context.Context) ([]RunInfo, error) { panic("to come") }

// Resume goes on with an interrupted run, to its end, and returns the error of its
// body.
func (e *Engine) Resume(ctx context.Context, id string) error { panic("to come") }

// Cancel ends a run that is interrupted or under way, in this process or another one.
// Here the context of its body ends; elsewhere the run ends before its next step.
func (e *Engine) Cancel(ctx context.Context, id string) error { panic("to come") }

// History returns the last n runs, newest first.
func (e *Engine) History(ctx context.Context, n int) ([]RunInfo, error) { panic("to come") }

// Work is a run under way, as its body sees it.
type Work struct{ info RunInfo }

// ID returns the ID of the run.
func (w *Work) ID() string { return w.info.ID }

// Number returns the number of the run.
func (w *Work) Number() int { return w.info.Number }

// Resumed reports whether the run goes on after an interruption.
func (w *Work) Resumed() bool { panic("to come") }

// Input decodes the input of the run into v.
func (w *Work) Input(v any) error { panic("to come") }

// Do carries out a step of a run and returns its result, or returns the result that
// was kept before the run was interrupted. The result is kept as JSON. The error is
// that of the last attempt. Steps may be done side by side by several goroutines.
func Do[T any](ctx context.Context, w *Work, step Step, do func(context.Context) (T, error)) (T, error) {
	panic("to come")
}
