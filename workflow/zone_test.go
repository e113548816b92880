package workflow

import (
	"strings"
	"testing"
	"time"
)

// I01, I02, I07: what a rule does where a zone changes its clock.
func TestI01I02SlotsWhereTheClockChanges(t *testing.T) {
	for _, tt := range []struct {
		zone, text, from, to string
		want                 string // with the instants in UTC
	}{
		// Toronto skips 02:00 to 03:00, and shows 01:00 to 02:00 twice.
		{"America/Toronto", "30 2 * * *", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "2026-03-08T02:30=07:00"},
		{"America/Toronto", "0,30 2 * * *", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "2026-03-08T02:30=07:00"},
		{"America/Toronto", "*/15 2 * * *", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "2026-03-08T02:45=07:00"},
		{"America/Toronto", "0 2,3 * * *", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "2026-03-08T03:00=07:00"},
		{"America/Toronto", "0 * * * *", "2026-03-08T00:30:00-05:00", "2026-03-08T04:30:00-04:00", "2026-03-08T01:00=06:00 2026-03-08T03:00=07:00 2026-03-08T04:00=08:00"},
		{"America/Toronto", "*/30 * * * *", "2026-03-08T01:00:00-05:00", "2026-03-08T03:30:00-04:00", "2026-03-08T01:30=06:30 2026-03-08T03:00=07:00 2026-03-08T03:30=07:30"},
		{"America/Toronto", "30 1 * * *", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "2026-11-01T01:30=05:30"},
		{"America/Toronto", "*/30 1 * * *", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "2026-11-01T01:00=05:00 2026-11-01T01:30=05:30"},
		{"America/Toronto", "0 */6 * * *", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "2026-11-01T06:00=11:00 2026-11-01T12:00=17:00 2026-11-01T18:00=23:00 2026-11-02T00:00=05:00"},
		{"America/Toronto", "0 * * * *", "2026-11-01T00:00:00-04:00", "2026-11-01T02:00:00-05:00", "2026-11-01T01:00=05:00 2026-11-01T01:00-05:00=06:00 2026-11-01T02:00=07:00"},
		{"America/Toronto", "*/30 * * * *", "2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00", "2026-11-01T01:30=05:30 2026-11-01T01:00-05:00=06:00 2026-11-01T01:30-05:00=06:30 2026-11-01T02:00=07:00"},
		// Over midnight: 23:30 became 00:30, and 00:01 became 23:01 of the day before.
		{"America/Toronto", "45 23 * * *", "1919-03-30T12:00:00-05:00", "1919-03-31T12:00:00-04:00", "1919-03-30T23:45=04:30"},
		{"America/Toronto", "15,30 0 * * *", "1919-03-30T12:00:00-05:00", "1919-03-31T12:00:00-04:00", "1919-03-31T00:30=04:30"},
		{"America/St_Johns", "30 23 * * *", "2010-11-06T12:00:00-02:30", "2010-11-07T12:00:00-03:30", "2010-11-06T23:30=02:00"},
		{"America/St_Johns", "0,30 * * * *", "2010-11-06T23:00:00-02:30", "2010-11-07T00:30:00-03:30", "2010-11-06T23:30=02:00 2010-11-07T00:00=02:30 2010-11-06T23:30-03:30=03:00 2010-11-07T00:00-03:30=03:30 2010-11-07T00:30=04:00"},
		// Half an hour.
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z", "2026-10-04T02:15=15:30"},
		{"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z", "2026-04-05T01:45=14:45"},
		{"Australia/Lord_Howe", "*/15 * * * *", "2026-04-04T14:30:00Z", "2026-04-04T15:45:00Z", "2026-04-05T01:45=14:45 2026-04-05T01:30+10:30=15:00 2026-04-05T01:45+10:30=15:15 2026-04-05T02:00=15:30 2026-04-05T02:15=15:45"},
		{"Asia/Kathmandu", "0 * * * *", "2026-04-04T14:30:00Z", "2026-04-04T16:30:00Z", "2026-04-04T21:00=15:15 2026-04-04T22:00=16:15"},
		// Midnight is skipped.
		{"Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z", "2026-04-24T00:00=22:00"},
		{"Asia/Beirut", "0 */12 * * *", "2026-03-28T11:00:00Z", "2026-03-29T11:00:00Z", "2026-03-29T00:00=22:00 2026-03-29T12:00=09:00"},
		{"America/Asuncion", "30 0 * * *", "2023-09-30T12:00:00Z", "2023-10-01T12:00:00Z", "2023-10-01T00:30=04:00"},
		// Two hours, and a winter that is the exception (Ramadan).
		{"Antarctica/Troll", "30 1,2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", "2026-03-29T02:30=01:00"},
		{"Antarctica/Troll", "30 * * * *", "2026-10-24T23:00:00Z", "2026-10-25T03:30:00Z", "2026-10-25T01:30=23:30 2026-10-25T02:30=00:30 2026-10-25T01:30+00:00=01:30 2026-10-25T02:30+00:00=02:30 2026-10-25T03:30=03:30"},
		{"Africa/Casablanca", "30 2 * * *", "2026-02-14T12:00:00Z", "2026-02-15T12:00:00Z", "2026-02-15T02:30=01:30"},
		{"Africa/Casablanca", "30 2 * * *", "2026-03-21T12:00:00Z", "2026-03-22T12:00:00Z", "2026-03-22T02:30=02:00"},
		// Apia had no 30 December 2011.
		{"Pacific/Apia", "0 7 * * *", "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z", "2011-12-29T07:00=17:00 2011-12-30T07:00=10:00 2011-12-31T07:00=17:00"},
		{"Pacific/Apia", "0 0,12 * * *", "2011-12-29T23:00:00Z", "2011-12-30T23:00:00Z", "2011-12-31T00:00=10:00 2011-12-31T12:00=22:00"},
		{"Pacific/Apia", "0 */1 * * *", "2011-12-30T08:30:00Z", "2011-12-30T11:00:00Z", "2011-12-29T23:00=09:00 2011-12-31T00:00=10:00 2011-12-31T01:00=11:00"},
	} {
		var got []string
		for _, slot := range cron(t, tt.text, zone(t, tt.zone)).Between(instant(t, tt.from), instant(t, tt.to)) {
			got = append(got, slot.ID+"="+slot.At.Format("15:04"))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s %q from %s:\n%s, want\n%s", tt.zone, tt.text, tt.from, text, tt.want)
		}
	}
}

func TestSlotsAreInOrderWhereverOneBegins(t *testing.T) {
	s := cron(t, "*/15 * * * *", zone(t, "America/St_Johns"))
	from := instant(t, "2010-11-06T20:00:00Z")
	all := s.Between(from, from.Add(24*time.Hour))
	if len(all) != 96 {
		t.Errorf("a day has %d quarters", len(all))
	}
	for i, slot := range all[1:] {
		if next := s.Next(all[i].At); next != slot {
			t.Errorf("after %v comes %v, want %v", all[i], next, slot)
		}
		if next := s.Next(slot.At.Add(-time.Nanosecond)); next != slot {
			t.Errorf("just before %v the next is %v", slot, next)
		}
	}
}

func TestI05ChangedScheduleRunsNothingAgain(t *testing.T) {
	toronto := zone(t, "America/Toronto")
	done := on(t, Schedule{Hour: 7, Zone: toronto}, "2026-11-10")
	for _, tt := range []struct {
		name, now, want string
		changed         Schedule
	}{
		{"an earlier time", "2026-11-10T23:00:00Z", "", Schedule{Hour: 6, Zone: toronto}},
		{"a later time that is past", "2026-11-10T23:00:00Z", "2026-11-10T09:00", Schedule{Hour: 9, Zone: toronto}},
		{"the same time further west", "2026-11-10T23:00:00Z", "", Schedule{Hour: 7, Zone: zone(t, "America/Vancouver")}},
		{"and the day after", "2026-11-11T23:00:00Z", "2026-11-11T07:00", Schedule{Hour: 7, Zone: zone(t, "America/Vancouver")}},
		{"a later time that the clock of Vancouver has shown, too", "2026-11-10T23:00:00Z", "2026-11-10T08:00", Schedule{Hour: 8, Zone: zone(t, "America/Vancouver")}},
	} {
		if due, err := tt.changed.Due(done, instant(t, tt.now)); err != nil || due.Slot.ID != tt.want {
			t.Errorf("%s: %+v, %v, want %q", tt.name, due, err, tt.want)
		}
	}
}

func TestI05RareSlotIsNoJumpOfTheClock(t *testing.T) {
	s := cron(t, "0 0 29 2 *", time.UTC)
	done := on(t, s, "2024-02-29")
	if due, err := s.Due(done, instant(t, "2028-02-29T01:00:00Z")); err != nil || due.Slot.ID != "2028-02-29T00:00" {
		t.Errorf("%+v, %v", due, err)
	}
	if due, err := s.Due(done, instant(t, "2032-02-29T01:00:00Z")); err == nil {
		t.Errorf("four years late: %+v", due)
	}
}

func TestI03OfManyMissedSlotsAHundredAreNamed(t *testing.T) {
	s := cron(t, "* * * * *", time.UTC)
	done := s.Next(instant(t, "2026-11-01T00:00:00Z"))
	due, err := s.Due(done, done.At.Add(1000*time.Minute))
	if err != nil || due.Missed != 999 || len(due.Passed) != 100 || due.Passed[99].ID != "2026-11-01T16:40" || due.Slot.ID != "2026-11-01T16:41" || due.Passed[0].ID != "2026-11-01T15:01" {
		t.Errorf("%d missed, %d named, %v, %v", due.Missed, len(due.Passed), due.Slot, err)
	}
}
