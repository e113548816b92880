package files_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/pipeline/source/files"
)

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
	histories := testenv.SharedData(t)
	text, err := os.ReadFile(filepath.Join(histories, "expected_sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sample []expectation
	if err := json.Unmarshal(text, &sample); err != nil {
		t.Fatal(err)
	}
	for _, expected := range sample {
		t.Run(expected.Dataset+" in "+expected.Timezone, func(t *testing.T) { checkHistory(t, histories, expected) })
	}
}

func checkHistory(t *testing.T, histories string, expected expectation) {
	p := newProject(t, expected.Timezone)
	p.dir = filepath.Join(histories, expected.Dataset)
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
