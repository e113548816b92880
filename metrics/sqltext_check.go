package metrics

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
)

// withoutSemicolon returns the text of a statement without blanks around it and
// without the semicolon that ends it.
func withoutSemicolon(sql string) string {
	sql = strings.TrimSpace(sql)
	tokens, err := sqltext.Lex(sql)
	if n := len(tokens); err == nil && n > 0 && tokens[n-1].Is(";") {
		return strings.TrimSpace(sql[:tokens[n-1].At])
	}
	return sql
}

// checkStatement finds what keeps a text from being one statement that reads, with
// both bounds of its days. It is the first of two locks: the engine runs the
// statement read-only.
func checkStatement(sql string) *sqltext.Error {
	tokens, err := sqltext.Lex(sql)
	if err != nil {
		return err
	}
	if n := len(tokens); n > 0 && tokens[n-1].Is(";") {
		tokens = tokens[:n-1]
	}
	if len(tokens) == 0 {
		return sqltext.Errorf(0, "is empty")
	}
	for _, check := range []func([]sqltext.Token) *sqltext.Error{
		checkSingle, checkParentheses, checkReads, checkLocks, checkFunctions, checkFiles, checkBounds,
	} {
		if err := check(tokens); err != nil {
			return err
		}
	}
	return nil
}

func checkSingle(tokens []sqltext.Token) *sqltext.Error {
	for _, t := range tokens {
		if t.Is(";") {
			return sqltext.Errorf(t.At, "a second statement follows this semicolon: want one SELECT")
		}
	}
	return nil
}

func checkParentheses(tokens []sqltext.Token) *sqltext.Error {
	var open []sqltext.Token
	for _, t := range tokens {
		switch {
		case t.Is("("):
			open = append(open, t)
		case t.Is(")") && len(open) == 0:
			return sqltext.Errorf(t.At, "this parenthesis closes none")
		case t.Is(")"):
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return sqltext.Errorf(open[len(open)-1].At, "this parenthesis is never closed")
	}
	return nil
}

// checkReads finds a statement, or one within it, that does not begin as those do
// that read.
func checkReads(tokens []sqltext.Token) *sqltext.Error {
	first := 0
	for tokens[first].Is("(") && first+1 < len(tokens) {
		first++
	}
	switch verb := tokens[first]; verb.Word() {
	case "select":
	case "with":
		if err := checkVerbAfterCTEs(tokens[first:]); err != nil {
			return err
		}
	default:
		return sqltext.Errorf(verb.At, "begins with %.80q: want one SELECT", verb.Text)
	}
	for i, t := range tokens {
		if i == 0 || !tokens[i-1].Is("(") {
			continue
		}
		if writes(tokens[i:]) {
			return sqltext.Errorf(t.At, "%s writes: want one SELECT", strings.ToLower(t.Text))
		}
		if t.Word() == "with" {
			if err := checkVerbAfterCTEs(tokens[i:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkVerbAfterCTEs looks at the verb that follows the CTEs which tokens begin
// with.
func checkVerbAfterCTEs(tokens []sqltext.Token) *sqltext.Error {
	end := sqltext.AfterCTEs(tokens)
	if end >= len(tokens) {
		return sqltext.Errorf(tokens[0].At, "nothing is selected from what follows WITH")
	}
	verb := tokens[end]
	if verb.Word() == "select" || verb.Word() == "with" || verb.Word() == "values" || verb.Word() == "from" || verb.Is("(") {
		return nil
	}
	return sqltext.Errorf(verb.At, "%.80q after WITH: want SELECT", verb.Text)
}

// commands begin statements that do more than read. A column may bear such a name,
// so what follows decides.
const commands = `copy attach detach install load pragma set reset call create drop alter truncate
	execute prepare do vacuum analyze checkpoint export import grant revoke comment use explain show describe
	summarize begin commit rollback lock listen notify replace`

// writes reports whether tokens, which follow a parenthesis, begin a statement
// that does more than read.
func writes(tokens []sqltext.Token) bool {
	if len(tokens) < 2 {
		return false
	}
	next := tokens[1].Word()
	switch verb := tokens[0].Word(); verb {
	case "insert", "merge":
		return next == "into"
	case "delete":
		return next == "from"
	case "update":
		return slices.ContainsFunc(tokens[1:min(len(tokens), 8)], func(t sqltext.Token) bool { return t.Word() == "set" })
	default:
		operand := tokens[1].Kind == sqltext.String || tokens[1].Kind == sqltext.Quoted || next != "" && !operator(next)
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
func checkLocks(tokens []sqltext.Token) *sqltext.Error {
	for i, t := range tokens {
		next := ""
		if i+1 < len(tokens) {
			next = tokens[i+1].Word()
		}
		afterName := i > 0 && (tokens[i-1].Is(".") || tokens[i-1].Word() == "as")
		switch {
		case t.Word() == "into" && !afterName:
			return sqltext.Errorf(t.At, "select into makes a table: want a SELECT that reads only")
		case t.Word() == "for" && (next == "update" || next == "share" || next == "no" || next == "key"):
			return sqltext.Errorf(t.At, "for %s locks rows: want a SELECT that reads only", next)
		}
	}
	return nil
}

// checkBounds wants the parameters $1 and $2, both, and no other.
func checkBounds(tokens []sqltext.Token) *sqltext.Error {
	seen := map[string]bool{}
	for _, t := range tokens {
		switch {
		case t.Kind == sqltext.Param && t.Text != "$1" && t.Text != "$2", t.Is("$"):
			return sqltext.Errorf(t.At, "unknown parameter %s: there are $1, the first day, and $2, the day after the last", t.Text)
		case t.Kind == sqltext.Param:
			seen[t.Text] = true
		}
	}
	for _, bound := range []string{"$1", "$2"} {
		if !seen[bound] {
			return sqltext.Errorf(tokens[0].At, "has no %s: want $1 <= day and day < $2", bound)
		}
	}
	return nil
}

// checkMeasure finds what keeps a text from being one aggregate expression.
func checkMeasure(measure string) *sqltext.Error {
	tokens, err := checkPart(measure)
	if err != nil {
		return err
	}
	depth, calls := 0, false
	for i, t := range tokens {
		switch word := t.Word(); {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case depth > 0:
		case word == "as":
			return sqltext.Errorf(t.At, "leave out the alias")
		case t.Is(","):
			return sqltext.Errorf(t.At, "want one expression, not a list")
		case word == "over":
			return sqltext.Errorf(t.At, "a window function gives a value for each row: want one aggregate, such as sum(amount)")
		}
		calls = calls || i+1 < len(tokens) && aggregates(t) && tokens[i+1].Is("(")
	}
	if calls {
		return nil
	}
	return sqltext.Errorf(tokens[0].At, "%.80q aggregates nothing: want something like count(*) or sum(amount)", measure[tokens[0].At:tokens[len(tokens)-1].End])
}

// scalars are well-known functions of one row. Engines and their users have more
// aggregates than can be listed here.
const scalars = `coalesce nullif round floor ceil ceiling abs lower upper length cast try_cast trim
	greatest least date_trunc extract date_part substring concat replace in and or not exists any all values case when then else`

func aggregates(t sqltext.Token) bool {
	return t.Kind == sqltext.Quoted || t.Kind == sqltext.Word && !listed(scalars, t.Word())
}

// checkWhere finds what keeps a text from being one condition.
func checkWhere(where string) *sqltext.Error {
	_, err := checkPart(where)
	return err
}

// checkPart checks what a measure and a condition have in common: they are put
// into a statement, so nothing in them may end their place there.
func checkPart(text string) ([]sqltext.Token, *sqltext.Error) {
	text = strings.TrimRight(text, " \t\r\n")
	tokens, err := sqltext.Lex(text)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, sqltext.Errorf(0, "is empty")
	}
	if end := tokens[len(tokens)-1].End; strings.Contains(text[end:], "--") {
		return nil, sqltext.Errorf(end+strings.Index(text[end:], "--"), "a comment at the end would hide what follows: leave it out")
	}
	for _, check := range []func([]sqltext.Token) *sqltext.Error{
		checkNoSemicolon, checkParentheses, checkClauses, checkLocks, checkFunctions, checkFiles, checkNoParameters,
	} {
		if err := check(tokens); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

func checkNoSemicolon(tokens []sqltext.Token) *sqltext.Error {
	for _, t := range tokens {
		if t.Is(";") {
			return sqltext.Errorf(t.At, "a semicolon would end the statement: leave it out")
		}
	}
	return nil
}

func checkNoParameters(tokens []sqltext.Token) *sqltext.Error {
	for _, t := range tokens {
		if t.Kind == sqltext.Param || t.Is("$") {
			return sqltext.Errorf(t.At, "%s is for the long form: here the days are bounded already", t.Text)
		}
	}
	return nil
}

// checkClauses finds a clause of a statement outside of parentheses, and a
// statement that writes within them.
func checkClauses(tokens []sqltext.Token) *sqltext.Error {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case i > 0 && tokens[i-1].Is("(") && writes(tokens[i:]):
			return sqltext.Errorf(t.At, "%s writes: want an expression", strings.ToLower(t.Text))
		case depth == 0 && clause(tokens, i):
			return sqltext.Errorf(t.At, "%s begins another clause: want an expression", strings.ToLower(t.Text))
		}
	}
	return nil
}

func clause(tokens []sqltext.Token, i int) bool {
	switch tokens[i].Word() {
	case "from":
		return !sqltext.IsDistinctFrom(tokens, i)
	case "group":
		return i == 0 || tokens[i-1].Word() != "within"
	case "select", "where", "having", "order", "limit", "union", "intersect", "except", "window", "offset", "fetch", "qualify":
		return i == 0 || !tokens[i-1].Is(".")
	}
	return false
}
