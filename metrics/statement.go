package metrics

import (
	"fmt"
	"strings"
	"time"

	"tearsheet/calendar"
)

// A statement asks a warehouse for the daily values of some metrics between two
// days. Its first column is the day; each further column belongs to one metric.
type statement struct {
	text    string
	args    []any
	metrics []*Metric
	read    reading
}

// reading says how the columns of a row belong to the metrics of a statement.
type reading uint8

const (
	byColumn reading = iota // day, then a column for each metric
	byName                  // the columns day and value, of a long form
)

// span is the days first ≤ d < end.
type span struct{ first, end calendar.Day }

// days returns the number of days in s.
func (s span) days() int { return s.end.Sub(s.first) }

// Statement returns the text by which m is computed when it is computed alone:
// for the long form its own, for the short form the query that it abbreviates, for
// a ratio the quotient in words. Metrics of one table are computed together with
// the same meaning.
func (m *Metric) Statement() string {
	switch {
	case m.Roll == Ratio:
		return m.RatioOf.Of + " / " + m.RatioOf.To
	case m.SQL != "":
		return m.SQL
	}
	column := m.timeColumn()
	first, group := "select "+m.Day+" as day, ", "\ngroup by "+m.Day
	if m.Day == "day" {
		first = "select day, "
	}
	if m.At != "" {
		first, group = "select ", ""
	}
	if m.Roll == Whole {
		first, group = "select ", ""
	}
	text := first + m.Measure + " as value\nfrom " + m.From + "\nwhere "
	if m.Where != "" {
		text += "(" + m.Where + ") and "
	}
	text += column + " >= $1 and " + column + " < $2" + group
	if m.At != "" && m.Roll != Whole {
		text += " -- for each day, between the instants at which it begins and ends"
	}
	return text
}

// timeColumn returns the column that places a row in time.
func (m *Metric) timeColumn() string {
	if m.At != "" {
		return m.At
	}
	return m.Day
}

// long returns the statement of the long form over s.
func (m *Metric) long(s span) statement {
	return statement{text: m.SQL, args: []any{s.first.Time(), s.end.Time()}, metrics: []*Metric{m}, read: byName}
}

// wholeWeek returns the statement of a whole-week metric over w.
func (m *Metric) wholeWeek(c calendar.Calendar, w calendar.Week) statement {
	s := span{w.First(), w.End()}
	if m.SQL != "" {
		return m.long(s)
	}
	text := fmt.Sprintf("select %s as day, %s as value\nfrom %s\nwhere %s", dateLiteral(w.First()), m.Measure, m.From, m.within(c, s))
	if m.Where != "" {
		text += " and (" + m.Where + ")"
	}
	return statement{text: text, metrics: []*Metric{m}}
}

// flat returns one statement over the rows of a table for metrics that share it:
// each aggregate counts what its own filter admits. A filter that all share stays
// in the where clause. Distinct counts of the dense keys are counted by bitsets.
func flat(c calendar.Calendar, metrics []*Metric, s span, dense denseKeys) statement {
	lead := metrics[0]
	var b strings.Builder
	fmt.Fprintf(&b, "select %s as day", lead.dayOf(c, s))
	common := commonFilter(metrics)
	for i, m := range metrics {
		where := m.Where
		if common != "" {
			where = ""
		}
		fmt.Fprintf(&b, ",\n  %s as v%d", m.aggregate(where, dense), i)
	}
	fmt.Fprintf(&b, "\nfrom %s\nwhere %s", lead.From, lead.within(c, s))
	if common != "" {
		fmt.Fprintf(&b, " and (%s)", common)
	}
	b.WriteString("\ngroup by 1")
	return statement{text: b.String(), metrics: metrics}
}

// mostFlags is the number of distinct counts that one bigint of flags can hold.
const mostFlags = 62

// twoLevel returns one statement for distinct counts of one key: the rows are
// first grouped by day and key, with a flag for each filter that a row of the
// group met, then the flags are counted. Many distinct counts in one flat scan
// are slower than one by one.
func twoLevel(c calendar.Calendar, metrics []*Metric, key string, s span) statement {
	lead := metrics[0]
	var flags, counts strings.Builder
	for i, m := range metrics {
		bit := int64(1) << i
		if i > 0 {
			flags.WriteString("\n    | ")
		}
		if m.Where == "" {
			fmt.Fprintf(&flags, "%d", bit)
		} else {
			fmt.Fprintf(&flags, "case when %s then %d else 0 end", m.Where, bit)
		}
		fmt.Fprintf(&counts, ",\n  count(case when (flags & %d) <> 0 then key end) as v%d", bit, i)
	}
	text := fmt.Sprintf("select day%s\nfrom (\n  select %s as day, %s as key,\n    bit_or(cast(%s as bigint)) as flags\n  from %s\n  where %s\n  group by 1, 2\n) each\ngroup by 1",
		counts.String(), lead.dayOf(c, s), key, flags.String(), lead.From, lead.within(c, s))
	return statement{text: text, metrics: metrics}
}

// commonFilter returns the filter that all metrics share, or "".
func commonFilter(metrics []*Metric) string {
	for _, m := range metrics[1:] {
		if m.Where != metrics[0].Where {
			return ""
		}
	}
	return metrics[0].Where
}

// aggregate returns the measure of m over the rows that where admits, without
// FILTER, which not every engine has.
func (m *Metric) aggregate(where string, dense denseKeys) string {
	kind, argument := ParseMeasure(m.Measure)
	counter, isDense := dense[m]
	if where == "" && !isDense {
		return m.Measure
	}
	if kind == AggregateCountAll {
		argument = "1"
	}
	if where != "" {
		argument = fmt.Sprintf("case when %s then %s end", where, argument)
	}
	switch kind {
	case AggregateCountDistinct:
		if isDense {
			return counter(argument)
		}
		return "count(distinct " + argument + ")"
	case AggregateSum:
		return "sum(" + argument + ")"
	case AggregateAvg:
		return "avg(" + argument + ")"
	case AggregateMin:
		return "min(" + argument + ")"
	case AggregateMax:
		return "max(" + argument + ")"
	}
	return "count(" + argument + ")"
}

// within returns the condition that admits the rows of s. Bounds are written as
// literals: they are dates of ours, and an engine can prune by them.
func (m *Metric) within(c calendar.Calendar, s span) string {
	if m.At == "" {
		return fmt.Sprintf("%s >= %s and %s < %s", m.Day, dateLiteral(s.first), m.Day, dateLiteral(s.end))
	}
	from, _ := c.Bounds(s.first)
	to, _ := c.Bounds(s.end)
	return fmt.Sprintf("%s >= %s and %s < %s", m.At, instant(from), m.At, instant(to))
}

// dayOf returns the expression that gives the local day of a row of s. An instant
// is compared with the bounds that Go computed, by halves, so that every engine
// gives the same days over every clock change.
func (m *Metric) dayOf(c calendar.Calendar, s span) string {
	if m.At == "" {
		return m.Day
	}
	if s.days() == 1 {
		return dateLiteral(s.first)
	}
	middle := s.first.Add(s.days() / 2)
	bound, _ := c.Bounds(middle)
	return fmt.Sprintf("case when %s < %s then %s else %s end", m.At, instant(bound),
		m.dayOf(c, span{s.first, middle}), m.dayOf(c, span{middle, s.end}))
}

func dateLiteral(d calendar.Day) string { return "date '" + d.String() + "'" }

func instant(t time.Time) string { return "timestamp '" + t.UTC().Format("2006-01-02 15:04:05") + "'" }
