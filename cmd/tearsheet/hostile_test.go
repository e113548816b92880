package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A week or a day whose neighbours have no date of four digits is refused before
// anything is issued: an edition under such a date could not be listed again.
func TestWeeksBeyondTheCalendarAreRefused(t *testing.T) {
	dir := writeProject(t, map[string]string{
		configName: "company: Test\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources:\n  files:\n" +
			"    - {table: visits, path: 'in/{day}.csv', columns: {user_id: bigint}}\n",
		registryName:        registry(counted("visits")),
		"in/2026-11-15.csv": "user_id\n1\n",
	})
	for _, args := range [][]string{{"--week", "9999-12-31"}, {"--week", "0001-01-01"}, {"--as-of", "0001-01-01"}} {
		o := tearsheetAt(t, tuesday, dir, append([]string{"sheet"}, args...)...)
		if o.code != exitUsage || !strings.Contains(o.errOut, "lies outside") {
			t.Errorf("%s: exit %d\n%s", args, o.code, o.errOut)
		}
	}
	if o := mustRun(t, dir, "editions"); !strings.Contains(o.out, "no edition has been issued") {
		t.Errorf("the editions are\n%s", o.out)
	}
	// The last that there is, on its day.
	last := time.Date(9998, time.December, 31, 12, 0, 0, 0, time.UTC)
	if err := os.WriteFile(filepath.Join(dir, "in", "9998-12-28.csv"), []byte("user_id\n1\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if o := tearsheetAt(t, last, dir, "sheet", "--week", "9998-12-31", "--to", "json"); o.code != exitDone {
		t.Errorf("exit %d\n%s", o.code, o.errOut)
	}
	mustRun(t, dir, "editions", "open", "1")
}

// Stale facts make no blank sheet, nor does a week before the data or after today.
func TestWeekOfWhichNothingIsKnownIsHeld(t *testing.T) {
	dir := writeProject(t, map[string]string{
		configName: "company: Test\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources:\n  files:\n" +
			"    - {table: visits, path: 'in/{day}.csv', columns: {user_id: bigint}}\n",
		registryName:        registry(counted("visits")),
		"in/2026-11-01.csv": "user_id\n1\n",
	})
	o := tearsheetAt(t, tuesday, dir, "sheet")
	if o.code != exitHeld || !strings.Contains(o.errOut, "no figure of the week ending 2026-11-15 is known") || o.out != "" {
		t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	for week, want := range map[string]outcome{
		"2026-11-15": {code: exitHeld, errOut: "no figure of the week ending 2026-11-15 is known"},
		"2020-01-01": {code: exitHeld, errOut: "no figure of the week ending 2020-01-05 is known"},
		"2026-11-17": {code: exitHeld, errOut: "no figure of the week ending 2026-11-22 is known"},
		"2026-11-23": {code: exitUsage, errOut: "the week ending 2026-11-29 has not begun: the sheet is made on 2026-11-17"},
		"2030-01-01": {code: exitUsage, errOut: "has not begun"},
		"2026-11-01": {code: exitDone},
	} {
		o := tearsheetAt(t, tuesday, dir, "sheet", "--week", week, "--to", "json")
		if o.code != want.code || !strings.Contains(o.errOut, want.errOut) || (o.out != "") != (o.code == exitDone) {
			t.Errorf("--week %s: exit %d\n%s%s", week, o.code, o.out, o.errOut)
		}
	}
	if o := mustRun(t, dir, "editions"); strings.Count(o.out, "\n") > 2 {
		t.Errorf("the editions are\n%s", o.out)
	}
}

// A day column that is a timestamp at midnight is a date: read as an instant, the
// first day of the table would be one too early in America, and a wrong 0.
func TestFirstDayOfATimestampColumnIsADate(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		mustExec(t, db, "create table visits (day timestamp, user_id bigint)")
		mustExec(t, db, "insert into visits values ('2026-11-11 00:00:00', 1), ('2026-11-12 00:00:00', 2)")
		doc := sheetOf(t, project("", registry(counted("visits"))), "2026-11-15")
		wantCell(t, rowOf(t, doc, "visits"), "2026-11-15", "2/5", "5/7", "? ? 1 1 0 0 0")
	})
}

// What the sheet has no glyph for is a fault of the file that holds it, with its
// place, and not of the PDF.
func TestWhatCannotBePrintedIsFoundInItsFile(t *testing.T) {
	dir := writeProject(t, map[string]string{
		configName:   "company: 株式会社\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nplan: {file: plan.csv}\n",
		registryName: registry(counted("visits")),
		"plan.csv":   "metric,period,value,version\nvisits,2026-11,3,株\n",
	})
	o := tearsheetAt(t, tuesday, dir, "check")
	for _, want := range []string{"tearsheet.yaml:1:10: company: it holds '株'", "the plan's version: it holds '株'"} {
		if o.code != exitUsage || !strings.Contains(o.out, want) {
			t.Errorf("exit %d, without %q:\n%s%s", o.code, want, o.out, o.errOut)
		}
	}
}
