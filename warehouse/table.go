package warehouse

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Table is a fact table with a column day, the local date, and its own columns; or
// a whole table, such as a dimension, without that column.
type Table struct {
	Name    string // likes, or schema.likes
	Columns []Column
	Whole   bool // not cut into days: its only partition is WholePart
}

// Column is a column of a table. Every column may hold NULL.
type Column struct {
	Name string
	Type Type
}

// Kind is what a column holds.
type Kind int

// The kinds, and the Go values that stand for them in a Row; nil is NULL.
const (
	Text      Kind = iota + 1 // string: UTF-8 without NUL
	Bigint                    // int64
	Double                    // float64: a number, neither NaN nor infinite; -0 is 0
	Decimal                   // string in plain notation, exact: "-12.50"
	Boolean                   // bool
	Date                      // calendar.Day
	Timestamp                 // time.Time: an instant, kept in UTC to the microsecond
)

// Type is the type of a column. Precision and Scale are those of a Decimal.
type Type struct {
	Kind             Kind
	Precision, Scale int
}

const maxPrecision = 38

var kinds = map[string]Kind{
	"text": Text, "bigint": Bigint, "double": Double, "boolean": Boolean, "date": Date, "timestamp": Timestamp,
}

var decimalType = regexp.MustCompile(`^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$`)

// ParseType reads text, bigint, double, decimal(12,2), boolean, date or timestamp.
func ParseType(text string) (Type, error) {
	if kind, ok := kinds[text]; ok {
		return Type{Kind: kind}, nil
	}
	m := decimalType.FindStringSubmatch(text)
	if m == nil {
		return Type{}, fmt.Errorf("%q is not a type: text, bigint, double, decimal(12,2), boolean, date or timestamp", text)
	}
	precision, _ := strconv.Atoi(m[1])
	scale, _ := strconv.Atoi(m[2])
	if precision < 1 || precision > maxPrecision || scale > precision {
		return Type{}, fmt.Errorf("%q: a decimal has 1 to %d digits, and no more decimals than digits", text, maxPrecision)
	}
	return Type{Decimal, precision, scale}, nil
}

// String writes the type as ParseType reads it.
func (t Type) String() string {
	if t.Kind == Decimal {
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	}
	for name, kind := range kinds {
		if kind == t.Kind {
			return name
		}
	}
	return "unknown"
}

// DayColumn is the column of a fact table that holds the local date.
const DayColumn = "day"

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Validate reports the first fault of a table's names and types. Names are plain
// (a-z, 0-9, _), so that they read the same, quoted or not, on every engine.
func (t Table) Validate() error {
	if err := t.validateName(); err != nil {
		return err
	}
	seen := map[string]bool{DayColumn: !t.Whole}
	for _, column := range t.Columns {
		if !plainName.MatchString(column.Name) {
			return fmt.Errorf("table %q: column %q: a name has the letters a-z, digits and _, at most 63", t.Name, column.Name)
		}
		if seen[column.Name] {
			return fmt.Errorf("table %q: column %q stands twice (%s is there by itself)", t.Name, column.Name, DayColumn)
		}
		seen[column.Name] = true
		if column.Type.Kind < Text || column.Type.Kind > Timestamp {
			return fmt.Errorf("table %q: column %q has no type", t.Name, column.Name)
		}
	}
	return nil
}

// validateName reports a name that is not plain, or that an engine has for itself.
func (t Table) validateName() error {
	for _, part := range strings.SplitN(t.Name, ".", 2) {
		if !plainName.MatchString(part) {
			return fmt.Errorf("table %q: a name has the letters a-z, digits and _, at most 63", t.Name)
		}
	}
	schema, name := t.Split()
	switch {
	case schema == ledgerSchema:
		return fmt.Errorf("table %q: the schema %s is the ledger's", t.Name, ledgerSchema)
	case slices.Contains([]string{"main", "temp", "system", "information_schema"}, schema), strings.HasPrefix(schema, "pg_"):
		return fmt.Errorf("table %q: the schema %s is one of the engines' own: take another, or none", t.Name, schema)
	case schema == "" && strings.HasPrefix(name, "pg_"):
		return fmt.Errorf("table %q: names that begin with pg_ are PostgreSQL's", t.Name)
	case slices.Contains([]string{"tearsheet_raw", "tearsheet_staged", "tearsheet_staged_raw"}, t.Name):
		return fmt.Errorf("table %q: the name is that of rows on their way into a table", t.Name)
	}
	return nil
}

// Column returns a column of the table's own by its name.
func (t Table) Column(name string) (Column, bool) {
	for _, column := range t.Columns {
		if column.Name == name {
			return column, true
		}
	}
	return Column{}, false
}

// Quoted returns the table's name for a statement.
func (t Table) Quoted() string { return `"` + strings.ReplaceAll(t.Name, ".", `"."`) + `"` }

// Split returns the schema, or "" if the name has none, and the name in it.
func (t Table) Split() (schema, name string) {
	if schema, name, ok := strings.Cut(t.Name, "."); ok {
		return schema, name
	}
	return "", t.Name
}

// ColumnNames returns the names of all columns, day first.
func (t Table) ColumnNames() []string {
	var names []string
	for _, column := range t.All() {
		names = append(names, column.Name)
	}
	return names
}

// All returns the columns with the one that a fact table has by itself, day first.
func (t Table) All() []Column {
	if t.Whole {
		return t.Columns
	}
	return append([]Column{{DayColumn, Type{Kind: Date}}}, t.Columns...)
}

// Create returns the statement that makes the table if there is none; spell
// writes a type in the engine's words.
func (t Table) Create(spell func(Type) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "create table if not exists %s (", t.Quoted())
	for i, column := range t.All() {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q %s", column.Name, spell(column.Type))
		if i == 0 && !t.Whole {
			b.WriteString(" not null")
		}
	}
	return b.String() + ")"
}

// Missing returns the columns that a table with the given ones lacks, and an error
// if one of them has another type. The types of have are spelled as by spell.
func (t Table) Missing(have map[string]string, spell func(Type) string) ([]Column, error) {
	var missing []Column
	for _, column := range t.All() {
		found, ok := have[column.Name]
		if !ok {
			missing = append(missing, column)
			continue
		}
		if want := spell(column.Type); !strings.EqualFold(found, want) {
			return nil, fmt.Errorf("table %s: column %s is %s, not %s: rename the column, or drop the table and load it again",
				t.Name, column.Name, strings.ToLower(found), strings.ToLower(want))
		}
	}
	return missing, nil
}

// Unscaled returns a decimal as a whole number of its last digit: 12.5 of a
// decimal(9,2) is 1250. It never rounds: more decimals than the scale, unless they
// are zeros, and more digits than the precision are errors.
func (t Type) Unscaled(text string) (*big.Int, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole, "+-")
	if len(whole)-len(digits) > 1 || digits+fraction == "" || strings.Trim(digits+fraction, "0123456789") != "" {
		return nil, fmt.Errorf("%q is not a decimal", text)
	}
	if len(fraction) > t.Scale {
		if strings.Trim(fraction[t.Scale:], "0") != "" {
			return nil, fmt.Errorf("%q has more than %d decimals", text, t.Scale)
		}
		fraction = fraction[:t.Scale]
	}
	n, _ := new(big.Int).SetString(digits+fraction+strings.Repeat("0", t.Scale-len(fraction)), 10)
	if len(n.String()) > t.Precision {
		return nil, fmt.Errorf("%q has more than %d digits", text, t.Precision)
	}
	if whole != "" && whole[0] == '-' {
		n.Neg(n)
	}
	return n, nil
}
