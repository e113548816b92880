package files

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// longest is the number of bytes after which a record is given up. Without it, a
// quote that is never closed would bring the rest of the file into memory.
const longest = 1 << 20

var errLong = errors.New("a record of more than 1 MB; is a closing quote missing?")

// records reads the records of a CSV text.
type records struct {
	*csv.Reader
	text *bounded
}

func newRecords(text io.Reader) *records {
	bounded := &bounded{text: text}
	reader := csv.NewReader(bounded)
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true
	return &records{reader, bounded}
}

// next returns the next record, which is good until the one after it. One that is too
// long is a *csv.ParseError of errLong, with the line on which it begins.
func (r *records) next() ([]string, error) {
	record, err := r.Read()
	if r.text.cut {
		return nil, r.tooLong(err)
	}
	r.text.began = r.InputOffset()
	return record, err
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
