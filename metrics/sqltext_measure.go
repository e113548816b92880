package metrics

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
	tokens, err := lexSQL(measure)
	if err != nil || len(tokens) < 4 || !wholeCall(tokens) || anyToken(tokens, outsideSimple) {
		return AggregateOther, measure
	}
	kind, inner := AggregateOther, tokens[2:len(tokens)-1]
	switch tokens[0].word() {
	case "count":
		kind = AggregateCount
		if len(inner) == 1 && inner[0].is("*") {
			return AggregateCountAll, ""
		}
		if inner[0].word() == "distinct" {
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
	return kind, measure[inner[0].at:inner[len(inner)-1].end]
}

// DistinctKey returns the column of a measure that counts the distinct values of
// one column, such as user_id for count(distinct user_id).
func DistinctKey(measure string) (column string, ok bool) {
	kind, argument := ParseMeasure(measure)
	if kind != AggregateCountDistinct {
		return "", false
	}
	tokens, err := lexSQL(argument)
	if err != nil || !dottedName(tokens) {
		return "", false
	}
	return argument, true
}

// wholeCall reports whether tokens are one function call and nothing else.
func wholeCall(tokens []sqlToken) bool {
	if tokens[0].kind != sqlWord || !tokens[1].is("(") {
		return false
	}
	depth := 0
	for i, t := range tokens[1:] {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if depth == 0 {
			return i+1 == len(tokens)-1
		}
	}
	return false
}

// outsideSimple reports whether t never stands in a simple measure.
func outsideSimple(t sqlToken) bool {
	switch t.word() {
	case "select", "over", "filter", "order", "within", "all", "window", "with":
		return true
	}
	return t.afterGap || t.kind == sqlParam || t.is(";")
}

// simpleArgument reports whether tokens are one expression: no comma but within
// the parentheses of a function or a list, and no star or distinct of its own.
func simpleArgument(tokens []sqlToken) bool {
	if len(tokens) == 0 || tokens[0].is("*") || anyToken(tokens, func(t sqlToken) bool { return t.word() == "distinct" }) {
		return false
	}
	called := []bool{false}
	for i, t := range tokens {
		switch {
		case t.is("("):
			called = append(called, i > 0 && tokens[i-1].named())
		case t.is(")"):
			called = called[:len(called)-1]
		case t.is(",") && !called[len(called)-1]:
			return false
		}
	}
	return true
}

// dottedName reports whether tokens are a name, such as user_id, a.user_id or
// a."User".
func dottedName(tokens []sqlToken) bool {
	for i, t := range tokens {
		if wantName := i%2 == 0; wantName && !t.named() || !wantName && !t.is(".") {
			return false
		}
	}
	return len(tokens)%2 == 1
}

func anyToken(tokens []sqlToken, is func(sqlToken) bool) bool {
	for _, t := range tokens {
		if is(t) {
			return true
		}
	}
	return false
}
