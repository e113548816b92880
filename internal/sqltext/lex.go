// Package sqltext cuts SQL into tokens and reads out of it which tables it names, by
// the rules that PostgreSQL and DuckDB share. It does not parse expressions.
package sqltext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a piece of SQL text is.
type Kind uint8

// The kinds.
const (
	Word   Kind = iota // a bare word: keyword, name or function
	Quoted             // a name in double quotes
	String             // a literal in single quotes or between dollar tags
	Number
	Param  // $1
	Symbol // one character of anything else
)

// Token is one piece of SQL text. Comments and blanks are no tokens.
type Token struct {
	Kind     Kind
	Text     string // as written
	At, End  int    // byte offsets
	AfterGap bool   // a comment stands before it
}

// Word returns the text of a bare word in lower case, and "" for anything else.
func (t Token) Word() string {
	if t.Kind != Word {
		return ""
	}
	return strings.ToLower(t.Text)
}

// Is reports whether t is that symbol.
func (t Token) Is(symbol string) bool { return t.Kind == Symbol && t.Text == symbol }

// Named reports whether t can name a column or a table.
func (t Token) Named() bool { return t.Kind == Word || t.Kind == Quoted }

// Error is a fault of SQL text at a byte offset.
type Error struct {
	At   int
	Text string
}

func (e *Error) Error() string { return e.Text }

// Errorf returns an error at a byte offset.
func Errorf(at int, format string, args ...any) *Error {
	return &Error{at, fmt.Sprintf(format, args...)}
}

// Lex cuts text into tokens by the lexical rules that PostgreSQL and DuckDB
// share. A quote or a comment that is never closed is an error at its beginning.
func Lex(text string) ([]Token, *Error) {
	l := lexer{text: text}
	for {
		more, err := l.next()
		if err != nil || !more {
			return l.tokens, err
		}
	}
}

type lexer struct {
	text      string
	at        int
	commented bool
	tokens    []Token
}

// next takes one token, blank or comment from the text.
func (l *lexer) next() (more bool, err *Error) {
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
		err = l.quoted(String, 0, false)
	case (r == 'e' || r == 'E') && strings.HasPrefix(rest[1:], "'"):
		err = l.quoted(String, 1, true)
	case r == '"':
		err = l.quoted(Quoted, 0, false)
	case r == '$':
		err = l.dollar()
	case unicode.IsDigit(r):
		l.take(Number, numberEnd(rest))
	case wordStart(r):
		l.take(Word, wordEnd(rest))
	default:
		l.take(Symbol, size)
	}
	return true, err
}

func (l *lexer) take(kind Kind, size int) {
	l.tokens = append(l.tokens, Token{kind, l.text[l.at : l.at+size], l.at, l.at + size, l.commented})
	l.at += size
	l.commented = false
}

func (l *lexer) skipLine() {
	l.commented = true
	if end := strings.IndexAny(l.text[l.at:], "\r\n"); end >= 0 {
		l.at += end
		return
	}
	l.at = len(l.text)
}

// skipComment passes a block comment and those within it.
func (l *lexer) skipComment() *Error {
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
	return Errorf(start, "the comment that begins here is never closed")
}

// quoted takes a literal or a name whose opening quote stands after prefix bytes.
// A doubled quote stands for itself.
func (l *lexer) quoted(kind Kind, prefix int, escapes bool) *Error {
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
	return Errorf(l.at, "the quote %c that begins here is never closed", quote)
}

// dollar takes a parameter such as $1 or a literal between tags such as $$ or $a$.
func (l *lexer) dollar() *Error {
	rest := l.text[l.at:]
	if digits := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789")); digits > 0 {
		l.take(Param, 1+digits)
		return nil
	}
	tagEnd := strings.IndexByte(rest[1:], '$') + 1
	if tagEnd == 0 || strings.IndexFunc(rest[1:tagEnd], func(r rune) bool { return !wordPart(r) }) >= 0 {
		l.take(Symbol, 1)
		return nil
	}
	tag := rest[:tagEnd+1]
	end := strings.Index(rest[len(tag):], tag)
	if end < 0 {
		return Errorf(l.at, "the quote %s that begins here is never closed", tag)
	}
	l.take(String, len(tag)+end+len(tag))
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
