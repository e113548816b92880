package plan

import (
	"fmt"
	"slices"
	"strings"

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
	remedy := ""
	if near := n.nearest(name); near != "" {
		remedy = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return nil, fmt.Errorf("metric %q is not in the registry%s", name, remedy)
}

// nearest returns the known name that is most like the given one, or "" if none
// is like it.
func (n names) nearest(name string) string {
	best, bestDistance := "", min(3, len([]rune(name))/2)+1
	for _, m := range n.registry.Metrics() {
		candidate := m.Plan
		if !planned(m) {
			continue
		}
		if strings.EqualFold(name, m.Title) {
			return candidate
		}
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the number of characters to insert, drop or change on the way from
// a to b.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
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
