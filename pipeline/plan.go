package pipeline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Planner finds out which days of an asset are stale: those that the ledger lacks, or
// that were made of something else than their parents are now. It is a pure function
// of the ledger and the assets.
type Planner struct {
	State warehouse.State
	// Today is the day that is not over yet: no day from it on is made.
	Today calendar.Day
	// Forced are the days that are made even if they are fresh, or nil.
	Forced *Span

	prefixes map[string]*prefix
}

// Span is the days from ≤ day < to.
type Span struct{ From, To calendar.Day }

// Contains reports whether a day lies in the span.
func (s *Span) Contains(day calendar.Day) bool { return s != nil && s.From <= day && day < s.To }

// Plan is what has to be done to an asset.
type Plan struct {
	// Stale are the days that have to be made, in order; of a whole table WholePart.
	Stale []Stale
	// Fresh is the number of days that are as they should be.
	Fresh int
	// Forget are loaded days that a parent no longer has. What was loaded while the
	// table was cut otherwise, whole or into days, is none: to build it takes its place.
	Forget []calendar.Day
	// Waiting says what keeps an asset from being made at all, or "".
	Waiting string
}

// Stale is a day to make, and why.
type Stale struct {
	warehouse.Part
	Why string
}

// Plan returns what has to be done to an asset that SQL makes.
func (p *Planner) Plan(a *Asset) Plan {
	if why := p.waiting(a); why != "" {
		return Plan{Waiting: why, Forget: p.orphans(a)}
	}
	if a.Whole {
		return p.planDays(a, []calendar.Day{warehouse.WholePart})
	}
	return p.planDays(a, p.candidates(a))
}

// waiting says what keeps an asset from being made at all, or nothing.
func (p *Planner) waiting(a *Asset) string {
	for _, d := range a.Depends {
		if len(p.State[d.Asset]) == 0 {
			return "nothing is loaded of " + d.Asset
		}
	}
	if !a.Whole && len(p.dayParents(a)) == 0 {
		return noDays
	}
	return ""
}

// noDays is why a table is never made that is cut into days while no parent is.
const noDays = "no parent is cut into days: nothing says which days there are"

// orphans returns the loaded days of an asset that has not changed itself and is made
// of something of which nothing is loaded any more. If its own text is another one, the
// parent may be new to it and come yet: then what it has stays.
func (p *Planner) orphans(a *Asset) []calendar.Day {
	if !slices.ContainsFunc(a.Depends, func(d Depend) bool { return d.Mapping != Latest && len(p.State[d.Asset]) == 0 }) {
		return nil
	}
	var days []calendar.Day
	for day, part := range p.State[a.Name] {
		if own, _, _ := strings.Cut(part.InputHash, " "); own == a.Hash() {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days
}

func (p *Planner) planDays(a *Asset, days []calendar.Day) Plan {
	var plan Plan
	for _, day := range days {
		part := p.Part(a, day)
		why := p.why(a, part)
		if why == "" && p.Forced.Contains(day) {
			why = "it was asked for"
		}
		if why == "" {
			plan.Fresh++
			continue
		}
		plan.Stale = append(plan.Stale, Stale{part, why})
	}
	for _, day := range slices.Sorted(maps.Keys(p.State[a.Name])) {
		if (day == warehouse.WholePart) != a.Whole {
			continue
		}
		if _, candidate := slices.BinarySearch(days, day); !candidate && !p.ahead(a, day) {
			plan.Forget = append(plan.Forget, day)
		}
	}
	return plan
}

// ahead reports whether a day that was made is kept although it is not over: its
// parents have it, and the clock, the zone or as_of was set back since.
func (p *Planner) ahead(a *Asset, day calendar.Day) bool {
	if a.Whole || day < p.Today {
		return false
	}
	for _, parent := range p.dayParents(a) {
		if _, loaded := p.State[parent][day]; !loaded {
			return false
		}
	}
	return true
}

// candidates returns the days that an asset can be made for, in order: those before
// today for which all parents that give it its days have an entry.
func (p *Planner) candidates(a *Asset) []calendar.Day {
	var days []calendar.Day
	for i, parent := range p.dayParents(a) {
		loaded := p.State[parent]
		if i == 0 {
			for day := range loaded {
				if day < p.Today {
					days = append(days, day)
				}
			}
			slices.Sort(days)
			continue
		}
		days = slices.DeleteFunc(days, func(day calendar.Day) bool { _, ok := loaded[day]; return !ok })
	}
	return days
}

// cannot says why a day of an asset that SQL makes cannot be made, or nothing.
func (p *Planner) cannot(a *Asset, day calendar.Day) string {
	if why := p.waiting(a); why != "" || a.Whole {
		return why
	}
	if day >= p.Today {
		return fmt.Sprintf("the day is not over: today is %s", p.Today)
	}
	for _, parent := range p.dayParents(a) {
		if _, loaded := p.State[parent][day]; !loaded {
			return fmt.Sprintf("nothing is loaded of %s for that day", parent)
		}
	}
	return ""
}

// dayParents returns the parents by day that have to be loaded on a day for an asset
// to be made for it. One that needs none of its own day has the days of those that it
// reads of the day before, or as they are; one over whole tables alone has no days.
func (p *Planner) dayParents(a *Asset) []string {
	var parents []string
	for _, d := range a.Depends {
		if d.Mapping != Latest && d.Mapping != Previous && !p.whole(d.Asset) {
			parents = append(parents, d.Asset)
		}
	}
	if len(parents) > 0 {
		return parents
	}
	for _, d := range a.Depends {
		if !p.whole(d.Asset) {
			parents = append(parents, d.Asset)
		}
	}
	return parents
}

func (p *Planner) whole(table string) bool {
	_, whole := p.State[table][warehouse.WholePart]
	return whole
}

// Part returns the ledger entry that a day of an asset should have: the hash of all
// that it is made of, and how much of that is there.
func (p *Planner) Part(a *Asset, day calendar.Day) warehouse.Part {
	hashes := []string{a.Hash()}
	coverage := calendar.Whole()
	for _, d := range a.Depends {
		in := p.input(a, d, day)
		hashes = append(hashes, in.hash)
		coverage = least(coverage, in.coverage)
	}
	if a.Whole {
		coverage = calendar.Whole()
	}
	return warehouse.Part{Day: day, Coverage: coverage, InputHash: joinHashes(hashes)}
}

// mostHashes is how many hashes the ledger's column has room for.
const mostHashes = 11

// joinHashes writes the hashes side by side, so that it can be told which of them
// changed. What does not find room is hashed together.
func joinHashes(hashes []string) string {
	if len(hashes) > mostHashes {
		rest := strings.Join(hashes[mostHashes-1:], " ")
		hashes = append(slices.Clone(hashes[:mostHashes-1]), shortHash(rest))
	}
	return strings.Join(hashes, " ")
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// why says in what a day differs from its entry in the ledger, or nothing.
func (p *Planner) why(a *Asset, part warehouse.Part) string {
	have, loaded := p.State[a.Name][part.Day]
	switch {
	case !loaded:
		return "it was never made"
	case have.InputHash != part.InputHash:
		return whichChanged(a, have.InputHash, part.InputHash)
	case have.Coverage != part.Coverage:
		return fmt.Sprintf("of what it is made of, %s is there, and %s was", part.Coverage, have.Coverage)
	}
	return ""
}

// whichChanged names the inputs whose hashes differ.
func whichChanged(a *Asset, before, after string) string {
	was, is := strings.Fields(before), strings.Fields(after)
	if len(was) != len(is) || len(is) > len(a.Depends)+1 {
		return "what it depends on has changed"
	}
	var changed []string
	for i := range is {
		switch {
		case was[i] == is[i]:
		case i == 0:
			changed = append(changed, "its own text")
		case i == len(is)-1 && i < len(a.Depends): // of the last ones there is one hash
			changed = append(changed, fmt.Sprintf("one of the %d from %s on", len(a.Depends)-i+1, a.Depends[i-1].Asset))
		default:
			changed = append(changed, a.Depends[i-1].Asset)
		}
	}
	return "changed: " + strings.Join(changed, ", ")
}

// Update takes over what became of a table, so that its children see it.
func (p *Planner) Update(table string, parts map[calendar.Day]warehouse.Partition) {
	p.State[table] = parts
	delete(p.prefixes, table)
}

// mostDaysAtOnce is how many days one build makes.
const mostDaysAtOnce = 31

// batches cuts stale days into builds: days in a row, at most some at once, and one
// by one where the SELECT is for one day.
func batches(a *Asset, stale []Stale) [][]Stale {
	most := mostDaysAtOnce
	if warehouse.Parameters(a.SQL) == 1 {
		most = 1
	}
	slices.SortFunc(stale, func(x, y Stale) int { return cmp.Compare(x.Day, y.Day) })
	var cut [][]Stale
	for i, s := range stale {
		last := len(cut) - 1
		if i == 0 || s.Day != stale[i-1].Day+1 || len(cut[last]) == most {
			cut = append(cut, nil)
			last++
		}
		cut[last] = append(cut[last], s)
	}
	return cut
}
