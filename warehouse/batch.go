package warehouse

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"tearsheet/calendar"
)

// Batch is a block of rows, column by column: how sources hand over many rows
// without a value in an interface for each cell. Who gets a Batch must not keep it
// or its slices: the next block may come in the same memory.
type Batch struct {
	// Rows is the number of rows.
	Rows int
	// Days holds the day of each row; it is empty for a whole table.
	Days []calendar.Day
	// Columns are the columns of the table, in the order of Table.Columns.
	Columns []Vector
	// Rejects are the lines that were refused since the block before.
	Rejects []Reject
}

// Vector holds the values of one column of a Batch in the slice of its kind; the
// other slices are empty. The value under a NULL is not looked at.
type Vector struct {
	// Null is true where a value is NULL. It is empty if none is.
	Null []bool
	// Ints holds a Bigint as it is, a Boolean as 0 or 1, a Date in days and a
	// Timestamp in microseconds since 1970-01-01 UTC, and a Decimal of at most 18
	// digits as a whole number of its last digit.
	Ints []int64
	// Reals holds a Double.
	Reals []float64
	// Wide holds a Decimal of more than 18 digits as a whole number of its last digit.
	Wide []*big.Int
	// Bytes holds the bytes of all values of a Text, and Ends where each ends in it.
	Bytes []byte
	Ends  []int32
}

// narrowDigits is the number of digits of a Decimal that an int64 always holds.
const narrowDigits = 18

// Narrow reports whether the values of a type go into Vector.Ints.
func (t Type) Narrow() bool {
	switch t.Kind {
	case Bigint, Boolean, Date, Timestamp:
		return true
	case Decimal:
		return t.Precision <= narrowDigits
	}
	return false
}

// IsNull reports whether the value of a row is NULL.
func (v *Vector) IsNull(row int) bool { return len(v.Null) > 0 && v.Null[row] }

// Text returns the bytes of a row's text, which lie in Bytes.
func (v *Vector) Text(row int) []byte {
	var from int32
	if row > 0 {
		from = v.Ends[row-1]
	}
	return v.Bytes[from:v.Ends[row]]
}

// AppendText appends a text.
func (v *Vector) AppendText(text []byte) {
	v.Bytes = append(v.Bytes, text...)
	v.Ends = append(v.Ends, int32(len(v.Bytes)))
}

// Reset empties a batch and keeps its memory. It has a Vector for each column.
func (b *Batch) Reset(columns int) {
	b.Rows, b.Days, b.Rejects = 0, b.Days[:0], b.Rejects[:0]
	for len(b.Columns) < columns {
		b.Columns = append(b.Columns, Vector{})
	}
	for i := range b.Columns {
		v := &b.Columns[i]
		v.Null, v.Ints, v.Reals, v.Wide, v.Bytes, v.Ends = v.Null[:0], v.Ints[:0], v.Reals[:0], v.Wide[:0], v.Bytes[:0], v.Ends[:0]
	}
}

// Reject is a line that was refused: where it stands and why.
type Reject struct {
	Line   int64 // of the file, from 1
	Offset int64 // of its first byte in the unpacked file
	Text   []byte
	Reason string
}

// The bytes that RejectTable has room for.
const longestLine, longestReason = 65535, 4096

// LedgerRow returns the row for RejectTable, in UTF-8 without NUL. Of a line that is too
// long for the ledger the beginning is kept.
func (r Reject) LedgerRow(table, path string) []any {
	return []any{table, path, r.Line, r.Offset, readable(string(r.Text), longestLine), readable(r.Reason, longestReason)}
}

// readable returns a text of at most so many bytes with a sign for what no engine keeps.
func readable(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text[:min(len(text), most)], "\x00", "\uFFFD"), "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// Row reads a row of a batch of a table into values, which has one place for each
// column, and returns it. The batch has to be valid.
func (b *Batch) Row(table Table, row int, values []any) Row {
	for i, column := range table.Columns {
		values[i] = b.Columns[i].value(column.Type, row)
	}
	if table.Whole {
		return Row{Day: WholePart, Values: values}
	}
	return Row{Day: b.Days[row], Values: values}
}

func (v *Vector) value(typ Type, row int) any {
	if v.IsNull(row) {
		return nil
	}
	switch typ.Kind {
	case Text:
		return string(v.Text(row))
	case Double:
		return v.Reals[row]
	case Boolean:
		return v.Ints[row] != 0
	case Date:
		return calendar.Day(v.Ints[row])
	case Timestamp:
		return time.UnixMicro(v.Ints[row]).UTC()
	case Decimal:
		if typ.Narrow() {
			return typ.Scaled(big.NewInt(v.Ints[row]))
		}
		return typ.Scaled(v.Wide[row])
	}
	return v.Ints[row]
}

// Scaled writes a whole number of the last digit of a Decimal in plain notation: it
// undoes Unscaled.
func (t Type) Scaled(n *big.Int) string {
	digits := new(big.Int).Abs(n).String()
	if short := t.Scale + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	text := digits
	if t.Scale > 0 {
		text = digits[:len(digits)-t.Scale] + "." + digits[len(digits)-t.Scale:]
	}
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// Validate reports the first way in which a batch does not fit a table: lengths, and
// values that no engine may keep.
func (b *Batch) Validate(table Table) error {
	if !table.Whole && len(b.Days) != b.Rows {
		return fmt.Errorf("table %s: a batch of %d rows has %d days", table.Name, b.Rows, len(b.Days))
	}
	if len(b.Columns) < len(table.Columns) {
		return fmt.Errorf("table %s: a batch has %d columns, not %d", table.Name, len(b.Columns), len(table.Columns))
	}
	for _, day := range b.Days {
		if !table.Whole && (day <= firstDay || day > lastDay) {
			return fmt.Errorf("table %s: %s lies outside the years 1 to 9999", table.Name, day)
		}
	}
	for i, column := range table.Columns {
		v := &b.Columns[i]
		if have := v.length(column.Type); have != b.Rows || len(v.Null) != 0 && len(v.Null) != b.Rows {
			return fmt.Errorf("table %s: column %s of a batch has %d values, not %d", table.Name, column.Name, have, b.Rows)
		}
		if err := v.validate(column.Type); err != nil {
			return fmt.Errorf("table %s: column %s: %w", table.Name, column.Name, err)
		}
	}
	return nil
}

func (v *Vector) length(typ Type) int {
	switch {
	case typ.Narrow():
		return len(v.Ints)
	case typ.Kind == Text:
		return len(v.Ends)
	case typ.Kind == Decimal:
		return len(v.Wide)
	}
	return len(v.Reals)
}

// validate reports the first value that is not one of a type.
func (v *Vector) validate(typ Type) error {
	switch typ.Kind {
	case Boolean:
		return v.within(typ, 0, 1)
	case Date:
		return v.within(typ, int64(firstDay), int64(lastDay))
	case Timestamp:
		return v.within(typ, firstDay.Time().UnixMicro(), (lastDay+1).Time().UnixMicro()-1)
	case Text:
		return v.validateTexts()
	case Double:
		for row, real := range v.Reals {
			if (math.IsNaN(real) || math.IsInf(real, 0)) && !v.IsNull(row) {
				return fmt.Errorf("%v is not a number", real)
			}
		}
	case Decimal:
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(typ.Precision)), nil)
		if typ.Narrow() {
			return v.within(typ, 1-limit.Int64(), limit.Int64()-1)
		}
		for row, wide := range v.Wide {
			if !v.IsNull(row) && (wide == nil || wide.CmpAbs(limit) >= 0) {
				return fmt.Errorf("%v has more than %d digits", wide, typ.Precision)
			}
		}
	}
	return nil
}

// validateTexts looks at all bytes at once, as long as nothing is found: what is plain
// as a whole is plain text by text, if none begins or ends within a character.
func (v *Vector) validateTexts() error {
	whole := plainText(v.Bytes)
	var from int32
	for row, end := range v.Ends {
		if end < from || int(end) > len(v.Bytes) {
			return fmt.Errorf("the text of row %d is the bytes %d to %d of %d", row, from, end, len(v.Bytes))
		}
		looked := whole && !v.cuts(from) && !v.cuts(end)
		if text := v.Bytes[from:end]; !looked && !v.IsNull(row) && !plainText(text) {
			return fmt.Errorf("%q is not UTF-8, or has a NUL", text)
		}
		from = end
	}
	return nil
}

// cuts reports whether a place in Bytes lies within a character.
func (v *Vector) cuts(at int32) bool { return int(at) < len(v.Bytes) && !utf8.RuneStart(v.Bytes[at]) }

func plainText(text []byte) bool { return utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 }

func (v *Vector) within(typ Type, least, most int64) error {
	for row, n := range v.Ints {
		if (n < least || n > most) && !v.IsNull(row) {
			return fmt.Errorf("%d is beyond a %s", n, typ)
		}
	}
	return nil
}
