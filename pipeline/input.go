package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// input is what a parent contributes to a day of a child.
type input struct {
	hash     string
	coverage calendar.Coverage
}

func (p *Planner) input(a *Asset, d Depend, day calendar.Day) input {
	parent := p.State[d.Asset]
	if d.Mapping == Latest {
		return input{"latest", calendar.Whole()}
	}
	if whole, ok := parent[warehouse.WholePart]; ok {
		return input{shortHash(whole.Version), calendar.Whole()}
	}
	if a.Whole {
		return p.prefix(d.Asset).last()
	}
	switch d.Mapping {
	case Previous:
		return p.lookback(d.Asset, day-1, 0)
	case Lookback:
		return p.lookback(d.Asset, day, d.Days)
	case AllBefore:
		return p.prefix(d.Asset).through(day)
	}
	return p.lookback(d.Asset, day, 0)
}

// lookback is the input of a day of a parent and of some days before it. Days before
// the parent's first are no lack.
func (p *Planner) lookback(table string, day calendar.Day, before int) input {
	first := p.prefix(table).first
	in := input{coverage: calendar.Whole()}
	var b strings.Builder
	for d := day.Add(-before); d <= day; d++ {
		part, loaded := p.State[table][d]
		switch {
		case loaded:
			fmt.Fprintf(&b, "%s %s\n", d, part.Version)
			in.coverage = least(in.coverage, part.Coverage)
		case d >= first:
			fmt.Fprintf(&b, "%s missing\n", d)
			in.coverage = calendar.Coverage{Have: 0, Of: 1}
		}
	}
	in.hash = shortHash(b.String())
	return in
}

// least returns the coverage of which less is there.
func least(a, b calendar.Coverage) calendar.Coverage {
	if b.Of == 0 || b.Have*a.Of < a.Have*b.Of {
		return b
	}
	return a
}

// prefix holds, for each day of a table, the input that the day and all days before
// it are, so that a history of n days costs n steps and not n².
type prefix struct {
	first  calendar.Day
	inputs []input // from first on
}

func (p *Planner) prefix(table string) *prefix {
	if known := p.prefixes[table]; known != nil {
		return known
	}
	made := newPrefix(p.State[table])
	if p.prefixes == nil {
		p.prefixes = map[string]*prefix{}
	}
	p.prefixes[table] = made
	return made
}

func newPrefix(parts map[calendar.Day]warehouse.Partition) *prefix {
	days := slices.Sorted(maps.Keys(parts))
	if len(days) == 0 {
		return &prefix{}
	}
	made := &prefix{first: days[0]}
	running := input{coverage: calendar.Whole()}
	for day := days[0]; day <= days[len(days)-1]; day++ {
		version, coverage := "missing", calendar.Coverage{Have: 0, Of: 1}
		if part, ok := parts[day]; ok {
			version, coverage = part.Version, part.Coverage
		}
		running = input{shortHash(running.hash + " " + version), least(running.coverage, coverage)}
		made.inputs = append(made.inputs, running)
	}
	return made
}

func (p *prefix) through(day calendar.Day) input {
	at := day.Sub(p.first)
	if at < 0 || len(p.inputs) == 0 {
		return input{"none", calendar.Whole()}
	}
	return p.inputs[min(at, len(p.inputs)-1)]
}

func (p *prefix) last() input {
	if len(p.inputs) == 0 {
		return input{"none", calendar.Whole()}
	}
	return input{p.inputs[len(p.inputs)-1].hash, calendar.Whole()}
}
