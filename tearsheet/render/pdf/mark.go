package pdf

import (
	"github.com/go-pdf/fpdf"

	"tearsheet/tearsheet"
)

const (
	markWidth   = 6.6
	markHeight  = 5.4
	markOutline = 0.8
)

// mark draws a verdict as a triangle with its left end at x, standing on the
// baseline y. No verdict looks like another without its colour: off plan points
// down and is filled, watch points down and is hollow, ahead points up. What is
// on plan or cannot be judged has no mark.
func (p pen) mark(x, y float64, m tearsheet.Mark) {
	switch m {
	case tearsheet.Behind:
		p.file.SetFillColor(accent.rgb())
		p.triangle(pointingDown(x, y, 0), "F")
	case tearsheet.Watch:
		p.file.SetDrawColor(black.rgb())
		p.file.SetLineWidth(markOutline)
		p.triangle(pointingDown(x, y, markOutline/2), "D")
	case tearsheet.Ahead:
		p.file.SetFillColor(light.rgb())
		p.triangle([3]fpdf.PointType{{X: x, Y: y}, {X: x + markWidth, Y: y}, {X: x + markWidth/2, Y: y - markHeight}}, "F")
	}
}

// triangle draws a closed path. (A polygon of the library ends beside its first
// corner by a rounding, and an outline grows a thorn there.)
func (p pen) triangle(corners [3]fpdf.PointType, how string) {
	p.file.MoveTo(corners[0].X, corners[0].Y)
	p.file.LineTo(corners[1].X, corners[1].Y)
	p.file.LineTo(corners[2].X, corners[2].Y)
	p.file.ClosePath()
	p.file.DrawPath(how)
}

// pointingDown is the triangle, smaller by inset so that an outline of twice that
// width ends where the filled one does.
func pointingDown(x, y, inset float64) [3]fpdf.PointType {
	return [3]fpdf.PointType{
		{X: x + 1.7*inset, Y: y - markHeight + inset},
		{X: x + markWidth - 1.7*inset, Y: y - markHeight + inset},
		{X: x + markWidth/2, Y: y - 1.9*inset},
	}
}
