package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// The benchmarks print ratios to a limit or a peer that is measured in the same
// run, since seconds are only true of one machine.

const benchDays = 35

// benchMemory is what DuckDB may use, its cache of the file included.
const benchMemory = 1 << 30

// benchFacts makes a table of so many rows over 35 days, in the order of time, with
// three million users of whom each acts a few times a day.
func benchFacts(b *testing.B, rows int) *benchSource {
	b.Helper()
	path := filepath.Join(b.TempDir(), "facts.duckdb")
	connector, err := duckdb.NewConnector(path, nil)
	if err != nil {
		b.Fatal(err)
	}
	db := sql.OpenDB(connector)
	mustExec(b, db, fmt.Sprintf(`create table actions as
		select date '2026-10-12' + cast(i * %d // %d as integer) as day,
			cast(1 + hash(i) %% 3000000 as bigint) as user_id,
			cast(hash(i * 7) %% 8 as integer) as action,
			cast(hash(i * 11) %% 4 as integer) as client,
			cast(hash(i * 13) %% 1000 as bigint) as amount
		from range(%d) as t(i)`, benchDays, rows, rows))
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	reader, err := duck.OpenReadOnly(b.Context(), path, warehouse.Limits{Memory: benchMemory, Timeout: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { reader.Close() })
	forgetPeak()
	return &benchSource{Reader: reader, days: benchDays}
}

// benchSource is the table with a ledger that knows its first days.
type benchSource struct {
	*duck.Reader
	days int
}

var benchFirst = calendar.DayOn(2026, time.October, 12)

func (s *benchSource) Loaded(_ context.Context, _ string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	loads := map[calendar.Day]calendar.Load{}
	for day := max(from, benchFirst); day < min(to, benchFirst.Add(s.days)); day++ {
		loads[day] = calendar.Load{Coverage: calendar.Whole(), Version: "1"}
	}
	return loads, nil
}

// benchRegistry has 40 metrics over the table, 20 of them distinct counts, each
// with a filter of its own.
func benchRegistry(b *testing.B) *metrics.Registry {
	b.Helper()
	var text strings.Builder
	text.WriteString("teams: [{name: all, title: All}]\nmetrics:\n")
	for i := range 40 {
		measure, filter := "count(*)", i/2
		if i%2 == 1 {
			measure = "count(distinct user_id)"
		}
		where := fmt.Sprintf("action in (%d, %d)", filter%8, (filter+3)%8)
		if filter%2 == 1 {
			where = fmt.Sprintf("action = %d and client = %d", filter%8, filter%4)
		}
		fmt.Fprintf(&text, "  - name: metric_%d\n    team: all\n    definition: What the benchmark counts under the filter number %d of its table.\n"+
			"    unit: things\n    better: up\n    week: mean\n    from: actions\n    measure: %s\n    where: %s\n", i, filter, measure, where)
	}
	registry, _, err := metrics.Load("metrics.yaml", []byte(text.String()), metrics.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return registry
}

type bench struct {
	source   *benchSource
	registry *metrics.Registry
	calendar calendar.Calendar
	weeks    []calendar.Week
}

func newBench(b *testing.B, rows int) *bench {
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		b.Fatal(err)
	}
	return &bench{benchFacts(b, rows), benchRegistry(b), c, c.WeeksTo(benchDays/7, c.WeekOf(benchFirst.Add(benchDays-1)))}
}

// refresh brings a store up to date and returns how long it took.
func (n *bench) refresh(b *testing.B, s *store.Store) (metrics.Work, time.Duration) {
	b.Helper()
	begin := time.Now()
	_, work, err := metrics.Refresh{Calendar: n.calendar, Registry: n.registry, Source: n.source, Archive: s, Distinct: duck.CountDistinct}.
		Run(b.Context(), n.registry.Metrics(), n.weeks)
	if err != nil {
		b.Fatal(err)
	}
	return work, time.Since(begin)
}

func newStore(b *testing.B) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "store.sqlite"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// query runs a statement to its end and returns how long it took.
func (n *bench) query(b *testing.B, text string) time.Duration {
	b.Helper()
	begin := time.Now()
	rows, err := n.source.QueryContext(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func BenchmarkMetrics(b *testing.B) {
	for _, millions := range []int{10, 100} {
		b.Run(fmt.Sprintf("%dM", millions), func(b *testing.B) {
			n := newBench(b, millions*1_000_000)
			n.query(b, scanOfSameColumns) // into the page cache
			for b.Loop() {
				n.round(b)
			}
		})
	}
}

const scanOfSameColumns = "select day, count(*), sum(user_id), sum(action), sum(client) from actions group by day"

// round measures the limit, the peer and ours once, each from cold daily values.
func (n *bench) round(b *testing.B) {
	scan := n.query(b, scanOfSameColumns)
	var separate time.Duration
	for _, m := range n.registry.Metrics() {
		separate += n.query(b, fmt.Sprintf("select day, %s as value from actions where (%s) and day >= date '%s' and day < date '%s' group by day",
			m.Measure, m.Where, benchFirst, benchFirst.Add(benchDays)))
	}
	s := newStore(b)
	n.source.days = benchDays - 1
	_, most := n.refresh(b, s)
	n.source.days = benchDays
	_, oneDay := n.refresh(b, s)
	work, nothing := n.refresh(b, s)
	if work.Statements != 0 {
		b.Fatalf("nothing changed, and %d statements were sent", work.Statements)
	}
	cold := most + oneDay
	b.ReportMetric(float64(cold)/float64(scan), "cold/scan")
	b.ReportMetric(float64(separate)/float64(cold), "separate/cold")
	b.ReportMetric(float64(cold)/float64(oneDay), "cold/one-more-day")
	b.ReportMetric(float64(nothing.Microseconds())/1000, "ms-nothing-changed")
	b.ReportMetric(cold.Seconds(), "s-cold")
	b.ReportMetric(peakMemory()/1e6, "MB-peak")
}

// forgetPeak begins a new measurement of the peak of memory, without what making the
// table took.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peakMemory returns the most memory that was resident since forgetPeak, in bytes, or
// 0 where no /proc tells.
func peakMemory() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0
	}
	return kilobytes * 1024
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkWarmDocument makes the document from stored daily values. Its own CPU
// time must not depend on the rows of the facts.
func BenchmarkWarmDocument(b *testing.B) {
	for _, rows := range []int{100_000, 10_000_000} {
		b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
			n := newBench(b, rows)
			s := newStore(b)
			n.refresh(b, s)
			begin := cpu()
			for b.Loop() {
				history, _, err := metrics.Refresh{Calendar: n.calendar, Registry: n.registry, Source: n.source, Archive: s, Distinct: duck.CountDistinct}.
					Run(b.Context(), n.registry.Metrics(), n.weeks)
				if err != nil {
					b.Fatal(err)
				}
				tearsheet.Build(tearsheet.Inputs{Calendar: n.calendar, Last: n.weeks[len(n.weeks)-1],
					Registry: n.registry, History: history, Plan: (*noPlan)(nil)})
			}
			b.ReportMetric(float64((cpu()-begin).Microseconds())/1000/float64(b.N), "ms-cpu/op")
		})
	}
}

type noPlan struct{}

func (*noPlan) Week(*metrics.Metric, calendar.Week) metrics.Value { return metrics.Value{} }
func (*noPlan) Rule(*metrics.Metric) string                       { return "" }

func BenchmarkRender(b *testing.B) {
	doc := rendertest.Sample()
	for _, format := range formats {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				if err := renderer(format, "letter").Render(io.Discard, doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
