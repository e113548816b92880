package plan

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tearsheet/metrics"
)

// longestNumber is longer than any figure of a plan; what exceeds it is not one.
const longestNumber = 60

// parseNumber reads a number as people write it by the declared decimal sign: a
// sign, digits, perhaps in well-formed groups of three, decimals, an exponent.
// With no sign declared, the decimal sign is the point and one comma is refused
// as a group sign: nothing tells 1,234 from 1.234 then.
func parseNumber(text string, decimal rune) (metrics.Value, error) {
	mark, group := ".", ','
	if decimal == ',' {
		mark, group = ",", '.'
	}
	plain, groups, ok := normalize(text, mark, group)
	if !ok {
		return metrics.Value{}, notANumber(text, decimal)
	}
	if decimal == 0 && groups == 1 && strings.ContainsRune(text, group) && !strings.Contains(text, mark) {
		return metrics.Value{}, fmt.Errorf("%q may mean %s or %s: write it without the comma, or declare the decimal sign of the plan",
			text, plain, strings.Replace(text, ",", ".", 1))
	}
	value, err := metrics.ParseValue(plain)
	if err != nil {
		return metrics.Value{}, notANumber(text, decimal)
	}
	return value, nil
}

// notANumber says so, and what would make it one if that is plain.
func notANumber(text string, decimal rune) error {
	_, _, pointed := normalize(text, ".", ',')
	_, _, comma := normalize(text, ",", '.')
	bare, percent := strings.CutSuffix(text, "%")
	_, _, share := normalize(strings.TrimSpace(bare), ".", ',')
	switch {
	case decimal != ',' && comma && strings.Contains(text, ","):
		return fmt.Errorf("%q is not a number with a decimal point: write one, or declare the decimal comma of the plan", text)
	case decimal == ',' && pointed && strings.Contains(text, "."):
		return fmt.Errorf("%q is not a number with a decimal comma, which is declared for the plan", text)
	case percent && share:
		return fmt.Errorf("%q is not a number: write the figure in the metric's own unit, without the sign", text)
	}
	return fmt.Errorf("%q is not a number", text)
}

// normalize returns text as an ungrouped number with a decimal point, and how
// many group signs it had; false if it is not of that form.
func normalize(text, mark string, group rune) (plain string, groups int, ok bool) {
	if len(text) > longestNumber {
		return "", 0, false
	}
	sign, rest := cutSign(text)
	exponent := ""
	if at := strings.IndexAny(rest, "eE"); at >= 0 {
		expSign, expDigits := cutSign(rest[at+1:])
		if !digits(expDigits) {
			return "", 0, false
		}
		rest, exponent = rest[:at], "e"+expSign+expDigits
	}
	whole, decimals, hasMark := strings.Cut(rest, mark)
	if hasMark && !digits(decimals) {
		return "", 0, false
	}
	if hasMark {
		decimals = "." + decimals
	}
	if whole == "" && hasMark {
		return sign + "0" + decimals + exponent, 0, true
	}
	whole, groups, ok = ungroup(whole, group)
	return sign + whole + decimals + exponent, groups, ok
}

// ungroup removes well-formed group signs from digits: all alike, either group or
// a space, with one to three digits before the first, which is no zero, and three
// after each.
func ungroup(text string, group rune) (plain string, groups int, ok bool) {
	at := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if at < 0 {
		return text, 0, text != ""
	}
	sign, _ := utf8.DecodeRuneInString(text[at:])
	if sign != group && !strings.ContainsRune(" \u00a0\u202f", sign) {
		return "", 0, false
	}
	parts := strings.Split(text, string(sign))
	if strings.HasPrefix(text, "0") {
		return "", 0, false
	}
	for i, part := range parts {
		if !digits(part) || len(part) > 3 || i > 0 && len(part) < 3 {
			return "", 0, false
		}
	}
	return strings.Join(parts, ""), len(parts) - 1, true
}

func cutSign(text string) (sign, rest string) {
	if rest, ok := strings.CutPrefix(text, "+"); ok {
		return "", rest
	}
	for _, minus := range []string{"-", "\u2212"} {
		if rest, ok := strings.CutPrefix(text, minus); ok {
			return "-", rest
		}
	}
	return "", text
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
