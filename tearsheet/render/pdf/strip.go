package pdf

import (
	"tearsheet/tearsheet"
	"tearsheet/templates"
)

const (
	stripSize = 8.2
	stripGap  = 4.5 // between items
)

func labelStyle(s tearsheet.Strip) style {
	if s.Alarm {
		return style{templates.SemiBold, stripSize, accent}
	}
	return style{templates.SemiBold, stripSize, black}
}

// strip sets as many items as fit, and how many do not. All strips begin their
// items below each other.
func (p *printer) strip(s tearsheet.Strip, y float64) {
	plain := style{templates.Regular, stripSize, black}
	indent := 0.0
	for _, other := range p.strips {
		indent = max(indent, p.pen.width(other.Label, labelStyle(other))+9)
	}
	p.text(p.left(), y, s.Label, labelStyle(s))
	x := p.left() + indent
	if len(s.Items) == 0 {
		p.text(x, y, s.None, plain)
		return
	}
	shown, more := p.fitItems(s, plain, p.right()-x)
	for i, item := range shown {
		end := p.text(x, y, item.String(), plain)
		p.depart(p.links.row, item.Metric, box{x, y - 8, end, y + 2.5})
		if i < len(shown)-1 || more != "" {
			end = p.text(end, y, s.Separator, plain)
		}
		x = end + stripGap
	}
	p.text(x, y, more, plain)
}

// fitItems returns the items that fit into width beside the words about the rest.
// A first item that is too long is cut, its title before its text.
func (p *printer) fitItems(strip tearsheet.Strip, s style, width float64) (shown []tearsheet.StripItem, more string) {
	need := 0.0
	for i, item := range strip.Items {
		need += p.pen.width(item.String()+strip.Separator, s) + stripGap
		if need > width {
			break
		}
		items, rest := strip.First(i + 1)
		if need+p.pen.width(rest, s) <= width {
			shown, more = items, rest
		}
	}
	if len(shown) > 0 {
		return shown, more
	}
	items, more := strip.First(1)
	first := items[0]
	room := width - p.pen.width(strip.Separator+more, s) - stripGap
	if first.Title = p.fit(first.Title, s, room-p.pen.width(" "+first.Text, s)); first.Title == "" {
		first.Text = p.fit(first.Text, s, room)
	}
	return []tearsheet.StripItem{first}, more
}
