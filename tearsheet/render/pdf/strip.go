package pdf

import (
	"fmt"
	"strings"

	"tearsheet/templates"
)

const stripGap = 4.5 // between items

// strip is a labelled line under the head.
type strip struct {
	label string
	ink   ink
	items []stripItem
	none  string // printed if there are no items
}

type stripItem struct{ metric, text string }

// strips returns what is off plan, worst first, and then what is provisional.
func (p *printer) strips() []strip {
	agenda := strip{label: "Off plan", ink: accent, none: "Nothing."}
	for _, item := range p.doc.Agenda {
		agenda.items = append(agenda.items, stripItem{item.Metric, item.Title + " " + item.Variance})
	}
	if len(agenda.items) == 0 {
		agenda.ink = black
	}
	if !p.doc.Provisional {
		return []strip{agenda}
	}
	provisional := strip{label: "Provisional", ink: black, none: "Days are missing."}
	for _, section := range p.doc.Sections {
		for _, row := range section.Rows {
			if cell := row.Latest(); cell.Provisional {
				provisional.items = append(provisional.items, stripItem{row.Metric, row.Title + " " + cell.Coverage.String()})
			}
		}
	}
	return []strip{agenda, provisional}
}

// strip sets as many items as fit, and how many do not.
func (p *printer) strip(s strip, y float64) {
	label, plain := style{templates.SemiBold, 8.2, s.ink}, style{templates.Regular, 8.2, black}
	indent := 7.0
	for _, other := range p.strips() {
		indent = max(indent, p.pen.width(other.label, label)+9)
	}
	p.text(p.left(), y, s.label, label)
	x := p.left() + indent
	if len(s.items) == 0 {
		p.text(x, y, s.none, plain)
		return
	}
	shown, more := p.fitItems(s.items, plain, p.right()-x)
	for i, item := range shown {
		end := p.text(x, y, item.text, plain)
		p.depart(p.links.row, item.metric, box{x, y - 8, end, y + 2.5})
		if i < len(shown)-1 || more != "" {
			end = p.text(end, y, ",", plain)
		}
		x = end + stripGap
	}
	p.text(x, y, more, plain)
}

// fitItems returns the items that fit into width beside the words about the rest.
// A single item that is too long is cut.
func (p *printer) fitItems(items []stripItem, s style, width float64) (shown []stripItem, more string) {
	need := 0.0
	for i, item := range items {
		need += p.pen.width(item.text+",", s) + stripGap
		if need > width {
			break
		}
		if rest := others(len(items) - i - 1); need+p.pen.width(rest, s) <= width {
			shown, more = items[:i+1], rest
		}
	}
	if len(shown) > 0 {
		return shown, more
	}
	first, more := items[0], others(len(items)-1)
	at := strings.LastIndex(first.text, " ")
	room := width - p.pen.width(first.text[at:]+","+more, s) - stripGap
	first.text = p.fit(first.text[:at], s, room) + first.text[at:]
	return []stripItem{first}, more
}

func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("and %d more", n)
}
