package plan

import (
	"strings"

	"tearsheet/metrics"
)

// String names k in running text.
func (k kind) String() string { return [...]string{"week", "month", "quarter"}[k] }

// adjective names k before a noun.
func (k kind) adjective() string { return [...]string{"weekly", "monthly", "quarterly"}[k] }

// Rule says in a sentence or two how the plan figures of m become weeks, for the
// page of definitions.
func (p *Plan) Rule(m *metrics.Metric) string {
	c := p.curve(m)
	switch {
	case c == nil && !planned(m):
		return "No plan is expected."
	case c == nil:
		return "No plan."
	}
	parts := []string{c.figures(m) + c.manner(m) + "."}
	if len(c.kinds) > 1 {
		parts = append(parts, "Where periods overlap, the shorter one holds.")
	}
	return strings.Join(parts, " ")
}

// figures names the figures that there are: Monthly daily figures.
func (c *curve) figures(m *metrics.Metric) string {
	var named []string
	for k := week; k <= quarter; k++ {
		switch {
		case c.kinds[k] == nil:
		case c.kinds[k][metrics.PlanDaily] && c.kinds[k][metrics.PlanTotal]:
			named = append(named, k.adjective()+" "+noun(m, metrics.PlanDaily)+" and "+noun(m, metrics.PlanTotal))
		case c.kinds[k][metrics.PlanTotal]:
			named = append(named, k.adjective()+" "+noun(m, metrics.PlanTotal))
		default:
			named = append(named, k.adjective()+" "+noun(m, metrics.PlanDaily))
		}
	}
	text := strings.Join(named, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// noun names a figure of m.
func noun(m *metrics.Metric, is metrics.PlanIs) string {
	switch {
	case m.Roll == metrics.Last:
		return "levels"
	case m.Roll == metrics.Ratio, m.Roll == metrics.Whole:
		return "figures"
	case is == metrics.PlanTotal:
		return "totals spread evenly over the days"
	}
	return "daily figures"
}

// manner says how the figures become a week, as the rest of the sentence.
func (c *curve) manner(m *metrics.Metric) string {
	if m.Roll == metrics.Last {
		if c.linear {
			return ", each at the end of its period and joined by straight lines; the week takes its last day"
		}
		return ", each held throughout its period; the week takes its last day"
	}
	sum := m.Roll == metrics.Sum
	crosses := len(c.kinds[month]) > 0 || len(c.kinds[quarter]) > 0
	switch {
	case sum && crosses:
		return "; the week is the sum of its seven days, so one that crosses a " + c.boundary() + " mixes them by days"
	case sum:
		return "; the week is the sum of its seven days"
	case crosses:
		return "; a week that crosses a " + c.boundary() + " mixes them by days"
	}
	return ""
}

// boundary names the shortest period that a week can cross.
func (c *curve) boundary() string {
	if len(c.kinds[month]) > 0 {
		return month.String()
	}
	return quarter.String()
}
