package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What is wrong with files is told every night until it is mended.
func TestFilesThatAreGoneOrAlikeAreToldEveryNight(t *testing.T) {
	dir := writeProject(t, map[string]string{
		configName: "company: Test\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\nsources:\n  files:\n" +
			"    - {table: users, path: users.csv, whole: true, columns: {id: bigint}}\n" +
			"    - {table: visits, path: 'in/{day}.csv', columns: {n: bigint}}\n",
		registryName:        registry(counted("visits")),
		"users.csv":         "id\n1\n",
		"in/2026-11-12.csv": "n\n1\n2\n3\n",
		"in/2026-11-13.csv": "n\n4\n",
		"in/2026-11-14.csv": "n\n1\n2\n3\n", // somebody copied the 12th
	})
	const odd = "odd: in/2026-11-14.csv: the same bytes as in/2026-11-12.csv: is it another day's file under this name?"
	for range 2 {
		wants(t, tearsheetAt(t, tuesday, dir, "run"), exitDone, odd)
	}
	if err := os.Remove(filepath.Join(dir, "users.csv")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wants(t, tearsheetAt(t, tuesday, dir, "run"), exitDone, odd, "missing: users.csv: no file is there any more; what was loaded stays",
			"users.csv is gone: the table stays as last loaded")
	}
}
