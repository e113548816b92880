package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// planRegistry is the registry against which the broken plans were written.
const planRegistry = `teams: [{name: product, title: Product}]
metrics:
` + planMetric + `likes, title: Likes, week: mean}
` + planMetric + `signups, title: Signups, week: mean, plan_is: total}
` + planMetric + `revenue, title: Revenue, week: sum, plan_is: total}
` + planMetric + `subscribers, title: Subscribers, week: last}
` + planMetric + `storage, title: Storage, week: last, plan_spread: linear}
` + planMetric + `weekly_users, title: Weekly users, week: whole}
` + planMetric + `photos, title: Photos, week: mean, plan: Photos uploaded}
` + planMetric + `debug_only, title: Debug, week: mean, supporting: true}
` + planMetric + `crashes, title: Crashes, week: mean, plan: none}
  - {name: conversion, title: Conversion, team: product, unit: percent, better: up, week: ratio, ratio: {of: signups, to: likes},
     definition: Signups of the week divided by its likes.}
`

const planMetric = "  - {team: product, unit: events, better: up, from: events, measure: count(*), day: day, " +
	"definition: Events of the day that were seen by the site itself., name: "

// brokenFolder copies the broken registries and plans of other packages into one
// folder, and returns what a check of it must say: every fault, with the path of its
// file, in the order of the files.
func brokenFolder(t *testing.T) (dir, want string, files int) {
	dir = t.TempDir()
	var said strings.Builder
	for _, kind := range []struct{ folder, from, ext, golden string }{
		{"plans", "../../plan/testdata/broken", ".csv", ".golden"},
		{"registries", "../../metrics/testdata/broken", ".yaml", ".txt"},
	} {
		paths, err := filepath.Glob(filepath.Join(kind.from, "*"+kind.ext))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, kind.folder), 0o750); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text := mustRead(t, path)
			overwrite(t, filepath.Join(dir, kind.folder), filepath.Base(path), text)
			faults := mustRead(t, strings.TrimSuffix(path, kind.ext)+kind.golden)
			said.WriteString(strings.ReplaceAll("\n"+strings.TrimSuffix(faults, "\n"), "\n"+filepath.Base(path)+":",
				"\n"+filepath.Join(dir, kind.folder, filepath.Base(path))+":"))
			files++
		}
	}
	overwrite(t, filepath.Join(dir, "plans"), registryName, planRegistry)
	return dir, strings.TrimPrefix(said.String(), "\n"), files
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// faultLine begins a fault: a file, its line and its column.
var faultLine = regexp.MustCompile(`^\S+\.(yaml|csv):[1-9]\d*:[1-9]\d*: \S`)

func TestCheckOfAFolderPrintsEveryFaultOfEveryFileWithItsPlace(t *testing.T) {
	dir, want, files := brokenFolder(t)
	if files < 30 {
		t.Fatalf("only %d broken files", files)
	}
	o := tearsheetAt(t, tuesday, ".", "check", dir)
	if o.code != exitUsage {
		t.Errorf("exit %d", o.code)
	}
	var faults []string
	for _, line := range strings.Split(strings.TrimSuffix(o.out, "\n"), "\n") {
		if !strings.Contains(line, ": warning: ") {
			faults = append(faults, line)
		}
	}
	wanted := strings.Split(want, "\n")
	for i := range max(len(faults), len(wanted)) {
		if i >= len(faults) || i >= len(wanted) || faults[i] != wanted[i] {
			t.Fatalf("line %d differs:\n%s\nwant\n%s", i, strings.Join(faults[min(i, len(faults)):min(i+3, len(faults))], "\n"),
				strings.Join(wanted[min(i, len(wanted)):min(i+3, len(wanted))], "\n"))
		}
		if !faultLine.MatchString(faults[i]) && !strings.HasPrefix(faults[i], " ") {
			t.Errorf("no file, line and column: %s", faults[i])
		}
	}
	if !regexp.MustCompile(`^\d+ faults in \d+ files\n$`).MatchString(o.errOut) {
		t.Errorf("closes with %q", o.errOut)
	}

	var answer checked
	if err := json.Unmarshal([]byte(tearsheetAt(t, tuesday, ".", "check", "--json", dir).out), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Faults.Error() != want || len(answer.Checked) != files+1 {
		t.Errorf("as JSON: %d faults in %d files", len(answer.Faults), len(answer.Checked))
	}
}

func TestCheckSaysAllThatIsWrongWithTheConfiguration(t *testing.T) {
	t.Setenv("TEARSHEET_TEST_SET", "warehouse.duckdb")
	const minimal = "company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\n"
	const others = "company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb', filled_by: others}\n"
	const file = minimal + "sources: {files: [%s]}\n"
	for name, tt := range map[string]struct{ config, want string }{
		"empty":             {"", `1:1: is empty`},
		"nothing needed":    {"title: A\n", "1:1: has no company\n1:1: has no timezone\n1:1: has no warehouse"},
		"unknown key":       {minimal + "outptus: {}\n", `4:1: unknown key "outptus" (did you mean "outputs"?)`},
		"zone":              {"company: A\ntimezone: America/Torronto\nwarehouse: {url: 'duckdb:w'}\n", `2:11: timezone: time zone "America/Torronto" is not an IANA name such as America/Toronto`},
		"zone of a machine": {"company: A\ntimezone: Local\nwarehouse: {url: 'duckdb:w'}\n", `2:11: timezone: time zone "Local" is not an IANA name such as America/Toronto`},
		"weekday":           {minimal + "week_starts: mondey\n", `4:14: week_starts is "mondey", want monday, tuesday, wednesday, thursday, friday, saturday or sunday (did you mean "monday"?)`},
		"wrong type":        {minimal + "title: [A]\n", `4:8: title is a list, want text`},
		"warehouse URL":     {"company: A\ntimezone: UTC\nwarehouse: {url: 'mysql://me:canary-1@host/db'}\n", `3:18: url: a warehouse is duckdb:FILE, postgres://… or redshift://…`},
		"unreadable URL":    {"company: A\ntimezone: UTC\nwarehouse: {url: 'postgres://me:canary-1@host:port/db'}\n", `3:18: url: the URL cannot be read; characters such as @ or / in a password are written %40, %2F`},
		"path of DuckDB":    {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w#1.duckdb'}\n", `3:18: url: DIR/w#1.duckdb: DuckDB takes no path with ?, # or %`},
		"no file":           {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:'}\n", `3:18: url: duckdb: names no file`},
		"environment":       {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:${NO_SUCH_VARIABLE}'}\nstore: ${TEARSHEET_TEST_SET}\n", `3:18: url: the environment variable NO_SUCH_VARIABLE is not set`},
		"store":             {minimal + "store: mysql://me:canary-1@host/db\n", `4:8: store: a store is a file or postgres://…`},
		"times and sizes": {"company: A\ntimezone: UTC\nwarehouse:\n  url: duckdb:w\n  statement_timeout: 0s\n  memory: lots\n  recompute_days: -1\n",
			"5:22: statement_timeout: \"0s\" is not a time such as 5m or 30s\n6:11: memory: \"lots\" is not a size such as 4GB or 512MB\n7:19: recompute_days is -1, want at least 0"},
		"ledger and trust":   {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w', complete_from: 2026-01-01}\n", `3:45: complete_from: only with filled_by: others; otherwise the ledger knows`},
		"dates":              {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w', filled_by: others, complete_from: 2026-02-30, complete_through: soon}\n", "3:64: complete_from: \"2026-02-30\" is not a date such as 2026-11-15\n3:94: complete_through: \"soon\" is not a date such as 2026-11-15"},
		"plan in a table":    {minimal + "plan: {table: plans}\n", `4:7: plan: this version reads no table: name a file, {file: plan.csv}, or a Google spreadsheet, {google_sheet: ADDRESS}`},
		"plan nowhere":       {minimal + "plan: {version: budget}\n", `4:7: plan: name a file, {file: plan.csv}, or a Google spreadsheet, {google_sheet: ADDRESS}`},
		"plan in two places": {minimal + "plan: {google_sheet: abc, file: plan.csv}\n", `4:7: plan: name a file or a Google spreadsheet, one of them`},
		"sheet of a tab":     {minimal + "plan: {google_sheet: '${NO_SUCH_VARIABLE}', sheet: Plan, decimal: ';'}\n", "4:22: google_sheet: the environment variable NO_SUCH_VARIABLE is not set\n4:52: sheet: only with file; a tab of a Google spreadsheet is named by range: {range: Plan}\n4:67: decimal: \";\" is neither \".\" nor \",\""},
		"range of a file":    {minimal + "plan: {file: plan.csv, range: A1}\n", "4:31: range: only with google_sheet; a sheet of a workbook is named by sheet\n4:14: plan: stat DIR/plan.csv: no such file or directory"},
		"plan missing":       {others + "plan: {file: plan.csv}\n", `4:14: plan: stat DIR/plan.csv: no such file or directory`},
		"decimal sign":       {minimal + "plan: {file: plan.csv, decimal: ';'}\n", "4:33: decimal: \";\" is neither \".\" nor \",\"\n4:14: plan: stat DIR/plan.csv: no such file or directory"},
		"table twice":        {fmt.Sprintf(file, "{table: a, path: a.csv, day: d, columns: {n: bigint}}, {table: a, path: b.csv, day: d, columns: {n: bigint}}"), `4:82: table: table a is filled by an earlier entry`},
		"at and day":         {fmt.Sprintf(file, "{table: a, path: a.csv, at: t, day: d, columns: {n: bigint}}"), `4:19: name the column with the instant (at:) or the one with the local date (day:), one of them; only a path with {day}, and a whole table, need neither`},
		"neither at nor day": {fmt.Sprintf(file, "{table: a, path: a.csv, columns: {n: bigint}}"), `4:19: name the column with the instant (at:) or the one with the local date (day:), one of them; only a path with {day}, and a whole table, need neither`},
		"column type":        {fmt.Sprintf(file, "{table: a, path: a.csv, day: d, columns: {n: bigitn}}"), `4:64: n: "bigitn" is not a type: text, bigint, double, decimal(12,2), boolean, date or timestamp`},
		"no columns":         {fmt.Sprintf(file, "{table: a, path: a.csv, day: d}"), `4:19: has no columns`},
		"files fill others'": {"company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w', filled_by: others}\nsources: {files: [{table: a, path: a.csv, day: d, columns: {n: bigint}}]}\n", `4:1: sources cannot fill a warehouse with filled_by: others`},
		"formats and paper":  {minimal + "outputs: {formats: [pdf, doc], paper: legal}\n", "4:26: item 2 of formats is \"doc\", want pdf, xlsx, html, csv, json or sheets\n4:39: paper is \"legal\", want letter or a4"},
		"table of nobody":    {fmt.Sprintf(file, "{table: visit, path: a.csv, day: d, columns: {user_id: bigint}}"), `metrics.yaml:10:5: metric "visits": reads table "visits", which no file of etl/ and no source makes (did you mean "visit"?)`},
		"second document":    {minimal + "---\ncompany: B\n", `4:1: a second document begins here: one file holds one`},
		"key twice":          {minimal + "company: B\n", `4:1: key "company" is given twice: "company" stands at 1:1 already`},
		"NUL":                {"company: A\x00\n", `1:11: a NUL character at byte 10: save the file as UTF-8 text`},
		"two files' faults":  {minimal + "titel: A\n", "4:1: unknown key \"titel\" (did you mean \"title\"?)\nmetrics.yaml:1:1: has no metrics\nmetrics.yaml:2:1: unknown key \"metrisc\" (did you mean \"metrics\"?)"},
	} {
		t.Run(name, func(t *testing.T) {
			metrics := registry(counted("visits"))
			if name == "two files' faults" {
				metrics = "teams: [{name: web}]\nmetrisc: []\n"
			}
			dir := writeProject(t, map[string]string{configName: tt.config, registryName: metrics})
			o := tearsheetAt(t, tuesday, dir, "check")
			got := strings.ReplaceAll(strings.ReplaceAll("\n"+o.out, "\n"+configName+":", "\n"), dir, "DIR")
			if o.code != exitUsage || strings.TrimSpace(got) != tt.want {
				t.Errorf("exit %d, says\n%s\nwant\n%s", o.code, strings.TrimSpace(got), tt.want)
			}
			if strings.Contains(o.out+o.errOut, "canary") {
				t.Error("the password is printed") // K01
			}
		})
	}
}
