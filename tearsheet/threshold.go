package tearsheet

import (
	"strconv"
	"strings"

	"tearsheet/metrics"
)

// watches reports whether thresholds give the mark Watch to anything: there is none
// between two distances that are one.
func watches(t metrics.Thresholds) bool {
	return t.Watch > 0 && (t.Off == 0 || t.Watch < t.Off)
}

// thresholdRule says from where on a metric is marked; a mark that is never given is
// not named.
func thresholdRule(t metrics.Thresholds) string {
	var rules []string
	than := " than plan" // once
	add := func(given bool, mark string, from float64, side string) {
		if given {
			rules = append(rules, mark+" from "+percent(from)+side+than)
			than = ""
		}
	}
	worse := " worse"
	add(watches(t), "watch", t.Watch, worse)
	if watches(t) {
		worse = ""
	}
	add(t.Off > 0, "off plan", t.Off, worse)
	add(t.Ahead > 0, "ahead", t.Ahead, " better")
	if len(rules) == 0 {
		return "no distance from the plan is marked"
	}
	return strings.Join(rules, ", ")
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) + "%" }

// marks explains the marks that the thresholds give. One that a row has by other
// thresholds is named without a distance.
func marks(t metrics.Thresholds, used Counts) []LegendItem {
	items := []LegendItem{}
	add := func(mark Mark, name, distance string, rows int) {
		if distance != "" || rows > 0 {
			items = append(items, LegendItem{Mark: mark, Text: name + distance})
		}
	}
	orMore := func(from float64) string {
		if from == 0 {
			return ""
		}
		return ", " + percent(from) + " or more"
	}
	watch := ""
	switch {
	case watches(t) && t.Off > 0:
		watch = ", " + percent(t.Watch) + " to " + percent(t.Off)
	case watches(t):
		watch = orMore(t.Watch)
	}
	add(Behind, "off plan", orMore(t.Off), used.Behind)
	add(Watch, "watch", watch, used.Watch)
	add(Ahead, "ahead", orMore(t.Ahead), used.Ahead)
	return items
}

// usualThresholds returns the thresholds that most rows have, and whether all have
// them.
func usualThresholds(doc *Document, registry *metrics.Registry) (usual metrics.Thresholds, all bool) {
	rows, counts := 0, map[metrics.Thresholds]int{}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			t := registry.Metric(row.Metric).Thresholds
			rows++
			if counts[t]++; counts[t] > counts[usual] || rows == 1 {
				usual = t
			}
		}
	}
	return usual, counts[usual] == rows
}
