package tearsheet_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// plan is a plan written in the test: metric and week's last day to a figure.
type plan map[string]map[string]string

func (p plan) Week(m *metrics.Metric, w calendar.Week) metrics.Value {
	text := p[m.Name][w.String()]
	if text == "" {
		text = p[m.Name][""]
	}
	v, _ := metrics.ParseValue(text)
	return v
}

func (p plan) Rule(m *metrics.Metric) string {
	if p[m.Name] == nil {
		return ""
	}
	return "Plan: as the test says."
}

// company is a small one: its latest week ends on 15 November 2026, and every metric
// is 100 on every day of 13 weeks.
type company struct{ tearsheet.Inputs }

func newCompany(t testing.TB, list ...*metrics.Metric) company {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	in := tearsheet.Inputs{Company: "Lumen", Calendar: c, AsOf: calendar.DayOn(2026, time.November, 17),
		Last: c.WeekOf(calendar.DayOn(2026, time.November, 15)), History: metrics.History{}, Plan: plan{},
		Statements: map[string]string{}}
	for _, m := range list {
		if m.Roll == "" {
			m.Roll = metrics.Mean
		}
		m.Thresholds = metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}
		in.Statements[m.Name] = "select " + m.Name
	}
	teams := []metrics.Team{{Name: "sales", Title: "Sales"}, {Name: "web", Title: "Web"}, {Name: "idle", Title: "Idle"}}
	in.Registry = metrics.NewRegistry(teams, list)
	made := company{in}
	made.fillAll()
	return made
}

// count returns a metric that counts something.
func count(name, team string) *metrics.Metric {
	return &metrics.Metric{Name: name, Title: strings.ToUpper(name[:1]) + name[1:], Team: team, Definition: "All " + name + ".",
		Unit: metrics.Unit(name), Better: metrics.Up, Empty: metrics.EmptyZero, Additive: true, From: name, Measure: "count(*)", Day: "day"}
}

// fillAll gives every metric 13 weeks of 100 up to the latest.
func (c company) fillAll() {
	for _, m := range c.Registry.Metrics() {
		series := metrics.Series{Days: map[calendar.Day]metrics.Reading{}, Weeks: map[calendar.Week]metrics.Value{}}
		for day := c.Last.End().Add(-7 * tearsheet.TrendWeeks); day < c.Last.End(); day++ {
			series.Days[day] = metrics.Reading{Value: metrics.Int(100), Coverage: calendar.Whole()}
		}
		c.History[m.Name] = series
	}
}

// set replaces a day of a metric; "" unloads it.
func (c company) set(metric string, day calendar.Day, text string) {
	if text == "" {
		delete(c.History[metric].Days, day)
		return
	}
	v, _ := metrics.ParseValue(text)
	c.History[metric].Days[day] = metrics.Reading{Value: v, Coverage: calendar.Whole()}
}

// setWeek replaces all days of a week.
func (c company) setWeek(metric string, w calendar.Week, text string) {
	for _, day := range w.Days() {
		c.set(metric, day, text)
	}
}

func row(t testing.TB, doc *tearsheet.Document, metric string) tearsheet.Row {
	t.Helper()
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if row.Metric == metric {
				return row
			}
		}
	}
	t.Fatalf("no row %s", metric)
	return tearsheet.Row{}
}

// printed writes a row's five cells as they stand on paper.
func printed(r tearsheet.Row) string {
	var cells []string
	for _, c := range r.Cells {
		cells = append(cells, c.ActualText+c.Signs+"/"+c.PlanText)
	}
	return strings.Join(cells, " ")
}

func TestSectionsFollowTheRegistryAndLeaveOutWhatSupports(t *testing.T) {
	hidden := count("hidden", "web")
	hidden.Supporting = true
	doc := tearsheet.Build(newCompany(t, count("visits", "web"), count("orders", "sales"), hidden, count("views", "web")).Inputs)
	var got string
	for _, section := range doc.Sections {
		got += section.Title + ":"
		for _, row := range section.Rows {
			got += " " + row.Metric
		}
		got += "; "
	}
	if want := "Sales: orders; Web: visits views; "; got != want {
		t.Errorf("the sections are %q, want %q", got, want)
	}
	for _, d := range doc.Definitions {
		if d.Metric == "hidden" {
			t.Error("a supporting metric is defined on the sheet")
		}
	}
}

func TestCountsAndAgendaAreOfTheLatestWeek(t *testing.T) {
	c := newCompany(t, count("a", "sales"), count("b", "sales"), count("c", "web"), count("d", "web"), count("e", "web"), count("f", "web"), count("g", "web"))
	c.Plan = plan{"a": {"": "106"}, "b": {"": "200"}, "c": {"": "102.1"}, "d": {"": "100"}, "e": {"": "90"}, "g": {"": "106"}}
	c.setWeek("g", c.Last, "") // nothing loaded in the latest week
	doc := tearsheet.Build(c.Inputs)
	if doc.Counts != (tearsheet.Counts{Behind: 2, Watch: 1, OnPlan: 1, Ahead: 1, NoPlan: 1, Unknown: 1}) {
		t.Errorf("the counts are %+v", doc.Counts)
	}
	want := []tearsheet.AgendaItem{{Metric: "b", Title: "B", Variance: "−50.0%"}, {Metric: "a", Title: "A", Variance: "−5.7%"}}
	if !reflect.DeepEqual(doc.Agenda, want) {
		t.Errorf("the agenda is %+v", doc.Agenda)
	}
	if doc.Sections[0].Behind != 2 || doc.Sections[1].Behind != 0 {
		t.Errorf("off plan in the sections are %d and %d", doc.Sections[0].Behind, doc.Sections[1].Behind)
	}
}

func TestNothingAfterTheWeekLeaksIntoIt(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	before := tearsheet.Build(c.Inputs)
	for day := c.Last.End(); day < c.Last.End().Add(30); day++ {
		c.set("visits", day, "1000000")
	}
	if !reflect.DeepEqual(before, tearsheet.Build(c.Inputs)) {
		t.Error("days after the week change the sheet")
	}
	c.set("visits", c.Last.Last(), "1000000")
	if reflect.DeepEqual(before, tearsheet.Build(c.Inputs)) {
		t.Error("a day of the week does not change it")
	}
}

func TestMissingDaysArePrintedWithTheirCoverageAndNeverAsABareSum(t *testing.T) {
	total := count("total", "web")
	total.Roll = metrics.Sum
	c := newCompany(t, count("visits", "web"), total)
	c.Plan = plan{"visits": {"": "100"}}
	week := c.Last.Add(-1)
	for _, metric := range []string{"visits", "total"} {
		c.set(metric, week.First(), "")
		c.History[metric].Days[week.Last()] = metrics.Reading{Value: metrics.Int(1), Coverage: calendar.Coverage{Have: 21, Of: 24}}
	}
	doc := tearsheet.Build(c.Inputs)
	if got, want := printed(row(t, doc, "visits")), "100/100 100/100 100/100 1005/7/100 100/100"; got != want {
		t.Errorf("the mean prints %q, want %q", got, want)
	}
	if got, want := printed(row(t, doc, "total")), "700/– 700/– 700/– –5/7/– 700/–"; got != want {
		t.Errorf("the sum prints %q, want %q", got, want)
	}
	visits := row(t, doc, "visits")
	if !visits.Provisional || !visits.Cells[3].Provisional || visits.Latest().Provisional || doc.Provisional {
		t.Error("an earlier week with missing days is not marked, or marks the latest")
	}
	if visits.Cells[3].Daily[0].Known() || visits.Cells[3].Daily[6].Known() || !visits.Cells[3].Daily[1].Known() {
		t.Errorf("the days are %v", visits.Cells[3].Daily)
	}
	c.set("visits", c.Last.Last(), "")
	if doc := tearsheet.Build(c.Inputs); !doc.Provisional {
		t.Error("a sheet whose latest week has missing days is not provisional")
	}
}

func TestZeroIsPrintedAndUnknownIsADash(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.setWeek("visits", c.Last, "0")
	c.setWeek("visits", c.Last.Add(-1), "")
	c.Plan = plan{"visits": {c.Last.String(): "0"}}
	r := row(t, tearsheet.Build(c.Inputs), "visits")
	if got, want := printed(r), "100/– 100/– 100/– –/– 0/0"; got != want {
		t.Errorf("printed is %q, want %q", got, want)
	}
	if r.Variance != "0 abs" || r.Mark != tearsheet.Unjudged {
		t.Errorf("0 beside a plan of 0 prints %s, %s", r.Variance, r.Mark)
	}
}

func TestWeeksBeforeTheDataBeginAreUnknown(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	for _, w := range c.Calendar.WeeksTo(13, c.Last.Add(-2)) {
		c.setWeek("visits", w, "")
	}
	r := row(t, tearsheet.Build(c.Inputs), "visits")
	if got, want := printed(r), "–/– –/– –/– 100/– 100/–"; got != want {
		t.Errorf("printed is %q, want %q", got, want)
	}
	if first := r.Cells[0]; first.Coverage.String() != "0/7" || !first.Provisional || first.Mark != tearsheet.NoValue {
		t.Errorf("the first week is %+v", first)
	}
	if r.Trend[0].Actual.Known() || !r.Trend[tearsheet.TrendWeeks-1].Actual.Known() {
		t.Error("the trend begins before the data")
	}
}

func TestWeeksAreNamedAcrossTheYearsEnd(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.Last = c.Calendar.WeekOf(calendar.DayOn(2027, time.January, 4))
	c.fillAll()
	doc := tearsheet.Build(c.Inputs)
	var got []string
	for _, w := range doc.Weeks {
		got = append(got, w.Starts.String()+" "+w.Ends.String()+" "+w.Label+" "+w.ISO)
	}
	want := []string{
		"2026-12-07 2026-12-13 13 Dec 2026-W50", "2026-12-14 2026-12-20 20 Dec 2026-W51", "2026-12-21 2026-12-27 27 Dec 2026-W52",
		"2026-12-28 2027-01-03 3 Jan 2026-W53", "2027-01-04 2027-01-10 10 Jan 2027-W01",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the weeks are %q", got)
	}
	if len(doc.Trend) != tearsheet.TrendWeeks || doc.Trend[12] != doc.Weeks[4] || doc.Trend[8] != doc.Weeks[0] {
		t.Errorf("the trend is %v", doc.Trend)
	}
	if want := "Week ending Sunday 10 January 2027. Daily averages, Monday to Sunday, America/Toronto."; doc.Subtitle != want {
		t.Errorf("the subtitle is %q", doc.Subtitle)
	}
}

func TestWeeksWithAClockChangeHaveSevenDays(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	for _, last := range []calendar.Day{calendar.DayOn(2026, time.March, 8), calendar.DayOn(2026, time.November, 1)} {
		c.Last = c.Calendar.WeekOf(last)
		c.fillAll()
		latest := row(t, tearsheet.Build(c.Inputs), "visits").Latest()
		if latest.ActualText != "100" || latest.Coverage.String() != "7/7" || latest.Week != last {
			t.Errorf("the week to %s is %s, %s", last, latest.ActualText, latest.Coverage)
		}
	}
}
