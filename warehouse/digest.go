package warehouse

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"tearsheet/calendar"
)

// Digest counts rows and hashes them, in whatever order they come. The rows of a
// day with the same digest are the same rows.
type Digest struct {
	rows     int64
	high, lo uint64 // sum of the rows' hashes: a row that comes twice counts twice
}

// Rows returns how many rows were added.
func (d Digest) Rows() int64 { return d.rows }

func (d *Digest) add(row []byte) {
	sum := xxh3.Hash128(row)
	var carry uint64
	d.lo, carry = bits.Add64(d.lo, sum.Lo, 0)
	d.high, _ = bits.Add64(d.high, sum.Hi, carry)
	d.rows++
}

// Digester checks the rows of a table and makes the digest of each day. Its
// memory grows with the days, not with the rows.
type Digester struct {
	table Table
	days  map[calendar.Day]*Digest
	row   []byte
}

// NewDigester returns a Digester without rows.
func NewDigester(table Table) *Digester {
	return &Digester{table: table, days: map[calendar.Day]*Digest{}}
}

// Days returns the digest of each day that was seen. It must not be changed.
func (d *Digester) Days() map[calendar.Day]*Digest { return d.days }

// Add checks a row against the table's types and adds it to its day.
func (d *Digester) Add(row Row) error {
	if len(row.Values) != len(d.table.Columns) {
		return fmt.Errorf("table %s: a row has %d values, not %d", d.table.Name, len(row.Values), len(d.table.Columns))
	}
	if row.Day < firstDay || row.Day > lastDay || (row.Day == WholePart) != d.table.Whole {
		return fmt.Errorf("table %s: %s lies outside the years 1 to 9999", d.table.Name, row.Day)
	}
	d.row = d.row[:0]
	for i, value := range row.Values {
		var err error
		if d.row, err = appendValue(d.row, d.table.Columns[i].Type, value); err != nil {
			return fmt.Errorf("table %s: column %s: %w", d.table.Name, d.table.Columns[i].Name, err)
		}
	}
	d.day(row.Day).add(d.row)
	return nil
}

// day returns the digest of a day.
func (d *Digester) day(day calendar.Day) *Digest {
	digest := d.days[day]
	if digest == nil {
		digest = new(Digest)
		d.days[day] = digest
	}
	return digest
}

// AddBatch checks the rows of a batch, which has to be valid, and adds them to their
// days. A row of a batch has the hash that it has as a Row.
func (d *Digester) AddBatch(b *Batch) error {
	day, digest := WholePart, (*Digest)(nil)
	for row := range b.Rows {
		if !d.table.Whole && (digest == nil || b.Days[row] != day) {
			day = b.Days[row]
			if day <= firstDay || day > lastDay {
				return fmt.Errorf("table %s: %s lies outside the years 1 to 9999", d.table.Name, day)
			}
			digest = nil
		}
		if digest == nil {
			digest = d.day(day)
		}
		d.row = d.row[:0]
		for i := range d.table.Columns {
			var err error
			if d.row, err = b.Columns[i].appendValue(d.row, d.table.Columns[i].Type, row); err != nil {
				return fmt.Errorf("table %s: column %s: %w", d.table.Name, d.table.Columns[i].Name, err)
			}
		}
		digest.add(d.row)
	}
	return nil
}

// appendValue appends the value of a row in the form that appendValue gives to the same
// value of a Row.
func (v *Vector) appendValue(b []byte, typ Type, row int) ([]byte, error) {
	if v.IsNull(row) {
		return append(b, 0), nil
	}
	b = append(b, 1)
	switch typ.Kind {
	case Text:
		text := v.Text(row)
		if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			return nil, fmt.Errorf("%q is not UTF-8, or has a NUL", text)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		return append(b, text...), nil
	case Double:
		value := v.Reals[row]
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, fmt.Errorf("%v is not a number", value)
		}
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(value+0)), nil
	case Boolean:
		return append(b, byte(v.Ints[row])), nil
	case Date:
		if day := calendar.Day(v.Ints[row]); day < firstDay || day > lastDay {
			return nil, fmt.Errorf("%s lies outside the years 1 to 9999", day)
		}
		return binary.LittleEndian.AppendUint32(b, uint32(v.Ints[row])), nil
	case Decimal:
		return v.appendDecimal(b, typ, row)
	}
	return binary.LittleEndian.AppendUint64(b, uint64(v.Ints[row])), nil
}

func (v *Vector) appendDecimal(b []byte, typ Type, row int) ([]byte, error) {
	start := len(b)
	b = binary.LittleEndian.AppendUint32(b, 0)
	if typ.Narrow() {
		b = strconv.AppendInt(b, v.Ints[row], 10)
	} else {
		b = v.Wide[row].Append(b, 10)
	}
	n := len(b) - start - 4
	if digits := n - bytes.Count(b[start+4:start+5], []byte("-")); digits > typ.Precision {
		return nil, fmt.Errorf("a number of %d digits is not a %s", digits, typ)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(n))
	return b, nil
}

// Version returns the version of a day: the number of its rows, and a hash of them
// and of the names and types of their columns.
func (d *Digester) Version(day calendar.Day) string {
	digest := d.days[day]
	if digest == nil {
		digest = new(Digest)
	}
	var b []byte
	for _, column := range d.table.Columns {
		b = fmt.Appendf(b, "%s %s\n", column.Name, column.Type)
	}
	b = binary.BigEndian.AppendUint64(b, digest.high)
	b = binary.BigEndian.AppendUint64(b, digest.lo)
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%d-%s", digest.rows, hex.EncodeToString(sum[:12]))
}

// The dates that every engine and every printer can write.
var (
	firstDay = calendar.DayOn(1, time.January, 1)
	lastDay  = calendar.DayOn(9999, time.December, 31)
)

// appendValue appends a value in a form that no other value of the type has.
func appendValue(b []byte, typ Type, value any) ([]byte, error) {
	if value == nil {
		return append(b, 0), nil
	}
	b = append(b, 1)
	switch v := value.(type) {
	case string:
		return appendText(b, typ, v)
	case int64:
		if typ.Kind == Bigint {
			return binary.LittleEndian.AppendUint64(b, uint64(v)), nil
		}
	case float64:
		if typ.Kind == Double && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(v+0)), nil // -0 is 0
		}
	case bool:
		if typ.Kind == Boolean {
			if v {
				return append(b, 1), nil
			}
			return append(b, 0), nil
		}
	case calendar.Day:
		if typ.Kind == Date && v >= firstDay && v <= lastDay {
			return binary.LittleEndian.AppendUint32(b, uint32(v)), nil
		}
	case time.Time:
		if year := v.UTC().Year(); typ.Kind == Timestamp && year >= 1 && year <= 9999 {
			return binary.LittleEndian.AppendUint64(b, uint64(v.UnixMicro())), nil
		}
	}
	return nil, fmt.Errorf("%v (%T) is not a %s", value, value, typ)
}

func appendText(b []byte, typ Type, v string) ([]byte, error) {
	switch {
	case typ.Kind == Decimal:
		n, err := typ.Unscaled(v)
		if err != nil {
			return nil, err
		}
		v = n.String()
	case typ.Kind != Text:
		return nil, fmt.Errorf("%q is not a %s", v, typ)
	case !utf8.ValidString(v):
		return nil, fmt.Errorf("%q is not UTF-8", v)
	case strings.IndexByte(v, 0) >= 0:
		return nil, fmt.Errorf("%q has a NUL", v)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
	return append(b, v...), nil
}
