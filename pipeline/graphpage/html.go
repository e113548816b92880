package graphpage

import (
	"fmt"
	"html/template"
	"io"

	"tearsheet/pipeline"
	"tearsheet/templates"
)

// HTML writes the graph as a web page that needs nothing but itself and no script: the
// picture, and below it the tables, those that need somebody first. The same page gives
// the same bytes.
func HTML(w io.Writer, p Page) error {
	if err := templates.Graph.Execute(w, newView(p)); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}

// view is a Page arranged for the template.
type view struct {
	Page
	Policy  string
	Style   template.CSS
	When    string
	Tally   []tally
	Drawing drawing
	Rows    []row
	Legend  []legend
}

// tally counts the tables in a state.
type tally struct {
	Count int
	State pipeline.NodeState
	Alarm bool
}

type legend struct {
	State pipeline.NodeState
	Text  string
}

type row struct {
	Node
	Anchor               string
	DaysText, RowsText   string
	TookText, LoadedText string
	Head, Tail           string // what is wrong, and the rest of it
	Strip                stripView
}

func newView(p Page) view {
	style := templates.GraphStyle()
	v := view{Page: p, Policy: templates.Policy(style), Style: style, When: when(p), Drawing: draw(p)}
	for i, n := range p.Nodes {
		v.Drawing.Nodes[i].Anchor = anchor(n.Name)
	}
	for _, state := range states() {
		t := tally{State: state, Alarm: state == pipeline.Failed}
		for _, n := range p.Nodes {
			if n.State == state {
				t.Count++
			}
		}
		if t.Count > 0 {
			v.Tally = append(v.Tally, t)
		}
	}
	for _, n := range p.worstFirst() {
		v.Rows = append(v.Rows, newRow(n))
	}
	v.Legend = []legend{{pipeline.Failed, "failed: the last attempt at some of its days"}, {pipeline.Never, "never loaded"},
		{pipeline.Behind, "stale: days have to be made"}, {pipeline.Open, "open: something expected is not there yet"}, {pipeline.Fresh, "fresh"}}
	return v
}

func when(p Page) string {
	if p.At.IsZero() {
		return ""
	}
	return "As of " + p.At.Format("Monday 2 January 2006, 15:04") + ", " + p.At.Location().String() + "."
}

func anchor(name string) string { return "table-" + name }

func newRow(n Node) row {
	r := row{Node: n, Anchor: anchor(n.Name), TookText: duration(n.Took), Strip: strip(n.Strip)}
	if n.State != pipeline.Never {
		r.RowsText = templates.Grouped(n.Rows)
	}
	if n.Expected > 0 {
		r.DaysText = fmt.Sprintf("%d/%d", n.Days, n.Expected)
	}
	if !n.Loaded.IsZero() {
		r.LoadedText = n.Loaded.Format("2 Jan, 15:04")
	}
	text := n.Error
	if text == "" {
		text = n.Why
	}
	r.Head = clean(firstLine(text))
	if rest := clean(text); len(rest) > len(r.Head) || len([]rune(rest)) > longLine {
		r.Tail = rest
	}
	return r
}

// longLine is how many characters of an error stand in the table without being opened.
const longLine = 90
