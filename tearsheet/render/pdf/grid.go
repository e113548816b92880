package pdf

// grid is where the columns of the sheet stand, from left to right: the mark, the
// name, a pair of numbers for each week, the variance, the sparkline.
type grid struct {
	mark, name    float64 // left ends
	nameEnd       float64
	weeks         []pair
	variance      float64 // right end
	band, bandEnd float64 // behind the latest week and its variance
	trend         float64 // left end
	end           float64
}

// pair are the columns of one week.
type pair struct {
	left          float64
	actual, plan  float64 // right ends, on which the digits stand
	actualLeft    float64 // as far as the actual may reach
	actualEnd     float64 // as far as the plan may reach, without a sign between
	centre, width float64 // of the head
}

// Widths of the columns on a page that is 612 points wide; a narrower page has
// all of them narrower by the same share.
const (
	designWidth   = 612 - 2*sideMargin
	markColumn    = 10
	actualColumn  = 36
	planColumn    = 35
	varianceColum = 30
	trendColumn   = 46
	planPad       = 3.4 // right of the plan
	gap           = 2   // the least between two numbers
	ease          = 1.5 // and what they take beyond it where there is room
)

// widening is what the columns of every week take beyond their usual widths, from
// the room that names leave.
type widening struct{ actual, plan float64 }

func (w widening) sum() float64 { return w.actual + w.plan }

func newGrid(pageWidth float64, weeks int, wider widening) grid {
	width := pageWidth - 2*sideMargin
	share := width / designWidth
	g := grid{mark: sideMargin, name: sideMargin + markColumn*share, end: sideMargin + width}
	actual, plan := actualColumn*share+wider.actual, planColumn*share+wider.plan
	week := actual + plan
	first := g.end - (varianceColum+trendColumn)*share - float64(weeks)*week
	g.nameEnd = first - gap
	for i := range weeks {
		left := first + float64(i)*week
		p := pair{left: left, actual: left + actual, plan: left + week - planPad*share}
		p.actualLeft, p.actualEnd = left+gap, p.actual+gap
		p.centre, p.width = (left+6*share+p.plan)/2, p.plan-left-6*share
		g.weeks = append(g.weeks, p)
		g.band = left + gap
	}
	g.variance = g.end - trendColumn*share - .6
	g.bandEnd = g.variance + 5
	g.trend = g.bandEnd + 3
	return g
}

// fittedGrid is the grid of a sheet: where figures are wider than usual and names
// leave room, the figures take it before they are set smaller.
func (p *printer) fittedGrid() grid {
	usual := newGrid(p.width, len(p.doc.Weeks), widening{})
	need := widening{-ease, -ease}
	free := usual.nameEnd - usual.name
	for _, section := range p.doc.Sections {
		for _, row := range section.Rows {
			free = min(free, usual.nameEnd-usual.name-p.nameWidth(row))
			for i, cell := range row.Cells[:min(len(row.Cells), len(usual.weeks))] {
				at := usual.weeks[i]
				actual, behind := p.cellWidths(cell, i == len(row.Cells)-1)
				need.actual = max(need.actual, actual-(at.actual-at.actualLeft))
				need.plan = max(need.plan, behind-(at.plan-at.actualEnd))
			}
		}
	}
	return newGrid(p.width, len(p.doc.Weeks), need.within(max(0, free)/float64(max(1, len(usual.weeks)))))
}

// within is as much of the widening, with ease beyond it, as there is room for.
func (w widening) within(room float64) widening {
	least := widening{max(0, w.actual), max(0, w.plan)}
	if least.sum() > room {
		part := room / least.sum()
		return widening{least.actual * part, least.plan * part}
	}
	easing := min(ease, (room-least.sum())/2)
	return widening{max(0, w.actual+easing), max(0, w.plan+easing)}
}
