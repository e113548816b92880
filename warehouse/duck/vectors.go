package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"reflect"
	"slices"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// vectors appends batches to a table by writing into DuckDB's own vectors: a block of
// rows costs a few calls into the engine, where AppendRow makes several for each cell.
type vectors struct {
	table    warehouse.Table
	appender mapping.Appender
	types    []mapping.LogicalType
	chunk    mapping.DataChunk
}

// chunkRows is how many rows a vector of DuckDB holds.
const chunkRows = 2048

// place is where a table lies.
type place struct{ catalog, schema, name string }

func placeOf(table warehouse.Table) place {
	schema, name := table.Split()
	if schema == "" {
		schema = mainSchema
	}
	return place{"", schema, name}
}

// appendVectors appends batches within the transaction of a connection.
func (d *DB) appendVectors(ctx context.Context, raw driver.Conn, to place, table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) (err error) {
	release, err := d.spare.threads(ctx, d.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	return appendVectors(ctx, raw, to, table, batches)
}

func appendVectors(ctx context.Context, raw driver.Conn, to place, table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) error {
	v, err := newVectors(raw, to, table)
	if err != nil {
		return err
	}
	defer v.destroy()
	for batch, err := range batches {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = v.append(batch)
		}
		if err != nil {
			mapping.AppenderClear(v.appender) // what is not flushed is not wanted
			return err
		}
	}
	if mapping.AppenderFlush(v.appender) == mapping.StateError {
		err := v.failure()
		mapping.AppenderClear(v.appender)
		return err
	}
	return nil
}

func newVectors(conn driver.Conn, to place, table warehouse.Table) (*vectors, error) {
	handle, err := handleOf(conn)
	if err != nil {
		return nil, err
	}
	v := &vectors{table: table}
	if mapping.AppenderCreateExt(handle, to.catalog, to.schema, to.name, &v.appender) == mapping.StateError {
		err := v.failure()
		mapping.AppenderDestroy(&v.appender)
		return nil, err
	}
	for i, column := range table.All() { // the table may have others, in another order
		if mapping.AppenderAddColumn(v.appender, column.Name) == mapping.StateError {
			err := v.failure()
			v.destroy()
			return nil, err
		}
		v.types = append(v.types, mapping.AppenderColumnType(v.appender, mapping.IdxT(i)))
		if !holds(v.types[i], column.Type) { // its memory would be written as another type's
			v.destroy()
			return nil, fmt.Errorf("column %s: in the warehouse it is no %s", column.Name, column.Type)
		}
	}
	v.chunk = mapping.CreateDataChunk(v.types)
	return v, nil
}

// holds reports whether a type of the engine is the one that a type is spelled as.
func holds(is mapping.LogicalType, typ warehouse.Type) bool {
	want := map[warehouse.Kind]mapping.Type{
		warehouse.Text: mapping.TypeVarchar, warehouse.Bigint: mapping.TypeBigInt, warehouse.Double: mapping.TypeDouble, warehouse.Decimal: mapping.TypeDecimal,
		warehouse.Boolean: mapping.TypeBoolean, warehouse.Date: mapping.TypeDate, warehouse.Timestamp: mapping.TypeTimestamp,
	}
	if mapping.GetTypeId(is) != want[typ.Kind] {
		return false
	}
	return typ.Kind != warehouse.Decimal || int(mapping.DecimalWidth(is)) == typ.Precision && int(mapping.DecimalScale(is)) == typ.Scale
}

// handleOf returns the engine's connection under a driver's. The driver keeps it to
// itself, but it is the only way to append vectors within the driver's transaction.
func handleOf(conn driver.Conn) (mapping.Connection, error) {
	own, ok := conn.(*duckdb.Conn)
	if !ok {
		return mapping.Connection{}, fmt.Errorf("a connection of %T is not DuckDB's", conn)
	}
	field := reflect.ValueOf(own).Elem().FieldByName("conn")
	if !field.IsValid() || field.Type() != reflect.TypeFor[mapping.Connection]() {
		return mapping.Connection{}, errors.New("this version of DuckDB's driver keeps its connection elsewhere")
	}
	return *(*mapping.Connection)(unsafe.Pointer(field.UnsafeAddr())), nil
}

func (v *vectors) failure() error {
	data := mapping.AppenderErrorData(v.appender)
	defer mapping.DestroyErrorData(&data)
	return &duckdb.Error{Type: duckdb.ErrorType(mapping.ErrorDataErrorType(data)), Msg: mapping.ErrorDataMessage(data)}
}

func (v *vectors) destroy() {
	if v.chunk.Ptr != nil {
		mapping.DestroyDataChunk(&v.chunk)
	}
	for i := range v.types {
		mapping.DestroyLogicalType(&v.types[i])
	}
	mapping.AppenderDestroy(&v.appender)
}

// append writes a batch, a vector's worth of rows at a time.
func (v *vectors) append(b *warehouse.Batch) error {
	for from := 0; from < b.Rows; from += chunkRows {
		to := min(from+chunkRows, b.Rows)
		mapping.DataChunkReset(v.chunk)
		column := 0
		if !v.table.Whole {
			writeDays(v.vector(0), b.Days[from:to])
			column = 1
		}
		for i, c := range v.table.Columns {
			if err := write(v.vector(column+i), c.Type, &b.Columns[i], from, to); err != nil {
				return fmt.Errorf("column %s: %w", c.Name, err)
			}
		}
		mapping.DataChunkSetSize(v.chunk, mapping.IdxT(to-from))
		if mapping.AppendDataChunk(v.appender, v.chunk) == mapping.StateError {
			return v.failure()
		}
	}
	return nil
}

func (v *vectors) vector(column int) mapping.Vector {
	return mapping.DataChunkGetVector(v.chunk, mapping.IdxT(column))
}

// memory returns the values of a vector.
func memory[T any](vector mapping.Vector, n int) []T {
	return unsafe.Slice((*T)(mapping.VectorGetData(vector)), n)
}

func writeDays(vector mapping.Vector, days []calendar.Day) {
	into := memory[int32](vector, len(days))
	for i, day := range days {
		into[i] = int32(day)
	}
}

// write copies the rows from ≤ row < to of a column into a vector.
func write(vector mapping.Vector, typ warehouse.Type, from *warehouse.Vector, begin, end int) error {
	// Without a mask the engine takes its shorter ways.
	if len(from.Null) > 0 && slices.Contains(from.Null[begin:end], true) {
		writeNulls(vector, from.Null[begin:end])
	}
	switch typ.Kind {
	case warehouse.Text:
		writeTexts(vector, from, begin, end)
	case warehouse.Double:
		into := memory[float64](vector, end-begin)
		for i, real := range from.Reals[begin:end] {
			into[i] = real + 0 // -0 is 0
		}
	case warehouse.Boolean:
		narrow[uint8](vector, from.Ints[begin:end])
	case warehouse.Date:
		narrow[int32](vector, from.Ints[begin:end])
	case warehouse.Decimal:
		return writeDecimals(vector, typ, from, begin, end)
	default:
		copy(memory[int64](vector, end-begin), from.Ints[begin:end])
	}
	return nil
}

// narrow writes whole numbers into a vector of fewer bytes.
func narrow[T uint8 | int16 | int32](vector mapping.Vector, values []int64) {
	into := memory[T](vector, len(values))
	for i, value := range values {
		into[i] = T(value)
	}
}

func writeNulls(vector mapping.Vector, null []bool) {
	mapping.VectorEnsureValidityWritable(vector)
	mask := unsafe.Slice((*uint64)(mapping.VectorGetValidity(vector)), (len(null)+63)/64)
	for i, isNull := range null {
		if isNull {
			mask[i/64] &^= 1 << (i % 64)
		}
	}
}

// shortText is DuckDB's string of at most 12 bytes, which lies in the vector itself.
type shortText struct {
	length uint32
	bytes  [mostInline]byte
}

const mostInline = 12

func writeTexts(vector mapping.Vector, from *warehouse.Vector, begin, end int) {
	into := memory[shortText](vector, end-begin)
	for i := range into {
		if from.IsNull(begin + i) {
			continue
		}
		text := from.Text(begin + i)
		if len(text) > mostInline {
			mapping.VectorAssignStringElementLen(vector, mapping.IdxT(i), text)
			continue
		}
		into[i] = shortText{length: uint32(len(text))}
		copy(into[i].bytes[:], text)
	}
}

// hugeint is DuckDB's whole number of 128 bits.
type hugeint struct {
	lower uint64
	upper int64
}

// The digits up to which DuckDB keeps a decimal in 2, 4 and 8 bytes.
const digits16, digits32, digits64 = 4, 9, 18

func writeDecimals(vector mapping.Vector, typ warehouse.Type, from *warehouse.Vector, begin, end int) error {
	switch {
	case typ.Precision <= digits16:
		narrow[int16](vector, from.Ints[begin:end])
	case typ.Precision <= digits32:
		narrow[int32](vector, from.Ints[begin:end])
	case typ.Precision <= digits64:
		copy(memory[int64](vector, end-begin), from.Ints[begin:end])
	default:
		return writeWide(vector, from, begin, end)
	}
	return nil
}

func writeWide(vector mapping.Vector, from *warehouse.Vector, begin, end int) error {
	into := memory[hugeint](vector, end-begin)
	for i := range into {
		if from.IsNull(begin + i) {
			continue
		}
		wide, ok := asHugeint(from.Wide[begin+i])
		if !ok {
			return fmt.Errorf("%s has more than 38 digits", from.Wide[begin+i])
		}
		into[i] = wide
	}
	return nil
}

// asHugeint writes a whole number in two's complement of 128 bits.
func asHugeint(n *big.Int) (hugeint, bool) {
	if n.BitLen() > 127 {
		return hugeint{}, false
	}
	var bytes [16]byte
	new(big.Int).Abs(n).FillBytes(bytes[:])
	var upper, lower uint64
	for i := range 8 {
		upper, lower = upper<<8|uint64(bytes[i]), lower<<8|uint64(bytes[8+i])
	}
	if n.Sign() < 0 {
		lower = ^lower + 1
		upper = ^upper
		if lower == 0 {
			upper++
		}
	}
	return hugeint{lower, int64(upper)}, true
}
