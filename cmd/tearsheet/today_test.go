package main

import "testing"

// A day is not complete before it is over, even if there is a file of it already.
func TestTodayIsNotLoadedYet(t *testing.T) {
	head := "occurred_at,user_id\n"
	dir := writeProject(t, map[string]string{
		"tearsheet.yaml": "company: Test\ntimezone: America/Toronto\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources:\n  files:\n" +
			"    - {table: visits, path: 'in/{day}.csv', at: occurred_at, columns: {occurred_at: timestamp, user_id: bigint}}\n",
		"metrics.yaml":      registry(counted("visits")),
		"in/2026-11-16.csv": head + "2026-11-16 12:00:00,1\n2026-11-16 13:00:00,2\n",
		"in/2026-11-17.csv": head + "2026-11-17 12:00:00,1\n", // today
		"in/2026-11-18.csv": head,                             // and somebody's tomorrow
	})
	row := rowOf(t, sheetOf(t, dir, "2026-11-22"), "visits")
	wantCell(t, row, "2026-11-22", "2", "1/7", "2 ? ? ? ? ? ?")
	// As of the day after, today counts.
	o := tearsheetAt(t, tuesday.AddDate(0, 0, 1), dir, "sheet", "--week", "2026-11-22", "--to", "json")
	if o.code != exitDone {
		t.Fatalf("exit %d\n%s", o.code, o.errOut)
	}
	wantCell(t, rowOf(t, readSheet(t, dir, "2026-11-22"), "visits"), "2026-11-22", "3/2", "2/7", "2 1 ? ? ? ? ?")
}
