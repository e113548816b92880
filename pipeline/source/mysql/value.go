package mysql

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"tearsheet/warehouse"
)

// errNoDate says that a date does not exist.
var errNoDate = errors.New("no such date")

// errKind says that the driver gave a value of a kind that the column has not.
var errKind = errors.New("the server sends another type than it described")

// take appends a value, which is not NULL, to a vector. The value is as the driver read
// it, and its bytes are gone with the next row.
type take func(value driver.Value, into *warehouse.Vector) error

// taker returns how values of a type are taken.
func taker(typ warehouse.Type) take {
	switch typ.Kind {
	case warehouse.Text:
		return takeText
	case warehouse.Double:
		return takeDouble
	case warehouse.Boolean:
		return takeBoolean
	case warehouse.Date:
		return (&dates{}).takeDate
	case warehouse.Timestamp:
		return (&dates{}).takeInstant
	case warehouse.Decimal:
		return decimals{typ}.take
	}
	return takeBigint
}

func takeBigint(value driver.Value, into *warehouse.Vector) error {
	switch v := value.(type) {
	case int64:
		into.Ints = append(into.Ints, v)
		return nil
	case uint64:
		if v > math.MaxInt64 {
			return fmt.Errorf("%d is more than a bigint holds: take the column as decimal(20,0)", v)
		}
		into.Ints = append(into.Ints, int64(v))
		return nil
	case []byte:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a bigint: take the column as decimal(%d,0)", v, len(v))
		}
		into.Ints = append(into.Ints, n)
		return nil
	}
	return errKind
}

func takeDouble(value driver.Value, into *warehouse.Vector) error {
	switch v := value.(type) {
	case float64:
		into.Reals = append(into.Reals, v)
	case int64:
		into.Reals = append(into.Reals, float64(v))
	default:
		return errKind
	}
	return nil
}

func takeBoolean(value driver.Value, into *warehouse.Vector) error {
	var n int64
	switch v := value.(type) {
	case int64:
		n = v
	case uint64:
		n = int64(min(v, 2))
	default:
		return errKind
	}
	if n != 0 && n != 1 {
		return fmt.Errorf("%d is neither 0 nor 1: take the column as bigint", n)
	}
	into.Ints = append(into.Ints, n)
	return nil
}

func takeText(value driver.Value, into *warehouse.Vector) error {
	switch v := value.(type) {
	case []byte:
		if !utf8.Valid(v) {
			return fmt.Errorf("%s is not UTF-8: the bytes are of another character set than the column says", excerpt(v))
		}
		for _, b := range v {
			if b == 0 {
				return fmt.Errorf("%s has a NUL", excerpt(v))
			}
		}
		into.AppendText(v)
	case int64:
		into.Bytes = strconv.AppendInt(into.Bytes, v, 10)
		into.Ends = append(into.Ends, int32(len(into.Bytes)))
	case uint64:
		into.Bytes = strconv.AppendUint(into.Bytes, v, 10)
		into.Ends = append(into.Ends, int32(len(into.Bytes)))
	default:
		return errKind
	}
	return nil
}

func excerpt(text []byte) string {
	const most = 60
	if len(text) > most {
		return strconv.Quote(string(text[:most])) + "…"
	}
	return strconv.Quote(string(text))
}

// decimals takes exact numbers.
type decimals struct{ typ warehouse.Type }

func (d decimals) take(value driver.Value, into *warehouse.Vector) error {
	var text []byte
	switch v := value.(type) {
	case []byte:
		if n, ok := scaled(v, d.typ.Scale); ok && d.typ.Narrow() {
			into.Ints = append(into.Ints, n)
			return nil
		}
		text = v
	case int64:
		text = strconv.AppendInt(nil, v, 10)
	case uint64:
		text = strconv.AppendUint(nil, v, 10)
	default:
		return errKind
	}
	n, err := d.typ.Unscaled(string(text))
	if err != nil {
		return err
	}
	if d.typ.Narrow() {
		into.Ints = append(into.Ints, n.Int64())
	} else {
		into.Wide = append(into.Wide, n)
	}
	return nil
}

// scaled reads a number in plain notation, of at most 18 digits in all, as a whole number
// of its last digit. It says no to anything that needs a closer look.
func scaled(text []byte, scale int) (int64, bool) {
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		text = text[1:]
	}
	if len(text) == 0 || len(text)+scale > 18 {
		return 0, false
	}
	n, after := int64(0), -1 // digits after the point
	for _, b := range text {
		switch {
		case b == '.' && after < 0:
			after = 0
			continue
		case b < '0' || b > '9':
			return 0, false
		case after >= 0:
			after++
		}
		n = n*10 + int64(b-'0')
	}
	after = max(after, 0)
	if after > scale {
		return 0, false
	}
	for ; after < scale; after++ {
		n *= 10
	}
	if negative {
		n = -n
	}
	return n, true
}

// appendNull appends a NULL to a vector that has row values.
func appendNull(typ warehouse.Type, into *warehouse.Vector, row int) {
	for len(into.Null) < row {
		into.Null = append(into.Null, false)
	}
	into.Null = append(into.Null, true)
	switch {
	case typ.Narrow():
		into.Ints = append(into.Ints, 0)
	case typ.Kind == warehouse.Text:
		into.Ends = append(into.Ends, int32(len(into.Bytes)))
	case typ.Kind == warehouse.Double:
		into.Reals = append(into.Reals, 0)
	default:
		into.Wide = append(into.Wide, new(big.Int))
	}
}
