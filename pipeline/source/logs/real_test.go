package logs

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
)

// TestRealEventsAreCountedAsInTheirCSV renders the events of a real site as hourly logs
// and compares the rows of each local day with a count of the CSV that knows nothing of
// logs.
func TestRealEventsAreCountedAsInTheirCSV(t *testing.T) {
	source := filepath.Join(testenv.SharedData(t), "beer", "events.csv.gz")
	tool := filepath.Join(testenv.SharedData(t), "..", "tools", "events_to_hourly_logs.py")
	const from, to = "2014-02-01", "2014-04-01" // a change of the clock among them
	p := newPlace(t)
	if out, err := exec.Command(testenv.Tool(t, "python3"), tool, source, p.dir, "--from", from, "--to", to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.c = zone(t, "America/Toronto")
	p.now = utc(t, "2014-04-02 06:00")
	p.source.Since = p.c.DayOf(utc(t, from+" 00:00"))
	p.source.Path, p.source.MissingIsEmpty, p.source.MaxRejected = "{day}-{hour}.log.gz", true, 0
	files, err := filepath.Glob(filepath.Join(p.dir, "*.log.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		p.date(filepath.Base(file), p.now.Add(-24*60*60*1e9))
	}
	report := p.load()
	want, total := countEvents(t, p, source, from, to)
	if report.Rows != total || report.Lines != total || report.Loaded != len(files) || total == 0 || len(want) < 59 {
		t.Errorf("the CSV has %d events on %d days: %+v", total, len(want), report)
	}
	for name, n := range want {
		day, action, _ := strings.Cut(name, " ")
		if got := p.one(fmt.Sprintf("select count(*) from staging.events where day = date '%s' and action = '%s'", day, action)); got != n {
			t.Errorf("%s: %d rows, the CSV has %d", name, got, n)
		}
	}
}

// countEvents counts the events of a CSV by local day and action.
func countEvents(t *testing.T, p *place, source, from, to string) (counts map[string]int64, total int64) {
	t.Helper()
	file, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{}
	for i, name := range rows[0] {
		place[name] = i
	}
	counts = map[string]int64{}
	for _, row := range rows[1:] {
		at := row[place["ts_utc"]]
		if at < from || at >= to {
			continue
		}
		instant := utc(t, strings.Replace(at[:len("2014-03-01T10:24")], "T", " ", 1))
		counts[instant.In(p.c.Zone()).Format("2006-01-02")+" "+row[place["action"]]]++
		total++
	}
	return counts, total
}
