package metrics

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sqlKind says what a piece of SQL text is.
type sqlKind uint8

const (
	sqlWord   sqlKind = iota // a bare word: keyword, name or function
	sqlQuoted                // a name in double quotes
	sqlString                // a literal in single quotes or between dollar tags
	sqlNumber
	sqlParam  // $1
	sqlSymbol // one character of anything else
)

// sqlToken is one piece of SQL text. Comments and blanks are no tokens.
type sqlToken struct {
	kind     sqlKind
	text     string // as written
	at, end  int    // byte offsets
	afterGap bool   // a comment stands before it
}

// word returns the text of a bare word in lower case, and "" for anything else.
func (t sqlToken) word() string {
	if t.kind != sqlWord {
		return ""
	}
	return strings.ToLower(t.text)
}

// is reports whether t is that symbol.
func (t sqlToken) is(symbol string) bool { return t.kind == sqlSymbol && t.text == symbol }

// named reports whether t can name a column or a table.
func (t sqlToken) named() bool { return t.kind == sqlWord || t.kind == sqlQuoted }

// sqlError is a fault of SQL text at a byte offset.
type sqlError struct {
	at   int
	text string
}

func (e *sqlError) Error() string { return e.text }

func sqlErrorf(at int, format string, args ...any) *sqlError {
	return &sqlError{at, fmt.Sprintf(format, args...)}
}

// lexSQL cuts text into tokens by the lexical rules that PostgreSQL and DuckDB
// share. A quote or a comment that is never closed is an error at its beginning.
func lexSQL(text string) ([]sqlToken, *sqlError) {
	l := sqlLexer{text: text}
	for {
		more, err := l.next()
		if err != nil || !more {
			return l.tokens, err
		}
	}
}

type sqlLexer struct {
	text      string
	at        int
	commented bool
	tokens    []sqlToken
}

// next takes one token, blank or comment from the text.
func (l *sqlLexer) next() (more bool, err *sqlError) {
	rest := l.text[l.at:]
	if rest == "" {
		return false, nil
	}
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsSpace(r):
		l.at += size
	case strings.HasPrefix(rest, "--"):
		l.skipLine()
	case strings.HasPrefix(rest, "/*"):
		err = l.skipComment()
	case r == '\'':
		err = l.quoted(sqlString, 0, false)
	case (r == 'e' || r == 'E') && strings.HasPrefix(rest[1:], "'"):
		err = l.quoted(sqlString, 1, true)
	case r == '"':
		err = l.quoted(sqlQuoted, 0, false)
	case r == '$':
		err = l.dollar()
	case unicode.IsDigit(r):
		l.take(sqlNumber, numberEnd(rest))
	case wordStart(r):
		l.take(sqlWord, wordEnd(rest))
	default:
		l.take(sqlSymbol, size)
	}
	return true, err
}

func (l *sqlLexer) take(kind sqlKind, size int) {
	l.tokens = append(l.tokens, sqlToken{kind, l.text[l.at : l.at+size], l.at, l.at + size, l.commented})
	l.at += size
	l.commented = false
}

func (l *sqlLexer) skipLine() {
	l.commented = true
	if end := strings.IndexAny(l.text[l.at:], "\r\n"); end >= 0 {
		l.at += end
		return
	}
	l.at = len(l.text)
}

// skipComment passes a block comment and those within it.
func (l *sqlLexer) skipComment() *sqlError {
	l.commented = true
	start, depth := l.at, 0
	for l.at < len(l.text) {
		switch rest := l.text[l.at:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			l.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.at += 2
		default:
			l.at++
		}
		if depth == 0 {
			return nil
		}
	}
	return sqlErrorf(start, "the comment that begins here is never closed")
}

// quoted takes a literal or a name whose opening quote stands after prefix bytes.
// A doubled quote stands for itself.
func (l *sqlLexer) quoted(kind sqlKind, prefix int, escapes bool) *sqlError {
	rest := l.text[l.at:]
	quote := rest[prefix]
	for i := prefix + 1; i < len(rest); i++ {
		switch {
		case escapes && rest[i] == '\\':
			i++
		case rest[i] != quote:
		case i+1 < len(rest) && rest[i+1] == quote:
			i++
		default:
			l.take(kind, i+1)
			return nil
		}
	}
	return sqlErrorf(l.at, "the quote %c that begins here is never closed", quote)
}

// dollar takes a parameter such as $1 or a literal between tags such as $$ or $a$.
func (l *sqlLexer) dollar() *sqlError {
	rest := l.text[l.at:]
	if digits := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789")); digits > 0 {
		l.take(sqlParam, 1+digits)
		return nil
	}
	tagEnd := strings.IndexByte(rest[1:], '$') + 1
	if tagEnd == 0 || strings.IndexFunc(rest[1:tagEnd], func(r rune) bool { return !wordPart(r) }) >= 0 {
		l.take(sqlSymbol, 1)
		return nil
	}
	tag := rest[:tagEnd+1]
	end := strings.Index(rest[len(tag):], tag)
	if end < 0 {
		return sqlErrorf(l.at, "the quote %s that begins here is never closed", tag)
	}
	l.take(sqlString, len(tag)+end+len(tag))
	return nil
}

func wordStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || r >= utf8.RuneSelf && !unicode.IsSpace(r)
}

func wordPart(r rune) bool { return wordStart(r) || unicode.IsDigit(r) }

func wordEnd(text string) int {
	for i, r := range text {
		if !wordPart(r) && r != '$' {
			return i
		}
	}
	return len(text)
}

// numberEnd returns the length of the number at the start of text. What sticks to
// it (an exponent, a suffix) is taken along: only its extent matters here.
func numberEnd(text string) int {
	for i, r := range text {
		if !wordPart(r) && r != '.' {
			return i
		}
	}
	return len(text)
}
