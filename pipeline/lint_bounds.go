package pipeline

import (
	"slices"
	"strconv"
	"strings"

	"tearsheet/internal/sqltext"
)

// columnName is a column in a comparison.
type columnName struct {
	alias string
	day   bool
}

// operand is one side of a comparison: a column or a parameter, and how many days are
// added to it.
type operand struct {
	column columnName
	param  string // $1, $2, or "" for a column
	shift  int
}

func (o operand) isDay() bool { return o.param == "" && o.column.day && o.column.alias != "" }

// bound is what a comparison says of a column: the lower bound lies back days before
// those that are made, the upper one ahead days after them.
type bound struct {
	column       columnName
	upper, lower bool
	back, ahead  int
}

// comparison is two operands and what stands between them.
type comparison struct {
	left, right operand
	operator    string // <, <=, >, >= or =
}

// comparisonsAt returns the comparisons that begin with the operator at i: one, or the
// two that BETWEEN stands for.
func comparisonsAt(tokens []sqltext.Token, i int) []comparison {
	if i == 0 {
		return nil
	}
	if tokens[i].Word() == "between" {
		left, ok := operandBefore(tokens, i)
		if !ok {
			return nil
		}
		var found []comparison
		if from, ok := operandAfter(tokens, i+1); ok {
			found = append(found, comparison{left, from, ">="})
		}
		if and := slices.IndexFunc(tokens[i:], func(t sqltext.Token) bool { return t.Word() == "and" }); and >= 0 {
			if to, ok := operandAfter(tokens, i+and+1); ok {
				found = append(found, comparison{left, to, "<="})
			}
		}
		return found
	}
	operator := operatorAt(tokens, i)
	if operator == "" {
		return nil
	}
	left, isLeft := operandBefore(tokens, i)
	right, isRight := operandAfter(tokens, i+len(operator))
	if !isLeft || !isRight {
		return nil
	}
	return []comparison{{left, right, operator}}
}

func (c comparison) upper() bool { return c.operator[0] == '<' || c.operator == "=" }
func (c comparison) lower() bool { return c.operator[0] == '>' || c.operator == "=" }

// shift returns how many days after its right side the left one is at least, at most, or
// exactly.
func (c comparison) shift() int {
	shift := c.right.shift - c.left.shift
	switch c.operator {
	case ">":
		return shift + 1
	case "<":
		return shift - 1
	}
	return shift
}

// bound returns the bound that a comparison with $1 or $2 sets to a column: day >= $1,
// $2 > a.day.
func (c comparison) bound() (bound, bool) {
	if (c.left.param == "") == (c.right.param == "") {
		return bound{}, false
	}
	if c.left.param != "" {
		c = comparison{c.right, c.left, turned(c.operator)}
	}
	shift := c.shift()
	if c.right.param == "$2" {
		shift++ // the day after the last
	}
	return bound{c.left.column, c.upper(), c.lower(), -shift, shift}, true
}

// relation returns what a comparison of two columns says of the days of two tables:
// a.day <= b.day, a.day = b.day - 1.
func (c comparison) relation() (relation, bool) {
	if !c.left.isDay() || !c.right.isDay() || c.left.column.alias == c.right.column.alias {
		return relation{}, false
	}
	return relation{left: c.left.column.alias, right: c.right.column.alias, shift: c.shift(), upper: c.upper(), lower: c.lower()}, true
}

// vagueAt returns which tables' days stand in a comparison, whose operator begins at i,
// that has a function or a subquery on one side: it bounds them in some way. A
// comparison with a constant bounds nothing.
func vagueAt(tokens []sqltext.Token, i int) (aliases []string, ok bool) {
	var after []int
	switch operator := operatorAt(tokens, i); {
	case operator != "":
		after = []int{i + len(operator)}
	case i > 0 && tokens[i].Word() == "between":
		after = []int{i + 1}
		if and := slices.IndexFunc(tokens[i:], func(t sqltext.Token) bool { return t.Word() == "and" }); and >= 0 {
			after = append(after, i+and+1)
		}
	}
	for _, a := range after {
		from, opaqueLeft := callBefore(tokens, i)
		to, opaqueRight := callAfter(tokens, a)
		if !opaqueLeft && !opaqueRight {
			continue
		}
		params := false
		for at := max(from, 0); at < to; at++ {
			params = params || tokens[at].Kind == sqltext.Param
			if alias := qualifier(tokens, at); isDay(tokens[at]) && !slices.Contains(aliases, alias) {
				aliases = append(aliases, alias)
			}
		}
		if params && len(aliases) > 0 || len(aliases) > 1 {
			return aliases, true
		}
	}
	return nil, false
}

// callBefore returns where the side of a comparison begins that ends before i, and
// whether it is a function or stands in parentheses.
func callBefore(tokens []sqltext.Token, i int) (from int, opaque bool) {
	if !tokens[i-1].Is(")") {
		for from = i - 1; from > 0 && (tokens[from-1].Is(".") || tokens[from].Is(".") || tokens[from-1].Is("-") || tokens[from].Is("-")); {
			from--
		}
		return from, false
	}
	depth := 0
	for from = i - 1; from > 0; from-- {
		switch {
		case tokens[from].Is(")"):
			depth++
		case tokens[from].Is("("):
			depth--
		}
		if depth == 0 {
			break
		}
	}
	return from, true
}

// callAfter returns where the side of a comparison ends that begins at i, and whether it
// is a function or a subquery.
func callAfter(tokens []sqltext.Token, i int) (to int, opaque bool) {
	if _, ok := operandAfter(tokens, i); ok && !tokens[i].Is("(") {
		return min(i+3, len(tokens)), false // a.day, and cast($1 as date)
	}
	opening := i
	if i+1 < len(tokens) && tokens[i].Named() && tokens[i+1].Is("(") {
		opening = i + 1
	}
	if opening+1 >= len(tokens) || opening == i && (!tokens[i].Is("(") || tokens[i+1].Word() != "select") {
		return min(i+1, len(tokens)), false
	}
	if closes := sqltext.Closing(tokens[opening:]); closes >= 0 {
		return opening + closes + 1, true
	}
	return len(tokens), true
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

// operandBefore returns the operand that ends before i.
func operandBefore(tokens []sqltext.Token, i int) (operand, bool) {
	var o operand
	for _, length := range []int{2, 3} { // - 6, and - interval '6 days'
		if days, used := daysAdded(tokens, max(i-length, 0)); used == length && i >= length {
			o.shift, i = days, i-length
			break
		}
	}
	i--
	switch {
	case i < 0:
		return o, false
	case tokens[i].Kind == sqltext.Param:
		o.param = tokens[i].Text
		return o, true
	case !tokens[i].Named() || tokens[i].Word() == "not":
		return o, false
	}
	o.column = columnName{qualifier(tokens, i), isDay(tokens[i])}
	return o, true
}

// operandAfter returns the operand that begins at i.
func operandAfter(tokens []sqltext.Token, i int) (operand, bool) {
	for i < len(tokens) && tokens[i].Is("(") {
		i++
	}
	if i+5 < len(tokens) && tokens[i].Word() == "cast" && tokens[i+2].Kind == sqltext.Param && tokens[i+3].Word() == "as" && tokens[i+5].Is(")") {
		days, _ := daysAdded(tokens, i+6)
		return operand{param: tokens[i+2].Text, shift: days}, true
	}
	switch {
	case i >= len(tokens):
		return operand{}, false
	case tokens[i].Kind == sqltext.Param:
		days, _ := daysAdded(tokens, i+1)
		return operand{param: tokens[i].Text, shift: days}, true
	case !tokens[i].Named():
		return operand{}, false
	}
	for i+2 < len(tokens) && tokens[i+1].Is(".") && tokens[i+2].Named() {
		i += 2
	}
	if i+1 < len(tokens) && tokens[i+1].Is("(") {
		return operand{}, false
	}
	days, _ := daysAdded(tokens, i+1)
	return operand{column: columnName{qualifier(tokens, i), isDay(tokens[i])}, shift: days}, true
}

// daysAdded reads what is added at i, - 6 or + interval '2 weeks', and returns it in days
// with the number of its tokens; 0 if it is nothing of the kind.
func daysAdded(tokens []sqltext.Token, i int) (days, used int) {
	if i+1 >= len(tokens) || !tokens[i].Is("-") && !tokens[i].Is("+") {
		return 0, 0
	}
	sign := 1
	if tokens[i].Is("-") {
		sign = -1
	}
	if tokens[i+1].Kind == sqltext.Number {
		number, err := strconv.Atoi(tokens[i+1].Text)
		if err != nil {
			return 0, 2
		}
		return sign * number, 2
	}
	if i+2 < len(tokens) && tokens[i+1].Word() == "interval" && tokens[i+2].Kind == sqltext.String {
		return sign * daysOfInterval(strings.Trim(tokens[i+2].Text, "'")), 3
	}
	return 0, 0
}

// daysOfInterval returns the most days that an interval can have: 6 days, 2 weeks, 1
// month. Another one has none.
func daysOfInterval(text string) int {
	number, unit, _ := strings.Cut(strings.TrimSpace(strings.ToLower(text)), " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	switch strings.TrimSuffix(strings.TrimSpace(unit), "s") {
	case "day":
		return n
	case "week":
		return 7 * n
	case "month":
		return 31 * n
	case "year":
		return 366 * n
	}
	return 0
}
