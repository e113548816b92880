package pipeline

import (
	"slices"
	"strings"

	"tearsheet/internal/sqltext"
)

// tableRead is a table in the FROM of a SELECT, and how that SELECT bounds its days.
type tableRead struct {
	table, alias string
	at           int  // byte offset of its name
	upper, lower bool // a column of it is held against $1 or $2, or its day against another day
	lowerDay     bool // it is the day that is bounded from below
}

func (r *tableRead) take(b bound) {
	r.upper = r.upper || b.upper
	r.lower = r.lower || b.lower
	r.lowerDay = r.lowerDay || b.lower && b.column.day
}

// readsOf returns the tables that a statement reads, each with the bounds that stand in
// the same SELECT as it, subqueries left aside.
func readsOf(tokens []sqltext.Token) []*tableRead {
	scopes := scopesOf(tokens)
	inScope := map[int][]*tableRead{}
	var all []*tableRead
	for _, reference := range sqltext.References(tokens) {
		r := &tableRead{table: reference.Name, alias: aliasOf(tokens, reference.First), at: tokens[reference.First].At}
		all = append(all, r)
		scope := scopes[reference.First]
		inScope[scope] = append(inScope[scope], r)
	}
	var equal []equality
	for i := range tokens {
		reads := inScope[scopes[i]]
		if len(reads) == 0 {
			continue
		}
		for _, b := range boundsAt(tokens, i) {
			for _, r := range named(reads, b.column.alias) {
				r.take(b)
			}
		}
		if left, right, ok := sameDay(tokens, i); ok {
			equal = append(equal, equality{reads, left, right})
		}
	}
	for range equal { // bounds go from day to day
		for _, e := range equal {
			e.share()
		}
	}
	return all
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

// equality says that the days of two tables of a SELECT are the same.
type equality struct {
	reads       []*tableRead
	left, right string
}

// share gives each side the bounds of the other. The day of a subquery or a CTE is taken
// to be bounded.
func (e equality) share() {
	left, right := named(e.reads, e.left), named(e.reads, e.right)
	together := tableRead{}
	if len(left) == 0 || len(right) == 0 {
		together = tableRead{upper: true, lower: true, lowerDay: true}
	}
	both := slices.Concat(left, right)
	for _, r := range both {
		together.upper = together.upper || r.upper
		together.lower = together.lower || r.lower
		together.lowerDay = together.lowerDay || r.lowerDay
	}
	for _, r := range both {
		r.upper, r.lower, r.lowerDay = together.upper, together.lower, together.lowerDay
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

// columnName is a column in a comparison.
type columnName struct {
	alias string
	day   bool
}

// bound is what a comparison says of a column.
type bound struct {
	column       columnName
	upper, lower bool
}

// boundsAt returns what the comparison whose operator begins at i says of columns:
// day >= $1, $2 > a.day, day between $1 and $2, a.day <= b.day.
func boundsAt(tokens []sqltext.Token, i int) []bound {
	if tokens[i].Word() == "between" {
		column, ok := columnBefore(tokens, i)
		if !ok || !paramAfter(tokens, i+1) {
			return nil
		}
		return []bound{{column, true, true}}
	}
	operator := operatorAt(tokens, i)
	if operator == "" {
		return nil
	}
	left, isLeft := columnBefore(tokens, i)
	right, isRight := columnAfter(tokens, i+len(operator))
	switch {
	case isLeft && paramAfter(tokens, i+len(operator)):
		return []bound{boundBy(left, operator)}
	case isRight && paramBefore(tokens, i):
		return []bound{boundBy(right, turned(operator))}
	case operator == "=" || !isLeft || !isRight || left.alias == "" || right.alias == "" || left.alias == right.alias:
		return nil
	}
	var bounds []bound
	if left.day {
		bounds = append(bounds, boundBy(left, operator))
	}
	if right.day {
		bounds = append(bounds, boundBy(right, turned(operator)))
	}
	return bounds
}

// sameDay reports whether a comparison at i says that two tables have the same day.
func sameDay(tokens []sqltext.Token, i int) (left, right string, ok bool) {
	if operatorAt(tokens, i) != "=" {
		return "", "", false
	}
	a, isLeft := columnBefore(tokens, i)
	b, isRight := columnAfter(tokens, i+1)
	return a.alias, b.alias, isLeft && isRight && a.day && b.day && a.alias != "" && b.alias != ""
}

func boundBy(column columnName, operator string) bound {
	return bound{column, operator[0] == '<' || operator == "=", operator[0] == '>' || operator == "="}
}

func turned(operator string) string {
	return strings.NewReplacer("<", ">", ">", "<").Replace(operator)
}

// operatorAt returns the comparison that begins at i, or "".
func operatorAt(tokens []sqltext.Token, i int) string {
	if i == 0 || isOperator(tokens[i-1]) || !isOperator(tokens[i]) {
		return ""
	}
	operator := ""
	for ; i < len(tokens) && isOperator(tokens[i]); i++ {
		operator += tokens[i].Text
	}
	if slices.Contains([]string{"<", "<=", ">", ">=", "="}, operator) {
		return operator
	}
	return ""
}

func isOperator(t sqltext.Token) bool {
	return t.Kind == sqltext.Symbol && strings.Contains("<>=!", t.Text)
}

// columnBefore returns the column that stands before i, whatever number is added to it.
func columnBefore(tokens []sqltext.Token, i int) (columnName, bool) {
	i = beforeNumber(tokens, i) - 1
	if i < 0 || !tokens[i].Named() {
		return columnName{}, false
	}
	c := columnName{day: isDay(tokens[i])}
	if i >= 2 && tokens[i-1].Is(".") && tokens[i-2].Named() {
		c.alias = sqltext.Fold(tokens[i-2])
	}
	return c, true
}

// columnAfter returns the column that stands at i.
func columnAfter(tokens []sqltext.Token, i int) (columnName, bool) {
	if i >= len(tokens) || !tokens[i].Named() {
		return columnName{}, false
	}
	last, alias := i, ""
	for last+2 < len(tokens) && tokens[last+1].Is(".") && tokens[last+2].Named() {
		alias = sqltext.Fold(tokens[last])
		last += 2
	}
	if last+1 < len(tokens) && tokens[last+1].Is("(") {
		return columnName{}, false
	}
	return columnName{alias, isDay(tokens[last])}, true
}

func paramAfter(tokens []sqltext.Token, i int) bool {
	for i < len(tokens) && tokens[i].Is("(") {
		i++
	}
	return i < len(tokens) && tokens[i].Kind == sqltext.Param
}

func paramBefore(tokens []sqltext.Token, i int) bool {
	i = beforeNumber(tokens, i) - 1
	return i >= 0 && tokens[i].Kind == sqltext.Param
}

// beforeNumber returns where a number begins that is added to what stands before i, or i.
func beforeNumber(tokens []sqltext.Token, i int) int {
	if i >= 2 && tokens[i-1].Kind == sqltext.Number && (tokens[i-2].Is("-") || tokens[i-2].Is("+")) {
		return i - 2
	}
	return i
}
