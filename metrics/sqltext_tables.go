package metrics

import (
	"slices"
	"strings"
)

// Tables returns the tables that the statement of m reads, each once, in the order
// in which they appear: those after FROM and JOIN, without CTEs and functions. A
// bare name is in lower case, a quoted one without its quotes. A ratio has none:
// its operands have.
func (m *Metric) Tables() []string {
	if m.SQL != "" {
		return tablesIn(m.SQL)
	}
	if m.From == "" {
		return nil
	}
	// As a condition and a measure can hold subqueries, look into them too.
	tables := tablesIn("select * from " + m.From)
	for _, part := range []string{m.Measure, m.Where} {
		for _, table := range tablesIn(part) {
			if !slices.Contains(tables, table) {
				tables = append(tables, table)
			}
		}
	}
	return tables
}

func tablesIn(sql string) []string {
	tokens, err := lexSQL(sql)
	if err != nil {
		return nil
	}
	var tables []string
	for _, reference := range tableReferences(tokens) {
		if reference.name != "" && !slices.Contains(tables, reference.name) {
			tables = append(tables, reference.name)
		}
	}
	return tables
}

// foldName returns a name as engines compare it: a bare one in lower case, a
// quoted one without its quotes.
func foldName(t sqlToken) string {
	if t.kind == sqlQuoted {
		return strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`)
	}
	return strings.ToLower(t.text)
}

// tableReference is a table in a statement: its name, "" for a text in quotes, and
// the index of its first token.
type tableReference struct {
	name  string
	first int
}

// tableReferences finds the tables of a statement, or of an expression with
// subqueries.
func tableReferences(tokens []sqlToken) []tableReference {
	s := tableScan{tokens: tokens, ctes: ctesOf(tokens), frames: []tableFrame{{}}}
	for s.at < len(tokens) {
		s.step()
	}
	return s.found
}

// tableScan walks over a statement and keeps for each open parenthesis whether it
// stands in a list of tables.
type tableScan struct {
	tokens []sqlToken
	at     int
	ctes   []cte
	frames []tableFrame
	found  []tableReference
}

type tableFrame struct {
	begun    bool // a token was seen
	selected bool // it holds a SELECT, so that FROM begins tables
	inFrom   bool // commas separate tables
	expects  bool // a table comes next
}

func (s *tableScan) step() {
	f, t := &s.frames[len(s.frames)-1], s.tokens[s.at]
	first := !f.begun
	f.begun = true
	switch {
	case t.is("("):
		inner := tableFrame{inFrom: f.expects, expects: f.expects}
		f.expects = false
		s.frames = append(s.frames, inner)
	case t.is(")"):
		if len(s.frames) > 1 {
			s.frames = s.frames[:len(s.frames)-1]
		}
	case t.is(","):
		f.expects = f.inFrom
	case t.kind == sqlString && f.expects:
		s.found = append(s.found, tableReference{first: s.at})
		f.expects = false
	case t.kind == sqlWord && s.keyword(f, first):
	case f.expects && t.named():
		s.table()
		f.expects = false
		return
	}
	s.at++
}

// keyword follows the words that begin and end lists of tables.
func (s *tableScan) keyword(f *tableFrame, first bool) bool {
	if s.at > 0 && s.tokens[s.at-1].is(".") {
		return false
	}
	switch s.tokens[s.at].word() {
	case "select":
		f.selected, f.inFrom, f.expects = true, false, false
	case "with":
		if first {
			f.inFrom, f.expects = false, false
		}
	case "values":
		if f.expects || first {
			f.inFrom, f.expects = false, false
		}
	case "from":
		if (f.selected || first) && !isDistinctFrom(s.tokens, s.at) {
			f.selected, f.inFrom, f.expects = true, true, true
		}
	case "table":
		f.expects = f.expects || first
	case "join":
		f.inFrom, f.expects = true, true
	case "lateral", "only":
		return f.expects
	case "where", "group", "having", "order", "limit", "union", "intersect", "except", "window", "offset", "fetch", "qualify":
		f.inFrom, f.expects = false, false
	default:
		return false
	}
	return true
}

// table takes the name at which s stands, unless it is a function or a CTE.
func (s *tableScan) table() {
	first := s.at
	parts := []string{foldName(s.tokens[s.at])}
	s.at++
	for s.at+1 < len(s.tokens) && s.tokens[s.at].is(".") && s.tokens[s.at+1].named() {
		parts = append(parts, foldName(s.tokens[s.at+1]))
		s.at += 2
	}
	if s.at < len(s.tokens) && s.tokens[s.at].is("(") {
		return
	}
	if len(parts) == 1 && slices.ContainsFunc(s.ctes, func(c cte) bool { return c.covers(parts[0], first) }) {
		return
	}
	s.found = append(s.found, tableReference{strings.Join(parts, "."), first})
}
