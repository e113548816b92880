package googletest

import (
	"regexp"
	"strconv"
	"strings"
)

// applies tells whether a conditional format changes a cell. Of conditions it knows
// texts, numbers, blanks, and formulas of the form =$C5="text"; all others never apply.
func (b *book) applies(s *sheet, rule object, at spot) bool {
	for _, r := range objects(rule, "ranges") {
		_, a, fail := b.gridRange(r)
		if fail != nil || !a.holds(at) {
			continue
		}
		return b.holds(s, inner(inner(rule, "booleanRule"), "condition"), at, a.From)
	}
	return false
}

func (b *book) holds(s *sheet, condition object, at, first spot) bool {
	cell := s.Cells[at]
	value := b.evaluate(s, cell).value
	shown := formatted(value, inner(cell, "userEnteredFormat"))
	want := ""
	if values := objects(condition, "values"); len(values) > 0 {
		want = words(values[0], "userEnteredValue")
	}
	limit, numeric := 0.0, has(value, "numberValue")
	if parsed, err := strconv.ParseFloat(want, 64); err == nil {
		limit = parsed
	}
	n := decimal(value, "numberValue")
	switch words(condition, "type") {
	case "BLANK":
		return value == nil
	case "NOT_BLANK":
		return value != nil
	case "TEXT_EQ":
		return shown == want
	case "TEXT_CONTAINS":
		return strings.Contains(strings.ToLower(shown), strings.ToLower(want))
	case "TEXT_STARTS_WITH":
		return strings.HasPrefix(strings.ToLower(shown), strings.ToLower(want))
	case "TEXT_ENDS_WITH":
		return strings.HasSuffix(strings.ToLower(shown), strings.ToLower(want))
	case "NUMBER_GREATER":
		return numeric && n > limit
	case "NUMBER_LESS":
		return numeric && n < limit
	case "NUMBER_EQ":
		return numeric && n == limit
	case "CUSTOM_FORMULA":
		return b.formulaHolds(s, want, at, first)
	}
	return false
}

var comparison = regexp.MustCompile(`^=(\$?)([A-Z]{1,3})(\$?)([0-9]+)="((?:[^"]|"")*)"$`)

// formulaHolds evaluates =$C5="text" for a cell: what has no "$" moves with the cell.
func (b *book) formulaHolds(s *sheet, formula string, at, first spot) bool {
	match := comparison.FindStringSubmatch(formula)
	if match == nil {
		return false
	}
	seen, ok := parseEnd(match[2] + match[4])
	if !ok {
		return false
	}
	if match[1] == "" {
		seen.Column += at.Column - first.Column
	}
	if match[3] == "" {
		seen.Row += at.Row - first.Row
	}
	value := b.evaluate(s, s.Cells[seen]).value
	return strings.EqualFold(formatted(value, nil), strings.ReplaceAll(match[5], `""`, `"`))
}
