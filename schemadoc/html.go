package schemadoc

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"

	"tearsheet/templates"
)

// HTML writes the document as one web page that needs nothing but itself and no script.
// Text of the document is shown as text, whatever it holds. The same document gives the
// same bytes.
func HTML(w io.Writer, doc *Document) error {
	if err := templates.Schema.Execute(w, newPage(doc)); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}

// page is a Document arranged for the template.
type page struct {
	*Document
	Title   string
	Policy  string
	Style   template.CSS
	Groups  []groupView
	Missing []gapView
}

type groupView struct {
	Group
	Tables []tableView
}

type tableView struct {
	Table
	Anchor  string
	Facts   [][]factView // what the table is, and how fresh
	Columns []columnView
}

type factView struct {
	Fact
	Alarm bool
	Links []link // instead of the text
}

// link is a table that has a place in the document, if Anchor is not "".
type link struct{ Name, Anchor, Rest string }

type columnView struct {
	Column
	Anchor string
	Null   string
	Values []valueView
	More   string
}

type valueView struct {
	Value
	ShareText string
	Bar       string // of 100
}

type gapView struct {
	Missing
	Name, Anchor string
}

func newPage(doc *Document) page {
	style := templates.SchemaStyle()
	p := page{Document: doc, Title: Title, Policy: templates.Policy(style), Style: style}
	known := doc.tableNames()
	for _, g := range doc.Groups {
		view := groupView{Group: g}
		for _, t := range g.Tables {
			view.Tables = append(view.Tables, newTableView(t, known))
		}
		p.Groups = append(p.Groups, view)
	}
	for _, m := range doc.Missing {
		p.Missing = append(p.Missing, gapView{m, m.Name(), doc.anchorOf(m)})
	}
	return p
}

// tableNames returns the names of all tables of the document.
func (d *Document) tableNames() []string {
	var names []string
	for _, g := range d.Groups {
		for _, t := range g.Tables {
			names = append(names, t.Name)
		}
	}
	return names
}

// Name names what the gap is about: likes, or likes.client.
func (m Missing) Name() string {
	if m.Column == "" {
		return m.Table
	}
	return m.Table + "." + m.Column
}

// anchorOf is the id of what a gap is about; of a column that no file names, it is the
// table's.
func (d *Document) anchorOf(m Missing) string {
	for _, g := range d.Groups {
		for _, t := range g.Tables {
			if t.Name == m.Table && slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Name == m.Column }) {
				return anchor(m.Table, m.Column)
			}
		}
	}
	return anchor(m.Table, "")
}

// anchor is the id of a table, or of a column of it.
func anchor(table, column string) string {
	if column == "" {
		return "table-" + table
	}
	return "column-" + table + "-" + column
}

func newTableView(t Table, known []string) tableView {
	view := tableView{Table: t, Anchor: anchor(t.Name, "")}
	what, fresh := []factView{}, []factView{}
	for _, f := range t.Facts() {
		if slices.Index(Labels(), f.Label) < slices.Index(Labels(), labelLast) {
			what = append(what, newFactView(t, f, known))
		} else {
			fresh = append(fresh, newFactView(t, f, known))
		}
	}
	view.Facts = [][]factView{what, fresh}
	for _, c := range t.Columns {
		v := columnView{Column: c, Anchor: anchor(t.Name, c.Name), Null: c.NullText(t.Counted), More: c.MoreText()}
		for _, value := range c.Values {
			v.Values = append(v.Values, valueView{value, value.Share(t.Counted), bar(value.Rows, t.Counted.Rows)})
		}
		view.Columns = append(view.Columns, v)
	}
	return view
}

func newFactView(t Table, f Fact, known []string) factView {
	view := factView{Fact: f}
	to := func(name, text string) {
		l := link{Name: name, Rest: text[len(name):]}
		if slices.Contains(known, name) {
			l.Anchor = anchor(name, "")
		}
		view.Links = append(view.Links, l)
	}
	switch f.Label {
	case labelMadeOf:
		for _, p := range t.MadeOf {
			to(p.Table, p.text())
		}
	case labelUsedBy:
		for _, name := range t.UsedBy {
			to(name, name)
		}
	}
	view.Alarm = f.Label == labelCoverage && !t.Fresh.Coverage.Complete()
	return view
}

func bar(rows, of int64) string {
	if of == 0 {
		return "0"
	}
	return strconv.FormatFloat(100*float64(rows)/float64(of), 'f', 1, 64)
}
