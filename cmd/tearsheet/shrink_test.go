package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An export that failed is no company without users.
func TestFileThatLostItsRowsIsHeldUntilItIsAccepted(t *testing.T) {
	dir := writeProject(t, map[string]string{
		configName: "company: Test\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources:\n  files:\n" +
			"    - {table: users, path: users.csv, whole: true, columns: {id: bigint}}\n" +
			"    - {table: visits, path: visits.csv, day: day, max_shrink: 0%, columns: {n: bigint}}\n",
		registryName: registry(counted("visits")),
		"users.csv":  "id\n" + strings.Repeat("1\n", 100),
		"visits.csv": "day,n\n" + strings.Repeat("2026-11-15,1\n", 100),
	})
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, dir, "run")
	write("users.csv", "id\n")
	write("visits.csv", "day,n\n"+strings.Repeat("2026-11-15,1\n", 99))
	wants(t, tearsheetAt(t, tuesday, dir, "run"), exitHeld,
		"users.csv: it is empty, and had 100 rows; what is loaded stays until this is mended or accepted: `tearsheet run --accept users`",
		"visits.csv: it has 99 rows where it had 100: 1 are gone, more than 0 %")
	wants(t, tearsheetAt(t, tuesday, dir, "status"), exitHeld, "2 tables failed: users, visits")
	wants(t, tearsheetAt(t, tuesday, dir, "run", "--accept", "user"), exitUsage, `--accept: nothing is known of "user" (did you mean "users"?)`)
	mustRun(t, dir, "run", "--accept", "users", "--accept", "visits")
	mustRun(t, dir, "run")
	mustRun(t, dir, "status")
}

func TestLimitOfShrinkingIsChecked(t *testing.T) {
	const source = "company: Test\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources: {files: [{table: visits, columns: {n: bigint}, "
	for rest, want := range map[string]string{
		"path: 'in/{day}.csv', max_shrink: 7%":   "max_shrink: a source with {day} is not compared with the time before: leave out max_shrink:",
		"path: a.csv, day: day, max_shrink: '7'": `max_shrink: "7" is not a share such as 1%`,
	} {
		dir := writeProject(t, map[string]string{configName: source + rest + "}]}\n", registryName: registry(counted("visits"))})
		wants(t, tearsheetAt(t, tuesday, dir, "check"), exitUsage, want)
	}
}
