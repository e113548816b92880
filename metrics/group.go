package metrics

import (
	"fmt"

	"tearsheet/calendar"
)

// group is a set of metrics that one statement computes.
type group struct {
	metrics []*Metric
	key     string // of a two-level statement, or ""
	dense   denseKeys
}

// statement returns the statement of g over s.
func (g group) statement(c calendar.Calendar, s span) statement {
	switch {
	case g.key != "":
		return twoLevel(c, g.metrics, g.key, s)
	case g.metrics[0].SQL != "":
		return g.metrics[0].long(s)
	}
	return flat(c, g.metrics, s, g.dense)
}

// groups divides metrics so that those over one table share scans: counts, sums
// and the like of a table go into one flat statement, and with them the distinct
// counts of dense keys; several distinct counts of another key go into a two-level
// one, and what cannot be combined stands alone.
func groups(metrics []*Metric, dense denseKeys) []group {
	var order []string
	by := map[string]*group{}
	for i, m := range metrics {
		id, key := shared(m, dense)
		if id == "" {
			id = fmt.Sprint("alone ", i)
		}
		g := by[id]
		if g == nil {
			g = &group{key: key, dense: dense}
			by[id] = g
			order = append(order, id)
		}
		g.metrics = append(g.metrics, m)
	}
	var list []group
	for _, id := range order {
		list = append(list, by[id].split()...)
	}
	return list
}

// shared returns what metrics must have in common to be computed together, and
// the key if they count its distinct values; "" if m stands alone.
func shared(m *Metric, dense denseKeys) (id, key string) {
	if m.SQL != "" {
		return "", ""
	}
	place := m.place()
	aggregate, _ := ParseMeasure(m.Measure)
	if m.Empty == EmptyUnknown && aggregate.counts() {
		return "", "" // beside others its days without rows would be counted as 0
	}
	switch aggregate {
	case AggregateOther:
		return "", ""
	case AggregateCountDistinct:
		if _, ok := dense[m]; ok {
			return place, ""
		}
		key, ok := DistinctKey(m.Measure)
		if !ok {
			return "", ""
		}
		return place + "\x00" + key, key
	}
	return place, ""
}

// counts reports whether a gives 0 of no rows; the others give NULL.
func (a Aggregate) counts() bool {
	return a == AggregateCountAll || a == AggregateCount || a == AggregateCountDistinct
}

// place is the table of m and how its rows are placed in time.
func (m *Metric) place() string { return m.From + "\x00" + m.Day + "\x00" + m.At }

// split keeps a two-level statement within its flags, and makes a single distinct
// count a plain statement, which is faster alone.
func (g group) split() []group {
	if g.key == "" {
		return []group{g}
	}
	if len(g.metrics) == 1 {
		return []group{{metrics: g.metrics, dense: g.dense}}
	}
	var parts []group
	for len(g.metrics) > mostFlags {
		parts = append(parts, group{g.metrics[:mostFlags], g.key, g.dense})
		g.metrics = g.metrics[mostFlags:]
	}
	return append(parts, g)
}

// without returns g without the metrics that have failed: what failed over one
// span is not asked again over the next.
func (g group) without(failed map[*Metric]error) group {
	kept := group{key: g.key, dense: g.dense}
	for _, m := range g.metrics {
		if failed[m] == nil {
			kept.metrics = append(kept.metrics, m)
		}
	}
	return kept
}
