package metrics

import (
	"slices"
	"testing"
)

func TestTablesOfShortFormAndRatio(t *testing.T) {
	short := Metric{From: "Mart.Actions", Measure: "count(distinct user_id)", Where: "user_id not in (select id from staff) and extract(hour from at) > 3"}
	if got := short.Tables(); !slices.Equal(got, []string{"mart.actions", "staff"}) {
		t.Errorf("the short form reads %q", got)
	}
	ratio := Metric{RatioOf: Operands{Of: "a", To: "b"}}
	if got := ratio.Tables(); got != nil {
		t.Errorf("a ratio reads %q", got)
	}
}
