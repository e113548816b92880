package pipeline

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
)

// tableRead is a table in the FROM of a SELECT, and how that SELECT bounds its days.
type tableRead struct {
	table, alias string
	at           int // byte offset of its name
	limits
	// free is that its rows are limited to no day, in its own SELECT or around it.
	free bool
	// odd is where something is added to a day that is not understood, or -1.
	odd int
}

// readsOf returns the tables that a statement reads, each with the bounds that the
// conditions of the same SELECT set, subqueries left aside.
func readsOf(tokens []sqltext.Token) []*tableRead {
	scopes := scopesOf(tokens)
	inScope := map[int][]*tableRead{}
	var all []*tableRead
	for _, reference := range sqltext.References(tokens) {
		r := &tableRead{table: reference.Name, alias: aliasOf(tokens, reference.First), at: tokens[reference.First].At, odd: -1}
		all = append(all, r)
		scope := scopes[reference.First]
		inScope[scope] = append(inScope[scope], r)
	}
	clauses := clausesOf(tokens, scopes)
	var relations []relation
	idle := map[int]bool{}
	for _, c := range clauses {
		r := reading{tokens: tokens, reads: inScope[c.scope], having: c.word == "having"}
		if c.from == c.to || len(r.reads) == 0 {
			continue
		}
		for read, said := range r.condition(c.from, c.to, false) {
			read.limits = read.limits.and(said)
			if said.vague && len(r.odd) > 0 {
				read.odd = tokens[r.odd[0]].At
			}
		}
		relations = append(relations, r.relations...)
		for _, i := range r.idle {
			idle[i] = true
		}
	}
	for range relations { // bounds go from day to day
		for _, between := range relations {
			between.share()
		}
	}
	binds := func(i int) bool { return !idle[i] && mayBind(tokens, clauses, i) }
	markFree(tokens, scopes, all, inScope, binds)
	return all
}

// mayBind reports whether a mention of a day at i could limit the rows that are read. In
// the outermost SELECTs only a condition does; what others return, one around them may
// limit.
func mayBind(tokens []sqltext.Token, clauses []clause, i int) bool {
	depth := 0
	for _, t := range tokens[:i] {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		}
	}
	if depth > 0 || tokens[i].Word() == "natural" {
		return true
	}
	return slices.ContainsFunc(clauses, func(c clause) bool { return c.from <= i && i < c.to })
}

// markFree finds the tables whose day is not spoken of anywhere, so that nothing can
// limit it.
func markFree(tokens []sqltext.Token, scopes []int, all []*tableRead, inScope map[int][]*tableRead, binds func(int) bool) {
	spoken := map[*tableRead]bool{}
	for i, t := range tokens {
		around := inScope[scopes[i]]
		switch {
		case isDay(t) && i > 0 && tokens[i-1].Word() == "as":
			continue // a name for something else
		case (isDay(t) || t.Is("*")) && !binds(i):
			continue
		case isDay(t) || t.Is("*") && isAllColumns(tokens, i):
			if alias := qualifier(tokens, i); alias != "" {
				around = named(all, alias)
			}
		case t.Word() != "natural" && !isArgument(tokens, i):
			continue
		}
		for _, r := range around {
			spoken[r] = true
		}
	}
	for _, r := range all {
		r.free = !r.upper && !r.lower && !r.vague && !spoken[r]
	}
}

// isAllColumns reports whether the * at i stands for columns, not for a product or the
// rows of count(*).
func isAllColumns(tokens []sqltext.Token, i int) bool {
	return i > 0 && (tokens[i-1].Is(",") || tokens[i-1].Is(".") || slices.Contains([]string{"select", "distinct", "all"}, tokens[i-1].Word()))
}

// isArgument reports whether the token at i is a parameter within a function, whose
// result may limit days.
func isArgument(tokens []sqltext.Token, i int) bool {
	if tokens[i].Kind != sqltext.Param || i < 2 || !tokens[i-1].Is("(") && !tokens[i-1].Is(",") {
		return false
	}
	const before = "and or not where on in between when then else select having case any all"
	return tokens[i-1].Is(",") || tokens[i-2].Named() && !slices.Contains(strings.Fields(before), tokens[i-2].Word())
}

// qualifier returns the table that a column at i is said to be of, or "".
func qualifier(tokens []sqltext.Token, i int) string {
	if i >= 2 && tokens[i-1].Is(".") && tokens[i-2].Named() {
		return sqltext.Fold(tokens[i-2])
	}
	return ""
}

// named returns the reads that a column's qualifier means: all if it has none.
func named(reads []*tableRead, alias string) []*tableRead {
	if alias == "" {
		return reads
	}
	var found []*tableRead
	for _, r := range reads {
		if r.alias == alias {
			found = append(found, r)
		}
	}
	return found
}

// relation says how the days of two tables of a SELECT stand to each other: that of left
// is at least (lower), or at most (upper), that of right and shift.
type relation struct {
	reads        []*tableRead
	left, right  string
	shift        int
	upper, lower bool
}

// share gives each side the bounds that follow from the other's. The day of a subquery
// or a CTE is taken to be one of those that are made.
func (r relation) share() {
	left, right := named(r.reads, r.left), named(r.reads, r.right)
	if r.lower {
		begin(left, right, -r.shift)
		end(right, left, -r.shift, r.upper)
	}
	if r.upper {
		begin(right, left, r.shift)
		end(left, right, r.shift, r.lower)
	}
}

// begin bounds days from below that are not before those of other tables, but for some
// days back.
func begin(reads, others []*tableRead, back int) {
	if len(others) == 0 {
		others = []*tableRead{{limits: limits{lowerDay: true}}}
	}
	for _, other := range others {
		for _, r := range reads {
			if other.lowerDay {
				r.take(bound{column: columnName{day: true}, lower: true, back: other.back + back})
			}
		}
	}
}

// end bounds days from above that are not after those of other tables, but for some days
// ahead. Unless they are the same, they end with them in any case.
func end(reads, others []*tableRead, ahead int, same bool) {
	if len(others) == 0 {
		others = []*tableRead{{limits: limits{upper: true, upperDay: true}}}
	}
	for _, other := range others {
		for _, r := range reads {
			r.upper = r.upper || other.upper || !same
			if other.upperDay {
				r.take(bound{column: columnName{day: true}, upper: true, ahead: other.ahead + ahead})
			}
		}
	}
}

// scopesOf returns for each token the number of the SELECT that it belongs to.
func scopesOf(tokens []sqltext.Token) []int {
	scopes := make([]int, len(tokens))
	frames, last := []int{0}, 0
	for i, t := range tokens {
		top := len(frames) - 1
		switch {
		case t.Is("("):
			frames = append(frames, frames[top])
		case t.Is(")") && top > 0:
			frames = frames[:top]
		case t.Word() == "select" && (i == 0 || !tokens[i-1].Is(".")):
			last++
			frames[top] = last
		}
		scopes[i] = frames[len(frames)-1]
	}
	return scopes
}

// afterTable are the words that can follow a table and are no alias of it.
const afterTable = `on using join inner left right full cross natural asof positional semi anti where group having order
	limit offset fetch union intersect except window qualify tablesample for`

// aliasOf returns by which name the columns of a table are called whose name begins at
// first.
func aliasOf(tokens []sqltext.Token, first int) string {
	i := first
	for i+2 < len(tokens) && tokens[i+1].Is(".") && tokens[i+2].Named() {
		i += 2
	}
	name := sqltext.Fold(tokens[i])
	if i++; i < len(tokens) && tokens[i].Word() == "as" {
		i++
	}
	if i < len(tokens) && tokens[i].Named() && !slices.Contains(strings.Fields(afterTable), tokens[i].Word()) {
		return sqltext.Fold(tokens[i])
	}
	return name
}
