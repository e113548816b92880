package pg

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

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
		d := warehousetest.NewDice(seed)
		first, second := warehousetest.EveryType(fmt.Sprintf("own_%t", whole), whole), warehousetest.EveryType(fmt.Sprintf("drivers_%t", whole), whole)
		batches := warehousetest.Batches(d.Batch(first, 3000), d.Batch(first, 0), d.Batch(first, 1), d.Batch(first, 999))
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
	table := warehousetest.EveryType("samples", false)
	if err := db.Ensure(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	d := warehousetest.NewDice(1)
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
		batch := d.Batch(table, 1)
		spoil(batch)
		if err := copied(t, db, table, false, warehousetest.Batches(batch)); err == nil {
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
	d := warehousetest.NewDice(1)
	var batches []*warehouse.Batch
	for range 50 {
		batches = append(batches, d.Batch(table, 4096))
	}
	encoded, err := io.ReadAll(newStream(table, warehousetest.Batches(batches...)))
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
		func() error { return copied(b, db, table, false, warehousetest.Batches(batches...)) },
		func() error { return copied(b, db, table, true, warehousetest.Batches(batches...)) },
		func() error {
			_, err := io.Copy(io.Discard, newStream(table, warehousetest.Batches(batches...)))
			return err
		},
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
