// Package warehouse is the contract between the tables and everybody who fills or
// reads them. A fact table holds one row per event, each with its local day, and is
// filled day by day; a dimension is a whole table. A ledger in the same warehouse,
// written in the same transaction as the rows, says what is loaded and of what it was
// made. Package duck and package pg keep the contract, package warehousetest checks
// it. What a row means, and how numbers are made of rows, is left to others.
package warehouse

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"tearsheet/calendar"
)

// Querier runs a statement that returns rows.
type Querier interface {
	// QueryContext runs one statement with arguments $1, $2, ….
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Reader is a warehouse that is only read.
type Reader interface {
	Querier
	// Loaded returns what is known of each day of a table in from ≤ day < to.
	// A day that is absent from the map is not loaded.
	Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error)
}

// Warehouse is a warehouse that is filled.
type Warehouse interface {
	Reader
	// ExecContext runs one statement that returns no rows.
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	// Ensure makes the table if there is none, and adds the columns that it
	// lacks. A column of another type is an error; no column is ever dropped. A table
	// of the other kind, whole or cut into days, is left alone: with all its entries in
	// the ledger, it gives way to the first Build, Refresh, or Replace with Parts, of
	// this kind, in its transaction. One that the ledger does not know, or that
	// has FileColumn, is an error.
	Ensure(ctx context.Context, table Table) error
	// Replace applies a change in one transaction: the rows of its days are
	// deleted and the given ones inserted, and the ledger says so, or nothing
	// changes at all. Rows are streamed; memory does not grow with them. To
	// replace a day by the rows it has leaves its version as it was.
	Replace(ctx context.Context, change Change) error
	// LoadFiles takes the rows of files of one table, and their refused lines, in the
	// place of those that the table has of their paths, in one transaction with the
	// files' ledger entries: all of them or none. The table has FileColumn; its
	// partitions are sealed by Replace. Loads of different files may run at once.
	LoadFiles(ctx context.Context, loads ...FileLoad) error
	// Refresh brings a table up to date with rows that are all read again. Days
	// with the rows that they have, in whatever order, are not touched.
	Refresh(ctx context.Context, refresh Refresh) (Refreshed, error)
	// Build makes partitions of a table by a SELECT, in one transaction with its
	// checks and its ledger rows, or changes nothing. Builds of different tables may
	// run at once.
	Build(ctx context.Context, build Build) (Built, error)
	// Close writes everything to its place and ends all connections.
	Close() error
}

// Change is what one transaction does to a table.
type Change struct {
	Table Table
	// Parts are the days that are replaced, in any order. A day without rows
	// becomes a loaded day with no rows.
	Parts []Part
	// Forget are days that are no longer loaded afterwards; they lose their rows. A day
	// of a whole table, or WholePart of another, has no rows: its entry alone is
	// forgotten, unless the table still is of the other kind.
	// Where LoadFiles put rows, these stay: they go with their files alone.
	Forget []calendar.Day
	// Seal are days whose rows LoadFiles put there: only their entries in the ledger
	// are replaced.
	Seal []Partition
	// Rows are all rows of the replaced days, in any order; their own order is kept
	// where the engine keeps one, so rows in time order are read faster. It may
	// be ranged over again, since an engine repeats what it can repeat.
	Rows iter.Seq2[Row, error]
	// Files are the files that were read. Each takes the place of the entry
	// that its path has in the ledger of this table.
	Files []File
	// ForgetFiles are paths whose entries leave the ledger.
	ForgetFiles []string
	// RunID names the run in the ledger, At is its time.
	RunID string
	At    time.Time
}

// Row is one row of a fact table: its day and the values of its columns, in the
// order of Table.Columns. Who gets a Row must not keep Values: the next row may
// come in the same slice.
type Row struct {
	Day    calendar.Day
	Values []any
}

// Part is the ledger entry of one day of a table.
type Part struct {
	Day       calendar.Day
	Coverage  calendar.Coverage // the zero Coverage stands for a whole day
	InputHash string            // of everything that the rows were made of
	Rejected  int64             // lines that were refused
}

// Partition is the ledger entry of one day of a table, or of a whole one.
type Partition struct {
	Part
	Version string // of the rows: the same rows have the same
	Rows    int64
	RunID   string
	At      time.Time
}

// File is the ledger entry of one source file of a table. Lines = Loaded +
// Rejected + Filtered.
type File struct {
	Path       string
	Checksum   string // of the bytes of the file
	Definition string // hash of the rules by which it was read
	Size       int64
	From, To   calendar.Day // the days from ≤ day < to for which it speaks
	Lines      int64
	Loaded     int64
	Rejected   int64
	Filtered   int64
	// State is what became of it; "" stands for FileLoaded. Reason says why it is
	// not loaded; of one that is, it is what its source remembers of it.
	State  FileState
	Reason string
	// Host and Hour are those of a log file; the zero Hour is none.
	Host string
	Hour time.Time // UTC
	// FirstError is the line of the first Reject, from 1; 0 if there is none.
	FirstError int64
	RunID      string    // of the run that wrote the entry; set by the warehouse
	At         time.Time // of that run
}

// Limits bound what statements may use. A zero field stands for the engine's own
// limit; an engine ignores what its server decides.
type Limits struct {
	Timeout  time.Duration // of one statement
	Memory   int64         // bytes
	Spill    int64         // bytes of temporary files
	SpillDir string        // where these lie
}

// ResultColumn is a column of a statement's result; its type is in the words of the
// engine.
type ResultColumn struct {
	Name string
	Type string
}
