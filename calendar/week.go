package calendar

import (
	"fmt"
	"time"
)

// DaysPerWeek is the number of days of a week.
const DaysPerWeek = 7

// Week is seven days from its first. Weeks are comparable; only a Calendar makes
// them, so two weeks of one calendar are equal or do not overlap.
type Week struct{ first Day }

// First returns the first day of w.
func (w Week) First() Day { return w.first }

// Last returns the last day of w: the date that labels it.
func (w Week) Last() Day { return w.first + DaysPerWeek - 1 }

// End returns the day after w, so that w is [First, End).
func (w Week) End() Day { return w.first + DaysPerWeek }

// Days returns the seven days of w in order.
func (w Week) Days() [DaysPerWeek]Day {
	var days [DaysPerWeek]Day
	for i := range days {
		days[i] = w.first.Add(i)
	}
	return days
}

// Contains reports whether d lies in w.
func (w Week) Contains(d Day) bool { return w.first <= d && d < w.End() }

// Add returns the week n weeks after w; n may be negative.
func (w Week) Add(n int) Week { return Week{w.first.Add(n * DaysPerWeek)} }

// YearBefore returns the week 364 days back: its weekdays stay aligned.
func (w Week) YearBefore() Week { return Week{w.first.YearBefore()} }

// ISO returns the ISO 8601 label such as 2015-W53, with the ISO week-year, and
// true; for a week that does not start on a Monday it returns "" and false.
func (w Week) ISO() (string, bool) {
	if w.first.Weekday() != time.Monday {
		return "", false
	}
	year, week := w.first.utc().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week), true
}

// String writes the date on which w ends, 2026-11-15.
func (w Week) String() string { return w.Last().String() }
