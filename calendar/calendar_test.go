package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
	"tearsheet/calendar"
)

// oddZones have a rule that an hour's arithmetic gets wrong: changes at midnight,
// half an hour, a skipped date, no change at all, changes in Ramadan.
var oddZones = []string{
	"UTC", "America/Toronto", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut",
	"Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "Africa/Cairo", "America/Havana", "Pacific/Kiritimati",
}

func mustNew(t testing.TB, zone string, weekStarts time.Weekday) calendar.Calendar {
	t.Helper()
	c, err := calendar.New(zone, weekStarts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustDay(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBoundsAcrossClockChange(t *testing.T) {
	for _, tt := range []struct {
		zone, day, from, to string
	}{
		{"America/Toronto", "2015-03-08", "2015-03-08T05:00:00Z", "2015-03-09T04:00:00Z"},   // 23 hours
		{"America/Toronto", "2015-11-01", "2015-11-01T04:00:00Z", "2015-11-02T05:00:00Z"},   // 25 hours
		{"America/Toronto", "2015-07-01", "2015-07-01T04:00:00Z", "2015-07-02T04:00:00Z"},   // 24 hours
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}, // no 00:00
		{"America/Sao_Paulo", "2019-02-16", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z"}, // 23:00 twice
		{"Asia/Beirut", "2022-10-29", "2022-10-28T21:00:00Z", "2022-10-29T22:00:00Z"},       // 25 hours, at midnight
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"}, // skipped
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"America/St_Johns", "2010-11-07", "2010-11-07T03:30:00Z", "2010-11-08T03:30:00Z"}, // 00:00 came twice: the second stays
	} {
		from, to := mustNew(t, tt.zone, time.Monday).Bounds(mustDay(t, tt.day))
		if got := from.Format(time.RFC3339); got != tt.from {
			t.Errorf("%s %s begins %s, want %s", tt.zone, tt.day, got, tt.from)
		}
		if got := to.Format(time.RFC3339); got != tt.to {
			t.Errorf("%s %s ends %s, want %s", tt.zone, tt.day, got, tt.to)
		}
	}
}

func TestBoundsContainJustTheirDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(oddZones).Draw(t, "zone")
		c, err := calendar.New(zone, time.Monday)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(-1_000_000_000, 3_000_000_000).Draw(t, "second"), 0)
		d := c.DayOf(at)
		from, to := c.Bounds(d)
		if at.Before(from) || !at.Before(to) {
			t.Fatalf("%s: %s is on %s, but its bounds are %s to %s", zone, at.UTC(), d, from, to)
		}
		if _, end := c.Bounds(d - 1); !end.Equal(from) {
			t.Fatalf("%s: %s ends %s, %s begins %s", zone, d-1, end, d, from)
		}
		if year, month, day := at.In(c.Zone()).Date(); d != calendar.DayOn(year, month, day) {
			t.Fatalf("%s: %s is on %s, want %d-%d-%d", zone, at.UTC(), d, year, month, day)
		}
	})
}

func TestWeekOf(t *testing.T) {
	for _, tt := range []struct {
		day    string
		starts time.Weekday
		first  string
	}{
		{"2026-11-15", time.Monday, "2026-11-09"},
		{"2026-11-16", time.Monday, "2026-11-16"},
		{"2026-11-15", time.Sunday, "2026-11-15"},
		{"2026-11-14", time.Sunday, "2026-11-08"},
		{"2012-01-01", time.Monday, "2011-12-26"}, // over the year's end
		{"2015-03-08", time.Saturday, "2015-03-07"},
		{"1969-12-31", time.Monday, "1969-12-29"}, // before day 0
	} {
		w := mustNew(t, "UTC", tt.starts).WeekOf(mustDay(t, tt.day))
		if w.First().String() != tt.first {
			t.Errorf("week of %s from %s starts %s, want %s", tt.day, tt.starts, w.First(), tt.first)
		}
	}
}

func TestWeeksTileTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		starts := time.Weekday(rapid.IntRange(0, 6).Draw(t, "starts"))
		c, err := calendar.New("UTC", starts)
		if err != nil {
			t.Fatal(err)
		}
		d := calendar.Day(rapid.Int32Range(-700_000, 2_900_000).Draw(t, "day"))
		w := c.WeekOf(d)
		if !w.Contains(d) || w.First().Weekday() != starts || w.Last().Sub(w.First()) != 6 {
			t.Fatalf("week of %s is %s to %s", d, w.First(), w.Last())
		}
		for _, day := range w.Days() {
			if c.WeekOf(day) != w {
				t.Fatalf("%s lies in %s and in %s", day, w, c.WeekOf(day))
			}
		}
		if w.Add(1).First() != w.End() || w.Add(1).Add(-1) != w {
			t.Fatalf("%s: the next week starts %s", w, w.Add(1).First())
		}
		if back := w.YearBefore(); back.First().Weekday() != starts || w.First().Sub(back.First()) != 364 {
			t.Fatalf("%s: a year before is %s", w, back)
		}
	})
}

func TestLastWeeksAreComplete(t *testing.T) {
	c := mustNew(t, "America/Toronto", time.Monday)
	for asOf, last := range map[string]string{
		"2026-11-17": "2026-11-15", // Tuesday
		"2026-11-16": "2026-11-15", // the first day after
		"2026-11-15": "2026-11-08", // its own last day is not over yet
		"2021-01-05": "2021-01-03",
	} {
		weeks := c.LastWeeks(5, mustDay(t, asOf))
		if len(weeks) != 5 || weeks[4].String() != last || weeks[0] != weeks[4].Add(-4) {
			t.Errorf("as of %s: %v, want five weeks to %s", asOf, weeks, last)
		}
	}
}

func TestISOLabelHasWeek53AndItsWeekYear(t *testing.T) {
	c := mustNew(t, "UTC", time.Monday)
	for day, want := range map[string]string{
		"2016-01-03": "2015-W53", "2021-01-03": "2020-W53", "2012-01-01": "2011-W52", "2014-12-29": "2015-W01",
	} {
		if got, ok := c.WeekOf(mustDay(t, day)).ISO(); !ok || got != want {
			t.Errorf("week of %s is %s, want %s", day, got, want)
		}
	}
	if got, ok := mustNew(t, "UTC", time.Sunday).WeekOf(0).ISO(); ok {
		t.Errorf("a week from Sunday has the ISO label %s", got)
	}
}

func TestDayRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.Day(rapid.Int32Range(-719_162, 2_932_896).Draw(t, "day")) // 0001-01-01 to 9999-12-31
		if back, err := calendar.ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%d prints %s and reads %d, %v", d, d, back, err)
		}
		if d.Add(1).Weekday() != (d.Weekday()+1)%7 {
			t.Fatalf("%s is a %s, the next day a %s", d, d.Weekday(), d.Add(1).Weekday())
		}
	})
}

func TestParseDayRefuses(t *testing.T) {
	for _, text := range []string{"", "2015-02-29", "2015-00-10", "2015-13-01", "0000-01-01", "2015-2-9", "2015–02–09", "15.2.2015", "2015-02-10 ", "2015-02-10T00:00:00Z"} {
		if d, err := calendar.ParseDay(text); err == nil {
			t.Errorf("%q reads as %s", text, d)
		}
	}
}

func TestMonth(t *testing.T) {
	feb := calendar.Month{Year: 2024, Month: time.February}
	if feb.Days() != 29 || feb.First().String() != "2024-02-01" || feb.Last().String() != "2024-02-29" || feb.Add(-2).String() != "2023-12" {
		t.Errorf("%s: %d days from %s to %s, two before is %s", feb, feb.Days(), feb.First(), feb.Last(), feb.Add(-2))
	}
	// A month with a clock change is not a day shorter.
	if m := (calendar.Month{Year: 2015, Month: time.March}); m.Days() != 31 {
		t.Errorf("%s has %d days", m, m.Days())
	}
	for _, tt := range []struct {
		month string
		start time.Month
		year  int
		place int
	}{
		{"2026-11", time.January, 2026, 11}, {"2026-11", time.December, 2026, 12}, {"2026-12", time.December, 2027, 1},
		{"2026-11", time.November, 2027, 1}, {"2026-10", time.November, 2026, 12}, {"2026-03", time.April, 2026, 12},
	} {
		m, err := calendar.ParseMonth(tt.month)
		if err != nil {
			t.Fatal(err)
		}
		if year, place := m.FiscalYear(tt.start); year != tt.year || place != tt.place {
			t.Errorf("%s from %s: month %d of %d, want %d of %d", m, tt.start, place, year, tt.place, tt.year)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, zone := range []string{"", "Local", "EST5", "America/Torronto", "../etc/passwd", "TZ=0"} {
		if _, err := calendar.New(zone, time.Monday); err == nil {
			t.Errorf("zone %q is taken", zone)
		}
	}
	if _, err := calendar.New("UTC", 7); err == nil {
		t.Error("weekday 7 is taken")
	}
}

func ExampleCalendar_LastWeeks() {
	c, _ := calendar.New("America/Toronto", time.Monday)
	tuesday := calendar.DayOn(2026, time.November, 17)
	for _, w := range c.LastWeeks(5, tuesday) {
		fmt.Print(w.Last().Format("2 Jan "))
	}
	// Output: 18 Oct 25 Oct 1 Nov 8 Nov 15 Nov
}
