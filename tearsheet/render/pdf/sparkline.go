package pdf

import (
	"math"

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
	// leastRange keeps the noise of a steady metric from looking like a storm: the
	// height is never less than this share of the largest value.
	leastRange = 0.02
)

// sparkline draws the trend into b: a line for the actual, which stays open where
// there is no value, dashes for the plan, and a dot on the last week.
func (p pen) sparkline(b box, trend []tearsheet.Point, mark tearsheet.Mark) {
	if len(trend) == 0 {
		return
	}
	var actual, planned []metrics.Value
	for _, point := range trend {
		actual = append(actual, point.Actual)
		planned = append(planned, point.Plan)
	}
	at := scale(b, actual, planned)
	p.file.SetLineCapStyle("butt")
	p.file.SetLineJoinStyle("round")
	p.file.SetDashPattern([]float64{1.6, 1.4}, 0)
	p.line(planned, at, planLineWidth, light)
	p.file.SetDashPattern(nil, 0)
	p.line(actual, at, lineWidth, black)
	p.file.SetLineJoinStyle("miter")
	last := len(trend) - 1
	if x, y, ok := at(last, actual[last]); ok {
		colour := black
		if mark == tearsheet.Behind {
			colour = accent
		}
		p.dot(x, y, lastRadius, colour)
	}
}

// position says where the value of a week lies; not ok if it is unknown.
type position func(week int, v metrics.Value) (x, y float64, ok bool)

func scale(b box, series ...[]metrics.Value) position {
	low, high := math.Inf(1), math.Inf(-1)
	for _, values := range series {
		for _, v := range values {
			if f, ok := v.Float64(); ok {
				low, high = math.Min(low, f), math.Max(high, f)
			}
		}
	}
	if least := leastRange * math.Max(math.Abs(low), math.Abs(high)); high-low < least {
		middle := (low + high) / 2
		low, high = middle-least/2, middle+least/2
	}
	weeks := len(series[0])
	return func(week int, v metrics.Value) (x, y float64, ok bool) {
		f, ok := v.Float64()
		if !ok {
			return 0, 0, false
		}
		x, y = b.right, (b.top+b.bottom)/2
		if weeks > 1 {
			x = b.left + (b.right-b.left)*float64(week)/float64(weeks-1)
		}
		if high > low {
			y = b.bottom - (b.bottom-b.top)*(f-low)/(high-low)
		}
		return x, y, true
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
