package pipeline

import "tearsheet/internal/sqltext"

// foreignToRedshift returns what Amazon Redshift does not understand of a statement, or
// the PostgreSQL that stands in for it in tests.
func foreignToRedshift(tokens []sqltext.Token) []sqltext.Error {
	var found []sqltext.Error
	for i := range tokens {
		w := words{tokens, i}
		if w.word(-1) == "." {
			continue
		}
		if text := w.foreign(); text != "" {
			found = append(found, sqltext.Error{At: tokens[i].At, Text: text})
		}
	}
	return found
}

// words looks at tokens from one of them on.
type words struct {
	tokens []sqltext.Token
	at     int
}

// word returns the bare word or the symbol some tokens further on, or "".
func (w words) word(further int) string {
	i := w.at + further
	switch {
	case i < 0 || i >= len(w.tokens):
		return ""
	case w.tokens[i].Kind == sqltext.Symbol:
		return w.tokens[i].Text
	}
	return w.tokens[i].Word()
}

func (w words) named(further int) bool {
	i := w.at + further
	return i >= 0 && i < len(w.tokens) && w.tokens[i].Named()
}

// foreign says what begins here that Redshift lacks, or PostgreSQL by which its SQL is
// tested, and what to write, or nothing.
func (w words) foreign() string {
	next, before := w.word(1), w.word(-1)
	switch w.word(0) {
	case "filter":
		if before == ")" && next == "(" {
			return "Redshift has no FILTER (…): write sum(case when … then 1 else 0 end)"
		}
	case "generate_series", "range", "unnest":
		if next == "(" {
			return "Redshift has no " + w.word(0) + "(…) that rows can be joined with: join a table of numbers, or unite SELECTs"
		}
	case "distinct":
		if next == "on" && w.word(2) == "(" {
			return "Redshift has no DISTINCT ON: write row_number() over (…) and take the first"
		}
	case "on":
		if next == "conflict" {
			return "Redshift has no ON CONFLICT; a SELECT needs none"
		}
	case "window":
		if w.named(1) && w.word(2) == "as" && w.word(3) == "(" {
			return "Redshift has no named WINDOW: write it out after each OVER"
		}
	case "values":
		if next == "(" {
			return "Redshift has no VALUES as a table: unite SELECTs with union all"
		}
	case "lateral":
		return "Redshift has no LATERAL: join a subquery"
	case "qualify":
		return "PostgreSQL has no QUALIFY: filter in a SELECT around it"
	case "exclude":
		if before == "*" {
			return "PostgreSQL has no * EXCLUDE: name the columns"
		}
	case "[":
		return "Redshift has no lists and subscripts in […]"
	case "{":
		return "Redshift has no structs in {…}"
	}
	return ""
}
