package googletest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// formatted is a value as a cell shows it. Of patterns it knows digits, grouping,
// decimals, division by commas, percent, literals, sections by sign, and days; the
// live server knows more.
func formatted(value, format object) string {
	switch {
	case has(value, "stringValue"):
		return formattedText(words(value, "stringValue"), words(inner(format, "numberFormat"), "pattern"))
	case has(value, "boolValue"):
		return strings.ToUpper(strconv.FormatBool(flag(value, "boolValue")))
	case has(value, "errorValue"):
		return "#" + map[string]string{"REF": "REF!", "N_A": "N/A", "ERROR": "ERROR!"}[words(inner(value, "errorValue"), "type")]
	case has(value, "numberValue"):
		return formattedNumber(decimal(value, "numberValue"), inner(format, "numberFormat"))
	}
	return ""
}

// formattedText puts a text where the pattern has "@".
func formattedText(text, pattern string) string {
	for _, section := range cutSections(pattern) {
		list := tokens(section)
		if !slices.Contains(list, "@") {
			continue
		}
		before, after, _ := strings.Cut(formattedSection(0, section), "@")
		return before + text + after
	}
	return text
}

func formattedNumber(v float64, format object) string {
	pattern := words(format, "pattern")
	if pattern == "" {
		pattern = map[string]string{"NUMBER": "#,##0.00", "PERCENT": "0.00%", "DATE": "m/d/yyyy"}[words(format, "type")]
	}
	if pattern == "" {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	sections := cutSections(pattern)
	section, sign := sections[0], ""
	switch {
	case v < 0 && len(sections) > 1:
		section = sections[1]
	case v == 0 && len(sections) > 2:
		section = sections[2]
	case v < 0:
		sign = "-"
	}
	if isDate(section) {
		return formattedDay(v, section)
	}
	return sign + formattedSection(math.Abs(v), section)
}

// cutSections cuts a pattern at the semicolons that are no literals.
func cutSections(pattern string) []string {
	var sections []string
	from := 0
	for i := 0; i < len(pattern); {
		token := patternToken(pattern, i)
		if token == ";" {
			sections = append(sections, pattern[from:i])
			from = i + 1
		}
		i += len(token)
	}
	return append(sections, pattern[from:])
}

// patternToken is the literal, the bracket, the escaped character or the run of digit
// signs that begins at i.
func patternToken(pattern string, i int) string {
	rest := pattern[i:]
	switch rest[0] {
	case '"':
		if end := strings.IndexByte(rest[1:], '"'); end >= 0 {
			return rest[:end+2]
		}
		return rest
	case '[':
		if end := strings.IndexByte(rest, ']'); end >= 0 {
			return rest[:end+1]
		}
	case '\\', '_', '*':
		for at := range rest[1:] {
			if at > 0 {
				return rest[:at+1]
			}
		}
		return rest
	case '#', '0', '?', '.', ',':
		return rest[:len(rest)-len(strings.TrimLeft(rest, "#0?.,"))]
	}
	letters := strings.TrimLeft(rest, rest[:1])
	if strings.Contains("ymdhs", strings.ToLower(rest[:1])) {
		return rest[:len(rest)-len(letters)]
	}
	for at := range rest {
		if at > 0 {
			return rest[:at]
		}
	}
	return rest
}

func tokens(pattern string) []string {
	var all []string
	for i := 0; i < len(pattern); {
		token := patternToken(pattern, i)
		all = append(all, token)
		i += len(token)
	}
	return all
}

func formattedSection(v float64, section string) string {
	list := tokens(section)
	for _, token := range list {
		if token == "%" {
			v *= 100
		}
	}
	var out strings.Builder
	for _, token := range list {
		switch token[0] {
		case '"':
			out.WriteString(strings.Trim(token, `"`))
		case '\\':
			out.WriteString(token[1:])
		case '_':
			out.WriteByte(' ')
		case '*', '[':
		case '#', '0', '?', '.', ',':
			out.WriteString(digits(v, token))
		default:
			out.WriteString(token)
		}
	}
	return out.String()
}

// digits writes a positive number by a run such as #,##0.00,, .
func digits(v float64, pattern string) string {
	for strings.HasSuffix(pattern, ",") {
		pattern = pattern[:len(pattern)-1]
		v /= 1000
	}
	whole, part, _ := strings.Cut(pattern, ".")
	text := strconv.FormatFloat(roundHalfUp(v, len(part)), 'f', len(part), 64)
	before, after, _ := strings.Cut(text, ".")
	for least := strings.Count(whole, "0"); len(before) < least; {
		before = "0" + before
	}
	if before == "0" && !strings.Contains(whole, "0") {
		before = ""
	}
	if strings.Contains(whole, ",") {
		before = grouped(before)
	}
	for i := len(part) - 1; i >= 0 && part[i] == '#' && strings.HasSuffix(after, "0"); i-- {
		after = after[:len(after)-1]
	}
	if after != "" {
		return before + "." + after
	}
	return before
}

// roundHalfUp rounds as spreadsheets do: by the number as 15 digits tell it.
func roundHalfUp(v float64, decimals int) float64 {
	scale := math.Pow(10, float64(decimals))
	near, err := strconv.ParseFloat(strconv.FormatFloat(v*scale, 'g', 15, 64), 64)
	if err != nil {
		return v
	}
	return math.Round(near) / scale
}

func grouped(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

func isDate(section string) bool {
	for _, token := range tokens(section) {
		if strings.Contains("ymdhs", strings.ToLower(token[:1])) {
			return true
		}
	}
	return false
}

// formattedDay writes a number of days since 1899-12-30.
func formattedDay(v float64, section string) string {
	seconds := time.Duration(math.Round(v * 24 * 3600))
	at := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).Add(seconds * time.Second)
	layouts := map[string]string{"yyyy": "2006", "yy": "06", "mmmm": "January", "mmm": "Jan", "mm": "01", "m": "1",
		"dddd": "Monday", "ddd": "Mon", "dd": "02", "d": "2", "hh": "15", "h": "15", "ss": "05", "s": "5"}
	var out strings.Builder
	hours := false
	for _, token := range tokens(section) {
		layout, ok := layouts[strings.ToLower(token)]
		switch {
		case token[0] == '"':
			out.WriteString(strings.Trim(token, `"`))
		case token[0] == '\\':
			out.WriteString(token[1:])
		case hours && strings.EqualFold(token, "mm"):
			out.WriteString(at.Format("04"))
		case ok:
			out.WriteString(at.Format(layout))
		default:
			out.WriteString(token)
		}
		hours = hours || strings.HasPrefix(strings.ToLower(token), "h")
	}
	return out.String()
}
