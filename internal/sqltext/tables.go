package sqltext

import (
	"slices"
	"strings"
)

// Tables returns the tables that a statement reads, or an expression with subqueries,
// each once, in the order in which they appear: those after FROM and JOIN, without
// CTEs and functions. A bare name is in lower case, a quoted one without its quotes. A
// text that cannot be cut into tokens has none.
func Tables(sql string) []string {
	tokens, err := Lex(sql)
	if err != nil {
		return nil
	}
	var tables []string
	for _, reference := range References(tokens) {
		if reference.Name != "" && !slices.Contains(tables, reference.Name) {
			tables = append(tables, reference.Name)
		}
	}
	return tables
}

// Fold returns a name as engines compare it: a bare one in lower case, a
// quoted one without its quotes.
func Fold(t Token) string {
	if t.Kind == Quoted {
		return strings.ReplaceAll(t.Text[1:len(t.Text)-1], `""`, `"`)
	}
	return strings.ToLower(t.Text)
}

// Reference is a table in a statement: its name, "" for a text in quotes, and
// the index of its first token.
type Reference struct {
	Name  string
	First int
}

// References finds the tables of a statement, or of an expression with
// subqueries.
func References(tokens []Token) []Reference {
	s := tableScan{tokens: tokens, ctes: ctesOf(tokens), frames: []tableFrame{{}}}
	for s.at < len(tokens) {
		s.step()
	}
	return s.found
}

// tableScan walks over a statement and keeps for each open parenthesis whether it
// stands in a list of tables.
type tableScan struct {
	tokens []Token
	at     int
	ctes   []cte
	frames []tableFrame
	found  []Reference
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
	case t.Is("("):
		inner := tableFrame{inFrom: f.expects, expects: f.expects}
		f.expects = false
		s.frames = append(s.frames, inner)
	case t.Is(")"):
		if len(s.frames) > 1 {
			s.frames = s.frames[:len(s.frames)-1]
		}
	case t.Is(","):
		f.expects = f.inFrom
	case t.Kind == String && f.expects:
		s.found = append(s.found, Reference{First: s.at})
		f.expects = false
	case t.Kind == Word && s.keyword(f, first):
	case f.expects && t.Named():
		s.table()
		f.expects = false
		return
	}
	s.at++
}

// keyword follows the words that begin and end lists of tables.
func (s *tableScan) keyword(f *tableFrame, first bool) bool {
	if s.at > 0 && s.tokens[s.at-1].Is(".") {
		return false
	}
	switch s.tokens[s.at].Word() {
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
		if (f.selected || first) && !IsDistinctFrom(s.tokens, s.at) {
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
	parts := []string{Fold(s.tokens[s.at])}
	s.at++
	for s.at+1 < len(s.tokens) && s.tokens[s.at].Is(".") && s.tokens[s.at+1].Named() {
		parts = append(parts, Fold(s.tokens[s.at+1]))
		s.at += 2
	}
	if s.at < len(s.tokens) && s.tokens[s.at].Is("(") {
		return
	}
	if len(parts) == 1 && slices.ContainsFunc(s.ctes, func(c cte) bool { return c.covers(parts[0], first) }) {
		return
	}
	s.found = append(s.found, Reference{strings.Join(parts, "."), first})
}

// IsDistinctFrom reports whether the from at i belongs to "is [not] distinct from".
func IsDistinctFrom(tokens []Token, i int) bool {
	return i >= 2 && tokens[i-1].Word() == "distinct" && slices.Contains([]string{"is", "not"}, tokens[i-2].Word())
}
