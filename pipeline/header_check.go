package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tearsheet/internal/sqltext"
	"tearsheet/warehouse"
)

// typeOf reads a type by our name of it or by one that SQL and Bruin have for it.
func typeOf(text string) (warehouse.Type, error) {
	name := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	switch name {
	case "string", "varchar":
		name = "text"
	case "integer", "int", "int64", "smallint":
		name = "bigint"
	case "float", "double precision", "float64", "real":
		name = "double"
	case "bool":
		name = "boolean"
	}
	base, _, hasDigits := strings.Cut(name, "(")
	switch base = strings.TrimSpace(base); {
	case base == "timestamptz" || strings.HasSuffix(name, " with time zone"):
		return warehouse.Type{}, fmt.Errorf("%q: instants are kept in UTC, without a zone: write timestamp, and in the SELECT: at time zone 'UTC'", text)
	case base == "datetime":
		return warehouse.Type{}, fmt.Errorf("%q: write timestamp, in UTC", text)
	case !hasDigits && (base == "numeric" || base == "decimal"):
		return warehouse.Type{}, fmt.Errorf("%q: say how many digits, and how many of them are decimals: decimal(12,2)", text)
	case hasDigits && slices.Contains([]string{"varchar", "char", "character varying", "string", "text"}, base):
		return warehouse.Type{}, fmt.Errorf("%q: a text has no greatest length: write text", text)
	}
	return warehouse.ParseType(strings.Replace(name, "numeric(", "decimal(", 1))
}

// checkRead is a table that a custom check reads, and where it says so.
type checkRead struct {
	check, table string
	line, column int
}

// customCheck takes a check that is written out. p leads to its query.
func (r *headerReader) customCheck(c customCheck, p ...string) {
	if strings.TrimSpace(c.Query) == "" {
		return // the schema has said it
	}
	place := func(offset int) (line, column int) {
		at := r.tree.Text(offset, p...)
		return at.Line, at.Column
	}
	end, ok := r.selects(c.Query, place)
	if !ok {
		return
	}
	tokens, _ := sqltext.Lex(c.Query)
	for _, f := range foreignToRedshift(tokens) {
		line, column := place(f.At)
		r.asset.foreign = append(r.asset.foreign, fault{r.file, line, column, f.Text})
	}
	for _, reference := range sqltext.References(tokens) {
		line, column := place(tokens[reference.First].At)
		r.asset.checked = append(r.asset.checked, checkRead{c.Name, reference.Name, line, column})
	}
	query := strings.TrimSpace(c.Query[:end])
	if r.asset.Whole && warehouse.Parameters(query) > 0 {
		r.at(p, "a whole table (strategy create+replace) has no $1 and $2")
		return
	}
	r.asset.Checks = append(r.asset.Checks, warehouse.Check{Name: c.Name, Query: query, Want: c.Value})
}

// check makes the statement of a check of a column: it counts the rows that are wrong.
func (r *headerReader) check(column *Column, c columnCheck, p ...string) {
	table, name := r.asset.Table().Quoted(), quoted(column.Name)
	query := "select count(" + name + ") - count(distinct " + name + ") from " + table + r.bounds("where ")
	if c.Name != "unique" {
		wrong, err := wrongRows(column, c)
		switch {
		case column.Type.Kind == 0:
			return // its type is at fault, and that was said
		case err != nil:
			r.at(p, "check %s of column %q %v", c.Name, column.Name, err)
			return
		case wrong == "":
			return // no check that we know, and the schema has said so
		}
		query = "select count(*) from " + table + " where " + wrong + r.bounds("and ")
	}
	r.asset.Checks = append(r.asset.Checks, warehouse.Check{Name: column.Name + " " + c.Name, Query: query})
}

// wrongRows returns the condition of the rows that a check finds wrong. A NULL is
// not_null's alone to find. A check that it does not know gives "".
func wrongRows(column *Column, c columnCheck) (string, error) {
	switch c.Name {
	case "positive", "non_negative", "min", "max":
		if !isNumber(column.Type.Kind) {
			return "", fmt.Errorf("is for numbers, and it is of type %s", column.Type)
		}
	case "pattern":
		if column.Type.Kind != warehouse.Text {
			return "", fmt.Errorf("is for text, and it is of type %s", column.Type)
		}
	}
	name := quoted(column.Name)
	switch c.Name {
	case "not_null":
		return name + " is null", nil
	case "positive":
		return name + " <= 0", nil
	case "non_negative":
		return name + " < 0", nil
	case "min", "max":
		number, ok := numberOf(c.Value)
		if !ok {
			return "", fmt.Errorf("wants a number: {name: %s, value: 100}", c.Name)
		}
		return name + map[string]string{"min": " < ", "max": " > "}[c.Name] + number, nil
	case "accepted_values":
		allowed, err := texts(c.Value, column.Type.Kind)
		if err != nil {
			return "", err
		}
		column.Allowed, column.Categorical = allowed, true
		return name + " not in (" + literals(allowed) + ")", nil
	case "pattern":
		pattern, err := patternOf(c.Value)
		return "not (" + name + " ~ " + warehouse.Literal(pattern) + ")", err
	}
	return "", nil
}

// quoted writes a name so that no engine takes it for a word of its own: user, order.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func isNumber(kind warehouse.Kind) bool {
	return kind == warehouse.Bigint || kind == warehouse.Double || kind == warehouse.Decimal
}

// bounds returns the condition that binds a check to the days that are made.
func (r *headerReader) bounds(before string) string {
	switch {
	case r.asset.Whole:
		return ""
	case warehouse.Parameters(r.asset.SQL) == 1:
		return " " + before + "day = $1"
	}
	return " " + before + "day >= $1 and day < $2"
}

func numberOf(value any) (string, bool) {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// texts returns the values that a column may have.
func texts(value any, kind warehouse.Kind) ([]string, error) {
	list, _ := value.([]any)
	if len(list) == 0 {
		return nil, errors.New("wants a list of values: {name: accepted_values, value: [web, ios]}")
	}
	var found []string
	for _, item := range list {
		number, isNumber := numberOf(item)
		text, isText := item.(string)
		truth, isTruth := item.(bool)
		switch {
		case isText:
			found = append(found, text)
		case isNumber:
			found = append(found, number)
		case isTruth && kind == warehouse.Boolean:
			found = append(found, strconv.FormatBool(truth))
		case isTruth:
			return nil, fmt.Errorf("has the value %v, which is no text: write it in quotes", truth)
		case item == nil:
			return nil, errors.New("has the value null: a NULL is accepted unless the column is not_null")
		default:
			return nil, errors.New("wants a list of values: {name: accepted_values, value: [web, ios]}")
		}
	}
	return found, nil
}

// patternOf returns a pattern in the form in which all engines read it alike. Some look
// for it within a value and some hold the whole value against it, so it has room before
// and after it. What begins with a backslash is read differently by each, and lost in
// Redshift's literals.
func patternOf(value any) (string, error) {
	text, _ := value.(string)
	_, err := regexp.Compile(text)
	switch {
	case text == "":
		return "", errors.New("wants a pattern: {name: pattern, value: '^[A-Z]{2}$'}")
	case err != nil:
		return "", fmt.Errorf("has a pattern that cannot be read: %w", err)
	case strings.Contains(text, `\`):
		return "", errors.New(`has a backslash in its pattern, which engines read differently: write a class such as [0-9] or [.]`)
	case strings.Contains(text, "(?"):
		return "", errors.New("has (?…) in its pattern, which not all engines know: write it with (…), […] and |")
	}
	return "(.|[^.])*(" + text + ")(.|[^.])*", nil
}

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = warehouse.Literal(value)
	}
	return strings.Join(quoted, ", ")
}
