package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// Work is a run under way, as its body sees it.
type Work struct {
	begun
	session *session
	engine  *Engine
	dbos    dbos.Context

	mutex sync.Mutex // of all below
	asked map[string]bool
	// DBOS numbers steps in the order in which they begin, and wants a run that goes
	// on to ask for the same ones in the same order. So names stands for what it holds,
	// by number, and next is the number that it gives out next.
	names map[int]string
	next  int
	kept  map[string]kept // of steps that ended well
}

// kept is what is kept of a step that ended.
type kept struct {
	Started  time.Time       `json:"started"`
	Ended    time.Time       `json:"ended"`
	Attempts int             `json:"attempts"`
	Error    string          `json:"error,omitempty"` // DBOS has one, too, in more words
	Result   json.RawMessage `json:"result,omitempty"`
}

// ID returns the ID of the run.
func (w *Work) ID() string { return w.session.id }

// Number returns the number of the run.
func (w *Work) Number() int { return w.begun.Number }

// Resumed reports whether the run goes on after an interruption.
func (w *Work) Resumed() bool { return w.session.resumed }

// Started returns when the run began, at first.
func (w *Work) Started() time.Time { return w.At }

// Input decodes the input of the run into v.
func (w *Work) Input(v any) error {
	if err := json.Unmarshal(w.begun.Input, v); err != nil {
		return fmt.Errorf("run %q: input: %w", w.ID(), err)
	}
	return nil
}

// remember reads what was kept of the run before it was interrupted.
func (w *Work) remember(root dbos.Context) error {
	steps, err := dbos.GetWorkflowSteps(root, w.ID(), dbos.WithStepsLoadOutput(true))
	if err != nil {
		return fmt.Errorf("read what was done: %w", w.engine.place.fault(err))
	}
	w.names, w.kept = map[int]string{}, map[string]kept{}
	for _, step := range steps {
		w.names[step.StepID] = step.StepName
		if step.Error == nil {
			w.kept[step.StepName] = outcome(step.Output)
		}
	}
	return nil
}

// outcome decodes what was kept of a step.
func outcome(output any) kept {
	var k kept
	if text, ok := output.(string); ok {
		_ = json.Unmarshal([]byte(text), &k) // of a form that we do not know, nothing is known
	}
	return k
}

// Do carries out a step of a run and returns its result, or returns the result that
// was kept before the run was interrupted. The result is kept as JSON. The error is
// that of the last attempt. Steps may be done side by side by several goroutines.
func Do[T any](ctx context.Context, w *Work, step Step, do func(context.Context) (T, error)) (T, error) {
	var result T
	raw, err := w.do(ctx, step, func(ctx context.Context) (json.RawMessage, error) {
		var err error
		if result, err = do(ctx); err != nil {
			return nil, err
		}
		raw, err := json.Marshal(result)
		if err != nil {
			return nil, fmt.Errorf("step %q: result: %w", step.Name, err)
		}
		return raw, nil
	})
	if err != nil || raw == nil {
		return result, err
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		return result, fmt.Errorf("step %q: kept result: %w", step.Name, err)
	}
	return result, nil
}

// do carries out a step, and returns nil, or returns its kept result.
func (w *Work) do(ctx context.Context, step Step, do func(context.Context) (json.RawMessage, error)) (json.RawMessage, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	a := &attempts{ctx: ctx, step: step, do: do, clock: w.engine.options.Clock, limit: w.engine.options.Patience, panicked: w.engine.panicked}
	a.patience = time.NewTimer(a.limit)
	defer a.patience.Stop()
	// The waits between attempts end with ctx, which is the caller's.
	c, cancel := dbos.WithCancel(w.dbos)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	outcome, raw, err := w.begin(c, a)
	if err != nil || raw != nil {
		return raw, err
	}
	var ended dbos.StepOutcome[kept]
	select {
	case ended = <-outcome:
	case <-a.patience.C:
		return nil, fmt.Errorf("step %q: keep its result: %w", step.Name, w.engine.place.fault(errNoAnswer))
	}
	switch {
	case a.err != nil:
		return nil, a.err
	case ended.Err == nil:
		return nil, nil
	case errors.Is(ended.Err, dbos.ErrWorkflowCancelled), w.disowned(ctx, ended.Err):
		w.session.cancel(ErrCancelled) // by another process
		return nil, ErrCancelled
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, fmt.Errorf("step %q: %w", step.Name, w.engine.place.fault(ended.Err))
}

// disowned reports whether a result was not kept since another process ended the run.
func (w *Work) disowned(ctx context.Context, err error) bool {
	if !errors.Is(err, dbos.ErrConflictingWorkflowID) {
		return false
	}
	status, err := w.engine.state(ctx, w.ID())
	return err == nil && status == dbos.WorkflowStatusCancelled
}

// begin begins a step, or returns its kept result.
func (w *Work) begin(c dbos.Context, a *attempts) (<-chan dbos.StepOutcome[kept], json.RawMessage, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	name := a.step.Name
	if name == "" || w.asked[name] {
		return nil, nil, fmt.Errorf("step %q: needs a name of its own in the run", name)
	}
	w.asked[name] = true
	if k, ok := w.kept[name]; ok {
		return nil, k.Result, nil
	}
	for w.names[w.next] != "" {
		// What the step came to is known already; here DBOS only counts it.
		_, err := dbos.RunAsStep(w.dbos, notAgain, dbos.WithStepName(w.names[w.next]))
		if errors.Is(err, errAgain) {
			return nil, nil, fmt.Errorf("step %q: %w", w.names[w.next], err)
		}
		w.next++
	}
	outcome, err := dbos.Go(c, a.once, append(a.step.Retry.options(a), dbos.WithStepName(name))...)
	if err != nil {
		return nil, nil, fmt.Errorf("step %q: %w", name, w.engine.place.fault(err))
	}
	w.next++
	return outcome, nil, nil
}

// errAgain is that of a step which DBOS forgot in the middle of a run.
var errAgain = errors.New("its kept result is gone")

func notAgain(context.Context) (kept, error) { return kept{}, errAgain }

// errNoAnswer is that of a state that does not answer, and may later.
var errNoAnswer = errors.New("does not answer")

// attempts are those of one step.
type attempts struct {
	ctx      context.Context
	step     Step
	do       func(context.Context) (json.RawMessage, error)
	clock    func() time.Time
	panicked func(any) error
	limit    time.Duration
	patience *time.Timer // with the state; it stands still while work is done
	started  time.Time
	count    int
	err      error // of the last one
	again    bool  // whether another one follows
}

// once makes one attempt.
func (a *attempts) once(context.Context) (kept, error) {
	a.patience.Stop()
	a.count++
	if a.count == 1 {
		a.started = a.clock()
	}
	var raw json.RawMessage
	raw, a.err = a.safely()
	if a.again = a.followed(); !a.again {
		a.patience.Reset(a.limit)
	}
	k := kept{Started: a.started, Ended: a.clock(), Attempts: a.count, Result: raw}
	if a.err != nil {
		k.Error = a.err.Error()
	}
	return k, plain(a.err)
}

// safely does the work. A panic of it is an error: a crash would be resumed, and crash
// again.
func (a *attempts) safely() (raw json.RawMessage, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = a.panicked(r)
		}
	}()
	return a.do(a.ctx)
}

// followed reports whether another attempt is worth while.
func (a *attempts) followed() bool {
	r := a.step.Retry
	return a.err != nil && a.ctx.Err() == nil && r.If != nil && a.count < r.Attempts && r.If(a.err)
}

// options tells DBOS how often a step is tried.
func (r Retry) options(a *attempts) []dbos.StepOption {
	if r.If == nil || r.Attempts < 2 {
		return nil
	}
	first, longest := r.First, r.Longest
	if first == 0 {
		first = time.Second
	}
	if longest == 0 {
		longest = time.Minute
	}
	return []dbos.StepOption{
		dbos.WithStepMaxRetries(r.Attempts - 1),
		dbos.WithStepBaseInterval(first),
		dbos.WithStepMaxInterval(longest),
		dbos.WithStepBackoffFactor(2),
		dbos.WithStepRetryPredicate(func(error) bool { return a.again }),
	}
}
