package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The further states of a slot, beside Running, Done, Failed and Interrupted.
const (
	// Waiting is that of a slot that failed and will be tried again.
	Waiting State = "waiting"
	// Missed is that of a slot that nobody was there for; a later one caught it up.
	Missed State = "missed"
	// Skipped is that of a slot that passed while the one before it was under way.
	Skipped State = "skipped"
)

// Entry is what a ledger has on a slot of a job.
type Entry struct {
	Job, Slot      string
	Due            time.Time
	State          State
	Started, Ended time.Time     // of the last attempt; zero if there was none, or no end
	Again          time.Time     // when a Waiting slot is to be tried again
	Late           time.Duration // of the last attempt, see Turn
	Missed         int           // slots that this one caught up
	Attempts       int
	By             string // who let it happen, see Turn
	Error          string
}

// Ledger is where it is kept which slots were carried out. Several processes may use one
// at the same time. It keeps instants to the millisecond at least.
type Ledger interface {
	// Begin keeps an instant as that of the beginning of a job, unless an earlier one is
	// kept, and returns the one that is kept.
	Begin(ctx context.Context, job string, at time.Time) (time.Time, error)
	// Last returns the entry of a job whose slot was due last, or false if there is none.
	Last(ctx context.Context, job string) (Entry, bool, error)
	// Claim keeps an entry, and reports true, if there is none of its job and slot, or one
	// with an attempt less that is not Done, Missed or Skipped. Else it leaves all as it is
	// and reports false. Of many that claim at once one wins.
	Claim(ctx context.Context, e Entry) (bool, error)
	// Finish puts an entry in the place of that with the same job, slot and attempts.
	Finish(ctx context.Context, e Entry) error
	// Lock gives a lock to this process alone, or returns an error that is ErrHeld and says
	// who has it. The context that it returns ends with ctx, or when the lock is lost. A
	// process that is killed holds nothing.
	Lock(ctx context.Context, lock Lock) (held context.Context, release func() error, err error)
}

// Lock is the name of one of the two locks of a ledger.
type Lock string

const (
	// Serving is the lock of the scheduler that serves.
	Serving Lock = "serving"
	// Turning is the lock of the process that carries out a slot. Whoever has it knows that
	// all others that are on record as running are not.
	Turning Lock = "turning"
)

var (
	// ErrHeld is that of a lock that someone else has.
	ErrHeld = errors.New("someone else has the lock")
	// ErrServing is that of a second scheduler.
	ErrServing = errors.New("the schedule is served already")
)

// Holder says who has a lock. It is an error, and ErrHeld.
type Holder struct {
	Host  string
	PID   int
	Since time.Time
}

func (h *Holder) Error() string {
	if h.Host == "" {
		return "by a process that has not said which it is"
	}
	return fmt.Sprintf("by process %d on %s, since %s", h.PID, h.Host, h.Since.UTC().Format("2006-01-02 15:04 UTC"))
}

// Is reports that a Holder is an ErrHeld.
func (h *Holder) Is(err error) bool { return err == ErrHeld }
