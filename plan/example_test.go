package plan_test

import (
	"fmt"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/plan"
)

// The week from 26 October to 1 November has six days of October and one of
// November: (6 × 1000 + 1700) / 7.
func Example() {
	likes := &metrics.Metric{Name: "likes", Plan: "likes", Roll: metrics.Mean}
	toronto, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		fmt.Println(err)
		return
	}
	document := "metric,2026-10,2026-11\nlikes,1000,1700\n"
	p, err := plan.Parse("plan.csv", []byte(document), plan.Options{
		Registry: metrics.NewRegistry(nil, []*metrics.Metric{likes}),
		Calendar: toronto,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	week := toronto.WeekOf(calendar.DayOn(2026, time.November, 1))
	fmt.Println(week, p.Week(likes, week))
	fmt.Println(week.Add(5), p.Week(likes, week.Add(5)))
	fmt.Println(p.Rule(likes))
	// Output:
	// 2026-11-01 1100
	// 2026-12-06 unknown
	// Monthly daily figures; a week that crosses a month mixes them by days.
}
