package pg

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// everyType is a table with a column of each type, and decimals of all lengths.
func everyType(name string, whole bool) warehouse.Table {
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

// dice makes values: the edges of a type half of the time.
type dice struct{ *rand.Rand }

func (d dice) pick(edges ...int64) int64 {
	return edges[d.IntN(len(edges))]
}

func (d dice) append(v *warehouse.Vector, typ warehouse.Type) {
	edge := d.IntN(2) == 0
	switch typ.Kind {
	case warehouse.Text:
		v.AppendText([]byte([]string{"", "web", "Zürich 😀, \"x\"\n\\N\t", "a text of more than twelve bytes"}[d.IntN(4)]))
	case warehouse.Double:
		v.Reals = append(v.Reals, []float64{0, 0.1, -1e300, math.SmallestNonzeroFloat64, math.MaxFloat64, d.NormFloat64()}[d.IntN(6)])
	case warehouse.Boolean:
		v.Ints = append(v.Ints, d.pick(0, 1))
	case warehouse.Date:
		v.Ints = append(v.Ints, d.pick(firstDay, -1, 0, epochDays-1, epochDays, endDay-1))
	case warehouse.Timestamp:
		v.Ints = append(v.Ints, d.pick(firstDay*microsOfDay, -1, 0, 1, epochDays*microsOfDay-1, endDay*microsOfDay-1, 1_800_000_000_123_456))
	case warehouse.Decimal:
		n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.IntN(typ.Precision+1))), nil) // 1, 10, … 10^precision
		if !edge {
			random := new(big.Int).Lsh(new(big.Int).SetUint64(d.Uint64()), 64)
			n.Mod(random.Add(random, new(big.Int).SetUint64(d.Uint64())), n)
		}
		if most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(typ.Precision)), nil); n.Cmp(most) == 0 || d.IntN(3) == 0 && n.Sign() > 0 {
			n.Sub(n, big.NewInt(1)) // … 9, 99
		}
		if d.IntN(2) == 0 {
			n.Neg(n)
		}
		if typ.Narrow() {
			v.Ints = append(v.Ints, n.Int64())
			return
		}
		v.Wide = append(v.Wide, n)
	default:
		v.Ints = append(v.Ints, d.pick(math.MinInt64, -1, 0, 1, math.MaxInt64, d.Int64()))
	}
}

func (d dice) batch(table warehouse.Table, rows int) *warehouse.Batch {
	b := new(warehouse.Batch)
	b.Reset(len(table.Columns))
	for b.Rows = range rows {
		if !table.Whole {
			b.Days = append(b.Days, calendar.Day(d.pick(firstDay, 0, epochDays, 20000, endDay-1)))
		}
	}
	b.Rows = rows
	for i, column := range table.Columns {
		v := &b.Columns[i]
		nulls := d.IntN(3) > 0 // else there is no list of them at all
		for range rows {
			if d.append(v, column.Type); nulls {
				v.Null = append(v.Null, d.IntN(4) == 0)
			}
		}
	}
	return b
}

func batchesOf(batches ...*warehouse.Batch) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for _, batch := range batches {
			if !yield(batch, nil) {
				return
			}
		}
	}
}

func openURL(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// copied loads batches into a table in one of the two ways.
func copied(t testing.TB, db *DB, table warehouse.Table, simple bool, batches iter.Seq2[*warehouse.Batch, error]) error {
	t.Helper()
	return db.lend(t.Context(), func(conn *pgx.Conn) error {
		if simple {
			return db.insert(t.Context(), conn, identifier(table), table.ColumnNames(), rowsOf(table, batches))
		}
		return db.insertBatches(t.Context(), conn, identifier(table), table, batches)
	})
}

func number(t testing.TB, db *DB, query string) (n int) {
	t.Helper()
	if err := db.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOwnCopyWritesWhatTheDriversWrites(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	db := openURL(t, warehousetest.Postgres(t))
	for _, whole := range []bool{false, true} {
		d := dice{rand.New(rand.NewPCG(seed, 0))}
		first, second := everyType(fmt.Sprintf("own_%t", whole), whole), everyType(fmt.Sprintf("drivers_%t", whole), whole)
		batches := batchesOf(d.batch(first, 3000), d.batch(first, 0), d.batch(first, 1), d.batch(first, 999))
		for _, table := range []warehouse.Table{first, second} {
			if err := db.Ensure(t.Context(), table); err != nil {
				t.Fatal(err)
			}
			if err := copied(t, db, table, table.Name == second.Name, batches); err != nil {
				t.Fatal(err)
			}
		}
		// As texts: they show the decimals after the point, too.
		differ := func() int {
			const rows = "select cast(r as text) from %s as r"
			a, b := fmt.Sprintf(rows, first.Name), fmt.Sprintf(rows, second.Name)
			return number(t, db, fmt.Sprintf("select count(*) from ((%s except all %s) union all (%s except all %s)) as d", a, b, b, a))
		}
		if n := number(t, db, "select count(*) from "+first.Name); n != 4000 {
			t.Errorf("%d rows", n)
		}
		if n := differ(); n != 0 {
			t.Errorf("%d rows differ", n)
		}
		if _, err := db.ExecContext(t.Context(), "update "+first.Name+" set c9 = coalesce(c9, 0) + 0.01 where ctid = (select min(ctid) from "+first.Name+")"); err != nil {
			t.Fatal(err)
		}
		if n := differ(); n != 2 {
			t.Errorf("after one value was changed %d rows differ", n)
		}
	}
}

func TestValueThatNoEngineKeepsIsRefused(t *testing.T) {
	db := openURL(t, warehousetest.Postgres(t))
	table := everyType("samples", false)
	if err := db.Ensure(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	d := dice{rand.New(rand.NewPCG(1, 2))}
	for name, spoil := range map[string]func(*warehouse.Batch){
		"NUL":      func(b *warehouse.Batch) { b.Columns[0] = warehouse.Vector{}; b.Columns[0].AppendText([]byte("a\x00b")) },
		"UTF-8":    func(b *warehouse.Batch) { b.Columns[0] = warehouse.Vector{}; b.Columns[0].AppendText([]byte("\xff")) },
		"NaN":      func(b *warehouse.Batch) { b.Columns[2] = warehouse.Vector{Reals: []float64{math.NaN()}} },
		"infinite": func(b *warehouse.Batch) { b.Columns[2] = warehouse.Vector{Reals: []float64{math.Inf(-1)}} },
		"date":     func(b *warehouse.Batch) { b.Columns[4] = warehouse.Vector{Ints: []int64{endDay}} },
		"instant":  func(b *warehouse.Batch) { b.Columns[5] = warehouse.Vector{Ints: []int64{endDay * microsOfDay}} },
		"decimal":  func(b *warehouse.Batch) { b.Columns[9] = warehouse.Vector{Ints: []int64{1_000_000_000_000}} },
		"day":      func(b *warehouse.Batch) { b.Days[0] = calendar.Day(firstDay - 1) },
	} {
		batch := d.batch(table, 1)
		spoil(batch)
		if err := copied(t, db, table, false, batchesOf(batch)); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if n := number(t, db, "select count(*) from samples"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// BenchmarkCopy compares the two ways of loading batches with a COPY of bytes that
// were encoded before.
func BenchmarkCopy(b *testing.B) {
	db := openURL(b, warehousetest.Postgres(b))
	table := warehouse.Table{Name: "events"}
	for name, kind := range map[string]warehouse.Kind{"file_id": warehouse.Bigint, "at": warehouse.Timestamp, "photo_id": warehouse.Bigint,
		"action": warehouse.Text, "user_id": warehouse.Bigint, "address": warehouse.Bigint, "client": warehouse.Text} {
		table.Columns = append(table.Columns, warehouse.Column{Name: name, Type: warehouse.Type{Kind: kind}})
	}
	if err := db.Ensure(b.Context(), table); err != nil {
		b.Fatal(err)
	}
	d := dice{rand.New(rand.NewPCG(1, 1))}
	var batches []*warehouse.Batch
	for range 50 {
		batches = append(batches, d.batch(table, 4096))
	}
	encoded, err := io.ReadAll(newStream(table, batchesOf(batches...)))
	if err != nil {
		b.Fatal(err)
	}
	ways := []func() error{
		func() error {
			return db.lend(b.Context(), func(conn *pgx.Conn) error {
				statement := fmt.Sprintf("copy events (%s) from stdin binary", columnList(table))
				_, err := conn.PgConn().CopyFrom(b.Context(), bytes.NewReader(encoded), statement)
				return err
			})
		},
		func() error { return copied(b, db, table, false, batchesOf(batches...)) },
		func() error { return copied(b, db, table, true, batchesOf(batches...)) },
		func() error { _, err := io.Copy(io.Discard, newStream(table, batchesOf(batches...))); return err },
	}
	spent := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, way := range ways { // in turn, so that a slow minute meets all
			if _, err := db.ExecContext(context.Background(), "truncate events"); err != nil {
				b.Fatal(err)
			}
			begin := time.Now()
			if err := way(); err != nil {
				b.Fatal(err)
			}
			spent[i] += time.Since(begin)
		}
	}
	rate := func(i int) float64 { return float64(len(encoded)) * float64(b.N) / 1e6 / spent[i].Seconds() }
	b.ReportMetric(rate(0), "limit-MB/s")
	b.ReportMetric(rate(1), "own-MB/s")
	b.ReportMetric(rate(2), "driver-MB/s")
	b.ReportMetric(rate(3), "encode-MB/s")
	b.ReportMetric(rate(1)/rate(0), "own/limit")
	b.ReportMetric(rate(1)/rate(2), "own/driver")
}
