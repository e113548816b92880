package tearsheet

import "tearsheet/metrics"

// Mark is the verdict on an actual beside its plan.
type Mark string

// The marks, from worst to best. Behind prints as "off plan".
const (
	Behind   Mark = "behind"
	Watch    Mark = "watch"
	OnPlan   Mark = "on_plan"
	Ahead    Mark = "ahead"
	NoPlan   Mark = "no_plan"
	Unjudged Mark = "unjudged" // a plan that is 0 or negative, or a metric without a good direction
	NoValue  Mark = "unknown"
)

// Shape is the mark as a character, where it is not drawn: ▼ off plan, ▽ watch, ▲ ahead, and
// nothing for the rest.
func (m Mark) Shape() string {
	switch m {
	case Behind:
		return "▼"
	case Watch:
		return "▽"
	case Ahead:
		return "▲"
	}
	return ""
}

// varianceDecimals is the number of decimals of a printed variance in percent.
const varianceDecimals = 1

// variance returns actual − plan, and the same in percent of the plan: unknown if
// either is, or if the plan is 0 or negative, of which a percentage says nothing.
func variance(actual, plan metrics.Value) (absolute, percent metrics.Value) {
	absolute = actual.Sub(plan)
	if plan.Sign() > 0 {
		percent = absolute.Mul(metrics.Int(100)).Div(plan)
	}
	return absolute, percent
}

// judge gives the mark of a cell. It goes by the variance as printed, with one
// decimal, so that "5.0" and "5 % or more" cannot contradict each other on paper.
func judge(m *metrics.Metric, actual, plan metrics.Value) Mark {
	if !actual.Known() {
		return NoValue
	}
	if !plan.Known() {
		return NoPlan
	}
	_, percent := variance(actual, plan)
	if !percent.Known() || m.Better == metrics.Neither {
		return Unjudged
	}
	percent = percent.Round(varianceDecimals)
	if m.Better == metrics.Down {
		percent = metrics.Int(0).Sub(percent)
	}
	reaches := func(distance metrics.Value, threshold float64) bool {
		return threshold > 0 && distance.Cmp(metrics.Float(threshold)) >= 0
	}
	short := metrics.Int(0).Sub(percent)
	switch {
	case reaches(short, m.Thresholds.Off):
		return Behind
	case reaches(short, m.Thresholds.Watch):
		return Watch
	case reaches(percent, m.Thresholds.Ahead):
		return Ahead
	}
	return OnPlan
}

func (c *Counts) add(m Mark) {
	switch m {
	case Behind:
		c.Behind++
	case Watch:
		c.Watch++
	case OnPlan:
		c.OnPlan++
	case Ahead:
		c.Ahead++
	case NoPlan, Unjudged:
		c.NoPlan++
	case NoValue:
		c.Unknown++
	}
}
