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
)

func newGrid(pageWidth float64, weeks int) grid {
	width := pageWidth - 2*sideMargin
	share := width / designWidth
	g := grid{mark: sideMargin, name: sideMargin + markColumn*share, end: sideMargin + width}
	week := (actualColumn + planColumn) * share
	first := g.end - (varianceColum+trendColumn)*share - float64(weeks)*week
	g.nameEnd = first - gap
	for i := range weeks {
		left := first + float64(i)*week
		p := pair{left: left, actual: left + actualColumn*share, plan: left + week - planPad*share}
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
