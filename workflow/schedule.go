package workflow

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Schedule says when something is due, by the clock of a zone: a time of day on some
// weekdays ("every Tuesday at 07:00 in Toronto"), or the rule of a cron expression, which
// ParseCron returns. Its slots are civil times, so that a clock change neither loses one
// nor doubles it:
//
//   - Times that the clock skips when it is put forward are made up for once, right after
//     the gap. Several of them, and one that is due just then, are one slot: the latest.
//   - Times that the clock shows twice when it is put back are due once, the first time.
//   - Only a rule that names every hour, such as "0 * * * *" or "*/15 * * * *", follows
//     the clock as it runs: what is skipped is not made up for, and what is shown twice is
//     due twice. So an hourly job runs once in each hour that really passes.
//
// This is the rule of ISC cron, but for one thing: there a rule with a star in the minute
// or in the hour follows the clock, so that "*/15 2 * * *" is lost when 02:00 is skipped.
type Schedule struct {
	Days         []time.Weekday // none is every day
	Hour, Minute int
	Zone         *time.Location

	cron *rule // instead of Days, Hour and Minute
}

// Slot is one time at which something is due. Two slots of a job with the same ID are the
// same slot, whatever the clock shows.
type Slot struct {
	// ID is the civil time in the zone of the schedule: "2026-03-08T02:30". What follows
	// the clock has the offset from UTC added when the clock shows the time again:
	// "2026-11-01T01:00-05:00".
	ID string
	At time.Time // in UTC
}

const (
	day = 24 * time.Hour
	// civil is the form of a slot's ID.
	civil = "2006-01-02T15:04"
	// farthest is how far ahead a slot is looked for. The same date in February falls on
	// the same weekday within 40 years.
	farthest = 41 * 366 * day
)

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

// rule returns the rule of a schedule, whichever way it was written.
func (s Schedule) rule() rule {
	if s.cron != nil {
		return *s.cron
	}
	r := rule{
		minutes: only(s.Minute), hours: only(s.Hour), days: all(1, 31), months: all(1, 12), weekdays: all(0, 6),
		anyDay: true, anyWeekday: len(s.Days) == 0,
	}
	if len(s.Days) > 0 {
		r.weekdays = 0
		for _, day := range s.Days {
			r.weekdays |= only(int(day))
		}
	}
	return r
}

// On returns the slots of a civil date, in order. They carry its date even if the zone
// skipped it.
func (s Schedule) On(year int, month time.Month, day int) []Slot {
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	var slots []Slot
	for slot := range s.after(date.AddDate(0, 0, -3)) {
		if slot.At.After(date.AddDate(0, 0, 3)) {
			break
		}
		if slot.ID[:len(time.DateOnly)] == date.Format(time.DateOnly) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// Next returns the first slot after an instant. A schedule that Validate, or ParseCron,
// has passed has always a next slot.
func (s Schedule) Next(after time.Time) Slot {
	for slot := range s.after(after) {
		return slot
	}
	return Slot{}
}

// Upcoming returns the first n slots after an instant, in order.
func (s Schedule) Upcoming(after time.Time, n int) []Slot {
	var slots []Slot
	if n <= 0 {
		return nil
	}
	for slot := range s.after(after) {
		if slots = append(slots, slot); len(slots) == n {
			break
		}
	}
	return slots
}

// Between returns the slots after from, up to and with to, in order.
func (s Schedule) Between(from, to time.Time) []Slot {
	var slots []Slot
	for slot := range s.after(from) {
		if slot.At.After(to) {
			break
		}
		slots = append(slots, slot)
	}
	return slots
}

// latest returns the last slot at or before an instant, if there is one within a leap
// year's cycle.
func (s Schedule) latest(now time.Time) (Slot, bool) {
	for _, back := range []time.Duration{2 * day, 35 * day, 370 * day, 9 * 366 * day} {
		if slots := s.Between(now.Add(-back), now); len(slots) > 0 {
			return slots[len(slots)-1], true
		}
	}
	return Slot{}, false
}

// after yields the slots after an instant, in order, without an end.
func (s Schedule) after(after time.Time) iter.Seq[Slot] {
	r := s.rule()
	if r.hours == all(0, 23) {
		return s.shown(r, after)
	}
	return s.fixed(r, after)
}

// fixed yields the slots of a rule of fixed times.
func (s Schedule) fixed(r rule, after time.Time) iter.Seq[Slot] {
	return func(yield func(Slot) bool) {
		year, month, first := after.In(s.Zone).Date()
		var waits Slot // one that the next may take the place of, if both are right after a gap
		for i := -2; i < int(farthest/day); i++ {
			date := time.Date(year, month, first+i, 0, 0, 0, 0, time.UTC)
			if waits.ID != "" && date.Sub(waits.At) > 2*day {
				if !yield(waits) {
					return
				}
				waits = Slot{}
			}
			if !r.on(date) {
				continue
			}
			for want := range r.times(date) {
				slot := Slot{want.Format(civil), s.first(want)}
				if waits.ID != "" && !waits.At.Equal(slot.At) && !yield(waits) {
					return
				}
				if waits = (Slot{}); slot.At.After(after) {
					waits = slot
				}
			}
		}
		if waits.ID != "" {
			yield(waits)
		}
	}
}

// first returns the first instant at which the clock of the zone shows a civil time or
// has passed it. want is that time, written as if it were UTC.
func (s Schedule) first(want time.Time) time.Time {
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

// shown yields the slots of a rule that follows the clock: every instant at which the
// clock shows a time of the rule.
func (s Schedule) shown(r rule, after time.Time) iter.Seq[Slot] {
	return func(yield func(Slot) bool) {
		for t := after; t.Sub(after) < farthest; {
			local := t.In(s.Zone)
			_, offset := local.Zone()
			start, changes := local.ZoneBounds()
			again := start // until then the clock shows what it has shown before
			if !start.IsZero() {
				_, before := start.Add(-time.Nanosecond).In(s.Zone).Zone()
				again = start.Add(time.Duration(before-offset) * time.Second)
			}
			shift := time.Duration(offset) * time.Second
			for clock := t.UTC().Add(shift).Truncate(time.Minute); ; { // as if it were UTC
				at := clock.Add(-shift)
				if !changes.IsZero() && !at.Before(changes) {
					break
				}
				switch {
				case !r.on(clock):
					if clock = clock.Truncate(day).Add(day); at.Sub(after) > farthest {
						return
					}
					continue
				case r.minutes&only(clock.Minute()) != 0 && at.After(after) && !at.Before(start):
					slot := Slot{clock.Format(civil), at}
					if at.Before(again) {
						slot.ID += at.In(s.Zone).Format("-07:00")
					}
					if !yield(slot) {
						return
					}
				}
				clock = clock.Add(time.Minute)
			}
			t = changes
		}
	}
}

// Due is what a scheduler that looks at its clock has to do.
type Due struct {
	// Slot is the one to carry out; nothing is due if its ID is "".
	Slot Slot
	// Late is how long ago it was.
	Late time.Duration
	// Missed is how many slots before it were passed over: they are caught up by it.
	Missed int
	// Passed are the latest of those, at most a hundred, in order.
	Passed []Slot
}

const (
	// mostJump is how late a slot may be. A machine that wakes up in another year has a
	// clock to mend.
	mostJump = 366 * day
	// mostPassed is how many of the slots that were missed are named.
	mostPassed = 100
)

// ErrClock is that of a clock that cannot be right.
var ErrClock = errors.New("the clock cannot be right")

// Due returns what is due at an instant, when the slot done was the last that was
// carried out or, with no ID, done.At the instant of the beginning. Of several slots that
// were missed only the latest is due. A clock that went back makes nothing due again, nor
// does a schedule that was changed: a civil time before that of the slot done is past. A
// new time, later on the same day, is a new slot. A slot that was due more than a year
// before the instant is refused with ErrClock.
func (s Schedule) Due(done Slot, now time.Time) (Due, error) {
	var due Due
	for slot := range s.after(done.At) {
		if slot.At.After(now) {
			break
		}
		if due.Slot.ID == "" && now.Sub(slot.At) > mostJump {
			return Due{}, fmt.Errorf("%w: %s was due more than a year ago: set it right, or let the job begin anew", ErrClock, slot.ID)
		}
		if !slot.follows(done) {
			continue
		}
		if due.Slot.ID != "" {
			due.Missed++
			due.Passed = append(due.Passed, due.Slot)
			if len(due.Passed) > 2*mostPassed {
				due.Passed = slices.Clone(due.Passed[mostPassed:])
			}
		}
		due.Slot, due.Late = slot, now.Sub(slot.At)
	}
	due.Passed = due.Passed[max(0, len(due.Passed)-mostPassed):]
	return due, nil
}

// follows reports whether a slot, which is later, is so by its civil time, too. In an
// hour that the clock shows again it need not be.
func (s Slot) follows(done Slot) bool {
	return done.ID == "" || len(s.ID) > len(civil) || s.ID > done.ID[:min(len(done.ID), len(civil))]
}
