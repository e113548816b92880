package metrics

import (
	"strings"

	"tearsheet/internal/spelling"
)

// checkRatio holds the operands of a ratio against the other metrics.
func (e *entry) checkRatio() {
	e.checkOperand("of", e.file.Ratio.Of)
	e.checkOperand("to", e.file.Ratio.To)
	if circle := e.circle(); circle != nil {
		e.loader.fault(e.path("ratio"), "ratio goes in a circle: %s", strings.Join(circle, " → "))
	}
}

func (e *entry) checkOperand(key, name string) {
	operand := e.byName[name]
	path := e.path("ratio", key)
	switch {
	case name == "":
	case operand == nil && !e.namesKnown("metrics", len(e.metrics)):
	case operand == nil:
		e.loader.fault(path, "ratio: unknown metric %.80q%s", name, spelling.DidYouMean(name, e.metricNames()))
	case operand.RatioOf != (Operands{}) && e.circle() == nil:
		e.loader.fault(path, "ratio: %q is a ratio itself: want a metric that has days of its own", name)
	case operand.Roll == Whole && e.metric.RatioOf.MeanOfDays:
		e.loader.fault(path, "ratio: %q is computed over whole weeks and has no days for mean_of_days", name)
	}
}

// circle returns the names on a way from the metric through operands back to
// itself, or nil if there is none.
func (e *entry) circle() []string {
	seen := map[string]bool{}
	var walk func(name string) []string
	walk = func(name string) []string {
		m := e.byName[name]
		if m == nil || seen[name] {
			return nil
		}
		seen[name] = true
		for _, next := range []string{m.RatioOf.Of, m.RatioOf.To} {
			if next == "" {
				continue
			}
			if next == e.metric.Name {
				return []string{name, next}
			}
			if rest := walk(next); rest != nil {
				return append([]string{name}, rest...)
			}
		}
		return nil
	}
	return walk(e.metric.Name)
}

func (l *loader) metricNames() []string {
	names := make([]string, len(l.metrics))
	for i, m := range l.metrics {
		names[i] = m.Name
	}
	return names
}
