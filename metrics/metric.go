// Package metrics says what a company counts: the registry of metrics with their
// definitions, their daily values read from a warehouse, and the rules by which
// days become a week. It reads and never writes; plans, documents and the
// filling of tables are left to others.
package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tearsheet/calendar"
)

// Roll says how the days of a metric become its week.
type Roll string

// The rolls. None is a default: every metric states its own.
const (
	Mean  Roll = "mean"  // the daily average: the mean of the days
	Sum   Roll = "sum"   // the sum of the seven days
	Last  Roll = "last"  // the level on the last day
	Whole Roll = "whole" // one statement over the whole week
	Ratio Roll = "ratio" // one metric's week by another's
)

// Better says in which direction a metric is good.
type Better string

// The directions.
const (
	Up      Better = "up"
	Down    Better = "down"
	Neither Better = "neither" // deviation from the plan is shown and not judged
)

// Empty says what a loaded day without rows is worth.
type Empty string

// What an empty day can be. A count or a sum is zero unless the registry says
// otherwise; an average, or what cannot be told from the text, is unknown.
const (
	EmptyZero    Empty = "zero"
	EmptyUnknown Empty = "unknown"
)

// PlanIs says what a plan figure of a metric stands for.
type PlanIs string

// The meanings of a plan figure.
const (
	PlanDaily PlanIs = "daily" // the daily value throughout the period
	PlanTotal PlanIs = "total" // the total of the period
)

// Spread says how a plan figure of a level becomes its days.
type Spread string

// The spreads.
const (
	Step   Spread = "step"   // the period's figure on each of its days
	Linear Spread = "linear" // straight lines through the figures at the ends of their periods
)

// Metric is one entry of the registry. Either From and Measure say how it is
// computed (the short form), or SQL (the long form), or RatioOf.
type Metric struct {
	Name       string // unique; [a-z][a-z0-9_]*
	Title      string // as printed
	Team       string // name of a Team
	Definition string // in words; never empty
	Unit       Unit
	Better     Better
	Roll       Roll
	Empty      Empty
	Additive   bool // counts or adds up its rows, as its text says

	From    string // the fact table
	Measure string // an aggregate over its rows
	Where   string // a filter, or ""
	Day     string // the column with the local date, or ""
	At      string // the column with the UTC instant, or "": one of Day and At, if From is set
	SQL     string // day, value for $1 <= day < $2
	RatioOf Operands
	By      string // a column whose values get figures of their own, or ""

	Plan       string // the name under which the plan knows it; "" if none is expected
	PlanIs     PlanIs
	PlanSpread Spread
	Thresholds Thresholds
	Since      *calendar.Day // the first day with a meaning, or nil
	Supporting bool          // on the team's dashboard only
	Line       int           // where the registry says how it is computed
	Column     int
}

// Operands are the two metrics of a ratio.
type Operands struct {
	Of, To     string
	MeanOfDays bool // the mean of the daily ratios, not the ratio of the week's totals
}

// Thresholds are distances from the plan in percent of it: from Watch on a metric
// is watched, from Off on it is off plan, and from Ahead on, to its better side,
// it is ahead. One of 0 gives its mark to nothing.
type Thresholds struct {
	Watch, Off, Ahead float64
}

// disordered reports whether what is off plan would be nearer to the plan than what
// is watched.
func (t Thresholds) disordered() bool { return t.Off > 0 && t.Off < t.Watch }

// Team is a group of metrics with its own section on the sheet.
type Team struct {
	Name, Title string
}

// Flow reports whether the metric counts or adds up what happens on a day, so
// that its weekly mean reads "per day".
func (m *Metric) Flow() bool { return m.Additive && m.Roll != Last && m.Roll != Ratio }

// ComputationHash identifies what decides the daily values of m in a calendar: any
// change to the statement, the treatment of empty days, or the zone by which
// instants are cut into days gives another hash; a new wording does not.
func (m *Metric) ComputationHash(c calendar.Calendar) string {
	zone, weeks := "", ""
	if m.At != "" {
		zone = c.Zone().String()
	}
	if m.Roll == Whole {
		weeks = c.WeekStarts().String()
	}
	return hash(m.From, m.Measure, m.Where, m.Day, m.At, m.SQL, string(m.Empty), fmt.Sprint(m.Roll == Whole), zone, weeks)
}

// DefinitionHash identifies everything that says what m means: its computation,
// its wording, its unit and its roll.
func (m *Metric) DefinitionHash(c calendar.Calendar) string {
	return hash(m.ComputationHash(c), m.Title, m.Definition, string(m.Unit), string(m.Roll),
		m.RatioOf.Of, m.RatioOf.To, fmt.Sprint(m.RatioOf.MeanOfDays))
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s\n", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
