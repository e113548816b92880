package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

// The night is a small project with everything that a run meets: logs of two hosts with
// a file that is cut off, one that came twice and a refused line; a whole table and one
// by day from files; facts, a dimension, a rollup, and a snapshot of all days before.
const (
	nightConfig = `company: Night
timezone: America/Toronto
as_of: 2026-11-13
warehouse: {url: "%s"}
sources:
  logs:
    - table: staging.events
      url: logs
      path: "{host}/{day}-{hour}*.log.gz"
      hosts: [web-1, web-2]
      since: 2026-11-10
      line: "{date} {time} {photo_id} {action} {user_id} {address} {request}"
      columns: {photo_id: bigint, action: text, user_id: bigint, address: address, client: {type: text, from: request, key: client}}
      drop: {action: [healthcheck]}
      max_rejected: 40%%
  files:
    - {table: production.users, path: production/users.csv, whole: true, columns: {id: bigint, name: text}}
    - {table: production.purchases, path: production/purchases.csv, at: purchased_at, columns: {user_id: bigint, purchased_at: timestamp, amount: "decimal(12,2)"}}
`
	nightMetrics = `teams: [{name: product, title: Product}]
metrics:
  - {name: likes, title: Likes, team: product, definition: "Likes given on the day, counted from the lines of the logs.", unit: likes, better: up, week: mean, plan: none, from: likes, measure: count(*)}
  - {name: buyers, title: Buyers so far, team: product, definition: "Users who bought something on the day or on any day before it.", unit: users, better: up, week: last, plan: none, from: buyers, measure: count(*)}
`
	nightHeader = "/* @bruin\nname: %s\ndescription: A table of the night.\nowner: data\ndepends: [%s]\n%scolumns:\n%s@bruin */\n%s\n"
)

func nightAsset(name, depends, extra, columns, statement string) string {
	var lines strings.Builder
	for _, column := range strings.Split(columns, ", ") {
		column, typ, _ := strings.Cut(column, " ")
		fmt.Fprintf(&lines, "  - {name: %s, type: \"%s\", description: A column of the night.}\n", column, typ)
	}
	return fmt.Sprintf(nightHeader, name, depends, extra, lines.String(), statement)
}

// night writes the project, with its warehouse at a URL, and returns its folder.
func night(t testing.TB, url string) string {
	t.Helper()
	dir := writeProject(t, map[string]string{
		"tearsheet.yaml":           fmt.Sprintf(nightConfig, url),
		"metrics.yaml":             nightMetrics,
		"production/users.csv":     "id,name\n1,Ann\n2,Bob\n3,\n",
		"production/purchases.csv": "user_id,purchased_at,amount\n1,2026-11-10 15:00:00,12.50\n2,2026-11-11 16:00:00,3.00\n1,2026-11-12 17:00:00,0.99\n",
		"etl/likes.sql": nightAsset("likes", "staging.events", "", "day date, occurred_at timestamp, user_id bigint, client text",
			"select day, occurred_at, user_id, client from staging.events where action = 'photo_like' and day >= $1 and day < $2"),
		"etl/users.sql": nightAsset("users", "production.users", "materialization: {strategy: create+replace}\n", "user_id bigint, name text",
			"select id as user_id, coalesce(name, 'nobody') as name from production.users"),
		"etl/activity_daily.sql": nightAsset("activity_daily", "likes, {asset: users, partition: latest}", "", "day date, user_id bigint, likes bigint",
			"select day, l.user_id, count(*) as likes from likes as l join users as u on u.user_id = l.user_id where day >= $1 and day < $2 group by 1, 2"),
		"etl/buyers.sql": nightAsset("buyers", "{asset: production.purchases, partition: all_before}", "", "day date, user_id bigint, spent decimal(12,2)",
			"select $1 as day, user_id, sum(amount) as spent from production.purchases where day <= $1 group by user_id"),
	})
	first := time.Date(2026, time.November, 10, 5, 0, 0, 0, time.UTC) // midnight in Toronto
	for hour := range 3 * 24 {
		at := first.Add(time.Duration(hour) * time.Hour)
		for host := 1; host <= 2; host++ {
			nightLog(t, dir, at, host)
		}
	}
	cut := filepath.Join(dir, "logs", "web-2", "2026-11-12-03.log.gz")
	whole, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, cut, whole[:len(whole)/2])
	twice, err := os.ReadFile(filepath.Join(dir, "logs", "web-1", "2026-11-11-10.log.gz"))
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(dir, "logs", "web-1", "2026-11-11-10.1.log.gz"), twice)
	return dir
}

// nightLog writes the file of a host and an hour.
func nightLog(t testing.TB, dir string, at time.Time, host int) {
	t.Helper()
	var text bytes.Buffer
	z := gzip.NewWriter(&text)
	for i := range 3 + at.Hour()%4 {
		fmt.Fprintf(z, "%s %d photo_like %d 192.0.2.%d /like?client=web\n", at.Add(time.Duration(7*i+host)*time.Minute).Format("2006-01-02 15:04:05.000"), 100+i, 1+(i+at.Hour())%3, host)
	}
	fmt.Fprintf(z, "%s 0 healthcheck - - /\n", at.Format("2006-01-02 15:04:05.000"))
	if at.Hour() == 12 {
		fmt.Fprint(z, "2026-02-30 12:00:00 1 photo_like 1 192.0.2.1 /\n")
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "logs", fmt.Sprintf("web-%d", host), at.Format("2006-01-02-15")+".log.gz")
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	rewrite(t, path, text.Bytes())
}

// rewrite writes a file that was finished long ago.
func rewrite(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o640); err != nil {
		t.Fatal(err)
	}
	old := time.Date(2026, time.November, 12, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

// copyProject copies a project that has not run yet.
func copyProject(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, relative)), 0o750); err != nil {
			return err
		}
		rewrite(t, filepath.Join(to, relative), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// nightTables are the tables that a run of the night fills.
var nightTables = []string{"staging.events", "production.users", "production.purchases", "likes", "users", "activity_daily", "buyers"}

// dumpNight returns what the warehouse of a project holds, table by table.
func dumpNight(t testing.TB, dir, url string) string {
	t.Helper()
	var q interface {
		warehouse.Querier
		Close() error
	}
	var err error
	if path, ok := strings.CutPrefix(url, "duckdb:"); ok {
		q, err = duck.OpenReadOnly(t.Context(), filepath.Join(dir, path), warehouse.Limits{})
	} else {
		q, err = pg.OpenReadOnly(t.Context(), url, warehouse.Limits{})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	text, err := warehousetest.Dump(t.Context(), q, nightTables...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const nightDuckDB = "duckdb:warehouse.duckdb"

// The night that all others are held against is what it should be, by hand.
func TestUndisturbedNight(t *testing.T) {
	dir := night(t, nightDuckDB)
	o := tearsheetAt(t, tuesday, dir, "run")
	if o.code != exitHeld || !strings.Contains(o.errOut, "logs/web-2/2026-11-12-03.log.gz: ends in the middle") ||
		!strings.Contains(o.errOut, "logs/web-1/2026-11-11-10.log.gz: the same bytes as logs/web-1/2026-11-11-10.1.log.gz") {
		t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	text := dumpNight(t, dir, nightDuckDB)
	// 72 hours of two hosts, 3 to 6 likes each (4.5 on average), without the cut file.
	likes := 0
	for hour := range 72 {
		at := (hour + 5) % 24
		likes += 2 * (3 + at%4)
	}
	likes -= 3 + 3%4 // what was cut off, 03:00 UTC
	for _, want := range []string{
		fmt.Sprintf("# likes (day, occurred_at, user_id, client): %d rows", likes),
		"# buyers (day, user_id, spent): 5 rows", // one on the 10th, two on the 11th and on the 12th
		"# users (user_id, name): 3 rows",
		fmt.Sprintf("# etl.reject (asset, path, line_no, byte_offset, line, reason): %d rows", 6),
		`"likes" "2026-11-11T00:00:00Z" "47" "48"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the warehouse lacks %q", want)
		}
	}
	if o := tearsheetAt(t, tuesday, dir, "run"); !strings.HasPrefix(o.out, "nothing new: 7 tables as they were (") {
		t.Errorf("the second run: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
}

// A06, A04: a broken file keeps only its own hour from being loaded; the run says so with
// its exit code. Delivered again, only its day is made, and the warehouse is the one in
// which the file was never broken.
func TestRepairedNightIsTheUnbrokenOne(t *testing.T) {
	repair := func(dir string) {
		nightLog(t, dir, time.Date(2026, time.November, 12, 3, 0, 0, 0, time.UTC), 2)
	}
	dir := night(t, nightDuckDB)
	whole := t.TempDir()
	copyProject(t, dir, whole)
	repair(whole)
	if o := tearsheetAt(t, tuesday, whole, "run"); o.code != exitDone {
		t.Fatalf("unbroken: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if o := tearsheetAt(t, tuesday, dir, "run"); o.code != exitHeld {
		t.Fatalf("broken: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if o := tearsheetAt(t, tuesday, dir, "status"); !strings.Contains(o.out, "staging.events: 1 day not whole: 2026-11-11 (47 of 48)") {
		t.Errorf("status says\n%s%s", o.out, o.errOut)
	}
	repair(dir)
	o := tearsheetAt(t, tuesday, dir, "run")
	if o.code != exitDone || !strings.Contains(o.out, "likes                made,") && !strings.Contains(o.out, "made,") || strings.Contains(o.out, "3 days made") {
		t.Errorf("repaired: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if got, want := dumpNight(t, dir, nightDuckDB), dumpNight(t, whole, nightDuckDB); got != want {
		t.Errorf("repaired, the warehouse is another one:\n%s", firstDifference(got, want))
	}
	o = tearsheetAt(t, tuesday, dir, "run", "--accept", "logs/web-1/2026-11-11-10.log.gz")
	if o.code != exitDone || !strings.Contains(o.out, "1 loaded") {
		t.Errorf("accepted: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	// That was a mistake: it is taken out again, and what is made of it with it.
	o = tearsheetAt(t, tuesday, dir, "run", "--forget", "logs/web-1/2026-11-11-10.log.gz")
	if o.code != exitDone || !strings.Contains(o.out, "1 file taken out") || !strings.Contains(o.errOut, "held: logs/web-1/2026-11-11-10.log.gz") {
		t.Errorf("taken out: exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if got, want := dumpNight(t, dir, nightDuckDB), dumpNight(t, whole, nightDuckDB); got != want {
		t.Errorf("taken out, the warehouse is another one:\n%s", firstDifference(got, want))
	}
}

// I08: what watches the night learns that no run was done lately.
func TestI08StatusIsADeadMansSwitch(t *testing.T) {
	dir := night(t, nightDuckDB)
	nightLog(t, dir, time.Date(2026, time.November, 12, 3, 0, 0, 0, time.UTC), 2)
	now := time.Now()
	if o := tearsheetAt(t, now, dir, "run"); o.code != exitDone {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	if o := tearsheetAt(t, now.Add(25*time.Hour), dir, "status", "--within", "26h"); o.code != exitDone {
		t.Errorf("after 25 hours: exit %d\n%s", o.code, o.errOut)
	}
	if o := tearsheetAt(t, now.Add(27*time.Hour), dir, "status", "--within", "26h"); o.code != exitHeld || !strings.Contains(o.errOut, "the last run that was done ended 26 h ago") {
		t.Errorf("after 27 hours: exit %d\n%s", o.code, o.errOut)
	}
}
