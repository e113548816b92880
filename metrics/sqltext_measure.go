package metrics

import "tearsheet/internal/sqltext"

// Aggregate is what a simple measure does with the rows of a day.
type Aggregate uint8

// The aggregates that are understood. Anything unusual is AggregateOther.
const (
	AggregateOther         Aggregate = iota
	AggregateCountAll                // count(*)
	AggregateCount                   // count(x)
	AggregateCountDistinct           // count(distinct x)
	AggregateSum                     // sum(x)
	AggregateAvg                     // avg(x)
	AggregateMin                     // min(x)
	AggregateMax                     // max(x)
)

// ParseMeasure reads a measure that is a single call of a common aggregate and
// returns the text of its argument, "" for count(*). Whatever it does not know to
// be such a call (a filter, a window, an order, two arguments, a subquery, a
// comment, arithmetic around the call) is AggregateOther with the whole measure.
func ParseMeasure(measure string) (Aggregate, string) {
	tokens, err := sqltext.Lex(measure)
	if err != nil || len(tokens) < 4 || !wholeCall(tokens) || anyToken(tokens, outsideSimple) {
		return AggregateOther, measure
	}
	kind, inner := AggregateOther, tokens[2:len(tokens)-1]
	switch tokens[0].Word() {
	case "count":
		kind = AggregateCount
		if len(inner) == 1 && inner[0].Is("*") {
			return AggregateCountAll, ""
		}
		if inner[0].Word() == "distinct" {
			kind, inner = AggregateCountDistinct, inner[1:]
		}
	case "sum":
		kind = AggregateSum
	case "avg":
		kind = AggregateAvg
	case "min":
		kind = AggregateMin
	case "max":
		kind = AggregateMax
	}
	if kind == AggregateOther || !simpleArgument(inner) {
		return AggregateOther, measure
	}
	return kind, measure[inner[0].At:inner[len(inner)-1].End]
}

// DistinctKey returns the column of a measure that counts the distinct values of
// one column, such as user_id for count(distinct user_id).
func DistinctKey(measure string) (column string, ok bool) {
	kind, argument := ParseMeasure(measure)
	if kind != AggregateCountDistinct {
		return "", false
	}
	tokens, err := sqltext.Lex(argument)
	if err != nil || !dottedName(tokens) {
		return "", false
	}
	return argument, true
}

// wholeCall reports whether tokens are one function call and nothing else.
func wholeCall(tokens []sqltext.Token) bool {
	if tokens[0].Kind != sqltext.Word || !tokens[1].Is("(") {
		return false
	}
	depth := 0
	for i, t := range tokens[1:] {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		}
		if depth == 0 {
			return i+1 == len(tokens)-1
		}
	}
	return false
}

// outsideSimple reports whether t never stands in a simple measure.
func outsideSimple(t sqltext.Token) bool {
	switch t.Word() {
	case "select", "over", "filter", "order", "within", "all", "window", "with":
		return true
	}
	return t.AfterGap || t.Kind == sqltext.Param || t.Is(";")
}

// simpleArgument reports whether tokens are one expression: no comma but within
// the parentheses of a function or a list, and no star or distinct of its own.
func simpleArgument(tokens []sqltext.Token) bool {
	if len(tokens) == 0 || tokens[0].Is("*") || anyToken(tokens, func(t sqltext.Token) bool { return t.Word() == "distinct" }) {
		return false
	}
	called := []bool{false}
	for i, t := range tokens {
		switch {
		case t.Is("("):
			called = append(called, i > 0 && tokens[i-1].Named())
		case t.Is(")"):
			called = called[:len(called)-1]
		case t.Is(",") && !called[len(called)-1]:
			return false
		}
	}
	return true
}

// dottedName reports whether tokens are a name, such as user_id, a.user_id or
// a."User".
func dottedName(tokens []sqltext.Token) bool {
	for i, t := range tokens {
		if wantName := i%2 == 0; wantName && !t.Named() || !wantName && !t.Is(".") {
			return false
		}
	}
	return len(tokens)%2 == 1
}

func anyToken(tokens []sqltext.Token, is func(sqltext.Token) bool) bool {
	for _, t := range tokens {
		if is(t) {
			return true
		}
	}
	return false
}
