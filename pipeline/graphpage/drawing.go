package graphpage

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/templates"
)

// SVG writes the graph as a picture that needs nothing but itself: well-formed XML with
// the fonts inside, in which text of the page is text. States differ in shape as well as
// in colour. The same page gives the same bytes.
func SVG(w io.Writer, p Page) error {
	d := draw(p)
	d.Style = templates.DrawingStyle()
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"); err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	if err := templates.Graph.ExecuteTemplate(w, "drawing", d); err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	return nil
}

// drawing is a Page arranged for the template.
type drawing struct {
	Width, Height int
	Label         string
	Style         template.CSS // "" where the page has it
	Nodes         []nodeView
	Edges         []edgeView
}

type nodeView struct {
	Node
	X, Y, Width int
	Schema      string // of the name, with its point, or ""
	Title       string // the rest of the name, not too long
	Brief       string
	Hint        string // all that is known, for the pointer
	Anchor      string // of its row on the page, or ""
	Strip       stripView
	Drop        int // of the text, where no strip is below it
}

// stripView is the coverage of days as three paths: whole days, those of which something
// is missing, and those that are not loaded.
type stripView struct{ Whole, Part, None string }

type edgeView struct {
	Path           string
	Label, Hint    string
	LabelX, LabelY int
}

// The measures of what stands in a node, in pixels.
const (
	inset         = 27
	cellWidth     = 4
	narrowest     = 204
	widest        = 260
	right         = 8
	perRune       = 67 // tenths, of a name; wide enough for all but a name of capitals
	perSchemaRune = 58
	stripDepth    = 8
)

func draw(p Page) drawing {
	l := layOut(p)
	width := nodeWidth(p)
	d := drawing{Height: max(l.height, 2*margin), Width: 2 * margin, Label: fmt.Sprintf("The pipeline: %d tables", len(p.Nodes))}
	if len(l.layers) > 0 {
		d.Width += len(l.layers)*(width+layerGap) - layerGap
	}
	x := func(layer int) int { return margin + layer*(width+layerGap) }
	for i, n := range p.Nodes {
		s := l.nodes[i]
		v := nodeView{Node: n, X: x(s.layer), Y: s.y - nodeHeight/2, Width: width, Brief: n.brief(), Hint: n.hint(), Strip: strip(n.Strip)}
		v.Schema, v.Title = n.title(width - inset - right)
		if len(n.Strip) == 0 {
			v.Drop = 8
		}
		d.Nodes = append(d.Nodes, v)
	}
	ports := portsOf(l)
	for i, e := range p.Edges {
		if route := l.routes[i]; route != nil {
			end := route[len(route)-1].y + ports[i]
			d.Edges = append(d.Edges, edgeView{Path: path(route, end, x, width), Label: e.Label, Hint: clean(e.hint()),
				LabelX: x(route[len(route)-1].layer) - 7, LabelY: end - 3})
		}
	}
	return d
}

// nodeWidth is what the longest name takes, within bounds.
func nodeWidth(p Page) int {
	width := narrowest
	for _, n := range p.Nodes {
		schema, name := n.split()
		width = max(width, runes(schema)*perSchemaRune/10+runes(name)*perRune/10+inset+right)
	}
	return min(width, widest)
}

func runes(text string) int { return len([]rune(text)) }

// split returns the schema of a table with its point, or "", and the rest of its name.
func (n Node) split() (schema, name string) {
	if at := strings.IndexByte(n.Name, '.') + 1; at > 0 && at < len(n.Name) {
		return clean(n.Name[:at]), clean(n.Name[at:])
	}
	return "", clean(n.Name)
}

// title returns the name in its two parts, cut so that it fits.
func (n Node) title(width int) (schema, name string) {
	schema, name = n.split()
	schema = short(schema, width/2*10/perSchemaRune)
	return schema, short(name, (width*10-runes(schema)*perSchemaRune)/perRune)
}

// portsOf says how far from the middle of its child each edge ends: side by side, in the
// order in which they come.
func portsOf(l plan) []int {
	ends := map[*slot][]int{}
	for i, route := range l.routes {
		if route != nil {
			child := route[len(route)-1]
			ends[child] = append(ends[child], i)
		}
	}
	ports := make([]int, len(l.routes))
	for _, edges := range ends {
		slices.SortStableFunc(edges, func(a, b int) int { return cameFrom(l.routes[a]) - cameFrom(l.routes[b]) })
		gap := portGap
		if n := len(edges) - 1; n > 0 {
			gap = min(gap, (nodeHeight-14)/n)
		}
		for i, edge := range edges {
			ports[edge] = (2*i - len(edges) + 1) * gap / 2
		}
	}
	return ports
}

// cameFrom is the height at which an edge comes to its child.
func cameFrom(route []*slot) int { return route[len(route)-2].y }

// path draws an edge: curves between the layers, straight beside nodes.
func path(route []*slot, end int, x func(int) int, width int) string {
	var b strings.Builder
	fromX, fromY := x(route[0].layer)+width, route[0].y
	fmt.Fprintf(&b, "M%d %d", fromX, fromY)
	for i, s := range route[1:] {
		toX, toY := x(s.layer), s.y
		if i == len(route)-2 {
			toY = end
		}
		bend := (toX - fromX) / 2
		fmt.Fprintf(&b, "C%d %d %d %d %d %d", fromX+bend, fromY, toX-bend, toY, toX, toY)
		if fromX, fromY = toX+width, toY; i < len(route)-2 {
			fmt.Fprintf(&b, "H%d", fromX)
		}
	}
	return b.String()
}

func strip(days []calendar.Coverage) stripView {
	var v stripView
	for i, day := range days {
		x, top, path := i*cellWidth, 0, &v.Whole
		switch {
		case day.Have == 0:
			top, path = stripDepth-1, &v.None
		case !day.Complete():
			top, path = stripDepth/2, &v.Part
		}
		*path += fmt.Sprintf("M%d %dh3v%dh-3z", x, top, stripDepth-top)
	}
	return v
}

// brief says in a line what matters about a node.
func (n Node) brief() string {
	rows := compact(n.Rows) + " rows"
	switch {
	case n.State == pipeline.Never:
		return "nothing loaded"
	case n.State == pipeline.Failed && n.Stale > 0 && n.Kind == SQL:
		return fmt.Sprintf("failed, %d stale · %s", n.Stale, rows)
	case n.Stale > 0 && n.Kind == SQL:
		return fmt.Sprintf("%s stale · %s", plural(n.Stale, "day"), rows)
	case n.State == pipeline.Open && n.Open > 0:
		return fmt.Sprintf("%s open · %s", plural(n.Open, "day"), rows)
	case n.Expected > n.Days:
		return fmt.Sprintf("%d of %d days · %s", n.Days, n.Expected, rows)
	case n.Days > 0 && n.Expected > 0:
		return fmt.Sprintf("%s · %s", plural(n.Days, "day"), rows)
	}
	return rows
}

// hint is what the pointer tells of a node.
func (n Node) hint() string {
	lines := []string{n.Name + ": " + string(n.State)}
	if n.Why != "" {
		lines = append(lines, firstLine(n.Why))
	}
	if n.State != pipeline.Never {
		lines = append(lines, templates.Grouped(n.Rows)+" rows")
	}
	if n.Expected > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d days, the last is %s", n.Days, n.Expected, n.Last))
	}
	if n.Run != "" {
		lines = append(lines, fmt.Sprintf("run %s, %s", n.Run, duration(n.Took)))
	}
	if line := firstLine(n.Error); line != "" && line != firstLine(n.Why) {
		lines = append(lines, line)
	}
	return clean(strings.Join(lines, "\n"))
}

func (e Edge) hint() string {
	if e.Label == "" {
		return e.From + " → " + e.To
	}
	return e.From + " → " + e.To + ", " + e.Label
}

// short cuts text in its middle, so that beginning and end can be read.
func short(text string, most int) string {
	all := []rune(text)
	if len(all) <= most {
		return text
	}
	tail := most / 3
	return string(all[:most-1-tail]) + "…" + string(all[len(all)-tail:])
}

// clean replaces what XML cannot hold, such as control characters.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r == 0xFFFE, r == 0xFFFF:
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}
