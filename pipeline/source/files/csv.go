package files

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// place says where a cell stands: the line and the byte in it.
type place func(column int) (line, col int)

// visit gets a row of a file: the values of the layout's columns, which it must not
// keep, and where they stand.
type visit func(values []any, where place) error

// faults collects what is wrong in one file.
type faults struct {
	path string
	list []Fault
}

// add keeps a fault, and returns errEnough when no more need be looked for.
func (f *faults) add(line, col int, text string) error {
	f.list = append(f.list, Fault{f.path, line, col, text})
	if len(f.list) >= maxFaults {
		return errEnough
	}
	return nil
}

var errEnough = errors.New("enough faults")

// readCSV calls visit for each good row of a CSV file, and collects what is wrong
// with the others.
func readCSV(ctx context.Context, f file, l layout, found *faults, seen func(bytes int64), visit visit) error {
	raw, err := openRaw(f, seen)
	if err != nil {
		return err
	}
	defer raw.file.Close()
	err = readText(ctx, raw, f, l, found, visit)
	if raw.failed != nil {
		return raw.failed // the disk is at fault and not the file
	}
	if err != nil {
		return err
	}
	return raw.finish(f)
}

func readText(ctx context.Context, raw io.Reader, f file, l layout, found *faults, visit visit) error {
	text, err := unpacked(raw, f.path)
	if err != nil {
		return found.add(0, 0, unpackFault(err))
	}
	return readRecords(ctx, newRecords(text), l, found, visit)
}

func readRecords(ctx context.Context, reader *records, l layout, found *faults, visit visit) error {
	columns, fields, err := readHeader(reader, l, found)
	if err != nil || columns == nil {
		return err
	}
	where := func(column int) (int, int) { return reader.FieldPos(columns[column]) }
	values := make([]any, len(l.columns))
	for n := 0; ; n++ {
		record, err := reader.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if goOn, err := recordFault(err, found); !goOn || err != nil {
				return err
			}
			continue
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if line, _ := reader.FieldPos(0); len(record) != fields {
			if err := found.add(line, 0, fmt.Sprintf("%d fields, not %d", len(record), fields)); err != nil {
				return err
			}
			continue
		}
		good, err := parseRecord(record, columns, l, found, where, values)
		if err != nil {
			return err
		}
		if good {
			if err := visit(values, where); err != nil {
				return err
			}
		}
	}
}

// parseRecord reads the cells of a record, and reports whether all are good.
func parseRecord(record []string, columns []int, l layout, found *faults, where place, values []any) (bool, error) {
	good := true
	for i, column := range columns {
		value, err := parseCell(record[column], l.columns[i].Type)
		if err != nil {
			good = false
			line, col := where(i)
			if err := found.add(line, col, err.Error()); err != nil {
				return false, err
			}
		}
		values[i] = value
	}
	return good, nil
}

// readHeader returns the place of each of the layout's columns in the file, and the
// number of its fields. Columns are nil if the header has faults.
func readHeader(reader *records, l layout, found *faults) (columns []int, fields int, err error) {
	header, err := reader.next()
	if err == io.EOF {
		return nil, 0, found.add(0, 0, "empty: not even a header line")
	}
	if err != nil {
		_, err := recordFault(err, found)
		return nil, 0, err
	}
	header = slices.Clone(header)
	for i, name := range header {
		if slices.Contains(header[:i], name) {
			return nil, 0, found.add(1, 0, fmt.Sprintf("column %q stands twice", name))
		}
	}
	columns = make([]int, len(l.columns))
	for i, column := range l.columns {
		if columns[i] = slices.Index(header, column.Name); columns[i] < 0 {
			columns[i] = slices.IndexFunc(header, func(name string) bool { return strings.EqualFold(name, column.Name) })
		}
		if columns[i] < 0 {
			text := fmt.Sprintf("no column %q; there are %s", column.Name, strings.Join(header, ", "))
			if err := found.add(1, 0, text); err != nil {
				return nil, 0, err
			}
		}
	}
	if slices.Contains(columns, -1) {
		return nil, 0, nil
	}
	return columns, len(header), nil
}

// unpackFault says in words what is wrong with the bytes of a file.
func unpackFault(err error) string {
	switch {
	case errors.Is(err, io.EOF):
		return "empty: a gzip file without rows still has its own head"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "ends in the middle: the gzip file is cut off"
	case errors.Is(err, gzip.ErrHeader):
		return "not a gzip file, or something follows its end"
	case errors.Is(err, gzip.ErrChecksum):
		return "damaged: its gzip checksum does not fit"
	}
	return err.Error()
}

var (
	bom8  = []byte{0xEF, 0xBB, 0xBF}
	bom16 = [][]byte{{0xFF, 0xFE}, {0xFE, 0xFF}}
)

// unpacked returns the text of a file, without a byte order mark.
func unpacked(raw io.Reader, path string) (io.Reader, error) {
	if strings.HasSuffix(path, ".gz") {
		unzipped, err := gzip.NewReader(raw)
		if err != nil {
			return nil, err
		}
		raw = unzipped
	}
	text := bufio.NewReaderSize(raw, 1<<16)
	start, _ := text.Peek(len(bom8))
	if bytes.Equal(start, bom8) {
		_, err := text.Discard(len(bom8))
		return text, err
	}
	for _, mark := range bom16 {
		if bytes.HasPrefix(start, mark) {
			return nil, errors.New("is UTF-16; save it as UTF-8")
		}
	}
	return text, nil
}
