package warehouse

import (
	"fmt"
	"iter"
	"time"

	"tearsheet/calendar"
)

// Build makes partitions of a table by a SELECT over other tables.
type Build struct {
	Table Table
	// Select returns the columns of the table by their names, day among them unless
	// the table is whole. With $1 and $2 it returns the rows of $1 ≤ day < $2; with
	// $1 alone, those of the day $1; a whole table's has neither.
	Select string
	// Parts are the days that are made: days in a row, or one if the SELECT has $1
	// alone, or WholePart of a whole table. A row of another day is an error.
	Parts []Part
	// Checks are made on the table as it will be, before anybody sees it. One that
	// does not hold undoes the build and is a *CheckError.
	Checks []Check
	// RunID names the run in the ledger, At is its time.
	RunID string
	At    time.Time
}

// Check is a statement that returns one number, and the number that it has to be.
// It may have $1 and $2, as Build.Select.
type Check struct {
	Name  string
	Query string
	Want  int64
}

// CheckError says that a check of a build did not hold, so that nothing was changed.
type CheckError struct {
	Table, Check string
	Got, Want    int64
}

func (e *CheckError) Error() string {
	return fmt.Sprintf("table %s: check %q: %d, not %d", e.Table, e.Check, e.Got, e.Want)
}

// Built says what a build did to its parts.
type Built struct {
	Rows    int64          // of all parts
	Changed []calendar.Day // the parts that have other rows than before
}

// WholePart stands for the only partition of a whole table.
const WholePart = calendar.Day(-719162) // 0001-01-01, which no event has

// Refresh brings a table up to date with rows that are all read again, and replaces
// only the days whose rows differ from what the ledger knows.
type Refresh struct {
	Table Table
	// From and To bound the days for which the rows speak: from ≤ day < to. A day
	// without rows becomes a loaded day with no rows; a row of another day is an
	// error. Of a whole table they are not looked at.
	From, To calendar.Day
	// Batches are the rows, in any order. They are read once; memory does not grow
	// with them.
	Batches iter.Seq2[*Batch, error]
	// InputHash is that of the parts in the ledger.
	InputHash string
	// Guard is asked before anything is changed for good, with the numbers of rows
	// of the days From to To (or of the whole table) before and after. Its error
	// undoes the refresh. It may be nil.
	Guard func(before, after int64) error
	// RunID names the run in the ledger, At is its time.
	RunID string
	At    time.Time
}

// Refreshed says what a refresh did.
type Refreshed struct {
	Read    int64          // rows
	Changed []calendar.Day // the days that have other rows than before
}
