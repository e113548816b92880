package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

func TestRunMakesWhatIsStaleAndNothingElse(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	if got := made(run(t, w, g, fill{rows: everyDay(100)}, nil)); got != "buyers 1/1, sales 10/10, totals 10/10, yesterday 10/10" {
		t.Errorf("the first run made %s", got)
	}
	before := dump(t, w)
	if report := run(t, w, g, fill{rows: everyDay(100)}, nil); made(report) != "" || slices.ContainsFunc(report.Nodes, func(n pipeline.NodeReport) bool { return len(n.Changed) > 0 }) {
		t.Errorf("the second run made %s", made(report))
	}
	if after := dump(t, w); after != before {
		t.Error("a run without work changed the warehouse")
	}
	late := everyDay(100)
	late[6] = append(late[6], [2]int64{1, 50})
	// Day 6 of the fact; the totals of days 6 to 9; day 7 of the table of the day before;
	// the whole table, which comes out the same.
	if got := made(run(t, w, g, fill{rows: late}, nil)); got != "buyers 1/0, sales 1/1, totals 4/4, yesterday 1/1" {
		t.Errorf("after a late row: %s", got)
	}
}

// Early cut-off: a day that is made again with the same rows stops the wave.
func TestTheSameRowsMakeNothingBelowStale(t *testing.T) {
	w := openWarehouse(t)
	run(t, w, assets(t, nil), fill{rows: everyDay(100)}, nil)
	other := assets(t, func(name, text string) string {
		if name == "sales" {
			return text + " and 1 = 1"
		}
		return text
	})
	if got := made(run(t, w, other, fill{rows: everyDay(100)}, nil)); got != "sales 10/0" {
		t.Errorf("other text with the same rows: %s", got)
	}
	forced := func(r *pipeline.Runner) {
		r.Context.Forced = &pipeline.Span{From: first + 2, To: first + 4}
		r.Selected = map[string]bool{"sales": true}
	}
	if got := made(run(t, w, other, fill{rows: everyDay(100)}, forced)); got != "sales 2/0" {
		t.Errorf("a backfill of two days: %s", got)
	}
}

// A day that a check refuses is not made, nor what is made of it; all others are. When
// it is mended, the warehouse is the one that never had it.
func TestBadDayKeepsNothingElseFromBeingMade(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	bad := everyDay(100)
	bad[6] = append(bad[6], [2]int64{1, -5})
	report := run(t, w, g, fill{rows: bad}, nil)
	// Of the table of the day before, day 7 is made of the bad day, and day 6 waits for
	// the fact to be there.
	if got := made(report); got != "buyers 0/0, sales 9/9, totals 6/6, yesterday 8/8" {
		t.Errorf("made %s", got)
	}
	if report.Good() || report.Worst() != pipeline.FailedData {
		t.Error("the run calls itself good")
	}
	for _, n := range report.Nodes {
		for _, f := range n.Failures {
			if f.From != first+6 || f.To != first+7 || !strings.Contains(f.Error, "cents positive") {
				t.Errorf("%s: %s to %s: %s", n.Name, f.From, f.To, f.Error)
			}
		}
	}
	status, err := pipeline.Survey(t.Context(), w, g, today)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]pipeline.NodeState{}
	for _, s := range status {
		states[s.Asset.Name] = s.State
	}
	if states["sales"] != pipeline.Failed || states["totals"] == pipeline.Fresh {
		t.Errorf("states are %v", states)
	}
	run(t, w, g, fill{rows: everyDay(100)}, nil)
	clean := openWarehouse(t)
	run(t, clean, g, fill{rows: everyDay(100)}, nil)
	if got, want := dump(t, w), dump(t, clean); got != want {
		t.Errorf("mended, it is\n%s\nwant\n%s", got, want)
	}
}

// A source that is down leaves what was loaded, and what is made of it goes on.
func TestB01SourceThatIsDownLeavesWhatThereIs(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	run(t, w, g, fill{rows: everyDay(100)}, nil)
	before := dump(t, w)
	down := errors.New("connection refused")
	report := run(t, w, g, fill{failed: down}, func(r *pipeline.Runner) {
		r.Kind = func(error) pipeline.FailureKind { return pipeline.FailedSource }
	})
	if report.Worst() != pipeline.FailedSource || dump(t, w) != before {
		t.Errorf("worst is %q", report.Worst())
	}
	status, err := pipeline.Survey(t.Context(), w, g, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status {
		if want := map[bool]pipeline.NodeState{true: pipeline.Failed, false: pipeline.Fresh}[s.Asset.Name == table.Name]; s.State != want {
			t.Errorf("%s is %s, want %s", s.Asset.Name, s.State, want)
		}
	}
}

// What failed and went well later is not failed any more, also if there was nothing to
// load, and also within one run that was interrupted between the two.
func TestASourceThatIsUpAgainIsFresh(t *testing.T) {
	for _, second := range []string{"a later run", "run"} {
		w, g := openWarehouse(t), assets(t, nil)
		now := clock()
		as := func(id string) func(*pipeline.Runner) {
			return func(r *pipeline.Runner) {
				r.Context.RunID = id
				r.Clock = func() time.Time { now = now.Add(time.Second); return now }
				r.Kind = func(error) pipeline.FailureKind { return pipeline.FailedSource }
			}
		}
		run(t, w, g, fill{rows: everyDay(100)}, as("the first run"))
		run(t, w, g, fill{failed: errors.New("connection refused")}, as("run"))
		if got := states(t, w, g)[table.Name]; got != "failed: connection refused" {
			t.Errorf("while it is down, it is %s", got)
		}
		run(t, w, g, fill{rows: everyDay(100)}, as(second))
		if got := states(t, w, g)[table.Name]; got != "fresh" {
			t.Errorf("after %s it is %s", second, got)
		}
		run(t, w, g, fill{rows: everyDay(100)}, as("the last run"))
		attempts, err := warehouse.Attempts(t.Context(), w, table.Name, time.Time{})
		if err != nil || len(attempts) != 3 {
			t.Errorf("%d attempts, want those of three runs and none of the last: %v", len(attempts), err)
		}
	}
}

// A statement that is wrong as such is not tried for every day: it is one failure.
func TestWrongStatementIsGivenUpAtOnce(t *testing.T) {
	w := openWarehouse(t)
	g := assets(t, func(name, text string) string {
		if name == "sales" {
			return strings.Replace(text, "cents from", "cent from", 1)
		}
		return text
	})
	report := run(t, w, g, fill{rows: everyDay(100)}, nil)
	for _, n := range report.Nodes {
		if n.Name == "sales" && (len(n.Failures) != 1 || n.Failures[0].From != first || n.Failures[0].To != today || !strings.Contains(n.Failures[0].Error, "cent")) {
			t.Errorf("failures are %+v", n.Failures)
		}
	}
}

// A SELECT for one day that is refused is one failure as well, and so are days in a row
// that fail alike.
func TestNeighbouringDaysThatFailAlikeAreOneFailure(t *testing.T) {
	w := openWarehouse(t)
	g := assets(t, func(name, text string) string {
		return strings.Replace(text, "sum(cents)", "sum(centz)", 1) // of totals, made day by day
	})
	bad := everyDay(100)
	for _, day := range []int{2, 3, 4, 7} {
		bad[day] = append(bad[day], [2]int64{1, -5})
	}
	want := map[string]string{"totals": "2026-10-28–2026-10-29", "sales": "2026-10-30–2026-11-01 2026-11-04–2026-11-04"}
	for _, n := range run(t, w, g, fill{rows: bad}, nil).Nodes {
		var got []string
		for _, f := range n.Failures {
			got = append(got, fmt.Sprintf("%s–%s", f.From, f.To-1))
		}
		if strings.Join(got, " ") != want[n.Name] {
			t.Errorf("%s failed on %v, want %s", n.Name, got, want[n.Name])
		}
		attempts, err := warehouse.Attempts(t.Context(), w, n.Name, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, a := range attempts {
			if a.State == warehouse.Failed {
				failed++
			}
		}
		if failed != len(n.Failures) {
			t.Errorf("%s: %d attempts failed, and %d failures are told", n.Name, failed, len(n.Failures))
		}
	}
}

// A table that is cut otherwise from now on keeps what it has until it is made anew.
func TestATableThatIsCutOtherwiseKeepsItsRowsUntilItIsMade(t *testing.T) {
	w := openWarehouse(t)
	run(t, w, assets(t, nil), fill{rows: everyDay(100)}, nil)
	before := dump(t, w)
	whole := func(most int) *pipeline.Graph {
		return assets(t, func(name, text string) string {
			if name != "totals" {
				return text
			}
			return "/* @bruin\nname: totals\ndepends: [sales]\nmaterialization: {strategy: create+replace}\ncolumns:\n" +
				fmt.Sprintf("  - {name: cents, type: bigint, checks: [{name: max, value: %d}]}\n@bruin */\nselect cast(sum(cents) as bigint) as cents from sales", most)
		})
	}
	g := whole(1)
	if report := run(t, w, g, fill{rows: everyDay(100)}, nil); report.Good() {
		t.Error("the check holds, and the test tells nothing")
	}
	if after := dump(t, w); after != before {
		t.Errorf("it is\n%s\nand was\n%s", after, before)
	}
	if got := states(t, w, g)["totals"]; !strings.HasPrefix(got, "failed: ") {
		t.Errorf("totals is %s", got)
	}
	// Then it is one or the other, there and back.
	for _, g := range []*pipeline.Graph{whole(1_000_000), assets(t, nil)} {
		if got := made(run(t, w, g, fill{rows: everyDay(100)}, nil)); !strings.HasPrefix(got, "totals ") {
			t.Errorf("made %s", got)
		}
		if got := made(run(t, w, g, fill{rows: everyDay(100)}, nil)); got != "" {
			t.Errorf("a second run made %s", got)
		}
		if got := states(t, w, g)["totals"]; got != "fresh" {
			t.Errorf("totals is %s", got)
		}
	}
	if after := dump(t, w); after != before {
		t.Errorf("there and back, it is\n%s\nand was\n%s", after, before)
	}
}

// Old days that cannot be made, however many and in a row, keep no later day from being
// made: those are the ones that the sheet shows.
func TestDaysThatFailAlikeKeepNoOtherFromBeingMade(t *testing.T) {
	w := openWarehouse(t)
	g := assets(t, func(name, text string) string {
		if name == "sales" {
			return strings.Replace(text, "user_id, cents from", "user_id, cast(case when cents < 0 then 'no cents' else cast(cents as varchar) end as bigint) as cents from", 1)
		}
		return text
	})
	bad := everyDay(100)
	for day := range 6 {
		bad[day] = append(bad[day], [2]int64{1, -5})
	}
	if got := made(run(t, w, g, fill{rows: bad}, nil)); got != "buyers 0/0, sales 4/4, totals 0/0, yesterday 3/3" {
		t.Errorf("made %s", got)
	}
}

// Days that are made in whatever order, each by itself or together, are the same.
func TestDaysInAnyOrderAreTheSame(t *testing.T) {
	g := assets(t, nil)
	want := openWarehouse(t)
	run(t, want, g, fill{rows: everyDay(100)}, nil)
	w := openWarehouse(t)
	run(t, w, g, fill{rows: everyDay(55)}, nil)
	run(t, w, g, fill{rows: everyDay(100)}, nil)
	for _, day := range rand.Perm(today.Sub(first)) {
		run(t, w, g, fill{rows: everyDay(100)}, func(r *pipeline.Runner) {
			r.Context.Forced = &pipeline.Span{From: first.Add(day), To: first.Add(day + 1)}
		})
	}
	if got, want := dump(t, w), dump(t, want); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// emptied is a source that has lost all of its days.
type emptied struct{ fill }

func (e emptied) Load(ctx context.Context, w warehouse.Warehouse, run pipeline.Context) (pipeline.NodeReport, error) {
	c := warehouse.Change{Table: table, RunID: run.RunID, At: run.At}
	for day := first; day < today; day++ {
		c.Forget = append(c.Forget, day)
	}
	return pipeline.NodeReport{}, w.Replace(ctx, c)
}

// What is made of a table that has lost everything goes as well, and the run says so;
// until then it is stale.
func TestTablesOverAnEmptiedParentAreEmptied(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	run(t, w, g, fill{rows: everyDay(100)}, nil)
	lost := func(r *pipeline.Runner) { r.Sources = []pipeline.Source{emptied{}} }
	run(t, w, g, fill{}, func(r *pipeline.Runner) { lost(r); r.Selected = map[string]bool{table.Name: true} })
	if got := states(t, w, g)["sales"]; got != "stale: nothing is loaded of production.purchases" {
		t.Errorf("sales is %s", got)
	}
	report := run(t, w, g, fill{}, lost)
	for _, n := range report.Nodes[1:] {
		if want := map[bool]int{true: 1, false: 10}[n.Name == "buyers"]; n.Gone != want || n.Waiting == "" {
			t.Errorf("%s lost %d days, want %d; it waits: %s", n.Name, n.Gone, want, n.Waiting)
		}
	}
	for name, state := range states(t, w, g) {
		if !strings.HasPrefix(state, "never: nothing ") {
			t.Errorf("%s is %s", name, state)
		}
	}
}

// states tells of each table how it stands, and why.
func states(t *testing.T, w warehouse.Querier, g *pipeline.Graph) map[string]string {
	t.Helper()
	all, err := pipeline.Survey(t.Context(), w, g, today)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, s := range all {
		found[s.Asset.Name] = strings.TrimSuffix(fmt.Sprintf("%s: %s", s.State, s.Why), ": ")
	}
	return found
}

// A table by day whose parents are whole is never made, whatever the night brings: that is a
// fault, and what was made of it before must not pass for fresh.
func TestATableWithoutDaysIsAFault(t *testing.T) {
	w := openWarehouse(t)
	run(t, w, assets(t, nil), fill{rows: everyDay(100)}, nil)
	whole := assets(t, func(name, text string) string {
		if name == "sales" {
			return strings.Replace(strings.Replace(text, "columns:\n  - {name: day, type: date, description: A column.}\n", "materialization: {strategy: create+replace}\ncolumns:\n", 1),
				"select day, user_id, cents from production.purchases where day >= $1 and day < $2", "select user_id, cents from production.purchases", 1)
		}
		return text
	})
	report := run(t, w, whole, fill{rows: everyDay(100)}, nil)
	failed := map[string]bool{}
	for _, n := range report.Nodes {
		for _, f := range n.Failures {
			failed[n.Name] = f.Kind == pipeline.FailedSetup && strings.Contains(f.Error, "no parent is cut into days")
		}
	}
	if report.Worst() != pipeline.FailedSetup || !failed["totals"] || !failed["yesterday"] || failed["sales"] {
		t.Errorf("worst is %q, failed are %v", report.Worst(), failed)
	}
}
