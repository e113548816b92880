package warehouse

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Within reports staged columns with values that the contract excludes, although the
// engine has them: not a number, infinite, a date after the year 9999. From is where the
// rows are staged in the types of the table, which spell writes, and count runs a
// statement that returns one number.
func (b Build) Within(spell func(Type) string, from string, count func(query string) (int64, error)) error {
	beyond := map[string]string{}
	var all []string
	for _, column := range b.Table.All() {
		if condition := column.beyond(spell); condition != "" {
			beyond[column.Name] = condition
			all = append(all, condition)
		}
	}
	if len(all) == 0 {
		return nil
	}
	query := "select count(*) from " + from + " where "
	if n, err := count(query + strings.Join(all, " or ")); err != nil || n == 0 {
		return err
	}
	var wrong []error
	for _, column := range b.Table.All() {
		if beyond[column.Name] == "" {
			continue
		}
		n, err := count(query + beyond[column.Name])
		if err != nil {
			return err
		}
		if n > 0 {
			wrong = append(wrong, fmt.Errorf("column %s: %d values are %s", column.Name, n, excluded(column.Type)))
		}
	}
	return errors.Join(wrong...)
}

// beyond returns the condition that a value is none of the contract's, or "" if the types
// of the engines have no such value. What is not a number is greater than every number.
func (c Column) beyond(spell func(Type) string) string {
	outside := func(least, most string) string {
		return fmt.Sprintf("%[1]q < cast('%[2]s' as %[4]s) or %[1]q > cast('%[3]s' as %[4]s)", c.Name, least, most, spell(c.Type))
	}
	switch c.Type.Kind {
	case Double:
		return outside("-1.7976931348623157e308", "1.7976931348623157e308")
	case Decimal:
		most := c.Type.Scaled(nines(c.Type.Precision))
		return outside("-"+most, most)
	case Date:
		return outside(firstDay.String(), lastDay.String())
	case Timestamp:
		return outside(firstDay.String()+" 00:00:00", lastDay.String()+" 23:59:59.999999")
	}
	return ""
}

// nines returns the greatest whole number of so many digits.
func nines(digits int) *big.Int {
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return n.Sub(n, big.NewInt(1))
}

func excluded(typ Type) string {
	switch typ.Kind {
	case Date, Timestamp:
		return "infinite, or outside the years 1 to 9999"
	}
	return "not a number, or infinite"
}

// StagedAs returns the expression of a column of a SELECT as it is staged: in the type of
// the table, and without the sign of a zero.
func (c Column) StagedAs(spell func(Type) string) string {
	expression := fmt.Sprintf("cast(%q as %s)", c.Name, spell(c.Type))
	if c.Type.Kind == Double {
		expression += " + 0"
	}
	return expression + fmt.Sprintf(" as %q", c.Name)
}
