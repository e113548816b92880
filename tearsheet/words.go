package tearsheet

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// signRestated follows a number that an earlier edition printed differently; the
// coverage of a provisional week, such as 6/7, is its own sign. absoluteSuffix
// follows a variance that is no percentage.
const (
	signRestated   = "‡"
	absoluteSuffix = " abs"
)

func subtitle(c calendar.Calendar, last calendar.Week) string {
	return fmt.Sprintf("Week ending %s. Daily averages, %s to %s, %s.",
		last.Last().Format("Monday 2 January 2006"),
		last.First().Weekday(), last.Last().Weekday(), c.Zone())
}

func heads(weeks []calendar.Week) []WeekHead {
	heads := make([]WeekHead, len(weeks))
	for i, w := range weeks {
		iso, _ := w.ISO()
		heads[i] = WeekHead{Starts: w.First(), Ends: w.Last(), Label: w.Last().Format("2 Jan"), ISO: iso}
	}
	return heads
}

func planNote(note PlanNote) PlanNote {
	note.Text = "No plan"
	if note.Source != "" {
		note.Text = "Plan: " + note.Source
	}
	if note.Version != "" {
		note.Text += ", " + note.Version
	}
	return note
}

// unitLabel writes the unit as it stands beside the name: "/day" for what is
// counted, "$/day" for money, "%" or the noun for the rest.
func unitLabel(m *metrics.Metric, scale int) string {
	prefix, per := scalePrefix(scale), ""
	switch {
	case m.Roll == metrics.Mean && m.Flow():
		per = "/day"
	case m.Roll == metrics.Sum:
		per = "/week"
	}
	if m.Unit.Currency() {
		return m.Unit.Symbol() + prefix + per
	}
	if per != "" {
		return prefix + per
	}
	if prefix != "" {
		return prefix + " " + m.Unit.Symbol()
	}
	if strings.HasSuffix(strings.ToLower(m.Title), strings.ToLower(string(m.Unit))) {
		return "" // "Active subscribers subscribers" says it twice
	}
	return m.Unit.Symbol()
}

// definitions explains every row, in the order of the sheet, and after them the
// operands of its ratios that have no row.
func (b builder) definitions(doc *Document) []Definition {
	list := []Definition{}
	seen := map[string]bool{}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			seen[row.Metric] = true
			list = append(list, b.definition(b.Registry.Metric(row.Metric), true))
		}
	}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			operands := b.Registry.Metric(row.Metric).RatioOf
			for _, name := range []string{operands.Of, operands.To} {
				if name != "" && !seen[name] {
					seen[name] = true
					list = append(list, b.definition(b.Registry.Metric(name), false))
				}
			}
		}
	}
	return list
}

func (b builder) definition(m *metrics.Metric, onSheet bool) Definition {
	d := Definition{Metric: m.Name, Title: m.Title, Text: m.Definition, OnSheet: onSheet,
		Statement: b.Statements[m.Name], Hash: b.Registry.DefinitionHash(m, b.Calendar), Figure: b.Registry.FigureHash(m, b.Calendar)}
	for _, team := range b.Registry.Teams() {
		if team.Name == m.Team {
			d.Team = team.Title
		}
	}
	d.Rules = append(d.Rules, b.rollRule(m))
	if m.Roll != metrics.Ratio {
		d.Rules = append(d.Rules, emptyRule(m))
	}
	if m.Since != nil {
		d.Rules = append(d.Rules, "Counted since "+m.Since.Format("2 January 2006")+".")
	}
	d.Rules = append(d.Rules, directionRule(m))
	if rule := b.Plan.Rule(m); rule != "" {
		d.Rules = append(d.Rules, rule)
	}
	return d
}

func (b builder) rollRule(m *metrics.Metric) string {
	switch m.Roll {
	case metrics.Mean:
		return "Week: the mean of the seven days."
	case metrics.Sum:
		return "Week: the sum of the seven days."
	case metrics.Last:
		return "Week: the level on its last day."
	case metrics.Whole:
		return "Week: one count over all seven days."
	}
	of, to := b.Registry.Metric(m.RatioOf.Of).Title, b.Registry.Metric(m.RatioOf.To).Title
	if m.RatioOf.MeanOfDays {
		return fmt.Sprintf("Week: the mean of the daily ratios of “%s” to “%s”.", of, to)
	}
	return fmt.Sprintf("Week: the week’s “%s” divided by the week’s “%s”.", of, to)
}

func emptyRule(m *metrics.Metric) string {
	if m.Empty == metrics.EmptyZero {
		return "A loaded day without rows is 0."
	}
	if m.Roll == metrics.Mean {
		return "A loaded day without rows has no value and is left out of the mean."
	}
	return "A loaded day without rows has no value."
}

func directionRule(m *metrics.Metric) string {
	if m.Better == metrics.Neither {
		return "Neither higher nor lower is better."
	}
	word := map[metrics.Better]string{metrics.Up: "Higher", metrics.Down: "Lower"}[m.Better]
	return word + " is better: " + thresholdRule(m.Thresholds) + "."
}

// legend explains the marks, with the thresholds that most rows share, and the signs
// that the sheet uses.
func legend(doc *Document, registry *metrics.Registry) []LegendItem {
	if len(doc.Sections) == 0 {
		return []LegendItem{}
	}
	t, all := usualThresholds(doc, registry)
	items := marks(t, doc.Counts)
	if !all {
		items = append(items, LegendItem{Text: "other thresholds: see definitions"})
	}
	return append(items, signs(doc)...)
}

// signs explains what stands beside or in place of numbers on this sheet.
func signs(doc *Document) []LegendItem {
	var items []LegendItem
	add := func(seen *bool, sign, text string) {
		if !*seen {
			*seen = true
			items = append(items, LegendItem{Sign: sign, Text: text})
		}
	}
	var provisional, restated, missing, absolute, open bool
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if strings.HasSuffix(row.Variance, absoluteSuffix) {
				add(&absolute, strings.TrimSpace(absoluteSuffix), "difference in the row's unit")
			}
			open = open || slices.ContainsFunc(row.Trend, Point.Open)
			for _, cell := range row.Cells {
				if cell.Provisional && cell.Coverage.Have > 0 {
					add(&provisional, cell.Coverage.String(), "days loaded: provisional")
				}
				if cell.Restated != nil {
					add(&restated, signRestated, "restated since it was first printed")
				}
				if !cell.Actual.Known() || !cell.Plan.Known() {
					add(&missing, noValue, "no value")
				}
			}
		}
	}
	if open {
		items = append(items, LegendItem{OpenDot: true, Text: "provisional week"})
	}
	return items
}
