package mysql

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/warehouse"
)

// What fits without loss. Anything else is refused before a row is read:
//
//	bigint     tinyint … bigint (of a bigint unsigned, each value), year, bit, decimal(n,0)
//	double     float, double, tinyint … int
//	decimal    decimal with no more digits before and after the point, tinyint … bigint
//	boolean    tinyint, bit(1): each value 0 or 1
//	date       date
//	timestamp  timestamp, datetime: a datetime is taken as UTC
//	text       char, varchar, …text, enum, set, json, uuid, inet4, inet6, time; tinyint … bigint,
//	           year, decimal, date and datetime as the server writes them
//
// Money never becomes a double, nor does a float become text or a decimal.

// digitsOf are the most digits of the types of whole numbers.
func digitsOf(c serverColumn) int {
	digits := map[string]int{"tinyint": 3, "smallint": 5, "mediumint": 8, "int": 10, "bigint": 19, "year": 4}[c.kind]
	if c.kind == "bigint" && c.unsigned() {
		digits++
	}
	return digits
}

// misfit says why a column does not fit a type, or nothing.
func misfit(c serverColumn, typ warehouse.Type) string {
	isText := slices.Contains([]string{"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "uuid", "inet4", "inet6", "time"}, c.kind)
	isFloat := c.kind == "float" || c.kind == "double"
	fits, advice := false, ""
	switch typ.Kind {
	case warehouse.Bigint:
		fits = c.isWhole() || c.kind == "year" || c.kind == "bit" || c.kind == "decimal" && c.scale == 0
		if c.kind == "decimal" {
			advice = ": " + asDecimal(c.precision, c.scale)
		}
	case warehouse.Double:
		fits = isFloat || c.isWhole() && c.kind != "bigint"
		if c.kind == "decimal" {
			advice = ": it would lose digits; " + asDecimal(c.precision, c.scale)
		}
	case warehouse.Decimal:
		fits, advice = fitsDecimal(c, typ)
	case warehouse.Boolean:
		fits = c.kind == "tinyint" || c.spelled == "bit(1)"
	case warehouse.Date:
		fits = c.kind == "date"
		if c.kind == "datetime" || c.kind == "timestamp" {
			advice = ": take it as timestamp, and its day by at:"
		}
	case warehouse.Timestamp:
		fits = c.kind == "datetime" || c.kind == "timestamp"
	case warehouse.Text:
		fits = isText || c.isWhole() || slices.Contains([]string{"year", "decimal", "date", "datetime", "timestamp"}, c.kind)
		if strings.Contains(c.kind, "blob") || strings.Contains(c.kind, "binary") {
			advice = ": bytes are no text; take hex() of it by a view"
		}
	}
	if fits {
		return ""
	}
	return fmt.Sprintf("%s is %s, which does not fit %s without loss%s", c.name, c.spelled, typ, advice)
}

func fitsDecimal(c serverColumn, typ warehouse.Type) (bool, string) {
	whole, fraction := digitsOf(c), 0
	switch {
	case c.kind == "decimal":
		whole, fraction = c.precision-c.scale, c.scale
	case !c.isWhole():
		return false, ""
	}
	if whole <= typ.Precision-typ.Scale && fraction <= typ.Scale {
		return true, ""
	}
	return false, ": " + asDecimal(whole+fraction, fraction)
}

// asDecimal says how a number can be taken without loss.
func asDecimal(precision, scale int) string {
	const most = 38
	if precision > most {
		return fmt.Sprintf("take it as text, since a decimal has %d digits at most", most)
	}
	return fmt.Sprintf("take it as decimal(%d,%d)", precision, scale)
}

// expression returns what is selected of a column, so that what comes is exact.
func expression(c serverColumn) string {
	name := quote(c.name)
	switch {
	case c.kind == "float":
		return "(" + name + " + 0e0)" // a float itself is written with six digits
	case c.kind == "bit":
		return "(" + name + " + 0)"
	case c.charset != "" && !slices.Contains([]string{"utf8mb4", "utf8mb3", "utf8", "ascii"}, c.charset):
		return "convert(" + name + " using utf8mb4)"
	}
	return name
}

func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// quoted returns the table for a statement.
func (t *serverTable) quoted() string { return quote(t.schema) + "." + quote(t.name) }
