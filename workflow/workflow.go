// Package workflow sees to it that a run happens, once, and survives a crash. A run
// is a named body that works in steps; the result of each step is kept, so that a run
// that was killed goes on where it stopped. What the steps do is the caller's: this
// package knows no word of the product.
//
//	engine, err := workflow.Open(ctx, workflow.Options{
//		State:  ".tearsheet/workflow.sqlite",       // or postgres://…
//		Bodies: map[string]workflow.Body{"night": night},
//	})
//	defer engine.Close()
//	for _, info := range interrupted {              // engine.Interrupted(ctx)
//		err = engine.Resume(ctx, info.ID)           // goes on, in the foreground
//	}
//	err = engine.Run(ctx, workflow.Run{ID: id, Name: "night", Input: input})
//
//	func night(ctx context.Context, work *workflow.Work) error {
//		rows, err := workflow.Do(ctx, work, workflow.Step{Name: "visits"}, loadVisits)
//		…
//	}
//
// # What is promised
//
//   - A step that ended well is not carried out again in its run, whatever happens to
//     the process: Do returns the kept result. Steps are known by their names, so they
//     may be done side by side and in another order after a crash, and a step that the
//     new program no longer has is passed over.
//   - A step that failed, or was under way, is carried out again when its run goes on.
//     A crash between the work of a step and the keeping of its result carries it out
//     twice: steps must be such that this does no harm.
//   - A run that ended, well or not, is never run again: a new attempt is a new ID.
//   - One process at a time works with a state; the others get ErrBusy, and may read
//     the history. A process that is killed holds nothing.
//   - A run whose context is cancelled, or whose state fails, is interrupted, as if its
//     process had been killed: it can go on later. Cancel ends it for good.
//   - The state holds history, results of steps, and nothing else. Who loses it loses
//     history, and an interrupted run begins anew.
//
// # Schedules
//
// A Scheduler carries out jobs at the slots of their Schedules, each slot once, whatever
// the clock, the machine or a second scheduler does; see there. Its Ledger is the caller's.
// What a job does may be a run, or anything else.
//
// Runs, retries and results are carried by DBOS Transact. Of it only the library is
// used: no port is opened, and nobody is spoken to but the PostgreSQL server, if the
// state is there.
package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"
)

// Errors that a caller may want to tell apart.
var (
	// ErrBusy is that of a run while another process works with the same state.
	ErrBusy = errors.New("another process is running with this state")
	// ErrUnfinished is that of a new run while an interrupted one waits.
	ErrUnfinished = errors.New("an interrupted run waits; resume or cancel it first")
	// ErrEnded is that of a run whose ID has been used.
	ErrEnded = errors.New("this run has ended; a new attempt needs a new ID")
	// ErrUnknown is that of an ID, or the name of a body, that is not known.
	ErrUnknown = errors.New("unknown")
	// ErrState is that of a state that cannot be opened, read or written.
	ErrState = errors.New("the state cannot be used")
	// ErrCancelled is that of a run that was ended by Cancel.
	ErrCancelled = errors.New("the run was cancelled")
)

// Body is what a run does. Its ctx is that of Run or Resume. An error makes the run a
// failed one, or an interrupted one if ctx has ended or the error is ErrState.
type Body func(ctx context.Context, work *Work) error

// Options say where the state lies and what can be run.
type Options struct {
	// State is the path of an SQLite file in a folder that exists, or a postgres:// URL.
	State string
	// Bodies are what can be run, by name.
	Bodies map[string]Body
	// Log takes what the engine itself has to say; nil is nobody.
	Log *slog.Logger
	// Patience is how long a run waits for a state that does not answer; 0 is eight
	// seconds. Then it is interrupted.
	Patience time.Duration
	// Clock tells the times of the history; nil is the machine's.
	Clock func() time.Time
}

// Run is a run that is to happen.
type Run struct {
	ID    string // unlike that of all other runs, for ever
	Name  string // of its body
	Input any    // kept as JSON, and given to the body, now and after a crash
}

// Step names a piece of work of a run.
type Step struct {
	Name  string // unlike that of all other steps of the run
	Retry Retry
}

// Retry says how often a step is tried. The zero Retry tries once.
type Retry struct {
	// If reports whether an error may pass; nil tries no error again.
	If func(error) bool
	// Attempts is how often a step is tried in all.
	Attempts int
	// First is the wait before the second attempt; each further one is twice as long,
	// give or take a little by chance, and at most Longest. 0 is a second, and a minute.
	First, Longest time.Duration
}

// State says how far a run is.
type State string

// The states of a run.
const (
	Running     State = "running"     // in this process or in another one
	Done        State = "done"        // its body returned no error
	Failed      State = "failed"      // its body returned one
	Interrupted State = "interrupted" // its process ended before it did; Resume goes on
	Cancelled   State = "cancelled"   // ended by Cancel
)

// RunInfo is what is known of a run.
type RunInfo struct {
	ID             string
	Name           string
	Number         int // 1, 2, 3, … in the order of beginning, within one state
	Input          json.RawMessage
	State          State
	Started, Ended time.Time // Ended is zero while it is not known
	Error          string
	Steps          []StepInfo // those that ended, in the order of beginning
}

// StepInfo is what is known of a step that ended.
type StepInfo struct {
	Name           string
	Started, Ended time.Time
	Attempts       int // of the process in which it ended
	Error          string
}
