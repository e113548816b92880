// Package layout lays out a tearsheet as a workbook: the sheet itself, its
// definitions, a chart of each metric, and the daily values behind the five weeks
// for whoever wants to check. What writes the workbook, and where it lives, is left
// to others.
//
// A cell shows what the document prints and holds the number unrounded. Nothing
// is computed here: no cell has a formula, and text that looks like one stays
// text.
package layout

import (
	"math"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

// Options say for which place a workbook is laid out.
type Options struct {
	Paper string // for printing: "letter" or "a4"; "" is letter
	Names Names  // of the tabs; the zero Names are those of a file
	// Fit makes the columns of the sheet wide enough for what they show, where a program
	// cannot shrink it.
	Fit bool
}

// Names are the names of the tabs. A tab without a name is left out, and what would
// lead to it leads nowhere. Charts draw the weeks, and are left out without them.
type Names struct{ Sheet, Definitions, Charts, Data, Weeks string }

// FileNames are the names of the tabs in a file.
func FileNames() Names {
	return Names{Sheet: "Tearsheet", Definitions: "Definitions", Charts: "Charts", Data: "Data", Weeks: "Weeks"}
}

// Book lays out a document as a workbook, with the tabs in the order of Names. The
// sheet needs the weeks, which its sparklines draw: without a tab of weeks they stand
// at the right of the sheet, outside of what is printed, in columns that are hidden.
func Book(doc *tearsheet.Document, o Options) *workbook.Book {
	if o.Names == (Names{}) {
		o.Names = FileNames()
	}
	if o.Names.Weeks == "" {
		o.Names.Charts = ""
	}
	l := layout{doc: doc, options: o, rows: rowsOf(doc)}
	l.book = &workbook.Book{Title: doc.Title, Subject: doc.Subtitle, Company: doc.Company, Day: doc.AsOf.Format("2006-01-02")}
	if doc.Company != "" {
		l.book.Title = doc.Company + ": " + doc.Title
	}
	for _, tab := range []struct {
		name string
		fill func(*workbook.Tab)
	}{{o.Names.Sheet, l.sheet}, {o.Names.Definitions, l.definitions}, {o.Names.Charts, l.charts}, {o.Names.Data, l.data}, {o.Names.Weeks, l.weeks}} {
		if tab.name != "" {
			tab.fill(l.book.Tab(tab.name))
		}
	}
	return l.book
}

// layout is the workbook that is being laid out.
type layout struct {
	doc     *tearsheet.Document
	options Options
	rows    rows
	book    *workbook.Book
}

// rows says in which rows of the tabs each metric stands.
type rows struct {
	sheet, definition, weeks map[string]int
}

func rowsOf(doc *tearsheet.Document) rows {
	p := rows{sheet: map[string]int{}, definition: map[string]int{}, weeks: map[string]int{}}
	row, weeks := firstSheetRow, firstWeeksRow
	for _, section := range doc.Sections {
		row++ // the team's
		for _, r := range section.Rows {
			p.sheet[r.Metric], p.weeks[r.Metric] = row, weeks
			row, weeks = row+1, weeks+1
		}
	}
	for i, d := range doc.Definitions {
		p.definition[d.Metric] = firstDefinitionRow + i
	}
	return p
}

// number puts a number as it is, unrounded. It reports false, and puts nothing, for
// one that a cell cannot hold: an unknown value, or one beyond the range of floating
// point.
func number(t *workbook.Tab, at workbook.Ref, v metrics.Value, l workbook.Look) bool {
	f, known := v.Float64()
	if !known || math.IsInf(f, 0) {
		return false
	}
	t.Number(at, f, l)
	return true
}

// print sets how a tab is printed, with the edition, the plan and the page at its foot.
func (l layout) print(t *workbook.Tab, p workbook.Page) {
	p.Paper, p.Narrow = l.options.Paper, true
	p.Left = l.doc.EditionText() + " · as of " + l.doc.AsOf.Format("2 January 2006")
	if l.doc.Company != "" {
		p.Left = l.doc.Company + " · " + p.Left
	}
	p.Middle = l.doc.Plan.Text
	t.Print = p
}
