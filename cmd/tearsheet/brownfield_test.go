package main

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// others runs a test against a warehouse that others filled, on both engines. fill
// gets an open database; the config it returns is the warehouse entry without its URL.
func others(t *testing.T, test func(t *testing.T, db *sql.DB, project func(keys, registry string) string)) {
	for engine, empty := range map[string]func(*testing.T) (*sql.DB, string){"PostgreSQL": emptyPostgres, "DuckDB": emptyDuckDB} {
		t.Run(engine, func(t *testing.T) {
			db, url := empty(t)
			test(t, db, func(keys, registry string) string {
				if err := db.Close(); err != nil { // DuckDB admits one process that writes
					t.Fatal(err)
				}
				return scenario(t, fmt.Sprintf("company: Test\ntimezone: America/Toronto\nwarehouse: {url: %q, filled_by: others%s}\n", url, keys), registry)
			})
		})
	}
}

// fillVisits gives each day from first on so many visits, by users 1, 2, ….
func fillVisits(t *testing.T, db *sql.DB, first string, rows ...int) {
	t.Helper()
	mustExec(t, db, `create table if not exists visits (day date, user_id bigint, at_instant timestamp)`)
	for i, n := range rows {
		day := mustDay(t, first).Add(i)
		for row := range n {
			mustExec(t, db, fmt.Sprintf("insert into visits values ('%s', %d, '%s 16:00:00')", day, row+1, day))
		}
	}
}

func TestBeforeTheFirstDayOfATableNothingIsKnown(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-04", 3, 0, 5, 6, 7)
		dir := project("", registry(counted("visits"),
			[2]string{"by_instant", "week: mean\nfrom: visits\nmeasure: count(*)\nat: at_instant"},
			[2]string{"long", "week: mean\nsql: select day, count(*) as value from visits where day >= $1 and day < $2 group by day"},
			[2]string{"users_of_week", "week: whole\nfrom: visits\nmeasure: count(distinct user_id)\nday: day"}))
		doc := sheetOf(t, dir, "2026-11-15")
		for _, metric := range []string{"visits", "by_instant", "long"} {
			row := rowOf(t, doc, metric)
			wantCell(t, row, "2026-11-01", "unknown", "0/7", "? ? ? ? ? ? ?")
			wantCell(t, row, "2026-11-08", "21/5", "5/7", "? ? 3 0 5 6 7")
			wantCell(t, row, "2026-11-15", "0", "7/7", "0 0 0 0 0 0 0")
		}
		wantCell(t, rowOf(t, doc, "users_of_week"), "2026-11-08", "unknown", "5/7")
		wantCell(t, rowOf(t, doc, "users_of_week"), "2026-11-15", "0", "7/7")
	})
}

// A table has its first day also where only a long form reads it, and where it is
// written in capitals, within a schema or in quotes.
func TestFirstDayOfATableHoweverItIsNamed(t *testing.T) {
	for name, entry := range map[string]string{
		"long":        "week: mean\nsql: |\n  with each as (select day, user_id from visits where day >= $1 and day < $2)\n  select day, count(*) as value from each group by day -- a remark",
		"capitals":    "week: mean\nfrom: VISITS\nmeasure: count(*)\nday: day",
		"quoted":      "week: mean\nfrom: '\"visits\"'\nmeasure: count(*)\nday: day",
		"with schema": "week: mean\nfrom: main.visits\nmeasure: count(*)\nday: day",
	} {
		t.Run(name, func(t *testing.T) {
			db, url := emptyDuckDB(t)
			fillVisits(t, db, "2026-11-04", 3, 0, 5, 6, 7)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			dir := scenario(t, fmt.Sprintf("company: Test\ntimezone: UTC\nwarehouse: {url: %q, filled_by: others}\n", url),
				registry([2]string{"visits", entry}))
			wantCell(t, rowOf(t, sheetOf(t, dir, "2026-11-08"), "visits"), "2026-11-08", "21/5", "5/7", "? ? 3 0 5 6 7")
		})
	}
}

// A list of staff has no days; the metric that leaves staff out has.
func TestATableThatAConditionLooksIntoNeedsNoDays(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-04", 3, 0, 5, 6, 7)
		mustExec(t, db, "create table staff (id bigint)")
		mustExec(t, db, "insert into staff values (1)")
		dir := project("", registry([2]string{"visits", counted("visits")[1] + "\nwhere: user_id not in (select id from staff)"}))
		wantCell(t, rowOf(t, sheetOf(t, dir, "2026-11-08"), "visits"), "2026-11-08", "17/5", "5/7", "? ? 2 0 4 5 6")
	})
}

func TestATableOfWhichNoMetricSaysTheDayNeedsCompleteFrom(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-02", 1, 2, 3, 4, 5, 6, 7)
		whole := registry([2]string{"visits", "week: whole\nsql: select count(distinct user_id) as value from visits where day >= $1 and day < $2"})
		dir := project("", whole)
		o := tearsheetAt(t, tuesday, dir, "sheet")
		if o.code != exitHeld || !strings.Contains(o.errOut, "no metric says which column of visits is its day: name warehouse.complete_from") {
			t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
		}
	})
}

func TestCompleteFromAndThroughBoundWhatIsKnown(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-04", 3, 0, 5, 6, 7, 8, 9, 9, 9)
		row := rowOf(t, sheetOf(t, project(", complete_from: 2026-11-03, complete_through: 2026-11-10", registry(counted("visits"))), "2026-11-15"), "visits")
		wantCell(t, row, "2026-11-08", "21/6", "6/7", "? 0 3 0 5 6 7")
		wantCell(t, row, "2026-11-15", "17/2", "2/7", "8 9 ? ? ? ? ?")
	})
}

// A sheet can be dated ahead; days that have not been lived through are not zero.
func TestNoDayIsCompleteBeforeItIsOver(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", 1, 2, 3, 4, 5, 6, 7, 8, 9)
		dir := project("", registry(counted("visits")))
		row := rowOf(t, sheetOf(t, dir, "2026-11-22", "--as-of", "2026-12-08"), "visits") // today is the 17th
		wantCell(t, row, "2026-11-22", "8", "1/7", "8 ? ? ? ? ? ?")
		row = rowOf(t, sheetOf(t, dir, "2026-11-15", "--as-of", "2026-11-12"), "visits") // as it was seen then
		wantCell(t, row, "2026-11-15", "2", "3/7", "1 2 3 ? ? ? ?")
	})
}

func TestCompleteThroughCanBeAStatement(t *testing.T) {
	for _, tt := range []struct{ name, statement, days string }{
		{"a date", "select max(day) from visits", "8 9 9 ? ? ? ?"},
		{"an instant, in the company's zone", "select max(at_instant) - interval '13 hours' from visits", "8 9 ? ? ? ? ?"}, // 03:00 in UTC
		{"a midnight without a zone, which is a date", "select cast(max(day) as timestamp) from visits", "8 9 9 ? ? ? ?"},
		{"a midnight with a zone, which is an instant", "select cast('2026-11-11 00:00:00+00' as timestamptz)", "8 9 ? ? ? ? ?"}, // the 10th in Toronto
		{"a text", "select cast(max(day) as varchar) from visits", "8 9 9 ? ? ? ?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
				fillVisits(t, db, "2026-11-09", 8, 9, 9)
				doc := sheetOf(t, project(fmt.Sprintf(", complete_through: %q", tt.statement), registry(counted("visits"))), "2026-11-15")
				if got := strings.ReplaceAll(daysOf(cellOf(t, rowOf(t, doc, "visits"), "2026-11-15")), "null", "?"); got != tt.days {
					t.Errorf("days %s, want %s", got, tt.days)
				}
			})
		})
	}
}

func TestCompleteThroughThatSaysNothingIsRefused(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", 1)
		dir := project(`, complete_through: "select max(day) from visits where user_id > 7"`, registry(counted("visits")))
		for _, command := range []string{"check", "sheet"} {
			o := tearsheetAt(t, tuesday, dir, command)
			if o.code != exitUsage || !strings.Contains(o.out+o.errOut, "complete_through: the statement returned no date") {
				t.Errorf("%s: exit %d\n%s%s", command, o.code, o.out, o.errOut)
			}
		}
	})
}

// The long form is what the analyst wrote; both engines give the same days for it.
func TestLongAndWholeForms(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-02", 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1)
		doc := sheetOf(t, project(", complete_from: 2026-11-02", registry(
			[2]string{"pairs", "week: mean\nempty: zero\nsql: |\n  select day, count(*) as value\n  from visits a join visits b using (day)\n  where day >= $1 and day < $2\n  group by day"},
			[2]string{"last_user", "week: last\nsql: select max(user_id) as value, day from visits where day >= $1 and day < $2 group by day"},
			[2]string{"users_of_week", "week: whole\nsql: select count(distinct user_id) as value from visits where day >= $1 and day < $2"},
			[2]string{"early_users", "week: whole\nfrom: visits\nmeasure: count(distinct user_id)\nwhere: user_id < 4\nday: day"},
		)), "2026-11-15")
		wantCell(t, rowOf(t, doc, "pairs"), "2026-11-08", "20", "7/7", "1 4 9 16 25 36 49") // 140 / 7
		wantCell(t, rowOf(t, doc, "last_user"), "2026-11-15", "1", "7/7", "7 6 5 4 3 2 1")
		wantCell(t, rowOf(t, doc, "users_of_week"), "2026-11-15", "7", "7/7")
		wantCell(t, rowOf(t, doc, "early_users"), "2026-11-15", "3", "7/7")
	})
}

// Of a warehouse without a ledger the last days are read again, and only those.
func TestRecomputeDaysBoundWhatIsReadAgain(t *testing.T) {
	db, url := emptyPostgres(t)
	fillVisits(t, db, "2026-11-02", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	dir := scenario(t, fmt.Sprintf("company: Test\ntimezone: America/Toronto\nwarehouse: {url: %q, filled_by: others, recompute_days: 7}\n", url),
		registry(counted("visits")))
	wantCell(t, rowOf(t, sheetOf(t, dir, "2026-11-15"), "visits"), "2026-11-15", "1", "7/7")
	mustExec(t, db, "insert into visits values ('2026-11-08', 2, null), ('2026-11-09', 2, null), ('2026-11-10', 2, null), ('2026-11-15', 2, null)")
	row := rowOf(t, sheetOf(t, dir, "2026-11-15"), "visits") // today is the 17th: from the 10th on
	wantCell(t, row, "2026-11-15", "9/7", "7/7", "1 2 1 1 1 1 2")
	wantCell(t, row, "2026-11-08", "1", "7/7", "1 1 1 1 1 1 1")
	if r := cellOf(t, row, "2026-11-15").Restated; r == nil || r.Cause != "correction" || r.Was.Decimal() != "1" || r.Edition != 1 {
		t.Errorf("the changed week is restated as %+v", r)
	}
	config := fmt.Sprintf("company: Test\ntimezone: America/Toronto\nwarehouse: {url: %q, filled_by: others, recompute_days: 9}\n", url)
	overwrite(t, dir, configName, config)
	row = rowOf(t, sheetOf(t, dir, "2026-11-15"), "visits") // from the 8th on
	wantCell(t, row, "2026-11-15", "10/7", "7/7", "2 2 1 1 1 1 2")
	wantCell(t, row, "2026-11-08", "8/7", "7/7", "1 1 1 1 1 1 2")
}
