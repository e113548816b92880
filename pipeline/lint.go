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
	l.tables(tokens)
	if !l.asset.Whole {
		l.days(tokens)
	}
	if l.options.Redshift {
		for _, f := range foreignToRedshift(tokens) {
			line, column := l.asset.Position(f.At)
			l.fault(line, column, "%s", f.Text)
		}
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
	for _, check := range a.Checks {
		for _, name := range sqltext.Tables(check.Query) {
			read[name] = true
		}
	}
	for _, d := range a.Depends {
		if !read[d.Asset] && l.graph.Asset(d.Asset) != nil { // else NewGraph has said it
			l.warn(d.Line, d.Column, "depends on %s, which it does not read", d.Asset)
		}
	}
}

// suggestion adds to a fault about a table that nothing makes what may be meant.
func (l *linter) suggestion(name string) string {
	if l.graph.Asset(name) != nil {
		return ""
	}
	return "; no file of etl/ and no source makes it" + spelling.DidYouMean(name, slices.Sorted(maps.Keys(l.graph.byName)))
}

func (a *Asset) dependsOn(name string) bool {
	return slices.ContainsFunc(a.Depends, func(d Depend) bool { return d.Asset == name })
}

// days holds the days that the SELECT reads of a parent against its mappings.
func (l *linter) days(tokens []sqltext.Token) {
	open := map[string]int{}    // parent → where it is read with an end and no beginning
	bounded := map[string]int{} // parent → how often it is read with both
	all := map[string]int{}
	for _, read := range readsOf(tokens) {
		all[read.table]++
		switch {
		case read.upper && !read.lower:
			if _, known := open[read.table]; !known {
				open[read.table] = read.at
			}
		case read.upper && read.lowerDay:
			bounded[read.table]++
		}
	}
	for _, d := range l.asset.Depends {
		at, cumulative := open[d.Asset]
		switch {
		case l.isWhole(d.Asset):
		case cumulative && !l.seesAllBefore(d.Asset):
			line, column := l.asset.Position(at)
			l.fault(line, column, "reads %s of all days before, but depends on it by %s only: a late row would go unnoticed; write {asset: %s, partition: all_before}",
				d.Asset, daysOf(d), d.Asset)
			delete(open, d.Asset)
		case d.Mapping == AllBefore && all[d.Asset] > 0 && bounded[d.Asset] == all[d.Asset]:
			l.warn(d.Line, d.Column, "depends on %s of all days before, but reads it from $1 on: each late row of it would make all days after it anew; write %s alone", d.Asset, d.Asset)
		}
	}
}

func (l *linter) isWhole(table string) bool {
	parent := l.graph.Asset(table)
	return parent == nil || parent.Whole
}

// seesAllBefore reports whether a mapping covers all days before, or leaves changes out
// of account on purpose.
func (l *linter) seesAllBefore(table string) bool {
	return slices.ContainsFunc(l.asset.Depends, func(d Depend) bool {
		return d.Asset == table && (d.Mapping == AllBefore || d.Mapping == Latest)
	})
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
