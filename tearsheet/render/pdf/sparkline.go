package pdf

import (
	"github.com/go-pdf/fpdf"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// box is a rectangle of the page.
type box struct{ left, top, right, bottom float64 }

const (
	lineWidth     = 0.7
	planLineWidth = 0.5
	lastRadius    = 1.35
	loneRadius    = 0.6
	ringWidth     = 0.55 // of the outline of an open dot
)

// sparkline draws the trend of a row into b: a line for the actual, which stays open
// where there is no value, dashes for the plan, and a dot on the last week. The dot
// of a provisional week is open, wherever it stands.
func (p pen) sparkline(b box, row tearsheet.Row) {
	var actual, planned []metrics.Value
	for _, point := range row.Trend {
		actual = append(actual, point.Actual)
		planned = append(planned, point.Plan)
	}
	at := scale(b, row)
	p.file.SetLineCapStyle("butt")
	p.file.SetLineJoinStyle("round")
	p.file.SetDashPattern([]float64{1.6, 1.4}, 0)
	p.line(planned, at, planLineWidth, light)
	p.file.SetDashPattern(nil, 0)
	p.line(actual, at, lineWidth, black)
	p.file.SetLineJoinStyle("miter")
	p.weekDots(row, at)
}

// weekDots marks the last week, and every week with missing days.
func (p pen) weekDots(row tearsheet.Row, at position) {
	for week, point := range row.Trend {
		x, y, ok := at(week, point.Actual)
		last, c := week == len(row.Trend)-1, black
		if last && row.Mark == tearsheet.Behind {
			c = accent
		}
		switch {
		case !ok:
		case point.Open():
			p.ring(x, y, lastRadius, c)
		case last:
			p.dot(x, y, lastRadius, c)
		}
	}
}

// position says where the value of a week lies; not ok if it is unknown.
type position func(week int, v metrics.Value) (x, y float64, ok bool)

// scale places the weeks of a row in b.
func scale(b box, row tearsheet.Row) position {
	return func(week int, v metrics.Value) (x, y float64, ok bool) {
		height, ok := row.TrendHeight(v)
		x = b.right
		if last := len(row.Trend) - 1; last > 0 {
			x = b.left + (b.right-b.left)*float64(week)/float64(last)
		}
		return x, b.bottom - (b.bottom-b.top)*height, ok
	}
}

// line strokes the known stretches; a week alone between gaps becomes a dot.
func (p pen) line(values []metrics.Value, at position, width float64, c ink) {
	p.file.SetDrawColor(c.rgb())
	p.file.SetLineWidth(width)
	for _, points := range stretches(values, at) {
		if len(points) == 1 {
			p.dot(points[0].X, points[0].Y, loneRadius, c)
			continue
		}
		p.file.MoveTo(points[0].X, points[0].Y)
		for _, point := range points[1:] {
			p.file.LineTo(point.X, point.Y)
		}
		p.file.DrawPath("D")
	}
}

// stretches returns the runs of weeks without a gap.
func stretches(values []metrics.Value, at position) [][]fpdf.PointType {
	var runs [][]fpdf.PointType
	open := false
	for week, v := range values {
		x, y, ok := at(week, v)
		if ok && !open {
			runs = append(runs, nil)
		}
		if ok {
			runs[len(runs)-1] = append(runs[len(runs)-1], fpdf.PointType{X: x, Y: y})
		}
		open = ok
	}
	return runs
}
