package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// absent stands for a day that has no file.
const absent = -1

// dayFiles writes the files of a table, one for each day from first on, with so many
// rows each.
func dayFiles(t testing.TB, table, first string, rows ...int) map[string]string {
	t.Helper()
	files := map[string]string{}
	for i, n := range rows {
		if n == absent {
			continue
		}
		day := mustDay(t, first).Add(i)
		var text strings.Builder
		text.WriteString("written,n\n")
		for row := range n {
			fmt.Fprintf(&text, "%s,%d\n", day, row+1)
		}
		files[fmt.Sprintf("data/%s/%s.csv", table, day)] = text.String()
	}
	return files
}

func mustDay(t testing.TB, text string) calendar.Day {
	t.Helper()
	day, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// dailyConfig is a tearsheet.yaml whose tables are filled by one file for each day.
func dailyConfig(extra string, tables ...string) string {
	var b strings.Builder
	b.WriteString("company: Test\ntimezone: America/Toronto\n" + extra +
		"warehouse: {url: 'duckdb:warehouse.duckdb'}\nsources:\n  files:\n")
	for _, table := range tables {
		fmt.Fprintf(&b, "    - {table: %s, path: 'data/%s/{day}.csv', columns: {n: bigint}}\n", table, table)
	}
	return b.String()
}

// registry writes a metrics.yaml: each entry is a name and the keys that make it.
func registry(entries ...[2]string) string {
	var b strings.Builder
	b.WriteString("teams: [{name: web, title: Web}]\nmetrics:\n")
	for _, entry := range entries {
		fmt.Fprintf(&b, "  - name: %s\n    team: web\n    unit: visits\n    better: up\n"+
			"    definition: What happened on the day, counted for a test of the weeks by hand.\n", entry[0])
		for _, line := range strings.Split(entry[1], "\n") {
			b.WriteString("    " + line + "\n")
		}
	}
	return b.String()
}

// counted is the daily average of the rows of a table.
func counted(table string) [2]string {
	return [2]string{table, "week: mean\nfrom: " + table + "\nmeasure: count(*)\nday: day"}
}

// scenario joins the files of a project and writes it.
func scenario(t testing.TB, config, registry string, files ...map[string]string) string {
	t.Helper()
	all := map[string]string{configName: config, registryName: registry}
	for _, some := range files {
		maps.Copy(all, some)
	}
	return writeProject(t, all)
}

// wantCell compares a cell with what was computed by hand: the week's figure as a
// fraction or "unknown", the coverage, and if given the seven days ("?" is unknown).
func wantCell(t testing.TB, row tearsheet.Row, ends, actual, coverage string, days ...string) {
	t.Helper()
	cell := cellOf(t, row, ends)
	place := row.Metric + ", week to " + ends
	if want := decimal(t, actual); cell.Actual.Decimal() != want {
		t.Errorf("%s: %s, want %s", place, cell.Actual.Decimal(), want)
	}
	if cell.Coverage.String() != coverage || cell.Provisional != (cell.Coverage.Have < 7) {
		t.Errorf("%s: coverage %s, provisional %t, want %s", place, cell.Coverage, cell.Provisional, coverage)
	}
	if !cell.Actual.Known() && cell.ActualText != "–" {
		t.Errorf("%s: an unknown value prints %q", place, cell.ActualText)
	}
	if len(days) > 0 {
		got := make([]string, len(cell.Daily))
		for i, v := range cell.Daily {
			if got[i] = v.Decimal(); !v.Known() {
				got[i] = "?"
			}
		}
		if want := strings.Fields(days[0]); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: days %v, want %v", place, got, want)
		}
	}
}

// cellOf returns the cell of the week that ends on a day.
func cellOf(t testing.TB, row tearsheet.Row, ends string) tearsheet.Cell {
	t.Helper()
	for _, cell := range row.Cells {
		if cell.Week.String() == ends {
			return cell
		}
	}
	t.Fatalf("%s has no week to %s", row.Metric, ends)
	return tearsheet.Cell{}
}

// decimal writes a fraction such as 25/6 as the document does.
func decimal(t testing.TB, fraction string) string {
	t.Helper()
	if fraction == "unknown" {
		return "null"
	}
	v, err := metrics.ParseValue(fraction)
	if err != nil {
		t.Fatal(err)
	}
	return v.Decimal()
}

// overwrite writes a file of a project anew.
func overwrite(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}
