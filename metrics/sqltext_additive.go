package metrics

import (
	"slices"

	"tearsheet/internal/sqltext"
)

// addsUp reports whether an expression is a count or a sum, or sums and
// differences of them, each perhaps scaled by a number: what comes to 0 when
// there is nothing to count.
func addsUp(expression string) bool {
	tokens, err := sqltext.Lex(expression)
	return err == nil && addsUpTokens(tokens)
}

func addsUpTokens(tokens []sqltext.Token) bool {
	terms, _ := splitTop(tokens, "+", "-")
	counts := false
	for i, term := range terms {
		if len(term) == 0 && i == 0 { // a sign in front
			continue
		}
		if !scaledCount(term) {
			return false
		}
		counts = true
	}
	return counts
}

// scaledCount reports whether tokens are one count or sum, times and divided by
// numbers.
func scaledCount(tokens []sqltext.Token) bool {
	factors, operators := splitTop(tokens, "*", "/")
	counts := 0
	for i, factor := range factors {
		switch {
		case len(factor) == 1 && factor[0].Kind == sqltext.Number:
		case operators[i] != "/" && countsOrSums(factor):
			counts++
		default:
			return false
		}
	}
	return counts == 1
}

// countsOrSums reports whether tokens are a call of count or sum, or a cast, a
// rounding or a coalesce of one.
func countsOrSums(tokens []sqltext.Token) bool {
	for len(tokens) > 3 && tokens[len(tokens)-3].Is(":") && tokens[len(tokens)-2].Is(":") {
		tokens = tokens[:len(tokens)-3]
	}
	name, inner, after, ok := leadingCall(tokens)
	if !ok || len(inner) == 0 {
		return false
	}
	if len(after) > 0 {
		filter, _, rest, ok := leadingCall(after)
		if !ok || filter != "filter" || len(rest) > 0 {
			return false
		}
	}
	switch name {
	case "count", "sum", "count_if", "countif":
		return true
	case "coalesce", "ifnull", "round", "cast":
		return wrapsCount(inner)
	case "":
		return addsUpTokens(inner)
	}
	return false
}

// wrapsCount reports whether the first argument of a call adds up and the others
// are numbers, such as the 0 of coalesce(sum(x), 0).
func wrapsCount(arguments []sqltext.Token) bool {
	list, _ := splitTop(arguments, ",")
	for _, other := range list[1:] {
		if len(other) != 1 || other[0].Kind != sqltext.Number {
			return false
		}
	}
	first := list[0]
	for i, t := range first {
		if t.Word() == "as" { // cast(x as type)
			first = first[:i]
			break
		}
	}
	return addsUpTokens(first)
}

// leadingCall cuts tokens that begin with a call, or with a parenthesis and no
// name, into the name, what stands within and what comes after.
func leadingCall(tokens []sqltext.Token) (name string, inner, after []sqltext.Token, ok bool) {
	if len(tokens) > 0 && tokens[0].Kind == sqltext.Word {
		name, tokens = tokens[0].Word(), tokens[1:]
	}
	if len(tokens) == 0 || !tokens[0].Is("(") {
		return "", nil, nil, false
	}
	end := sqltext.Closing(tokens)
	if end < 0 {
		return "", nil, nil, false
	}
	return name, tokens[1:end], tokens[end+1:], true
}

// splitTop cuts tokens at the separators that stand outside of parentheses. It
// returns the separator before each part too, "" before the first.
func splitTop(tokens []sqltext.Token, separators ...string) (parts [][]sqltext.Token, before []string) {
	depth, start, last := 0, 0, ""
	for i, t := range tokens {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case t.Kind == sqltext.Symbol && depth == 0 && slices.Contains(separators, t.Text):
			parts, before = append(parts, tokens[start:i]), append(before, last)
			start, last = i+1, t.Text
		}
	}
	return append(parts, tokens[start:]), append(before, last)
}

// countsDistinct reports whether an expression counts distinct values anywhere.
func countsDistinct(expression string) bool {
	tokens, err := sqltext.Lex(expression)
	if err != nil {
		return false
	}
	for i, t := range tokens {
		if t.Word() == "approx_count_distinct" {
			return true
		}
		if t.Word() == "count" && i+2 < len(tokens) && tokens[i+1].Is("(") && tokens[i+2].Word() == "distinct" {
			return true
		}
	}
	return false
}
