// Package calendar is the civil calendar of a company: days, weeks and months
// that have no clock. It is the only place where a time zone turns an instant
// into a day, and where the first weekday of a week is known. What a day or a
// week is worth is left to others.
package calendar

import (
	"fmt"
	"time"
)

// Day is a civil date, counted in days since 1970-01-01. It has no clock and no
// zone, and it is never "24 hours": days of 23 and 25 hours exist.
type Day int32

const secondsPerUTCDay = 24 * 60 * 60

// DayOn returns the day of a civil date. Months and days outside their range
// roll over, as in time.Date: DayOn(2026, 1, 0) is the last day of 2025.
func DayOn(year int, month time.Month, day int) Day {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return Day(floorDiv(t.Unix(), secondsPerUTCDay))
}

// ParseDay reads a date written as 2026-11-15. A date that the calendar lacks,
// such as 2015-02-29, is an error; it never becomes another date. Years run from
// 0001 to 9999.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("%q is not a date such as 2026-11-15", text)
	}
	return DayOn(t.Date()), nil
}

// Date returns the civil date of d.
func (d Day) Date() (year int, month time.Month, day int) { return d.utc().Date() }

// Weekday returns the weekday of d.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Add returns the day n days after d; n may be negative.
func (d Day) Add(n int) Day { return d + Day(n) }

// Sub returns the number of days from e to d.
func (d Day) Sub(e Day) int { return int(d) - int(e) }

// Month returns the month that d lies in.
func (d Day) Month() Month {
	year, month, _ := d.Date()
	return Month{year, month}
}

// YearBefore returns the day 364 days back: the same weekday of the year before.
func (d Day) YearBefore() Day { return d - 364 }

// Format writes d by a layout of package time; clock fields print as midnight.
func (d Day) Format(layout string) string { return d.utc().Format(layout) }

// String writes d as 2026-11-15.
func (d Day) String() string { return d.Format(time.DateOnly) }

// MarshalText writes d as 2026-11-15.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// Time returns midnight UTC of d: what database drivers take for a date.
func (d Day) Time() time.Time { return d.utc() }

func (d Day) utc() time.Time { return time.Unix(int64(d)*secondsPerUTCDay, 0).UTC() }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
