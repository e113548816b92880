package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/tearsheet"
)

// steady is a week of one to seven rows a day: 28 rows, 4 a day.
var steady = []int{1, 2, 3, 4, 5, 6, 7}

func TestWeekAtAYearBoundary(t *testing.T) {
	for _, tt := range []struct {
		name, weekStarts, first, ends, label, next string
	}{
		{"from Monday, over the year's end", "monday", "2011-12-26", "2012-01-01", "2011-W52", "2012-01-08"},
		{"week 53 of a leap year", "monday", "2020-12-28", "2021-01-03", "2020-W53", "2021-01-10"},
		{"week 53 of a common year", "monday", "2015-12-28", "2016-01-03", "2015-W53", "2016-01-10"},
		{"from Sunday, the year's last", "sunday", "2011-12-25", "2011-12-31", "", "2012-01-07"},
		{"from Wednesday", "wednesday", "2014-12-31", "2015-01-06", "", "2015-01-13"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := scenario(t, dailyConfig("week_starts: "+tt.weekStarts+"\n", "visits"), registry(counted("visits")),
				dayFiles(t, "visits", tt.first, append(steady, 9, 9, 9, 9, 9, 9, 9)...))
			doc := sheetOf(t, dir, tt.next)
			row := rowOf(t, doc, "visits")
			wantCell(t, row, tt.ends, "4", "7/7", "1 2 3 4 5 6 7")
			wantCell(t, row, tt.next, "9", "7/7", "9 9 9 9 9 9 9")
			if head := doc.Weeks[3]; head.ISO != tt.label || head.Starts.String() != tt.first || head.Ends.String() != tt.ends {
				t.Errorf("the week is headed %+v", head)
			}
		})
	}
}

func TestWeekIsNamedByAnyOfItsDays(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")), dayFiles(t, "visits", "2026-11-02", steady...))
	want := sheetOf(t, dir, "2026-11-08")
	for day := mustDay(t, "2026-11-02"); day <= mustDay(t, "2026-11-08"); day++ {
		o := mustRun(t, dir, "sheet", "--week", day.String(), "--to", "json")
		if !strings.Contains(o.out+o.errOut, "tearsheet-2026-11-08.json") || !strings.Contains(o.out+o.errOut, "unchanged") {
			t.Errorf("--week %s: %s%s", day, o.out, o.errOut)
		}
	}
	if got := want.Weeks[4].Ends.String(); got != "2026-11-08" {
		t.Errorf("the latest week ends %s", got)
	}
}

// missingDays is a project in which Wednesday of one table, Thursday of a second and
// Sunday of a third have no file.
func missingDays(t *testing.T) string {
	return scenario(t, dailyConfig("", "visits", "users", "levels"),
		registry(
			counted("visits"),
			[2]string{"users", "week: mean\nfrom: users\nmeasure: count(distinct n)\nday: day"},
			[2]string{"visits_of_week", "week: sum\nfrom: visits\nmeasure: count(*)\nday: day"},
			[2]string{"users_of_week", "week: whole\nfrom: users\nmeasure: count(distinct n)\nday: day"},
			[2]string{"visits_per_user", "week: ratio\nratio: {of: visits, to: users}"},
			[2]string{"visits_per_user_by_day", "week: ratio\nratio: {of: visits, to: users, as: mean_of_days}"},
			[2]string{"levels", "week: last\nfrom: levels\nmeasure: max(n)\nday: day"}),
		dayFiles(t, "visits", "2026-11-09", 1, 2, absent, 4, 5, 6, 7),
		dayFiles(t, "users", "2026-11-09", 1, 1, 1, absent, 5, 3, 7),
		dayFiles(t, "levels", "2026-11-09", 10, 11, 12, 13, 14, 15, absent))
}

func TestWeekWithMissingDaysIsProvisionalAndNeverPartial(t *testing.T) {
	dir := missingDays(t)
	doc := sheetOf(t, dir, "2026-11-15")
	const week = "2026-11-15"
	wantCell(t, rowOf(t, doc, "visits"), week, "25/6", "6/7", "1 2 ? 4 5 6 7")
	wantCell(t, rowOf(t, doc, "users"), week, "3", "6/7", "1 1 1 ? 5 3 7")
	wantCell(t, rowOf(t, doc, "visits_of_week"), week, "unknown", "6/7", "1 2 ? 4 5 6 7")
	wantCell(t, rowOf(t, doc, "users_of_week"), week, "unknown", "6/7")
	// Monday, Tuesday, Friday, Saturday, Sunday are common: 21 visits of 17 users.
	wantCell(t, rowOf(t, doc, "visits_per_user"), week, "21/17", "5/7", "1 2 ? ? 1 2 1")
	wantCell(t, rowOf(t, doc, "levels"), week, "unknown", "6/7", "10 11 12 13 14 15 ?")
	if !doc.Provisional {
		t.Error("the sheet is not marked as provisional")
	}
	if got := cellOf(t, rowOf(t, doc, "visits"), week).Signs; got != "6/7" {
		t.Errorf("the figure over six days is signed %q", got)
	}
	for _, ends := range []string{"2026-11-08", "2026-10-18"} { // no file at all
		wantCell(t, rowOf(t, doc, "visits"), ends, "unknown", "0/7", "? ? ? ? ? ? ?")
		wantCell(t, rowOf(t, doc, "visits_of_week"), ends, "unknown", "0/7")
	}
}

func TestMeanOfDailyRatiosLeavesOutDaysThatLackOneSide(t *testing.T) {
	// 1/1, 2/1, 5/5, 6/3, 7/7 on the five common days.
	wantCell(t, rowOf(t, sheetOf(t, missingDays(t), "2026-11-15"), "visits_per_user_by_day"), "2026-11-15", "7/5", "5/7")
}

func TestALoadedDayWithoutRowsIsZeroAndAnAverageOfNoneUnknown(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"),
		registry(counted("visits"),
			[2]string{"size", "week: mean\nfrom: visits\nmeasure: avg(n)\nday: day"},
			[2]string{"none_of_none", "week: ratio\nratio: {of: visits, to: visits}"}),
		dayFiles(t, "visits", "2026-11-02", 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 5))
	doc := sheetOf(t, dir, "2026-11-15")
	wantCell(t, rowOf(t, doc, "visits"), "2026-11-15", "8/7", "7/7", "0 3 0 0 0 0 5")
	wantCell(t, rowOf(t, doc, "visits"), "2026-11-08", "0", "7/7", "0 0 0 0 0 0 0")
	wantCell(t, rowOf(t, doc, "size"), "2026-11-15", "5/2", "7/7", "? 2 ? ? ? ? 3")
	wantCell(t, rowOf(t, doc, "size"), "2026-11-08", "unknown", "7/7")
	wantCell(t, rowOf(t, doc, "none_of_none"), "2026-11-08", "unknown", "7/7")
}

func TestSinceMakesEarlierDaysUnknown(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"),
		registry([2]string{"visits", counted("visits")[1] + "\nsince: 2026-11-05"}),
		dayFiles(t, "visits", "2026-11-02", append(steady, steady...)...))
	row := rowOf(t, sheetOf(t, dir, "2026-11-15"), "visits")
	wantCell(t, row, "2026-11-08", "11/2", "4/7", "? ? ? 4 5 6 7")
	wantCell(t, row, "2026-11-01", "unknown", "0/7")
	wantCell(t, row, "2026-11-15", "4", "7/7")
}

func TestCurrentWeekIsProvisionalAndAFutureOneIsRefused(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"),
		registry(counted("visits"), [2]string{"later_visits", counted("visits")[1] + "\nsince: 2026-11-18"}),
		dayFiles(t, "visits", "2026-11-09", append(steady, 8)...))
	doc := sheetOf(t, dir, "2026-11-22") // today is Tuesday, 17 November
	row := rowOf(t, doc, "visits")
	wantCell(t, row, "2026-11-22", "8", "1/7", "8 ? ? ? ? ? ?")
	wantCell(t, row, "2026-11-15", "4", "7/7")
	later := rowOf(t, doc, "later_visits")
	wantCell(t, later, "2026-11-22", "unknown", "0/7", "? ? ? ? ? ? ?")
	if later.Mark != tearsheet.NoValue || doc.Counts.Unknown != 1 {
		t.Errorf("days to come are marked %q, counts %+v", later.Mark, doc.Counts)
	}
	if o := tearsheetAt(t, tuesday, dir, "sheet", "--week", "2026-12-06"); o.code != exitUsage || !strings.Contains(o.errOut, "has not begun") {
		t.Errorf("a week in the future: exit %d\n%s", o.code, o.errOut)
	}
}

func TestWithoutAWeekTheLastCompleteOneIsShown(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")),
		dayFiles(t, "visits", "2026-11-02", append(steady, steady...)...))
	for asOf, ends := range map[string]string{"2026-11-15": "2026-11-08", "2026-11-16": "2026-11-15", "2026-11-22": "2026-11-15"} {
		mustRun(t, dir, "sheet", "--as-of", asOf, "--to", "csv", "-o", filepath.Join(dir, asOf))
		if _, err := os.Stat(filepath.Join(dir, asOf, "tearsheet-"+ends+".csv")); err != nil {
			t.Errorf("as of %s: %v", asOf, err)
		}
	}
}
