package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// monday is the first day of the histories below: the week of a clock change and of a
// year's end are days like any other to a planner.
var monday = mustDay("2026-12-28")

func mustDay(text string) calendar.Day {
	day, err := calendar.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return day
}

// loadedDays is what a ledger knows of a table that was loaded day by day.
func loadedDays(days int, hash string) map[calendar.Day]warehouse.Partition {
	parts := map[calendar.Day]warehouse.Partition{}
	for i := range days {
		day := monday.Add(i)
		parts[day] = warehouse.Partition{Part: warehouse.Part{Day: day, Coverage: calendar.Whole(), InputHash: hash}, Version: fmt.Sprintf("v%d", i)}
	}
	return parts
}

func child(mapping Mapping) *Asset {
	return &Asset{Name: "child", SQL: "select 1 where day >= $1 and day < $2", Depends: []Depend{{Asset: "parent", Mapping: mapping, Days: 2}}}
}

// made is a ledger in which the child was made of what its parent was.
func made(a *Asset, p *Planner) {
	parts := map[calendar.Day]warehouse.Partition{}
	for _, s := range p.Plan(a).Stale {
		parts[s.Day] = warehouse.Partition{Part: s.Part, Version: "rows of " + s.Day.String()}
	}
	p.Update(a.Name, parts)
}

// offsets writes stale days as distances from monday.
func offsets(plan Plan) string {
	var list []string
	for _, s := range plan.Stale {
		list = append(list, fmt.Sprint(s.Day.Sub(monday)))
	}
	return strings.Join(list, " ")
}

func sevenDays() *Planner {
	return &Planner{State: warehouse.State{"parent": loadedDays(7, "x")}, Today: monday.Add(7)}
}

func TestWhatWasNeverMadeIsStaleAndWhatWasMadeIsFresh(t *testing.T) {
	for _, mapping := range []Mapping{Same, Previous, Lookback, AllBefore, Latest} {
		p, a := sevenDays(), child(mapping)
		if got := offsets(p.Plan(a)); got != "0 1 2 3 4 5 6" {
			t.Errorf("%s: before: %s", mapping, got)
		}
		made(a, p)
		if plan := p.Plan(a); len(plan.Stale) > 0 || plan.Fresh != 7 || len(plan.Forget) > 0 {
			t.Errorf("%s: after: %+v", mapping, plan)
		}
	}
}

// A day of the parent gets other rows: just the days that are made of it are stale.
// The trap of the design is the first line: a cumulative table with the mapping same
// would go stale in silence from the day after on, which check refuses.
func TestLateRowsMakeStaleWhatTheMappingSays(t *testing.T) {
	for mapping, want := range map[Mapping]string{
		Same: "3", Previous: "4", Lookback: "3 4 5", AllBefore: "3 4 5 6", Latest: "",
	} {
		p, a := sevenDays(), child(mapping)
		made(a, p)
		parts := loadedDays(7, "x")
		late := parts[monday.Add(3)]
		late.Version = "with late rows"
		parts[monday.Add(3)] = late
		p.Update("parent", parts)
		plan := p.Plan(a)
		if got := offsets(plan); got != want {
			t.Errorf("%s: stale are %q, want %q", mapping, got, want)
		}
		for _, s := range plan.Stale {
			if s.Why != "changed: parent" {
				t.Errorf("%s: why is %q", mapping, s.Why)
			}
		}
	}
}

// Early cut-off: a parent that was made anew, and came out with the same rows, makes
// nothing stale.
func TestTheSameRowsStopTheWave(t *testing.T) {
	p, a := sevenDays(), child(AllBefore)
	made(a, p)
	p.Update("parent", loadedDays(7, "of other inputs"))
	if plan := p.Plan(a); len(plan.Stale) > 0 {
		t.Errorf("stale are %s", offsets(plan))
	}
}

// A clock that runs behind, an as_of of last week or a zone further west makes days
// that are there days to come. They are not made, and not deleted either: it would be
// the history that is gone, not the clock's fault.
func TestAnEarlierTodayDeletesNothing(t *testing.T) {
	for _, mapping := range []Mapping{Same, Previous, Lookback, AllBefore, Latest} {
		p, a := sevenDays(), child(mapping)
		made(a, p)
		p.Today = monday.Add(3)
		if plan := p.Plan(a); len(plan.Forget) > 0 || len(plan.Stale) > 0 || plan.Fresh != 3 {
			t.Errorf("%s: %+v", mapping, plan)
		}
		parts := loadedDays(7, "x")
		delete(parts, monday.Add(5))
		p.Update("parent", parts)
		want := []calendar.Day{monday.Add(5)}
		if plan := p.Plan(a); !slices.Equal(plan.Forget, want) {
			t.Errorf("%s: a day that the parent lost: forgets %v, not %v", mapping, plan.Forget, want)
		}
	}
}

func TestCoverageComesFromWhatADayIsMadeOf(t *testing.T) {
	partly := calendar.Coverage{Have: 69, Of: 72} // one of three hosts was silent for three hours
	for mapping, want := range map[Mapping]string{
		Same: "2", Previous: "3", Lookback: "2 3 4", AllBefore: "2 3 4 5 6", Latest: "",
	} {
		p, a := sevenDays(), child(mapping)
		parts := loadedDays(7, "x")
		silent := parts[monday.Add(2)]
		silent.Coverage = partly
		parts[monday.Add(2)] = silent
		p.Update("parent", parts)
		var incomplete []string
		for _, s := range p.Plan(a).Stale {
			if s.Coverage == partly {
				incomplete = append(incomplete, fmt.Sprint(s.Day.Sub(monday)))
			} else if !s.Coverage.Complete() {
				t.Errorf("%s: %s has %s", mapping, s.Day, s.Coverage)
			}
		}
		if got := strings.Join(incomplete, " "); got != want {
			t.Errorf("%s: incomplete are %q, want %q", mapping, got, want)
		}
	}
}

// A gap in the parent's history makes no day of the child, and what needs the whole
// history is not whole after it.
func TestGapInTheParentIsNoDayAndNoWholeHistory(t *testing.T) {
	p := sevenDays()
	parts := loadedDays(7, "x")
	delete(parts, monday.Add(2))
	p.Update("parent", parts)
	if got := offsets(p.Plan(child(Same))); got != "0 1 3 4 5 6" {
		t.Errorf("same: %s", got)
	}
	for _, s := range p.Plan(child(AllBefore)).Stale {
		if whole := s.Day < monday.Add(2); s.Coverage.Complete() != whole {
			t.Errorf("%s: coverage %s", s.Day, s.Coverage)
		}
	}
}

func TestOtherTextMakesAllDaysStale(t *testing.T) {
	p, a := sevenDays(), child(Same)
	made(a, p)
	a.SQL += " and user_id > 0"
	plan := p.Plan(a)
	if got := offsets(plan); got != "0 1 2 3 4 5 6" || plan.Stale[0].Why != "changed: its own text" {
		t.Errorf("stale are %s: %v", got, plan.Stale)
	}
}

func TestTodayIsNotMade(t *testing.T) {
	p := sevenDays()
	p.Today = monday.Add(5)
	if got := offsets(p.Plan(child(Same))); got != "0 1 2 3 4" {
		t.Errorf("stale are %s", got)
	}
}

func TestForcedDaysAreMadeAlthoughFresh(t *testing.T) {
	p, a := sevenDays(), child(Same)
	made(a, p)
	p.Forced = &Span{From: monday.Add(1), To: monday.Add(3)}
	if got := offsets(p.Plan(a)); got != "1 2" {
		t.Errorf("stale are %s", got)
	}
}

func TestDayWhoseParentIsGoneIsForgotten(t *testing.T) {
	p, a := sevenDays(), child(Same)
	made(a, p)
	p.Update("parent", loadedDays(6, "x"))
	if got := p.Plan(a).Forget; !slices.Equal(got, []calendar.Day{monday.Add(6)}) {
		t.Errorf("forgotten are %v", got)
	}
}

func TestWholeTables(t *testing.T) {
	whole := func(version string) map[calendar.Day]warehouse.Partition {
		return map[calendar.Day]warehouse.Partition{warehouse.WholePart: {Part: warehouse.Part{Day: warehouse.WholePart, Coverage: calendar.Whole()}, Version: version}}
	}
	p := sevenDays()
	p.State["dimension"] = whole("a")
	fact := child(Same)
	fact.Depends = append(fact.Depends, Depend{Asset: "dimension", Mapping: Same})
	made(fact, p)
	p.Update("dimension", whole("b"))
	if got := offsets(p.Plan(fact)); got != "0 1 2 3 4 5 6" {
		t.Errorf("a day table over a changed dimension: %s", got)
	}

	summary := &Asset{Name: "summary", SQL: "select 1", Whole: true, Depends: []Depend{{Asset: "parent", Mapping: Same}}}
	made(summary, p)
	if plan := p.Plan(summary); len(plan.Stale) > 0 {
		t.Errorf("a whole table that was made is stale: %v", plan.Stale)
	}
	p.Update("parent", loadedDays(8, "x"))
	if plan := p.Plan(summary); len(plan.Stale) != 1 || plan.Stale[0].Day != warehouse.WholePart {
		t.Errorf("a whole table over a new day: %v", plan.Stale)
	}
}

// A parent that lost all of its days takes those of its children with it, as one that
// lost a day does.
func TestDaysWhoseParentIsEmptyAreForgotten(t *testing.T) {
	p, a := sevenDays(), child(Same)
	made(a, p)
	whole := &Asset{Name: "summary", SQL: "select 1", Whole: true, Depends: []Depend{{Asset: "parent", Mapping: Same}}}
	made(whole, p)
	p.Update("parent", nil)
	if plan := p.Plan(a); len(plan.Forget) != 7 || plan.Waiting != "nothing is loaded of parent" {
		t.Errorf("plan is %+v", plan)
	}
	if plan := p.Plan(whole); !slices.Equal(plan.Forget, []calendar.Day{warehouse.WholePart}) {
		t.Errorf("plan of a whole table is %+v", plan)
	}
	// A parent that is new to the table may come yet: until then the days stay.
	renamed := child(Same)
	renamed.Depends[0].Asset = "other"
	if plan := p.Plan(renamed); len(plan.Forget) > 0 || plan.Waiting != "nothing is loaded of other" {
		t.Errorf("plan over a parent that is to come is %+v", plan)
	}
}

func TestATableOverWholeTablesAloneHasNoDays(t *testing.T) {
	p := &Planner{Today: monday.Add(7), State: warehouse.State{"parent": {warehouse.WholePart: {Version: "a"}}}}
	a := child(Same)
	if plan := p.Plan(a); plan.Waiting != noDays || len(plan.Stale) > 0 || p.cannot(a, monday) != noDays {
		t.Errorf("plan is %+v", plan)
	}
	a.Depends = nil
	if plan := p.Plan(a); plan.Waiting != noDays {
		t.Errorf("without parents, plan is %+v", plan)
	}
}

func TestNothingIsMadeOfNothing(t *testing.T) {
	p := &Planner{State: warehouse.State{}, Today: monday.Add(7)}
	if plan := p.Plan(child(Same)); plan.Waiting != "nothing is loaded of parent" || len(plan.Stale) > 0 {
		t.Errorf("plan is %+v", plan)
	}
}

func TestBatchesAreDaysInARow(t *testing.T) {
	var stale []Stale
	for _, i := range []int{40, 0, 1, 2, 5, 6} {
		stale = append(stale, Stale{Part: warehouse.Part{Day: monday.Add(i)}})
	}
	for i := 7; i < 40; i++ {
		stale = append(stale, Stale{Part: warehouse.Part{Day: monday.Add(i)}})
	}
	sizes := func(a *Asset) string {
		var list []string
		for _, batch := range batches(a, slices.Clone(stale)) {
			list = append(list, fmt.Sprint(len(batch)))
		}
		return strings.Join(list, " ")
	}
	if got := sizes(child(Same)); got != "3 31 5" {
		t.Errorf("batches of %s days", got)
	}
	oneDay := child(Same)
	oneDay.SQL = "select 1 where day = $1"
	if got := sizes(oneDay); got != strings.TrimSpace(strings.Repeat("1 ", len(stale))) {
		t.Errorf("batches of %s days, want one by one", got)
	}
}

// The hashes stay within the ledger's column however many parents there are.
func TestHashesFitTheLedger(t *testing.T) {
	a := child(Same)
	p := sevenDays()
	for i := range 30 {
		name := fmt.Sprintf("parent_%d", i)
		p.State[name] = loadedDays(7, "x")
		a.Depends = append(a.Depends, Depend{Asset: name, Mapping: Same})
	}
	made(a, p)
	if got := len(p.State["child"][monday].InputHash); got > 200 {
		t.Errorf("a hash of %d characters", got)
	}
	last := p.State["parent_29"]
	other := last[monday]
	other.Version = "other"
	last[monday] = other
	p.Update("parent_29", last)
	if got := offsets(p.Plan(a)); got != "0" {
		t.Errorf("stale are %q", got)
	}
	// Of the last ones it is told that one of them changed, and of the others which.
	before := p.State["child"][monday]
	if e := explainedDay(a, p, before); e.Why != "changed: one of the 22 from parent_8 on" || e.Inputs[0].Changed || e.Inputs[0].MayHaveChanged || !e.Inputs[30].MayHaveChanged {
		t.Errorf("a late parent changed: %s, %+v", e.Why, e.Inputs)
	}
	p.Update("parent_29", loadedDays(7, "x"))
	p.Update("parent", map[calendar.Day]warehouse.Partition{monday: {Version: "other"}})
	if e := explainedDay(a, p, before); e.Why != "changed: parent" || !e.Inputs[0].Changed || e.Inputs[30].MayHaveChanged {
		t.Errorf("an early parent changed: %s, %+v", e.Why, e.Inputs)
	}
}

func explainedDay(a *Asset, p *Planner, before warehouse.Partition) *Explanation {
	e := &Explanation{Asset: a, Day: before.Day, Loaded: &before}
	e.judge(p)
	return e
}
