package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// What DBOS is told of us. It resumes only what was begun under the same version, and
// that is to go on across releases.
const (
	application = "workflow"
	version     = "1"
	schema      = "workflow"
	begunAs     = "run" // the one workflow that it knows; which body it is stands in its input
)

// DBOS tries for ever to reach a state that is gone. We do not.
const (
	openingTakes = 15 * time.Second // at most
	patience     = 8 * time.Second  // with one thing that is to be kept
	closingTakes = 2 * time.Second  // at most, for each part of it
)

// Engine carries out runs and remembers them. It may be used by several goroutines,
// for one run at a time.
type Engine struct {
	options Options
	place   place
	running sync.Mutex // held for the length of a run

	mutex   sync.RWMutex // of all below
	dbos    dbos.Context // nil while nobody needs it
	session *session     // nil while nothing runs
}

// Open opens the state, and makes it if there is none. Nothing is run yet, and other
// processes are not hindered.
func Open(ctx context.Context, options Options) (*Engine, error) {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.Patience == 0 {
		options.Patience = patience
	}
	place, err := newPlace(options.State)
	if err != nil {
		return nil, err
	}
	e := &Engine{options: options, place: place}
	if err := e.connect(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// Close lets go of the state. A run under way is interrupted.
func (e *Engine) Close() error {
	e.mutex.RLock()
	if e.session != nil {
		e.session.cancel(context.Canceled)
	}
	e.mutex.RUnlock()
	e.running.Lock() // waits for the run
	defer e.running.Unlock()
	return e.disconnect()
}

// connect opens the state, if it is not open.
func (e *Engine) connect(ctx context.Context) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.dbos != nil {
		return nil
	}
	config := dbos.Config{
		AppName:                application,
		ApplicationVersion:     version,
		ExecutorID:             rand.Text(), // of nobody before us, so that nothing begins unasked
		DatabaseSchema:         schema,
		SystemDBStartupTimeout: openingTakes,
		Logger:                 quiet(e.options.Log),
	}
	opening, cancel := context.WithTimeout(ctx, openingTakes)
	defer cancel()
	closePlace, err := e.place.open(opening, &config)
	if err != nil {
		return e.place.fault(err)
	}
	// DBOS lives as long as the context that it is given, and would cancel its runs
	// for good when that ends.
	c, err := dbos.NewContext(context.WithoutCancel(ctx), config)
	if err != nil {
		return e.place.fault(errors.Join(err, closePlace()))
	}
	if c.GetApplicationVersion() != version || c.GetExecutorID() != config.ExecutorID {
		return errors.Join(errors.New("environment: DBOS__APPVERSION or DBOS__VMID is set; it is not for this program, unset it"),
			dbos.Shutdown(c, closingTakes), closePlace())
	}
	dbos.RegisterWorkflow(c, e.carryOut, dbos.WithWorkflowName(begunAs))
	e.dbos, e.place.close = c, closePlace
	return nil
}

// disconnect closes the state, if it is open.
func (e *Engine) disconnect() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.dbos == nil {
		return nil
	}
	err := errors.Join(dbos.Shutdown(e.dbos, closingTakes), e.place.close())
	e.dbos = nil
	return e.place.fault(err)
}

// with gives the open state to f.
func (e *Engine) with(ctx context.Context, f func(dbos.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for {
		if err := e.connect(ctx); err != nil {
			return err
		}
		e.mutex.RLock()
		if e.dbos == nil { // a run ended in between
			e.mutex.RUnlock()
			continue
		}
		defer e.mutex.RUnlock()
		c, end := bounded(ctx, e.dbos)
		defer end()
		return f(c)
	}
}

// bounded returns a context for asking the state, which ends with ctx or when an answer
// takes too long. No run is begun with it: it would end with it, too.
func bounded(ctx context.Context, c dbos.Context) (dbos.Context, func()) {
	c, cancel := dbos.WithTimeout(c, openingTakes)
	stop := context.AfterFunc(ctx, cancel)
	return c, func() { stop(); cancel() }
}

// Cancel ends a run that is interrupted or under way, in this process or another one.
// Here the context of its body ends; elsewhere the run ends before its next step.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	return e.with(ctx, func(c dbos.Context) error {
		info, err := e.find(c, id)
		if err != nil {
			return err
		}
		if info == nil {
			return fmt.Errorf("run %q: %w", id, ErrUnknown)
		}
		if !unfinished(info.Status) {
			return fmt.Errorf("run %q: %w", id, ErrEnded)
		}
		if err := dbos.CancelWorkflow(c, id); err != nil {
			return fmt.Errorf("run %q: cancel: %w", id, e.place.fault(err))
		}
		if e.session != nil && e.session.id == id {
			e.session.cancel(ErrCancelled)
		}
		return nil
	})
}

// quiet returns a logger that passes on what went wrong, and no more.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(onlyErrors{log.Handler()})
}

// onlyErrors is a handler for errors. DBOS tells much that is of no use to others.
type onlyErrors struct{ slog.Handler }

// Enabled reports whether a record of the level is an error.
func (h onlyErrors) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}

// WithAttrs returns a handler that says the attributes, too.
func (h onlyErrors) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyErrors{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler that puts what follows into a group.
func (h onlyErrors) WithGroup(name string) slog.Handler {
	return onlyErrors{h.Handler.WithGroup(name)}
}
