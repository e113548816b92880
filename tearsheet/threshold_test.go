package tearsheet

import (
	"testing"

	"tearsheet/metrics"
)

func TestThresholdsAreSaidAsTheyAreApplied(t *testing.T) {
	for _, tt := range []struct {
		thresholds   metrics.Thresholds
		rule, legend string
	}{
		{metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}, "watch from 2% worse than plan, off plan from 5%, ahead from 5% better",
			"off plan, 5% or more; watch, 2% to 5%; ahead, 5% or more; "},
		{metrics.Thresholds{Watch: 5, Off: 5, Ahead: 2.5}, "off plan from 5% worse than plan, ahead from 2.5% better",
			"off plan, 5% or more; ahead, 2.5% or more; "},
		{metrics.Thresholds{Watch: 2, Ahead: 5}, "watch from 2% worse than plan, ahead from 5% better", "watch, 2% or more; ahead, 5% or more; "},
		{metrics.Thresholds{Off: 5}, "off plan from 5% worse than plan", "off plan, 5% or more; "},
		{metrics.Thresholds{Ahead: 5}, "ahead from 5% better than plan", "ahead, 5% or more; "},
		{metrics.Thresholds{}, "no distance from the plan is marked", ""},
	} {
		if got := thresholdRule(tt.thresholds); got != tt.rule {
			t.Errorf("%+v: the definition says %q, want %q", tt.thresholds, got, tt.rule)
		}
		got := ""
		for _, item := range marks(tt.thresholds, Counts{OnPlan: 3}) {
			got += item.Text + "; "
		}
		if got != tt.legend {
			t.Errorf("%+v: the legend says %q, want %q", tt.thresholds, got, tt.legend)
		}
		m := &metrics.Metric{Better: metrics.Up, Thresholds: tt.thresholds}
		for actual, named := range map[int64]string{97: "watch", 1: "off plan", 199: "ahead"} {
			mark := judge(m, metrics.Int(actual), metrics.Int(100))
			if mark.Verdict() == named && !contains(marks(tt.thresholds, Counts{}), mark) {
				t.Errorf("%+v: %d of 100 is %s, which the legend lacks", tt.thresholds, actual, mark)
			}
		}
	}
}

// A mark that the usual thresholds never give, and a row has by its own, is
// explained all the same.
func TestLegendNamesEveryMarkOfTheSheet(t *testing.T) {
	items := marks(metrics.Thresholds{Ahead: 5}, Counts{Watch: 1, Behind: 1})
	if len(items) != 3 || items[0] != (LegendItem{Mark: Behind, Text: "off plan"}) || items[1] != (LegendItem{Mark: Watch, Text: "watch"}) {
		t.Errorf("the legend is %+v", items)
	}
}

func TestLegendOfASheetWithoutRowsIsEmpty(t *testing.T) {
	if items := legend(&Document{}, metrics.NewRegistry(nil, nil)); items == nil || len(items) != 0 {
		t.Errorf("the legend is %+v", items)
	}
}

func contains(items []LegendItem, mark Mark) bool {
	for _, item := range items {
		if item.Mark == mark {
			return true
		}
	}
	return false
}
