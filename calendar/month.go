package calendar

import (
	"fmt"
	"time"
)

// Month is a month of a civil year. Months are comparable.
type Month struct {
	Year  int
	Month time.Month
}

// ParseMonth reads a month written as 2026-11.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil || t.Year() < 1 {
		return Month{}, fmt.Errorf("%q is not a month such as 2026-11", text)
	}
	return Month{t.Year(), t.Month()}, nil
}

// First returns the first day of m.
func (m Month) First() Day { return DayOn(m.Year, m.Month, 1) }

// Last returns the last day of m.
func (m Month) Last() Day { return DayOn(m.Year, m.Month+1, 0) }

// Days returns the number of days of m, 28 to 31, counted by the calendar.
func (m Month) Days() int { return m.Last().Sub(m.First()) + 1 }

// Add returns the month n months after m; n may be negative.
func (m Month) Add(n int) Month { return DayOn(m.Year, m.Month+time.Month(n), 1).Month() }

// String writes m as 2026-11.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month)) }

// FiscalYear returns the fiscal year that m lies in and the month's place in it
// (1 to 12), for fiscal years that begin with the month start. A fiscal year is
// named by the civil year in which it ends, so with start = January both agree.
func (m Month) FiscalYear(start time.Month) (year, place int) {
	place = (int(m.Month)-int(start)+12)%12 + 1
	year = m.Year
	if start > time.January && m.Month >= start {
		year++
	}
	return year, place
}
