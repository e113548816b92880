package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tearsheet/internal/spelling"
	"tearsheet/internal/sqltext"
	"tearsheet/warehouse"
)

// LintOptions says how strictly assets are read.
type LintOptions struct {
	// Redshift makes a fault of what Amazon Redshift does not understand.
	Redshift bool
}

// Lint holds the assets of a graph against the house's rules: what is described, that
// depends names the tables that the SELECT reads, that a SELECT over all days before
// depends on all of them. Faults keep a table from being right or understood; warnings
// are worth a look. It reads the text only and asks no warehouse.
func Lint(g *Graph, o LintOptions) (faults, warnings Faults) {
	l := &linter{graph: g, options: o}
	for _, name := range slices.Sorted(maps.Keys(g.byName)) {
		l.asset = g.byName[name]
		if l.asset.SQL == "" {
			l.sourceDescriptions()
			continue
		}
		l.descriptions()
		l.statement()
	}
	return sorted(l.faults), sorted(l.warnings)
}

// linter goes over the assets of a graph, one at a time.
type linter struct {
	graph            *Graph
	options          LintOptions
	asset            *Asset
	faults, warnings []fault
}

func (l *linter) fault(line, column int, format string, args ...any) {
	l.faults = append(l.faults, fault{l.asset.File, line, column, fmt.Sprintf(format, args...)})
}

func (l *linter) warn(line, column int, format string, args ...any) {
	l.warnings = append(l.warnings, fault{l.asset.File, line, column, fmt.Sprintf(format, args...)})
}

func (l *linter) descriptions() {
	a := l.asset
	if a.Description == "" {
		l.fault(a.Line, 0, "table %q has no description: say what a row of it is", a.Name)
	}
	if a.Owner == "" {
		l.fault(a.Line, 0, "table %q has no owner: say who answers for it", a.Name)
	}
	for _, c := range a.Columns {
		if c.Description == "" {
			l.fault(c.Line, 0, "column %q has no description", c.Name)
		}
	}
}

// sourceDescriptions is lenient: what production means by a column is not always known.
func (l *linter) sourceDescriptions() {
	var bare []string
	for _, c := range l.asset.Columns {
		if c.Description == "" {
			bare = append(bare, c.Name)
		}
	}
	if len(bare) > 0 {
		l.warn(l.asset.Line, 0, "table %q: no description of %s", l.asset.Name, strings.Join(bare, ", "))
	}
}

// statement looks into the SELECT of an asset.
func (l *linter) statement() {
	tokens, err := sqltext.Lex(l.asset.SQL)
	if err != nil {
		return // ParseAsset has said it
	}
	before := len(l.faults)
	l.tables(tokens)
	if !l.asset.Whole {
		if len(l.faults) == before { // else depends may lack the parent that has the days
			l.hasDays()
		}
		l.days(tokens)
	}
	if l.options.Redshift {
		for _, f := range foreignToRedshift(tokens) {
			line, column := l.asset.Position(f.At)
			l.fault(line, column, "%s", f.Text)
		}
		l.faults = append(l.faults, l.asset.foreign...)
	}
}

// tables holds the tables that are read against those that depends names.
func (l *linter) tables(tokens []sqltext.Token) {
	a := l.asset
	read := map[string]bool{}
	for _, reference := range sqltext.References(tokens) {
		line, column := a.Position(tokens[reference.First].At)
		if reference.Name == "" {
			l.fault(line, column, "reads a file: want a table of the warehouse, which a source of tearsheet.yaml fills")
			continue
		}
		if read[reference.Name] {
			continue
		}
		read[reference.Name] = true
		switch {
		case reference.Name == a.Name:
			l.fault(line, column, "%s is made of itself: no day of it could be the first", a.Name)
		case !a.dependsOn(reference.Name):
			l.fault(line, column, "reads %s, which depends does not name: %s would not be made anew when %s changes%s",
				reference.Name, a.Name, reference.Name, l.suggestion(reference.Name))
		}
	}
	for _, c := range a.checked {
		switch {
		case c.table == "":
			l.fault(c.line, c.column, "check %q reads a file: want a table of the warehouse", c.check)
		case c.table != a.Name && !a.dependsOn(c.table) && !read[c.table]:
			l.fault(c.line, c.column, "check %q reads %s, which depends does not name: it could be made before that, and would not be checked anew when %s changes%s",
				c.check, c.table, c.table, l.suggestion(c.table))
		}
		read[c.table] = true
	}
	for _, d := range a.Depends {
		if !read[d.Asset] && l.graph.Asset(d.Asset) != nil { // else NewGraph has said it
			l.warn(d.Line, d.Column, "depends on %s, which it does not read", d.Asset)
		}
	}
}

// suggestion adds to a fault about a table that nothing makes what may be meant.
func (l *linter) suggestion(name string) string {
	if l.graph.Asset(name) != nil || l.graph.faulty[name] != nil {
		return ""
	}
	return "; no file of etl/ and no source makes it" + spelling.DidYouMean(name, slices.Sorted(maps.Keys(l.graph.byName)))
}

func (a *Asset) dependsOn(name string) bool {
	return slices.ContainsFunc(a.Depends, func(d Depend) bool { return d.Asset == name })
}

// hasDays wants a parent by day: it is the days of the parents that a table is made for.
func (l *linter) hasDays() {
	for _, d := range l.asset.Depends {
		if parent := l.graph.Asset(d.Asset); parent == nil || !parent.Whole {
			return // one that is not known may be cut into days
		}
	}
	l.fault(l.asset.Line, 0, "table %q is cut into days, but %s, so that it would never be made: name a table by day in depends, or make it whole (materialization: {strategy: create+replace})",
		l.asset.Name, noDays)
}

// days holds the days that the SELECT reads of its parents against its mappings.
func (l *linter) days(tokens []sqltext.Token) {
	reads := map[string][]*tableRead{}
	for _, r := range readsOf(tokens) {
		reads[r.table] = append(reads[r.table], r)
	}
	said := map[string]bool{}
	for _, d := range l.asset.Depends {
		if l.isWhole(d.Asset) || said[d.Asset] {
			continue
		}
		said[d.Asset] = l.tooFew(d, reads[d.Asset])
		for _, r := range reads[d.Asset] {
			if r.odd >= 0 && !said[d.Asset] {
				line, column := l.asset.Position(r.odd)
				l.warn(line, column, "this interval is not understood: whether depends takes in all days of %s that are read is not checked; write it in days, such as interval '6 days'", d.Asset)
			}
		}
		if d.Mapping == AllBefore && len(reads[d.Asset]) > 0 && !slices.ContainsFunc(reads[d.Asset], func(r *tableRead) bool { return !r.upper || !r.lowerDay || r.back > 0 || r.ahead < 0 }) {
			l.warn(d.Line, d.Column, "depends on %s of all days before, but reads it from $1 on: each late row of it would make all days after it anew; write %s alone", d.Asset, d.Asset)
		}
	}
}

// tooFew reports whether a parent is read of more days than depends names, and says so
// of the first place where it is.
func (l *linter) tooFew(d Depend, reads []*tableRead) bool {
	covered, same, known := l.mapped(d.Asset)
	if !known {
		return false
	}
	for _, r := range reads {
		text := ""
		switch {
		case r.vague:
			continue
		case r.upperDay && r.ahead > 0:
			text = fmt.Sprintf("reads %s of days after its own, which cannot be there yet when it is made", d.Asset)
		case r.upperDay && r.ahead == 0 && !same:
			text = fmt.Sprintf("reads %s of the same day, but depends on it by the day before only: write %s in depends as well", d.Asset, d.Asset)
		case r.free && covered == endless:
			text = fmt.Sprintf("nothing binds %s to days, so that it is read of all, also of those after $2: write %s.day < $2", d.Asset, r.alias)
		case r.free:
			text = fmt.Sprintf("nothing binds %s to days, so that it is read of all: write %s.day >= $1 and %s.day < $2; or, if all days before are meant, %s.day < $2 and {asset: %s, partition: all_before}",
				d.Asset, r.alias, r.alias, r.alias, d.Asset)
		case r.lowerDay && !r.upper:
			text = fmt.Sprintf("reads %s without an end: the days after would count as well; write %s.day < $2", d.Asset, r.alias)
		case r.upper && !r.lowerDay && (r.upperDay || !r.lower) && covered < endless:
			text = fmt.Sprintf("reads %s of all days before, but depends on it by %s only: a late row would go unnoticed; write {asset: %s, partition: all_before}",
				d.Asset, daysOf(d), d.Asset)
		case r.lowerDay && r.back > covered:
			text = fmt.Sprintf("reads %s from %s before, but depends on it by %s only: a late row would go unnoticed; write {asset: %s, partition: lookback, days: %d}",
				d.Asset, inDays(r.back), daysOf(d), d.Asset, r.back)
		}
		if text != "" {
			line, column := l.asset.Position(r.at)
			l.fault(line, column, "%s", text)
			return true
		}
	}
	return false
}

// endless is more days back than any SELECT says.
const endless = 1 << 30

// mapped returns how many days before its own a day of the asset is known to be made of,
// and whether its own is one of them; false if changes of the parent are left out of
// account on purpose.
func (l *linter) mapped(table string) (back int, same, known bool) {
	for _, d := range l.asset.Depends {
		if d.Asset != table {
			continue
		}
		same = same || d.Mapping != Previous
		switch d.Mapping {
		case Latest:
			return 0, false, false
		case Previous:
			back = max(back, 1)
		case Lookback:
			back = max(back, d.Days)
		case AllBefore:
			back = endless
		}
	}
	return back, same, true
}

func inDays(n int) string {
	if n == 1 {
		return "a day"
	}
	return fmt.Sprintf("%d days", n)
}

func (l *linter) isWhole(table string) bool {
	parent := l.graph.Asset(table)
	return parent == nil || parent.Whole
}

func daysOf(d Depend) string {
	switch d.Mapping {
	case Previous:
		return "the day before"
	case Lookback:
		return fmt.Sprintf("the day and the %d before it", d.Days)
	}
	return "the same day"
}

// Position returns the line and the column of File on which a byte of SQL stands.
func (a *Asset) Position(offset int) (line, column int) {
	before := a.SQL[:min(max(offset, 0), len(a.SQL))]
	line = strings.Count(before, "\n")
	column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	if line == 0 {
		column += max(a.SQLColumn-1, 0)
	}
	return a.SQLLine + line, column
}

// isDay reports whether a token names the column by which tables are cut.
func isDay(t sqltext.Token) bool {
	return t.Named() && sqltext.Fold(t) == warehouse.DayColumn
}
