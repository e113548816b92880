// Package mysql brings tables of a MySQL or MariaDB server up to date in the
// warehouse. All tables of a source are read in one consistent snapshot, on one
// connection, which changes nothing and holds no table longer than it reads it. A
// table is read whole each time and compared day by day with what is loaded, so rows
// that were deleted or changed behind our back are found.
//
// What a value of the server becomes is exact, or an error that names the table, the
// column and the key of the row; dates that do not exist are decided, and counted.
// What the rows mean is left to SQL.
package mysql

import (
	"context"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Source is a server and the tables that are taken from it.
type Source struct {
	// DSN is user:password@tcp(host:3306)/database?tls=true, as the Go driver
	// writes it, or mysql://user:password@host:3306/database?tls=true.
	DSN    string
	Tables []Table
	// MaxLag is how far a replica may lie behind; 0 stands for ten minutes.
	MaxLag time.Duration
	// TimeLimit is how long the snapshot may take; 0 stands for five minutes.
	TimeLimit time.Duration
	// LockWait is how long we wait for a table that somebody alters; 0 stands for 15
	// seconds.
	LockWait time.Duration
}

// Table says where the rows of a table of the warehouse come from.
type Table struct {
	Table string // of the warehouse: production.users
	From  string // of the server: users, or other_database.users; "" is the name of Table without its schema
	// Columns are the columns that are taken; the server's table may have others.
	Columns []Column
	// At is the column with the instant of a row, whose local day is its day, Day the
	// one with the local day itself. A table without either is taken as a whole. The
	// server's table has the column; it need not be among Columns.
	At, Day string
	// Key is the column that tells rows apart, in messages; "" is the primary key.
	Key string
	// Where is a condition in the server's SQL, or "".
	Where string
	// Since is the first day that is loaded. Without it, a table that is cut into days
	// begins with its first row.
	Since *calendar.Day
	// MaxShrink is the share of the rows that may be gone since the last time, 0.05
	// if it is nil. If more are, what is loaded stays.
	MaxShrink *float64
}

// Column is a column of a table.
type Column struct {
	Name string // in the warehouse; it is turned to lower case
	From string // on the server; "" is Name. Case makes no difference
	Type warehouse.Type
}

// Options are the circumstances of a load.
type Options struct {
	RunID string
	Now   time.Time
	// Today is the day that is not over yet: its rows, and later ones, are left out.
	Today calendar.Day
	// Select are the tables, by their names in the warehouse, that are loaded; nil is
	// all of them.
	Select []string
	// Accept are tables that are loaded although they would be held: they shrank, or the
	// server has older data.
	Accept   []string
	Progress func(Progress) // may be nil
}

// Progress is how far a load is. It is told at the beginning of each table, with no
// rows, and then with each block of rows.
type Progress struct {
	Table string
	Rows  int64
	Of    int64 // what the server believes to be all; it may be wrong
}

// Report is what a load did.
type Report struct {
	Place  string // user@host:port/database
	Server string // what the server calls its version
	Lag    time.Duration
	Tables []TableReport // in the order of the source; those that were not begun are absent
}

// TableReport is what a load did to one table. Read = Loaded + Rejected + Filtered.
type TableReport struct {
	Table string
	// Err is why the table was not loaded: a *SetupError, *DataError, *HeldError or
	// *SourceError, or nil. What was loaded before is kept.
	Err      error
	Read     int64
	Loaded   int64
	Rejected int64 // rows without a day
	Filtered int64 // rows of today and later, and of days before Since
	// From and To are the days that were compared: from ≤ day < to.
	From, To calendar.Day
	Changed  []calendar.Day // days that have other rows than before, or WholePart
	// Forgotten are days from before Since that were loaded and no longer are.
	Forgotten []calendar.Day
	// Nulled are the columns in which dates that do not exist became NULL.
	Nulled []Nulled
	// Rejects are the first rejected rows; the ledger has them, too.
	Rejects []warehouse.Reject
	Notes   []Note
}

// Nulled counts the dates of a column that do not exist, such as 0000-00-00, and were
// taken as NULL.
type Nulled struct {
	Column string
	Count  int64
	Key    string // of the first row
	Text   string // its date
}

// Note is something about a table that its reader should know of.
type Note struct {
	Column string // or ""
	Text   string
	Warn   bool // worth a look: it may change what numbers mean
}

// Load brings the tables of a source up to date. What is wrong with one table stands in
// its report and does not hinder the others. An error says that nothing more could be
// done: a *SourceError of the server, or an error of the warehouse; the report then
// holds what was done before. A connection that is lost while it reads is made once
// more, with a new snapshot.
func Load(ctx context.Context, w warehouse.Warehouse, c calendar.Calendar, source Source, options Options) (Report, error) {
	l, err := newLoader(w, c, source, options)
	if err != nil {
		return Report{}, err
	}
	report, err := l.load(ctx)
	if wasLost(err) {
		report, err = l.load(ctx)
	}
	return report, err
}
