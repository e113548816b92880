package metrics_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// night is a real warehouse, a real store and the weeks that are wanted of them: two,
// the latter with a clock change.
type night struct {
	t         *testing.T
	calendar  calendar.Calendar
	path      string
	warehouse *duck.DB
	store     *store.Store
	weeks     []calendar.Week
	asked     []string // the statements that were sent
}

func newNight(t *testing.T) *night {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	n := &night{t: t, calendar: c, path: filepath.Join(t.TempDir(), "w.duckdb")}
	n.weeks = c.WeeksTo(2, c.WeekOf(calendar.DayOn(2026, time.March, 8)))
	if n.warehouse, err = duck.Open(t.Context(), n.path, warehouse.Limits{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.warehouse.Close() })
	if n.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "store.sqlite")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.store.Close() })
	for _, table := range []string{"likes", "visits"} {
		if err := n.warehouse.Ensure(t.Context(), facts(table)); err != nil {
			t.Fatal(err)
		}
		n.loadDays(table, n.first(), n.end(), 3, calendar.Whole())
	}
	return n
}

func (n *night) first() calendar.Day { return n.weeks[0].First() }
func (n *night) end() calendar.Day   { return n.weeks[1].End() }

func facts(table string) warehouse.Table {
	number, _ := warehouse.ParseType("bigint")
	return warehouse.Table{Name: table, Columns: []warehouse.Column{{Name: "user_id", Type: number}}}
}

// load replaces a day with so many rows, one for each user from 1.
func (n *night) load(table string, day calendar.Day, rows int, coverage calendar.Coverage) {
	n.t.Helper()
	n.loadDays(table, day, day+1, rows, coverage)
}

func (n *night) loadDays(table string, from, to calendar.Day, rows int, coverage calendar.Coverage) {
	n.t.Helper()
	change := warehouse.Change{Table: facts(table), At: time.Unix(0, 0), RunID: "test"}
	for day := from; day < to; day++ {
		change.Parts = append(change.Parts, warehouse.Part{Day: day, Coverage: coverage, InputHash: fmt.Sprint(rows)})
	}
	change.Rows = func(yield func(warehouse.Row, error) bool) {
		for i := range rows * len(change.Parts) {
			if !yield(warehouse.Row{Day: from.Add(i / rows), Values: []any{int64(i%rows + 1)}}, nil) {
				return
			}
		}
	}
	if err := n.warehouse.Replace(n.t.Context(), change); err != nil {
		n.t.Fatal(err)
	}
}

// QueryContext and Loaded make a night the source, which notes what it is asked.
func (n *night) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	n.asked = append(n.asked, query)
	return n.warehouse.QueryContext(ctx, query, args...)
}

func (n *night) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	return n.warehouse.Loaded(ctx, table, from, to)
}

func (n *night) refresh(list []*metrics.Metric) metrics.Refresh {
	return metrics.Refresh{Calendar: n.calendar, Registry: metrics.NewRegistry(nil, list), Source: n, Archive: n.store}
}

// run refreshes the metrics and wants so much work.
func (n *night) run(list []*metrics.Metric, want metrics.Work) metrics.History {
	n.t.Helper()
	n.asked = nil
	history, work, err := n.refresh(list).Run(n.t.Context(), list, n.weeks)
	if err != nil {
		n.t.Fatal(err)
	}
	if work != want || len(n.asked) != want.Statements {
		n.t.Errorf("the work is %+v, %d statements were sent; want %+v", work, len(n.asked), want)
	}
	return history
}

// seen writes the days of a metric: its value, or "-" for one that is not loaded.
func (n *night) seen(history metrics.History, metric string) string {
	var list []string
	for day := n.first(); day < n.end(); day++ {
		reading := history[metric].Days[day]
		text := reading.Value.String()
		if !reading.Loaded() {
			text = "-"
			if reading.Value.Known() {
				n.t.Errorf("%s of %s is %s, though it is not loaded", metric, day, reading.Value)
			}
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func (n *night) want(history metrics.History, metric, days string) {
	n.t.Helper()
	if got := n.seen(history, metric); got != days {
		n.t.Errorf("%s is %s, want %s", metric, got, days)
	}
}

func likes() *metrics.Metric { return counted("likes", "likes", "count(*)") }

func counted(name, table, measure string) *metrics.Metric {
	return &metrics.Metric{Name: name, Roll: metrics.Mean, Empty: metrics.EmptyZero, From: table, Measure: measure, Day: "day"}
}
