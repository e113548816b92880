package schemadoc_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/schemadoc"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// BenchmarkReadOfABigFact reads the document of a fact of 12 million rows in 24 days, with
// 3 categorical columns and one of free text. Its limit is one scan in which the same
// columns of all rows are counted.
func BenchmarkReadOfABigFact(b *testing.B) {
	w, err := duck.Open(b.Context(), filepath.Join(b.TempDir(), "big.duckdb"), warehouse.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	asset := &pipeline.Asset{Name: "likes", SQL: "select", Columns: []pipeline.Column{column("day", "date", "d"), column("user_id", "bigint", "u"),
		column("client", "text", "c", categorical), column("action", "text", "a"), column("is_staff", "boolean", "s"), column("note", "text", "n")}}
	if err := w.Ensure(b.Context(), asset.Table()); err != nil {
		b.Fatal(err)
	}
	const rowsADay = 500_000
	for d := range 24 {
		day := today.Add(-24 + d)
		_, err := w.Build(b.Context(), warehouse.Build{Table: asset.Table(), Parts: []warehouse.Part{{Day: day, InputHash: "x"}}, RunID: "r", At: loadedAt,
			Select: fmt.Sprintf(`select $1::date as day, (i * 7919) %% 3000000 as user_id, 'client ' || (i %% 6) as client, 'action ' || (i %% 19) as action,
				i %% 1000 = 0 as is_staff, 'note ' || i as note from range(%d) r(i)`, rowsADay)})
		if err != nil {
			b.Fatal(err)
		}
	}
	var limit, read time.Duration
	b.ResetTimer()
	for b.Loop() {
		start := time.Now()
		rows, err := w.QueryContext(b.Context(), "select count(client), count(action), count(is_staff), count(note), count(user_id), max(note), min(client), max(action) from likes")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
		}
		rows.Close()
		limit += time.Since(start)
		start = time.Now()
		doc, err := schemadoc.Read(b.Context(), w, []*pipeline.Asset{asset}, schemadoc.Options{AsOf: today - 1})
		if err != nil {
			b.Fatal(err)
		}
		read += time.Since(start)
		if c := doc.Groups[0].Tables[0]; len(c.Columns[2].Values) != 6 || len(c.Columns[3].Values) != 19 || c.Counted.To-c.Counted.From != calendar.Day(20) {
			b.Fatalf("counted %+v, %+v", c.Counted, c.Columns[2].Values)
		}
	}
	b.ReportMetric(float64(read)/float64(limit), "times_one_scan")
	b.ReportMetric(float64(read.Milliseconds())/float64(b.N), "ms_document")
}
