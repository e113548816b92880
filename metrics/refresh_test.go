package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

const threes = "3 3 3 3 3 3 3 3 3 3 3 3 3 3"

func TestNothingChangedAsksNothing(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes(), counted("users", "likes", "count(distinct user_id)"), counted("visits", "visits", "count(*)")}
	first := n.run(list, metrics.Work{Statements: 6, Days: 42}) // three statements for each of two weeks
	again := n.run(list, metrics.Work{})
	if !reflect.DeepEqual(first, again) {
		t.Errorf("the stored values are %v, want %v", again, first)
	}
	n.want(again, "users", threes)
}

func TestOnlyADayThatChangedIsComputedAgain(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes(), counted("visits", "visits", "count(*)")}
	n.run(list, metrics.Work{Statements: 4, Days: 28})
	n.load("likes", n.first().Add(4), 5, calendar.Whole())
	history := n.run(list, metrics.Work{Statements: 1, Days: 1})
	n.want(history, "likes", "3 3 3 3 5 3 3 3 3 3 3 3 3 3")
	day := n.first().Add(4)
	if !strings.Contains(n.asked[0], day.String()) || !strings.Contains(n.asked[0], (day+1).String()) || strings.Contains(n.asked[0], (day+2).String()) {
		t.Errorf("asked was %s", n.asked[0])
	}
}

func TestADayLoadedTwiceWithTheSameRowsIsTheSame(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes()}
	n.run(list, metrics.Work{Statements: 2, Days: 14})
	n.load("likes", n.first(), 3, calendar.Whole())
	n.want(n.run(list, metrics.Work{}), "likes", threes)
}

func TestAnotherDefinitionIsComputedOverAllDays(t *testing.T) {
	n := newNight(t)
	m, other := likes(), counted("visits", "visits", "count(*)")
	n.run([]*metrics.Metric{m, other}, metrics.Work{Statements: 4, Days: 28})
	renamed := *m
	renamed.Title, renamed.Definition, renamed.Roll = "Hearts", "Another wording.", metrics.Sum
	n.run([]*metrics.Metric{&renamed, other}, metrics.Work{})
	m.Where = "user_id > 1"
	n.want(n.run([]*metrics.Metric{m, other}, metrics.Work{Statements: 2, Days: 14}), "likes", strings.ReplaceAll(threes, "3", "2"))
	m.Where = "" // what it was before is still there
	n.want(n.run([]*metrics.Metric{m, other}, metrics.Work{}), "likes", threes)
}

func TestDaysThatAreNotWhollyLoadedAreUnknownAndNotAsked(t *testing.T) {
	n := newNight(t)
	n.load("likes", n.end()-1, 1, calendar.Coverage{Have: 21, Of: 24})
	n.load("likes", n.first(), 0, calendar.Whole()) // loaded, and nothing happened
	list := []*metrics.Metric{likes()}
	history := n.run(list, metrics.Work{Statements: 2, Days: 13})
	n.want(history, "likes", "0 3 3 3 3 3 3 3 3 3 3 3 3 -")
	if coverage := history["likes"].Days[n.end()-1].Coverage.String(); coverage != "21/24" {
		t.Errorf("the coverage is %s", coverage)
	}
	n.run(list, metrics.Work{})
	n.load("likes", n.end()-1, 4, calendar.Whole())
	n.want(n.run(list, metrics.Work{Statements: 1, Days: 1}), "likes", "0 3 3 3 3 3 3 3 3 3 3 3 3 4")
}

func TestAStatementOverTwoTablesWaitsForBoth(t *testing.T) {
	n := newNight(t)
	n.load("visits", n.first().Add(2), 0, calendar.Coverage{Have: 1, Of: 2})
	both := &metrics.Metric{Name: "both", Roll: metrics.Mean, Empty: metrics.EmptyZero,
		SQL: "select l.day as day, count(*) as value from likes l join visits v on v.day = l.day and v.user_id = l.user_id where l.day >= $1 and l.day < $2 group by 1"}
	history := n.run([]*metrics.Metric{both}, metrics.Work{Statements: 3, Days: 13})
	n.want(history, "both", "3 3 - 3 3 3 3 3 3 3 3 3 3 3")
}

func TestDaysBeforeAMetricBeginsAreUnknown(t *testing.T) {
	n := newNight(t)
	m, since := likes(), n.first().Add(3)
	m.Since = &since
	n.want(n.run([]*metrics.Metric{m}, metrics.Work{Statements: 2, Days: 11}), "likes", "- - - 3 3 3 3 3 3 3 3 3 3 3")
	other := counted("others", "likes", "count(user_id)") // reads the same loads
	n.want(n.run([]*metrics.Metric{m, other}, metrics.Work{Statements: 2, Days: 14}), "others", threes)
}

func TestARatioBringsItsOperands(t *testing.T) {
	n := newNight(t)
	ratio := &metrics.Metric{Name: "per", Roll: metrics.Ratio, RatioOf: metrics.Operands{Of: "likes", To: "visits"}}
	all := []*metrics.Metric{likes(), counted("visits", "visits", "count(*)"), ratio}
	history, work, err := n.refresh(all).Run(t.Context(), []*metrics.Metric{ratio}, n.weeks)
	if err != nil || work.Days != 28 {
		t.Fatalf("%+v, %v", work, err)
	}
	if week := metrics.NewRegistry(nil, all).Week(history, ratio, n.weeks[1]); !week.Actual.Equal(metrics.Int(1)) {
		t.Errorf("the week is %s", week.Actual)
	}
}

func TestAWholeWeekIsAskedOnceAndOnlyIfItIsLoaded(t *testing.T) {
	n := newNight(t)
	wau := counted("wau", "likes", "count(distinct user_id)")
	wau.Roll = metrics.Whole
	n.load("likes", n.first(), 0, calendar.Coverage{Have: 0, Of: 24})
	list := []*metrics.Metric{wau}
	history := n.run(list, metrics.Work{Statements: 1, Days: 1})
	if w := history["wau"].Weeks; len(w) != 1 || !w[n.weeks[1]].Equal(metrics.Int(3)) {
		t.Errorf("the weeks are %v", w)
	}
	n.run(list, metrics.Work{})
	n.load("likes", n.end()-1, 9, calendar.Whole())
	if got := n.run(list, metrics.Work{Statements: 1, Days: 1})["wau"].Weeks[n.weeks[1]]; !got.Equal(metrics.Int(9)) {
		t.Errorf("after a day was loaded again the week is %s", got)
	}
	n.load("likes", n.first(), 3, calendar.Whole())
	if got := n.run(list, metrics.Work{Statements: 1, Days: 1})["wau"].Weeks[n.weeks[0]]; !got.Equal(metrics.Int(3)) {
		t.Errorf("the week that was completed is %s", got)
	}
}

// others is a warehouse that somebody else fills.
type others struct {
	*night
	brownfield warehouse.Brownfield
}

func (o others) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	return o.brownfield.Loaded(ctx, table, from, to)
}

func TestWithoutVersionsTheLastDaysAreComputedAgain(t *testing.T) {
	n := newNight(t)
	first := n.first()
	source := others{n, warehouse.Brownfield{Querier: n.warehouse, CompleteFrom: &first, CompleteThrough: n.end() - 3}}
	list := []*metrics.Metric{likes()}
	refresh := n.refresh(list)
	refresh.Source, refresh.Again = source, n.end().Add(-5)
	run := func(want metrics.Work, days string) {
		t.Helper()
		history, work, err := refresh.Run(t.Context(), list, n.weeks)
		if err != nil || work != want {
			t.Fatalf("%+v, %v; want %+v", work, err, want)
		}
		n.want(history, "likes", days)
	}
	run(metrics.Work{Statements: 2, Days: 12}, "3 3 3 3 3 3 3 3 3 3 3 3 - -")
	n.load("likes", n.end().Add(-4), 8, calendar.Whole()) // within the last days
	n.load("likes", n.first(), 8, calendar.Whole())       // before them: stays as it was read
	run(metrics.Work{Statements: 1, Days: 3}, "3 3 3 3 3 3 3 3 3 3 8 3 - -")
	refresh.Again = n.first()
	run(metrics.Work{Statements: 2, Days: 12}, "8 3 3 3 3 3 3 3 3 3 8 3 - -")
}

func TestOneFaultyMetricCostsItsOwnFiguresOnly(t *testing.T) {
	n := newNight(t)
	bad := likes()
	bad.Name, bad.Where = "bad", "no_such_column > 1"
	list := []*metrics.Metric{likes(), bad, counted("users", "likes", "count(user_id)")}
	history, _, err := n.refresh(list).Run(t.Context(), list, n.weeks)
	if err == nil {
		t.Fatal("the fault is no error")
	}
	place := fmt.Sprintf("metric %q, %s to %s: ", "bad", n.first(), n.first().Add(6))
	if text := err.Error(); !strings.HasPrefix(text, place) || !strings.Contains(text, "no_such_column") || strings.Count(text, "metric ") != 1 {
		t.Errorf("the error is %q, want one that begins with %q", text, place)
	}
	n.want(history, "likes", threes)
	n.want(history, "users", threes)
	n.want(history, "bad", strings.ReplaceAll(threes, "3", "unknown"))
	if failed := slices.DeleteFunc(n.asked, func(text string) bool { return !strings.Contains(text, "no_such_column") }); len(failed) != 2 {
		t.Errorf("the faulty metric was asked %d times: together and alone", len(failed))
	}
	kept, err := n.store.Stored(t.Context(), bad.ComputationHash(n.calendar), n.first(), n.end())
	if err != nil || len(kept) != 0 {
		t.Errorf("kept of it is %v (%v)", kept, err)
	}
	bad.Where = "user_id > 1" // mended: only its own days are left to do
	n.run(list, metrics.Work{Statements: 2, Days: 14})
}

func TestD12AStatementThatTakesTooLongIsNamedAndTheOthersAreComputed(t *testing.T) {
	n := newNight(t)
	if err := n.warehouse.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := duck.OpenReadOnly(t.Context(), n.path, warehouse.Limits{Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	slow := &metrics.Metric{Name: "slow", Roll: metrics.Mean, SQL: `select day, sum(hash(user_id + i)) as value from likes, range(100000000000) r(i) where day >= $1 and day < $2 group by day`}
	list := []*metrics.Metric{slow, likes()}
	refresh := n.refresh(list)
	refresh.Source = reader
	history, _, err := refresh.Run(t.Context(), list, n.weeks)
	var timeout *warehouse.TimeoutError
	if !errors.As(err, &timeout) || !strings.HasPrefix(err.Error(), fmt.Sprintf("metric %q, %s to ", "slow", n.first())) {
		t.Errorf("the error is %v", err)
	}
	n.want(history, "likes", threes)
}

func TestWhatWasComputedBeforeAnInterruptIsKept(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes()}
	ctx, cancel := context.WithCancel(t.Context())
	refresh := n.refresh(list)
	refresh.Progress = func(done, total int) {
		if done == 1 {
			cancel()
		}
	}
	if _, _, err := refresh.Run(ctx, list, n.weeks); !errors.Is(err, context.Canceled) {
		t.Fatalf("the error is %v", err)
	}
	n.want(n.run(list, metrics.Work{Statements: 1, Days: 7}), "likes", threes)
}

func TestProgressRunsToItsEnd(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes(), counted("visits", "visits", "count(*)")}
	refresh := n.refresh(list)
	var seen []string
	refresh.Progress = func(done, total int) { seen = append(seen, fmt.Sprintf("%d/%d", done, total)) }
	for range 2 { // the second has nothing to do, and says nothing
		if _, _, err := refresh.Run(t.Context(), list, n.weeks); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"0/4", "1/4", "2/4", "3/4", "4/4"}; !slices.Equal(seen, want) {
		t.Errorf("progress was %v, want %v", seen, want)
	}
}

func TestDaysAtOnceBoundsAStatement(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes()}
	for days, statements := range map[int]int{1: 14, 5: 3, 14: 1, 100: 1} {
		t.Run(fmt.Sprint(days), func(t *testing.T) {
			list[0].Where = fmt.Sprintf("user_id < %d", 100+days) // nothing of it is stored
			refresh := n.refresh(list)
			refresh.DaysAtOnce = days
			history, work, err := refresh.Run(t.Context(), list, n.weeks)
			if err != nil || work != (metrics.Work{Statements: statements, Days: 14}) {
				t.Errorf("%+v, %v; want %d statements", work, err, statements)
			}
			n.want(history, "likes", threes)
		})
	}
}

func TestAStoreThatCannotKeepStopsTheRefresh(t *testing.T) {
	n := newNight(t)
	list := []*metrics.Metric{likes()}
	if err := n.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.refresh(list).Run(t.Context(), list, n.weeks); err == nil || !strings.Contains(err.Error(), "daily values") {
		t.Errorf("the error is %v", err)
	}
	if len(n.asked) != 0 {
		t.Errorf("asked was %v", n.asked)
	}
}

func TestStoredValuesAreKeptByTheVersionOfTheirLoads(t *testing.T) {
	n := newNight(t)
	m := likes()
	n.run([]*metrics.Metric{m}, metrics.Work{Statements: 2, Days: 14})
	loads, err := n.warehouse.Loaded(t.Context(), "likes", n.first(), n.end())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := n.store.Stored(t.Context(), m.ComputationHash(n.calendar), n.first(), n.end())
	if err != nil || len(kept) != 14 {
		t.Fatalf("%d days, %v", len(kept), err)
	}
	for _, day := range slices.Sorted(maps.Keys(kept)) {
		if version := kept[day].Version; version == "" || version != loads[day].Version || !kept[day].Value.Equal(metrics.Int(3)) {
			t.Errorf("%s is kept as %+v, loaded is %+v", day, kept[day], loads[day])
		}
	}
}

// The same days of another warehouse are other days.
func TestWithoutVersionsAnotherOriginIsComputedAnew(t *testing.T) {
	n := newNight(t)
	first := n.first()
	list := []*metrics.Metric{likes()}
	refresh := n.refresh(list)
	refresh.Source = others{n, warehouse.Brownfield{Querier: n.warehouse, CompleteFrom: &first, CompleteThrough: n.end() - 1}}
	refresh.Again = n.end()
	for _, step := range []struct {
		origin string
		work   metrics.Work
	}{
		{"one", metrics.Work{Statements: 2, Days: 14}}, {"one", metrics.Work{}},
		{"two", metrics.Work{Statements: 2, Days: 14}}, {"two", metrics.Work{}},
	} {
		refresh.Origin = step.origin
		history, work, err := refresh.Run(t.Context(), list, n.weeks)
		if err != nil || work != step.work {
			t.Errorf("from %s: %+v, %v; want %+v", step.origin, work, err, step.work)
		}
		n.want(history, "likes", threes)
	}
}

func TestTheStatementThatGaveAValueIsKept(t *testing.T) {
	n := newNight(t)
	bad := likes()
	bad.Name, bad.Where = "bad", "no_such_column > 1"
	good := likes()
	list := []*metrics.Metric{good, bad}
	if _, _, err := n.refresh(list).Run(t.Context(), list, n.weeks); err == nil {
		t.Fatal("the fault is no error")
	}
	ran, ok, err := n.store.Statement(t.Context(), good.ComputationHash(n.calendar))
	if err != nil || !ok || strings.Contains(ran.Text, "no_such_column") || !slices.Contains(n.asked, ran.Text) ||
		ran.First != n.weeks[1].First() || ran.Last != n.weeks[1].Last() {
		t.Errorf("kept is %+v, %v (%v)", ran, ok, err)
	}
	if ran, ok, _ := n.store.Statement(t.Context(), bad.ComputationHash(n.calendar)); ok {
		t.Errorf("kept of a metric that failed is %+v", ran)
	}
}
