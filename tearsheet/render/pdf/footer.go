package pdf

import (
	"fmt"
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// sheetFooter explains the marks and signs and then says what is printed.
func (p *printer) sheetFooter() {
	y := p.height - footMargin - 11
	s := style{templates.Regular, 6.8, grey}
	s = s.sized(p.legendShrink(s))
	x := p.left()
	for _, item := range p.doc.Legend {
		letters, fixed := p.legendWidth(item, s)
		next := x + letters + fixed
		switch {
		case item.Mark != "":
			p.mark(x, y, item.Mark)
			x += markWidth + legendPad
		case item.OpenDot:
			p.ring(x+lastRadius, y-markHeight/2+.6, lastRadius, black)
			x += 2*lastRadius + legendPad
		case item.Sign != "":
			x = p.text(x, y, item.Sign, style{templates.SemiBold, s.size, black}) + legendPad
		}
		p.text(x, y, item.Text, s)
		x = next
	}
	p.footer()
}

const (
	legendGap = 11 // between items
	legendPad = 3  // between a mark or sign and its text
)

// legendWidth is what an item takes, its letters and what stays as it is when
// they are set smaller.
func (p *printer) legendWidth(item tearsheet.LegendItem, s style) (letters, fixed float64) {
	letters, fixed = p.pen.width(item.Text, s), legendGap
	switch {
	case item.Mark != "":
		fixed += markWidth + legendPad
	case item.OpenDot:
		fixed += 2*lastRadius + legendPad
	case item.Sign != "":
		letters += p.pen.width(item.Sign, style{templates.SemiBold, s.size, black})
		fixed += legendPad
	}
	return letters, fixed
}

// legendShrink returns by how much the letters must be smaller to fit one line.
func (p *printer) legendShrink(s style) float64 {
	letters, room := 0.0, p.right()-p.left()+legendGap
	for _, item := range p.doc.Legend {
		width, fixed := p.legendWidth(item, s)
		letters += width
		room -= fixed
	}
	if letters <= room {
		return 1
	}
	return room / letters
}

// footer says of what day, plan and edition a page is.
func (p *printer) footer() {
	y := p.height - footMargin
	s := style{templates.Regular, 6.8, grey}
	plan := p.doc.Plan.Text
	if p.doc.Plan.Hash != "" {
		plan += " (" + p.doc.Plan.Hash[:min(8, len(p.doc.Plan.Hash))] + ")"
	}
	x := p.pen.right(p.right(), y, fmt.Sprintf("%d / %d", p.file.PageNo(), p.total), s)
	text := strings.Join([]string{p.doc.EditionText(), "As of " + p.doc.AsOf.Format("2 January 2006"), plan}, "  ·  ")
	p.text(p.left(), y, p.fit(text, s, x-12-p.left()), s)
}
