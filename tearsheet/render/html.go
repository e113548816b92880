package render

import (
	"cmp"
	"fmt"
	"html/template"
	"io"

	"tearsheet/calendar"
	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// HTML renders one web page that needs nothing but itself: style and fonts are
// inside, there is no script, and its content security policy admits none. Text
// of the Document is shown as text, whatever it holds. The page serves a desk, a
// phone and a printer.
type HTML struct{}

// Render writes doc as a web page.
func (HTML) Render(w io.Writer, doc *tearsheet.Document) error {
	if err := templates.Sheet.Execute(w, newPage(doc)); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}

// page is a Document arranged for the template.
type page struct {
	*tearsheet.Document
	Heading string // of the window
	Policy  string
	Style   template.CSS
	Tally   []tearsheet.Tally
	Strips  []strip
	Columns []column
	Before  int // columns left of the latest week
	Teams   []team
	Imprint string

	Chapters []chapter
}

type strip struct {
	tearsheet.Strip
	Shown []tearsheet.StripItem
	More  string
}

type column struct {
	tearsheet.WeekHead
	Latest bool
}

type team struct {
	Title  string
	Behind int
	Rows   []row
}

type row struct {
	tearsheet.Row
	Hint    string // the definition
	Verdict string // the mark in words, where the variance does not say it
	Figures []figure
	Spark   spark
}

type figure struct {
	tearsheet.Cell
	Latest bool
	Note   string // what its signs mean
}

func newPage(doc *tearsheet.Document) page {
	style := templates.SheetStyle()
	p := page{Document: doc, Heading: doc.Title, Policy: templates.Policy(style), Style: style,
		Tally: doc.Counts.Tallies(), Imprint: imprint(doc), Chapters: chapters(doc)}
	for _, s := range doc.Strips() {
		shown, more := s.Brief()
		p.Strips = append(p.Strips, strip{s, shown, more})
	}
	for i, head := range doc.Weeks {
		p.Columns = append(p.Columns, column{head, i == len(doc.Weeks)-1})
	}
	if n := len(doc.Weeks); n > 0 {
		p.Heading += ", week ending " + longDate(doc.Weeks[n-1].Ends)
		p.Before = 1 + 2*(n-1)
	}
	if doc.Company != "" {
		p.Heading += " · " + doc.Company
	}
	hints := map[string]string{}
	for _, d := range doc.Definitions {
		hints[d.Metric] = d.Text
	}
	for _, section := range doc.Sections {
		t := team{Title: section.Title, Behind: section.Behind}
		for _, r := range section.Rows {
			t.Rows = append(t.Rows, newRow(r, hints[r.Metric]))
		}
		p.Teams = append(p.Teams, t)
	}
	return p
}

func newRow(r tearsheet.Row, hint string) row {
	view := row{Row: r, Hint: hint, Verdict: r.Mark.Verdict(), Spark: drawSpark(r)}
	for i, cell := range r.Cells {
		view.Figures = append(view.Figures, figure{cell, i == len(r.Cells)-1, cell.Note()})
	}
	return view
}

func imprint(doc *tearsheet.Document) string {
	text := fmt.Sprintf("%s. As of %s, %s", doc.EditionText(), longDate(doc.AsOf), doc.Timezone)
	if doc.Company != "" {
		return doc.Company + ". " + text
	}
	return text
}

func longDate(d calendar.Day) string { return d.Format("2 January 2006") }

// chapter is a team's definitions, or those of the operands that have no row.
type chapter struct {
	Title   string
	Entries []entry
}

type entry struct {
	tearsheet.Definition
	UnitLabel string
	Notes     []string // provisional and restated weeks
}

// chapters groups the definitions as they come: by team, and the operands last.
func chapters(doc *tearsheet.Document) []chapter {
	rows := map[string]tearsheet.Row{}
	for _, section := range doc.Sections {
		for _, r := range section.Rows {
			rows[r.Metric] = r
		}
	}
	var list []chapter
	for _, d := range doc.Definitions {
		title := cmp.Or(d.Team, "Other")
		if !d.OnSheet {
			title = "Behind the ratios"
		}
		if len(list) == 0 || list[len(list)-1].Title != title {
			list = append(list, chapter{Title: title})
		}
		last := &list[len(list)-1]
		last.Entries = append(last.Entries, newEntry(d, rows[d.Metric], doc.Weeks))
	}
	return list
}

func newEntry(d tearsheet.Definition, r tearsheet.Row, weeks []tearsheet.WeekHead) entry {
	e := entry{Definition: d, UnitLabel: r.UnitLabel}
	for i, cell := range r.Cells {
		if text := cell.Note(); text != "" && i < len(weeks) {
			e.Notes = append(e.Notes, weeks[i].Label+". "+text)
		}
	}
	return e
}
