// Package files loads CSV and Parquet files into a fact table, day by day. A file
// is known by its path and checksum: what is unchanged is not parsed again, and of
// what changed only the days whose rows really differ are replaced. A table is
// loaded whole or not at all.
//
// A source is read in two passes: the first checks every row and makes the digest
// of each day, the second sends the rows of changed days to the warehouse. So
// memory grows with the days, never with the rows, and nothing is staged on disk;
// the price is that a changed source is parsed twice.
package files

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Source says where the rows of a table come from and how to read them.
type Source struct {
	Table string
	// Path names the files, relative to Options.Dir. With {day}, as in
	// uploads/{day}.csv.gz, each file is one local day: an absent file is a day
	// that is not loaded, a file with nothing but its header a loaded day with no
	// rows. Without, it is a file or a pattern (* ? [a-z]) of files with many
	// days, and all days from the first row's to the last row's are loaded.
	Path string
	// At is the column with the instant of a row, whose local day is its day. Day
	// is the column with the local day itself. A {day} source needs neither.
	At, Day string
	// Whole says that the table is not cut into days: the files hold all of it, and
	// neither At nor Day is given.
	Whole bool
	// Columns are the columns that are read; a file may have others.
	Columns []Column
	// From and Through are the first and the last day that a source of many days
	// speaks for, whatever days its rows have. Rows outside are left out.
	From, Through *calendar.Day
	// MaxShrink is the share of the rows that may be gone since the last time, of a
	// source without {day}; 0.05 if it is nil. If more are, what is loaded stays.
	MaxShrink *float64
}

// Column is a column of the files. In the table its name is in lower case.
type Column struct {
	Name string
	Type warehouse.Type
}

// Options are the circumstances of a load.
type Options struct {
	Dir   string // the project's folder
	RunID string
	Now   time.Time
	// Accept are tables that are loaded although they would be held.
	Accept   []string
	Progress func(Progress) // may be nil
}

// Progress is how far a load is.
type Progress struct {
	Step  string // weighing, checking or loading
	Path  string
	Bytes int64 // of this file
	Of    int64
}

// Report is what a load did.
type Report struct {
	Table     string
	Whole     bool
	Files     int // that were found
	Unchanged int // of these, not parsed again
	Replaced  []calendar.Day
	Rows      int64 // written
	// Forgotten are the days that were loaded and lie outside From and Through, or for
	// which a file spoke that has become shorter.
	Forgotten []calendar.Day
	// Superseded are the files of the source that were loaded once and are gone, all
	// of whose days are now taken from the files that are there.
	Superseded []string
	// Kept are those that are gone and of which days stay as they were loaded, since
	// no file that is there speaks for the whole of them. KeptDays are these days.
	// They stay until the file is back or the source's path no longer means it.
	Kept     []string
	KeptDays []calendar.Day
	// Alike are groups of files of different days that have the same bytes, and rows
	// that do not say on which day they are. They are loaded.
	Alike [][]string
}

// Load brings a table up to date with its files. Faults of the files are a
// *FaultsError, a table of which much would be gone is a *HeldError; then nothing is
// loaded.
func Load(ctx context.Context, w warehouse.Warehouse, c calendar.Calendar, source Source, options Options) (Report, error) {
	l, err := newLoader(w, c, source, options)
	if err != nil {
		return Report{}, fmt.Errorf("source of table %q: %w", source.Table, err)
	}
	report, err := l.load(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("source of table %q: %w", source.Table, err)
	}
	return report, nil
}

// maxFaults is the number of faults of one file that are told.
const maxFaults = 20

// maxTold is the number of faults of all files of a table that are told.
const maxTold = 100

// Fault is something wrong in a file.
type Fault struct {
	Path string
	Line int // of the file, or the row of a Parquet file; 0 for the file as a whole
	Col  int // byte in the line, from 1; 0 for the whole line
	Text string
}

func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Path)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Col > 0 {
		fmt.Fprintf(&b, ":%d", f.Col)
	}
	return b.String() + ": " + f.Text
}

// FaultsError holds all faults that were found, at most 20 of each file. Its text
// tells the first hundred and counts the rest.
type FaultsError struct {
	Faults []Fault
}

func (e *FaultsError) Error() string {
	var lines []string
	for _, fault := range e.Faults[:min(len(e.Faults), maxTold)] {
		lines = append(lines, fault.Error())
	}
	if more := len(e.Faults) - maxTold; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
