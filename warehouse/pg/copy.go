package pg

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// sourceError is an error of who gives the rows, and none of the server.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

func identifier(table warehouse.Table) pgx.Identifier {
	return strings.Split(table.Name, ".")
}

func columnList(table warehouse.Table) string {
	return `"` + strings.Join(table.ColumnNames(), `", "`) + `"`
}

// insert writes rows by COPY, or as Redshift can. An error among the rows is a
// *sourceError.
func (d *DB) insert(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, columns []string, rows iter.Seq2[[]any, error]) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	var cause error // of our own; the server's answer to a broken COPY hides it
	pull := func() ([]any, error) {
		var row []any
		var ok bool
		err := warehouse.Catch(func() (err error) { row, err, ok = next(); return err })
		if !ok && err == nil {
			return nil, nil
		}
		if err != nil && cause == nil {
			cause = &sourceError{err}
		}
		return row, err
	}
	var err error
	if d.redshift {
		err = insertRows(ctx, conn, table, columns, pull)
	} else {
		_, err = conn.CopyFrom(ctx, table, columns, pgx.CopyFromFunc(pull))
	}
	if cause != nil {
		warehouse.Rethrow(cause)
		return cause
	}
	return err
}

func each(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// insertBatches writes valid batches by a COPY that is encoded here, without a value
// in an interface for each cell; on Redshift by insert. Both write the same rows.
func (d *DB) insertBatches(ctx context.Context, conn *pgx.Conn, to pgx.Identifier, table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) error {
	if d.redshift {
		return d.insert(ctx, conn, to, table.ColumnNames(), rowsOf(table, batches))
	}
	stream := newStream(table, batches)
	_, err := conn.PgConn().CopyFrom(ctx, stream, "copy "+to.Sanitize()+" ("+columnList(table)+") from stdin binary")
	if cause := stream.end(); cause != nil {
		warehouse.Rethrow(cause)
		return cause
	}
	return err
}

// stream reads batches in the form of a binary COPY.
type stream struct {
	table warehouse.Table
	next  func() (*warehouse.Batch, error, bool)
	stop  func()

	lock  sync.Mutex // after a lost connection the driver may read while it returns
	batch *warehouse.Batch
	row   int    // the next of batch
	rest  []byte // encoded, and not read yet
	own   []byte // the memory of rest
	state error  // why nothing more is encoded; io.EOF at the end
}

// The parts of a binary COPY around its rows.
const (
	copyHead = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	copyTail = "\xff\xff"
)

// copyBlock is about how many bytes are encoded at once.
const copyBlock = 1 << 16

func newStream(table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) *stream {
	next, stop := iter.Pull2(batches)
	return &stream{table: table, next: next, stop: stop, rest: []byte(copyHead)}
}

// Read gives the next bytes to the driver.
func (s *stream) Read(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for len(s.rest) == 0 && s.state == nil {
		s.state = warehouse.Catch(func() (err error) { s.rest, err = s.encode(s.own[:0]); return err })
		s.own = s.rest[:0]
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	if n == 0 {
		return 0, s.state
	}
	return n, nil
}

// end ends the batches, and returns the error that was among them.
func (s *stream) end() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.stop()
	err := s.state
	s.rest, s.state = nil, io.ErrClosedPipe
	if err == nil || err == io.EOF {
		return nil
	}
	return &sourceError{err}
}

// encode appends about a block of rows. At the end of the rows it returns io.EOF.
func (s *stream) encode(b []byte) ([]byte, error) {
	for len(b) < copyBlock {
		if s.batch == nil || s.row == s.batch.Rows {
			batch, err, ok := s.next()
			if !ok {
				return append(b, copyTail...), io.EOF
			}
			if err != nil {
				return b, err
			}
			s.batch, s.row = batch, 0
			continue
		}
		var err error
		if b, err = appendRow(b, s.table, s.batch, s.row); err != nil {
			return b, err
		}
		s.row++
	}
	return b, nil
}

// appendRow appends a row as PostgreSQL's binary COPY has it: the number of fields,
// and each with its length, which is -1 for NULL.
func appendRow(b []byte, table warehouse.Table, batch *warehouse.Batch, row int) ([]byte, error) {
	fields := len(table.Columns)
	if !table.Whole {
		fields++
	}
	b = binary.BigEndian.AppendUint16(b, uint16(fields))
	var err error
	if !table.Whole {
		if b, err = appendDate(b, int64(batch.Days[row])); err != nil {
			return b, fmt.Errorf("table %s: %w", table.Name, err)
		}
	}
	for i := range table.Columns {
		column := &table.Columns[i]
		if batch.Columns[i].IsNull(row) {
			b = append(b, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		if b, err = appendField(b, column.Type, &batch.Columns[i], row); err != nil {
			return b, fmt.Errorf("table %s: column %s: %w", table.Name, column.Name, err)
		}
	}
	return b, nil
}

func appendField(b []byte, typ warehouse.Type, v *warehouse.Vector, row int) ([]byte, error) {
	switch typ.Kind {
	case warehouse.Text:
		text := v.Text(row)
		if bytes.IndexByte(text, 0) >= 0 {
			return b, fmt.Errorf("%q has a NUL", text)
		}
		return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...), nil
	case warehouse.Double:
		value := v.Reals[row] + 0 // -0 is 0
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return b, fmt.Errorf("%v is not a number", value)
		}
		return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), math.Float64bits(value)), nil
	case warehouse.Boolean:
		return append(b, 0, 0, 0, 1, byte(v.Ints[row])), nil
	case warehouse.Date:
		return appendDate(b, v.Ints[row])
	case warehouse.Timestamp:
		return appendTimestamp(b, v.Ints[row])
	case warehouse.Decimal:
		return appendNumeric(b, typ, v, row), nil
	}
	return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(v.Ints[row])), nil
}

const (
	epochDays   = 10957 // PostgreSQL counts from 2000-01-01
	microsOfDay = 86_400_000_000
	// The years that every engine can write: firstDay ≤ day < endDay.
	firstDay = int64(warehouse.WholePart) // 0001-01-01
	endDay   = 2932897                    // 10000-01-01
)

func appendDate(b []byte, day int64) ([]byte, error) {
	if day < firstDay || day >= endDay {
		return b, fmt.Errorf("%s lies outside the years 1 to 9999", calendar.Day(day))
	}
	return binary.BigEndian.AppendUint32(append(b, 0, 0, 0, 4), uint32(int32(day-epochDays))), nil
}

func appendTimestamp(b []byte, micros int64) ([]byte, error) {
	if micros < firstDay*microsOfDay || micros >= endDay*microsOfDay {
		return b, fmt.Errorf("an instant %d µs from 1970 lies outside the years 1 to 9999", micros)
	}
	return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(micros-epochDays*microsOfDay)), nil
}

// appendNumeric appends a decimal: groups of four digits, the number of groups before
// the point less one, the sign, and the number of decimals.
func appendNumeric(b []byte, typ warehouse.Type, v *warehouse.Vector, row int) []byte {
	var space [48]byte
	text := space[:0]
	if typ.Narrow() {
		text = strconv.AppendInt(text, v.Ints[row], 10)
	} else {
		text = v.Wide[row].Append(text, 10)
	}
	digits := bytes.TrimPrefix(text, []byte("-"))
	var sign uint16
	if len(digits) < len(text) {
		sign = 0x4000
	}
	// Digit i stands for a power of ten; its group is that power divided by four.
	start := len(b)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	groups, weight := 0, 0
	for i := 0; i < len(digits); {
		power := len(digits) - 1 - i - typ.Scale
		group := power >> 2
		value, low := uint16(0), group<<2
		for ; power >= low; power-- {
			value *= 10
			if i < len(digits) {
				value += uint16(digits[i] - '0')
				i++
			}
		}
		if groups == 0 {
			if value == 0 {
				continue
			}
			weight = group
		}
		b = binary.BigEndian.AppendUint16(b, value)
		groups++
	}
	for groups > 0 && b[len(b)-1] == 0 && b[len(b)-2] == 0 {
		b, groups = b[:len(b)-2], groups-1
	}
	head := b[start:]
	binary.BigEndian.PutUint32(head, uint32(8+2*groups))
	binary.BigEndian.PutUint16(head[4:], uint16(groups))
	binary.BigEndian.PutUint16(head[6:], uint16(int16(weight)))
	binary.BigEndian.PutUint16(head[8:], sign)
	binary.BigEndian.PutUint16(head[10:], uint16(typ.Scale))
	return b
}
