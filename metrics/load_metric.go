package metrics

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tearsheet/calendar"
	"tearsheet/internal/yamlfile"
)

// Thresholds of a registry that states none, in percent of the plan.
const (
	defaultWatch = 2
	defaultOff   = 5
	defaultAhead = 5
)

// noPlan is what the registry writes for a metric that has no plan.
const noPlan = "none"

// metric makes the metric of an entry, with its defaults.
func (l *loader) metric(i int) *Metric {
	f := &l.file.Metrics[i]
	m := &Metric{
		Name:       f.Name,
		Title:      cmp.Or(strings.TrimSpace(f.Title), titleOf(f.Name)),
		Team:       f.Team,
		Definition: strings.Join(strings.Fields(f.Definition), " "),
		Unit:       Unit(strings.TrimSpace(f.Unit)),
		Better:     Better(f.Better),
		Roll:       Roll(f.Week),
		From:       strings.TrimSpace(f.From),
		Measure:    strings.TrimSpace(f.Measure),
		Where:      strings.TrimSpace(f.Where),
		Day:        strings.TrimSpace(f.Day),
		At:         strings.TrimSpace(f.At),
		By:         strings.TrimSpace(f.By),
		SQL:        withoutSemicolon(f.SQL),
		Plan:       cmp.Or(strings.TrimSpace(f.Plan), f.Name),
		PlanIs:     PlanIs(cmp.Or(f.PlanIs, string(PlanDaily))),
		PlanSpread: Spread(cmp.Or(f.PlanSpread, string(Step))),
		Thresholds: l.thresholds(f.Thresholds),
		Supporting: f.Supporting,
	}
	at := l.computedAt(i)
	m.Line, m.Column = at.Line, at.Column
	if m.Plan == noPlan {
		m.Plan = ""
	}
	if m.From != "" && m.Day == "" && m.At == "" {
		m.Day = "day"
	}
	if f.Ratio != nil {
		m.RatioOf = Operands{f.Ratio.Of, f.Ratio.To, f.Ratio.As == "mean_of_days"}
	}
	if f.Since != nil {
		if day, err := calendar.ParseDay(*f.Since); err == nil {
			m.Since = &day
		}
	}
	m.Additive = addsUp(valueOf(m))
	m.Empty = Empty(cmp.Or(f.Empty, string(emptyOf(m))))
	return m
}

// thresholds returns the thresholds of an entry, completed by those of the file.
func (l *loader) thresholds(own *thresholdsEntry) Thresholds {
	t := Thresholds{defaultWatch, defaultOff, defaultAhead}
	for _, given := range []*thresholdsEntry{l.file.Thresholds, own} {
		if given == nil {
			continue
		}
		t.Watch = *cmp.Or(given.Watch, &t.Watch)
		t.Off = *cmp.Or(given.Off, &t.Off)
		t.Ahead = *cmp.Or(given.Ahead, &t.Ahead)
	}
	return t
}

// titleOf makes a title of a name: "Daily active users" of daily_active_users.
func titleOf(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + strings.ReplaceAll(name[size:], "_", " ")
}

// emptyOf returns what a loaded day without rows is worth if the registry does not
// say: nothing counted and nothing added up is zero.
func emptyOf(m *Metric) Empty {
	if m.Additive {
		return EmptyZero
	}
	return EmptyUnknown
}

// valueOf returns the expression of the daily value, or "" where the text does not
// tell it.
func valueOf(m *Metric) string {
	if m.SQL != "" {
		return valueExpression(m.SQL)
	}
	return m.Measure
}

// computedAt returns where the entry i says how its metric is computed, or else where
// the entry begins.
func (l *loader) computedAt(i int) yamlfile.Position {
	entry := []string{"metrics", strconv.Itoa(i)}
	for _, key := range []string{"sql", "measure", "ratio"} {
		if path := append(entry, key); l.tree.Has(path...) {
			return l.tree.Key(path...)
		}
	}
	return l.tree.Value(entry...)
}
