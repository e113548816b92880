package warehouse

import (
	"math/big"

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
