package main

import (
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/warehouse/warehousetest"
)

// expectation is an entry of expected_sample.json, which was computed from the same
// files by other means.
type expectation struct {
	Dataset, Timezone, DAU string
	Tearsheets             []struct {
		WeekEnding string `json:"week_ending"`
		Weeks      []struct {
			End     string
			Metrics map[string]struct {
				Daily        []int64
				Sum          int64
				DailyAverage string `json:"daily_average"`
			}
		}
	}
}

func (e expectation) name() string { return e.Dataset + " " + e.Timezone }

// community returns the actions that make a daily active user.
func (e expectation) active() string {
	_, actions, _ := strings.Cut(e.DAU, "action in ")
	return "'" + strings.ReplaceAll(actions, ", ", "', '") + "'"
}

func (e expectation) metrics() []string {
	var names []string
	for _, name := range []string{"signup", "question", "answer", "badge", "comment", "like", "favourite", "edit", "dau"} {
		if _, ok := e.Tearsheets[0].Weeks[0].Metrics[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// wrong is what a deliberately wrong variant changes.
type wrong struct {
	timezone, weekStarts, dauRoll string
}

// registry writes metrics.yaml: every action counted, and the active users, with the
// day from a column of its own or cut from the instant.
func (e expectation) registry(time string, w wrong) string {
	var b strings.Builder
	b.WriteString("teams: [{name: community, title: Community}]\nmetrics:\n")
	for _, name := range e.metrics() {
		measure, where, roll := "count(*)", "action = '"+name+"'", "mean"
		if name == "dau" {
			measure, where = "count(distinct user_id)", "action in ("+e.active()+")"
			if w.dauRoll != "" {
				roll = w.dauRoll
			}
		}
		fmt.Fprintf(&b, `  - name: %s
    team: community
    definition: Events of the kind %s on the day, from the public history of the community.
    unit: events
    better: up
    week: %s
    from: events
    measure: %s
    where: %s
    %s
`, name, name, roll, measure, where, time)
	}
	return b.String()
}

// project writes the project of a way to hold the events.
func (e expectation) project(t *testing.T, warehouse, sources, time string, w wrong) string {
	zone, weekStarts := e.Timezone, "monday"
	if w.timezone != "" {
		zone = w.timezone
	}
	if w.weekStarts != "" {
		weekStarts = w.weekStarts
	}
	return writeProject(t, map[string]string{
		"tearsheet.yaml": "company: " + e.Dataset + "\ntimezone: " + zone + "\nweek_starts: " + weekStarts +
			"\nwarehouse: " + warehouse + "\n" + sources,
		"metrics.yaml": e.registry(time, w),
	})
}

// disagreements holds every figure of the expectation against the sheets and returns
// what differs.
func (e expectation) disagreements(t *testing.T, dir string) []string {
	t.Helper()
	var differ []string
	for _, sheet := range e.Tearsheets {
		doc := sheetOf(t, dir, sheet.WeekEnding)
		for i, week := range sheet.Weeks {
			for name, want := range week.Metrics {
				differ = append(differ, compare(rowOf(t, doc, name).Cells[i], name, week.End, want.Daily, want.Sum, want.DailyAverage)...)
			}
		}
	}
	return differ
}

// compare wants the days exactly, the mean exactly the sum's seventh, and its digits
// those that the expectation prints.
func compare(cell tearsheet.Cell, name, end string, daily []int64, sum int64, average string) []string {
	var differ []string
	place := fmt.Sprintf("%s, week to %s", name, end)
	if cell.Week.String() != end || cell.Provisional {
		return []string{fmt.Sprintf("%s: the cell is of %s, coverage %s", place, cell.Week, cell.Coverage)}
	}
	for i, want := range daily {
		if !cell.Daily[i].Equal(metrics.Int(want)) {
			differ = append(differ, fmt.Sprintf("%s: day %d is %s, want %d", place, i, cell.Daily[i], want))
		}
	}
	got, ok := new(big.Rat).SetString(cell.Actual.Decimal())
	if !ok {
		return append(differ, place+": no value")
	}
	// JSON carries a seventh as the nearest float64: 15 digits are exact.
	if want := big.NewRat(sum, 7); got.FloatString(9) != want.FloatString(9) || want.FloatString(6) != average {
		differ = append(differ, fmt.Sprintf("%s: %s, want %s", place, got.FloatString(9), want.FloatString(9)))
	}
	return differ
}

func expectations(t *testing.T) ([]expectation, string) {
	data := testenv.SharedData(t)
	text, err := os.ReadFile(filepath.Join(data, "expected_sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []expectation
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list, data
}

func filesSource(data, dataset string) string {
	return fmt.Sprintf(`sources:
  files:
    - table: events
      path: %s
      at: ts_utc
      columns: {ts_utc: timestamp, user_id: bigint, action: text, object_id: bigint}
`, filepath.Join(data, dataset, "events.csv.gz"))
}

func TestRealHistoryThroughFilesMeetsEveryExpectedFigure(t *testing.T) {
	list, data := expectations(t)
	for _, e := range list {
		for _, time := range []string{"day: day", "at: ts_utc"} {
			t.Run(e.name()+" "+time, func(t *testing.T) {
				dir := e.project(t, "{url: 'duckdb:warehouse.duckdb'}", filesSource(data, e.Dataset), time, wrong{})
				for _, difference := range e.disagreements(t, dir) {
					t.Error(difference)
				}
			})
		}
	}
}

// complete says up to where the histories are whole.
const complete = "filled_by: others, complete_through: 2016-12-10"

func TestRealHistoryInOthersWarehousesMeetsEveryExpectedFigure(t *testing.T) {
	list, data := expectations(t)
	for _, e := range list {
		for engine, fill := range map[string]func(t *testing.T, e expectation, data, folder string) string{
			"PostgreSQL": fillPostgres, "DuckDB": fillDuckDB,
		} {
			t.Run(e.name()+" "+engine, func(t *testing.T) {
				url := fill(t, e, data, t.TempDir())
				for _, time := range []string{"day: local_day", "at: ts_utc"} {
					dir := e.project(t, fmt.Sprintf("{url: %q, %s}", url, complete), "", time, wrong{})
					for _, difference := range e.disagreements(t, dir) {
						t.Errorf("%s: %s", time, difference)
					}
				}
			})
		}
	}
}

// A test that cannot fail proves nothing: each of these variants is a mistake that
// real products have made, and each must disagree.
func TestRealHistoryTellsWrongVariantsApart(t *testing.T) {
	list, data := expectations(t)
	for name, w := range map[string]wrong{
		"fixed offset":           {timezone: "Etc/GMT+5"},
		"weeks from Sunday":      {weekStarts: "sunday"},
		"distinct over the week": {dauRoll: "whole"},
	} {
		t.Run(name, func(t *testing.T) {
			e := list[1]
			if e.Timezone != "America/Toronto" {
				t.Fatalf("the second expectation is of %s", e.Timezone)
			}
			dir := e.project(t, "{url: 'duckdb:warehouse.duckdb'}", filesSource(data, e.Dataset), "at: ts_utc", w)
			if w.weekStarts != "" { // its weeks end a day earlier
				e.Tearsheets = slices.Clone(e.Tearsheets)
				for i := range e.Tearsheets {
					e.Tearsheets[i].WeekEnding = dayBefore(t, e.Tearsheets[i].WeekEnding)
				}
			}
			if len(e.disagreements(t, dir)) == 0 {
				t.Error("the wrong variant agrees with every expected figure")
			}
		})
	}
}

// fillPostgres loads the events as a colleague would: typed columns, and a local day
// made by PostgreSQL's own zone functions, not by ours.
func fillPostgres(t *testing.T, e expectation, data, _ string) string {
	url := warehousetest.Postgres(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `create table events (ts_utc timestamptz not null, user_id bigint, action text not null, object_id bigint, local_day date)`)
	columns := make([][]string, 4)
	for _, row := range eventRows(t, data, e.Dataset) {
		for i := range columns {
			columns[i] = append(columns[i], row[i])
		}
	}
	if _, err := db.Exec(`insert into events
		select (ts || 'Z')::timestamptz, nullif(user_id, '')::bigint, action, nullif(object_id, '')::bigint
		from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as row(ts, user_id, action, object_id)`,
		columns[0], columns[1], columns[2], columns[3]); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `update events set local_day = (ts_utc at time zone '`+e.Timezone+`')::date`)
	return url
}

// fillDuckDB does the same with DuckDB's own CSV reader and zone functions.
func fillDuckDB(t *testing.T, e expectation, data, folder string) string {
	path := filepath.Join(folder, e.Dataset+".duckdb")
	connector, err := duckdb.NewConnector(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	mustExec(t, db, `set timezone = 'UTC'`)
	mustExec(t, db, `create table events as select ts_utc, user_id, action, object_id,
		cast(timezone('`+e.Timezone+`', timezone('UTC', ts_utc)) as date) as local_day
		from read_csv('`+filepath.Join(data, e.Dataset, "events.csv.gz")+`', columns = {'ts_utc': 'timestamp', 'user_id': 'bigint', 'action': 'varchar', 'object_id': 'bigint'})`)
	return "duckdb:" + path
}

func mustExec(t testing.TB, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// eventRows reads the events file of a dataset, without its header.
func eventRows(t testing.TB, data, dataset string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join(data, dataset, "events.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func dayBefore(t testing.TB, text string) string {
	t.Helper()
	day, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day.Add(-1).String()
}
