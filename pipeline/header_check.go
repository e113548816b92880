package pipeline

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tearsheet/warehouse"
)

// alias returns our name of a type that SQL and Bruin call otherwise.
func alias(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	switch text {
	case "string", "varchar":
		return "text"
	case "integer", "int", "int64", "bigint":
		return "bigint"
	case "float", "double precision", "float64":
		return "double"
	case "bool":
		return "boolean"
	}
	return strings.Replace(text, "numeric(", "decimal(", 1)
}

// check makes the statement of a check of a column: it counts the rows that are wrong.
func (r *headerReader) check(column *Column, c columnCheck, p ...string) {
	wrong, ok := "", true
	switch c.Name {
	case "not_null":
		wrong = column.Name + " is null"
	case "positive":
		wrong = column.Name + " <= 0"
	case "non_negative":
		wrong = column.Name + " < 0"
	case "min", "max":
		var number string
		if number, ok = numberOf(c.Value); ok {
			wrong = column.Name + map[string]string{"min": " < ", "max": " > "}[c.Name] + number
		}
	case "accepted_values":
		if column.Allowed, ok = texts(c.Value); ok {
			column.Categorical = true
			wrong = column.Name + " not in (" + literals(column.Allowed) + ")"
		}
	case "unique":
		r.asset.Checks = append(r.asset.Checks, warehouse.Check{Name: column.Name + " unique",
			Query: "select count(" + column.Name + ") - count(distinct " + column.Name + ") from " + r.asset.Name + r.bounds("where ")})
		return
	}
	if !ok {
		r.at(p, "check %s wants a value: %s", c.Name, map[string]string{"accepted_values": "[web, ios]", "min": "0", "max": "100"}[c.Name])
		return
	}
	r.asset.Checks = append(r.asset.Checks, warehouse.Check{Name: column.Name + " " + c.Name,
		Query: "select count(*) from " + r.asset.Name + " where " + wrong + r.bounds("and ")})
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

func texts(value any) ([]string, bool) {
	list, ok := value.([]any)
	var found []string
	for _, item := range list {
		found = append(found, fmt.Sprint(item))
	}
	return found, ok && len(found) > 0
}

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = warehouse.Literal(value)
	}
	return strings.Join(quoted, ", ")
}
