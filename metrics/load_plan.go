package metrics

import "tearsheet/calendar"

// checkPlan holds what a metric says of its plan, its marks and its beginning
// against the rules.
func (e *entry) checkPlan() {
	m := e.metric
	if m.PlanIs == PlanTotal && (m.Roll == Ratio || m.Roll == Last) {
		e.fault("plan_is", "plan_is total: a metric with week: %s has no total", m.Roll)
	}
	if m.PlanSpread == Linear && m.Roll != Last {
		e.fault("plan_spread", "plan_spread linear is for levels: it needs week: last")
	}
	if t := m.Thresholds; t.disordered() && e.file.Thresholds != nil {
		e.fault("thresholds", "thresholds: off (%g) is nearer to the plan than watch (%g)", t.Off, t.Watch)
	}
	if e.file.Since != nil && m.Since == nil {
		_, err := calendar.ParseDay(*e.file.Since)
		e.fault("since", "since: %s", err)
	}
}
