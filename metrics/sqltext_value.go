package metrics

import "tearsheet/internal/sqltext"

// valueExpression returns the expression that gives the value of a long form: the
// item of the select list that is called value, or the second. Where that is a
// column which a subquery or a CTE makes under the same name, it is the
// expression there. It is "" where this cannot be told.
func valueExpression(sql string) string {
	tokens, err := sqltext.Lex(sql)
	if err != nil {
		return ""
	}
	item := valueItem(mainSelect(tokens))
	for range 8 { // a column can be handed up through as many subqueries
		if len(item) == 0 {
			return ""
		}
		if !dottedName(item) {
			return sql[item[0].At:item[len(item)-1].End]
		}
		column := sqltext.Fold(item[len(item)-1])
		item = madeAs(tokens, column)
	}
	return ""
}

// mainSelect returns the tokens after the select keyword of a statement that may
// begin with parentheses and CTEs.
func mainSelect(tokens []sqltext.Token) []sqltext.Token {
	depth := 0
	start := 0
	for start < len(tokens) && tokens[start].Is("(") {
		start++
	}
	for i, t := range tokens[start:] {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case t.Word() == "select" && depth == 0:
			return tokens[start+i+1:]
		}
	}
	return nil
}

// valueItem returns the expression of the value in the select list that tokens
// begin with.
func valueItem(tokens []sqltext.Token) []sqltext.Token {
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
func madeAs(tokens []sqltext.Token, alias string) []sqltext.Token {
	var found []sqltext.Token
	for i, t := range tokens {
		if t.Word() != "select" {
			continue
		}
		for _, item := range selectList(tokens[i+1:]) {
			expression, called := splitAlias(item)
			if called != alias || dottedName(expression) && sqltext.Fold(expression[len(expression)-1]) == alias {
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
func selectList(tokens []sqltext.Token) [][]sqltext.Token {
	var items [][]sqltext.Token
	depth, start := 0, 0
	if len(tokens) > 0 && (tokens[0].Word() == "distinct" || tokens[0].Word() == "all") {
		tokens = tokens[1:]
	}
	end := len(tokens)
	for i, t := range tokens {
		if t.Is(")") && depth == 0 || depth == 0 && endsSelectList(tokens, i) {
			end = i
			break
		}
		switch {
		case t.Is("("), t.Is("["), t.Is("{"):
			depth++
		case t.Is(")"), t.Is("]"), t.Is("}"):
			depth--
		case t.Is(",") && depth == 0:
			items = append(items, tokens[start:i])
			start = i + 1
		}
	}
	return append(items, tokens[start:end])
}

// endsSelectList reports whether the token at i begins what follows a select list.
func endsSelectList(tokens []sqltext.Token, i int) bool {
	switch tokens[i].Word() {
	case "from":
		return !sqltext.IsDistinctFrom(tokens, i)
	case "where", "group", "having", "order", "limit", "union", "intersect", "except", "window", "into":
		return i == 0 || tokens[i-1].Word() != "within"
	}
	return false
}

// splitAlias cuts an item of a select list into its expression and its alias, in
// lower case; a column is its own alias.
func splitAlias(item []sqltext.Token) (expression []sqltext.Token, alias string) {
	n := len(item)
	switch {
	case n == 0:
		return nil, ""
	case n >= 3 && item[n-2].Word() == "as" && item[n-1].Named():
		return item[:n-2], sqltext.Fold(item[n-1])
	case dottedName(item):
		return item, sqltext.Fold(item[n-1])
	case n >= 2 && item[n-1].Named() && item[n-1].Word() != "end" && endsOperand(item[n-2]):
		return item[:n-1], sqltext.Fold(item[n-1])
	}
	return item, ""
}

// endsOperand reports whether t can end an expression, so that a name after it is
// an alias.
func endsOperand(t sqltext.Token) bool {
	return t.Is(")") || t.Kind == sqltext.Number || t.Kind == sqltext.String || t.Word() == "end" || t.Kind == sqltext.Quoted
}
