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

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

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
