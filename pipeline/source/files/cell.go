package files

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// parseCell reads the text of a cell. An empty cell is NULL. Nothing is rounded,
// trimmed or guessed.
func parseCell(text string, typ warehouse.Type) (any, error) {
	if text == "" {
		return nil, nil
	}
	var value any
	var err error
	switch typ.Kind {
	case warehouse.Text:
		return parseText(text)
	case warehouse.Bigint:
		value, err = strconv.ParseInt(text, 10, 64)
	case warehouse.Double:
		value, err = parseDouble(text)
	case warehouse.Boolean:
		value, err = parseBoolean(text)
	case warehouse.Date:
		value, err = calendar.ParseDay(text)
	case warehouse.Timestamp:
		value, err = parseInstant(text)
	case warehouse.Decimal:
		if _, err := typ.Unscaled(text); err != nil {
			return nil, err // it says why
		}
		return text, nil
	}
	if err != nil {
		return nil, notA(text, typ)
	}
	return value, nil
}

func notA(text string, typ warehouse.Type) error {
	return fmt.Errorf("%q is not a %s%s", text, typ, example(typ.Kind))
}

func example(kind warehouse.Kind) string {
	switch kind {
	case warehouse.Date:
		return " such as 2026-11-15"
	case warehouse.Timestamp:
		return " such as 2026-11-15 10:24:31"
	case warehouse.Boolean:
		return " such as true"
	}
	return ""
}

func parseText(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("%q is not UTF-8", text)
	}
	if strings.IndexByte(text, 0) >= 0 {
		return nil, fmt.Errorf("%q has a NUL", text)
	}
	return text, nil
}

func parseDouble(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err == nil && (math.IsNaN(value) || math.IsInf(value, 0) || strings.ContainsAny(text, "xXpP_")) {
		err = strconv.ErrSyntax
	}
	return value, err
}

func parseBoolean(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "t", "1":
		return true, nil
	case "false", "f", "0":
		return false, nil
	}
	return false, strconv.ErrSyntax
}

// parseInstant reads 2015-02-10 10:24:31, with or without a fraction and a zone. A
// text without a zone is in UTC. Digits beyond the microsecond are cut off.
func parseInstant(text string) (time.Time, error) {
	for _, form := range []string{time.DateTime, "2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07"} {
		if instant, err := time.Parse(form, text); err == nil {
			instant = instant.UTC().Truncate(time.Microsecond)
			if year := instant.Year(); year < 1 || year > 9999 {
				return time.Time{}, strconv.ErrRange
			}
			return instant, nil
		}
	}
	return time.Time{}, strconv.ErrSyntax
}
