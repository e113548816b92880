package demo_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
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

// subscriberTables are those that are derived from purchases, parents first.
var subscriberTables = strings.Fields("subscription_coverage active_subscribers subscription_events subscriber_balance")

// derived returns the same of the warehouse's tables.
func (e engine) derived(t testing.TB) simulation {
	t.Helper()
	return simulation{
		active: e.rows(t, "select cast(day as varchar(10)), user_id, plan from active_subscribers"),
		events: e.rows(t, "select cast(day as varchar(10)), user_id, kind, purchase_id from subscription_events"),
		counts: e.rows(t, "select cast(day as varchar(10)), at_start, started, returned, churned, renewed, at_end from subscriber_balance"),
	}
}

// difference says in what two simulations differ, or nothing.
func (s simulation) difference(other simulation) string {
	for _, pair := range []struct {
		what         string
		one, another []string
	}{{"active", s.active, other.active}, {"events", s.events, other.events}, {"counts", s.counts, other.counts}} {
		if !slices.Equal(pair.one, pair.another) {
			return fmt.Sprintf("%s: only in one %v, only in the other %v", pair.what, without(pair.one, pair.another), without(pair.another, pair.one))
		}
	}
	return ""
}

// without returns what one list has and another lacks.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(item string) bool { return slices.Contains(other, item) })
}

// subscriptions is an engine with the tables of the subscribers.
type subscriptions struct {
	engine
	assets []*pipeline.Asset
}

func newSubscriptions(t testing.TB, e engine) subscriptions {
	t.Helper()
	list := inOrder(t, subscriberTables...)
	e.create(t, inOrder(t, "subscription_purchases")...)
	e.create(t, list...)
	return subscriptions{e, list}
}

// enter makes a history the purchases, and empties what was derived from others.
func (s subscriptions) enter(t testing.TB, history []paid) {
	t.Helper()
	s.exec(t, "delete from subscription_purchases")
	for _, a := range s.assets {
		s.exec(t, "delete from "+a.Name)
	}
	w := inserter{t: t, engine: s.engine, table: "subscription_purchases (day, occurred_at, purchase_id, user_id, plan, term_days, amount, method, refunded_on)"}
	for _, p := range history {
		refunded := "null"
		if p.refunded != never {
			refunded = "date " + quoted(start.Add(p.refunded).String())
		}
		w.add("date "+quoted(start.Add(p.day).String()), fmt.Sprintf("timestamp '%s 12:%02d:00'", start.Add(p.day), p.second),
			fmt.Sprint(p.id), fmt.Sprint(p.user), quoted(p.plan), fmt.Sprint(p.term), "6.99", "'card'", refunded)
	}
	w.flush()
}

func (s subscriptions) buildAll(t testing.TB) {
	t.Helper()
	s.mustBuild(t, start, start.Add(span), s.assets...)
}

// histories draws purchases of a few users: renewed in time, in the grace and late,
// extended by hand, two on a day, and refunded soon, late or never.
func histories(r *rapid.T) []paid {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) paid {
		p := paid{
			user:   rapid.IntRange(1, 4).Draw(r, "user"),
			day:    rapid.IntRange(0, span-5).Draw(r, "day"),
			second: rapid.IntRange(0, 3).Draw(r, "second"),
			term:   rapid.SampledFrom([]int{1, 2, 5, 7, 10, 30}).Draw(r, "term"),
			plan:   rapid.SampledFrom([]string{"plus", "pro"}).Draw(r, "plan"),

			refunded: never,
		}
		if rapid.IntRange(0, 3).Draw(r, "refund") == 0 {
			p.refunded = min(span-1, p.day+rapid.IntRange(0, 12).Draw(r, "after"))
		}
		return p
	}), 1, 30).Draw(r, "purchases")
}

// numbered gives purchases their ids.
func numbered(history []paid) []paid {
	for i := range history {
		history[i].id = i + 1
	}
	return history
}

func TestSubscribersAreThoseOfAnIndependentSimulation(t *testing.T) {
	for _, e := range engines(t) {
		t.Run(e.name, func(t *testing.T) {
			s := newSubscriptions(t, e)
			rapid.Check(t, func(r *rapid.T) {
				history := numbered(histories(r))
				s.enter(t, history)
				s.buildAll(t)
				if d := simulate(history).difference(s.derived(t)); d != "" {
					r.Fatal(d)
				}
			})
		})
	}
}

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

// busy is one long history with everything in it, the same each time.
func busy() []paid {
	random := rand.New(rand.NewPCG(7, 7))
	var history []paid
	for user := 1; user <= 40; user++ {
		for range 1 + random.IntN(6) {
			p := paid{user: user, day: random.IntN(span - 5), second: random.IntN(3), term: []int{1, 5, 10, 30}[random.IntN(4)],
				plan: []string{"plus", "pro"}[random.IntN(2)], refunded: never}
			if random.IntN(4) == 0 {
				p.refunded = min(span-1, p.day+random.IntN(15))
			}
			history = append(history, p)
		}
	}
	return numbered(history)
}

// A table that is emptied and made again, day by day in random order and in spans of
// random length, has the same rows.
func TestRebuiltInAnyOrderTheTablesAreTheSame(t *testing.T) {
	for _, e := range engines(t) {
		t.Run(e.name, func(t *testing.T) {
			s := newSubscriptions(t, e)
			s.enter(t, busy())
			s.buildAll(t)
			want := map[string][]string{}
			for _, a := range s.assets {
				want[a.Name] = s.table(t, a)
			}
			random := rand.New(rand.NewPCG(1, 2))
			for _, a := range s.assets {
				s.exec(t, "delete from "+a.Name)
				var spans [][2]int
				for from := 0; from < span; {
					to := min(span, from+1+random.IntN(4))
					spans = append(spans, [2]int{from, to})
					from = to
				}
				random.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
				for _, days := range append(spans, spans[:5]...) { // some of them twice
					s.mustBuild(t, start.Add(days[0]), start.Add(days[1]), a)
				}
				if got := s.table(t, a); !slices.Equal(got, want[a.Name]) {
					t.Errorf("%s has other rows: %v, not %v", a.Name, without(got, want[a.Name]), without(want[a.Name], got))
				}
				if len(want[a.Name]) == 0 {
					t.Errorf("%s is empty", a.Name)
				}
			}
		})
	}
}

// A purchase, or a refund, that becomes known late changes the days that the simulation
// says and no other.
func TestLatePurchaseChangesTheDaysOfTheSimulation(t *testing.T) {
	s := newSubscriptions(t, newDuck(t))
	changes := 0
	rapid.Check(t, func(r *rapid.T) {
		after := numbered(histories(r))
		late := rapid.IntRange(0, len(after)-1).Draw(r, "late")
		before := slices.Delete(slices.Clone(after), late, late+1)
		if after[late].refunded != never && rapid.Bool().Draw(r, "only the refund is late") {
			before = slices.Clone(after)
			before[late].refunded = never
		}
		var built [2]simulation
		for i, history := range [][]paid{before, after} {
			s.enter(t, history)
			s.buildAll(t)
			built[i] = s.derived(t)
		}
		want, got := changedDays(simulate(before), simulate(after)), changedDays(built[0], built[1])
		if !slices.Equal(got, want) {
			r.Fatalf("changed are %v, want %v", got, want)
		}
		if len(want) > 0 && want[0] < start.Add(min(after[late].day, cmp.Or(after[late].refunded, span))).String() {
			r.Fatalf("a day before it changed: %v", want)
		}
		changes += len(want)
	})
	if changes == 0 {
		t.Error("no day changed at all")
	}
}

// changedDays returns the days of which any table has other rows.
func changedDays(a, b simulation) []string {
	var days []string
	for _, pair := range [][2][]string{{a.active, b.active}, {a.events, b.events}, {a.counts, b.counts}} {
		for _, row := range append(without(pair[0], pair[1]), without(pair[1], pair[0])...) {
			days = append(days, row[:len("2027-12-20")])
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// The checker sees what is usually done wrong: each of these has other rows than the
// simulation, and what breaks the balance is stopped by a check of its own.
func TestUsualMistakesAreCaught(t *testing.T) {
	mistakes := []struct{ name, asset, right, wrong string }{
		{"four days of grace", "subscription_coverage", "paid_through + 3", "paid_through + 4"},
		{"a second term does not wait for the first to end", "subscription_coverage", "max(day + cast(days_from_here as integer))", "max(day + 10)"},
		{"refunds are not looked at", "subscription_coverage", "(purchases.refunded_on is null or purchases.refunded_on > changes.day)", "true"},
		{"refunds write the past anew", "subscription_coverage", "(purchases.refunded_on is null or purchases.refunded_on > changes.day)", "purchases.refunded_on is null"},
		{"who returns is new", "subscription_events", "else 'reactivation'", "else 'new'"},
		{"two purchases on a day are two new ones", "subscription_events", "when purchases.of_day > 1 then 'renewal'", ""},
		{"refunds are no churn", "subscription_events", "where ends_on = since and", "where false and"},
		{"the first day after a term counts as gone", "active_subscribers", "spans.ends_on > days.day", "spans.ends_on > days.day + 1"},
	}
	for _, mistake := range mistakes {
		t.Run(mistake.name, func(t *testing.T) {
			s := newSubscriptions(t, newDuck(t))
			for i, a := range s.assets {
				if a.Name == mistake.asset {
					spoiled := *a
					if spoiled.SQL = strings.ReplaceAll(a.SQL, mistake.right, mistake.wrong); spoiled.SQL == a.SQL {
						t.Fatalf("%s has no %q", a.Name, mistake.right)
					}
					s.assets[i] = &spoiled
				}
			}
			s.enter(t, busy())
			for _, a := range s.assets {
				if err := s.build(a, start, start.Add(span)); err != nil {
					var check *warehouse.CheckError
					if !errors.As(err, &check) {
						t.Fatal(err)
					}
					t.Log("stopped by", err)
					return
				}
			}
			if d := simulate(busy()).difference(s.derived(t)); d == "" {
				t.Error("nobody saw it")
			}
		})
	}
}

// The nightly identities are checks that stop a build: a subscriber too many and a
// purchase without an event do not get through.
func TestIdentitiesStopTheBuild(t *testing.T) {
	for _, e := range engines(t) {
		t.Run(e.name, func(t *testing.T) {
			s := newSubscriptions(t, e)
			s.enter(t, busy())
			s.buildAll(t)
			balance := s.assets[3]
			stopped := func(what string) {
				t.Helper()
				var check *warehouse.CheckError
				if err := s.build(balance, start, start.Add(span)); !errors.As(err, &check) {
					t.Errorf("%s: %v, not stopped", what, err)
				}
			}
			s.exec(t, "insert into active_subscribers (day, user_id, plan) values (date '2028-01-10', 999, 'plus')")
			stopped("a subscriber too many")
			s.exec(t, "delete from active_subscribers where user_id = 999",
				"delete from subscription_events where kind = 'churn' and day = (select max(day) from subscription_events where kind = 'churn')")
			stopped("a churn that is missing")
			events := *s.assets[2]
			events.SQL = "select * from (" + events.SQL + ") as e where purchase_id is null or purchase_id <> 5"
			var check *warehouse.CheckError
			if err := s.build(&events, start, start.Add(span)); !errors.As(err, &check) || !strings.Contains(check.Check, "purchases of the day") {
				t.Errorf("a purchase without an event: %v, not stopped", err)
			}
		})
	}
}
