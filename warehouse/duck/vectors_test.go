package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

func openNew(t testing.TB, tables ...warehouse.Table) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, table := range tables {
		if err := db.Ensure(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// byVectors and byRows are the two ways of appending batches.
func byVectors(ctx context.Context, raw driver.Conn, table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) error {
	return appendVectors(ctx, raw, placeOf(table), table, batches)
}

func byRows(ctx context.Context, raw driver.Conn, table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) error {
	return appendTo(ctx, raw, target{table, table.ColumnNames()}, func(add func(...driver.Value) error) error {
		for batch, err := range batches {
			if err != nil {
				return err
			}
			if err := addRows(table, batch, add); err != nil {
				return err
			}
		}
		return nil
	})
}

func addRows(table warehouse.Table, batch *warehouse.Batch, add func(...driver.Value) error) error {
	read, values := make([]any, len(table.Columns)), make([]driver.Value, len(table.All()))
	own := len(values) - len(read)
	for i := range batch.Rows {
		row := batch.Row(table, i, read)
		if own > 0 {
			values[0] = row.Day.Time()
		}
		for i, value := range row.Values {
			var err error
			if values[own+i], err = native(table.Columns[i].Type, value); err != nil {
				return err
			}
		}
		if err := add(values...); err != nil {
			return err
		}
	}
	return nil
}

type way func(context.Context, driver.Conn, warehouse.Table, iter.Seq2[*warehouse.Batch, error]) error

func put(t testing.TB, db *DB, how way, table warehouse.Table, batches ...*warehouse.Batch) {
	t.Helper()
	err := db.transact(t.Context(), false, func(conn *sql.Conn, _ *sql.Tx) error {
		return conn.Raw(func(raw any) error {
			return how(t.Context(), raw.(driver.Conn), table, warehousetest.Batches(batches...))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func number(t testing.TB, db *DB, query string) (n int) {
	t.Helper()
	if err := db.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestVectorsWriteWhatRowsWrite(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for _, whole := range []bool{false, true} {
		one, other := warehousetest.EveryType("by_vectors", whole), warehousetest.EveryType("by_rows", whole)
		db := openNew(t, one, other)
		dice := warehousetest.NewDice(seed)
		// Blocks of no row, of one, of a vector, and of more than one.
		batches := []*warehouse.Batch{dice.Batch(one, 0), dice.Batch(one, 1), dice.Batch(one, chunkRows), dice.Batch(one, 2*chunkRows+7), dice.Batch(one, 100)}
		put(t, db, byVectors, one, batches...)
		put(t, db, byRows, other, batches...)
		if n := number(t, db, "select count(*) from by_vectors"); n != 3*chunkRows+108 {
			t.Errorf("%d rows", n)
		}
		const differing = "select count(*) from ((from by_vectors except all from by_rows) union all (from by_rows except all from by_vectors))"
		if n := number(t, db, differing); n != 0 {
			t.Errorf("%d rows differ", n)
		}
		if _, err := db.ExecContext(t.Context(), "update by_rows set c9 = case when c9 > 0 then c9 - 0.01 else coalesce(c9, 0) + 0.01 end where rowid = 3"); err != nil {
			t.Fatal(err)
		}
		if n := number(t, db, differing); n != 2 {
			t.Errorf("after one value was changed %d rows differ", n)
		}
	}
}

// The columns of a table may stand in another order in the file, with others between.
func TestVectorsGoIntoTheColumnsOfTheirNames(t *testing.T) {
	db := openNew(t)
	if _, err := db.ExecContext(t.Context(), "create table samples (extra text, b bigint, a text, day date not null)"); err != nil {
		t.Fatal(err)
	}
	table := warehouse.Table{Name: "samples", Columns: []warehouse.Column{{Name: "a", Type: warehouse.Type{Kind: warehouse.Text}}, {Name: "b", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	batch := new(warehouse.Batch)
	batch.Reset(2)
	batch.Rows, batch.Days = 1, append(batch.Days, 20000)
	batch.Columns[0].AppendText([]byte("x"))
	batch.Columns[1].Ints = append(batch.Columns[1].Ints, 7)
	put(t, db, byVectors, table, batch)
	if n := number(t, db, "select count(*) from samples where extra is null and a = 'x' and b = 7 and day = date '2024-10-04'"); n != 1 {
		t.Errorf("%d such rows", n)
	}
}

// BenchmarkVectors compares the two ways of appending the rows of a log with DuckDB's
// own copying of the same rows from table to table.
func BenchmarkVectors(b *testing.B) {
	table := warehouse.Table{Name: "events"}
	for _, column := range []string{"file_id bigint", "occurred_at timestamp", "photo_id bigint", "action text", "user_id bigint", "address bigint", "client text"} {
		var name, kind string
		fmt.Sscan(column, &name, &kind)
		typ, err := warehouse.ParseType(kind)
		if err != nil {
			b.Fatal(err)
		}
		table.Columns = append(table.Columns, warehouse.Column{Name: name, Type: typ})
	}
	db := openNew(b, table)
	dice := warehousetest.NewDice(1)
	var batches []*warehouse.Batch
	rows := 0
	for range 50 {
		batches = append(batches, dice.Batch(table, 2*chunkRows))
		rows += 2 * chunkRows
	}
	if _, err := db.ExecContext(b.Context(), "create table source as from events"); err != nil {
		b.Fatal(err)
	}
	source := table
	source.Name = "source"
	put(b, db, byVectors, source, batches...)
	ways := []func(){
		func() {
			if _, err := db.ExecContext(b.Context(), "insert into events from source"); err != nil {
				b.Fatal(err)
			}
		},
		func() { put(b, db, byVectors, table, batches...) },
		func() { put(b, db, byRows, table, batches...) },
	}
	spent := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, do := range ways { // in turn, so that a slow minute meets all
			if _, err := db.ExecContext(b.Context(), "truncate events"); err != nil {
				b.Fatal(err)
			}
			begin := time.Now()
			do()
			spent[i] += time.Since(begin)
		}
	}
	rate := func(i int) float64 { return float64(rows) * float64(b.N) / 1e6 / spent[i].Seconds() }
	b.ReportMetric(rate(0), "engine-Mrows/s")
	b.ReportMetric(rate(1), "vectors-Mrows/s")
	b.ReportMetric(rate(2), "rows-Mrows/s")
	b.ReportMetric(rate(1)/rate(0), "vectors/engine")
	b.ReportMetric(rate(1)/rate(2), "vectors/rows")
}

// A column of another type, which somebody altered since, is refused before its memory is
// written.
func TestVectorsRefuseColumnsOfAnotherType(t *testing.T) {
	for _, c := range []struct{ is, declared string }{
		{"double", "bigint"}, {"integer", "bigint"}, {"hugeint", "bigint"}, {"timestamptz", "timestamp"}, {"bigint", "text"}, {"blob", "text"}, {"varchar", "date"},
		{"decimal(4,2)", "decimal(38,2)"}, {"decimal(12,3)", "decimal(12,2)"}, {"bigint", "decimal(12,2)"}, {"tinyint", "boolean"},
	} {
		typ, err := warehouse.ParseType(c.declared)
		if err != nil {
			t.Fatal(err)
		}
		table := warehouse.Table{Name: "samples", Columns: []warehouse.Column{{Name: "sample", Type: typ}}}
		db := openNew(t)
		if _, err := db.ExecContext(t.Context(), "create table samples (sample "+c.is+", day date)"); err != nil {
			t.Fatal(err)
		}
		batch := warehousetest.NewDice(1).Batch(table, 5000)
		day := batch.Days[0]
		for i := range batch.Days {
			batch.Days[i] = day
		}
		_, err = db.Refresh(t.Context(), warehouse.Refresh{Table: table, From: day, To: day + 1, Batches: warehousetest.Batches(batch)})
		if err == nil || !strings.Contains(err.Error(), "column sample: in the warehouse it is no "+c.declared) {
			t.Errorf("%s for %s: error is %v", c.is, c.declared, err)
		}
	}
}
