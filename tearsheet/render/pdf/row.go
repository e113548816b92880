package pdf

import (
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// Sizes of the type in a row.
const (
	figureSize = 8.2
	planSize   = 7.6
	signSize   = 5.2
	signRise   = 2.2 // more, and readers of the text would take it for a line of its own
	signGap    = 1.4
	signClear  = 1.6 // the least between a sign and the plan, beside the gap of numbers
	unitSize   = 7
	leastName  = 60 // points that a name keeps beside a long unit
)

// row draws a metric with its top at y.
func (p *printer) row(row tearsheet.Row, y, pitch float64) {
	baseline := y + pitch/2 + 2.9
	p.bookmark(2, row.Title, y)
	p.arrive(p.links.row, row.Metric, y-2*pitch)
	p.mark(p.grid.mark, baseline-.2, row.Mark)
	p.name(row, baseline)
	p.depart(p.links.definition, row.Metric, box{p.grid.mark, y, p.grid.nameEnd, y + pitch})
	shrink := p.shrink(row)
	for i, cell := range row.Cells {
		p.cell(cell, p.grid.weeks[i], i == len(row.Cells)-1, baseline, shrink)
	}
	p.variance(row, baseline)
	p.sparkline(box{p.grid.trend, y + .2*pitch, p.grid.end - lastRadius, y + .82*pitch}, row)
}

// name sets the title and the unit beside it. Both fit the column: a unit of a
// reasonable length stays whole and the title gives way.
func (p *printer) name(row tearsheet.Row, y float64) {
	title, unit := nameStyles(row)
	room := p.grid.nameEnd - p.grid.name
	label := p.fit(row.UnitLabel, unit, room-leastName-unitGap)
	if label != "" {
		room -= p.pen.width(label, unit) + unitGap
	}
	x := p.text(p.grid.name, y, p.fit(row.Title, title, room), title)
	p.text(x+unitGap, y, label, unit)
}

func nameStyles(row tearsheet.Row) (title, unit style) {
	title, unit = style{templates.Regular, figureSize, black}, style{templates.Regular, unitSize, grey}
	if row.Mark == tearsheet.Behind {
		title.face = templates.SemiBold
	}
	return title, unit
}

// nameWidth is what the title and the unit take when both are whole.
func (p *printer) nameWidth(row tearsheet.Row) float64 {
	title, unit := nameStyles(row)
	return p.pen.width(row.Title, title) + unitGap + p.pen.width(row.UnitLabel, unit)
}

const (
	unitGap     = 3
	varianceGap = 5 // the least between the last plan and the variance
)

// cell sets the numbers of a week. The sign hangs behind the actual, whose digits
// stay in their column.
func (p *printer) cell(cell tearsheet.Cell, at pair, latest bool, y, shrink float64) {
	actual, plan, sign := cellStyles(latest, shrink)
	p.pen.right(at.actual, y, cell.ActualText, actual)
	p.pen.right(at.plan, y, cell.PlanText, plan)
	p.text(at.actual+signGap, y-signRise, cell.Signs, sign)
}

func cellStyles(latest bool, shrink float64) (actual, plan, sign style) {
	face := templates.Regular
	if latest {
		face = templates.SemiBold
	}
	return style{face, figureSize * shrink, black}, style{templates.Regular, planSize * shrink, grey},
		style{templates.Medium, signSize * shrink, black}
}

// shrink returns by how much the figures of a row must be smaller than others so
// that none touches its neighbour: the whole row alike, since numbers of one
// metric are read against each other.
func (p *printer) shrink(row tearsheet.Row) float64 {
	shrink := 1.0
	need := func(width, room float64) {
		if width > room {
			shrink = min(shrink, room/width)
		}
	}
	for i, cell := range row.Cells {
		at := p.grid.weeks[i]
		actual, behind := p.cellWidths(cell, i == len(row.Cells)-1)
		need(actual, at.actual-at.actualLeft)
		need(behind, at.plan-at.actualEnd)
	}
	return shrink
}

// cellWidths are what the numbers of a week take: the actual, and what stands
// behind it, the plan with the signs before it.
func (p *printer) cellWidths(cell tearsheet.Cell, latest bool) (figure, behind float64) {
	actual, plan, sign := cellStyles(latest, 1)
	behind = p.pen.width(cell.PlanText, plan)
	if cell.Signs != "" {
		behind += signGap + p.pen.width(cell.Signs, sign) + signClear
	}
	return p.pen.width(cell.ActualText, actual), behind
}

// variance sets the variance of the latest week. One that is not in percent says
// so in a word behind it, which is set small.
func (p *printer) variance(row tearsheet.Row, y float64) {
	number, word := style{templates.Regular, figureSize, black}, style{templates.Regular, unitSize * .9, grey}
	switch row.Mark {
	case tearsheet.Behind:
		number.face, number.ink = templates.SemiBold, accent
	case tearsheet.NoPlan, tearsheet.NoValue:
		number.size, number.ink = planSize, grey
	}
	text, behind := row.Variance, ""
	if at := strings.LastIndex(text, " "); at > 0 && row.Mark == tearsheet.Unjudged {
		text, behind = text[:at], text[at:]
	}
	room := p.grid.variance - p.grid.weeks[len(p.grid.weeks)-1].plan - varianceGap
	shrink := min(1, room/(p.pen.width(text, number)+p.pen.width(behind, word)))
	x := p.pen.right(p.grid.variance, y, behind, word.sized(shrink))
	p.pen.right(x, y, text, number.sized(shrink))
}
