package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// TestGridOfLocalDays counts the hours of days by hand: 25 and 23 of them where clocks
// change, and 25 files for 24 hours that begin at half past.
func TestGridOfLocalDays(t *testing.T) {
	for _, c := range []struct {
		zone        string
		day         calendar.Day
		first, last string
		hours       int
	}{
		{"UTC", calendar.DayOn(2026, 11, 1), "2026-11-01 00:00", "2026-11-01 23:00", 24},
		{"America/Toronto", calendar.DayOn(2026, 11, 1), "2026-11-01 04:00", "2026-11-02 04:00", 25},
		{"America/Toronto", calendar.DayOn(2026, 3, 8), "2026-03-08 05:00", "2026-03-09 03:00", 23},
		{"Asia/Kolkata", calendar.DayOn(2026, 11, 1), "2026-10-31 18:00", "2026-11-01 18:00", 25},
		{"Australia/Lord_Howe", calendar.DayOn(2026, 4, 5), "2026-04-04 13:00", "2026-04-05 13:00", 25}, // 24½ hours
		{"America/Toronto", calendar.DayOn(2027, 1, 1), "2027-01-01 05:00", "2027-01-02 04:00", 24},
		{"Pacific/Apia", calendar.DayOn(2011, 12, 30), "", "", 0}, // it did not exist
	} {
		cells := Source{Hosts: []string{"a", "b"}}.Grid(zone(t, c.zone), nil, c.day)
		if len(cells) != 2*c.hours {
			t.Errorf("%s in %s: %d cells, not 2 × %d", c.day, c.zone, len(cells), c.hours)
			continue
		}
		if c.hours > 0 && (!cells[0].Hour.Equal(utc(t, c.first)) || !cells[len(cells)-1].Hour.Equal(utc(t, c.last))) {
			t.Errorf("%s in %s: from %s to %s", c.day, c.zone, cells[0].Hour, cells[len(cells)-1].Hour)
		}
	}
}

func TestGridTellsWhatBecameOfEachHour(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.put(key("web-1", hour(0)), zip(events(hour(0), 1, 3)))
	p.put(key("web-2", hour(0)), []byte("broken"))
	p.put("web-1/2026-11-11-01.copy.gz", zip(events(hour(0), 1, 3)))
	p.load()
	files, err := warehouse.Files(t.Context(), p.w, p.source.Table)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, cell := range p.source.Grid(p.c, files, wednesday)[:4] {
		state := "missing"
		for _, f := range cell.Files {
			state = fmt.Sprintf("%s %s %d", f.State, f.Path, f.Lines)
		}
		states = append(states, fmt.Sprintf("%s %s %t: %s", cell.Hour.Format("15"), cell.Host, cell.There, state))
	}
	want := []string{"00 web-1 true: loaded logs/web-1/2026-11-11-00.log.gz 3", "00 web-2 false: broken logs/web-2/2026-11-11-00.log.gz 0",
		"01 web-1 false: held logs/web-1/2026-11-11-01.copy.gz 0", "01 web-2 false: missing"}
	if !slices.Equal(states, want) {
		t.Errorf("cells:\n%s", strings.Join(states, "\n"))
	}
}

func TestDayChangesAcrossClockChange(t *testing.T) {
	p := newPlace(t, "web-1")
	p.c, p.source.Since, p.now = zone(t, "America/Toronto"), calendar.DayOn(2026, 10, 31), utc(t, "2026-11-03 12:00")
	for at := utc(t, "2026-10-31 04:00"); at.Before(utc(t, "2026-11-03 05:00")); at = at.Add(time.Hour) {
		p.put(key("web-1", at), zip(events(at, at.Hour(), 1+at.Day()%2)))
	}
	p.load()
	for day, want := range map[calendar.Day]int{calendar.DayOn(2026, 10, 31): 24, calendar.DayOn(2026, 11, 1): 25, calendar.DayOn(2026, 11, 2): 24} {
		p.wantCoverage(day, want, want)
	}
	// Sunday is 04:00 of the 1st to 05:00 of the 2nd: 20 hours with two events and 5 with one.
	if got := p.one("select count(*) from staging.events where day = date '2026-11-01'"); got != 20*2+5*1 {
		t.Errorf("%d events on the day with 25 hours", got)
	}
}

// TestRunKilledBeforeItsSealIsMadeGood ends a run when all files are loaded and no day
// is sealed.
func TestRunKilledBeforeItsSealIsMadeGood(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	ctx, cancel := context.WithCancel(t.Context())
	p.progress = func(done, total int, _ string) {
		if done == total {
			cancel()
		}
	}
	if _, err := p.try(ctx); err == nil {
		t.Fatal("the run was not ended")
	}
	p.wantRows(24 * 3)
	if got := p.day(wednesday); got != (calendar.Load{}) {
		t.Errorf("the day is sealed: %+v", got)
	}
	p.progress = nil
	if report := p.load(); report.Unchanged != 24 || len(report.Changed) != 1 {
		t.Errorf("report: %+v", report)
	}
	p.wantCoverage(wednesday, 24, 24)
}

func TestHoursInWords(t *testing.T) {
	for want, hours := range map[string][]int{
		"2026-11-11 03:00–06:00 UTC":                         {3, 4, 5},
		"2026-11-11 03:00–04:00, 06:00–07:00 UTC":            {3, 6},
		"2026-11-11 00:00–24:00 UTC":                         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23},
		"2026-11-11 23:00–24:00, 2026-11-12 01:00–02:00 UTC": {23, 25},
		"2026-11-11 22:00–2026-11-12 02:00, 03:00–04:00 UTC": {22, 23, 24, 25, 27},
	} {
		var h Hours
		for _, n := range hours {
			h.Hours = append(h.Hours, hour(n))
		}
		if got := h.String(); got != want {
			t.Errorf("%v: %s, not %s", hours, got, want)
		}
	}
}
