package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tearsheet/metrics"
)

// entry is one figure of the document.
type entry struct {
	name    string            // of its row
	metrics []*metrics.Metric // those that the plan calls by that name
	version string
	period  period
	is      metrics.PlanIs // "" if the row does not say
	value   metrics.Value
	at      cell
}

// meaning returns what the figure is for m: what the row says, or else the
// registry.
func (e entry) meaning(m *metrics.Metric) metrics.PlanIs {
	switch {
	case e.is != "":
		return e.is
	case m.PlanIs != "":
		return m.PlanIs
	}
	return metrics.PlanDaily
}

// reader turns the rows of a table into entries.
type reader struct {
	*table
	header
	Options
	names
	entries  []entry
	versions []string        // by first appearance
	known    map[string]bool // of versions
	bare     []cell          // the metric cells of rows without a version
	seen     map[slot]cell   // where each figure stands
}

// slot is what can be planned once.
type slot struct {
	name, version string
	period        period
}

// plan reads the table as the options say.
func (t *table) plan(o Options) (*Plan, error) {
	index := t.headerIndex()
	if index < 0 {
		return nil, append(t.faults(t.found), metrics.Fault{Place: t.start(), Text: fmt.Sprintf(
			"no header in the first %d rows: want metric,period,value or metric,2026-10,2026-11,…", headerWithin)})
	}
	h, found := t.readHeader(index, o.Calendar)
	t.found = append(t.found, found...)
	r := &reader{table: t, header: h, Options: o, names: newNames(o.Registry), seen: map[slot]cell{}, known: map[string]bool{}}
	for _, row := range t.rows[index+1:] {
		r.readRow(row)
	}
	r.checkVersions()
	if faults := t.faults(t.found); len(faults) > 0 {
		return nil, faults
	}
	version, err := r.chooseVersion()
	if err != nil {
		return nil, err
	}
	return r.build(version), nil
}

func (r *reader) fault(at cell, format string, args ...any) {
	r.found = append(r.found, placed{at, fmt.Sprintf(format, args...)})
}

// row is a row of the table by the names of its columns, with its figures.
type row struct {
	named   map[string]cell // of metric, version, is, period
	figures []cell
}

// readRow reads the figures of one row and notes all that is wrong with it.
func (r *reader) readRow(cells []cell) {
	sorted := r.sort(cells)
	at, ok := sorted.named["metric"]
	if !ok {
		if len(sorted.figures) > 0 {
			r.fault(sorted.figures[0], "a figure in a row without a metric")
		}
		return
	}
	planned, err := r.find(at.text)
	if err != nil {
		r.fault(at, "%s", err)
	}
	e := entry{name: at.text, metrics: planned, version: r.version(sorted.named), is: r.is(sorted.named)}
	totals := false // one fault a row is enough
	for _, figure := range sorted.figures {
		e.at = figure
		periodKnown, valueKnown := r.period(&e, sorted.named), r.value(&e)
		if periodKnown && !totals {
			totals = r.refuseTotal(e, sorted.named)
		}
		if periodKnown && valueKnown {
			r.enter(e)
		}
	}
	if _, long := r.columns["value"]; long && len(sorted.figures) == 0 {
		r.period(&e, sorted.named)
	}
}

// sort puts the cells of a row under the names of their columns.
func (r *reader) sort(cells []cell) row {
	sorted := row{named: map[string]cell{}}
	for _, c := range cells {
		if _, ok := r.periods[c.col]; ok || r.columns["value"] == c.col {
			sorted.figures = append(sorted.figures, c)
			continue
		}
		name := ""
		for candidate, col := range r.columns {
			if col == c.col {
				name = candidate
			}
		}
		if name != "" {
			sorted.named[name] = c
		} else if !r.headed(c.col) {
			r.fault(c, "%q stands in a column without a header%s", c.text, r.splitHint(c))
		}
	}
	return sorted
}

// headed reports whether the header has a cell over col, be it a faulty one.
func (r *reader) headed(col int) bool {
	return slices.ContainsFunc(r.rows[r.header.row], func(c cell) bool { return c.col == col })
}

// splitHint explains the most common reason for more fields than headers.
func (r *reader) splitHint(c cell) string {
	if r.sheet == "" && strings.ContainsAny(c.text[:1], "0123456789") {
		return ": if it belongs to the number before it, put that number in quotes or write it without the comma"
	}
	return ": give the column one, or clear the cell"
}

// version returns the version that the row says, "" for none.
func (r *reader) version(named map[string]cell) string {
	at, ok := named["version"]
	if !ok {
		r.bare = append(r.bare, named["metric"])
		return ""
	}
	if strings.ContainsFunc(at.text, func(c rune) bool { return !unicode.IsPrint(c) }) || len(at.text) > 100 {
		r.fault(at, "version %q cannot be printed: use a short name of plain characters", at.text)
	}
	if !r.known[at.text] {
		r.known[at.text] = true
		r.versions = append(r.versions, at.text)
	}
	return at.text
}

// is returns what the row says its figures are, "" for nothing.
func (r *reader) is(named map[string]cell) metrics.PlanIs {
	at, ok := named["is"]
	if !ok {
		return ""
	}
	is := metrics.PlanIs(strings.ToLower(at.text))
	if is != metrics.PlanDaily && is != metrics.PlanTotal {
		r.fault(at, "%q is neither daily nor total", at.text)
		return ""
	}
	return is
}

// period completes e with the period of its figure: its column's or, in the long
// form, its row's. It reports whether there is a sound one.
func (r *reader) period(e *entry, named map[string]cell) bool {
	var wide bool
	if e.period, wide = r.periods[e.at.col]; wide {
		return true
	}
	if _, headed := r.columns["period"]; !headed {
		return false // the header has a fault that says so
	}
	at, ok := named["period"]
	if !ok {
		if e.at.col > 0 {
			r.fault(e.at, "a figure in a row without a period")
		}
		return false
	}
	var err error
	if e.period, err = parsePeriod(at.text, r.Calendar); err != nil {
		r.fault(at, "%s", err)
	}
	return err == nil
}

// value completes e with the number in its cell, and reports whether it is one.
func (r *reader) value(e *entry) bool {
	if e.at.wrong != "" {
		r.fault(e.at, "%s", e.at.wrong)
		return false
	}
	if e.value = e.at.number; e.value.Known() {
		return true
	}
	var err error
	if e.value, err = parseNumber(e.at.text, r.Decimal); err != nil {
		r.fault(e.at, "%s", err)
	}
	return err == nil
}

// refuseTotal faults a total of what has none, and reports whether it did.
func (r *reader) refuseTotal(e entry, named map[string]cell) bool {
	for _, m := range e.metrics {
		additive := m.Roll == metrics.Mean || m.Roll == metrics.Sum || m.Roll == metrics.Whole && e.period.kind == week
		if e.meaning(m) != metrics.PlanTotal || additive {
			continue
		}
		at, says := named["is"], "the row"
		if e.is == "" {
			at, says = e.at, "the registry"
		}
		r.fault(at, "%s says that this is a total, and metric %q (week: %s) has none over a %s: plan its daily value",
			says, m.Name, m.Roll, e.period.kind)
		return true
	}
	return false
}

// enter keeps an entry, unless the same is planned already.
func (r *reader) enter(e entry) {
	key := slot{e.name, e.version, e.period}
	if other, twice := r.seen[key]; twice {
		r.fault(e.at, "%s is planned twice for %s: also at %s", e.name, e.period, r.name(other))
		return
	}
	r.seen[key] = e.at
	r.entries = append(r.entries, e)
}
