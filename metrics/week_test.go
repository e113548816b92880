package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
)

// Weeks that are easily got wrong: the clock goes forward and back in Toronto, and
// a week lies in two years.
func oddWeeks(t *testing.T) map[string]calendar.Week {
	c := toronto(t)
	return map[string]calendar.Week{
		"clock forward":         c.WeekOf(calendar.DayOn(2026, time.March, 8)),
		"clock back":            c.WeekOf(calendar.DayOn(2026, time.November, 1)),
		"first week of January": c.WeekOf(calendar.DayOn(2026, time.January, 1)),
		"a plain week":          c.WeekOf(calendar.DayOn(2026, time.November, 15)),
	}
}

func toronto(t testing.TB) calendar.Calendar {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// days writes a week in seven words: a number, "-" for a day that is not loaded,
// "null" for a loaded day without a value, and 21/24 for one that is loaded in part.
func days(t testing.TB, w calendar.Week, text string) Series {
	t.Helper()
	series := Series{Days: map[calendar.Day]Reading{}, Weeks: map[calendar.Week]Value{}}
	words := strings.Fields(text)
	if len(words) != calendar.DaysPerWeek {
		t.Fatalf("%q is not a week", text)
	}
	for i, word := range words {
		switch reading := (Reading{Coverage: calendar.Whole()}); word {
		case "-":
		case "21/24":
			series.Days[w.First().Add(i)] = Reading{Value: parse(t, "99"), Coverage: calendar.Coverage{Have: 21, Of: 24}}
		case "null":
			series.Days[w.First().Add(i)] = reading
		default:
			reading.Value = parse(t, word)
			series.Days[w.First().Add(i)] = reading
		}
	}
	return series
}

// seen writes a week as coverage and figure.
func (w Weekly) seen() string { return w.Coverage.String() + " " + w.Actual.String() }

func TestWeekRollsItsDays(t *testing.T) {
	for _, tt := range []struct{ days, mean, sum, last string }{
		{"1 2 3 4 5 6 8", "7/7 29/7", "7/7 29", "7/7 8"},
		{"0 0 0 0 0 0 0", "7/7 0", "7/7 0", "7/7 0"},
		{"1.10 2.20 3.30 0 0 0 0", "7/7 33/35", "7/7 33/5", "7/7 0"},
		{"1 2 - 4 5 6 8", "6/7 13/3", "6/7 unknown", "6/7 8"},
		{"1 2 3 4 5 6 -", "6/7 7/2", "6/7 unknown", "6/7 unknown"},
		{"1 2 21/24 4 5 6 8", "6/7 13/3", "6/7 unknown", "6/7 8"},
		{"1 2 3 4 5 6 21/24", "6/7 7/2", "6/7 unknown", "6/7 unknown"},
		{"- - - - - - -", "0/7 unknown", "0/7 unknown", "0/7 unknown"},
		{"- - - - - - 5", "1/7 5", "1/7 unknown", "1/7 5"},
		{"1 2 null 4 5 6 8", "7/7 13/3", "7/7 unknown", "7/7 8"},
		{"1 2 3 4 5 6 null", "7/7 7/2", "7/7 unknown", "7/7 unknown"},
		{"null null null null null null null", "7/7 unknown", "7/7 unknown", "7/7 unknown"},
		{"-5 5 -5 5 -5 5 0", "7/7 0", "7/7 0", "7/7 0"},
	} {
		for name, w := range oddWeeks(t) {
			history := History{"m": days(t, w, tt.days)}
			for roll, want := range map[Roll]string{Mean: tt.mean, Sum: tt.sum, Last: tt.last} {
				m := &Metric{Name: "m", Roll: roll}
				got := NewRegistry(nil, []*Metric{m}).Week(history, m, w)
				if got.seen() != want {
					t.Errorf("%s, %s of %q is %s, want %s", name, roll, tt.days, got.seen(), want)
				}
				if got.Provisional() == strings.HasPrefix(want, "7/7") {
					t.Errorf("%s of %q: provisional is %v", roll, tt.days, got.Provisional())
				}
			}
		}
	}
}

func TestWeekShowsItsDaysAndHidesPartialOnes(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	m := &Metric{Name: "m", Roll: Mean}
	got := NewRegistry(nil, []*Metric{m}).Week(History{"m": days(t, w, "1 - 21/24 null 0 6 7")}, m, w)
	if text := fmt.Sprint(got.Daily); text != "[1 unknown unknown unknown 0 6 7]" {
		t.Errorf("the days are %s", text)
	}
	if got.Coverage.String() != "5/7" {
		t.Errorf("the coverage is %s", got.Coverage)
	}
}

func TestWeekOfAMetricWithoutHistoryIsUnknown(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	for _, roll := range []Roll{Mean, Sum, Last, Whole} {
		m := &Metric{Name: "m", Roll: roll}
		if got := NewRegistry(nil, []*Metric{m}).Week(nil, m, w); got.seen() != "0/7 unknown" {
			t.Errorf("%s of nothing is %s", roll, got.seen())
		}
	}
}

func TestWeekKeepsToItsSevenDays(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	series := days(t, w, "1 1 1 1 1 1 1")
	for _, beside := range []calendar.Day{w.First().Add(-1), w.End()} {
		series.Days[beside] = Reading{Value: Int(1_000_000), Coverage: calendar.Whole()}
	}
	m := &Metric{Name: "m", Roll: Sum}
	if got := NewRegistry(nil, []*Metric{m}).Week(History{"m": series}, m, w); got.seen() != "7/7 7" {
		t.Errorf("the week is %s", got.seen())
	}
}

func TestWholeWeekIsKnownOnlyIfAllDaysAreLoaded(t *testing.T) {
	w := oddWeeks(t)["first week of January"]
	m := &Metric{Name: "m", Roll: Whole}
	for loaded, want := range map[string]string{
		"null null null null null null null":  "7/7 42",
		"null null null 21/24 null null null": "6/7 unknown",
		"null null null - null null null":     "6/7 unknown",
	} {
		series := days(t, w, loaded)
		series.Weeks[w] = Int(42)
		if got := NewRegistry(nil, []*Metric{m}).Week(History{"m": series}, m, w); got.seen() != want {
			t.Errorf("with the days %q the week is %s, want %s", loaded, got.seen(), want)
		}
	}
}

func TestRatioDividesTheTotalsOfTheDaysThatBothHave(t *testing.T) {
	for _, tt := range []struct {
		of, to      string
		ratio, mean string
	}{
		// 28 / 70, not the mean of the daily ratios, which differ.
		{"1 2 3 4 5 6 7", "10 10 10 10 10 10 10", "7/7 2/5", "7/7 2/5"},
		{"1 1 1 1 1 1 10", "1 1 1 1 1 1 100", "7/7 8/53", "7/7 61/70"},
		{"1 - 1 1 1 1 10", "1 50 1 1 1 1 -", "5/7 1", "5/7 1"},
		{"1 21/24 1 1 1 1 1", "2 50 2 2 2 2 2", "6/7 1/2", "6/7 1/2"},
		{"1 1 1 1 1 1 1", "0 0 0 0 0 0 0", "7/7 unknown", "7/7 unknown"},
		{"0 0 0 0 0 0 0", "0 0 0 0 0 0 0", "7/7 unknown", "7/7 unknown"},
		{"0 0 0 0 0 0 0", "1 1 1 1 1 1 1", "7/7 0", "7/7 0"},
		{"3 1 1 1 1 1 1", "0 1 1 1 1 1 1", "7/7 3/2", "7/7 1"},
		{"- - - - - - -", "1 1 1 1 1 1 1", "0/7 unknown", "0/7 unknown"},
		{"1 1 1 - - - -", "- - - 1 1 1 1", "0/7 unknown", "0/7 unknown"},
		{"null 1 1 1 1 1 1", "5 1 1 1 1 1 1", "7/7 1", "7/7 1"},
	} {
		for name, w := range oddWeeks(t) {
			for _, meanOfDays := range []bool{false, true} {
				r, m := ratio(Mean, Mean, meanOfDays)
				got := r.Week(History{"of": days(t, w, tt.of), "to": days(t, w, tt.to)}, m, w)
				want := tt.ratio
				if meanOfDays {
					want = tt.mean
				}
				if got.seen() != want {
					t.Errorf("%s: %q to %q (mean of days: %v) is %s, want %s", name, tt.of, tt.to, meanOfDays, got.seen(), want)
				}
			}
		}
	}
}

func ratio(of, to Roll, meanOfDays bool) (*Registry, *Metric) {
	m := &Metric{Name: "ratio", Roll: Ratio, RatioOf: Operands{Of: "of", To: "to", MeanOfDays: meanOfDays}}
	return NewRegistry(nil, []*Metric{{Name: "of", Roll: of}, {Name: "to", Roll: to}, m}), m
}

func TestRatioDoesNotDependOnTheRollOfItsOperands(t *testing.T) {
	w := oddWeeks(t)["clock back"]
	history := History{"of": days(t, w, "1 2 3 4 5 6 7"), "to": days(t, w, "2 2 2 2 2 2 2")}
	for _, of := range []Roll{Mean, Sum} {
		for _, to := range []Roll{Mean, Sum} {
			r, m := ratio(of, to, false)
			if got := r.Week(history, m, w); got.seen() != "7/7 2" {
				t.Errorf("%s to %s is %s", of, to, got.seen())
			}
		}
	}
}

func TestRatioOfPercentIsInPercentPoints(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	r, m := ratio(Mean, Mean, false)
	m.Unit = Percent
	got := r.Week(History{"of": days(t, w, "1 1 1 1 1 1 1"), "to": days(t, w, "8 8 8 8 8 8 8")}, m, w)
	if got.seen() != "7/7 25/2" || got.Daily[0].String() != "25/2" {
		t.Errorf("an eighth is %s, and %s on a day", got.seen(), got.Daily[0])
	}
}

func TestRatioWithAWholeWeekOperandNeedsAllDays(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	whole := days(t, w, "null null null null null null null")
	whole.Weeks[w] = Int(14)
	short := days(t, w, "null null null null null null -")
	short.Weeks[w] = Int(14)
	full, missing := days(t, w, "1 2 3 4 5 6 7"), days(t, w, "1 2 3 4 5 6 -")
	for _, tt := range []struct {
		of, to       Roll
		first, other Series
		want         string
	}{
		{Mean, Whole, full, whole, "7/7 2"},
		{Whole, Mean, whole, full, "7/7 1/2"},
		{Whole, Whole, whole, whole, "7/7 1"},
		// Six days of one beside seven of the other would be a ratio of nothing.
		{Mean, Whole, missing, whole, "6/7 unknown"},
		{Whole, Mean, whole, missing, "6/7 unknown"},
		{Mean, Whole, full, short, "6/7 unknown"},
		{Whole, Whole, whole, short, "6/7 unknown"},
		// A loaded day without a value is not a day of 0.
		{Mean, Whole, days(t, w, "null 2 3 4 5 6 7"), whole, "7/7 unknown"},
		{Whole, Mean, whole, days(t, w, "null 2 3 4 5 6 7"), "7/7 unknown"},
	} {
		r, m := ratio(tt.of, tt.to, false)
		got := r.Week(History{"of": tt.first, "to": tt.other}, m, w)
		if got.seen() != tt.want {
			t.Errorf("%s to %s is %s, want %s", tt.of, tt.to, got.seen(), tt.want)
		}
	}
}

// A partial week that is printed as if it were whole is what this rule is for, so the
// same days without their coverage must give another figure.
func TestPartialSumWouldLookLikeABadWeek(t *testing.T) {
	w := oddWeeks(t)["a plain week"]
	m := &Metric{Name: "m", Roll: Sum}
	r := NewRegistry(nil, []*Metric{m})
	series := days(t, w, "10 10 10 10 10 10 21/24")
	if got := r.Week(History{"m": series}, m, w); got.Actual.Known() {
		t.Errorf("a week of six days is %s", got.Actual)
	}
	series.Days[w.Last()] = Reading{Value: Int(99), Coverage: calendar.Whole()}
	if got := r.Week(History{"m": series}, m, w); !got.Actual.Equal(Int(159)) {
		t.Errorf("the whole week is %s", got.Actual)
	}
}
