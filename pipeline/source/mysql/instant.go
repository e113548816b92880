package mysql

import (
	"database/sql/driver"

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
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) {
		return 0, errNoDate
	}
	d.last, d.day = [dateLength]byte(text), daysSince1970(year, month, day)
	return d.day, nil
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

func daysOf(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts by years that begin in March, so that the odd day comes last.
func daysSince1970(year, month, day int) calendar.Day {
	if month < 3 {
		year, month = year-1, month+12
	}
	const march0000 = 719468 // days from 0000-03-01 to 1970-01-01
	days := year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1
	return calendar.Day(days - march0000)
}

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
