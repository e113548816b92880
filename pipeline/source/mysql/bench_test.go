package mysql_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"tearsheet/pipeline/source/mysql"
)

// benchRows is the number of rows of the benchmark, unless the environment says
// otherwise.
func benchRows(b *testing.B) int {
	text := os.Getenv("TEARSHEET_BENCH_MYSQL_ROWS")
	if text == "" {
		return 2_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

const benchColumns = "id, user_id, plan, amount, purchased_at"

// fillPurchases makes a table of n purchases of 100 days, in the order of their time.
func fillPurchases(b *testing.B, s *shop, n int) {
	b.Helper()
	s.exec(b, "create table purchases (id bigint primary key, user_id int not null, plan varchar(20) not null, amount decimal(12,2) not null, purchased_at datetime(6) not null)",
		"set sql_log_bin = 0", "set max_statement_time = 0",
		fmt.Sprintf(`insert into purchases select seq, 1 + seq * 7919 %% 300000, elt(1 + seq %% 4, 'awesome', 'plus', 'pro monthly', 'pro yearly'),
			(100 + seq %% 9900) / 100, timestamp'2026-08-01 00:00:00' + interval (seq * 100 * 86400 div %d) second + interval seq %% 1000000 microsecond from seq_1_to_%d`, n, n))
}

// BenchmarkToDuckDB loads a table, by local days, and reads it by two bare loops that
// store nothing: one over database/sql, as programs mostly are, and one below it, over
// the driver alone.
func BenchmarkToDuckDB(b *testing.B) {
	n := benchRows(b)
	s := newShop(b, "America/Toronto")
	fillPurchases(b, s, n)
	table := mysql.Table{Table: "purchases", At: "purchased_at", Columns: columns(b, "id bigint, user_id bigint, plan text, amount decimal(12,2), purchased_at timestamp")}
	query := "select " + benchColumns + " from purchases"
	s.exec(b, "select count(amount) from purchases") // warm
	var loads, scans, drivers []time.Duration
	for b.Loop() {
		s.exec(b, "do 0")
		if _, err := s.warehouse.ExecContext(b.Context(), "drop table if exists purchases"); err != nil {
			b.Fatal(err)
		}
		if _, err := s.warehouse.ExecContext(b.Context(), "delete from etl.partition"); err != nil {
			b.Fatal(err)
		}
		scans = append(scans, timed(func() { scan(b, s.db, query, n) }))
		drivers = append(drivers, timed(func() { scanBelow(b, s.db, query, n) }))
		loads = append(loads, timed(func() {
			if report := s.load(b, s.source(table)); report.Tables[0].Loaded != int64(n) {
				b.Fatalf("%d rows loaded, not %d", report.Tables[0].Loaded, n)
			}
		}))
	}
	load, bare, below := median(loads), median(scans), median(drivers)
	b.ReportMetric(float64(bare)/float64(load), "load/scan")
	b.ReportMetric(float64(below)/float64(load), "load/driver")
	b.ReportMetric(float64(n)/load.Seconds()/1000, "krows/s")
	b.ReportMetric(float64(n)/bare.Seconds()/1000, "krows/s-scan")
}

func timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// scan is a bare loop over database/sql.
func scan(b *testing.B, db *sql.DB, query string, want int) {
	b.Helper()
	rows, err := db.Query(query)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var id, user, plan, amount, at sql.RawBytes
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(&id, &user, &plan, &amount, &at); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil || n != want {
		b.Fatalf("%d rows, %v", n, err)
	}
}

// scanBelow is a bare loop over the driver.
func scanBelow(b *testing.B, db *sql.DB, query string, want int) {
	b.Helper()
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	n := 0
	err = conn.Raw(func(raw any) error {
		rows, err := raw.(driver.QueryerContext).QueryContext(context.Background(), query, nil)
		if err != nil {
			return err
		}
		defer rows.Close()
		row := make([]driver.Value, len(rows.Columns()))
		for ; err == nil; n++ {
			err = rows.Next(row)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	})
	if err != nil || n-1 != want {
		b.Fatalf("%d rows, %v", n-1, err)
	}
}
