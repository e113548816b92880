package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// longest is the number of bytes after which a record is given up. Without it, a
// quote that is never closed would bring the rest of the file into memory.
const longest = 1 << 20

var errLong = errors.New("a record of more than 1 MB; is a closing quote missing?")

var errEmptyLine = errors.New(`an empty line: of one column, it may be a row without a value, which is written "", or none`)

// records reads the records of a CSV text, cells as they stand in it. Empty lines are no
// records, and are passed over; in a file of one column they may be, and are an error.
type records struct {
	*csv.Reader
	text    *bounded
	begun   bool     // the header was read
	single  bool     // it has one column
	line    int      // of such a file: on which the next record begins if no line is empty
	pending []string // the record after an empty line
}

func newRecords(text io.Reader) *records {
	bounded := &bounded{text: &lineEnds{text: text}}
	reader := csv.NewReader(bounded)
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true
	return &records{Reader: reader, text: bounded}
}

// next returns the next record, which is good until the one after it. One that is too
// long is a *csv.ParseError of errLong, with the line on which it begins. An empty line
// before it, of a file of one column, is one of errEmptyLine; the record comes after it.
func (r *records) next() ([]string, error) {
	if record := r.pending; record != nil {
		r.pending = nil
		return record, nil
	}
	before := r.text.began
	record, err := r.Read()
	if r.text.cut {
		return nil, r.tooLong(err)
	}
	r.text.began = r.InputOffset()
	if !r.begun {
		r.begun, r.single = true, len(record) == 1
	} else if r.single && r.emptyLine(record, err, before) {
		r.pending = record
		err = &csv.ParseError{StartLine: r.line, Line: r.line, Column: 1, Err: errEmptyLine}
	}
	if r.single {
		r.line = r.after(record, err)
	}
	if r.pending != nil {
		return nil, err
	}
	return record, err
}

// emptyLine reports whether empty lines were passed over to get to a record, or to the
// end of the text.
func (r *records) emptyLine(record []string, err error, before int64) bool {
	if err == io.EOF {
		return r.text.began > before
	}
	if err != nil || len(record) == 0 {
		return false
	}
	line, _ := r.FieldPos(0)
	return line > r.line
}

// after returns the line after a record, or after what is no record.
func (r *records) after(record []string, err error) int {
	var syntax *csv.ParseError
	switch last := len(record) - 1; {
	case last >= 0:
		line, _ := r.FieldPos(last)
		return line + strings.Count(record[last], "\n") + 1
	case errors.As(err, &syntax):
		return syntax.Line + 1
	}
	return r.line
}

func (r *records) tooLong(err error) error {
	var syntax *csv.ParseError
	line := 0
	if errors.As(err, &syntax) {
		line = syntax.StartLine
	} else if err == nil {
		line, _ = r.FieldPos(0)
	}
	return &csv.ParseError{StartLine: line, Line: line, Err: errLong}
}

// lineEnds is a text in which each line end of Windows within quotes has one \r more: the
// CSV reader takes one away at the end of every line, also in the middle of a cell.
type lineEnds struct {
	text   io.Reader
	in     []byte // what was read and is not yet handed on
	buffer [1 << 14]byte
	quoted bool // what is handed on lies within quotes
	closed bool // the last byte was the closing quote
	last   byte // that was handed on, or 0
	err    error
}

func (l *lineEnds) Read(p []byte) (int, error) {
	for len(l.in) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		var n int
		n, l.err = l.text.Read(l.buffer[:])
		l.in = l.buffer[:n]
	}
	n := 0
	for n < len(p) && len(l.in) > 0 {
		if l.quoted && l.last == '\r' && l.in[0] == '\n' {
			p[n], l.last = '\r', ' '
			n++
			continue
		}
		m := copy(p[n:], l.in[:l.plain()])
		l.pass(l.in[:m])
		n, l.in = n+m, l.in[m:]
	}
	return n, nil
}

// pass takes note of what is handed on, which has a quote at its end at most. A quote
// opens a cell where a cell begins, or goes on with one that the quote before it seemed to
// close; elsewhere it is a fault and opens nothing.
func (l *lineEnds) pass(text []byte) {
	end := len(text) - 1
	before := l.last
	if end > 0 {
		before, l.closed = text[end-1], false
	}
	switch {
	case text[end] != '"':
		l.closed = false
	case l.quoted:
		l.quoted, l.closed = false, true
	default:
		l.quoted = l.closed || before == 0 || before == ',' || before == '\n'
		l.closed = false
	}
	l.last = text[end]
}

// plain returns how many bytes can be handed on as they are: to the next quote, and within
// quotes to the next \r, both included.
func (l *lineEnds) plain() int {
	signs := `"`
	if l.quoted {
		signs = "\"\r"
	}
	if at := bytes.IndexAny(l.in, signs); at >= 0 {
		return at + 1
	}
	return len(l.in)
}

// bounded is a text that ends where a record has become too long.
type bounded struct {
	text         io.Reader
	given, began int64 // bytes that were read, and where the record under reading began
	cut          bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.given-b.began > longest {
		b.cut = true
		return 0, io.EOF
	}
	n, err := b.text.Read(p)
	b.given += int64(n)
	return n, err
}

// recordFault collects an error of the CSV reader, and reports whether the records
// after it can be read.
func recordFault(err error, found *faults) (goOn bool, _ error) {
	var syntax *csv.ParseError
	if !errors.As(err, &syntax) {
		return false, found.add(0, 0, unpackFault(err))
	}
	if syntax.Err == errLong {
		return false, found.add(syntax.Line, 0, errLong.Error())
	}
	if syntax.Line != syntax.StartLine {
		text := fmt.Sprintf("%v, in a record that begins on line %d", syntax.Err, syntax.StartLine)
		return false, found.add(syntax.Line, syntax.Column, text) // an open quote swallows what follows
	}
	return true, found.add(syntax.Line, syntax.Column, syntax.Err.Error())
}
