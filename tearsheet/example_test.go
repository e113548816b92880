package tearsheet_test

import (
	"fmt"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// target is the simplest plan: one figure for every week.
type target int64

func (p target) Week(*metrics.Metric, calendar.Week) metrics.Value { return metrics.Int(int64(p)) }

func (p target) Rule(*metrics.Metric) string { return "" }

// A sheet is made of daily values and a plan. Here the latest week lacks its Sunday.
func ExampleBuild() {
	toronto, _ := calendar.New("America/Toronto", time.Monday)
	last := toronto.WeekOf(calendar.DayOn(2026, time.November, 15))
	signups := &metrics.Metric{Name: "signups", Title: "Signups", Team: "web", Unit: "signups", Better: metrics.Up,
		Roll: metrics.Mean, Empty: metrics.EmptyZero, Additive: true, Thresholds: metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}}
	days := map[calendar.Day]metrics.Reading{}
	for day := last.Add(-4).First(); day < last.Last(); day++ {
		days[day] = metrics.Reading{Value: metrics.Int(4600), Coverage: calendar.Whole()}
	}
	doc := tearsheet.Build(tearsheet.Inputs{
		Company: "Lumen & Lark", Calendar: toronto, AsOf: last.End().Add(1), Last: last,
		Registry: metrics.NewRegistry([]metrics.Team{{Name: "web", Title: "Web"}}, []*metrics.Metric{signups}),
		History:  metrics.History{"signups": {Days: days}}, Plan: target(5000),
	})
	row := doc.Sections[0].Rows[0]
	for i, cell := range row.Cells {
		fmt.Println(doc.Weeks[i].Label, cell.ActualText, cell.Coverage)
	}
	fmt.Println(row.Title, row.UnitLabel, row.Variance, row.Mark)
	// Output:
	// 18 Oct 4,600 7/7
	// 25 Oct 4,600 7/7
	// 1 Nov 4,600 7/7
	// 8 Nov 4,600 7/7
	// 15 Nov 4,600 6/7
	// Signups /day −8.0 behind
}
