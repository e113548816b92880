package logs

import (
	"fmt"
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
		wantProblem(t, p.load().Odd, "logs", "2 files that are read no more, of 2026-11-11 03:00 to 2026-11-11 05:00 UTC, were cut into the days of another time zone")
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

// Where logs in the middle are gone, days at the edges of the gap have rows of the other
// zone's days beside their own: no such day is whole.
func TestNoDayWithRowsOfAnotherZoneIsWhole(t *testing.T) {
	for from, to := range map[string]string{"America/Toronto": "Asia/Tokyo", "Asia/Tokyo": "America/Toronto"} {
		p := newPlace(t, "web-1")
		p.c, p.source.Since = zone(t, from), wednesday-4
		for n := -5 * 24; n < 30; n++ {
			p.put(key("web-1", hour(n)), zip(events(hour(n), 500+n, 2)))
		}
		p.load()
		for n := -48; n < -24; n++ { // monday is gone
			p.remove(key("web-1", hour(n)))
		}
		p.c = zone(t, to)
		p.load()
		for day := p.source.Since; day <= wednesday; day++ {
			at, _ := p.c.Bounds(day)
			foreign := p.one(fmt.Sprintf("select count(*) from staging.events where day = date '%s' and (occurred_at < timestamp '%s' or occurred_at >= timestamp '%s')",
				day, at.UTC().Format(time.DateTime), at.Add(24*time.Hour).UTC().Format(time.DateTime)))
			if whole := p.day(day).Coverage.Complete(); whole && foreign > 0 {
				t.Errorf("%s to %s: %s is whole, with %d rows of other days", from, to, day, foreign)
			}
		}
		if p.day(wednesday-3).Coverage.Have == 0 || p.day(wednesday-2).Coverage.Complete() {
			t.Errorf("%s to %s: %v, %v", from, to, p.day(wednesday-3), p.day(wednesday-2))
		}
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
	wantProblem(t, p.load().Odd, "logs", "1 files that are read no more, of 2026-11-11 03:00 to 2026-11-11 04:00 UTC, were read by other rules")
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

// Hours may be open for a while: a zone or a host's day is mistyped, a broken file lies
// beside. The rows of what is loaded stay, and when it is over all is as if it had never
// been, although the logs are gone by then.
func TestWhatIsOpenForAWhileLosesNothing(t *testing.T) {
	for name, tt := range map[string]struct{ begin, end func(p *place) }{
		"another zone":       {func(p *place) { p.c = zone(t, "Pacific/Auckland") }, func(p *place) { p.c = zone(t, "UTC") }},
		"a zone to the west": {func(p *place) { p.c = zone(t, "America/Toronto") }, func(p *place) { p.c = zone(t, "UTC") }},
		"a first day of a host": {func(p *place) { p.source.From = map[string]calendar.Day{"web-1": wednesday + 300} },
			func(p *place) { p.source.From = nil }},
		"a last day of a host": {func(p *place) { p.source.Until = map[string]calendar.Day{"web-1": wednesday - 300} },
			func(p *place) { p.source.Until = nil }},
		"a broken file beside each": {func(p *place) {
			for n := range 24 {
				p.put("web-1/"+hour(n).Format("2006-01-02-15")+".z.gz", []byte("no gzip"))
			}
		}, func(p *place) {
			for n := range 24 {
				p.remove("web-1/" + hour(n).Format("2006-01-02-15") + ".z.gz")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, "web-1")
			p.fill()
			p.load()
			want := p.dump()
			for n := range 24 {
				p.remove(key("web-1", hour(n)))
			}
			tt.begin(p)
			for range 2 {
				p.load()
				p.wantRows(24 * 3)
				if p.day(wednesday).Coverage.Complete() {
					t.Error("the day is whole meanwhile")
				}
			}
			tt.end(p)
			p.load()
			if got := p.dump(); got != want {
				t.Errorf("afterwards it is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The only hour of a day so far is touched: what was loaded of it is there.
func TestTouchedFileStaysLoaded(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(0)), zip(events(hour(0), 1, 5)))
	p.now = hour(2)
	p.load()
	p.date(key("web-1", hour(0)), p.now)
	if report := p.load(); report.Growing != 1 || len(report.Changed) != 0 {
		t.Errorf("%+v", report)
	}
	p.wantRows(5)
	p.wantCoverage(wednesday, 1, 24)
}

// History from before since stays when the zone changes, and is told not to be whole; days
// without events that were known stay known when since moves.
func TestHistoryBeforeSinceStays(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Since, p.source.MissingIsEmpty = wednesday-3, true
	for n := -72; n < 24; n++ {
		if n < -48 || n >= -24 { // monday has no events
			p.put(key("web-1", hour(n)), zip(events(hour(n), 200+n, 2)))
		}
	}
	p.load()
	p.wantCoverage(wednesday-2, 24, 24)
	for n := -72; n < 0; n++ {
		if n < -48 || n >= -24 {
			p.remove(key("web-1", hour(n)))
		}
	}
	p.source.Since = wednesday
	if report := p.load(); len(report.Changed) != 0 || len(report.Odd) != 0 {
		t.Errorf("since moved: %+v", report)
	}
	p.wantCoverage(wednesday-2, 24, 24)
	p.wantCoverage(wednesday-1, 24, 24)
	p.c = zone(t, "Africa/Lagos") // an hour ahead
	wantProblem(t, p.load().Odd, "logs", "48 files that are read no more, of 2026-11-08 00:00 to 2026-11-11 00:00 UTC, were cut into the days of another time zone")
	p.wantRows(72 * 2)
	if p.day(wednesday - 1).Coverage.Complete() {
		t.Error("a day of the old zone is whole")
	}
}

// To take a file out opens its day also where that lies before since.
func TestForgottenFileOpensADayBeforeSince(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Since = wednesday - 2
	for n := -48; n < 24; n++ {
		p.put(key("web-1", hour(n)), zip(events(hour(n), 200+n, 2)))
	}
	p.load()
	p.source.Since = wednesday
	p.load()
	p.wantCoverage(wednesday-1, 24, 24)
	p.forget = []string{"logs/" + key("web-1", hour(-12))}
	p.load()
	p.wantCoverage(wednesday-1, 23, 24)
	p.forget = nil
	if report := p.load(); len(report.Changed) != 0 {
		t.Errorf("%+v", report)
	}
}

// A file of another zone that may still grow leaves the hour open: it lies on the day of
// the old zone.
func TestGrowingFileOfAnotherZoneLeavesItsHourOpen(t *testing.T) {
	p := newPlace(t, "web-1")
	for n := range 29 {
		p.put(key("web-1", hour(n)), zip(events(hour(n), 200+n, 2)))
	}
	p.now = hour(31)
	p.load()
	p.date(key("web-1", hour(28)), p.now)
	p.c = zone(t, "America/Toronto") // wednesday until 05:00 UTC
	p.load()
	p.wantCoverage(wednesday, 23, 24)
}
