package workflow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cron returns the schedule as a cron expression of five fields, in which Sunday is 0:
// Kubernetes takes no 7, and no fri-sun. What reads it has to be told the zone, as Kubernetes is by timeZone: and some crons by CRON_TZ. Whether it has a
// rule for clock changes is its own affair.
func (s Schedule) Cron() string {
	if s.cron != nil {
		return s.cron.text
	}
	return s.rule().write()
}

// write writes a rule as an expression, without names and ranges.
func (r rule) write() string {
	days, weekdays := list(r.days, 1, 31, "*"), list(r.weekdays, 0, 6, "*")
	if !r.anyWeekday && weekdays == "*" {
		weekdays = "0-6" // with a star a date would have to be one of the month's, too
	}
	if !r.anyDay && days == "*" {
		days = "1-31"
	}
	if (r.anyDay || r.anyWeekday) && days != "*" && weekdays != "*" {
		parts := strings.Fields(r.text) // one is a star with a step, which says that a date must be of both
		days, weekdays = parts[2], parts[4]
	}
	return strings.Join([]string{list(r.minutes, 0, 59, "*"), list(r.hours, 0, 23, "*"), days, list(r.months, 1, 12, "*"), weekdays}, " ")
}

// list writes the members of a set with commas between, or star if it has all.
func list(set uint64, low, high int, star string) string {
	if set == all(low, high) {
		return star
	}
	var texts []string
	for _, n := range members(set) {
		texts = append(texts, strconv.Itoa(n))
	}
	return strings.Join(texts, ",")
}

// OnCalendar returns the schedule as systemd writes it in a timer, one OnCalendar= a
// member: "Tue *-*-* 07:00:00 America/Toronto". They are two where a date of the month or
// one of the week will do. With Persistent=true in the timer, systemd catches up for what
// was missed while the machine was off. A time that the clock skips it passes over (systemd
// 252 does), so its timer should ask once more some hours later, or Scheduler.Run catches
// up for the slot only when the next is due.
func (s Schedule) OnCalendar() []string {
	r := s.rule()
	if !r.anyDay && !r.anyWeekday {
		inMonth, inWeek := r, r
		inMonth.weekdays, inWeek.days = all(0, 6), all(1, 31)
		return []string{inMonth.calendar(s.Zone), inWeek.calendar(s.Zone)}
	}
	return []string{r.calendar(s.Zone)}
}

func (r rule) calendar(zone *time.Location) string {
	var b strings.Builder
	if r.weekdays != all(0, 6) {
		var names []string
		for _, n := range members(r.weekdays) {
			names = append(names, time.Weekday(n).String()[:3])
		}
		b.WriteString(strings.Join(names, ",") + " ")
	}
	fmt.Fprintf(&b, "*-%s-%s %s:%s:00 %s", twoDigits(r.months, 1, 12), twoDigits(r.days, 1, 31),
		twoDigits(r.hours, 0, 23), twoDigits(r.minutes, 0, 59), zone)
	return b.String()
}

func twoDigits(set uint64, low, high int) string {
	if set == all(low, high) {
		return "*"
	}
	var texts []string
	for _, n := range members(set) {
		texts = append(texts, fmt.Sprintf("%02d", n))
	}
	return strings.Join(texts, ",")
}

// UTC returns cron expressions in UTC, for what knows no zones: of those that the
// schedule needs with the offset that the zone has at an instant. Where the zone changes
// its clock there are other ones for other instants, and who uses them all has to ask the
// schedule, at each, whether a slot is due. It reports false if there are none, since UTC
// has another date than the zone, and the schedule is one of days of the month or of
// months.
func (s Schedule) UTC(at time.Time) (expressions []string, ok bool) {
	r := s.rule()
	_, offset := at.In(s.Zone).Zone()
	if offset%60 != 0 {
		return nil, false
	}
	every := r.days == all(1, 31) && r.months == all(1, 12) && r.weekdays == all(0, 6)
	const minutes = 24 * 60
	var sets [3][24]uint64 // the minutes of each hour in UTC, of the day before, the day itself and the day after
	for _, hour := range members(r.hours) {
		for _, minute := range members(r.minutes) {
			n := minutes + hour*60 + minute - offset/60
			on := n / minutes
			if every {
				on = 1
			}
			sets[on][n%minutes/60] |= only(n % 60)
		}
	}
	for on, hours := range sets {
		for _, set := range distinct(hours) {
			moved, ok := r.moved(on - 1)
			if !ok {
				return nil, false
			}
			moved.minutes, moved.hours = set, 0
			for hour := range hours {
				if hours[hour] == set {
					moved.hours |= only(hour)
				}
			}
			expressions = append(expressions, moved.write())
		}
	}
	return expressions, true
}

// distinct returns the sets of a day without those that are empty, each once.
func distinct(hours [24]uint64) []uint64 {
	var sets []uint64
	for _, set := range hours {
		if set != 0 && !slices.Contains(sets, set) {
			sets = append(sets, set)
		}
	}
	return sets
}

// moved returns the rule some days later.
func (r rule) moved(days int) (rule, bool) {
	if days == 0 {
		return r, true
	}
	if r.days != all(1, 31) || r.months != all(1, 12) {
		return rule{}, false
	}
	weekdays := r.weekdays
	r.weekdays = 0
	for _, n := range members(weekdays) {
		r.weekdays |= only((n + days + 7) % 7)
	}
	return r, true
}
