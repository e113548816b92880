package pipeline

import (
	"strings"

	"tearsheet/internal/sqltext"
)

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
	case "is":
		if next == "distinct" || next == "not" && w.word(2) == "distinct" {
			return "Redshift has no IS DISTINCT FROM: write coalesce(a <> b, (a is null) <> (b is null))"
		}
	case "lateral":
		return "Redshift has no LATERAL: join a subquery"
	case "qualify":
		return "PostgreSQL has no QUALIFY: filter in a SELECT around it"
	case "[":
		return "Redshift has no lists and subscripts in […]"
	case "{":
		return "Redshift has no structs in {…}"
	}
	if text := w.onlyDuckDB(); text != "" || !w.isCall(0) {
		return text
	}
	return foreignFunction(w.word(0))
}

// onlyDuckDB says what begins here that DuckDB alone understands, or nothing.
func (w words) onlyDuckDB() string {
	next, before := w.word(1), w.word(-1)
	switch w.word(0) {
	case "group", "order":
		if next == "by" && w.word(2) == "all" && !w.isCall(2) {
			return "Redshift has no " + strings.ToUpper(w.word(0)) + " BY ALL: name the columns"
		}
	case "union":
		if next == "by" || w.word(2) == "by" && next == "all" {
			return "Redshift has no UNION BY NAME: name the columns in one order"
		}
	case "asof", "positional", "semi", "anti":
		if next == "join" || w.word(2) == "join" {
			return "Redshift has no " + strings.ToUpper(w.word(0)) + " JOIN: write exists (…), or row_number() over (…)"
		}
	case "pivot", "unpivot":
		if w.isCall(0) {
			return "PostgreSQL has no " + strings.ToUpper(w.word(0)) + ": write sum(case when … end) for each column"
		}
	case "double":
		if before == "as" && next == ")" || before == ":" && next != "precision" {
			return "PostgreSQL has no type double: write double precision"
		}
	case "exclude", "replace":
		if before == "*" && isAllColumns(w.tokens, w.at-1) {
			return "PostgreSQL has no * " + strings.ToUpper(w.word(0)) + ": name the columns"
		}
	case "/":
		if w.touches() && next == "/" {
			return "Redshift has no //: write floor(a / b)"
		}
	case "-":
		if w.touches() && next == ">" {
			return "Redshift has no ->: name the columns of the source"
		}
	}
	return ""
}

// isCall reports whether a word some tokens further on is called as a function.
func (w words) isCall(further int) bool { return w.named(further) && w.word(further+1) == "(" }

// touches reports whether nothing stands between the token and the next one.
func (w words) touches() bool {
	return w.at+1 < len(w.tokens) && w.tokens[w.at].End == w.tokens[w.at+1].At
}

// foreignFunction says what to write instead of a function that one of the engines
// lacks, or nothing.
func foreignFunction(name string) string {
	instead := ""
	switch name {
	case "arg_max", "arg_min", "max_by", "min_by":
		instead = "row_number() over (partition by … order by …), and take the first"
	case "count_if", "countif":
		instead = "sum(case when … then 1 else 0 end)"
	case "ifnull", "nvl", "isnull":
		instead = "coalesce(…)"
	case "median", "quantile_cont":
		instead = "percentile_cont(0.5) within group (order by …)"
	case "date_diff", "datediff", "date_add", "dateadd", "date_sub":
		instead = "b - a for days, or a + interval '…'"
	case "strftime", "strptime", "to_char", "make_date":
		instead = "extract(… from …), or a literal with days added"
	case "regexp_matches":
		instead = "like"
	case "string_agg", "listagg", "group_concat", "array_agg", "list", "struct_pack":
		instead = "a row for each"
	case "try_cast":
		instead = "case when … then cast(… as …) end"
	default:
		return ""
	}
	return "Redshift, PostgreSQL and DuckDB do not all have " + name + "(…): write " + instead
}
