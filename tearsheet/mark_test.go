package tearsheet

import (
	"testing"

	"tearsheet/metrics"
)

func TestMarkFollowsTheVarianceAsPrinted(t *testing.T) {
	for _, tt := range []struct {
		actual, plan      string
		up, down, neither Mark
	}{
		{"100", "100", OnPlan, OnPlan, Unjudged},
		{"98.1", "100", OnPlan, OnPlan, Unjudged},
		{"98.06", "100", OnPlan, OnPlan, Unjudged},  // −1.94 prints −1.9
		{"98.05", "100", Watch, OnPlan, Unjudged},   // −1.95 prints −2.0
		{"98", "100", Watch, OnPlan, Unjudged},      // exactly the threshold
		{"95.06", "100", Watch, OnPlan, Unjudged},   // −4.94 prints −4.9
		{"95.05", "100", Behind, Ahead, Unjudged},   // −4.95 prints −5.0
		{"95", "100", Behind, Ahead, Unjudged},      // exactly the threshold
		{"0", "100", Behind, Ahead, Unjudged},       // a known 0 is judged
		{"102", "100", OnPlan, Watch, Unjudged},     // exactly the threshold, on the other side
		{"101.94", "100", OnPlan, OnPlan, Unjudged}, // +1.94 prints +1.9
		{"105", "100", Ahead, Behind, Unjudged},
		{"104.94", "100", OnPlan, Watch, Unjudged},
		{"-5", "100", Behind, Ahead, Unjudged},
		{"?", "100", NoValue, NoValue, NoValue},
		{"?", "?", NoValue, NoValue, NoValue},
		{"100", "?", NoPlan, NoPlan, NoPlan},
		{"0", "?", NoPlan, NoPlan, NoPlan},
	} {
		for better, want := range map[metrics.Better]Mark{metrics.Up: tt.up, metrics.Down: tt.down, metrics.Neither: tt.neither} {
			m := &metrics.Metric{Better: better, Thresholds: metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}}
			if got := judge(m, value(t, tt.actual), value(t, tt.plan)); got != want {
				t.Errorf("%s beside %s, better %s, is %s, want %s", tt.actual, tt.plan, better, got, want)
			}
		}
	}
}

// E07: of a plan that is 0 or negative a percentage says nothing.
func TestE07PlanOfZeroOrLessHasAnAbsoluteVarianceOnly(t *testing.T) {
	for _, tt := range []struct{ actual, plan, absolute string }{
		{"5", "0", "5"}, {"0", "0", "0"}, {"-5", "-10", "5"}, {"5", "-10", "15"},
	} {
		absolute, percent := variance(value(t, tt.actual), value(t, tt.plan))
		if percent.Known() || !absolute.Equal(value(t, tt.absolute)) {
			t.Errorf("%s beside %s: %s, %s %%", tt.actual, tt.plan, absolute, percent)
		}
		for _, better := range []metrics.Better{metrics.Up, metrics.Down, metrics.Neither} {
			m := &metrics.Metric{Better: better, Thresholds: metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}}
			if got := judge(m, value(t, tt.actual), value(t, tt.plan)); got != Unjudged {
				t.Errorf("%s beside %s, better %s, is %s", tt.actual, tt.plan, better, got)
			}
		}
	}
	row := one(value(t, "-5"), value(t, "-10"))
	if row.Variance != "+5 abs" || row.Mark != Unjudged {
		t.Errorf("printed is %s, %s", row.Variance, row.Mark)
	}
}

func TestVarianceOfWhatIsUnknownIsUnknown(t *testing.T) {
	for _, pair := range [][2]string{{"?", "1"}, {"1", "?"}, {"?", "?"}} {
		absolute, percent := variance(value(t, pair[0]), value(t, pair[1]))
		if absolute.Known() || percent.Known() {
			t.Errorf("%s beside %s: %s, %s %%", pair[0], pair[1], absolute, percent)
		}
	}
	if row := one(metrics.Value{}, metrics.Int(3)); row.Variance != "–" || row.Latest().ActualText != "–" || row.Latest().PlanText != "3" {
		t.Errorf("an unknown actual prints %s beside %s, %s", row.Latest().ActualText, row.Latest().PlanText, row.Variance)
	}
	if row := one(metrics.Int(3), metrics.Value{}); row.Variance != "no plan" || row.Latest().PlanText != "–" {
		t.Errorf("an unknown plan prints %s, %s", row.Latest().PlanText, row.Variance)
	}
}

func TestThresholdsOfZeroAreSwitchedOff(t *testing.T) {
	m := &metrics.Metric{Better: metrics.Up}
	for _, actual := range []int64{1, 100, 1000} {
		if got := judge(m, metrics.Int(actual), metrics.Int(100)); got != OnPlan {
			t.Errorf("%d of 100 without thresholds is %s", actual, got)
		}
	}
	m.Thresholds.Off = 0.5
	if got := judge(m, metrics.Int(995), metrics.Int(1000)); got != Behind {
		t.Errorf("0.5 %% short of the plan is %s", got)
	}
}

func TestCountsHoldEveryMark(t *testing.T) {
	var c Counts
	for _, m := range []Mark{Behind, Watch, Watch, OnPlan, Ahead, NoPlan, Unjudged, NoValue} {
		c.add(m)
	}
	if c != (Counts{Behind: 1, Watch: 2, OnPlan: 1, Ahead: 1, NoPlan: 2, Unknown: 1}) {
		t.Errorf("the counts are %+v", c)
	}
}
