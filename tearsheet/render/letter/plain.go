package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain returns a text in one line, without what could act on whoever shows it:
// control characters, line ends, and the marks that turn the direction of writing.
// It is cut where it has more characters than most.
func plain(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c) || unicode.IsControl(c):
			return ' '
		case unicode.Is(unicode.Bidi_Control, c) || c == '\ufeff':
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		text = strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return text
}

// columns is the width of a text in a font whose letters are all alike: letters of
// East Asia and pictures take two columns, what joins another letter takes none.
func columns(text string) int {
	n := 0
	for _, c := range text {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul),
			c >= 0x3000 && c <= 0x303e, c >= 0xff01 && c <= 0xff60, c >= 0x1f300 && c <= 0x1faff:
			n += 2
		default:
			n++
		}
	}
	return n
}

// wrapped breaks a text into lines of a width, between words if they are short enough.
func wrapped(text string, width int) []string {
	var lines []string
	now := ""
	for _, word := range strings.Fields(text) {
		if now != "" && columns(now)+1+columns(word) > width {
			lines, now = append(lines, now), ""
		}
		if now != "" {
			now += " "
		}
		now += word
		for columns(now) > width && utf8.RuneCountInString(now) > 1 {
			head, rest := cut(now, width)
			lines, now = append(lines, head), rest
		}
	}
	if now != "" {
		lines = append(lines, now)
	}
	return lines
}

// cut divides a text where a width ends, after its first letter at the earliest.
func cut(text string, width int) (head, rest string) {
	at := 0
	for i, c := range text {
		if at > 0 && columns(text[:i+utf8.RuneLen(c)]) > width {
			break
		}
		at = i + utf8.RuneLen(c)
	}
	return text[:at], text[at:]
}
