package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/tearsheet"
	"tearsheet/warehouse/warehousetest"
)

// clockChange is a Sunday on which a zone sets its clocks, with events at its edges
// and in its odd hour: one on the last second of Saturday, four on Sunday, one on the
// first second of Monday.
type clockChange struct {
	zone, sunday string
	instants     []string // UTC
}

func (c clockChange) name() string { return strings.ReplaceAll(c.zone, "/", " ") + " " + c.sunday }

var clockChanges = []clockChange{
	{"America/Toronto", "2015-03-08", []string{"2015-03-08 04:59:59", // 23 hours: 05:00 to 04:00
		"2015-03-08 05:00:00", "2015-03-08 06:59:59", "2015-03-08 07:00:00", "2015-03-09 03:59:59", "2015-03-09 04:00:00"}},
	{"America/Toronto", "2015-11-01", []string{"2015-11-01 03:59:59", // 25 hours, 01:30 twice
		"2015-11-01 04:00:00", "2015-11-01 05:30:00", "2015-11-01 06:30:00", "2015-11-02 04:59:59", "2015-11-02 05:00:00"}},
	{"Australia/Lord_Howe", "2026-04-05", []string{"2026-04-04 12:59:59", // 24½ hours, 01:45 twice
		"2026-04-04 13:00:00", "2026-04-04 14:45:00", "2026-04-04 15:15:00", "2026-04-05 13:29:59", "2026-04-05 13:30:00"}},
	{"Australia/Lord_Howe", "2026-10-04", []string{"2026-10-03 13:29:59", // 23½ hours
		"2026-10-03 13:30:00", "2026-10-03 15:29:59", "2026-10-03 15:30:00", "2026-10-04 12:59:59", "2026-10-04 13:00:00"}},
	{"Africa/Casablanca", "2026-02-15", []string{"2026-02-14 22:59:59", // 25 hours, before Ramadan
		"2026-02-14 23:00:00", "2026-02-15 01:30:00", "2026-02-15 02:30:00", "2026-02-15 23:59:59", "2026-02-16 00:00:00"}},
	{"Africa/Casablanca", "2026-03-22", []string{"2026-03-21 23:59:59", // 23 hours, after it
		"2026-03-22 00:00:00", "2026-03-22 01:59:59", "2026-03-22 02:00:00", "2026-03-22 22:59:59", "2026-03-22 23:00:00"}},
}

// check holds the two weeks around the change against what was counted by hand, and
// returns what differs.
func (c clockChange) check(t *testing.T, dir string, metrics ...string) (differ []string) {
	t.Helper()
	sunday := mustDay(t, c.sunday)
	doc := sheetOf(t, dir, sunday.Add(7).String())
	for _, metric := range metrics {
		row := rowOf(t, doc, metric)
		for ends, want := range map[string]string{
			sunday.String():        "0 0 0 0 0 1 4: 5/7",
			sunday.Add(7).String(): "1 0 0 0 0 0 0: 1/7",
		} {
			cell := cellOf(t, row, ends)
			days, mean, _ := strings.Cut(want, ": ")
			if got := daysOf(cell); got != days || cell.Actual.Decimal() != decimal(t, mean) || cell.Provisional {
				differ = append(differ, fmt.Sprintf("%s, week to %s: %s, mean %s, coverage %s; want %s", metric, ends, got, cell.Actual.Decimal(), cell.Coverage, want))
			}
		}
	}
	return differ
}

func daysOf(cell tearsheet.Cell) string {
	days := make([]string, len(cell.Daily))
	for i, v := range cell.Daily {
		days[i] = v.Decimal()
	}
	return strings.Join(days, " ")
}

// byDayAndInstant are the same count, by the day that was cut when the row was loaded
// and by bounds around the instant.
var byDayAndInstant = registry(
	[2]string{"by_day", "week: mean\nfrom: events\nmeasure: count(*)\nday: day"},
	[2]string{"by_instant", "week: mean\nfrom: events\nmeasure: count(*)\nat: occurred_at"},
	[2]string{"distinct_by_instant", "week: mean\nfrom: events\nmeasure: count(distinct occurred_at)\nat: occurred_at"})

// fromFiles is a project whose events lie in one file, seen from a zone.
func (c clockChange) fromFiles(t *testing.T, zone string) string {
	sunday := mustDay(t, c.sunday)
	config := fmt.Sprintf(`company: Test
timezone: %s
warehouse: {url: 'duckdb:warehouse.duckdb'}
sources:
  files:
    - {table: events, path: events.csv, at: occurred_at, columns: {occurred_at: timestamp}, from: %s, through: %s}
`, zone, sunday.Add(-6), sunday.Add(7))
	return scenario(t, config, byDayAndInstant, map[string]string{
		"events.csv": "occurred_at\n" + strings.Join(c.instants, "Z\n") + "Z\n"})
}

func TestWeekWithAClockChangeFromFiles(t *testing.T) {
	for _, c := range clockChanges {
		t.Run(c.name(), func(t *testing.T) {
			for _, difference := range c.check(t, c.fromFiles(t, c.zone), "by_day", "by_instant", "distinct_by_instant") {
				t.Error(difference)
			}
		})
	}
}

// The expectations above tell a day of 24 hours from one that follows the clock.
func TestWeekWithAClockChangeTellsAFixedOffsetApart(t *testing.T) {
	for i, fixed := range []string{"Etc/GMT+5", "Etc/GMT+4"} {
		if c := clockChanges[i]; len(c.check(t, c.fromFiles(t, fixed), "by_day", "by_instant")) == 0 {
			t.Errorf("%s: days of %s pass", c.name(), fixed)
		}
	}
}

// In a warehouse that others fill the instants may have a zone or not.
func TestWeekWithAClockChangeInOthersWarehouses(t *testing.T) {
	databases := map[string]func(t *testing.T) (*sql.DB, string){"PostgreSQL": emptyPostgres, "DuckDB": emptyDuckDB}
	for engine, empty := range databases {
		t.Run(engine, func(t *testing.T) {
			for i, c := range clockChanges {
				db, url := empty(t)
				kind, zone := "timestamptz", "+00"
				if i%2 == 1 {
					kind, zone = "timestamp", ""
				}
				mustExec(t, db, "create table events (occurred_at "+kind+")")
				mustExec(t, db, "insert into events values ('"+strings.Join(c.instants, zone+"'), ('")+zone+"')")
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				sunday := mustDay(t, c.sunday)
				dir := scenario(t, fmt.Sprintf("company: Test\ntimezone: %s\nwarehouse: {url: %q, filled_by: others, complete_from: %s, complete_through: %s}\n",
					c.zone, url, sunday.Add(-6), sunday.Add(7)),
					registry([2]string{"by_instant", "week: mean\nfrom: events\nmeasure: count(*)\nat: occurred_at"}))
				for _, difference := range c.check(t, dir, "by_instant") {
					t.Errorf("%s, %s: %s", c.name(), kind, difference)
				}
			}
		})
	}
}

func emptyPostgres(t *testing.T) (*sql.DB, string) {
	t.Helper()
	url := warehousetest.Postgres(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, url
}

func emptyDuckDB(t *testing.T) (*sql.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "others.duckdb")
	connector, err := duckdb.NewConnector(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db, "duckdb:" + path
}
