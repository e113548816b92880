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

// skip returns the length of what a statement begins with, if a sign in it is none: a
// quoted text or name, a comment, a word; or 0. The engines have PostgreSQL's rules.
func skip(text string) int {
	switch {
	case strings.HasPrefix(text, "--"):
		if at := strings.IndexAny(text, "\r\n"); at >= 0 {
			return at + 1
		}
		return len(text)
	case strings.HasPrefix(text, "/*"):
		return endOfComment(text)
	case (text[0] == 'e' || text[0] == 'E') && len(text) > 1 && text[1] == '\'':
		return endOfEscaped(text)
	case text[0] == '\'' || text[0] == '"':
		return endOf(text, text[:1], 1) // a doubled quote ends one text and begins the next
	case text[0] == '$':
		if tag := dollarTag(text); tag > 0 {
			return endOf(text, text[:tag], tag)
		}
	case inWord(text[0]):
		return endOfWord(text)
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

// endOfComment returns where a comment ends, in which there may be others.
func endOfComment(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(text[i:], "*/"):
			if depth--; depth == 0 {
				return i + 2
			}
			i++
		}
	}
	return len(text)
}

// endOfEscaped returns where a text such as E'it\'s' ends.
func endOfEscaped(text string) int {
	for i := len("E'"); i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(text)
}

// dollarTag returns the length of the $$ or $name$ with which a text begins, or 0.
func dollarTag(text string) int {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '$':
			return i + 1
		case !inWord(c) || i == 1 && isDigit(c):
			return 0
		}
	}
	return 0
}

// endOfWord returns where a name, a word of SQL or a number ends. A name may have a $.
func endOfWord(text string) int {
	name := !isDigit(text[0])
	n := 1
	for n < len(text) && (inWord(text[n]) || name && text[n] == '$') {
		n++
	}
	return n
}

func inWord(c byte) bool {
	return c == '_' || c >= 0x80 || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
