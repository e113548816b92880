// Package rendertest makes documents for the tests of renderers: invented figures
// with every kind of cell that a sheet can hold.
package rendertest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// entry is a metric of the sample: its size a day, the plan's distance from it at
// the end in percent, and what is odd about it.
type entry struct {
	title      string
	unit       metrics.Unit
	roll       metrics.Roll
	better     metrics.Better
	size, lead float64
	odd        string // "", missing day, missing week, no plan, plan zero, restated, unknown, supporting
}

var teams = []struct {
	name, title string
	entries     []entry
}{
	{"marketing", "Marketing", []entry{
		{"Page views", "views", "mean", "up", 3_400_000, -1, ""},
		{"Unique visitors", "visitors", "mean", "up", 540_000, 2, ""},
		{"Visits from search", "visits", "mean", "up", 185_000, -3, ""},
		{"Visits from social", "visits", "mean", "up", 72_000, -22, ""},
		{"Signups", "signups", "mean", "up", 9_300, 5.5, ""},
		{"Visitor-to-signup rate", "percent", "ratio", "up", 1.74, 2, ""},
		{"Paid media spend", "USD", "mean", "down", 6_600, 23, "restated"},
		{"Cost per paid signup", "USD", "ratio", "down", 7.46, 3, ""},
	}},
	{"product", "Product", []entry{
		{"Daily active users", "users", "mean", "up", 235_000, -3.2, ""},
		{"Daily engaged users", "users", "mean", "up", 69_000, 4.7, ""},
		{"Weekly active users", "users", "whole", "up", 612_000, 1.2, ""},
		{"Uploads per uploader", "uploads", "ratio", "up", 3.53, .6, ""},
		{"Photos per upload", "photos", "ratio", "neither", 4.8, -5.5, ""},
		{"Likes", "likes", "mean", "up", 1_276_000, 0, "no plan"},
		{"Follows", "follows", "mean", "up", 105_000, -.3, ""},
		{"Four-week retention", "percent", "ratio", "up", 32.3, -2.2, ""},
	}},
	{"web", "Web", []entry{
		{"Web active users", "users", "mean", "up", 147_000, .2, ""},
		{"Web engaged users", "users", "mean", "up", 38_600, -4.4, ""},
		{"Web signups", "signups", "mean", "up", 4_620, -28, ""},
		{"Web uploads", "photos", "mean", "up", 11_700, -13, "missing day"},
		{"Page load, 75th pct", "milliseconds", "mean", "down", 2134, -5, ""},
		{"Server error rate", "percent", "ratio", "down", .48, 20.7, ""},
	}},
	{"mobile", "Mobile", []entry{
		{"iOS active users", "users", "mean", "up", 62_000, -.4, ""},
		{"Android active users", "users", "mean", "up", 35_600, 1, ""},
		{"iOS signups", "signups", "mean", "up", 2_100, -7.8, ""},
		{"Android signups", "signups", "mean", "up", 1_609, -5.5, ""},
		{"Crash-free sessions", "percent", "ratio", "up", 99.6, -.1, ""},
		{"Store rating", "stars", "last", "up", 4.46, -1.5, ""},
	}},
	{"sales", "Sales", []entry{
		{"Marketplace visits", "visits", "mean", "up", 28_800, -.1, "missing week"},
		{"Photos submitted", "photos", "mean", "up", 5_657, 7.3, ""},
		{"Photos sold", "photos", "sum", "up", 351, 10, "missing day"},
		{"Gross sales", "USD", "mean", "up", 15_353, 1.8, ""},
		{"Average order value", "USD", "ratio", "up", 47.07, -6.4, "missing day"},
		{"Refunds", "refunds", "mean", "down", 4, 0, "plan zero"},
	}},
	{"subscriptions", "Subscriptions", []entry{
		{"New subscriptions", "subscriptions", "mean", "up", 241, 3.4, ""},
		{"Active subscribers", "subscribers", "last", "up", 81_240, -1.1, ""},
		{"Cancellations", "subscriptions", "mean", "down", 119, 9.6, ""},
		{"Subscription revenue", "USD", "mean", "up", 19_646, -8.4, ""},
		{"Balance of refunds", "USD", "mean", "neither", -56, 4, ""},
		{"First reply time", "hours", "mean", "down", 5.4, 7.6, "unknown"},
	}},
}

// Sample returns a sheet of 40 rows for the week that ended on 15 November 2026,
// issued as edition 12.
func Sample() *tearsheet.Document { return sample(1) }

// Long returns a sheet of copies times 40 rows, for page breaks.
func Long(copies int) *tearsheet.Document { return sample(copies) }

func sample(copies int) *tearsheet.Document {
	c, _ := calendar.New("America/Toronto", time.Monday)
	last := c.WeekOf(calendar.DayOn(2026, time.November, 15))
	s := &invention{calendar: c, last: last, rng: rand.New(rand.NewPCG(5, 13)), history: metrics.History{},
		planned: planned{}, printed: map[tearsheet.PrintedKey]tearsheet.Printed{}}
	for i := range copies {
		s.addTeams(i)
	}
	statements := map[string]string{}
	for _, m := range s.metrics {
		statements[m.Name] = "select day, count(*) as value\nfrom " + m.Name + "\nwhere day >= $1 and day < $2\ngroup by day"
	}
	doc := tearsheet.Build(tearsheet.Inputs{
		Company: "Lumen & Lark", Calendar: c, AsOf: last.End().Add(1), Last: last,
		Registry: metrics.NewRegistry(s.teams, s.metrics), History: s.history, Plan: s.planned,
		PlanNote:   tearsheet.PlanNote{Source: "master plan 2026", Version: "revision 4", Hash: "1f0c"},
		Statements: statements, Printed: s.printed,
	})
	doc.Edition = 12
	return doc
}

type planned map[string]map[calendar.Week]metrics.Value

func (p planned) Week(m *metrics.Metric, w calendar.Week) metrics.Value { return p[m.Name][w] }

func (p planned) Rule(m *metrics.Metric) string {
	return "Plan: monthly figures; a week that crosses a month mixes them by days."
}

type invention struct {
	calendar calendar.Calendar
	last     calendar.Week
	rng      *rand.Rand
	teams    []metrics.Team
	metrics  []*metrics.Metric
	history  metrics.History
	planned  planned
	printed  map[tearsheet.PrintedKey]tearsheet.Printed
}

func (s *invention) addTeams(copy int) {
	for _, team := range teams {
		name, title := team.name, team.title
		if copy > 0 {
			name, title = fmt.Sprintf("%s%d", name, copy), fmt.Sprintf("%s %d", title, copy+1)
		}
		s.teams = append(s.teams, metrics.Team{Name: name, Title: title})
		for i, e := range team.entries {
			s.add(fmt.Sprintf("%s_%d", name, i), name, e)
		}
	}
}

// add invents 13 weeks of days. Ratios are kept as means of their days, which
// prints alike.
func (s *invention) add(name, team string, e entry) {
	m := &metrics.Metric{Name: name, Title: e.title, Team: team, Unit: e.unit, Roll: e.roll, Better: e.better,
		Definition: e.title + " of one day, by the local date in Toronto. Staff, crawlers and test accounts are excluded; an action counts once, however often its file was delivered.",
		Empty:      metrics.EmptyZero, Additive: true, Thresholds: metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}}
	if e.roll == metrics.Ratio || e.unit == "milliseconds" || e.unit == "hours" {
		m.Roll, m.Empty, m.Additive = metrics.Mean, metrics.EmptyUnknown, false
	}
	s.metrics = append(s.metrics, m)
	series := metrics.Series{Days: map[calendar.Day]metrics.Reading{}, Weeks: map[calendar.Week]metrics.Value{}}
	plans := map[calendar.Week]metrics.Value{}
	weeks := s.calendar.WeeksTo(tearsheet.TrendWeeks, s.last)
	level := e.size
	for i, w := range weeks {
		level *= 1 + .012*s.rng.NormFloat64()
		for _, day := range w.Days() {
			value := level * (1 + .03*s.rng.NormFloat64())
			if m.Empty == metrics.EmptyZero && !m.Unit.Currency() && e.size > 100 {
				value = math.Round(value)
			} else {
				value = math.Round(value*1000) / 1000
			}
			series.Days[day] = metrics.Reading{Value: metrics.Float(value), Coverage: calendar.Whole()}
		}
		series.Weeks[w] = metrics.Float(math.Round(level))
		if e.odd != "no plan" {
			target := level / (1 + e.lead/100*float64(i+1)/float64(len(weeks)))
			if e.roll == metrics.Sum {
				target *= 7
			}
			plans[w] = metrics.Float(math.Round(target*100) / 100)
		}
		if e.odd == "plan zero" {
			plans[w] = metrics.Int(0)
		}
	}
	s.history[name], s.planned[name] = series, plans
	s.spoil(e, name, series)
}

func (s *invention) spoil(e entry, name string, series metrics.Series) {
	switch e.odd {
	case "missing day":
		delete(series.Days, s.last.First().Add(3))
	case "missing week":
		for _, day := range s.last.Add(-3).Days() {
			delete(series.Days, day)
		}
	case "unknown":
		for _, day := range s.last.Days() {
			series.Days[day] = metrics.Reading{Coverage: calendar.Whole()}
		}
	case "restated":
		s.printed[tearsheet.PrintedKey{Metric: name, Week: s.last.Add(-1).Last()}] = tearsheet.Printed{
			Edition: 11, Actual: metrics.Int(7001), Plan: s.planned[name][s.last.Add(-1)], Coverage: calendar.Coverage{Have: 6, Of: 7}, Figure: "other"}
	}
}
