package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tearsheet/internal/yamlfile"
)

// LoadOptions say what the registry is for.
type LoadOptions struct {
	// Printable reports whether the fonts of the sheet have a glyph for a rune. If
	// it is nil, every graphic character counts as printable.
	Printable func(rune) bool
}

// Load reads a registry from the text of the file called name. What is wrong comes
// all at once as an error that is a Faults; what is allowed and likely a mistake
// comes as warnings.
func Load(name string, text []byte, options LoadOptions) (r *Registry, warnings Faults, err error) {
	l := &loader{printable: options.Printable}
	tree, faults := yamlfile.Decode(text, registrySchema(), &l.file)
	l.tree = tree
	if tree == nil {
		return nil, nil, placed(name, faults)
	}
	l.shape(faults)
	l.registry()
	l.check()
	if err := placed(name, l.faults).Err(); err != nil {
		return nil, placed(name, l.warnings), err
	}
	return NewRegistry(l.teams, l.metrics), placed(name, l.warnings), nil
}

// placed writes faults with their places in the file called name, in its order.
func placed(name string, faults []yamlfile.Fault) Faults {
	slices.SortStableFunc(faults, func(a, b yamlfile.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	list := make(Faults, len(faults))
	for i, f := range faults {
		list[i] = Fault{fmt.Sprintf("%s:%d:%d", name, f.Line, f.Column), f.Text}
	}
	return slices.Compact(list)
}

// loader makes a registry of what the file holds and collects what is wrong.
type loader struct {
	file      registryFile
	tree      *yamlfile.Tree
	printable func(rune) bool
	broken    map[string]bool // paths of which a fault is known
	unknown   map[string]bool // paths of entries with an unknown key
	faults    []yamlfile.Fault
	warnings  []yamlfile.Fault
	teams     []Team
	metrics   []*Metric
	byName    map[string]*Metric
}

// shape takes over the faults of the file's shape, and says of which metric or
// team they are.
func (l *loader) shape(faults []yamlfile.Fault) {
	l.broken, l.unknown = map[string]bool{}, map[string]bool{}
	for _, f := range faults {
		l.broken[strings.Join(f.Path, "/")] = true
		if f.Unknown {
			l.unknown[strings.Join(f.Path[:len(f.Path)-1], "/")] = true
		}
		f.Text = l.subject(f.Path) + f.Text
		l.faults = append(l.faults, f)
	}
}

// subject names the metric or team to which path leads.
func (l *loader) subject(path []string) string {
	if len(path) < 2 {
		return ""
	}
	kind, name := strings.TrimSuffix(path[0], "s"), ""
	switch i, _ := strconv.Atoi(path[1]); {
	case path[0] == "metrics" && i < len(l.file.Metrics):
		name = l.file.Metrics[i].Name
	case path[0] == "teams" && i < len(l.file.Teams):
		name = l.file.Teams[i].Name
	case path[0] != "teams" && path[0] != "metrics":
		return ""
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s %.80q: ", kind, name)
}

// fault notes that something is wrong with the value at path, unless its shape is
// known to be wrong already.
func (l *loader) fault(path []string, format string, args ...any) {
	l.faultIn(0, path, format, args...)
}

// faultIn notes that something is wrong at a byte offset of the text at path.
func (l *loader) faultIn(offset int, path []string, format string, args ...any) {
	if l.isBroken(path) {
		return
	}
	at := l.tree.Value(path...)
	if offset > 0 {
		at = l.tree.Text(offset, path...)
	}
	l.faults = append(l.faults, yamlfile.Fault{Position: at, Path: path, Text: l.subject(path) + fmt.Sprintf(format, args...)})
}

// warn notes that the value at path is allowed and likely a mistake.
func (l *loader) warn(path []string, format string, args ...any) {
	if l.isBroken(path) {
		return
	}
	l.warnings = append(l.warnings, yamlfile.Fault{Position: l.tree.Value(path...), Path: path, Text: l.subject(path) + fmt.Sprintf(format, args...)})
}

func (l *loader) isBroken(path []string) bool {
	for n := 1; n <= len(path); n++ {
		if l.broken[strings.Join(path[:n], "/")] {
			return true
		}
	}
	return false
}

// namesKnown reports whether the names in a list could all be read, so that a name
// that is not among them is unknown.
func (l *loader) namesKnown(list string, n int) bool {
	for i := range n {
		if l.isBroken([]string{list, strconv.Itoa(i), "name"}) {
			return false
		}
	}
	return !l.isBroken([]string{list})
}

// registry makes teams and metrics of the entries of the file.
func (l *loader) registry() {
	if l.isBroken([]string{"metrics"}) { // too many to compare with each other, or none at all
		l.file.Metrics = nil
	}
	for _, t := range l.file.Teams {
		l.teams = append(l.teams, Team{t.Name, cmp.Or(strings.TrimSpace(t.Title), titleOf(t.Name))})
	}
	for i := range l.file.Metrics {
		l.metrics = append(l.metrics, l.metric(i))
	}
	l.byName = NewRegistry(nil, l.metrics).byName
}

// check holds teams and metrics against the rules of a registry.
func (l *loader) check() {
	l.checkUnique("teams", len(l.teams), func(i int) string { return l.teams[i].Name })
	l.checkUnique("metrics", len(l.metrics), func(i int) string { return l.metrics[i].Name })
	for i, team := range l.teams {
		path := []string{"teams", strconv.Itoa(i)}
		l.checkName(append(path[:2:2], "name"), team.Name)
		l.checkTitle(append(path[:2:2], "title"), team.Title)
	}
	for i := range l.metrics {
		e := entry{l, strconv.Itoa(i), &l.file.Metrics[i], l.metrics[i]}
		e.checkWords()
		e.checkForm()
		e.checkPlan()
	}
	l.checkTitles()
	if t := l.thresholds(nil); t.disordered() {
		l.fault([]string{"thresholds"}, "thresholds: off (%g) is nearer to the plan than watch (%g)", t.Off, t.Watch)
	}
}

// checkUnique finds names that are given twice. Names that differ in case only
// count as the same.
func (l *loader) checkUnique(list string, n int, name func(int) string) {
	first := map[string]int{}
	for i := range n {
		folded := strings.ToLower(name(i))
		before, seen := first[folded]
		if !seen {
			first[folded] = i
			continue
		}
		if folded == "" {
			continue
		}
		at := l.tree.Value(list, strconv.Itoa(before), "name")
		l.fault([]string{list, strconv.Itoa(i), "name"}, "already defined at %d:%d", at.Line, at.Column)
	}
}

// checkTitles warns of metrics that a reader of the sheet cannot tell apart.
func (l *loader) checkTitles() {
	first := map[string]*Metric{}
	for i, m := range l.metrics {
		key := m.Team + "\x00" + strings.ToLower(m.Title)
		if before := first[key]; before != nil && before.Name != m.Name {
			l.warn([]string{"metrics", strconv.Itoa(i), "title"}, "has the title %q of metric %q", m.Title, before.Name)
			continue
		}
		first[key] = m
	}
}
