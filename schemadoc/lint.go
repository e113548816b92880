package schemadoc

import (
	"fmt"
	"slices"

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// lint finds what somebody should write down about a table, and what the warehouse has
// otherwise.
func (r *reader) lint(a *pipeline.Asset, t Table) {
	about := func(column string, line int, text string) {
		m := Missing{Table: a.Name, Column: column, Text: text}
		if a.File != "" {
			m.Place = fmt.Sprintf("%s:%d", a.File, max(line, 1))
		}
		r.missing = append(r.missing, m)
	}
	if a.Description == "" {
		about("", a.Line, "has no description")
	}
	if a.SQL != "" && a.Owner == "" {
		about("", a.Line, "has no owner")
	}
	if a.SQL != "" && t.Grain == "" && kindOf(a) != kindFacts { // an event is described, and has no key
		about("", a.Line, "no column is a key, so that nobody knows what a row is")
	}
	have := r.stands[a.Name]
	for i, c := range a.Columns {
		if c.Description == "" {
			about(c.Name, c.Line, "has no description")
		}
		if have != nil && !slices.ContainsFunc(have, func(h warehouse.ResultColumn) bool { return h.Name == c.Name }) {
			about(c.Name, c.Line, "is not in the warehouse")
		}
		for _, v := range t.Columns[i].Values {
			if v.Stray {
				about(c.Name, c.Line, fmt.Sprintf("holds %q, which is not allowed", v.Text))
			}
		}
	}
	for _, h := range have {
		if !slices.ContainsFunc(a.Columns, func(c pipeline.Column) bool { return c.Name == h.Name }) {
			about(h.Name, a.Line, "stands in the warehouse, and the file does not name it")
		}
	}
}
