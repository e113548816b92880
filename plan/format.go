package plan

import "strings"

// format is what the number format of a cell says about its value.
type format int

const (
	plainFormat   format = iota
	percentFormat        // 0.12 shown as 12%
	monthFormat          // a date of which no day of the month is shown
	dayFormat            // any other date
)

// format returns the format of a cell.
func (s *styles) format(sheet, name string) (format, error) {
	id, err := s.book.GetCellStyle(sheet, name)
	if err != nil {
		return plainFormat, err
	}
	if known, ok := s.formats[id]; ok {
		return known, nil
	}
	style, err := s.book.GetStyle(id)
	if err != nil {
		return plainFormat, err
	}
	f := builtinFormat(style.NumFmt)
	if style.CustomNumFmt != nil {
		f = customFormat(*style.CustomNumFmt)
	}
	s.formats[id] = f
	return f, nil
}

// builtinFormat knows the formats that have a number and no text in the file.
func builtinFormat(id int) format {
	switch id {
	case 9, 10:
		return percentFormat
	case 17:
		return monthFormat
	case 14, 15, 16, 22:
		return dayFormat
	}
	return plainFormat
}

// customFormat tells the format from its text, such as [$-409]mmm\ yyyy;@.
func customFormat(code string) format {
	letters := formatLetters(code)
	clock := strings.ContainsAny(letters, "hs")
	switch {
	case strings.Contains(letters, "%"):
		return percentFormat
	case strings.Contains(letters, "general"):
		return plainFormat
	case strings.Contains(letters, "d"):
		return dayFormat
	case strings.Contains(letters, "y"), strings.Contains(letters, "m") && !clock:
		return monthFormat
	}
	return plainFormat
}

// formatLetters returns the first section of a format code, in lower case,
// without what it prints as it stands: quoted text, escaped and padding
// characters, and what is in brackets.
func formatLetters(code string) string {
	var letters strings.Builder
	runes := []rune(strings.ToLower(code))
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			closing := map[rune]rune{'"': '"', '[': ']'}[runes[i]]
			for i++; i < len(runes) && runes[i] != closing; i++ {
			}
		case ';':
			return letters.String()
		default:
			letters.WriteRune(runes[i])
		}
	}
	return letters.String()
}
