package xlsxfile

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// longestText is the number of UTF-16 units that a cell can hold.
const longestText = 32767

// Printable returns text that a cell can hold. Control characters are replaced by
// their pictures (␀ … ␡) and broken UTF-8 by �, so that both are seen; text that
// is too long is cut with a word that says so. The library would do all this
// without one.
func Printable(text string) string {
	text = strings.ToValidUTF8(text, "�")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.Map(picture, text)
	units := utf16.Encode([]rune(text))
	if len(units) <= longestText {
		return text
	}
	note := fmt.Sprintf("… [cut here: %d characters, a cell holds %d]", len(units), longestText)
	keep := longestText - len(utf16.Encode([]rune(note)))
	if utf16.IsSurrogate(rune(units[keep-1])) && units[keep-1] < lowSurrogates {
		keep--
	}
	return string(utf16.Decode(units[:keep])) + note
}

// lowSurrogates is the first unit that ends a pair; those below begin one.
const lowSurrogates = 0xDC00

// Escaped protects text such as _x0041_, which workbooks read as the character of
// that number: the underscore itself is written so. The library does this for
// rich text only.
func Escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if text[i] == '_' && numbersCharacter(text[i+1:]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// numbersCharacter reports whether text begins with an x, four hexadecimal digits
// and an underscore.
func numbersCharacter(text string) bool {
	if len(text) < 6 || text[0] != 'x' || text[5] != '_' {
		return false
	}
	return strings.Trim(text[1:5], "0123456789abcdefABCDEF") == ""
}

func picture(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7F:
		return 0x2421
	case r == 0xFFFE || r == 0xFFFF || (0x80 <= r && r < 0xA0):
		return '�'
	}
	return r
}
