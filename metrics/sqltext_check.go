package metrics

import (
	"slices"
	"strings"
)

// withoutSemicolon returns the text of a statement without blanks around it and
// without the semicolon that ends it.
func withoutSemicolon(sql string) string {
	sql = strings.TrimSpace(sql)
	tokens, err := lexSQL(sql)
	if n := len(tokens); err == nil && n > 0 && tokens[n-1].is(";") {
		return strings.TrimSpace(sql[:tokens[n-1].at])
	}
	return sql
}

// checkStatement finds what keeps a text from being one statement that reads, with
// both bounds of its days. It is the first of two locks: the engine runs the
// statement read-only.
func checkStatement(sql string) *sqlError {
	tokens, err := lexSQL(sql)
	if err != nil {
		return err
	}
	if n := len(tokens); n > 0 && tokens[n-1].is(";") {
		tokens = tokens[:n-1]
	}
	if len(tokens) == 0 {
		return sqlErrorf(0, "is empty")
	}
	for _, check := range []func([]sqlToken) *sqlError{
		checkSingle, checkParentheses, checkReads, checkLocks, checkFunctions, checkFiles, checkBounds,
	} {
		if err := check(tokens); err != nil {
			return err
		}
	}
	return nil
}

func checkSingle(tokens []sqlToken) *sqlError {
	for _, t := range tokens {
		if t.is(";") {
			return sqlErrorf(t.at, "a second statement follows this semicolon: want one SELECT")
		}
	}
	return nil
}

func checkParentheses(tokens []sqlToken) *sqlError {
	var open []sqlToken
	for _, t := range tokens {
		switch {
		case t.is("("):
			open = append(open, t)
		case t.is(")") && len(open) == 0:
			return sqlErrorf(t.at, "this parenthesis closes none")
		case t.is(")"):
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return sqlErrorf(open[len(open)-1].at, "this parenthesis is never closed")
	}
	return nil
}

// checkReads finds a statement, or one within it, that does not begin as those do
// that read.
func checkReads(tokens []sqlToken) *sqlError {
	first := 0
	for tokens[first].is("(") && first+1 < len(tokens) {
		first++
	}
	switch verb := tokens[first]; verb.word() {
	case "select":
	case "with":
		if err := checkVerbAfterCTEs(tokens[first:]); err != nil {
			return err
		}
	default:
		return sqlErrorf(verb.at, "begins with %.80q: want one SELECT", verb.text)
	}
	for i, t := range tokens {
		if i == 0 || !tokens[i-1].is("(") {
			continue
		}
		if writes(tokens[i:]) {
			return sqlErrorf(t.at, "%s writes: want one SELECT", strings.ToLower(t.text))
		}
		if t.word() == "with" {
			if err := checkVerbAfterCTEs(tokens[i:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkVerbAfterCTEs looks at the verb that follows the CTEs which tokens begin
// with.
func checkVerbAfterCTEs(tokens []sqlToken) *sqlError {
	_, end := parseCTEs(tokens)
	if end >= len(tokens) {
		return sqlErrorf(tokens[0].at, "nothing is selected from what follows WITH")
	}
	verb := tokens[end]
	if verb.word() == "select" || verb.word() == "with" || verb.word() == "values" || verb.word() == "from" || verb.is("(") {
		return nil
	}
	return sqlErrorf(verb.at, "%.80q after WITH: want SELECT", verb.text)
}

// commands begin statements that do more than read. A column may bear such a name,
// so what follows decides.
const commands = `copy attach detach install load pragma set reset call create drop alter truncate
	execute prepare do vacuum analyze checkpoint export import grant revoke comment use explain show describe
	summarize begin commit rollback lock listen notify replace`

// writes reports whether tokens, which follow a parenthesis, begin a statement
// that does more than read.
func writes(tokens []sqlToken) bool {
	if len(tokens) < 2 {
		return false
	}
	next := tokens[1].word()
	switch verb := tokens[0].word(); verb {
	case "insert", "merge":
		return next == "into"
	case "delete":
		return next == "from"
	case "update":
		return slices.ContainsFunc(tokens[1:min(len(tokens), 8)], func(t sqlToken) bool { return t.word() == "set" })
	default:
		operand := tokens[1].kind == sqlString || tokens[1].kind == sqlQuoted || next != "" && !operator(next)
		return operand && listed(commands, verb)
	}
}

// operator reports whether a word can follow a column in an expression.
func operator(word string) bool {
	switch word {
	case "is", "in", "and", "or", "not", "like", "ilike", "between", "similar", "as", "at", "over", "filter",
		"order", "asc", "desc", "collate", "then", "else", "end", "when", "from", "for", "isnull", "notnull", "nulls", "glob":
		return true
	}
	return false
}

// checkLocks finds what creates a table or locks rows in the course of a SELECT.
func checkLocks(tokens []sqlToken) *sqlError {
	for i, t := range tokens {
		next := ""
		if i+1 < len(tokens) {
			next = tokens[i+1].word()
		}
		afterName := i > 0 && (tokens[i-1].is(".") || tokens[i-1].word() == "as")
		switch {
		case t.word() == "into" && !afterName:
			return sqlErrorf(t.at, "select into makes a table: want a SELECT that reads only")
		case t.word() == "for" && (next == "update" || next == "share" || next == "no" || next == "key"):
			return sqlErrorf(t.at, "for %s locks rows: want a SELECT that reads only", next)
		}
	}
	return nil
}

// checkBounds wants the parameters $1 and $2, both, and no other.
func checkBounds(tokens []sqlToken) *sqlError {
	seen := map[string]bool{}
	for _, t := range tokens {
		switch {
		case t.kind == sqlParam && t.text != "$1" && t.text != "$2", t.is("$"):
			return sqlErrorf(t.at, "unknown parameter %s: there are $1, the first day, and $2, the day after the last", t.text)
		case t.kind == sqlParam:
			seen[t.text] = true
		}
	}
	for _, bound := range []string{"$1", "$2"} {
		if !seen[bound] {
			return sqlErrorf(tokens[0].at, "has no %s: want $1 <= day and day < $2", bound)
		}
	}
	return nil
}

// checkMeasure finds what keeps a text from being one aggregate expression.
func checkMeasure(measure string) *sqlError {
	tokens, err := checkPart(measure)
	if err != nil {
		return err
	}
	depth, calls := 0, false
	for i, t := range tokens {
		switch word := t.word(); {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth > 0:
		case word == "as":
			return sqlErrorf(t.at, "leave out the alias")
		case t.is(","):
			return sqlErrorf(t.at, "want one expression, not a list")
		case word == "over":
			return sqlErrorf(t.at, "a window function gives a value for each row: want one aggregate, such as sum(amount)")
		}
		calls = calls || i+1 < len(tokens) && aggregates(t) && tokens[i+1].is("(")
	}
	if calls {
		return nil
	}
	return sqlErrorf(tokens[0].at, "%.80q aggregates nothing: want something like count(*) or sum(amount)", measure[tokens[0].at:tokens[len(tokens)-1].end])
}

// scalars are well-known functions of one row. Engines and their users have more
// aggregates than can be listed here.
const scalars = `coalesce nullif round floor ceil ceiling abs lower upper length cast try_cast trim
	greatest least date_trunc extract date_part substring concat replace in and or not exists any all values case when then else`

func aggregates(t sqlToken) bool {
	return t.kind == sqlQuoted || t.kind == sqlWord && !listed(scalars, t.word())
}

// checkWhere finds what keeps a text from being one condition.
func checkWhere(where string) *sqlError {
	_, err := checkPart(where)
	return err
}

// checkPart checks what a measure and a condition have in common: they are put
// into a statement, so nothing in them may end their place there.
func checkPart(text string) ([]sqlToken, *sqlError) {
	text = strings.TrimRight(text, " \t\r\n")
	tokens, err := lexSQL(text)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, sqlErrorf(0, "is empty")
	}
	if end := tokens[len(tokens)-1].end; strings.Contains(text[end:], "--") {
		return nil, sqlErrorf(end+strings.Index(text[end:], "--"), "a comment at the end would hide what follows: leave it out")
	}
	for _, check := range []func([]sqlToken) *sqlError{
		checkNoSemicolon, checkParentheses, checkClauses, checkLocks, checkFunctions, checkFiles, checkNoParameters,
	} {
		if err := check(tokens); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

func checkNoSemicolon(tokens []sqlToken) *sqlError {
	for _, t := range tokens {
		if t.is(";") {
			return sqlErrorf(t.at, "a semicolon would end the statement: leave it out")
		}
	}
	return nil
}

func checkNoParameters(tokens []sqlToken) *sqlError {
	for _, t := range tokens {
		if t.kind == sqlParam || t.is("$") {
			return sqlErrorf(t.at, "%s is for the long form: here the days are bounded already", t.text)
		}
	}
	return nil
}

// checkClauses finds a clause of a statement outside of parentheses, and a
// statement that writes within them.
func checkClauses(tokens []sqlToken) *sqlError {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case i > 0 && tokens[i-1].is("(") && writes(tokens[i:]):
			return sqlErrorf(t.at, "%s writes: want an expression", strings.ToLower(t.text))
		case depth == 0 && clause(tokens, i):
			return sqlErrorf(t.at, "%s begins another clause: want an expression", strings.ToLower(t.text))
		}
	}
	return nil
}

func clause(tokens []sqlToken, i int) bool {
	switch tokens[i].word() {
	case "from":
		return !isDistinctFrom(tokens, i)
	case "group":
		return i == 0 || tokens[i-1].word() != "within"
	case "select", "where", "having", "order", "limit", "union", "intersect", "except", "window", "offset", "fetch", "qualify":
		return i == 0 || !tokens[i-1].is(".")
	}
	return false
}
