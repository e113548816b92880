package plan

import (
	"slices"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// curve is the plan of one metric: its figures by period, each as the value that
// a day of the period carries.
type curve struct {
	calendar calendar.Calendar
	daily    map[period]metrics.Value
	kinds    map[kind]map[metrics.PlanIs]bool // which figures there are, for the rule
	linear   bool
	ends     []end // of a linear level only, by day
}

// end is the figure of a level at the last day of its period.
type end struct {
	day   calendar.Day
	value metrics.Value
}

func newCurve(m *metrics.Metric, c calendar.Calendar) *curve {
	return &curve{
		calendar: c,
		daily:    map[period]metrics.Value{},
		kinds:    map[kind]map[metrics.PlanIs]bool{},
		linear:   m.Roll == metrics.Last && m.PlanSpread == metrics.Linear,
	}
}

// add enters a figure.
func (c *curve) add(p period, is metrics.PlanIs, roll metrics.Roll, value metrics.Value) {
	if is == metrics.PlanTotal && roll != metrics.Whole {
		value = value.Div(metrics.Int(int64(p.days())))
	}
	c.daily[p] = value
	if c.kinds[p.kind] == nil {
		c.kinds[p.kind] = map[metrics.PlanIs]bool{}
	}
	c.kinds[p.kind][is] = true
}

// join makes the ends of a linear level from its figures. Where two periods end
// on one day, the finer one's figure stands.
func (c *curve) join() {
	if !c.linear {
		return
	}
	finest := map[calendar.Day]period{}
	for p := range c.daily {
		if other, taken := finest[p.last]; !taken || p.kind < other.kind {
			finest[p.last] = p
		}
	}
	for day, p := range finest {
		c.ends = append(c.ends, end{day, c.daily[p]})
	}
	slices.SortFunc(c.ends, func(a, b end) int { return a.day.Sub(b.day) })
}

// at returns the planned value of d.
func (c *curve) at(d calendar.Day) metrics.Value {
	if c.linear {
		return c.between(d)
	}
	return c.carried(d)
}

// carried returns the figure of the finest period that holds d.
func (c *curve) carried(d calendar.Day) metrics.Value {
	for _, p := range periodsOf(d, c.calendar) {
		if value, ok := c.daily[p]; ok {
			return value
		}
	}
	return metrics.Value{}
}

// between returns the value at d of the straight line between the ends around it.
func (c *curve) between(d calendar.Day) metrics.Value {
	i, exact := slices.BinarySearchFunc(c.ends, d, func(e end, d calendar.Day) int { return e.day.Sub(d) })
	if exact {
		return c.ends[i].value
	}
	if i == 0 || i == len(c.ends) {
		return metrics.Value{}
	}
	from, to := c.ends[i-1], c.ends[i]
	for day := from.day + 1; day < to.day; day++ {
		if !c.carried(day).Known() {
			return metrics.Value{}
		}
	}
	gone := metrics.Int(int64(d.Sub(from.day))).Div(metrics.Int(int64(to.day.Sub(from.day))))
	return from.value.Add(to.value.Sub(from.value).Mul(gone))
}

// Day returns what m was planned to be on d, in the sense of its daily values:
// for a whole-week metric and a ratio the figure that the day carries. It is
// unknown where there is no plan.
func (p *Plan) Day(m *metrics.Metric, d calendar.Day) metrics.Value {
	c := p.curve(m)
	if c == nil {
		return metrics.Value{}
	}
	return c.at(d)
}

// Week returns what m was planned to be in w, comparable with the week's actual
// value. It is unknown where there is no plan.
func (p *Plan) Week(m *metrics.Metric, w calendar.Week) metrics.Value {
	c := p.curve(m)
	if c == nil {
		return metrics.Value{}
	}
	if m.Roll == metrics.Last {
		return c.at(w.Last())
	}
	var days [calendar.DaysPerWeek]metrics.Value
	for i, d := range w.Days() {
		days[i] = c.at(d)
	}
	if m.Roll == metrics.Sum {
		return metrics.SumOf(days[:]...)
	}
	return metrics.MeanOf(days[:]...)
}
