package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wants wants the program to end with a code and to say certain things.
func wants(t *testing.T, o outcome, code int, said ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit %d, want %d\n%s%s", o.code, code, o.out, o.errOut)
	}
	words := strings.Join(strings.Fields(o.out+o.errOut), " ") // columns are as wide as what stands in them
	for _, text := range said {
		if !strings.Contains(words, text) {
			t.Errorf("it does not say %q:\n%s%s", text, o.out, o.errOut)
		}
	}
}

// A table whose file is deleted stays in the warehouse as it was, and nothing keeps it up to
// date: a metric on it would go stale in silence.
func TestMetricOfATableThatNothingMakesIsAFault(t *testing.T) {
	dir := night(t, nightDuckDB)
	tearsheetAt(t, tuesday, dir, "run")
	if err := os.Remove(filepath.Join(dir, "etl", "likes.sql")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "etl", "activity_daily.sql")); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "sheet", "run"} {
		wants(t, tearsheetAt(t, tuesday, dir, command), exitUsage, `metric "likes": reads table "likes", which no file of etl/ and no source makes`)
	}
}

func TestNightIsTold(t *testing.T) {
	dir := night(t, nightDuckDB)
	at := func(args ...string) outcome { return tearsheetAt(t, tuesday, dir, args...) }
	wants(t, at("status"), exitUsage, "does not exist")
	wants(t, at("run"), exitHeld, "deliver it again", "tearsheet run --accept logs/web-1/2026-11-11-10", "not everything could be loaded: staging.events")
	o := at("run")
	wants(t, o, exitHeld, "nothing new: 7 tables as they were (")
	if strings.Contains(o.errOut, "missing") {
		t.Errorf("an hour whose file is broken is told as missing as well:\n%s", o.errOut)
	}
	wants(t, at("backfill", "--from", "2026-11-11", "--to", "2026-11-12", "--select", "likes"), exitDone, "2 days made", "0 with other rows than before")
	wants(t, at("backfill", "--from", "2026-11-12", "--to", "2026-11-11"), exitUsage, "--to: 2026-11-11 lies before 2026-11-12")
	wants(t, at("backfill", "--from", "2026-11-11"), exitUsage, "--from and --to: both days are needed")
	wants(t, at("backfill", "--from", "2030-01-01", "--to", "2030-01-03"), exitUsage, "--from: 2030-01-01 is not over: today is 2026-11-13")
	wants(t, at("backfill", "--from", "2020-01-01", "--to", "2020-01-03"), exitHeld, "no day from 2020-01-01 to 2020-01-03 was made")
	wants(t, at("run", "--accept", "logs/nosuch.gz", "--forget", "logs/web-1/2026-11-11-11.log"), exitUsage, `--accept: nothing is known of "logs/nosuch.gz"`,
		`--forget: nothing is known of "logs/web-1/2026-11-11-11.log" (did you mean "logs/web-1/2026-11-11-11.log.gz"?)`)
	wants(t, at("run", "--accept", "logs/web-2/2026-11-12-03.log.gz"), exitUsage, "is not held but broken: ends in the middle")
	wants(t, at("run", "--forget", "logs/web-1/2026-11-11-11.log.gz", "--select", "likes"), exitUsage, "belongs to staging.events, which --select leaves out")
	wants(t, at("run", "--select", "like"), exitUsage, `no table is called "like" (did you mean "likes"?)`)
	wants(t, at("explain", "likes@2026-11-11"), exitDone, "47/48 there", "logs/web-2/2026-11-12-03.log.gz broken", "the gzip file is cut off",
		"not there: web-2: 2026-11-12 03:00–04:00 UTC", "EST: this table done",
		"day >= date '2026-11-11' and day < date '2026-11-12'", "made of:", "etl/likes.sql")
	wants(t, at("explain", "users"), exitDone, "users: fresh", "production.users", "Ann")
	wants(t, at("explain", "buyers@2026-11-12"), exitDone, "all_before", "fresh")
	wants(t, at("explain", "likes"), exitDone, "Likes given on the day") // the metric of that name
	wants(t, at("explain", "likes@tomorrow"), exitUsage, "tomorrow")
	wants(t, at("explain", "likes@2030-01-01"), exitDone, "not made: the day is not over: today is 2026-11-13")
	wants(t, at("explain", "likes@2020-01-01"), exitDone, "not made: nothing is loaded of staging.events for that day")
	wants(t, at("explain", "like@2026-11-11"), exitUsage, `no metric and no table "like" (did you mean "likes"?)`, "tables: ", "activity_daily")
	wants(t, at("explain", "staging.events"), exitDone, "staging.events@2026-11-12: ")
	wants(t, at("schema", "--to", "md,html"), exitDone, "schema.html", "schema.md")
	wants(t, at("schema", "--to", "pdf"), exitUsage, `"pdf" is none of html, xlsx, md`)
	wants(t, at("graph"), exitDone, "graph.html", "graph.svg")
	for _, name := range []string{"graph.html", "graph.svg", "schema.html"} {
		if text, err := os.ReadFile(filepath.Join(dir, "sheets", name)); err != nil || !strings.Contains(string(text), "activity_daily") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var status []tableStatus
	o = at("status", "--json")
	if err := json.Unmarshal([]byte(o.out), &status); err != nil || len(status) != 7 {
		t.Fatalf("%d tables, %v\n%s", len(status), err, o.out)
	}
	for _, s := range status {
		if s.Table == "staging.events" && (s.State != "open" || len(s.Incomplete) != 1 || s.Incomplete[0] != "2026-11-11 47/48" || s.Rejected != 6) {
			t.Errorf("%+v", s)
		}
	}
	wants(t, at("status"), exitDone, "the last runs:", "staging.events: 1 day not whole: 2026-11-11 (47 of 48)",
		"staging.events: 1 file broken, of which nothing is loaded", "staging.events: 1 file held")
}

// A new SELECT makes its table anew, and what is really different below it; an asset
// that is wrong keeps the others from nothing.
func TestChangedAssetsOfTheNight(t *testing.T) {
	dir := night(t, nightDuckDB)
	at := func(args ...string) outcome { return tearsheetAt(t, tuesday, dir, args...) }
	at("run")
	likes := filepath.Join(assetsDir, "likes.sql")
	text, err := os.ReadFile(filepath.Join(dir, likes))
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, dir, likes, strings.Replace(string(text), "action = 'photo_like'", "action in ('photo_like', 'photo_love')", 1))
	o := at("run")
	wants(t, o, exitHeld, "likes 3 days made", "0 with other rows than before", "6 tables as they were")
	overwrite(t, dir, likes, strings.Replace(string(text), "action = 'photo_like'", "action = 'photo_like' and user_id > 1", 1))
	wants(t, at("run"), exitHeld, "likes 3 days made", "activity_daily 3 days made")
	overwrite(t, dir, likes, strings.Replace(string(text), "action =", "acton =", 1))
	wants(t, at("run"), exitHeld, "likes FAILED", "acton")
	wants(t, at("status"), exitHeld, "likes", "failed", "tearsheet explain likes")
	overwrite(t, dir, likes, string(text))
	wants(t, at("run"), exitHeld, "likes 3 days made", "activity_daily 3 days made")
}
