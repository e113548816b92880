package workflow

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Schedule is a time of day on some weekdays, in a zone: "every Tuesday at 07:00 in
// Toronto". Its slots are civil dates, so that a clock change neither skips one nor
// doubles it.
type Schedule struct {
	Days         []time.Weekday // none is every day
	Hour, Minute int
	Zone         *time.Location
}

// Slot is one time at which something is due. Two slots of a schedule with the same
// Date are the same slot, whatever the clock shows.
type Slot struct {
	Date string // 2026-03-08, in the zone of the schedule
	At   time.Time
}

// Validate reports what is wrong with a schedule.
func (s Schedule) Validate() error {
	switch {
	case s.Zone == nil:
		return errors.New("a schedule has a time zone")
	case s.Hour < 0 || s.Hour > 23 || s.Minute < 0 || s.Minute > 59:
		return fmt.Errorf("%02d:%02d is no time of day", s.Hour, s.Minute)
	}
	for _, day := range s.Days {
		if day < time.Sunday || day > time.Saturday {
			return fmt.Errorf("weekday %d does not exist", day)
		}
	}
	return nil
}

// On returns the slot of a civil date. Where the clock is put forward over the time of
// day, the slot is the instant at which it is; where it is put back and shows the time
// twice, the slot is the first of the two. This is the rule of ISC cron.
func (s Schedule) On(year int, month time.Month, day int) Slot {
	date := time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	want := date.Add(time.Duration(s.Hour-12)*time.Hour + time.Duration(s.Minute)*time.Minute)
	return Slot{date.Format(time.DateOnly), s.first(want)}
}

// first returns the first instant at which the clock of the zone shows a civil time or
// has passed it. want is that time, written as if it were UTC.
func (s Schedule) first(want time.Time) time.Time {
	const day = 24 * time.Hour
	for t := want.Add(-day); ; {
		_, offset := t.In(s.Zone).Zone()
		_, changes := t.In(s.Zone).ZoneBounds()
		at := want.Add(-time.Duration(offset) * time.Second) // if the clock ran evenly from t on
		if changes.IsZero() || at.Before(changes) {
			if at.Before(t) {
				return t.UTC() // the clock was put forward over it
			}
			return at.UTC()
		}
		t = changes
	}
}

// Next returns the first slot after an instant.
func (s Schedule) Next(after time.Time) Slot {
	year, month, day := after.In(s.Zone).Date()
	for i := -1; ; i++ { // a date that the zone skipped is passed over with its neighbours
		date := time.Date(year, month, day+i, 12, 0, 0, 0, time.UTC)
		if !s.has(date.Weekday()) {
			continue
		}
		if slot := s.On(date.Date()); slot.At.After(after) {
			return slot
		}
	}
}

func (s Schedule) has(day time.Weekday) bool { return len(s.Days) == 0 || slices.Contains(s.Days, day) }

// Due is what a scheduler that looks at its clock has to do.
type Due struct {
	// Slot is the one to carry out; nothing is due if its Date is "".
	Slot Slot
	// Late is how long ago it was.
	Late time.Duration
	// Missed are the slots before it that were passed over: they are caught up by it.
	Missed int
}

// mostJump is how far a clock may be ahead of the last slot that was carried out. A
// machine that wakes up in another year has a clock to mend.
const mostJump = 366 * 24 * time.Hour

// ErrClock is that of a clock that cannot be right.
var ErrClock = errors.New("the clock jumped more than a year ahead: set it right, or forget the last slot")

// Due returns what is due at an instant, when the slot done was the last that was
// carried out or, at first, the instant of the beginning. Of several slots that were
// missed only the latest is due. A clock that went back makes nothing due again.
func (s Schedule) Due(done Slot, now time.Time) (Due, error) {
	if now.Sub(done.At) > mostJump {
		return Due{}, fmt.Errorf("%w (the last slot was on %s)", ErrClock, done.At.In(s.Zone).Format(time.DateOnly))
	}
	var due Due
	for slot := s.Next(done.At); !slot.At.After(now); slot = s.Next(slot.At) {
		if slot.Date <= done.Date {
			continue
		}
		if due.Slot.Date != "" {
			due.Missed++
		}
		due.Slot, due.Late = slot, now.Sub(slot.At)
	}
	return due, nil
}
