package workflow

import (
	"errors"
	"fmt"
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

// on returns the only slot of a date.
func on(t rapid.TB, s Schedule, date string) Slot {
	t.Helper()
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	slots := s.On(day.Date())
	if len(slots) != 1 {
		t.Fatalf("%s has the slots %v", date, slots)
	}
	return slots[0]
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
		id := fmt.Sprintf("%sT%02d:%02d", tt.date, tt.hour, tt.minute)
		if got := on(t, s, tt.date); !got.At.Equal(instant(t, tt.want)) || got.ID != id {
			t.Errorf("%s %s: %+v", tt.zone, id, got)
		}
	}
}

func TestI02SlotInTheRepeatedHourRunsOnce(t *testing.T) {
	s := Schedule{Hour: 1, Minute: 30, Zone: zone(t, "America/Toronto")}
	slot := on(t, s, "2026-11-01")
	if !slot.At.Equal(instant(t, "2026-11-01T05:30:00Z")) {
		t.Errorf("the first 01:30 is at %s", slot.At)
	}
	if next := s.Next(slot.At); next.ID != "2026-11-02T01:30" {
		t.Errorf("after it comes %s", next.ID)
	}
	between := instant(t, "2026-11-01T06:10:00Z") // 01:10 for the second time
	if next := s.Next(between); next.ID != "2026-11-02T01:30" {
		t.Errorf("in the second hour the next is %s", next.ID)
	}
}

func TestI03MissedSlotIsCaughtUpOnceAndLate(t *testing.T) {
	s := Schedule{Hour: 0, Minute: 30, Zone: zone(t, "America/Toronto")}
	done := on(t, s, "2026-11-10")
	due, err := s.Due(done, instant(t, "2026-11-13T08:30:00Z")) // 03:30 on the 13th
	if err != nil || due.Slot.ID != "2026-11-13T00:30" || due.Late != 3*time.Hour || due.Missed != 2 {
		t.Errorf("due is %+v, %v", due, err)
	}
	if again, err := s.Due(due.Slot, instant(t, "2026-11-13T08:31:00Z")); err != nil || again.Slot.ID != "" {
		t.Errorf("due again: %+v, %v", again, err)
	}
}

func TestI05ClockThatJumps(t *testing.T) {
	s := Schedule{Hour: 0, Minute: 30, Zone: zone(t, "Europe/Berlin")}
	done := on(t, s, "2026-11-10")
	if due, err := s.Due(done, done.At.Add(-24*time.Hour)); err != nil || due.Slot.ID != "" {
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
	if next := s.Next(instant(t, "2026-12-29T13:00:00Z")); next.ID != "2027-01-05T07:00" { // over the year's end, week 53
		t.Errorf("after the last Tuesday of the year comes %s", next.ID)
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
		done := on(t, s, fmt.Sprintf("%d-12-31", year-1))
		want := time.Date(year, time.January, 1, 12, 0, 0, 0, time.UTC)
		for range 365 {
			next := s.Next(done.At)
			if next.ID[:10] != want.Format(time.DateOnly) {
				t.Fatalf("after %s comes %s, want %s", done.ID, next.ID, want.Format(time.DateOnly))
			}
			shown := next.At.In(location)
			if minutes := shown.Hour()*60 + shown.Minute(); shown.Format(time.DateOnly) == next.ID[:10] && minutes < s.Hour*60+s.Minute {
				t.Fatalf("%s runs when the clock shows %s", next.ID, shown)
			}
			done, want = next, want.AddDate(0, 0, 1)
		}
	})
}
