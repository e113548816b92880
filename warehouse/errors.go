package warehouse

import (
	"fmt"
	"strings"
	"time"
)

// ActiveError says that another process holds the warehouse.
type ActiveError struct {
	Path string
	PID  int // 0 if it is not known
}

func (e *ActiveError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s: another process holds the warehouse", e.Path)
	}
	return fmt.Sprintf("%s: process %d holds the warehouse", e.Path, e.PID)
}

// StorageError says that the place where the warehouse lies failed: a disk is
// full, a file is damaged, a server is gone. What was committed before is kept.
type StorageError struct {
	Place string // a file, or host:port/database
	Err   error
	Down  bool // a server could not be reached or went away: later it may be back
}

func (e *StorageError) Error() string { return e.Place + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *StorageError) Unwrap() error { return e.Err }

// AccessError says that a server answered and does not let us in: a wrong password, a
// database that it does not have, a ledger that may not be read.
type AccessError struct {
	Place string // user@host:port/database
	Err   error
}

func (e *AccessError) Error() string { return e.Place + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *AccessError) Unwrap() error { return e.Err }

// TimeoutError says that a statement ran longer than it may.
type TimeoutError struct {
	Limit     time.Duration
	Statement string
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("statement took longer than %s: %s", e.Limit, Excerpt(e.Statement))
}

// SyntaxError is what an engine has against the text of a statement: its grammar, a
// name that is not there, types that do not fit. It is wrong whatever the rows are; a
// value that cannot be cast is no such error. Offset is the byte at which the engine
// found the fault, or -1 if it does not say.
type SyntaxError struct {
	Message string
	Offset  int
}

func (e *SyntaxError) Error() string { return e.Message }

// Excerpt returns the beginning of a statement on one line, to name it by.
func Excerpt(statement string) string {
	const most = 120
	line := []rune(strings.Join(strings.Fields(statement), " "))
	if len(line) > most {
		return string(line[:most]) + " …"
	}
	return string(line)
}
