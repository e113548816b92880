package warehouse

import (
	"strings"

	"tearsheet/calendar"
)

// Bind writes the days of $1 and $2 into a statement as dates. Signs within texts,
// names and comments stay as they are.
func Bind(statement string, from, to calendar.Day) string {
	var b strings.Builder
	for rest := statement; rest != ""; {
		n := skip(rest)
		if n > 0 {
			b.WriteString(rest[:n])
			rest = rest[n:]
			continue
		}
		switch sign, next := parameterAt(rest); sign {
		case '1':
			b.WriteString("date '" + from.String() + "'")
			rest = next
		case '2':
			b.WriteString("date '" + to.String() + "'")
			rest = next
		default:
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return b.String()
}

// Parameters returns how many of $1 and $2 a statement has: 0, 1 or 2. Signs within
// texts, names and comments do not count.
func Parameters(statement string) int {
	n := 0
	for rest := statement; rest != ""; {
		if skipped := skip(rest); skipped > 0 {
			rest = rest[skipped:]
			continue
		}
		sign, next := parameterAt(rest)
		if sign == 0 {
			rest = rest[1:]
			continue
		}
		n, rest = max(n, int(sign-'0')), next
	}
	return n
}

// parameterAt returns the number of the parameter with which a text begins, as a
// digit, and what follows it; 0 if it begins with none.
func parameterAt(text string) (sign byte, rest string) {
	if len(text) < 2 || text[0] != '$' || text[1] != '1' && text[1] != '2' {
		return 0, text
	}
	if len(text) > 2 && text[2] >= '0' && text[2] <= '9' {
		return 0, text
	}
	return text[1], text[2:]
}

// skip returns the length of the quoted text, the quoted name or the comment with
// which a statement begins, or 0.
func skip(text string) int {
	switch {
	case strings.HasPrefix(text, "--"):
		return endOf(text, "\n", 0)
	case strings.HasPrefix(text, "/*"):
		return endOf(text, "*/", 2)
	case text[0] == '\'' || text[0] == '"':
		return endOf(text, text[:1], 1) // a doubled quote ends one text and begins the next
	}
	return 0
}

// endOf returns where the first mark after from ends, or the length of the text.
func endOf(text, mark string, from int) int {
	if at := strings.Index(text[from:], mark); at >= 0 {
		return from + at + len(mark)
	}
	return len(text)
}
