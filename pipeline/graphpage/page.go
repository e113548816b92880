// Package graphpage draws the pipeline: its tables from left to right, each in the state
// that it is in, as a picture and as a web page with what is to be known of each. The
// states are found by package pipeline; here nothing is judged.
package graphpage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
)

// Page is a pipeline as it stood at an instant. What is drawn is a function of it alone.
type Page struct {
	Company string
	At      time.Time // in the company's zone
	Nodes   []Node
	Edges   []Edge
}

// Node is a table.
type Node struct {
	Name  string
	Kind  Kind
	State pipeline.NodeState
	Why   string // what keeps it from being fresh, or ""
	// Last is the last loaded day, Days the number of loaded days, and Expected how
	// many there should be from the first one on. Of a whole table they mean nothing.
	Last           calendar.Day
	Days, Expected int
	Stale          int // days that have to be made anew
	Open           int // loaded days of which something is missing
	Rows           int64
	Took           time.Duration // of the last work on it
	Loaded         time.Time     // in the company's zone; zero if never
	Run            string        // the last run that worked on it
	Error          string        // of the last attempt, if that failed
	// Strip is the coverage of the last days, oldest first; the zero Coverage is a day
	// that is not loaded. It is empty for a whole table.
	Strip []calendar.Coverage
}

// Kind says how a table is filled.
type Kind string

// The kinds.
const (
	Source Kind = "source" // from outside
	SQL    Kind = "days"   // by SQL, day by day
	Whole  Kind = "whole"  // by SQL, as a whole
)

// Edge leads from a table to one that is made of it.
type Edge struct {
	From, To string
	Label    string // which days of it, or "" for the same day
}

// New returns the page of what pipeline.Survey found before today.
func New(company string, today calendar.Day, at time.Time, tables []pipeline.Status) Page {
	p := Page{Company: company, At: at}
	whole := map[string]bool{}
	for _, s := range tables {
		whole[s.Asset.Name] = s.Asset.Whole
		p.Nodes = append(p.Nodes, newNode(s, today, at.Location()))
	}
	for _, s := range tables {
		for _, d := range s.Asset.Depends {
			p.Edges = append(p.Edges, Edge{d.Asset, s.Asset.Name, label(d, whole[d.Asset])})
		}
	}
	return p
}

func newNode(s pipeline.Status, today calendar.Day, zone *time.Location) Node {
	n := Node{Name: s.Asset.Name, Kind: kindOf(s.Asset), State: s.State, Why: s.Why, Days: s.Days, Stale: len(s.Stale), Open: len(s.Incomplete),
		Rows: s.Rows, Took: s.Took, Run: s.LastRun, Error: s.Error, Strip: s.Strip}
	if !s.LoadedAt.IsZero() {
		n.Loaded = s.LoadedAt.In(zone)
	}
	if s.Days > 0 && !s.Asset.Whole {
		n.Last, n.Expected = s.Last, max(s.Days, today.Sub(s.First))
	}
	return n
}

func kindOf(a *pipeline.Asset) Kind {
	switch {
	case a.SQL == "":
		return Source
	case a.Whole:
		return Whole
	}
	return SQL
}

func label(d pipeline.Depend, whole bool) string {
	switch {
	case d.Mapping == pipeline.Latest:
		return "latest"
	case whole:
		return ""
	case d.Mapping == pipeline.Previous:
		return "day before"
	case d.Mapping == pipeline.Lookback:
		return fmt.Sprintf("%d days", d.Days+1)
	case d.Mapping == pipeline.AllBefore:
		return "all before"
	}
	return ""
}

// states returns the states from bad to good.
func states() []pipeline.NodeState {
	return []pipeline.NodeState{pipeline.Failed, pipeline.Never, pipeline.Behind, pipeline.Open, pipeline.Fresh}
}

// worstFirst returns the nodes by their state, and else in their order.
func (p Page) worstFirst() []Node {
	nodes := slices.Clone(p.Nodes)
	slices.SortStableFunc(nodes, func(a, b Node) int { return slices.Index(states(), a.State) - slices.Index(states(), b.State) })
	return nodes
}

// firstLine returns the beginning of an error.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
