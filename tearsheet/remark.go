package tearsheet

import (
	"fmt"
	"strings"
)

// noValueWords stand in sentences where a table has a dash.
const noValueWords = "no value"

// Tally is the number of rows with a mark in the latest week.
type Tally struct {
	Count  int
	Text   string
	Alarm  bool // rows are off plan
	Judged bool // the mark is a verdict
}

// Tallies returns the counts of the verdicts, and of what admits none if there is
// such a row.
func (c Counts) Tallies() []Tally {
	list := []Tally{
		{c.Behind, "off plan", c.Behind > 0, true},
		{c.Watch, "watch", false, true},
		{c.OnPlan, "on plan", false, true},
		{c.Ahead, "ahead", false, true},
	}
	if c.NoPlan > 0 {
		list = append(list, Tally{Count: c.NoPlan, Text: "not judged"})
	}
	if c.Unknown > 0 {
		list = append(list, Tally{Count: c.Unknown, Text: noValueWords})
	}
	return list
}

// EditionText says which edition the sheet is, or that it is none.
func (d *Document) EditionText() string {
	if d.Edition == 0 {
		return "Draft, not issued"
	}
	return fmt.Sprintf("Edition %d", d.Edition)
}

// Verdict says the mark for those who cannot see its shape; "" where the variance
// says it.
func (m Mark) Verdict() string {
	switch m {
	case Behind:
		return "off plan"
	case Watch:
		return "watch"
	case OnPlan:
		return "on plan"
	case Ahead:
		return "ahead"
	case Unjudged:
		return "not judged"
	case NoValue:
		return noValueWords
	}
	return ""
}

// Note says in sentences what the signs of the cell mean; "" if it has none.
func (c Cell) Note() string {
	var sentences []string
	if c.Provisional {
		sentences = append(sentences, fmt.Sprintf("Provisional: %d of %d days are loaded.", c.Coverage.Have, c.Coverage.Of))
	}
	if c.Restated != nil {
		sentences = append(sentences, fmt.Sprintf("Restated: edition %d printed %s; %s.",
			c.Restated.Edition, was(c), c.Restated.Cause))
	}
	return strings.Join(sentences, " ")
}

// was is the figure as first printed. Where rounding hides what has changed, it is
// unrounded.
func was(c Cell) string {
	switch {
	case !c.Restated.Was.Known():
		return noValueWords
	case c.Restated.WasText == c.ActualText:
		return c.Restated.Was.Decimal() + " before rounding"
	}
	return c.Restated.WasText
}
