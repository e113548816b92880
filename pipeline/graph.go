package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"tearsheet/internal/spelling"
)

// Graph is the tables of a warehouse and what they are made of. It is immutable.
type Graph struct {
	assets   []*Asset // parents before children; else by name
	byName   map[string]*Asset
	children map[string][]string
	faulty   map[string]*Asset // those whose files have faults
}

// NewGraph joins assets. Tables that stand twice, parents that are not there and
// circles are faults; the graph then holds what is right.
func NewGraph(assets []*Asset) (*Graph, Faults) {
	g := &Graph{byName: map[string]*Asset{}, children: map[string][]string{}, faulty: map[string]*Asset{}}
	var found []fault
	for _, a := range assets {
		other := g.byName[a.Name]
		if other == nil {
			other = g.faulty[a.Name]
		}
		switch {
		case other != nil:
			found = append(found, fault{a.File, a.Line, 0, fmt.Sprintf("table %q is made by %s:%d already", a.Name, other.File, other.Line)})
		case a.faulty:
			g.faulty[a.Name] = a
		default:
			g.byName[a.Name] = a
		}
	}
	names := slices.Sorted(maps.Keys(g.byName))
	for _, name := range names {
		for _, d := range g.byName[name].Depends {
			switch a := g.byName[name]; {
			case g.faulty[d.Asset] != nil: // that was said, and is not this one's fault
			case g.byName[d.Asset] == nil:
				found = append(found, fault{a.File, d.Line, d.Column, fmt.Sprintf("table %q depends on %q, which no file of etl/ and no source makes%s",
					name, d.Asset, spelling.DidYouMean(d.Asset, names))})
			default:
				g.children[d.Asset] = append(g.children[d.Asset], name)
			}
		}
	}
	return g, sorted(append(found, g.order(names)...))
}

// order puts parents before children and reports circles.
func (g *Graph) order(names []string) []fault {
	const under, done = 1, 2
	state := map[string]int{}
	var found []fault
	var walk func(name string, trail []string)
	walk = func(name string, trail []string) {
		a := g.byName[name]
		if a == nil || state[name] == done {
			return
		}
		if state[name] == under {
			found = append(found, fault{a.File, a.Line, 0, g.circle(trail[slices.Index(trail, name):])})
			return
		}
		state[name] = under
		for _, parent := range sortedParents(a) {
			walk(parent, append(trail, name))
		}
		state[name] = done
		g.assets = append(g.assets, a)
	}
	for _, name := range names {
		walk(name, nil)
	}
	return found
}

// circle says how some tables are made of each other, and where that is written.
func (g *Graph) circle(names []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "a circle: %s is made of ", names[0])
	for i, name := range names {
		a, parent := g.byName[name], names[(i+1)%len(names)]
		d := a.Depends[slices.IndexFunc(a.Depends, func(d Depend) bool { return d.Asset == parent })]
		if i > 0 {
			b.WriteString(", that of ")
		}
		fmt.Fprintf(&b, "%s (%s:%d)", parent, a.File, d.Line)
	}
	return b.String()
}

func sortedParents(a *Asset) []string {
	var parents []string
	for _, d := range a.Depends {
		parents = append(parents, d.Asset)
	}
	slices.Sort(parents)
	return slices.Compact(parents)
}

// Assets returns all assets, parents before children.
func (g *Graph) Assets() []*Asset { return g.assets }

// Asset returns an asset by its name, or nil.
func (g *Graph) Asset(name string) *Asset { return g.byName[name] }

// Children returns the names of the assets that are made of one, by name.
func (g *Graph) Children(name string) []string {
	children := slices.Clone(g.children[name])
	slices.Sort(children)
	return slices.Compact(children)
}

// Select returns the names that some patterns mean: likes, staging.*, likes+ with all
// that is made of it, +likes with all that it is made of. A pattern that means nothing
// is an error.
func (g *Graph) Select(patterns ...string) (map[string]bool, error) {
	selected := map[string]bool{}
	var wrong []error
	for _, pattern := range patterns {
		name, below := strings.CutSuffix(pattern, "+")
		name, above := strings.CutPrefix(name, "+")
		found := false
		for _, a := range g.assets {
			if matched, err := path.Match(name, a.Name); err != nil || !matched {
				continue
			}
			found = true
			selected[a.Name] = true
			if below {
				maps.Copy(selected, reach(a.Name, g.Children))
			}
			if above {
				maps.Copy(selected, reach(a.Name, g.parents))
			}
		}
		if !found {
			wrong = append(wrong, fmt.Errorf("no table is called %q%s", name, spelling.DidYouMean(name, slices.Sorted(maps.Keys(g.byName)))))
		}
	}
	return selected, errors.Join(wrong...)
}

// parents returns the names of the assets that one is made of, also those that are not
// there.
func (g *Graph) parents(name string) []string {
	a := g.byName[name]
	if a == nil {
		return nil
	}
	return sortedParents(a)
}

// reach returns all names to which next leads from one, by however many steps.
func reach(from string, next func(string) []string) map[string]bool {
	found := map[string]bool{}
	var walk func(string)
	walk = func(name string) {
		for _, other := range next(name) {
			if !found[other] {
				found[other] = true
				walk(other)
			}
		}
	}
	walk(from)
	return found
}
