package render

import (
	"fmt"
	"strings"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// spark is a sparkline as SVG paths in a box of Width by Height: "" draws nothing.
type spark struct {
	Width, Height float64
	Plan, Actual  string
	Dot           string // the latest week
	Partial       string // provisional weeks before it
	Holes         string // in the dots of all provisional weeks
	Label         string
}

// The box of a sparkline and the margin that keeps its strokes inside.
const (
	sparkWidth  = 72
	sparkHeight = 18
	sparkMargin = 3.5
)

// drawSpark draws the actual and the plan over the weeks in the row's scale, with
// gaps where a value is unknown, and a dot on the latest week if that is known. The
// dot of a provisional week is open, wherever it stands.
func drawSpark(row tearsheet.Row) spark {
	s := spark{Width: sparkWidth, Height: sparkHeight}
	scale, open := sparkScale{row}, 0
	var actual, plan []metrics.Value
	for i, p := range row.Trend {
		actual, plan = append(actual, p.Actual), append(plan, p.Plan)
		last := i == len(row.Trend)-1
		if !p.Actual.Known() || !last && !p.Open() {
			continue
		}
		dot := "M" + scale.at(i, p.Actual) + "h0"
		if last {
			s.Dot = dot
		} else {
			s.Partial += dot
		}
		if p.Open() {
			s.Holes += dot
			open++
		}
	}
	s.Actual, s.Plan = scale.path(actual), scale.path(plan)
	s.Label = fmt.Sprintf("%d weeks, actual and plan", len(row.Trend))
	if open > 0 {
		s.Label += fmt.Sprintf(", %d provisional", open)
	}
	return s
}

// sparkScale places the values of a row's weeks in the box.
type sparkScale struct{ row tearsheet.Row }

// path joins what is known, and lifts the pen over what is not.
func (s sparkScale) path(values []metrics.Value) string {
	var path strings.Builder
	down := false
	for i, v := range values {
		switch {
		case !v.Known():
			down = false
			continue
		case down:
			path.WriteString("L" + s.at(i, v))
			continue
		}
		path.WriteString("M" + s.at(i, v))
		if i == len(values)-1 || !values[i+1].Known() {
			path.WriteString("h0") // a week alone is a dot of the pen
		}
		down = true
	}
	return path.String()
}

func (s sparkScale) at(i int, v metrics.Value) string {
	up, _ := s.row.TrendHeight(v)
	across := 1.0
	if n := len(s.row.Trend); n > 1 {
		across = float64(i) / float64(n-1)
	}
	return fmt.Sprintf("%.1f %.1f", sparkMargin+across*(sparkWidth-2*sparkMargin), sparkHeight-sparkMargin-up*(sparkHeight-2*sparkMargin))
}
