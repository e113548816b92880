package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const byteOrderMark = "\uFEFF"

// withoutMark returns text without the byte order mark that some editors put in
// front of UTF-8.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte(byteOrderMark)) }

// checkText finds what makes text unreadable as UTF-8 text of a bearable size.
func checkText(text []byte) *Fault {
	start := Position{1, 1}
	if len(text) > MaxSize {
		return &Fault{Position: start, Text: fmt.Sprintf("has %d bytes, more than the %d allowed", len(text), MaxSize)}
	}
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return &Fault{Position: start, Text: "is UTF-16 (byte order mark at byte 0): save it as UTF-8"}
	}
	for offset := len(text) - len(withoutMark(text)); offset < len(text); {
		r, size := utf8.DecodeRune(text[offset:])
		what := ""
		switch {
		case r == utf8.RuneError && size == 1:
			what = fmt.Sprintf("byte 0x%02x is not UTF-8", text[offset])
		case r == 0:
			what = "a NUL character"
		case !readable(r):
			what = fmt.Sprintf("control character %U", r)
		}
		if what != "" {
			return &Fault{Position: positionAt(withoutMark(text[:offset])), Text: fmt.Sprintf("%s at byte %d: save the file as UTF-8 text", what, offset)}
		}
		offset += size
	}
	return nil
}

// readable reports whether YAML admits r in a file.
func readable(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r < 0x7f || r == 0x85 ||
		r >= 0xa0 && r <= 0xfffd && r != 0xfeff || r >= 0x10000
}

// positionAt returns the place of the character after head.
func positionAt(head []byte) Position {
	lastLine := head[bytes.LastIndexByte(head, '\n')+1:]
	return Position{bytes.Count(head, []byte{'\n'}) + 1, utf8.RuneCount(lastLine) + 1}
}

// parse reads the one document of text into t.
func (t *Tree) parse(text []byte) []Fault {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return []Fault{t.syntaxFault(err)}
	}
	var document, second yaml.Node
	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF):
		return []Fault{{Position: Position{1, 1}, Text: "is empty"}}
	case err != nil:
		return []Fault{t.syntaxFault(err)}
	case len(document.Content) == 0 || document.Content[0].ShortTag() == "!!null":
		return []Fault{{Position: Position{1, 1}, Text: "is empty"}}
	}
	t.root = document.Content[0]
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return []Fault{t.syntaxFault(err)}
	}
	return []Fault{{Position: Position{second.Line, second.Column}, Text: "a second document begins here: one file holds one"}}
}

// syntaxFault turns an error of the parser into a fault that shows the line.
func (t *Tree) syntaxFault(err error) Fault {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return Fault{Position: Position{1, 1}, Text: err.Error()}
	}
	at, text := Position{load.Mark.Line, load.Mark.Column}, load.Message
	opened := Position{load.ContextMark.Line, load.ContextMark.Column}
	switch {
	case strings.Contains(load.ContextMsg, "quoted scalar") && strings.Contains(text, "end of stream"):
		at, text = opened, "the quote that opens here is never closed"
	case strings.HasPrefix(load.ContextMsg, "while parsing a flow") && opened.Line > 0 && opened.Line < at.Line:
		at, text = opened, "the bracket that opens here is not closed before line "+fmt.Sprint(at.Line)
	case strings.Contains(text, "expected node content") && at.Line > t.end().Line:
		at, text = t.end(), "the file ends here, before all brackets are closed"
	case t.tabBefore(at):
		text = "a tab in the indentation: use spaces"
	case strings.HasPrefix(text, "mapping values are not allowed"):
		text = `a value cannot begin here: check the indentation, and put text that holds ": " in quotes`
	case strings.Contains(text, "cannot start any token"):
		text = "a value cannot begin with this character: put the text in quotes"
	case load.ContextMsg != "" && opened.Line > 0:
		text = fmt.Sprintf("%s %s that begins on line %d", text, load.ContextMsg, opened.Line)
	}
	at.Line, at.Column = max(1, at.Line), max(1, at.Column)
	return Fault{Position: at, Text: text + t.snippet(at)}
}

// end returns where the last line that holds anything ends.
func (t *Tree) end() Position {
	for number := len(t.lines); number > 1; number-- {
		if line := strings.TrimRight(t.line(number), " \t\r"); line != "" {
			return Position{number, utf8.RuneCountInString(line) + 1}
		}
	}
	return Position{1, utf8.RuneCountInString(strings.TrimRight(t.line(1), " \t\r")) + 1}
}

// tabBefore reports whether a tab stands in the indentation at or before p.
func (t *Tree) tabBefore(p Position) bool {
	line := t.line(p.Line)
	return strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t")
}

// snippet returns the line of p with a caret below its column, or "" for a line
// beyond the file or an empty one.
func (t *Tree) snippet(p Position) string {
	const longest = 120
	line := []rune(strings.TrimRight(t.line(p.Line), "\r"))
	if len(line) == 0 || len(line) > longest {
		return ""
	}
	indent := []rune(strings.Repeat(" ", p.Column-1))
	for i := range min(len(indent), len(line)) {
		if line[i] == '\t' {
			indent[i] = '\t'
		}
	}
	return "\n    " + string(line) + "\n    " + string(indent) + "^"
}

// line returns a line by its number from 1, or "".
func (t *Tree) line(number int) string {
	if number < 1 || number > len(t.lines) {
		return ""
	}
	return t.lines[number-1]
}
