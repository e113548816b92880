package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
)

// Accident is something that goes wrong in the files, on purpose.
type Accident struct {
	What  string // in a sentence
	Where string // the files, or the table
}

// The hosts of the accidents whose hours, in UTC, follow.
const (
	silentHost = web2
	cutHost    = api1
	twiceHost  = web1
)

func silentFrom() time.Time { return time.Date(2026, time.November, 11, 18, 0, 0, 0, time.UTC) }

const silentHours = 3

func cutHour() time.Time { return time.Date(2026, time.November, 10, 19, 0, 0, 0, time.UTC) }

func twiceHour() time.Time { return time.Date(2026, time.November, 9, 14, 0, 0, 0, time.UTC) }

// lateFile is a log that comes with the second delivery.
type lateFile struct {
	host host
	from time.Time
}

func lateFiles() []lateFile {
	return []lateFile{
		{web1, time.Date(2026, time.October, 28, 15, 0, 0, 0, time.UTC)},
		{web2, time.Date(2026, time.November, 13, 20, 0, 0, 0, time.UTC)},
		{web2, time.Date(2026, time.November, 13, 21, 0, 0, 0, time.UTC)},
	}
}

// byHandDay is a day on which a subscriber surely extends by hand: within the nights
// whose flags were kept.
func byHandDay() calendar.Day { return calendar.DayOn(2026, time.November, 12) }

func isByHand(day calendar.Day) bool { return day == byHandDay() }

// Accidents returns all that goes wrong in the files that WriteData makes. What
// DeliverRest mends says so.
func Accidents() []Accident {
	silent := fmt.Sprintf("%s to %s", logName(silentHost, silentFrom()), silentFrom().Add((silentHours-1)*time.Hour).Format("15"))
	var late []string
	for _, f := range lateFiles() {
		late = append(late, logName(f.host, f.from))
	}
	return []Accident{
		{"a host is silent for three hours, and these are lost: the week stays provisional", silent},
		{"a file is delivered twice, under a second name", twiceName()},
		{"a file is cut off in the middle; the second delivery repairs it", logName(cutHost, cutHour())},
		{"files come late, with the second delivery", strings.Join(late, ", ")},
		{"lines are damaged: en dashes in the date, fields missing, bytes that are no text, a clock that says 1970; one in each file", strings.Join(slices.Sorted(maps.Keys(damagedHours())), ", ")},
		{"a subscriber extends by hand, and looks new to production", fmt.Sprintf("production.subscription_purchases, method %s, among others on %s", byHand, byHandDay())},
	}
}

func twiceName() string {
	return strings.TrimSuffix(logName(twiceHost, twiceHour()), ".log.gz") + "_again.log.gz"
}

// silent reports whether the lines of a file were never written.
func (h hour) silent() bool {
	since := h.from.Sub(silentFrom())
	return h.host == silentHost && since >= 0 && since < silentHours*time.Hour
}

func (h hour) late() bool {
	for _, f := range lateFiles() {
		if f.host == h.host && f.from.Equal(h.from) {
			return true
		}
	}
	return false
}

func (h hour) cut() bool { return h.host == cutHost && h.from.Equal(cutHour()) }

func (h hour) twice() bool { return h.host == twiceHost && h.from.Equal(twiceHour()) }

// damagedHours are the files of which a line is damaged, with how.
func damagedHours() map[string]func(string) string {
	at := func(h host, month time.Month, day, hour int) string {
		return logName(h, time.Date(2026, month, day, hour, 0, 0, 0, time.UTC))
	}
	return map[string]func(string) string{
		at(web1, time.August, 25, 0):    enDashes,
		at(api1, time.September, 2, 23): withoutFields,
		at(web2, time.September, 9, 1):  notText,
		at(web1, time.September, 29, 0): withoutFields,
		at(api1, time.October, 7, 22):   notText,
		at(web1, time.October, 14, 2):   in1970,
		at(web2, time.October, 21, 0):   enDashes,
		at(api1, time.November, 4, 0):   withoutFields,
		at(web1, time.November, 9, 0):   notText,
		at(web2, time.November, 12, 1):  enDashes,
		at(web1, time.November, 14, 0):  withoutFields,
	}
}

// enDashes is what a word processor makes of a date. It is mended when it is read.
func enDashes(line string) string { return strings.Replace(line, "-", "–", 2) }

// withoutFields is a line after a full disk.
func withoutFields(line string) string { return line[:len("2026-11-11 10:24:31.324 23")] }

// notText has a byte that no UTF-8 has, in the action.
func notText(line string) string {
	fields := strings.Split(line, " ")
	fields[3] = fields[3][:3] + "\xff" + fields[3][3:]
	return strings.Join(fields, " ")
}

// in1970 is a line by a clock that was never set.
func in1970(line string) string {
	return "1970-01-01 00:00:07.000" + line[len("2026-11-11 10:24:31.324"):]
}

// damage damages the third line of a file that is to have a damaged one.
func (h hour) damage(how map[string]func(string) string) {
	if spoil := how[h.name()]; spoil != nil && len(h.lines) > 2 {
		h.lines[2].text = spoil(h.lines[2].text)
	}
}
