package calendar

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a host without a zone database gives the same days
)

// Calendar is the calendar of one company: its time zone and the weekday on
// which its weeks start. The zero Calendar is UTC with weeks from Sunday; make
// one with New.
type Calendar struct {
	zone       *time.Location
	weekStarts time.Weekday
}

// New returns the calendar of an IANA time zone such as America/Toronto, with
// weeks that start on the given weekday. "Local" and the empty name are refused:
// the figures of a company do not depend on the machine that makes them.
func New(zone string, weekStarts time.Weekday) (Calendar, error) {
	if zone == "" || zone == "Local" {
		return Calendar{}, fmt.Errorf("time zone %q is not an IANA name such as America/Toronto", zone)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("time zone %q is not an IANA name such as America/Toronto", zone)
	}
	if weekStarts < time.Sunday || weekStarts > time.Saturday {
		return Calendar{}, fmt.Errorf("weekday %d does not exist", weekStarts)
	}
	return Calendar{location, weekStarts}, nil
}

// ParseWeekday reads an English weekday, whole or by its first three letters, in
// any case.
func ParseWeekday(text string) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return day, nil
		}
	}
	return 0, fmt.Errorf("%q is not a weekday such as monday", text)
}

// Zone returns the company's time zone.
func (c Calendar) Zone() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// WeekStarts returns the weekday on which weeks start.
func (c Calendar) WeekStarts() time.Weekday { return c.weekStarts }

// DayOf returns the day on which t falls in the company's zone. It is the only
// place where an instant becomes a day.
func (c Calendar) DayOf(t time.Time) Day { return DayOn(t.In(c.Zone()).Date()) }

// Bounds returns the UTC instants between which d lies in the company's zone:
// from ≤ t < to. They are 23, 24 or 25 hours apart (others exist), and from == to
// for a date that the zone skipped. Days join without gap or overlap, and
// DayOf(t) is the day whose bounds contain t, but for one case: where a clock was
// set back across midnight (St John's did so at 00:01 until 2011), the moments
// that it had already shown of the new day stay with the old one.
func (c Calendar) Bounds(d Day) (from, to time.Time) { return c.start(d), c.start(d + 1) }

// start returns the instant at which d begins for good. Zones that change their
// clocks at midnight have no 00:00 on one day or two of them on another, and
// time.Date promises neither; so walk back over the zone's changes, between
// which the clock runs evenly.
func (c Calendar) start(d Day) time.Time {
	midnight := int64(d) * secondsPerUTCDay
	t := time.Unix(midnight+secondsPerUTCDay+secondsPerUTCDay/2, 0).In(c.Zone()) // surely d or later
	for {
		changed, _ := t.ZoneBounds()
		_, offset := t.Zone()
		if begins := time.Unix(midnight-int64(offset), 0); changed.IsZero() || !begins.Before(changed) {
			return begins.UTC()
		}
		before := changed.Add(-time.Second)
		if c.DayOf(before) < d {
			return changed.UTC()
		}
		t = before
	}
}

// WeekOf returns the week that contains d.
func (c Calendar) WeekOf(d Day) Week {
	since := (int(d.Weekday()) - int(c.weekStarts) + DaysPerWeek) % DaysPerWeek
	return Week{d.Add(-since)}
}

// LastWeeks returns the n last complete weeks before asOf, oldest first: the
// latest ends on the day before asOf or earlier.
func (c Calendar) LastWeeks(n int, asOf Day) []Week {
	return c.WeeksTo(n, c.WeekOf(asOf).Add(-1))
}

// WeeksTo returns n weeks, oldest first, of which the latest is last.
func (c Calendar) WeeksTo(n int, last Week) []Week {
	weeks := make([]Week, n)
	for i := range weeks {
		weeks[i] = last.Add(i - n + 1)
	}
	return weeks
}
