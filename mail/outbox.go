package mail

import (
	"context"
	"fmt"
	"time"
)

// State says how far a letter has come.
type State string

const (
	// Waiting letters are sent when their time comes.
	Waiting State = "waiting"
	// Sending letters were begun, and the server cannot have taken them: the end of the
	// mail was not sent yet. After a crash they are sent again.
	Sending State = "sending"
	// HandingOver letters may have been taken: the end of the mail was about to be sent,
	// and there is no answer yet. After a crash they are unclear.
	HandingOver State = "handing over"
	// Sent letters were taken by the server.
	Sent State = "sent"
	// Refused letters were refused for good, for what they are or for whom.
	Refused State = "refused"
	// Unclear letters may have arrived. They are only sent again if a person asks.
	Unclear State = "unclear"
	// GivenUp letters were tried for long enough, or lay for too long.
	GivenUp State = "given up"
)

// Letter is a mail to one recipient in an outbox.
type Letter struct {
	ID      string // the Message-ID of the mail
	About   string // what the mail is of, such as "sheet 2026-11-17": the same for all recipients
	To      string
	Subject string
	Put     time.Time // when it was put there
	State   State
	Holder  string    // the Post that last worked on it
	Tries   int       // attempts that were begun
	First   time.Time // when the first of them began; zero: none yet
	Next    time.Time // not to be sent before
	Text    string    // the server's answer, or what went wrong
}

// String says in a line what became of a letter.
func (l Letter) String() string {
	if l.Text == "" {
		return fmt.Sprintf("%s: %s", l.To, l.State)
	}
	return fmt.Sprintf("%s: %s: %s", l.To, l.State, l.Text)
}

// Outbox keeps letters over any crash. Several processes may use one at the same time.
// What a method has done when it returns without an error stays done, also when the
// machine loses its power right after; what returns an error may have been done.
type Outbox interface {
	// Put keeps letters, which share a content, and returns how many were not there:
	// one whose ID is there is left as it is, with its content. All are kept or none.
	Put(ctx context.Context, letters []Letter, content []byte) (added int, err error)
	// Letters returns the letters in one of the states, or all of them if none is named,
	// in the order in which they were put.
	Letters(ctx context.Context, states ...State) ([]Letter, error)
	// Content returns the content of a letter, as it was put.
	Content(ctx context.Context, id string) ([]byte, error)
	// Move writes the state, holder, tries, times and text of a letter, if it still has
	// the state, holder and number of tries that it has in from, and reports whether
	// it had.
	Move(ctx context.Context, from, to Letter) (bool, error)
}
