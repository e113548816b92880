package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tearsheet/calendar"
)

// kind is the length of a period; a smaller kind is finer.
type kind int

const (
	week kind = iota
	month
	quarter
)

// period is a week, a month or a quarter. Periods are comparable.
type period struct {
	kind        kind
	first, last calendar.Day
}

// String writes p as a document does.
func (p period) String() string {
	switch p.kind {
	case week:
		return p.last.String()
	case month:
		return p.first.Month().String()
	}
	m := p.first.Month()
	return fmt.Sprintf("%04d-Q%d", m.Year, (int(m.Month)+2)/3)
}

// days returns the number of days of p by the calendar.
func (p period) days() int { return p.last.Sub(p.first) + 1 }

// periodsOf returns the periods that contain d, the finest first.
func periodsOf(d calendar.Day, c calendar.Calendar) [3]period {
	w, m := c.WeekOf(d), d.Month()
	return [3]period{{week, w.First(), w.Last()}, {month, m.First(), m.Last()}, quarterOf(m)}
}

func quarterOf(m calendar.Month) period {
	first := m.Add(-((int(m.Month) - 1) % 3))
	return period{quarter, first.First(), first.Add(2).Last()}
}

// parsePeriod reads 2026-11-15, 2026-11 or 2026-Q4.
func parsePeriod(text string, c calendar.Calendar) (period, error) {
	if m, err := calendar.ParseMonth(text); err == nil {
		return period{month, m.First(), m.Last()}, nil
	}
	if d, err := calendar.ParseDay(text); err == nil {
		return weekEnding(d, c)
	}
	if p, ok := parseQuarter(text); ok {
		return p, nil
	}
	if isISOWeek(text) {
		return period{}, fmt.Errorf("%q is a week number: name the week by the date on which it ends, such as %s", text, isoWeekEnd(text, c))
	}
	return period{}, fmt.Errorf("%q is not a period: write the date on which a week ends (%s), a month (2026-11) or a quarter (2026-Q4)",
		text, c.WeekOf(calendar.DayOn(2026, time.November, 11)))
}

// weekEnding returns the week that ends on d. A date inside a week is a fault,
// not that week: columns that are off by one day would shift every figure.
func weekEnding(d calendar.Day, c calendar.Calendar) (period, error) {
	w := c.WeekOf(d)
	if w.Last() == d {
		return period{week, w.First(), d}, nil
	}
	remedy := ""
	if d == d.Month().First() {
		remedy = fmt.Sprintf("; for the whole month write %s", d.Month())
	}
	return period{}, fmt.Errorf("%s is a %s, not the last day of a week: weeks start on %s here, and this one ends on %s%s",
		d, d.Weekday(), c.WeekStarts(), w.Last(), remedy)
}

func parseQuarter(text string) (period, bool) {
	year, number, found := strings.Cut(text, "-Q")
	if !found || len(number) != 1 || number < "1" || number > "4" {
		return period{}, false
	}
	m, err := calendar.ParseMonth(fmt.Sprintf("%s-%02d", year, int(number[0]-'0')*3))
	if err != nil {
		return period{}, false
	}
	return quarterOf(m), true
}

func isISOWeek(text string) bool {
	year, number, found := strings.Cut(text, "-W")
	_, errYear := strconv.ParseUint(year, 10, 16)
	n, errNumber := strconv.ParseUint(number, 10, 8)
	return found && len(year) == 4 && errYear == nil && errNumber == nil && n >= 1 && n <= 53
}

// isoWeekEnd returns the date on which a week written as 2026-W46 ends, or an
// example if the year has no such week or weeks do not start on Monday.
func isoWeekEnd(text string, c calendar.Calendar) calendar.Day {
	year, _ := strconv.Atoi(text[:4])
	number, _ := strconv.Atoi(text[6:])
	w := c.WeekOf(calendar.DayOn(year, time.January, 4)).Add(number - 1)
	if label, ok := w.ISO(); ok && label == fmt.Sprintf("%04d-W%02d", year, number) {
		return w.Last()
	}
	return c.WeekOf(calendar.DayOn(2026, time.November, 11)).Last()
}
