package tearsheet_test

import (
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// A mean of one day of seven must not look like a week.
func TestTrendMarksWeeksWithMissingDays(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.Plan = plan{"visits": {"": "200"}}
	for day := c.Last.First() + 1; day < c.Last.End(); day++ {
		c.set("visits", day, "")
	}
	early := c.Last.Add(-10) // before the columns of the sheet
	c.set("visits", early.First(), "")
	for _, day := range c.Last.Add(-11).Days() {
		c.set("visits", day, "")
	}
	doc := tearsheet.Build(c.Inputs)
	for i, point := range row(t, doc, "visits").Trend {
		want, open := calendar.Coverage{Have: 7, Of: 7}, false
		switch i {
		case 1:
			want.Have = 0 // nothing to draw
		case 2:
			want.Have, open = 6, true
		case 12:
			want.Have, open = 1, true
		}
		if point.Coverage != want || point.Provisional != (want.Have < 7) || point.Open() != open {
			t.Errorf("week %d: %+v, open %v, want %v, open %v", i, point, point.Open(), want, open)
		}
	}
	if len(doc.Agenda) != 1 || doc.Agenda[0].Coverage != "1/7" || doc.Strips()[0].Items[0].String() != "Visits −50.0% 1/7" {
		t.Errorf("the strip says %+v", doc.Strips()[0].Items)
	}
}

func TestTrendScaleHoldsActualAndPlanAndKeepsItsLeastSpan(t *testing.T) {
	for _, tt := range []struct{ name, actual, plan, low, high string }{
		{"actual below plan", "80", "120", "80", "120"},
		{"no plan", "80", "", "79.2", "80.8"},                // 2% of 80, half to each side
		{"a noise of 1%", "1000", "1010", "994.9", "1015.1"}, // 20.2 in all
		{"just the least span", "98", "100", "98", "100"},
		{"below zero", "-50", "-50", "-50.5", "-49.5"},
		{"zero", "0", "0", "0", "0"},
		{"nothing known", "", "", "", ""},
	} {
		c := newCompany(t, count("visits", "web"))
		c.Plan = plan{"visits": {"": tt.plan}}
		for day := c.Last.End().Add(-7 * tearsheet.TrendWeeks); day < c.Last.End(); day++ {
			c.set("visits", day, tt.actual)
		}
		r := row(t, tearsheet.Build(c.Inputs), "visits")
		low, _ := metrics.ParseValue(tt.low)
		high, _ := metrics.ParseValue(tt.high)
		if r.TrendLow.Decimal() != low.Decimal() || r.TrendHigh.Decimal() != high.Decimal() {
			t.Errorf("%s: from %s to %s, want %s to %s", tt.name, r.TrendLow, r.TrendHigh, tt.low, tt.high)
		}
	}
}

func TestTrendHeightGoesFromLowToHigh(t *testing.T) {
	r := tearsheet.Row{TrendLow: metrics.Int(100), TrendHigh: metrics.Int(200)}
	for n, want := range map[int64]float64{100: 0, 125: .25, 200: 1} {
		if got, ok := r.TrendHeight(metrics.Int(n)); !ok || got != want {
			t.Errorf("%d stands at %v (%v), want %v", n, got, ok, want)
		}
	}
	if _, ok := r.TrendHeight(metrics.Value{}); ok {
		t.Error("what is unknown has a height")
	}
	if got, ok := (tearsheet.Row{TrendLow: metrics.Int(0), TrendHigh: metrics.Int(0)}).TrendHeight(metrics.Int(0)); !ok || got != .5 {
		t.Errorf("a trend of zeros stands at %v (%v), want half way", got, ok)
	}
	if _, ok := (tearsheet.Row{}).TrendHeight(metrics.Int(5)); ok {
		t.Error("a row without a scale draws")
	}
}
