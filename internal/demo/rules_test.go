package demo_test

import (
	"fmt"
	"strings"
	"testing"

	"tearsheet/calendar"
)

// The rules, one case each, in days of the history. An event is day, user and kind.
func TestRulesOfSubscriptions(t *testing.T) {
	one := func(day, term int) paid { return paid{user: 1, day: day, term: term, refunded: never, plan: "plus"} }
	refunded := func(p paid, on int) paid { p.refunded = on; return p }
	cases := []struct {
		name    string
		history []paid
		want    string // events
		active  string // days at whose end the user is a subscriber, as from-to
	}{
		{"three days of grace after what is paid", []paid{one(0, 10)}, "0 new, 13 churn", "0-12"},
		{"paid again when it is due", []paid{one(0, 10), one(10, 10)}, "0 new, 10 renewal, 23 churn", "0-22"},
		{"paid again in the grace: the new term begins with the payment", []paid{one(0, 10), one(12, 10)}, "0 new, 12 renewal, 25 churn", "0-24"},
		{"paid again on the day on which it would end: nothing ended", []paid{one(0, 10), one(13, 10)}, "0 new, 13 renewal, 26 churn", "0-25"},
		{"paid again a day later: he was away", []paid{one(0, 10), one(14, 10)}, "0 new, 13 churn, 14 reactivation, 27 churn", "0-12 14-26"},
		{"extended by hand: what was paid is not lost, and he is not new", []paid{one(0, 30), one(5, 30)}, "0 new, 5 renewal, 63 churn", "0-62"},
		{"two payments on one day are two terms", []paid{one(0, 10), one(0, 10)}, "0 new, 0 renewal, 23 churn", "0-22"},
		{"a refund ends it on its own day, without grace", []paid{refunded(one(0, 30), 8)}, "0 new, 8 churn", "0-7"},
		{"a refund of the extension leaves what was paid before", []paid{one(0, 30), refunded(one(5, 30), 9)}, "0 new, 5 renewal, 33 churn", "0-32"},
		{"a refund of the first term leaves the second one, from its day on", []paid{refunded(one(0, 30), 20), one(10, 30)}, "0 new, 10 renewal, 43 churn", "0-42"},
		{"a refund after the end changes nothing", []paid{refunded(one(0, 10), 20)}, "0 new, 13 churn", "0-12"},
		{"bought and refunded on one day", []paid{refunded(one(4, 30), 4)}, "4 new, 4 churn", ""},
		{"who returns after a refund is not new", []paid{refunded(one(0, 30), 2), one(6, 10)}, "0 new, 2 churn, 6 reactivation, 19 churn", "0-1 6-18"},
	}
	for _, e := range engines(t) {
		s := newSubscriptions(t, e)
		for _, c := range cases {
			s.enter(t, numbered(c.history))
			s.buildAll(t)
			if got := s.story(t); got != c.want {
				t.Errorf("%s: %s: events are %q, want %q", e.name, c.name, got, c.want)
			}
			if got := s.days(t); got != c.active {
				t.Errorf("%s: %s: a subscriber on %q, want %q", e.name, c.name, got, c.active)
			}
		}
	}
}

// story writes the events with days of the history.
func (s subscriptions) story(t *testing.T) string {
	var events []string
	for _, row := range s.rows(t, "select cast(day as varchar(10)), case when kind = 'churn' then 2 else 1 end, coalesce(purchase_id, 0), kind from subscription_events") {
		fields := strings.Fields(row)
		events = append(events, fmt.Sprint(mustDay(t, fields[0]).Sub(start), " ", fields[3]))
	}
	return strings.Join(events, ", ")
}

// days writes the days of subscribers as spans.
func (s subscriptions) days(t *testing.T) string {
	var spans []string
	first, last := never, never
	end := func() {
		if first != never {
			spans = append(spans, fmt.Sprintf("%d-%d", first, last))
		}
	}
	for _, row := range s.rows(t, "select cast(day as varchar(10)) from active_subscribers") {
		day := mustDay(t, row).Sub(start)
		if day != last+1 || first == never {
			end()
			first = day
		}
		last = day
	}
	end()
	return strings.Join(spans, " ")
}

func mustDay(t testing.TB, text string) calendar.Day {
	t.Helper()
	day, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}
