package metrics

import "slices"

// valueExpression returns the expression that gives the value of a long form: the
// item of the select list that is called value, or the second. Where that is a
// column which a subquery or a CTE makes under the same name, it is the
// expression there. It is "" where this cannot be told.
func valueExpression(sql string) string {
	tokens, err := lexSQL(sql)
	if err != nil {
		return ""
	}
	item := valueItem(mainSelect(tokens))
	for range 8 { // a column can be handed up through as many subqueries
		if len(item) == 0 {
			return ""
		}
		if !dottedName(item) {
			return sql[item[0].at:item[len(item)-1].end]
		}
		column := foldName(item[len(item)-1])
		item = madeAs(tokens, column)
	}
	return ""
}

// mainSelect returns the tokens after the select keyword of a statement that may
// begin with parentheses and CTEs.
func mainSelect(tokens []sqlToken) []sqlToken {
	depth := 0
	start := 0
	for start < len(tokens) && tokens[start].is("(") {
		start++
	}
	for i, t := range tokens[start:] {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.word() == "select" && depth == 0:
			return tokens[start+i+1:]
		}
	}
	return nil
}

// valueItem returns the expression of the value in the select list that tokens
// begin with.
func valueItem(tokens []sqlToken) []sqlToken {
	items := selectList(tokens)
	for _, item := range items {
		if expression, alias := splitAlias(item); alias == "value" {
			return expression
		}
	}
	if len(items) < 2 {
		return nil
	}
	expression, _ := splitAlias(items[1])
	return expression
}

// madeAs returns the one expression that a select list anywhere in tokens makes
// under the alias, and nothing if there are several or none.
func madeAs(tokens []sqlToken, alias string) []sqlToken {
	var found []sqlToken
	for i, t := range tokens {
		if t.word() != "select" {
			continue
		}
		for _, item := range selectList(tokens[i+1:]) {
			expression, called := splitAlias(item)
			if called != alias || dottedName(expression) && foldName(expression[len(expression)-1]) == alias {
				continue
			}
			if found != nil {
				return nil
			}
			found = expression
		}
	}
	return found
}

// selectList cuts the select list that tokens begin with into its items.
func selectList(tokens []sqlToken) [][]sqlToken {
	var items [][]sqlToken
	depth, start := 0, 0
	if len(tokens) > 0 && (tokens[0].word() == "distinct" || tokens[0].word() == "all") {
		tokens = tokens[1:]
	}
	end := len(tokens)
	for i, t := range tokens {
		if t.is(")") && depth == 0 || depth == 0 && endsSelectList(tokens, i) {
			end = i
			break
		}
		switch {
		case t.is("("), t.is("["), t.is("{"):
			depth++
		case t.is(")"), t.is("]"), t.is("}"):
			depth--
		case t.is(",") && depth == 0:
			items = append(items, tokens[start:i])
			start = i + 1
		}
	}
	return append(items, tokens[start:end])
}

// endsSelectList reports whether the token at i begins what follows a select list.
func endsSelectList(tokens []sqlToken, i int) bool {
	switch tokens[i].word() {
	case "from":
		return !isDistinctFrom(tokens, i)
	case "where", "group", "having", "order", "limit", "union", "intersect", "except", "window", "into":
		return i == 0 || tokens[i-1].word() != "within"
	}
	return false
}

// isDistinctFrom reports whether the from at i belongs to "is [not] distinct from".
func isDistinctFrom(tokens []sqlToken, i int) bool {
	return i >= 2 && tokens[i-1].word() == "distinct" && slices.Contains([]string{"is", "not"}, tokens[i-2].word())
}

// splitAlias cuts an item of a select list into its expression and its alias, in
// lower case; a column is its own alias.
func splitAlias(item []sqlToken) (expression []sqlToken, alias string) {
	n := len(item)
	switch {
	case n == 0:
		return nil, ""
	case n >= 3 && item[n-2].word() == "as" && item[n-1].named():
		return item[:n-2], foldName(item[n-1])
	case dottedName(item):
		return item, foldName(item[n-1])
	case n >= 2 && item[n-1].named() && item[n-1].word() != "end" && endsOperand(item[n-2]):
		return item[:n-1], foldName(item[n-1])
	}
	return item, ""
}

// endsOperand reports whether t can end an expression, so that a name after it is
// an alias.
func endsOperand(t sqlToken) bool {
	return t.is(")") || t.kind == sqlNumber || t.kind == sqlString || t.word() == "end" || t.kind == sqlQuoted
}
