package workflow

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // I09: a host without a zone database

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestI01SlotInTheSpringGapRunsRightAfterIt(t *testing.T) {
	for _, tt := range []struct {
		zone         string
		hour, minute int
		date, want   string
	}{
		{"America/Toronto", 2, 30, "2026-03-08", "2026-03-08T07:00:00Z"}, // 02:00 is 03:00
		{"Africa/Cairo", 0, 30, "2026-04-24", "2026-04-23T22:00:00Z"},    // midnight is 01:00
		{"Australia/Lord_Howe", 2, 15, "2026-10-04", "2026-10-03T15:30:00Z"},
		{"America/Toronto", 7, 0, "2026-03-08", "2026-03-08T11:00:00Z"},
	} {
		s := Schedule{Hour: tt.hour, Minute: tt.minute, Zone: zone(t, tt.zone)}
		day, err := time.Parse(time.DateOnly, tt.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.On(day.Date()); !got.At.Equal(instant(t, tt.want)) || got.Date != tt.date {
			t.Errorf("%s %02d:%02d on %s: %s", tt.zone, tt.hour, tt.minute, tt.date, got.At)
		}
	}
}

func TestI02SlotInTheRepeatedHourRunsOnce(t *testing.T) {
	s := Schedule{Hour: 1, Minute: 30, Zone: zone(t, "America/Toronto")}
	slot := s.On(2026, time.November, 1)
	if !slot.At.Equal(instant(t, "2026-11-01T05:30:00Z")) {
		t.Errorf("the first 01:30 is at %s", slot.At)
	}
	if next := s.Next(slot.At); next.Date != "2026-11-02" {
		t.Errorf("after it comes %s", next.Date)
	}
	between := instant(t, "2026-11-01T06:10:00Z") // 01:10 for the second time
	if next := s.Next(between); next.Date != "2026-11-02" {
		t.Errorf("in the second hour the next is %s", next.Date)
	}
}

func TestI03MissedSlotIsCaughtUpOnceAndLate(t *testing.T) {
	s := Schedule{Hour: 0, Minute: 30, Zone: zone(t, "America/Toronto")}
	done := s.On(2026, time.November, 10)
	due, err := s.Due(done, instant(t, "2026-11-13T08:30:00Z")) // 03:30 on the 13th
	if err != nil || due.Slot.Date != "2026-11-13" || due.Late != 3*time.Hour || due.Missed != 2 {
		t.Errorf("due is %+v, %v", due, err)
	}
	if again, err := s.Due(due.Slot, instant(t, "2026-11-13T08:31:00Z")); err != nil || again.Slot.Date != "" {
		t.Errorf("due again: %+v, %v", again, err)
	}
}

func TestI05ClockThatJumps(t *testing.T) {
	s := Schedule{Hour: 0, Minute: 30, Zone: zone(t, "Europe/Berlin")}
	done := s.On(2026, time.November, 10)
	if due, err := s.Due(done, done.At.Add(-24*time.Hour)); err != nil || due.Slot.Date != "" {
		t.Errorf("a clock that went back: %+v, %v", due, err)
	}
	if _, err := s.Due(done, done.At.AddDate(1, 1, 0)); !errors.Is(err, ErrClock) {
		t.Errorf("a clock that jumped ahead: %v", err)
	}
}

func TestI07WeeklySlotStaysAtItsHourAcrossClockChanges(t *testing.T) {
	s := Schedule{Days: []time.Weekday{time.Tuesday}, Hour: 7, Zone: zone(t, "America/Toronto")}
	at := instant(t, "2026-10-20T12:00:00Z")
	for _, want := range []string{"2026-10-27T11:00:00Z", "2026-11-03T12:00:00Z", "2026-11-10T12:00:00Z"} {
		next := s.Next(at)
		if !next.At.Equal(instant(t, want)) {
			t.Errorf("after %s comes %s, want %s", at, next.At, want)
		}
		at = next.At
	}
	if next := s.Next(instant(t, "2026-12-29T13:00:00Z")); next.Date != "2027-01-05" { // over the year's end, week 53
		t.Errorf("after the last Tuesday of the year comes %s", next.Date)
	}
}

// I09: the zones come from the program itself. Whatever the zone, a year of ticks brings each date of the schedule once, in order,
// and never before the clock shows its time.
func TestI09EveryDateHasJustOneSlot(t *testing.T) {
	zones := []string{"UTC", "America/Toronto", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Kathmandu", "America/Havana", "Asia/Beirut"}
	rapid.Check(t, func(t *rapid.T) {
		location, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		s := Schedule{Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute"), Zone: location}
		year := rapid.IntRange(2000, 2030).Draw(t, "year")
		done := s.On(year-1, time.December, 31)
		want := time.Date(year, time.January, 1, 12, 0, 0, 0, time.UTC)
		for range 365 {
			next := s.Next(done.At)
			if next.Date != want.Format(time.DateOnly) {
				t.Fatalf("after %s comes %s, want %s", done.Date, next.Date, want.Format(time.DateOnly))
			}
			shown := next.At.In(location)
			if minutes := shown.Hour()*60 + shown.Minute(); shown.Format(time.DateOnly) == next.Date && minutes < s.Hour*60+s.Minute {
				t.Fatalf("%s runs when the clock shows %s", next.Date, shown)
			}
			done, want = next, want.AddDate(0, 0, 1)
		}
	})
}
