// Package layers reads who imports whom in this repository and reports every
// import that the map of the house does not allow. The map itself stands in the
// test, where it is read and changed; a new arrow is a decision.
//
// It reads import clauses and a few selectors with go/parser. It does not build
// anything, so a tree that does not compile is judged all the same.
package layers

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Map is what the tree is held against.
type Map struct {
	Module string // the module's path, as in go.mod
	Rooms  []Room
	Rules  []Rule
}

// Room is one package, or several by a pattern such as "render/*", and what it
// may import of this module.
type Room struct {
	Path    string // folder below the root; "." is the root itself
	Layer   int
	Imports string // rooms, separated by spaces
	Tests   bool   // made for tests: only test files and other such rooms import it, and no rule binds it
}

// Rule says in which rooms something from outside this module may be used.
type Rule struct {
	// Use is an import path, which covers the packages below it, or a
	// selector such as "time.Now".
	Use string
	// Only lists the rooms that may use it; empty: none but test files.
	Only string
	// Never lists the rooms that may not; with it, all others may.
	Never string
	// Why is printed with a fault.
	Why string
}

// Fault is one place where the tree leaves the map.
type Fault struct {
	File string
	Line int
	Text string
}

func (f Fault) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Check returns every fault of the tree, ordered by file and line. The error is
// about files that cannot be read or parsed.
func Check(tree fs.FS, m Map) ([]Fault, error) {
	var faults []Fault
	err := walk(tree, func(f file) {
		room, ok := m.room(f.dir)
		if !ok {
			faults = append(faults, Fault{f.name, 1, fmt.Sprintf("package %s has no place in the map", f.dir)})
			return
		}
		faults = append(faults, m.arrows(f, room)...)
		faults = append(faults, m.uses(f, room)...)
	})
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if order := strings.Compare(a.File, b.File); order != 0 {
			return order
		}
		return a.Line - b.Line
	})
	return faults, err
}

// CheckMap returns what is wrong with the map itself: an arrow that does not go
// to a lower layer, or to a room that the map lacks.
func CheckMap(m Map) []string {
	var wrong []string
	for _, room := range m.Rooms {
		for _, name := range strings.Fields(room.Imports) {
			target, ok := m.room(name)
			switch {
			case !ok:
				wrong = append(wrong, fmt.Sprintf("%s: imports %s, which is not in the map", room.Path, name))
			case target.Layer >= room.Layer:
				wrong = append(wrong, fmt.Sprintf("%s (layer %d): imports %s of layer %d, which is not below it", room.Path, room.Layer, name, target.Layer))
			}
		}
	}
	return wrong
}

// arrows judges the imports of packages of this module.
func (m Map) arrows(f file, room Room) []Fault {
	var faults []Fault
	for _, use := range f.imports {
		target, inside := m.inside(use.name)
		if !inside || target == f.dir {
			continue
		}
		if text := m.arrow(f, room, target); text != "" {
			faults = append(faults, Fault{f.name, use.line, text})
		}
	}
	return faults
}

// arrow says what is wrong with one import, or nothing. Test files may import
// any room: Go itself forbids circles, and a test that joins two sides proves
// that they fit.
func (m Map) arrow(f file, room Room, target string) string {
	to, known := m.room(target)
	switch {
	case !known:
		return fmt.Sprintf("%s imports %s, which has no place in the map", f.dir, target)
	case f.test || covers(room.Imports, target):
		return ""
	case to.Tests && !room.Tests:
		return fmt.Sprintf("%s imports %s, which is for tests only", f.dir, target)
	}
	allowed := room.Imports
	if allowed == "" {
		allowed = "nothing of this module"
	}
	return fmt.Sprintf("%s (layer %d) may not import %s (layer %d); it may import: %s", f.dir, room.Layer, target, to.Layer, allowed)
}

// uses judges what a file takes from outside this module; test files and rooms
// for tests take what they need. A module that no rule names is a fault
// everywhere: a new dependency is a decision, too.
func (m Map) uses(f file, room Room) []Fault {
	var faults []Fault
	for _, use := range slices.Concat(f.imports, f.selectors) {
		for _, rule := range m.Rules {
			if rule.about(use.name) && !rule.allows(f.dir) && !f.test && !room.Tests {
				faults = append(faults, Fault{f.name, use.line, fmt.Sprintf("%s may not use %s: %s", f.dir, use.name, rule.Why)})
			}
		}
	}
	for _, use := range f.imports {
		if thirdParty(use.name) && !slices.ContainsFunc(m.Rules, func(r Rule) bool { return r.about(use.name) }) {
			faults = append(faults, Fault{f.name, use.line, fmt.Sprintf("%s imports %s, which no rule of the map names", f.dir, use.name)})
		}
	}
	return faults
}

func (r Rule) about(name string) bool {
	return name == r.Use || strings.HasPrefix(name, r.Use+"/")
}

func (r Rule) allows(dir string) bool {
	if r.Never != "" {
		return !covers(r.Never, dir)
	}
	return covers(r.Only, dir)
}

func (m Map) room(dir string) (Room, bool) {
	for _, room := range m.Rooms {
		if room.Path == dir {
			return room, true
		}
	}
	for _, room := range m.Rooms {
		if matched, _ := path.Match(room.Path, dir); matched {
			return room, true
		}
	}
	return Room{}, false
}

// inside returns the folder of a package of this module.
func (m Map) inside(importPath string) (dir string, ok bool) {
	if importPath == m.Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, m.Module+"/")
}

// covers tells whether one of the patterns names the folder.
func covers(patterns, dir string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		matched, _ := path.Match(pattern, dir)
		return matched
	})
}

// thirdParty tells an import path of another module from one of the standard
// library: its first element is a host.
func thirdParty(name string) bool {
	host, _, found := strings.Cut(name, "/")
	return found && strings.Contains(host, ".")
}
