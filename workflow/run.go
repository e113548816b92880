package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// begun is what is kept of a run when it begins.
type begun struct {
	Number int             `json:"number"`
	Name   string          `json:"name"`
	Input  json.RawMessage `json:"input"`
	At     time.Time       `json:"at"`
}

// ended is what is kept of a run when it ends, beside its error.
type ended struct {
	At time.Time `json:"at"`
}

// session is a run under way in this process.
type session struct {
	id      string
	resumed bool
	ctx     context.Context
	cancel  context.CancelCauseFunc
	begun   chan struct{} // closed when the body begins
	ended   chan struct{} // closed when it has ended
	err     error         // of the body
}

// Run carries out a new run and returns the error of its body. It is ErrBusy if
// another process works with the state, ErrUnfinished if an interrupted run waits.
func (e *Engine) Run(ctx context.Context, run Run) error {
	if run.ID == "" {
		return errors.New("run: has no id")
	}
	if e.options.Bodies[run.Name] == nil {
		return fmt.Errorf("run %q: body %q: %w", run.ID, run.Name, ErrUnknown)
	}
	input, err := json.Marshal(run.Input)
	if err != nil {
		return fmt.Errorf("run %q: input: %w", run.ID, err)
	}
	in := begun{Name: run.Name, Input: input, At: e.options.Clock()}
	return e.alone(ctx, run.ID, func(c dbos.Context) (dbos.WorkflowHandle[ended], error) {
		asking, end := bounded(ctx, c)
		defer end()
		if in.Number, err = e.admit(asking, run.ID); err != nil {
			return nil, err
		}
		if err := c.Launch(); err != nil {
			return nil, err
		}
		return dbos.RunWorkflow(c, e.carryOut, in, dbos.WithWorkflowID(run.ID))
	})
}

// Resume goes on with an interrupted run, to its end, and returns the error of its
// body.
func (e *Engine) Resume(ctx context.Context, id string) error {
	return e.alone(ctx, id, func(c dbos.Context) (dbos.WorkflowHandle[ended], error) {
		asking, end := bounded(ctx, c)
		defer end()
		status, err := e.find(asking, id)
		if err != nil {
			return nil, err
		}
		if status == nil {
			return nil, ErrUnknown
		}
		if !unfinished(status.Status) {
			return nil, ErrEnded
		}
		if name := beginning(status).Name; e.options.Bodies[name] == nil {
			return nil, fmt.Errorf("body %q: %w; cancel the run, or resume it with the program that began it", name, ErrUnknown)
		}
		e.session.resumed = true
		handle, err := dbos.ResumeWorkflow[ended](c, id)
		if err != nil {
			return nil, err
		}
		return handle, c.Launch() // which takes up what was resumed
	})
}

// admit returns the number of a new run, or why there can be none.
func (e *Engine) admit(c dbos.Context, id string) (int, error) {
	status, err := e.find(c, id)
	if err != nil {
		return 0, err
	}
	if status != nil && !unfinished(status.Status) {
		return 0, ErrEnded
	}
	waiting, err := dbos.ListWorkflows(c, dbos.WithFilterName(begunAs), dbos.WithFilterLimit(1),
		dbos.WithFilterStatus(dbos.WorkflowStatusPending, dbos.WorkflowStatusEnqueued))
	if err != nil {
		return 0, err
	}
	if len(waiting) > 0 {
		return 0, fmt.Errorf("run %q: %w", waiting[0].ID, ErrUnfinished)
	}
	last, err := dbos.ListWorkflows(c, dbos.WithFilterName(begunAs), dbos.WithFilterLimit(10), dbos.WithFilterSortDesc(),
		dbos.WithFilterLoadInput(true))
	if err != nil {
		return 0, err
	}
	number := 1
	for i := range last {
		number = max(number, beginning(&last[i]).Number+1)
	}
	return number, nil
}

// starter begins a run.
type starter func(dbos.Context) (dbos.WorkflowHandle[ended], error)

// alone lets start begin a run while no other process works with the state, waits for
// its end, and returns the error of its body.
func (e *Engine) alone(ctx context.Context, id string, start starter) error {
	e.running.Lock()
	defer e.running.Unlock()
	unlock, err := e.place.lock(ctx)
	if err != nil {
		return fmt.Errorf("run %q: %w", id, e.place.fault(err))
	}
	s := &session{id: id, begun: make(chan struct{}), ended: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	defer s.cancel(nil)
	err = e.through(s, start)
	if further := unlock(); further != nil {
		err = errors.Join(err, e.place.fault(further))
	}
	if err != nil {
		err = fmt.Errorf("run %q: %w", id, err)
	}
	switch {
	case s.err == nil || errors.Is(err, ErrCancelled):
		return err
	case err == nil:
		return s.err // as it is: it is the caller's own
	}
	return errors.Join(s.err, err)
}

// through brings a run to its end. The error is none of its body.
func (e *Engine) through(s *session, start starter) error {
	if err := e.connect(s.ctx); err != nil {
		return err
	}
	e.mutex.Lock()
	e.session = s
	c := e.dbos
	e.mutex.Unlock()
	handle, err := start(c)
	if err == nil {
		err = e.await(s, handle)
	}
	e.mutex.Lock()
	e.session = nil
	e.mutex.Unlock()
	err = e.place.fault(err)
	// Whoever is launched takes up what others resume, so that ends with the run.
	if further := e.disconnect(); further != nil && !errors.Is(err, ErrState) && !errors.Is(s.err, ErrState) {
		err = errors.Join(err, further)
	}
	return err
}

// await waits for the end of a run and for its being kept.
func (e *Engine) await(s *session, handle dbos.WorkflowHandle[ended]) error {
	kept := make(chan error, 1)
	go func() {
		_, err := handle.GetResult(dbos.WithHandlePollingInterval(20 * time.Millisecond))
		kept <- err
	}()
	select {
	case <-s.ended:
	case err := <-kept: // ended without us
		return cancelledOr(err, err)
	case <-s.ctx.Done():
		select {
		case <-s.begun:
			<-s.ended
		default: // it waits where it was
			return context.Cause(s.ctx)
		}
	}
	if s.interrupted() {
		return nil
	}
	var err error
	select {
	case err = <-kept:
	case <-time.After(e.options.Patience):
		err = errNoAnswer
	}
	if err == nil || s.err != nil {
		return cancelledOr(err, nil)
	}
	return cancelledOr(err, fmt.Errorf("it was carried out, but this could not be kept: %w", err))
}

// cancelledOr returns ErrCancelled if DBOS means that, else the other error.
func cancelledOr(err, other error) error {
	if errors.Is(err, dbos.ErrWorkflowCancelled) || errors.Is(err, dbos.ErrAwaitedWorkflowCancelled) {
		return ErrCancelled
	}
	return other
}

// interrupted reports whether a run that ended can go on later.
func (s *session) interrupted() bool {
	if s.err == nil || errors.Is(context.Cause(s.ctx), ErrCancelled) {
		return false
	}
	return s.ctx.Err() != nil || errors.Is(s.err, ErrState)
}

// carryOut is the workflow that DBOS knows. It finds the body and lets it work.
func (e *Engine) carryOut(c dbos.Context, in begun) (ended, error) {
	id, err := dbos.GetWorkflowID(c)
	if err != nil {
		return ended{}, err
	}
	e.mutex.RLock()
	s, root := e.session, e.dbos
	e.mutex.RUnlock()
	if s == nil || s.id != id { // nobody asked for it here
		<-c.Done()
		return ended{}, c.Err()
	}
	close(s.begun)
	s.err = e.work(s, root, c, in)
	close(s.ended)
	if s.interrupted() {
		<-c.Done() // by which DBOS knows that it can go on
		return ended{}, c.Err()
	}
	return ended{At: e.options.Clock()}, plain(s.err)
}

// work lets the body work. A panic of it is an error of the run: a crash would be
// resumed, and crash again.
func (e *Engine) work(s *session, root, c dbos.Context, in begun) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = e.panicked(r)
		}
	}()
	w := &Work{begun: in, session: s, engine: e, dbos: c, asked: map[string]bool{}}
	asking, end := bounded(s.ctx, root)
	err = w.remember(asking)
	end()
	if err != nil {
		return err
	}
	return e.options.Bodies[in.Name](s.ctx, w)
}

// panicked logs where a panic came from, and returns it as an error.
func (e *Engine) panicked(r any) error {
	quiet(e.options.Log).Error("panic in a run", "panic", r, "stack", string(debug.Stack()))
	return fmt.Errorf("panic: %v", r)
}

// plain returns an error that has the same text and no more, as it is kept.
func plain(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(err.Error())
}
