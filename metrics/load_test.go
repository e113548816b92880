package metrics_test

import (
	"os"
	"reflect"
	"slices"
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

func TestLoadReadsTheContract(t *testing.T) {
	text, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, warnings, err := metrics.Load("metrics.yaml", text, metrics.LoadOptions{})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %v", err, warnings)
	}
	if want := []metrics.Team{{Name: "product", Title: "Product"}, {Name: "sales", Title: "Sales"}}; !slices.Equal(r.Teams(), want) {
		t.Errorf("teams are %v, want %v", r.Teams(), want)
	}
	since, err := calendar.ParseDay("2015-02-09")
	if err != nil {
		t.Fatal(err)
	}
	standard := metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}
	want := []*metrics.Metric{{
		Name: "daily_active_users", Title: "Daily active users", Team: "product",
		Definition: "Distinct signed-in users with at least one logged action on the day. Web and both apps; staff and crawlers excluded.",
		Unit:       "users", Better: metrics.Up, Roll: metrics.Mean, Empty: metrics.EmptyZero, Additive: true,
		From: "actions", Measure: "count(distinct user_id)", Where: "user_id is not null", Day: "day", By: "client",
		Plan: "daily_active_users", PlanIs: metrics.PlanDaily, PlanSpread: metrics.Step, Thresholds: standard, Line: 13, Column: 5,
	}, {
		Name: "likes", Title: "Likes", Team: "product",
		Definition: "Likes given on the day by signed-in users, counted when given; a like taken back later still counts.",
		Unit:       "likes", Better: metrics.Up, Roll: metrics.Sum, Empty: metrics.EmptyZero, Additive: true,
		From: "likes", Measure: "count(*)", At: "occurred_at",
		PlanIs: metrics.PlanDaily, PlanSpread: metrics.Step, Thresholds: metrics.Thresholds{Watch: 3, Off: 7.5, Ahead: 5}, Since: &since, Line: 25, Column: 5,
	}, {
		Name: "likes_per_user", Title: "Likes per active user", Team: "product",
		Definition: "Likes of the week divided by the week's active-user days.",
		Unit:       "likes", Better: metrics.Up, Roll: metrics.Ratio, Empty: metrics.EmptyUnknown,
		RatioOf: metrics.Operands{Of: "likes", To: "daily_active_users", MeanOfDays: true},
		Plan:    "likes_per_user", PlanIs: metrics.PlanDaily, PlanSpread: metrics.Step, Thresholds: standard, Line: 37, Column: 5,
	}, {
		Name: "churned", Title: "Cancelled subscriptions", Team: "sales",
		Definition: "Subscriptions that their holders cancelled on the day, whatever the reason; failed payments are not among them.",
		Unit:       "subscriptions", Better: metrics.Down, Roll: metrics.Mean, Empty: metrics.EmptyZero, Additive: true,
		SQL: "select event_date as day, count(*) as value from subscription_events\n" +
			"where kind = 'churn' and event_date >= $1 and event_date < $2 group by 1",
		Plan: "churned", PlanIs: metrics.PlanDaily, PlanSpread: metrics.Step, Thresholds: standard, Line: 45, Column: 5,
	}}
	for i, m := range r.Metrics() {
		if !reflect.DeepEqual(m, want[i]) {
			t.Errorf("metric %d is\n%+v, want\n%+v", i, m, want[i])
		}
	}
	if r.Metric("churned") != r.Metrics()[3] || r.Metric("nobody") != nil {
		t.Error("metrics are not found by their names")
	}
	if got := r.Metric("churned").Tables(); !slices.Equal(got, []string{"subscription_events"}) {
		t.Errorf("churned reads %v", got)
	}
}
