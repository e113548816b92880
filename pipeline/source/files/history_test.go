package files_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
)

// dataDir holds histories of real communities, beside the repository.
const dataDir = "../../../../shared/data"

// expectation is a figure computed elsewhere, by other people's programs.
type expectation struct {
	Dataset, Timezone string
	Tearsheets        []struct {
		Weeks []struct {
			Start   calendar.Day
			Metrics map[string]struct{ Daily []int }
		}
	}
}

func TestRealHistoriesHaveTheExpectedDays(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(dataDir, "expected_sample.json"))
	if err != nil {
		t.Skip("needs the histories in " + dataDir)
	}
	var sample []expectation
	if err := json.Unmarshal(text, &sample); err != nil {
		t.Fatal(err)
	}
	for _, expected := range sample {
		t.Run(expected.Dataset+" in "+expected.Timezone, func(t *testing.T) { checkHistory(t, expected) })
	}
}

func checkHistory(t *testing.T, expected expectation) {
	p := newProject(t, expected.Timezone)
	var err error
	if p.dir, err = filepath.Abs(filepath.Join(dataDir, expected.Dataset)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	report := p.load(t, files.Source{Table: "events", Path: "events.csv.gz", At: "ts_utc",
		Columns: columns(t, "ts_utc", "timestamp", "user_id", "bigint", "action", "text", "object_id", "bigint")})
	t.Logf("%d rows, %d days in %s", report.Rows, len(report.Replaced), time.Since(start))
	checked := 0
	for _, sheet := range expected.Tearsheets {
		for _, week := range sheet.Weeks {
			for action, want := range week.Metrics {
				if action == "dau" {
					continue // distinct users are for the metrics' own tests
				}
				for i, n := range want.Daily {
					day := week.Start.Add(i)
					if got := p.count(t, day, action); got != n {
						t.Errorf("%s: %d of %s, want %d", day, got, action, n)
					}
					checked++
				}
			}
		}
	}
	if checked == 0 {
		t.Error("nothing to compare")
	}
}

func (p project) count(t *testing.T, day calendar.Day, action string) (n int) {
	t.Helper()
	rows, err := p.db.QueryContext(t.Context(), fmt.Sprintf("select count(*) from events where day = date '%s' and action = $1", day), action)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
