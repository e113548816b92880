package googletest

import (
	"math"
	"strings"
)

// rename lets all formulas name a tab by its new title, or #REF! where the tab is gone.
func (b *book) rename(old, title string) {
	for _, s := range b.Sheets {
		for at, cell := range s.Cells {
			value := inner(cell, "userEnteredValue")
			formula := words(value, "formulaValue")
			if formula == "" {
				continue
			}
			if changed := renamed(formula, old, title); changed != formula {
				s.Cells[at] = with(cell, "userEnteredValue", object{"formulaValue": changed})
			}
		}
	}
}

// renamed walks a formula: texts in double quotes are no references.
func renamed(formula, old, title string) string {
	var out strings.Builder
	for i := 0; i < len(formula); {
		token := tokenAt(formula, i)
		i += len(token)
		name, isTab := tabOf(token)
		if !isTab || i >= len(formula) || formula[i] != '!' || name != old {
			out.WriteString(token)
			continue
		}
		if title != "" {
			out.WriteString(quotedTitle(title))
			continue
		}
		i++ // the "!"
		for i < len(formula) && strings.ContainsRune("$:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", rune(formula[i])) {
			i++
		}
		out.WriteString("#REF!")
	}
	return out.String()
}

// tokenAt is the text, the quoted title, the word or the character that begins at i.
func tokenAt(formula string, i int) string {
	quote := formula[i]
	if quote == '"' || quote == '\'' {
		for end := i + 1; end < len(formula); end++ {
			if formula[end] != quote {
				continue
			}
			if end+1 < len(formula) && formula[end+1] == quote {
				end++
				continue
			}
			return formula[i : end+1]
		}
		return formula[i:]
	}
	end := i
	for end < len(formula) && isWord(formula[end]) {
		end++
	}
	return formula[i:max(end, i+1)]
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= 0x80
}

func tabOf(token string) (string, bool) {
	if strings.HasPrefix(token, "'") && len(token) > 1 {
		return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), true
	}
	return token, token != "" && isWord(token[0])
}

// result is what a cell shows: a value, or the numbers of a line.
type result struct {
	value object // ExtendedValue; nil where nothing is to be told
	line  []float64
	link  string
	// options of a SPARKLINE, as they stand in the formula.
	options string
}

// evaluate works out what stands in a cell. Of formulas it knows SPARKLINE and
// HYPERLINK, and answers #N/A to all others.
func (b *book) evaluate(s *sheet, cell object) result {
	value := inner(cell, "userEnteredValue")
	formula := words(value, "formulaValue")
	if formula == "" {
		return result{value: value}
	}
	name, arguments, ok := call(formula)
	switch {
	case strings.Contains(formula, "#REF!"):
		return faulty("REF", "Reference does not exist")
	case !ok || b.decimalComma() && hasSeparator(arguments):
		return faulty("ERROR", "Formula parse error.")
	case name == "SPARKLINE":
		return b.sparkline(s, arguments)
	case name == "HYPERLINK":
		list := splitArguments(arguments)
		return result{value: object{"stringValue": unquoted(list[len(list)-1])}, link: unquoted(list[0])}
	}
	return faulty("N_A", "the stand-in does not evaluate "+name)
}

func faulty(kind, message string) result {
	return result{value: object{"errorValue": object{"type": kind, "message": message}}}
}

// call takes "=NAME(arguments)" apart.
func call(formula string) (name, arguments string, ok bool) {
	name, rest, ok := strings.Cut(strings.TrimPrefix(formula, "="), "(")
	arguments, closed := strings.CutSuffix(strings.TrimSpace(rest), ")")
	return strings.ToUpper(strings.TrimSpace(name)), arguments, ok && closed
}

// hasSeparator tells whether a comma stands outside of texts and titles: where numbers
// have decimal commas it does not separate.
func hasSeparator(arguments string) bool { return len(splitArguments(arguments)) > 1 }

// splitArguments cuts the text between the brackets of a call at commas outside of quotes
// and braces.
func splitArguments(arguments string) []string {
	var list []string
	from, depth := 0, 0
	for i := 0; i < len(arguments); {
		token := tokenAt(arguments, i)
		switch token {
		case "{", "(":
			depth++
		case "}", ")":
			depth--
		case ",":
			if depth == 0 {
				list = append(list, strings.TrimSpace(arguments[from:i]))
				from = i + 1
			}
		}
		i += len(token)
	}
	return append(list, strings.TrimSpace(arguments[from:]))
}

func unquoted(text string) string {
	if len(text) >= 2 && text[0] == '"' {
		return strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	return text
}

// decimalComma tells whether the locale of the spreadsheet writes 0,5.
func (b *book) decimalComma() bool {
	language, _, _ := strings.Cut(words(b.Properties, "locale"), "_")
	for _, point := range []string{"", "en", "ja", "zh", "ko", "th", "iw", "he", "hi"} {
		if language == point {
			return false
		}
	}
	return true
}

func (b *book) sparkline(s *sheet, arguments string) result {
	list := splitArguments(arguments)
	reference := list[0]
	if !strings.Contains(reference, "!") {
		reference = quotedTitle(s.title()) + "!" + reference
	}
	from, a, fail := b.parseRange(reference)
	if fail != nil {
		return faulty("REF", "Unresolved sheet name or range in "+list[0])
	}
	if a.From.Row >= from.rows() || a.From.Column >= from.columns() {
		return faulty("REF", "Reference does not exist")
	}
	r := result{options: strings.Join(list[1:], ",")}
	a = from.all().clip(a)
	for row := a.From.Row; row < a.To.Row; row++ {
		for column := a.From.Column; column < a.To.Column; column++ {
			point := math.NaN()
			if value := inner(from.Cells[spot{row, column}], "userEnteredValue"); has(value, "numberValue") {
				point = decimal(value, "numberValue")
			}
			r.line = append(r.line, point)
		}
	}
	return r
}
