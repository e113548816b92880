package pipeline

import (
	"time"

	"tearsheet/calendar"
)

// Report is what a run did.
type Report struct {
	RunID          string
	Started, Ended time.Time
	Nodes          []NodeReport // in the order in which they stand in the graph
	BrokeOff       bool         // it ended before all was done
}

// NodeReport is what a run did to one node: an asset that SQL makes, or a source with
// the tables that it fills.
type NodeReport struct {
	Name    string
	Tables  []string
	Built   int            // days that were made
	Fresh   int            // days that were as they should be
	Rows    int64          // of the days that were made
	Changed []calendar.Day // days that have other rows than before
	Gone    int            // of these, days that were taken away, since a parent has nothing of them any more
	// Said is a line in which a source tells what it did.
	Said string
	// Waiting is why an asset was not made at all, or "".
	Waiting string
	// Remark is what a source found that the reader of a sheet should know of, or "".
	Remark string
	// Loads are what a source did to each of its tables, where it did something.
	Loads []TableLoad
	// Failures are the days that could not be made, and what was wrong with them.
	Failures []Failure
	// Skipped are the days that were not tried, since a parent failed on them.
	Skipped []calendar.Day
	// Problems are what a source found and could go on without.
	Problems       []Problem
	Started, Ended time.Time
}

// TableLoad is what a source did to a table.
type TableLoad struct {
	Table   string
	Rows    int64
	Changed []calendar.Day
}

// Failure is a day, or a whole table, that could not be made.
type Failure struct {
	Table    string       // of a source; "" is the node itself
	From, To calendar.Day // from ≤ day < to
	Error    string
	// Kind says whose fault it is.
	Kind FailureKind
}

// FailureKind says whose fault a failure is.
type FailureKind string

// The kinds of failures.
const (
	FailedData    FailureKind = "data"    // what was read does not hold what it should
	FailedSource  FailureKind = "source"  // a source is down: later it may be there
	FailedSetup   FailureKind = "setup"   // a password, a missing column: somebody has to mend it
	FailedStorage FailureKind = "storage" // the warehouse failed
)

// ProblemKind says what is the matter with something that a source found.
type ProblemKind string

// The kinds of problems. Broken and held things are not loaded until somebody does
// something; missing ones may still come.
const (
	Broken  ProblemKind = "broken"
	Held    ProblemKind = "held"
	Missing ProblemKind = "missing"
	Odd     ProblemKind = "odd" // loaded, and worth a look
)

// Problem is something that a source found and went on without.
type Problem struct {
	Kind  ProblemKind
	Table string
	Place string // a file, or table.column
	Text  string
	Hint  string // what to do, or ""
	Days  []calendar.Day
}

// Good reports whether everything was made that could be.
func (r *Report) Good() bool { return r.Worst() == "" }

// Worst returns the kind of the gravest failure of a run, or "": storage before
// sources before setup before data. A broken file is one of data; a held one is none, as
// somebody is asked and nothing is wrong.
func (r *Report) Worst() FailureKind {
	worst, rank := FailureKind(""), 0
	take := func(kind FailureKind) {
		ranks := map[FailureKind]int{FailedData: 1, FailedSetup: 2, FailedSource: 3, FailedStorage: 4}
		if ranks[kind] > rank {
			worst, rank = kind, ranks[kind]
		}
	}
	for _, node := range r.Nodes {
		for _, failure := range node.Failures {
			take(failure.Kind)
		}
		for _, problem := range node.Problems {
			if problem.Kind == Broken {
				take(FailedData)
			}
		}
	}
	return worst
}

func (n *NodeReport) failed(day calendar.Day) bool {
	for _, failure := range n.Failures {
		if failure.From <= day && day < failure.To {
			return true
		}
	}
	for _, skipped := range n.Skipped {
		if skipped == day {
			return true
		}
	}
	return false
}
