package render

import (
	"fmt"
	"strings"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// spark is a sparkline as SVG paths in a box of Width by Height: "" draws nothing.
type spark struct {
	Width, Height     float64
	Plan, Actual, Dot string
	Label             string
}

// The box of a sparkline and the margin that keeps its strokes inside.
const (
	sparkWidth  = 72
	sparkHeight = 18
	sparkMargin = 3.5
)

// leastSpan is the least height of a sparkline's scale, as a share of its largest
// number: what moves less is drawn flatter, not as a mountain.
const leastSpan = 0.01

// drawSpark draws the actual and the plan over the weeks in one scale, with gaps
// where a value is unknown, and a dot on the latest week if that is known.
func drawSpark(points []tearsheet.Point) spark {
	s := spark{Width: sparkWidth, Height: sparkHeight, Label: fmt.Sprintf("%d weeks, actual and plan", len(points))}
	scale := scaleOf(points)
	var actual, plan []metrics.Value
	for _, p := range points {
		actual, plan = append(actual, p.Actual), append(plan, p.Plan)
	}
	s.Actual, s.Plan = scale.path(actual), scale.path(plan)
	if n := len(actual); n > 0 && actual[n-1].Known() {
		s.Dot = "M" + scale.at(n-1, actual[n-1]) + "h0"
	}
	return s
}

// sparkScale places the i-th of n values in the box.
type sparkScale struct {
	n         int
	low, high float64
}

func scaleOf(points []tearsheet.Point) sparkScale {
	s := sparkScale{n: len(points)}
	first := true
	for _, p := range points {
		for _, v := range []metrics.Value{p.Actual, p.Plan} {
			f, known := v.Float64()
			if !known {
				continue
			}
			if first {
				s.low, s.high, first = f, f, false
			}
			s.low, s.high = min(s.low, f), max(s.high, f)
		}
	}
	if lack := leastSpan*max(s.high, -s.low) - (s.high - s.low); lack > 0 {
		s.low, s.high = s.low-lack/2, s.high+lack/2
	}
	return s
}

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
	f, _ := v.Float64()
	across, up := 1.0, 0.5
	if s.n > 1 {
		across = float64(i) / float64(s.n-1)
	}
	if s.high > s.low {
		up = (f - s.low) / (s.high - s.low)
	}
	return fmt.Sprintf("%.1f %.1f", sparkMargin+across*(sparkWidth-2*sparkMargin), sparkHeight-sparkMargin-up*(sparkHeight-2*sparkMargin))
}
