package logs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tearsheet/calendar"
)

// remove deletes log files, as it is done with old ones.
func (p *place) remove(keys ...string) {
	p.Helper()
	for _, key := range keys {
		if err := os.Remove(filepath.Join(p.dir, key)); err != nil {
			p.Fatal(err)
		}
	}
}

// Logs that are gone cannot be cut into the days of another zone. Their hours are open,
// and it is said, until they are delivered again.
func TestOtherZoneLeavesTheHoursOfGoneLogsOpen(t *testing.T) {
	p, want := newPlace(t, "web-1"), newPlace(t, "web-1")
	want.c = zone(t, "Asia/Tokyo")
	for _, at := range []*place{p, want} {
		at.source.Since = wednesday - 1
		for n := -24; n < 24; n++ {
			at.put(key("web-1", hour(n)), zip(events(hour(n), 100+n, 2)))
		}
	}
	p.load()
	want.load()
	gone := []string{key("web-1", hour(3)), key("web-1", hour(4))}
	kept := zip(events(hour(3), 103, 2))
	p.remove(gone...)
	p.c = zone(t, "Asia/Tokyo") // wednesday from 15:00 UTC of tuesday on
	for range 2 {
		wantProblem(t, p.load().Odd, "logs", "2 files that are gone, of 2026-11-11 03:00 to 2026-11-11 05:00 UTC, were cut into the days of another time zone")
		p.wantCoverage(wednesday, 22, 24)
	}
	p.put(gone[0], kept)
	p.put(gone[1], zip(events(hour(4), 104, 2)))
	if report := p.load(); len(report.Odd) != 0 {
		t.Errorf("delivered again: %+v", report)
	}
	if got, want := p.dump(), want.dump(); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// The first day begins at another instant in another zone. What was loaded of before it
// would stand on days that have other rows now.
func TestOtherZoneTakesOutWhatLiesBeforeSince(t *testing.T) {
	p, want := newPlace(t, "web-1"), newPlace(t, "web-1")
	p.c, want.c = zone(t, "Asia/Tokyo"), zone(t, "America/Toronto")
	for _, at := range []*place{p, want} {
		for n := -24; n < 24; n++ {
			at.put(key("web-1", hour(n)), zip(events(hour(n), 100+n, 2)))
		}
	}
	p.load()
	want.load()
	p.c = zone(t, "America/Toronto")
	p.load()
	if got, want := p.dump(), want.dump(); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// Logs that are gone keep the rows that other rules made of them, and it is said.
func TestOtherRulesForGoneLogsAreTold(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	p.remove(key("web-1", hour(3)))
	if report := p.load(); len(report.Odd) != 0 {
		t.Errorf("gone: %+v", report)
	}
	p.source.Drop = map[string][]string{"action": {"photo_like"}}
	wantProblem(t, p.load().Odd, "logs", "1 files that are gone, of 2026-11-11 03:00 to 2026-11-11 04:00 UTC, were read by other rules")
	p.wantCoverage(wednesday, 24, 24)
	p.wantRows(3)
}

// A history is read as of a day of it: its files were changed later than that.
func TestHistoryIsReadAsOfAnEarlierDay(t *testing.T) {
	p := newPlace(t, "web-1")
	for n := range 34 {
		p.put(key("web-1", hour(n)), zip(events(hour(n), n, 3600)))
		p.date(key("web-1", hour(n)), p.now.AddDate(2, 0, 0))
	}
	p.now = hour(24 + 6).Add(30 * time.Minute)
	report := p.load()
	if report.Loaded != 30 || report.Growing != 4 || len(report.Broken) != 0 { // three to come, and the one that now lies in
		t.Errorf("%+v", report)
	}
	p.wantCoverage(wednesday, 24, 24)
	p.now = hour(48)
	if report = p.load(); report.Loaded != 4 || report.Growing != 0 || len(report.Broken) != 0 {
		t.Errorf("a day later: %+v", report)
	}
}

// A host that comes is expected from its first day on, and one that goes to its last.
func TestHostIsExpectedOnItsDays(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Since = wednesday - 1
	for n := -24; n < 24; n++ {
		p.put(key("web-1", hour(n)), zip(events(hour(n), 100+n, 2)))
	}
	p.load()
	p.wantCoverage(wednesday-1, 24, 24)
	p.source.Hosts = []string{"web-1", "web-2"}
	p.source.From = map[string]calendar.Day{"web-2": wednesday}
	for n := range 23 {
		p.put(key("web-2", hour(n)), zip(events(hour(n), 200+n, 2)))
	}
	report := p.load()
	p.wantCoverage(wednesday-1, 24, 24)
	p.wantCoverage(wednesday, 47, 48)
	if !slices.Equal(report.Changed, []calendar.Day{wednesday}) || len(report.Missing) != 1 || report.Missing[0].Host != "web-2" {
		t.Errorf("%+v", report)
	}
	p.source.Until = map[string]calendar.Day{"web-1": wednesday - 1}
	p.load()
	p.wantCoverage(wednesday-1, 24, 24)
	p.wantCoverage(wednesday, 23, 24)
	p.source.Until["web-9"] = wednesday
	if _, err := p.try(t.Context()); err == nil {
		t.Error("a day of an unknown host is no fault")
	}
}
