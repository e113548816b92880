package warehousetest

import (
	"fmt"
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// EveryType returns a table with a column of each type, and decimals of all lengths.
func EveryType(name string, whole bool) warehouse.Table {
	table := warehouse.Table{Name: name, Whole: whole}
	for i, text := range []string{"text", "bigint", "double", "boolean", "date", "timestamp", "decimal(1,0)", "decimal(4,4)", "decimal(5,0)", "decimal(12,2)",
		"decimal(17,5)", "decimal(18,0)", "decimal(18,18)", "decimal(19,0)", "decimal(38,10)", "decimal(38,38)", "decimal(38,0)"} {
		typ, err := warehouse.ParseType(text)
		if err != nil {
			panic(err)
		}
		table.Columns = append(table.Columns, warehouse.Column{Name: fmt.Sprintf("c%d", i), Type: typ})
	}
	return table
}

// Batches passes batches on, one after the other.
func Batches(batches ...*warehouse.Batch) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for _, batch := range batches {
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// Dice makes batches of values that are drawn at random, the edges of their types
// among them. The same seed makes the same.
type Dice struct{ random *rand.Rand }

// NewDice returns dice of a seed.
func NewDice(seed uint64) Dice { return Dice{rand.New(rand.NewPCG(seed, 0))} }

// Batch returns so many rows of a table.
func (d Dice) Batch(table warehouse.Table, rows int) *warehouse.Batch {
	b := new(warehouse.Batch)
	b.Reset(len(table.Columns))
	b.Rows = rows
	for range rows {
		if !table.Whole {
			b.Days = append(b.Days, calendar.Day(d.pick(firstDay+1, 0, 10957, 20000, endDay-1)))
		}
	}
	for i, column := range table.Columns {
		v := &b.Columns[i]
		nulls := d.random.IntN(3) > 0 // else there is no list of them at all
		for range rows {
			if d.append(v, column.Type); nulls {
				v.Null = append(v.Null, d.random.IntN(4) == 0)
			}
		}
	}
	return b
}

var (
	firstDay = int64(warehouse.WholePart) // 0001-01-01
	endDay   = int64(calendar.DayOn(10000, time.January, 1))
)

const microsOfDay = 86_400_000_000

func (d Dice) pick(edges ...int64) int64 { return edges[d.random.IntN(len(edges))] }

func (d Dice) append(v *warehouse.Vector, typ warehouse.Type) {
	switch typ.Kind {
	case warehouse.Text:
		v.AppendText([]byte([]string{"", "web", "twelve bytes", "thirteen byte", "Zürich 😀, \"x\"\n\\N\t", "a text of more than twelve bytes"}[d.random.IntN(6)]))
	case warehouse.Double:
		v.Reals = append(v.Reals, []float64{0, math.Copysign(0, -1), 0.1, -1e300, math.SmallestNonzeroFloat64, math.MaxFloat64, d.random.NormFloat64()}[d.random.IntN(7)])
	case warehouse.Boolean:
		v.Ints = append(v.Ints, d.pick(0, 1))
	case warehouse.Date:
		v.Ints = append(v.Ints, d.pick(firstDay, -1, 0, 10956, 10957, endDay-1))
	case warehouse.Timestamp:
		v.Ints = append(v.Ints, d.pick(firstDay*microsOfDay, -1, 0, 1, 10957*microsOfDay-1, endDay*microsOfDay-1, 1_800_000_000_123_456))
	case warehouse.Decimal:
		if n := d.decimal(typ.Precision); typ.Narrow() {
			v.Ints = append(v.Ints, n.Int64())
		} else {
			v.Wide = append(v.Wide, n)
		}
	default:
		v.Ints = append(v.Ints, d.pick(math.MinInt64, -1, 0, 1, math.MaxInt64, d.random.Int64()))
	}
}

// decimal returns a whole number of at most so many digits: 1, 10, 100 …, 9, 99, 999 …,
// or any one, of both signs.
func (d Dice) decimal(digits int) *big.Int {
	n := power(d.random.IntN(digits + 1))
	if d.random.IntN(2) == 0 {
		random := new(big.Int).Lsh(new(big.Int).SetUint64(d.random.Uint64()), 64)
		n.Mod(random.Add(random, new(big.Int).SetUint64(d.random.Uint64())), n)
	}
	if n.Cmp(power(digits)) == 0 || d.random.IntN(3) == 0 && n.Sign() > 0 {
		n.Sub(n, big.NewInt(1))
	}
	if d.random.IntN(2) == 0 {
		n.Neg(n)
	}
	return n
}

func power(digits int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
}
