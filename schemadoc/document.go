// Package schemadoc makes the schema definitions document: every table of the
// warehouse and every column, what they mean, where they come from, how fresh they are,
// and which values stand in them. Read looks into the warehouse; a Document is a value,
// from which HTML, XLSX and Markdown write the same facts. What the tables should be is
// said by package pipeline.
package schemadoc

import (
	"time"

	"tearsheet/calendar"
)

// Document is what is known of the tables of a warehouse. What it prints is a function
// of it alone.
type Document struct {
	Company  string
	AsOf     calendar.Day // the last day that is over
	Timezone string       // of the days and of the times
	Groups   []Group      // without empty ones
	// Missing is what somebody should write down, or look into, in the order of the
	// tables.
	Missing []Missing
}

// Group is tables of one kind.
type Group struct {
	Title  string
	Note   string // what they have in common
	Tables []Table
}

// Table is a table of the warehouse.
type Table struct {
	Name        string
	Description string
	Grain       string // what a row is
	Partition   string // in what parts it is replaced
	Owner       string
	Source      string // the file of its SELECT, or where its rows come from
	MadeOf      []Parent
	UsedBy      []string // tables
	Fresh       Freshness
	Counted     Counted
	Columns     []Column
}

// Parent is a table that another one is made of.
type Parent struct {
	Table   string
	Mapping string // which days of it; "" is the same day
}

// Freshness is what the ledger says of a table. The zero Freshness is a table of which
// it says nothing, since it is not kept by it.
type Freshness struct {
	Known       bool
	Loaded      bool
	Whole       bool         // then First and Last mean nothing
	First, Last calendar.Day // that are loaded
	Days        int
	Rows        int64             // of all loaded days
	Coverage    calendar.Coverage // of the last day
	LoadedAt    time.Time         // in the document's zone: the latest load
}

// Counted says over which rows the values of a table were counted. The zero Counted is
// none.
type Counted struct {
	From, To calendar.Day // from ≤ day < to; equal for a whole table
	Rows     int64
	Of       int64 // rows of a whole table that was too large to be counted, or 0
}

// Column is a column of a table.
type Column struct {
	Name        string
	Type        string
	Description string
	Key         bool
	NeverNull   bool  // it is checked at every load
	Nulls       int64 // of the counted rows
	// Values are those of a categorical column, the most frequent first; More is the
	// number of further values.
	Values []Value
	More   int64
}

// Value is a value of a categorical column.
type Value struct {
	Text  string
	Null  bool
	Rows  int64 // 0: it may occur and does not
	Stray bool  // it is not among the allowed ones
}

// Missing is something that the document lacks.
type Missing struct {
	Table, Column string // Column is "" if it is about the table
	Place         string // where to mend it: etl/likes.sql:12, or ""
	Text          string
}
