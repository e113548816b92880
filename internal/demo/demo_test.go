package demo_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/demo"
)

// tree returns all files of a folder by their names.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// sameFiles reports files that differ, or that only one folder has.
func sameFiles(t *testing.T, one, two map[string]string) {
	t.Helper()
	for name, text := range one {
		if other, there := two[name]; !there || other != text {
			t.Errorf("%s differs, or is missing", name)
		}
	}
	if len(one) != len(two) {
		t.Errorf("%d and %d files", len(one), len(two))
	}
}

func TestDeliveries(t *testing.T) {
	dir, calls := t.TempDir(), 0
	err := demo.WriteData(t.Context(), dir, func(done, total int) {
		if calls++; done != calls || total != 183 {
			t.Errorf("call %d says %d of %d", calls, done, total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.WriteData(t.Context(), dir, nil); err == nil {
		t.Error("a second history is written over the first")
	}
	first := tree(t, dir)
	if err := demo.DeliverRest(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	both := tree(t, dir)
	t.Run("the second one repairs a file and brings the late ones", func(t *testing.T) { testRest(t, first, both) })
	t.Run("and changes nothing when it comes again", func(t *testing.T) {
		if err := demo.DeliverRest(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		sameFiles(t, both, tree(t, dir))
	})
	t.Run("the grid of hosts and hours is whole but for the accidents", func(t *testing.T) { testGrid(t, both) })
	d := read(t, dir)
	t.Run("another folder is the same, byte for byte", func(t *testing.T) {
		again := t.TempDir()
		if err := demo.WriteData(t.Context(), again, nil); err != nil {
			t.Fatal(err)
		}
		sameFiles(t, first, tree(t, again))
	})
	t.Run("events lie in the hour and on the host of their file", d.testHours)
	t.Run("damaged lines are those that are said", d.testDamage)
	t.Run("the day of the clock change has 25 hours", d.testClockChange)
	t.Run("columns are those of tearsheet.yaml", d.testColumns)
	t.Run("requests are those of tearsheet.yaml", d.testParameters)
	t.Run("the funnels narrow", d.testFunnels)
	t.Run("engaged users are active", d.testEngaged)
	t.Run("the web form breaks", d.testBrokenForm)
	t.Run("sales are ahead", d.testCampaign)
	t.Run("photos sold were submitted before or are old", d.testPhotosSold)
	t.Run("production's flags follow from the purchases, but for those who paid by hand", d.testFlags)
	t.Run("the warehouse", d.testWarehouse)
	t.Run("MySQL takes the same tables", d.testMySQL)
}

const cutFile = "logs/api-1/2026-11-10-19.log.gz"

func testRest(t *testing.T, first, both map[string]string) {
	var changed []string
	for name, text := range both {
		if first[name] != text {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	want := []string{cutFile, "logs/web-1/2026-10-28-15.log.gz", "logs/web-2/2026-11-13-20.log.gz", "logs/web-2/2026-11-13-21.log.gz"}
	if !slices.Equal(changed, want) || len(both) != len(first)+3 {
		t.Errorf("changed are %v, want %v", changed, want)
	}
	broken, whole := first[cutFile], both[cutFile]
	if len(broken) >= len(whole) || !strings.HasPrefix(whole, broken) {
		t.Errorf("the broken file has %d bytes of %d", len(broken), len(whole))
	}
	listed := fmt.Sprint(demo.Accidents())
	for _, name := range want {
		if !strings.Contains(listed, name) {
			t.Errorf("%s is not among the accidents", name)
		}
	}
}

func testGrid(t *testing.T, files map[string]string) {
	from, to := demo.LogsFrom().Time().Add(4*time.Hour), demo.Today().Time().Add(5*time.Hour) // summer and winter time
	var missing []string
	logs := 0
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		for _, host := range demo.Hosts() {
			name := "logs/" + host + "/" + at.Format("2006-01-02-15") + ".log.gz"
			if _, there := files[name]; there {
				logs++
			} else {
				missing = append(missing, name)
			}
		}
	}
	if want := strings.Fields("logs/web-2/2026-11-11-18.log.gz logs/web-2/2026-11-11-19.log.gz logs/web-2/2026-11-11-20.log.gz"); !slices.Equal(missing, want) {
		t.Errorf("missing are %v, want %v", missing, want)
	}
	twice := "logs/web-1/2026-11-09-14_again.log.gz"
	if files[twice] == "" || files[twice] != files[strings.Replace(twice, "_again", "", 1)] {
		t.Error("no file is there twice")
	}
	if tables := 8; len(files) != logs+1+tables {
		t.Errorf("%d files, of which %d logs", len(files), logs)
	}
	if demo.First().Weekday() != time.Monday || demo.LogsFrom().Weekday() != time.Monday || demo.Last().String() != "2026-11-15" || demo.Today().Weekday() != time.Tuesday {
		t.Errorf("%s and %s to %s, read on %s", demo.First(), demo.LogsFrom(), demo.Last(), demo.Today())
	}
}

func (d *delivery) testHours(t *testing.T) {
	if n := len(d.events); n < 500_000 || n > 900_000 {
		t.Errorf("%d events", n)
	}
	strays := 0
	for _, e := range d.events {
		host, hour, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(e.file), "logs/"), ".log.gz"), "/")
		if e.at.Year() == 1970 {
			strays++
			continue
		}
		if e.at.Format("2006-01-02-15") != hour || strings.HasPrefix(host, "api") == (e.client == "web") {
			t.Fatalf("%s holds %v", e.file, e)
		}
	}
	if strays != 1 {
		t.Errorf("%d events are of 1970", strays)
	}
}

func (d *delivery) testDamage(t *testing.T) {
	lines := 0
	for file, bad := range d.bad {
		if lines += len(bad); len(bad) != 1 {
			t.Errorf("%s has %d damaged lines", file, len(bad))
		}
	}
	if lines != 7 {
		t.Errorf("%d damaged lines: %q", lines, d.bad)
	}
}

func (d *delivery) testClockChange(t *testing.T) {
	hours := map[string]int{}
	for _, e := range d.events {
		if e.action == "page_view" && e.day == calendar.DayOn(2026, time.November, 1) {
			hours[e.at.Format("2006-01-02 15")]++
		}
	}
	if len(hours) != 25 || hours["2026-11-01 05"] == 0 || hours["2026-11-01 06"] == 0 {
		t.Errorf("page views in %d hours: %v", len(hours), hours)
	}
}

func (d *delivery) testColumns(t *testing.T) {
	config := sources(t)
	if len(config.Files) != len(d.tables) {
		t.Errorf("%d tables are described, %d written", len(config.Files), len(d.tables))
	}
	for _, source := range config.Files {
		name := strings.TrimPrefix(source.Table, "production.")
		if want := "production/" + name + ".csv.gz"; source.Path != want {
			t.Errorf("%s: path %s, want %s", source.Table, source.Path, want)
		}
		if len(d.tables[name]) == 0 {
			t.Errorf("no table %s", name)
			continue
		}
		record := d.tables[name][0]
		for column, about := range source.Columns {
			if _, there := record[column]; !there || about.Description == "" {
				t.Errorf("%s: column %s is not there, or has no description", name, column)
			}
		}
		columns := len(source.Columns)
		if source.Day != "" {
			columns++ // which is there by itself
		}
		if len(record) != columns || source.Description == "" {
			t.Errorf("%s has %d columns, described are %d", name, len(record), columns)
		}
		if _, there := record[source.At]; !there && source.At != "" {
			t.Errorf("%s has no column %s", name, source.At)
		}
	}
}

// Whoever reads a parameter of a request finds it there.
func (d *delivery) testParameters(t *testing.T) {
	logs := sources(t).Logs
	if len(logs) != 1 || !slices.Equal(logs[0].Hosts, demo.Hosts()) || logs[0].Since != demo.LogsFrom().String() {
		t.Fatalf("logs are %v", logs)
	}
	missing := map[string]bool{}
	for _, column := range logs[0].Columns {
		if column.Key != "" {
			missing[column.Key] = true
		}
	}
	if len(missing) < 6 {
		t.Errorf("parameters are %v", missing)
	}
	for _, e := range d.events {
		if !slices.Contains(logs[0].Columns["action"].Allowed, e.action) || !slices.Contains(logs[0].Columns["client"].Allowed, e.client) {
			t.Fatalf("%s holds %v", e.file, e)
		}
		for key := range e.query {
			delete(missing, key)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no request has %v", missing)
	}
}

// number reads a whole number.
func number(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoPlansAreTheSameBytes(t *testing.T) {
	first, err := demo.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 { // a map's order shows in some of a few
		if again, err := demo.Plan(); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the plan differs, %v", err)
		}
	}
}
