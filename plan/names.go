package plan

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/internal/spelling"
	"tearsheet/metrics"
)

// names are the names under which the plan knows the metrics of a registry.
type names struct {
	registry *metrics.Registry
	planned  map[string][]*metrics.Metric
}

func newNames(r *metrics.Registry) names {
	n := names{r, map[string][]*metrics.Metric{}}
	for _, m := range r.Metrics() {
		if planned(m) {
			n.planned[m.Plan] = append(n.planned[m.Plan], m)
		}
	}
	return n
}

// planned reports whether the registry expects a plan for m.
func planned(m *metrics.Metric) bool { return m.Plan != "" }

// find returns the metrics that the plan calls name, or why there are none.
func (n names) find(name string) ([]*metrics.Metric, error) {
	if found := n.planned[name]; len(found) > 0 {
		return found, nil
	}
	if m := n.registry.Metric(name); m != nil && !planned(m) {
		return nil, fmt.Errorf("metric %q has no plan by the registry (plan: none): remove the row, or that line of the registry", name)
	} else if m != nil {
		return nil, fmt.Errorf("metric %q is called %q in the plan by the registry", name, m.Plan)
	}
	return nil, fmt.Errorf("metric %q is not in the registry%s", name, n.nearest(name))
}

// nearest returns ` (did you mean "x"?)` for the known name that is most like the
// given one, which may be a title, or "" if none is like it.
func (n names) nearest(name string) string {
	var known []string
	for _, m := range n.registry.Metrics() {
		if !planned(m) {
			continue
		}
		if strings.EqualFold(name, m.Title) {
			return fmt.Sprintf(" (did you mean %q?)", m.Plan)
		}
		known = append(known, m.Plan)
	}
	return spelling.DidYouMean(name, known)
}

// missing returns the metrics of the sheet that none of the entries is for.
func (n names) missing(entries []entry) []*metrics.Metric {
	var missing []*metrics.Metric
	for _, m := range n.registry.Metrics() {
		if m.Supporting || !planned(m) {
			continue
		}
		if !slices.ContainsFunc(entries, func(e entry) bool { return slices.Contains(e.metrics, m) }) {
			missing = append(missing, m)
		}
	}
	return missing
}
