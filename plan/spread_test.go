package plan_test

import (
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/plan"
)

// company returns a calendar of a zone with clock changes.
func company(t testing.TB, weekStarts time.Weekday) calendar.Calendar {
	t.Helper()
	c, err := calendar.New("America/Toronto", weekStarts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// registry has one metric of each kind that a plan treats in a way of its own.
func registry() *metrics.Registry {
	return metrics.NewRegistry(nil, []*metrics.Metric{
		{Name: "likes", Plan: "likes", Title: "Likes", Roll: metrics.Mean},
		{Name: "signups", Plan: "signups", Title: "Signups", Roll: metrics.Mean, PlanIs: metrics.PlanTotal},
		{Name: "revenue", Plan: "revenue", Title: "Revenue", Roll: metrics.Sum, PlanIs: metrics.PlanTotal},
		{Name: "subscribers", Plan: "subscribers", Title: "Subscribers", Roll: metrics.Last, PlanSpread: metrics.Step},
		{Name: "storage", Plan: "storage", Title: "Storage", Roll: metrics.Last, PlanSpread: metrics.Linear},
		{Name: "conversion", Plan: "conversion", Title: "Conversion", Roll: metrics.Ratio},
		{Name: "weekly_users", Plan: "weekly_users", Title: "Weekly users", Roll: metrics.Whole},
		{Name: "photos", Title: "Photos", Roll: metrics.Mean, Plan: "Photos uploaded"},
		{Name: "debug_only", Plan: "debug_only", Title: "Debug", Roll: metrics.Mean, Supporting: true},
		{Name: "crashes", Title: "Crashes", Roll: metrics.Mean},
	})
}

func options(t testing.TB) plan.Options {
	return plan.Options{Registry: registry(), Calendar: company(t, time.Monday)}
}

// parse reads a CSV plan that must be whole.
func parse(t testing.TB, o plan.Options, text string) *plan.Plan {
	t.Helper()
	p, err := plan.Parse("plan.csv", []byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// spreadCase is a plan, a week of it, and what the week is worth, worked out by
// hand from a printed calendar.
type spreadCase struct {
	name, plan, metric, ends, want string
}

func spreadCases() []spreadCase {
	return []spreadCase{
		// Monday 26 October to Sunday 1 November 2026: six days of October, one of
		// November, and the clock goes back on the Sunday.
		{"mean over a month's end, daily", "metric,2026-10,2026-11\nlikes,10,20", "likes", "2026-11-01", "80/7"},
		{"mean over a month's end, totals", "metric,2026-10,2026-11\nsignups,310,600", "signups", "2026-11-01", "80/7"},
		{"sum over a month's end, totals", "metric,2026-10,2026-11\nrevenue,310,600", "revenue", "2026-11-01", "80"},
		{"sum, cents", "metric,2026-10,2026-11\nrevenue,0.31,0.60", "revenue", "2026-11-01", "2/25"},
		{"the clock goes forward on 8 March", "metric,2026-03\nrevenue,310", "revenue", "2026-03-08", "70"},
		// 28 December to 3 January: four days and three.
		{"over the year's end, in week 53", "metric,2026-12,2027-01\nrevenue,62,279", "revenue", "2027-01-03", "35"},
		{"over the year's end, quarters of 92 and 90 days", "metric,2026-Q4,2027-Q1\nrevenue,920,180", "revenue", "2027-01-03", "46"},
		// 28 February to 5 March 2028: 28 and 29 February, five days of March.
		{"over 29 February", "metric,2028-02,2028-03\nrevenue,58,93", "revenue", "2028-03-05", "19"},
		{"first quarter of a leap year, 91 days", "metric,2028-Q1\nsignups,182", "signups", "2028-03-05", "2"},
		{"the row overrides the registry: daily", "metric,is,2026-10\nrevenue,daily,5", "revenue", "2026-10-25", "35"},
		{"the row overrides the registry: total", "metric,is,2026-10\nlikes,total,31", "likes", "2026-10-25", "1"},
		{"a week's own total", "metric,2026-10-25\nrevenue,70", "revenue", "2026-10-25", "70"},
		{"a week's own daily figure", "metric,2026-10-25\nlikes,70", "likes", "2026-10-25", "70"},
		{"week before month before quarter: the week", "metric,2026-Q4,2026-11,2026-11-15\nlikes,1,7,100", "likes", "2026-11-15", "100"},
		{"week before month before quarter: the month", "metric,2026-Q4,2026-11,2026-11-15\nlikes,1,7,100", "likes", "2026-11-22", "7"},
		{"week before month before quarter: both", "metric,2026-Q4,2026-11,2026-11-15\nlikes,1,7,100", "likes", "2026-11-01", "13/7"},
		{"week before month before quarter: the quarter", "metric,2026-Q4,2026-11,2026-11-15\nlikes,1,7,100", "likes", "2026-10-11", "1"},
		{"a day without a plan leaves the week without", "metric,2026-10\nlikes,10", "likes", "2026-11-01", "unknown"},
		{"a blank month is no plan", "metric,2026-10,2026-11,2026-12\nlikes,10,,30", "likes", "2026-11-15", "unknown"},
		{"a level steps at the month's end", "metric,2026-10,2026-11\nsubscribers,100,200", "subscribers", "2026-11-01", "200"},
		{"a level holds within the month", "metric,2026-10,2026-11\nsubscribers,100,200", "subscribers", "2026-10-25", "100"},
		{"a level needs a plan on the last day only", "metric,2026-11\nsubscribers,200", "subscribers", "2026-11-01", "200"},
		{"a level without a plan on the last day", "metric,2026-10\nsubscribers,200", "subscribers", "2026-11-01", "unknown"},
		// Half of the thirty days from 31 October to 30 November are gone on the 15th.
		{"a line half way", "metric,2026-10,2026-11\nstorage,100,130", "storage", "2026-11-15", "115"},
		{"a line one day after its first end", "metric,2026-10,2026-11\nstorage,100,130", "storage", "2026-11-01", "101"},
		{"a falling line", "metric,2026-10,2026-11\nstorage,30,0", "storage", "2026-11-22", "8"},
		{"no line before its first end", "metric,2026-10,2026-11\nstorage,100,130", "storage", "2026-10-25", "unknown"},
		{"no line after its last end", "metric,2026-10,2026-11\nstorage,100,130", "storage", "2026-12-06", "unknown"},
		{"no line over a month without a figure", "metric,2026-10,2026-12\nstorage,100,130", "storage", "2026-12-13", "unknown"},
		{"a line to the quarter's end", "metric,2026-Q3,2026-Q4\nstorage,0,92", "storage", "2026-11-15", "46"},
		{"the month's figure at an end it shares with the quarter", "metric,2026-Q4,2026-11,2026-12\nstorage,999,0,31", "storage", "2026-12-06", "6"},
		{"a ratio mixes by days", "metric,2026-10,2026-11\nconversion,1.4,2.1", "conversion", "2026-11-01", "3/2"},
		{"a whole week carries its figure", "metric,2026-10\nweekly_users,5000", "weekly_users", "2026-10-25", "5000"},
		{"a whole week's own total is its figure", "metric,is,2026-10-25\nweekly_users,total,5000", "weekly_users", "2026-10-25", "5000"},
		{"zero is a plan (E07)", "metric,2026-10\nlikes,0", "likes", "2026-10-25", "0"},
		{"negative is a plan (E07)", "metric,2026-10\nlikes,-3.5", "likes", "2026-10-25", "-7/2"},
	}
}

func TestWeekIsMadeFromItsDays(t *testing.T) {
	for _, c := range spreadCases() {
		t.Run(c.name, func(t *testing.T) {
			o := options(t)
			p := parse(t, o, c.plan)
			w := o.Calendar.WeekOf(day(t, c.ends))
			if w.Last() != day(t, c.ends) {
				t.Fatalf("%s is no week's end", c.ends)
			}
			if got := p.Week(o.Registry.Metric(c.metric), w).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// A plan that takes a quarter of the month's total for each week that ends in it
// must not pass for right: otherwise the cases above would prove nothing.
func TestAQuarterOfTheMonthFailsTheSameCases(t *testing.T) {
	months := map[string]map[string]string{
		"sum over a month's end, totals":               {"2026-10": "310", "2026-11": "600"},
		"the clock goes forward on 8 March":            {"2026-03": "310"},
		"over the year's end, in week 53":              {"2026-12": "62", "2027-01": "279"},
		"over 29 February":                             {"2028-02": "58", "2028-03": "93"},
		"sum, cents":                                   {"2026-10": "0.31", "2026-11": "0.60"},
		"a day without a plan leaves the week without": {"2026-10": "310"},
	}
	compared := 0
	for _, c := range spreadCases() {
		figures, ok := months[c.name]
		if !ok {
			continue
		}
		compared++
		naive := "0"
		if figure, ok := figures[day(t, c.ends).Month().String()]; ok {
			total, err := metrics.ParseValue(figure)
			if err != nil {
				t.Fatal(err)
			}
			naive = total.Div(metrics.Int(4)).String()
		}
		if naive == c.want {
			t.Errorf("%s: a quarter of the month gives the same %s", c.name, naive)
		}
	}
	if compared != len(months) {
		t.Errorf("compared %d of %d cases", compared, len(months))
	}
}

func TestDayCarriesItsPeriod(t *testing.T) {
	o := options(t)
	p := parse(t, o, "metric,2026-10,2026-11\nrevenue,310,600\nstorage,100,130\nweekly_users,7,14\n")
	for _, c := range []struct{ metric, day, want string }{
		{"revenue", "2026-10-31", "10"},
		{"revenue", "2026-11-01", "20"},
		{"revenue", "2026-12-01", "unknown"},
		{"storage", "2026-10-31", "100"},
		{"storage", "2026-11-30", "130"},
		{"storage", "2026-11-10", "110"},
		{"storage", "2026-10-30", "unknown"},
		{"weekly_users", "2026-11-01", "14"},
		{"likes", "2026-11-01", "unknown"},
	} {
		if got := p.Day(o.Registry.Metric(c.metric), day(t, c.day)).String(); got != c.want {
			t.Errorf("%s on %s: got %s, want %s", c.metric, c.day, got, c.want)
		}
	}
}

func TestWeeksFromSundayMixTheirOwnDays(t *testing.T) {
	o := options(t)
	o.Calendar = company(t, time.Sunday)
	// Sunday 25 to Saturday 31 October lies in one month; so does the week after.
	p := parse(t, o, "metric,2026-10,2026-11-07\nlikes,10,20\n")
	for ends, want := range map[string]string{"2026-10-31": "10", "2026-11-07": "20"} {
		if got := p.Week(o.Registry.Metric("likes"), o.Calendar.WeekOf(day(t, ends))).String(); got != want {
			t.Errorf("week to %s: got %s, want %s", ends, got, want)
		}
	}
}

func TestNoPlanPlansNothing(t *testing.T) {
	var p *plan.Plan
	o := options(t)
	m := o.Registry.Metric("likes")
	if p.Day(m, 0).Known() || p.Week(m, o.Calendar.WeekOf(0)).Known() {
		t.Error("no plan has a figure")
	}
	if p.Label() != (plan.Label{}) || p.Versions() != nil || p.Warnings() != nil {
		t.Error("no plan has a label, versions or warnings")
	}
	if got := p.Rule(m); got != "No plan." {
		t.Errorf("rule: %q", got)
	}
}

func TestRuleIsOneThatAReaderCanCheck(t *testing.T) {
	for _, c := range []struct{ plan, metric, want string }{
		{"metric,2026-10\nlikes,10", "likes", "Monthly daily figures; a week that crosses a month mixes them by days."},
		{"metric,2026-10\nsignups,10", "signups", "Monthly totals spread evenly over the days; a week that crosses a month mixes them by days."},
		{"metric,2026-Q4\nrevenue,10", "revenue", "Quarterly totals spread evenly over the days; the week is the sum of its seven days, so one that crosses a quarter mixes them by days."},
		{"metric,2026-10-25\nlikes,10", "likes", "Weekly daily figures."},
		{"metric,2026-10-25\nrevenue,10", "revenue", "Weekly totals spread evenly over the days; the week is the sum of its seven days."},
		{"metric,2026-10,2026-10-25\nlikes,10,20", "likes", "Weekly daily figures, monthly daily figures; a week that crosses a month mixes them by days. Where periods overlap, the shorter one holds."},
		{"metric,2026-10\nsubscribers,10", "subscribers", "Monthly levels, each held throughout its period; the week takes its last day."},
		{"metric,2026-10\nstorage,10", "storage", "Monthly levels, each at the end of its period and joined by straight lines; the week takes its last day."},
		{"metric,2026-10\nconversion,10", "conversion", "Monthly figures; a week that crosses a month mixes them by days."},
		{"metric,2026-10\nlikes,10", "revenue", "No plan."},
		{"metric,2026-10\nlikes,10", "crashes", "No plan is expected."},
	} {
		o := options(t)
		if got := parse(t, o, c.plan).Rule(o.Registry.Metric(c.metric)); got != c.want {
			t.Errorf("%s of %q:\ngot  %s\nwant %s", c.metric, c.plan, got, c.want)
		}
	}
}
