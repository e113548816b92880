package pipeline

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
)

// limits is how the rows of a table are limited to days.
type limits struct {
	upper, lower bool // a column of it is held against $1 or $2, or its day against another day
	// lowerDay and upperDay are that it is the day that is bounded: it then begins back
	// days before those that are made, and ends ahead days after them.
	lowerDay, upperDay bool
	back, ahead        int
	// vague is that its day is bounded in a way that is not understood.
	vague bool
}

// take adds a bound. Of two bounds, the narrower one holds.
func (l *limits) take(b bound) {
	l.upper = l.upper || b.upper
	l.lower = l.lower || b.lower
	if !b.column.day {
		return
	}
	if b.lower && (!l.lowerDay || b.back < l.back) {
		l.lowerDay, l.back = true, b.back
	}
	if b.upper && (!l.upperDay || b.ahead < l.ahead) {
		l.upperDay, l.ahead = true, b.ahead
	}
}

// and returns the limits of rows that keep both.
func (l limits) and(other limits) limits {
	both := l
	both.upper, both.lower, both.vague = l.upper || other.upper, l.lower || other.lower, l.vague || other.vague
	day := columnName{day: true}
	if other.lowerDay {
		both.take(bound{column: day, lower: true, back: other.back})
	}
	if other.upperDay {
		both.take(bound{column: day, upper: true, ahead: other.ahead})
	}
	return both
}

// or returns the limits of rows that keep one of both: only what both have bounds them,
// and by the wider one.
func (l limits) or(other limits) limits {
	return limits{upper: l.upper && other.upper, lower: l.lower && other.lower, vague: l.vague || other.vague,
		lowerDay: l.lowerDay && other.lowerDay, back: max(l.back, other.back),
		upperDay: l.upperDay && other.upperDay, ahead: max(l.ahead, other.ahead)}
}

// clause is a condition on the rows of a SELECT: what stands after WHERE, ON, HAVING or
// QUALIFY. from ≤ token < to.
type clause struct {
	word     string
	scope    int
	from, to int
}

// afterClause are the words with which a condition ends.
const afterClause = `on join inner left right full cross natural asof positional semi anti where group having
	order limit offset fetch union intersect except window qualify`

// clausesOf finds the conditions of all SELECTs of a statement.
func clausesOf(tokens []sqltext.Token, scopes []int) []clause {
	var found []clause
	ends := strings.Fields(afterClause)
	for i, t := range tokens {
		word := t.Word()
		if !slices.Contains([]string{"where", "on", "having", "qualify"}, word) || i == 0 ||
			tokens[i-1].Is(".") || tokens[i-1].Is("(") || tokens[i-1].Word() == "distinct" {
			continue // filter (where …), distinct on (…), and a column of that name
		}
		to := i + 1
		for depth := 0; to < len(tokens); to++ {
			switch end := tokens[to]; {
			case end.Is("("):
				depth++
			case end.Is(")"):
				depth--
			case depth == 0 && end.Is(",") && word == "on":
				depth = -1
			case depth == 0 && slices.Contains(ends, end.Word()) && !tokens[to-1].Is(".") && (to+1 == len(tokens) || !tokens[to+1].Is("(") || end.Word() == "on"):
				depth = -1
			}
			if depth < 0 {
				break
			}
		}
		found = append(found, clause{word, scopes[i], i + 1, to})
	}
	return found
}

// reading reads the conditions of one SELECT.
type reading struct {
	tokens    []sqltext.Token
	reads     []*tableRead // of the SELECT
	having    bool         // functions are of groups, and bound no row
	relations []relation
	odd       []int // tokens at which something is added that is not understood
	idle      []int // tokens of comparisons that bound nothing
}

// effect is what a condition says of the tables of its SELECT.
type effect map[*tableRead]limits

// condition reads a condition: of parts that all hold, each bounds; of parts of which one
// holds, only what all of them say.
func (r *reading) condition(from, to int, not bool) effect {
	for _, word := range []string{"or", "and"} {
		parts := r.split(from, to, word)
		if len(parts) == 1 {
			continue
		}
		all := (word == "and") != not
		var whole effect
		before := len(r.relations)
		for i, part := range parts {
			said := r.condition(part[0], part[1], not)
			switch {
			case i == 0:
				whole = said
			case all:
				whole = r.join(whole, said, limits.and)
			default:
				whole = r.join(whole, said, limits.or)
			}
		}
		if !all { // how days stand to each other in one of the cases says nothing of all
			for _, between := range r.relations[before:] {
				for _, alias := range []string{between.left, between.right} {
					r.vague(whole, alias)
				}
			}
			r.relations = r.relations[:before]
		}
		return whole
	}
	if from < to && r.tokens[from].Word() == "not" {
		return r.condition(from+1, to, !not)
	}
	if from < to && r.tokens[from].Is("(") && closingFrom(r.tokens, from) == to-1 && r.tokens[from+1].Word() != "select" {
		return r.condition(from+1, to-1, not)
	}
	return r.comparison(from, to, not)
}

func (r *reading) join(a, b effect, how func(limits, limits) limits) effect {
	joined := effect{}
	for _, read := range r.reads {
		joined[read] = how(a[read], b[read])
	}
	return joined
}

// split cuts a condition at a word that stands outside of parentheses, cases and
// BETWEEN.
func (r *reading) split(from, to int, word string) [][2]int {
	var parts [][2]int
	begin, depth, between := from, 0, false
	for i := from; i < to; i++ {
		switch t := r.tokens[i]; {
		case t.Is("(") || t.Word() == "case":
			depth++
		case t.Is(")") || t.Word() == "end":
			depth--
		case depth != 0:
		case t.Word() == "between":
			between = true
		case t.Word() == "and" && between:
			between = false
		case t.Word() == word && i > from:
			parts = append(parts, [2]int{begin, i})
			begin = i + 1
		}
	}
	return append(parts, [2]int{begin, to})
}

// comparison reads what is no combination of other conditions.
func (r *reading) comparison(from, to int, not bool) effect {
	tokens := r.tokens[from:to]
	if at := slices.IndexFunc(tokens, func(t sqltext.Token) bool { return t.Word() == "between" }); at > 0 && !r.within(tokens, at) {
		return r.between(from, from+at, to, not)
	}
	at, length, operator := operatorIn(tokens)
	if operator == "" {
		return r.opaque(from, to)
	}
	return r.compare([2]int{from, from + at}, operator, [2]int{from + at + length, to}, not)
}

// within reports whether a token stands in parentheses or in a CASE.
func (r *reading) within(tokens []sqltext.Token, at int) bool {
	depth := 0
	for _, t := range tokens[:at] {
		switch {
		case t.Is("(") || t.Word() == "case":
			depth++
		case t.Is(")") || t.Word() == "end":
			depth--
		}
	}
	return depth > 0
}

// between reads x between a and b, whose word stands at at.
func (r *reading) between(from, at, to int, not bool) effect {
	left := [2]int{from, at}
	if at > from && r.tokens[at-1].Word() == "not" {
		left[1], not = at-1, !not
	}
	parts := r.split(at+1, to, "and")
	if len(parts) != 2 {
		return r.opaque(from, to)
	}
	begins, ends := r.compare(left, ">=", parts[0], not), r.compare(left, "<=", parts[1], not)
	if not {
		return r.join(begins, ends, limits.or)
	}
	return r.join(begins, ends, limits.and)
}

// compare reads a comparison of two sides.
func (r *reading) compare(left [2]int, operator string, right [2]int, not bool) effect {
	if not {
		operator = denied(operator)
	}
	if operator == "<>" {
		r.ignore(left, right)
		return effect{}
	}
	a, isLeft := operandOf(r.tokens[left[0]:left[1]])
	b, isRight := operandOf(r.tokens[right[0]:right[1]])
	if !isLeft || !isRight {
		said := r.opaque(left[0], right[1])
		if len(said) == 0 {
			r.ignore(left, right)
			return said
		}
		for _, side := range [][2]int{left, right} {
			r.addition(side)
		}
		return said
	}
	c := comparison{a, b, operator}
	if between, ok := c.relation(); ok {
		between.reads = r.reads
		r.relations = append(r.relations, between)
	}
	said := effect{}
	if b, ok := c.bound(); ok {
		r.ignore(left, right) // what it bounds, it has bounded
		for _, read := range named(r.reads, b.column.alias) {
			l := limits{}
			l.take(b)
			said[read] = l
		}
	}
	return said
}

// ignore notes that a mention of the day in a comparison is none that could limit it.
func (r *reading) ignore(sides ...[2]int) {
	for _, side := range sides {
		for i := side[0]; i < side[1]; i++ {
			r.idle = append(r.idle, i)
		}
	}
}

// addition notes where an interval is added to a day or a parameter that is not
// understood.
func (r *reading) addition(side [2]int) {
	for i := side[0] + 1; i < side[1]; i++ {
		if r.tokens[i].Word() != "interval" || r.within(r.tokens[side[0]:side[1]], i-side[0]) {
			continue
		}
		if _, _, known := daysAdded(r.tokens[i-1 : side[1]]); !known {
			r.odd = append(r.odd, i)
		}
	}
}

// opaque is the effect of a condition that is not understood: it may bound the days that
// it holds against a parameter, a subquery or each other. One with a constant bounds none,
// nor does what is said of the days in a subquery.
func (r *reading) opaque(from, to int) effect {
	said := effect{}
	if r.having {
		return said
	}
	params := false
	var aliases []string
	for i := from; i < to; i++ {
		if r.tokens[i].Is("(") && i+1 < to && r.tokens[i+1].Word() == "select" {
			params = true
			if i = closingFrom(r.tokens, i); i < 0 {
				break
			}
			continue
		}
		params = params || r.tokens[i].Kind == sqltext.Param
		if alias := qualifier(r.tokens, i); isDay(r.tokens[i]) && !slices.Contains(aliases, alias) {
			aliases = append(aliases, alias)
		}
	}
	if params || len(aliases) > 1 {
		for _, alias := range aliases {
			r.vague(said, alias)
		}
	}
	return said
}

func (r *reading) vague(said effect, alias string) {
	for _, read := range named(r.reads, alias) {
		l := said[read]
		l.vague = true
		said[read] = l
	}
}
