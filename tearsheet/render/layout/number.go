package layout

import (
	"strings"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// minus is the sign of the document's printed numbers; a hyphen is not.
const minus = "−"

// pattern is the number format of a row without its signs: grouped, with the
// row's decimals, and divided as its unit says (a comma after the last digit
// divides by a thousand).
func pattern(r tearsheet.Row) string {
	p := "#,##0"
	if r.Decimals > 0 {
		p += "." + strings.Repeat("0", r.Decimals)
	}
	for scale := r.Scale; scale >= 1000; scale /= 1000 {
		p += ","
	}
	return p
}

// withMinus is a format for numbers of either sign, with a true minus.
func withMinus(positive string) string { return positive + `;"` + minus + `"` + positive }

// weekly formats a week of a row. Its sign follows the digits; without one it leaves
// the room of the widest, so that digits stand below digits.
func weekly(r tearsheet.Row, sign, widest string) string {
	return withMinus(pattern(r) + quoted(sign) + blank(widest[len(sign):]))
}

// plain formats a number that was printed as text: a true minus where the text has
// one, and none where a negative number was rounded to 0. The tail follows the
// digits.
func plain(pattern, tail string, v metrics.Value, text string) string {
	positive := pattern + tail
	if v.Sign() < 0 && !strings.HasPrefix(text, minus) {
		return positive + ";" + positive
	}
	return withMinus(positive)
}

// signed is plain with a plus on what is positive, unless it was rounded to 0.
func signed(pattern, tail string, text string) string {
	positive := pattern + tail
	if !strings.HasPrefix(text, "+") && !strings.HasPrefix(text, minus) {
		return positive + ";" + positive
	}
	return `"+"` + positive + `;"` + minus + `"` + positive + ";" + positive
}

// quoted makes text a literal of a number format.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(text, `"`, "") + `"`
}

// blank is the room that text would take, in a number format.
func blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteString("_" + string(r))
	}
	return b.String()
}
