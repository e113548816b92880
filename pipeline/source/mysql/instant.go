package mysql

import (
	"database/sql/driver"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

const (
	microsecondsPerSecond = 1_000_000
	secondsPerDay         = 24 * 60 * 60
	dateLength            = len("2015-02-10")
)

// dates reads dates as the server writes them. It knows the last one, since rows of a
// day mostly follow each other.
type dates struct {
	last [dateLength]byte
	day  calendar.Day
}

// date reads 2015-02-10. A date that does not exist is errNoDate: the server keeps
// 0000-00-00, 2015-02-00 and, if it is told to, 2015-02-30.
func (d *dates) date(text []byte) (calendar.Day, error) {
	if len(text) != dateLength || text[4] != '-' || text[7] != '-' {
		return 0, errNoDate
	}
	if [dateLength]byte(text) == d.last {
		return d.day, nil
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:])
	const shortest = 28 // a month has no fewer days; most dates need no more of the calendar
	if year < 1 || month < 1 || month > 12 || day < 1 || day > shortest && day > daysOf(year, month) {
		return 0, errNoDate
	}
	d.last, d.day = [dateLength]byte(text), calendar.DayOn(year, time.Month(month), day)
	return d.day, nil
}

// nextDate returns the first date after one that does not exist, and whether the text
// begins with such a one.
func nextDate(text []byte) (calendar.Day, bool) {
	if len(text) < dateLength {
		return 0, false
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:dateLength])
	switch {
	case year < 0 || month < 0 || day < 0:
		return 0, false
	case month == 0:
		return calendar.DayOn(year, time.January, 1), true
	case day == 0:
		return calendar.DayOn(year, time.Month(month), 1), true
	}
	return calendar.DayOn(year, time.Month(month)+1, 1), day > daysOf(year, month)
}

// number reads digits; it is -1 for anything else.
func number(text []byte) int {
	n := 0
	for _, b := range text {
		if b < '0' || b > '9' {
			return -1
		}
		n = n*10 + int(b-'0')
	}
	return n
}

func daysOf(year, month int) int { return calendar.Month{Year: year, Month: time.Month(month)}.Days() }

// instant reads 2015-02-10 10:24:31 or 2015-02-10 10:24:31.324400, taken as UTC, in
// microseconds since 1970.
func (d *dates) instant(text []byte) (int64, error) {
	const clock = len(" 10:24:31")
	if len(text) < dateLength+clock {
		return 0, errNoDate
	}
	day, err := d.date(text[:dateLength])
	if err != nil {
		return 0, err
	}
	t := text[dateLength:]
	hour, minute, second := number(t[1:3]), number(t[4:6]), number(t[7:9])
	if t[0] != ' ' || t[3] != ':' || t[6] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, errNoDate
	}
	seconds := int64(day)*secondsPerDay + int64(hour*3600+minute*60+second)
	fraction, err := microseconds(t[clock:])
	return seconds*microsecondsPerSecond + fraction, err
}

// microseconds reads .3244, or nothing.
func microseconds(text []byte) (int64, error) {
	if len(text) == 0 {
		return 0, nil
	}
	n := number(text[1:])
	if text[0] != '.' || n < 0 || len(text) > len(".123456") {
		return 0, errNoDate
	}
	for range len(".123456") - len(text) {
		n *= 10
	}
	return int64(n), nil
}

func (d *dates) takeDate(value driver.Value, into *warehouse.Vector) error {
	text, ok := value.([]byte)
	if !ok {
		return errKind
	}
	day, err := d.date(text)
	if err == nil {
		into.Ints = append(into.Ints, int64(day))
	}
	return err
}

func (d *dates) takeInstant(value driver.Value, into *warehouse.Vector) error {
	text, ok := value.([]byte)
	if !ok {
		return errKind
	}
	at, err := d.instant(text)
	if err == nil {
		into.Ints = append(into.Ints, at)
	}
	return err
}
