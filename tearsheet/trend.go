package tearsheet

import "tearsheet/metrics"

// leastSpan is the least height of a sparkline's scale, in percent of its largest
// number: the noise of a steady metric must not look like a storm.
const leastSpan = 2

func (b builder) points(m *metrics.Metric) []Point {
	points := make([]Point, len(b.trend))
	for i, w := range b.trend {
		week := b.Registry.Week(b.History, m, w)
		points[i] = Point{Actual: week.Actual, Plan: b.Plan.Week(m, w), Coverage: week.Coverage, Provisional: week.Provisional()}
	}
	return points
}

// trendScale returns the ends of the one scale in which the actuals and the plans of
// a trend are drawn.
func trendScale(points []Point) (low, high metrics.Value) {
	for _, p := range points {
		for _, v := range []metrics.Value{p.Actual, p.Plan} {
			if !v.Known() {
				continue
			}
			if !low.Known() || v.Cmp(low) < 0 {
				low = v
			}
			if !high.Known() || v.Cmp(high) > 0 {
				high = v
			}
		}
	}
	if !low.Known() {
		return low, high
	}
	largest := high.Abs()
	if low.Abs().Cmp(largest) > 0 {
		largest = low.Abs()
	}
	least := largest.Mul(metrics.Int(leastSpan)).Div(metrics.Int(100))
	if lack := least.Sub(high.Sub(low)).Div(metrics.Int(2)); lack.Sign() > 0 {
		low, high = low.Sub(lack), high.Add(lack)
	}
	return low, high
}

// TrendHeight says how high a value of the trend is drawn: from 0 at TrendLow to 1 at
// TrendHigh, and half way if the two are one. It is not ok if there is nothing to
// draw.
func (r Row) TrendHeight(v metrics.Value) (height float64, ok bool) {
	if !v.Known() || !r.TrendLow.Known() {
		return 0, false
	}
	height, ok = v.Sub(r.TrendLow).Div(r.TrendHigh.Sub(r.TrendLow)).Float64()
	if !ok { // a scale without a span
		return 0.5, true
	}
	return height, true
}

// Open reports whether the point is drawn as an open dot: it has a value, of which
// days are missing.
func (p Point) Open() bool { return p.Provisional && p.Actual.Known() }
