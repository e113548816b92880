package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// D11: a statement whose answer is no daily value holds the sheet, with the metric, the
// days and what was wrong, and the other metrics are computed all the same.
func TestAnswersThatAreNoFigureHoldTheSheet(t *testing.T) {
	answers := map[string]struct{ sql, want string }{
		"two rows a day":   {"select day, user_id as value from visits where day >= $1 and day < $2", "the statement returned two rows for 2026-11-1"},
		"text":             {"select day, 'many' as value from visits where day >= $1 and day < $2 group by day", `the value "many" is not a number`},
		"a day outside":    {"select max(day) + 40 as day, 1 as value from visits where day >= $1 and day < $2", "outside 2026-11-09 to 2026-11-15"},
		"no day":           {"select cast(null as date) as day, count(*) as value from visits where day >= $1 and day < $2", "a row without a day"},
		"an instant":       {"select at_instant as day, count(*) as value from visits where day >= $1 and day < $2 group by 1", "has a clock: a day is a date"},
		"division by zero": {"select day, 1 / (count(*) - count(*)) as value from visits where day >= $1 and day < $2 group by day", "division by zero"},
		"infinity":         {"select day, cast('inf' as double precision) as value from visits where day >= $1 and day < $2 group by day", "is not a number"},
	}
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", steady...)
		entries := [][2]string{counted("visits")}
		wanted := 0
		for name, answer := range answers {
			if name == "division by zero" && strings.Contains(t.Name(), "DuckDB") {
				continue // DuckDB divides by zero to NULL
			}
			wanted++
			entries = append(entries, [2]string{strings.ReplaceAll(name, " ", "_"), "week: mean\nsql: " + answer.sql})
		}
		dir := project(", complete_through: 2026-11-15", registry(entries...))
		o := tearsheetAt(t, tuesday, dir, "sheet", "--to", "csv")
		if o.code != exitHeld || o.out != "" || strings.Count(o.errOut, "\n") != wanted+1 {
			t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
		}
		for name, answer := range answers {
			metric := strings.ReplaceAll(name, " ", "_")
			if !strings.Contains(strings.Join(entriesNames(entries), " "), metric) {
				continue
			}
			if line := lineWith(o.errOut, `metric "`+metric+`", `); !strings.Contains(line, answer.want) {
				t.Errorf("%s: says %q, want %q", name, line, answer.want)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "sheets")); err == nil {
			t.Error("a held sheet was written")
		}
		if o := mustRun(t, dir, "editions", "--json"); o.out != "[]\n" {
			t.Errorf("a held sheet was issued: %s", o.out)
		}
	})
}

func entriesNames(entries [][2]string) []string {
	var names []string
	for _, entry := range entries {
		names = append(names, entry[0])
	}
	return names
}

// lineWith returns the first line of a text that holds a part.
func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

// D11: no rows and NULL are no fault: they are what the metric says of empty days.
func TestNoRowsAndNullAreEmptyDays(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", steady...)
		doc := sheetOf(t, project(", complete_from: 2026-11-09, complete_through: 2026-11-15", registry(
			[2]string{"none", "week: mean\nempty: zero\nsql: select day, count(*) as value from visits where day >= $1 and day < $2 and user_id > 6 group by day"},
			[2]string{"unknown_if_none", "week: mean\nempty: unknown\nsql: select day, count(*) as value from visits where day >= $1 and day < $2 and user_id > 6 group by day"},
			[2]string{"nulls", "week: mean\nempty: unknown\nsql: select day, sum(nullif(user_id, user_id)) as value from visits where day >= $1 and day < $2 group by day"},
		)), "2026-11-15")
		wantCell(t, rowOf(t, doc, "none"), "2026-11-15", "1/7", "7/7", "0 0 0 0 0 0 1")
		wantCell(t, rowOf(t, doc, "unknown_if_none"), "2026-11-15", "1", "7/7", "? ? ? ? ? ? 1")
		wantCell(t, rowOf(t, doc, "nulls"), "2026-11-15", "unknown", "7/7", "? ? ? ? ? ? ?")
	})
}

// D12 and C12 on PostgreSQL: the server's own timeout, and the other metric is kept.
func TestStatementThatTakesTooLongHoldsTheSheet(t *testing.T) {
	db, url := emptyPostgres(t)
	fillVisits(t, db, "2026-11-09", steady...)
	mustExec(t, db, "create view slow as select day from visits, pg_sleep(20)")
	dir := scenario(t, "company: Test\ntimezone: UTC\nwarehouse: {url: '"+url+"', filled_by: others, complete_from: 2026-11-09, statement_timeout: 200ms, recompute_days: 0}\n",
		registry(counted("visits"), counted("slow")))
	o := tearsheetAt(t, tuesday, dir, "sheet", "--to", "csv")
	if o.code != exitHeld || !strings.Contains(o.errOut, `metric "slow", `) || !strings.Contains(o.errOut, "longer than 200ms") || strings.Contains(o.errOut, `"visits"`) {
		t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	overwrite(t, dir, registryName, registry(counted("visits")))
	if o := mustRun(t, dir, "sheet", "--to", "csv", "--json"); !strings.Contains(o.out, `"statements": 0`) {
		t.Errorf("what was computed before is computed again:\n%s", o.out)
	}
}

// A file with a fault loads nothing of its table, and the old sheet stays.
func TestBrokenFileHoldsTheSheet(t *testing.T) { // A14
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")), dayFiles(t, "visits", "2026-11-09", steady...))
	sheetOf(t, dir, "2026-11-15")
	before := filesIn(t, filepath.Join(dir, "sheets"))
	overwrite(t, dir, "data/visits/2026-11-10.csv", "written,n\n2026-11-10,1\n2026-11-10,many\n")
	o := tearsheetAt(t, tuesday, dir, "sheet", "--week", "2026-11-15", "--to", "json")
	if o.code != exitHeld || o.out != "" || !strings.Contains(o.errOut, "data/visits/2026-11-10.csv:3:12: ") {
		t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	wantSameFiles(t, "the old sheet", filesIn(t, filepath.Join(dir, "sheets")), before)
}
