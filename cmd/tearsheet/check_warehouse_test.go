package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestCheckOfASoundProjectIsDone(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", 1)
		dir := project("", registry(counted("visits"),
			[2]string{"by_instant", "week: mean\nfrom: visits\nmeasure: count(distinct user_id)\nwhere: user_id > 1\nat: at_instant"},
			[2]string{"long", "week: mean\nsql: |\n  with each as (select * from visits)\n  select day, count(*) as value from each\n  where day >= $1 and day < $2 group by day -- each day"},
			[2]string{"share", "week: ratio\nratio: {of: by_instant, to: visits}"},
			[2]string{"users", "week: whole\nfrom: visits\nmeasure: count(distinct user_id)\nday: day"}))
		o := tearsheetAt(t, tuesday, dir, "check")
		if o.code != exitDone || o.errOut != "" || o.out != "tearsheet.yaml, metrics.yaml, the warehouse: no fault\n" {
			t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
		}
	})
}

func TestCheckWithoutAWarehouseYetWarns(t *testing.T) {
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")), dayFiles(t, "visits", "2026-11-09", 1))
	o := mustRun(t, dir, "check")
	undescribed := `warning: table "visits": no description of n` + "\n"
	if !strings.Contains(o.out, undescribed) || !strings.Contains(o.out, "warning: the warehouse does not exist yet") || strings.Count(o.out, "\n") != 3 {
		t.Errorf("says\n%s", o.out)
	}
	if _, err := os.Stat(filepath.Join(dir, "warehouse.duckdb")); err == nil {
		t.Error("check made a warehouse")
	}
}

// D08, D10: what only the engine can know is found before Tuesday, for every metric at
// once, with the line of its measure or its sql and the place in the statement.
func TestCheckNamesWhatTheWarehouseRefuses(t *testing.T) {
	others(t, func(t *testing.T, db *sql.DB, project func(keys, registry string) string) {
		fillVisits(t, db, "2026-11-09", 1)
		dir := project("", registry(counted("visits"), counted("vsits"),
			[2]string{"by_user", "week: mean\nfrom: visits\nmeasure: count(distinct usr_id)\nday: day"},
			[2]string{"long", "week: mean\nsql: |\n  select day, count(*) as value\n  from visits\n  where dya >= $1 and day < $2\n  group by day"},
			[2]string{"typed", "week: mean\nfrom: visits\nmeasure: sum(day)\nday: day"},
			[2]string{"unnamed", "week: mean\nsql: select * from visits where day >= $1 and day < $2"}))
		o := tearsheetAt(t, tuesday, dir, "check")
		want := []string{
			`metrics\.yaml:19:5: metric "vsits": the warehouse refuses its statement: .*vsits.* \(line 2, column 6 of the statement\)`,
			`metrics\.yaml:28:5: metric "by_user": the warehouse refuses its statement: .*usr_id.* \(line 1, column 28 of the statement\)`,
			`metrics\.yaml:36:5: metric "long": the warehouse refuses its statement: .*dya.* \(line 3, column 7 of the statement\)`,
			`metrics\.yaml:48:5: metric "typed": the warehouse refuses its statement: .*sum\(.*`,
			`metrics\.yaml:56:5: metric "unnamed": the statement returns the columns day, user_id, at_instant; it must return day and value`,
		}
		got := strings.Split(strings.TrimSuffix(o.out, "\n"), "\n")
		if o.code != exitUsage || len(got) != len(want) {
			t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
		}
		for i, line := range got {
			if !regexp.MustCompile("^" + want[i] + "$").MatchString(line) {
				t.Errorf("says %s\nwant %s", line, want[i])
			}
		}
	})
}

// D09: a statement that would write is refused by its text, before any engine sees it.
func TestCheckRefusesStatementsThatWrite(t *testing.T) {
	db, url := emptyDuckDB(t)
	fillVisits(t, db, "2026-11-09", 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(url, "duckdb:")
	before := mustRead(t, path)
	for _, statement := range []string{
		"select day, 1 as value from visits where day >= $1 and day < $2; drop table visits",
		"delete from visits where day >= $1 and day < $2 returning day, 1 as value",
		"select day, 1 as value from read_csv('/etc/passwd') where day >= $1 and day < $2",
		"copy visits to '" + filepath.Join(t.TempDir(), "stolen.csv") + "'",
	} {
		dir := scenario(t, "company: Test\ntimezone: UTC\nwarehouse: {url: '"+url+"', filled_by: others}\n",
			registry([2]string{"visits", "week: mean\nsql: |\n  " + statement}))
		for _, command := range []string{"check", "sheet"} {
			o := tearsheetAt(t, tuesday, dir, command)
			if o.code != exitUsage || !regexp.MustCompile(`(?m)^metrics\.yaml:\d+:\d+: metric "visits": sql: `).MatchString(o.out+o.errOut) {
				t.Errorf("%s of %q: exit %d\n%s%s", command, statement, o.code, o.out, o.errOut)
			}
		}
	}
	if mustRead(t, path) != before {
		t.Error("the warehouse was written to")
	}
}

func TestCheckOfAPlanAloneTakesTheWeeksOfTheProjectBesideIt(t *testing.T) {
	files := map[string]string{
		configName: "company: Test\ntimezone: UTC\nweek_starts: sunday\nwarehouse: {url: 'duckdb:w.duckdb'}\nplan: {file: plan.csv, decimal: ','}\n",
		"plan.csv": "metric,period,value\nvisits,2026-11-14,\"1,5\"\n", registryName: registry(counted("visits")),
	}
	dir := writeProject(t, files)
	mustRun(t, ".", "check", filepath.Join(dir, "plan.csv"))
	overwrite(t, dir, "plan.csv", "metric,period,value\nvisits,2026-11-15,7\n") // a Sunday: the first day of a week here
	if o := tearsheetAt(t, tuesday, ".", "check", filepath.Join(dir, "plan.csv")); o.code != exitUsage ||
		!strings.Contains(o.out, filepath.Join(dir, "plan.csv")+":2:8: 2026-11-15 is a Sunday") {
		t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
}

func TestCheckOfWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	overwrite(t, dir, "notes.txt", "")
	overwrite(t, dir, "plan.csv", "metric,2026-11\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-C", dir, "check"}, "tearsheet.yaml: no such file or directory\nhint: run this in a project folder"},
		{[]string{"check", filepath.Join(dir, "absent.yaml")}, "absent.yaml: no such file or directory"},
		{[]string{"check", filepath.Join(dir, "notes.txt")}, "notes.txt: neither a registry (.yaml) nor a plan (.csv, .xlsx)"},
		{[]string{"check", filepath.Join(dir, "plan.csv")}, "plan.csv: a plan is checked against the metrics.yaml beside it, which cannot be read"},
	} {
		if o := tearsheetAt(t, tuesday, ".", tt.args...); o.code != exitUsage || !strings.Contains(o.out+o.errOut, tt.want) {
			t.Errorf("%v: exit %d\n%s%s", tt.args, o.code, o.out, o.errOut)
		}
	}
	overwrite(t, dir, configName, "company: A\ntimezone: Mars\nwarehouse: {url: 'duckdb:w'}\n")
	o := tearsheetAt(t, tuesday, dir, "check")
	if o.code != exitUsage || !strings.Contains(o.out, "tearsheet.yaml:2:11: timezone") || !strings.Contains(o.out, "metrics.yaml: ") {
		t.Errorf("a missing metrics.yaml hides a wrong zone: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
}
