package schemadoc

import (
	"fmt"
	"strconv"
	"strings"

	"tearsheet/calendar"
	"tearsheet/templates"
)

// Fact is something that is known of a table: its name and its text as printed.
type Fact struct {
	Label string
	Text  string
	Value any // int64 or calendar.Day if the text prints one, else nil
}

// The labels of facts, in their order.
const (
	labelGrain     = "Grain"
	labelPartition = "Partition"
	labelSource    = "Source"
	labelMadeOf    = "Made of"
	labelUsedBy    = "Used by"
	labelOwner     = "Owner"
	labelFirst     = "First day"
	labelLast      = "Last day"
	labelCoverage  = "Coverage"
	labelDays      = "Days"
	labelRows      = "Rows"
	labelLoadedAt  = "Loaded"
	labelCounted   = "Values from"
)

// Labels returns the labels of all facts, in their order.
func Labels() []string {
	return []string{labelGrain, labelPartition, labelSource, labelMadeOf, labelUsedBy, labelOwner,
		labelLast, labelCoverage, labelFirst, labelDays, labelRows, labelLoadedAt, labelCounted}
}

// Facts returns what is known of a table, in the order of Labels. What is not known is
// left out.
func (t Table) Facts() []Fact {
	facts := []Fact{
		{labelGrain, t.Grain, nil}, {labelPartition, t.Partition, nil}, {labelSource, t.Source, nil},
		{labelMadeOf, t.madeOf(), nil}, {labelUsedBy, strings.Join(t.UsedBy, ", "), nil}, {labelOwner, t.Owner, nil},
	}
	facts = append(append(facts, t.Fresh.facts()...), Fact{labelCounted, t.Counted.text(), nil})
	known := facts[:0]
	for _, f := range facts {
		if f.Text != "" {
			known = append(known, f)
		}
	}
	return known
}

func (t Table) madeOf() string {
	var parents []string
	for _, p := range t.MadeOf {
		parents = append(parents, p.text())
	}
	return strings.Join(parents, ", ")
}

func (p Parent) text() string {
	if p.Mapping == "" {
		return p.Table
	}
	return p.Table + " (" + p.Mapping + ")"
}

func (f Freshness) facts() []Fact {
	switch {
	case !f.Known:
		return nil
	case !f.Loaded:
		return []Fact{{labelLoadedAt, "nothing is loaded", nil}}
	}
	rows := Fact{labelRows, templates.Grouped(f.Rows), f.Rows}
	at := Fact{labelLoadedAt, f.LoadedAt.Format("2 January 2006, 15:04"), nil}
	if f.Whole {
		return []Fact{rows, at}
	}
	coverage := "complete"
	if !f.Coverage.Complete() {
		coverage = f.Coverage.String()
	}
	return []Fact{{labelLast, longDate(f.Last), f.Last}, {labelCoverage, coverage, nil}, {labelFirst, longDate(f.First), f.First},
		{labelDays, templates.Grouped(int64(f.Days)), int64(f.Days)}, rows, at}
}

func (c Counted) text() string {
	switch {
	case c.Rows == 0:
		return ""
	case c.Of > 0:
		return fmt.Sprintf("%s of %s rows", templates.Grouped(c.Rows), templates.Grouped(c.Of))
	case c.From == c.To:
		return "all " + plural(c.Rows, "row")
	case c.To == c.From+1:
		return fmt.Sprintf("%s, %s", longDate(c.From), plural(c.Rows, "row"))
	}
	return fmt.Sprintf("%s to %s, %s", longDate(c.From), longDate(c.To-1), plural(c.Rows, "row"))
}

// NullText says whether the column holds NULL, or "" if that was not counted.
func (c Column) NullText(counted Counted) string {
	switch {
	case c.NeverNull:
		return "never NULL"
	case counted.Rows == 0:
		return ""
	case c.Nulls == 0:
		return "no NULL seen"
	}
	return share(c.Nulls, counted.Rows) + " NULL"
}

// MoreText says how many values are not listed, or "".
func (c Column) MoreText() string {
	if c.More == 0 {
		return ""
	}
	return "and " + templates.Grouped(c.More) + " more"
}

// Word returns the value as printed. What is no plain word is told apart from one.
func (v Value) Word() string {
	switch {
	case v.Null:
		return "NULL"
	case v.Text == "" || v.Text == "NULL" || strings.TrimSpace(v.Text) != v.Text:
		return "“" + v.Text + "”"
	}
	return v.Text
}

// Remark says what is odd about a value, or "".
func (v Value) Remark() string {
	switch {
	case v.Stray:
		return "not allowed"
	case v.Rows == 0:
		return "not seen"
	}
	return ""
}

// RowsText returns the number of rows with the value.
func (v Value) RowsText() string { return templates.Grouped(v.Rows) }

// Share returns the part of the counted rows that has the value.
func (v Value) Share(counted Counted) string { return share(v.Rows, counted.Rows) }

// Title is the document's.
const Title = "Schema definitions"

// Subtitle says of what day the document is.
func (d *Document) Subtitle() string {
	text := "As of " + d.AsOf.Format("Monday 2 January 2006")
	if d.Timezone != "" {
		text += ", " + d.Timezone
	}
	return text + "."
}

// Tally counts something of a document.
type Tally struct {
	Count string
	Text  string
	Alarm bool
}

// Tallies returns how many tables, columns and gaps the document has.
func (d *Document) Tallies() []Tally {
	var tables, columns int64
	for _, g := range d.Groups {
		for _, t := range g.Tables {
			tables++
			columns += int64(len(t.Columns))
		}
	}
	gaps := int64(len(d.Missing))
	return []Tally{count(tables, "table"), count(columns, "column"), {templates.Grouped(gaps), "missing", gaps > 0}}
}

func count(n int64, noun string) Tally {
	number, text, _ := strings.Cut(plural(n, noun), " ")
	return Tally{number, text, false}
}

func plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return templates.Grouped(n) + " " + noun
}

// share returns a part in percent. What is there is never 0, and what is not all is
// never 100.
func share(part, of int64) string {
	switch {
	case part == 0 || of == 0:
		return "0 %"
	case part == of:
		return "100 %"
	}
	percent := 100 * float64(part) / float64(of)
	switch {
	case percent < .1:
		return "<0.1 %"
	case percent > 99.9:
		return ">99.9 %"
	}
	return strconv.FormatFloat(percent, 'f', 1, 64) + " %"
}

func longDate(d calendar.Day) string { return d.Format("2 January 2006") }

// summary lists the values of a column in one line: like 62.1 %, …
func (c Column) summary(counted Counted) string {
	var words []string
	for _, v := range c.Values {
		words = append(words, v.Word()+" "+v.Share(counted))
	}
	if more := c.MoreText(); more != "" {
		words = append(words, more)
	}
	return strings.Join(words, ", ")
}
