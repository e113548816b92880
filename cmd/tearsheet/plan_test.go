package main

import (
	"strings"
	"testing"

	"tearsheet/tearsheet"
)

// planned is a project of two months with a plan; every day has seven visits.
func planned(t *testing.T, plan, entry string) string {
	days := make([]int, 49) // 28 September to 15 November
	for i := range days {
		days[i] = 7
	}
	return scenario(t, dailyConfig("plan: {file: plan.csv}\n", "visits"), registry([2]string{"visits", counted("visits")[1] + entry}),
		dayFiles(t, "visits", "2026-09-28", days...), map[string]string{"plan.csv": plan})
}

// wantPlan compares the plan of a week with what was computed by hand.
func wantPlan(t *testing.T, row tearsheet.Row, ends, plan, text string, mark tearsheet.Mark) {
	t.Helper()
	cell := cellOf(t, row, ends)
	if cell.Plan.Decimal() != decimal(t, plan) || cell.PlanText != text || cell.Mark != mark {
		t.Errorf("week to %s: plan %s, printed %q, marked %s; want %s, %q, %s",
			ends, cell.Plan.Decimal(), cell.PlanText, cell.Mark, plan, text, mark)
	}
}

func TestPlanThatLacksAMonthIsNoPlanForItsWeeks(t *testing.T) {
	row := rowOf(t, sheetOf(t, planned(t, "metric,2026-10\nvisits,7\n", ""), "2026-11-15"), "visits")
	wantPlan(t, row, "2026-10-25", "7", "7", tearsheet.OnPlan)
	wantPlan(t, row, "2026-11-01", "unknown", "–", tearsheet.NoPlan) // six days of October, one of November
	wantPlan(t, row, "2026-11-15", "unknown", "–", tearsheet.NoPlan)
	if row.Variance != "no plan" {
		t.Errorf("the variance prints %q", row.Variance)
	}
}

func TestWeekThatCrossesAMonthMixesItsPlansByDays(t *testing.T) {
	// Six days of October at 6 and one of November at 13, also as totals of their months.
	for name, plan := range map[string]string{
		"daily": "metric,2026-10,2026-11\nvisits,6,13\n",
		"total": "metric,period,value,is\nvisits,2026-10,186,total\nvisits,2026-11,390,total\n",
	} {
		t.Run(name, func(t *testing.T) {
			row := rowOf(t, sheetOf(t, planned(t, plan, ""), "2026-11-15"), "visits")
			wantPlan(t, row, "2026-11-01", "7", "7", tearsheet.OnPlan)
			wantPlan(t, row, "2026-10-25", "6", "6", tearsheet.Ahead)
			wantPlan(t, row, "2026-11-15", "13", "13", tearsheet.Behind)
		})
	}
}

func TestPlanOfZeroHasNoPercentage(t *testing.T) { // E07
	row := rowOf(t, sheetOf(t, planned(t, "metric,2026-11\nvisits,0\n", ""), "2026-11-15"), "visits")
	wantPlan(t, row, "2026-11-15", "0", "0", tearsheet.Unjudged)
	cell := cellOf(t, row, "2026-11-15")
	if cell.Variance.Decimal() != "7" || cell.Percent.Known() || row.Variance != "+7 abs" {
		t.Errorf("variance %s, percent %s, printed %q", cell.Variance.Decimal(), cell.Percent.Decimal(), row.Variance)
	}
}

func TestPlanOfAWeekAtAYearBoundary(t *testing.T) {
	dir := scenario(t, dailyConfig("plan: {file: plan.csv}\n", "visits"), registry(counted("visits")),
		dayFiles(t, "visits", "2011-12-26", steady...),
		map[string]string{"plan.csv": "metric,2011-12,2012-01\nvisits,70,140\n"})
	wantPlan(t, rowOf(t, sheetOf(t, dir, "2012-01-01"), "visits"), "2012-01-01", "80", "80", tearsheet.Behind) // (6·70 + 140) / 7
}

// E06: a sheet is held against a plan of which it keeps the version.
func TestChangedPlanMakesAnEditionAndKeepsTheOldOne(t *testing.T) {
	dir := planned(t, "metric,version,2026-11\nvisits,budget,7\n", "")
	first := sheetOf(t, dir, "2026-11-15")
	overwrite(t, dir, "plan.csv", "metric,version,2026-11\nvisits,budget,7\nvisits,reforecast,14\n")
	second := sheetOf(t, dir, "2026-11-15")
	if first.Edition != 1 || second.Edition != 2 || first.Plan.Hash == second.Plan.Hash ||
		!strings.Contains(first.Plan.Text, "budget") || !strings.Contains(second.Plan.Text, "reforecast") {
		t.Errorf("editions %d and %d, plans %+v and %+v", first.Edition, second.Edition, first.Plan, second.Plan)
	}
	if rowOf(t, second, "visits").Restated {
		t.Error("a new plan restates an actual")
	}
}
