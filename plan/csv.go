package plan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"tearsheet/metrics"
)

// readCSV reads a text file of which the fields are separated by commas or
// semicolons, whichever make a header.
func readCSV(file string, data []byte) (*table, error) {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, metrics.Faults{{Place: file, Text: "is a workbook and not CSV: name it .xlsx"}}
	}
	data, err := cleanText(file, data)
	if err != nil {
		return nil, err
	}
	commas, err := splitCSV(file, data, ',')
	if err != nil || commas.headerIndex() >= 0 {
		return commas, err
	}
	semicolons, err := splitCSV(file, data, ';')
	if err != nil || semicolons.headerIndex() >= 0 {
		return semicolons, err
	}
	return commas, nil
}

// cleanText returns UTF-8 text without a byte order mark and with \n or \r\n at
// the ends of its lines.
func cleanText(file string, data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, metrics.Faults{{Place: file + ":1:1", Text: "is UTF-16: save it as CSV in UTF-8"}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	number := -1
	for line := range bytes.Lines(data) {
		number++
		if at := bytes.IndexByte(line, 0); at >= 0 {
			return nil, metrics.Faults{{Place: textPlace(file, number, line, at), Text: "a NUL byte: the file is not text, or was damaged"}}
		}
		if at := invalidUTF8(line); at >= 0 {
			return nil, metrics.Faults{{Place: textPlace(file, number, line, at), Text: fmt.Sprintf("byte 0x%02x is not UTF-8: save the file as CSV in UTF-8", line[at])}}
		}
	}
	if !bytes.ContainsRune(data, '\n') {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	return data, nil
}

// textPlace names the byte of a line, of which number counts from 0.
func textPlace(file string, number int, line []byte, at int) string {
	return fmt.Sprintf("%s:%d:%d", file, number+1, utf8.RuneCount(line[:at])+1)
}

func invalidUTF8(line []byte) int {
	if utf8.Valid(line) {
		return -1
	}
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// splitCSV returns the cells of the file, up to the first fault of quoting.
func splitCSV(file string, data []byte, separator rune) (*table, error) {
	t := &table{file: file}
	lines := &lineReader{rest: data}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	cells := 0
	for row := 1; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, t.quoteFault(row, err)
		}
		var kept []cell
		for i, field := range record {
			text := strings.TrimSpace(field)
			if text == "" {
				continue
			}
			line, at := r.FieldPos(i)
			pos := utf8.RuneCount(lines.line(line)[:at-1]) + 1
			kept = append(kept, cell{row: row, col: i + 1, line: line, pos: pos, text: strings.Clone(text)})
		}
		if len(kept) > 0 {
			t.rows = append(t.rows, kept)
		}
		if cells += len(kept); cells > mostCells {
			return t, metrics.Faults{{Place: file, Text: fmt.Sprintf("more than %d cells: this is not a plan", mostCells)}}
		}
	}
}

// lineReader walks over the lines of a text.
type lineReader struct {
	rest   []byte // from the current line on
	number int    // of the current line, from 0
}

// line returns the text from line number on, counted from 1; numbers must not
// fall from call to call.
func (l *lineReader) line(number int) []byte {
	for ; l.number < number-1; l.number++ {
		l.rest = l.rest[bytes.IndexByte(l.rest, '\n')+1:]
	}
	return l.rest
}

// quoteFault notes that the row cannot be split into fields.
func (t *table) quoteFault(row int, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", t.file, err)
	}
	text := "a quotation mark is not closed, or stands alone: put the whole field in quotes and double those inside it"
	if parse.StartLine != parse.Line {
		text += fmt.Sprintf(" (the row begins on line %d)", parse.StartLine)
	}
	t.found = append(t.found, placed{cell{row: row, line: parse.Line, pos: parse.Column}, text})
	return nil
}
