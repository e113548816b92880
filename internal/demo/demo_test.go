package demo_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	starter "tearsheet"
	"tearsheet/calendar"
	"tearsheet/internal/demo"
)

// history is what was written, read back by a plain CSV reader: by table and day.
type history map[string]map[calendar.Day][][]string

func written(t *testing.T) (string, history) {
	t.Helper()
	dir := t.TempDir()
	calls := 0
	err := demo.WriteData(t.Context(), dir, func(done, total int) {
		if calls++; done != calls || total != 182 {
			t.Errorf("call %d says %d of %d", calls, done, total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	h := history{}
	paths, err := filepath.Glob(filepath.Join(dir, "data", "*", "*.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		table := filepath.Base(filepath.Dir(path))
		day, err := calendar.ParseDay(strings.TrimSuffix(filepath.Base(path), ".csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		if h[table] == nil {
			h[table] = map[calendar.Day][][]string{}
		}
		h[table][day] = readRows(t, path)
	}
	return dir, h
}

func readRows(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(path, err)
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(path, err)
	}
	return rows
}

// count counts the rows of a week that have the given values; a key ends in ! if
// its value is not to be had.
func (h history) count(table string, week calendar.Week, having map[string]string) int {
	n := 0
	for _, day := range week.Days() {
		for _, row := range h.rows(table, day) {
			if has(row, having) {
				n++
			}
		}
	}
	return n
}

func has(row, having map[string]string) bool {
	for key, value := range having {
		if column, not := strings.CutSuffix(key, "!"); (row[column] == value) == not {
			return false
		}
	}
	return true
}

func (h history) rows(table string, day calendar.Day) []map[string]string {
	var rows []map[string]string
	for i, line := range h[table][day] {
		if i == 0 {
			continue
		}
		row := map[string]string{}
		for column, name := range h[table][day][0] {
			row[name] = line[column]
		}
		rows = append(rows, row)
	}
	return rows
}

func toronto(t *testing.T) calendar.Calendar {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func weeksOf(t *testing.T, n int) []calendar.Week {
	return toronto(t).LastWeeks(n, demo.Today())
}

func TestTwoWritesAreTheSameBytes(t *testing.T) {
	read := func() map[string]string {
		dir, files := t.TempDir(), map[string]string{}
		if err := demo.WriteData(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			files[name] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	one, two := read(), read()
	if len(one) != 12*182-1 || len(two) != len(one) {
		t.Fatalf("%d and %d files", len(one), len(two))
	}
	for name, text := range one {
		if two[name] != text {
			t.Errorf("%s differs", name)
		}
	}
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

func TestHistory(t *testing.T) {
	dir, h := written(t)
	t.Run("no file is overwritten", func(t *testing.T) {
		if err := demo.WriteData(t.Context(), dir, nil); err == nil {
			t.Error("a second history is written over the first")
		}
	})
	t.Run("every day and table is there but one", h.testFiles)
	t.Run("rows stand on their local day, in order", h.testDays)
	t.Run("the day of the clock change has 25 hours", h.testClockChange)
	t.Run("tables and columns are those of tearsheet.yaml", h.testColumns)
	t.Run("short metrics read columns that are there", h.testRegistry)
	t.Run("the funnels narrow", h.testFunnels)
	t.Run("engaged users are active", h.testEngaged)
	t.Run("subscribers follow from what they did", h.testSubscribers)
	t.Run("the web form breaks", h.testBrokenForm)
	t.Run("sales are ahead", h.testCampaign)
	t.Run("photos sold were submitted before or are old", h.testPhotosSold)
}

func (h history) testFiles(t *testing.T) {
	rows, missing := 0, []string{}
	for table, days := range h {
		for day := demo.First(); day <= demo.Last(); day++ {
			if len(days[day]) < 2 {
				missing = append(missing, fmt.Sprint(table, " ", day))
			}
			rows += max(0, len(days[day])-1)
		}
	}
	if want := []string{"likes 2026-11-11"}; !slices.Equal(missing, want) {
		t.Errorf("missing: %v, want %v", missing, want)
	}
	if len(h) != 12 || rows < 700_000 || rows > 900_000 {
		t.Errorf("%d tables with %d rows", len(h), rows)
	}
	if demo.First().Weekday() != time.Monday || demo.Last().String() != "2026-11-15" || demo.Today().Weekday() != time.Tuesday {
		t.Errorf("%s to %s, read on %s", demo.First(), demo.Last(), demo.Today())
	}
}

func (h history) testDays(t *testing.T) {
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	for table, days := range h {
		for day, rows := range days {
			last := ""
			for _, row := range rows[1:] {
				if rows[0][0] == "day" {
					if row[0] != day.String() {
						t.Fatalf("%s %s holds %s", table, day, row[0])
					}
					continue
				}
				at, err := time.Parse(time.DateTime, row[0])
				if err != nil || at.In(zone).Format(time.DateOnly) != day.String() || row[0] < last {
					t.Fatalf("%s %s holds %s after %s, %v", table, day, row[0], last, err)
				}
				last = row[0]
			}
		}
	}
}

func (h history) testClockChange(t *testing.T) {
	hours := map[string]int{}
	for _, row := range h["visits"][calendar.DayOn(2026, time.November, 1)][1:] {
		hours[row[0][:13]]++
	}
	if len(hours) != 25 || hours["2026-11-01 05"] == 0 || hours["2026-11-01 06"] == 0 {
		t.Errorf("visits in %d hours: %v", len(hours), hours)
	}
}

func (h history) testColumns(t *testing.T) {
	var config struct {
		Sources struct {
			Files []struct {
				Table, Path, At, Day string
				Columns              map[string]string
			}
		}
	}
	for _, file := range starter.Files() {
		if file.Name == "tearsheet.yaml" {
			if err := yaml.Unmarshal(file.Text, &config); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(config.Sources.Files) != len(h) {
		t.Errorf("%d tables are described, %d written", len(config.Sources.Files), len(h))
	}
	for _, source := range config.Sources.Files {
		if want := "data/" + source.Table + "/{day}.csv.gz"; source.Path != want {
			t.Errorf("%s: path %s, want %s", source.Table, source.Path, want)
		}
		days := h[source.Table]
		if days == nil {
			t.Errorf("no table %s", source.Table)
			continue
		}
		header := days[demo.Last()][0]
		if len(header) != len(source.Columns) && source.Day == "" {
			t.Errorf("%s: columns %v, described %v", source.Table, header, source.Columns)
		}
		for column := range source.Columns {
			if !slices.Contains(header, column) {
				t.Errorf("%s has no column %s", source.Table, column)
			}
		}
		if !slices.Contains(header, source.At+source.Day) {
			t.Errorf("%s has no column %q%q", source.Table, source.At, source.Day)
		}
	}
}
