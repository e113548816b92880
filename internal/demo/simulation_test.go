package demo_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tearsheet/calendar"
)

// paid is a purchase of a subscription. Days are counted from the first of the history.
type paid struct {
	id, user, day, second, term int
	refunded                    int // the day, or never
	plan                        string
}

const never = -1

// start is the day 0 of the histories: a year's end and a leap day lie in them.
var start = calendar.DayOn(2027, 12, 20)

// span is the length of the histories in days.
const span = 75

// simulation is what subscribers did, by the rules in words and nothing else: day by
// day, user by user, with the recursion that the SQL does without.
type simulation struct {
	active []string // day user plan
	events []string // day user kind
	counts []string // day at_start started returned churned renewed at_end
}

// paidThrough applies the rule to the purchases that count at the end of a day: each
// pays from what was paid before, or from its own day if that is later.
func paidThrough(mine []paid, today int) (through int, plan string) {
	through = never
	for _, p := range mine {
		if p.day > today || p.refunded != never && p.refunded <= today {
			continue
		}
		through, plan = max(through, p.day)+p.term, p.plan
	}
	return through, plan
}

func simulate(history []paid) simulation {
	const grace = 3
	var s simulation
	byUser := map[int][]paid{}
	for _, p := range history {
		byUser[p.user] = append(byUser[p.user], p)
	}
	for _, mine := range byUser {
		slices.SortFunc(mine, func(a, b paid) int { return cmp.Or(a.day-b.day, a.second-b.second, a.id-b.id) })
	}
	was := map[int]bool{}
	everPaid := map[int]bool{}
	for today := range span {
		n := map[string]int{"at_start": len(was)}
		is := map[int]bool{}
		for user, mine := range byUser {
			through, plan := paidThrough(mine, today)
			if through != never && today < through+grace {
				is[user] = true
				s.active = append(s.active, words(start.Add(today), user, plan))
			}
			paidToday := false
			for _, p := range mine {
				if p.day != today {
					continue
				}
				kind := "reactivation"
				if !everPaid[user] {
					kind = "new"
				} else if was[user] || paidToday {
					kind = "renewal"
				}
				everPaid[user], paidToday = true, true
				n[kind]++
				s.events = append(s.events, words(start.Add(today), user, kind, p.id))
			}
			if (was[user] || paidToday) && !is[user] {
				n["churn"]++
				s.events = append(s.events, words(start.Add(today), user, "churn -"))
			}
		}
		if len(was)+len(is)+n["new"]+n["reactivation"]+n["churn"] > 0 {
			s.counts = append(s.counts, words(start.Add(today), n["at_start"], n["new"], n["reactivation"], n["churn"], n["renewal"], len(is)))
		}
		was = is
	}
	for _, list := range [][]string{s.active, s.events, s.counts} {
		slices.Sort(list)
	}
	return s
}

// words writes values as a row is written.
func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }
