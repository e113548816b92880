package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// The invented company has the same tables by way of a MySQL server as by way of files.
func TestDemoByWayOfMySQLIsTheSame(t *testing.T) {
	server := testenv.MariaDB(t)
	client := exec.Command(testenv.Tool(t, "mariadb"), append(server.Client(), "-e", "create database if not exists lark")...)
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := filepath.Join(t.TempDir(), "lark")
	t.Setenv(demoDSN, "") // what demo sets ends with the test
	o := tearsheetAt(t, tuesday, ".", "demo", "--mysql", server.DSN("lark"), dir)
	if o.code != exitDone || !strings.Contains(o.errOut, "7 off plan") {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	files := filepath.Join(t.TempDir(), "files")
	if o := tearsheetAt(t, tuesday, ".", "demo", files); o.code != exitDone {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if a, b := demoRows(t, dir), demoRows(t, files); a != b {
		t.Errorf("by way of MySQL:\n%s\nby way of files:\n%s", a, b)
	}
}

// demoRows tells of every table how many rows each day has, and their version: rows
// that came by batches have the version that they have one by one.
func demoRows(t *testing.T, dir string) string {
	t.Helper()
	r, err := duck.OpenReadOnly(t.Context(), filepath.Join(dir, "warehouse.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := r.QueryContext(t.Context(), "select asset, count(*), sum(rows_loaded), min(data_version), max(data_version) from etl.partition group by asset order by asset")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var asset, least, most string
		var parts, n int64
		if err := rows.Scan(&asset, &parts, &n, &least, &most); err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join([]string{asset, thousands(int(parts)), thousands(int(n)), least, most}, " ") + "\n")
	}
	return b.String()
}
