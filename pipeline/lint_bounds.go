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

// turned returns the operator that holds if the sides are exchanged.
func turned(operator string) string {
	return strings.NewReplacer("<", ">", ">", "<").Replace(operator)
}

// denied returns the operator that holds if another one does not.
func denied(operator string) string {
	switch operator {
	case "<":
		return ">="
	case "<=":
		return ">"
	case ">":
		return "<="
	case ">=":
		return "<"
	case "=":
		return "<>"
	}
	return "="
}

func isOperator(t sqltext.Token) bool {
	return t.Kind == sqltext.Symbol && strings.Contains("<>=!", t.Text)
}

// operatorIn returns where the first comparison of an expression stands, outside of
// parentheses, and which it is; "" if there is none.
func operatorIn(tokens []sqltext.Token) (at, length int, operator string) {
	for i := 0; i < len(tokens); i++ {
		if tokens[i].Is("(") {
			if i = closingFrom(tokens, i); i < 0 {
				break
			}
			continue
		}
		if !isOperator(tokens[i]) {
			continue
		}
		length = 0
		for i+length < len(tokens) && isOperator(tokens[i+length]) {
			operator += tokens[i+length].Text
			length++
		}
		if operator == "!=" {
			operator = "<>"
		}
		if slices.Contains([]string{"<", "<=", ">", ">=", "=", "<>"}, operator) {
			return i, length, operator
		}
		return 0, 0, ""
	}
	return 0, 0, ""
}

// closingFrom returns where the parenthesis closes that opens at i, or -1.
func closingFrom(tokens []sqltext.Token, i int) int {
	closes := sqltext.Closing(tokens[i:])
	if closes < 0 {
		return -1
	}
	return i + closes
}

// operandOf reads a side of a comparison, all of it: a column, a parameter, either of
// them cast, and days that are added. Anything else is none.
func operandOf(tokens []sqltext.Token) (operand, bool) {
	for len(tokens) > 1 && tokens[0].Is("(") && closingFrom(tokens, 0) == len(tokens)-1 {
		tokens = tokens[1 : len(tokens)-1]
	}
	o, used, ok := termOf(tokens)
	for ok && used < len(tokens) {
		if cast := castAt(tokens[used:]); cast > 0 {
			used += cast
			continue
		}
		days, length, known := daysAdded(tokens[used:])
		if !known {
			return operand{}, false
		}
		o.shift += days
		used += length
	}
	return o, ok
}

// termOf reads the column or parameter with which a side of a comparison begins, and
// returns the number of its tokens.
func termOf(tokens []sqltext.Token) (o operand, used int, ok bool) {
	switch {
	case len(tokens) == 0:
		return operand{}, 0, false
	case tokens[0].Kind == sqltext.Param:
		return operand{param: tokens[0].Text}, 1, true
	case tokens[0].Is("("):
		if closes := closingFrom(tokens, 0); closes > 0 {
			o, ok = operandOf(tokens[1:closes])
			return o, closes + 1, ok
		}
		return operand{}, 0, false
	case tokens[0].Word() == "cast" && len(tokens) > 1 && tokens[1].Is("("):
		closes := closingFrom(tokens, 1)
		as := slices.IndexFunc(tokens, func(t sqltext.Token) bool { return t.Word() == "as" })
		if as < 0 || closes < as {
			return operand{}, 0, false
		}
		o, ok = operandOf(tokens[2:as])
		return o, closes + 1, ok
	case !tokens[0].Named():
		return operand{}, 0, false
	}
	last := 0
	for last+2 < len(tokens) && tokens[last+1].Is(".") && tokens[last+2].Named() {
		last += 2
	}
	o.column = columnName{qualifier(tokens, last), isDay(tokens[last])}
	return o, last + 1, last+1 == len(tokens) || !tokens[last+1].Is("(") && tokens[last+1].Kind != sqltext.String
}

// castAt returns the number of tokens of a cast with which tokens begin: ::date,
// ::decimal(12, 2); 0 if they begin with none.
func castAt(tokens []sqltext.Token) int {
	if len(tokens) < 3 || !tokens[0].Is(":") || !tokens[1].Is(":") || !tokens[2].Named() {
		return 0
	}
	if len(tokens) > 3 && tokens[3].Is("(") {
		if closes := closingFrom(tokens, 3); closes > 0 {
			return closes + 1
		}
	}
	return 3
}

// daysAdded reads what is added with which tokens begin: - 6, + interval '2 weeks',
// - interval 6 day. It returns the days and the number of tokens.
func daysAdded(tokens []sqltext.Token) (days, used int, known bool) {
	if len(tokens) < 2 || !tokens[0].Is("-") && !tokens[0].Is("+") {
		return 0, 0, false
	}
	sign := 1
	if tokens[0].Is("-") {
		sign = -1
	}
	if tokens[1].Kind == sqltext.Number {
		number, err := strconv.Atoi(tokens[1].Text)
		return sign * number, 2, err == nil
	}
	if tokens[1].Word() != "interval" || len(tokens) < 3 {
		return 0, 0, false
	}
	number, unit, used := strings.Trim(tokens[2].Text, "'"), "", 3
	if tokens[2].Kind == sqltext.String {
		number, unit, _ = strings.Cut(strings.TrimSpace(number), " ")
	}
	if unit == "" && len(tokens) > 3 { // interval 6 day, interval '6' day
		unit, used = tokens[3].Word(), 4
	}
	days, known = daysOfInterval(number, unit)
	return sign * days, used, known
}

// daysOfInterval returns the most days that an interval can have: 6 days, 2 weeks, 1
// month.
func daysOfInterval(number, unit string) (days int, known bool) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, false
	}
	switch strings.TrimSuffix(strings.TrimSpace(strings.ToLower(unit)), "s") {
	case "day":
		return n, true
	case "week":
		return 7 * n, true
	case "month":
		return 31 * n, true
	case "year":
		return 366 * n, true
	}
	return 0, false
}
