package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/pg"
)

// reader is a warehouse that is open for statements from metrics.yaml, and for
// nothing else.
type reader interface {
	warehouse.Reader
	Describe(ctx context.Context, query string) ([]warehouse.ResultColumn, error)
	Close() error
}

func openReader(ctx context.Context, c *config) (reader, error) {
	if path, ok := strings.CutPrefix(c.warehouse, "duckdb:"); ok {
		r, err := duck.OpenReadOnly(ctx, path, c.limits)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usageError(fmt.Errorf("the warehouse %s does not exist: make it, or name another in warehouse.url", path))
		}
		return r, err
	}
	return pg.OpenReadOnly(ctx, c.warehouse, c.limits)
}

func openWarehouse(ctx context.Context, c *config) (warehouse.Warehouse, error) {
	if path, ok := strings.CutPrefix(c.warehouse, "duckdb:"); ok {
		return duck.Open(ctx, path, c.limits)
	}
	return pg.Open(ctx, c.warehouse, c.limits)
}

// daysAtOnce is how many days a statement covers: an embedded warehouse prunes by
// day, a server without an index on the day scans for each statement.
func (c *config) daysAtOnce() int {
	if strings.HasPrefix(c.warehouse, "duckdb:") {
		return 7
	}
	return 92
}

// origin names the warehouse, from whichever folder the program runs, and without the
// password.
func (c *config) origin() string {
	if path, ok := strings.CutPrefix(c.warehouse, "duckdb:"); ok {
		if absolute, err := filepath.Abs(path); err == nil {
			return "duckdb:" + absolute
		}
	}
	return store.Redact(c.warehouse)
}

// distinct is the engine's fast way to count distinct integers, or nil.
func (c *config) distinct() metrics.DistinctCounter {
	if strings.HasPrefix(c.warehouse, "duckdb:") {
		return duck.CountDistinct
	}
	return nil
}

// source returns what metrics read from: the warehouse with its ledger, or, filled
// by others, the warehouse with what the configuration says of its days; and the
// first of the last complete days, which are read again if there is no ledger.
func source(ctx context.Context, p *project, r reader, today calendar.Day) (from metrics.Source, again calendar.Day, err error) {
	if !p.config.others {
		return untilToday{r, today}, today, nil
	}
	through, err := completeThrough(ctx, p.config, r, today)
	if err != nil {
		return nil, 0, usageError(err)
	}
	first := &firstDays{reader: r, calendar: p.config.calendar, registry: p.registry, today: today, known: map[string]firstDay{}}
	return warehouse.Brownfield{Querier: r, FirstDay: first.of,
		CompleteFrom: p.config.completeFrom, CompleteThrough: through}, through.Add(1 - p.config.recomputeDays), nil
}

// untilToday is a source of which today and what comes after are not loaded, whatever
// its ledger holds: a day is not complete before it is over.
type untilToday struct {
	metrics.Source
	today calendar.Day
}

// Loaded returns what is loaded of the days before today.
func (u untilToday) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	if to = min(to, u.today); to <= from {
		return nil, nil
	}
	return u.Source.Loaded(ctx, table, from, to)
}

// completeThrough returns the last day that others have filled completely.
func completeThrough(ctx context.Context, c *config, r reader, today calendar.Day) (calendar.Day, error) {
	switch {
	case c.completeThrough == "":
		return today - 1, nil
	case !strings.Contains(c.completeThrough, " "):
		return calendar.ParseDay(c.completeThrough)
	}
	if _, err := r.Describe(ctx, c.completeThrough); err != nil {
		return 0, fmt.Errorf("complete_through: %w", err)
	}
	value, column, err := oneValue(ctx, r, c.completeThrough)
	if err != nil {
		return 0, fmt.Errorf("complete_through: %w", err)
	}
	if column == "TIMESTAMP" && isMidnight(value) {
		column = "DATE" // of dates kept as timestamps; nobody means the evening before
	}
	day, ok, err := dayOf(value, column, c.calendar)
	switch {
	case err != nil:
		return 0, fmt.Errorf("complete_through: %w", err)
	case !ok:
		return 0, fmt.Errorf("complete_through: the statement returned no date")
	}
	return day, nil
}

func isMidnight(value any) bool {
	instant, ok := value.(time.Time)
	return ok && instant.Equal(calendar.DayOn(instant.UTC().Date()).Time())
}

// oneValue runs a statement that returns one value, and says of which type; nil is
// NULL, or no row.
func oneValue(ctx context.Context, q warehouse.Querier, query string, args ...any) (value any, column string, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, "", err
	}
	if len(columns) != 1 {
		return nil, "", fmt.Errorf("the statement returns %d columns, not one", len(columns))
	}
	if rows.Next() {
		if err := rows.Scan(&value); err != nil {
			return nil, "", err
		}
	}
	return value, strings.ToUpper(columns[0].DatabaseTypeName()), rows.Err()
}

// dayOf is the day of a date, or of an instant in the company's zone: a value with a
// clock is an instant. NULL is no day.
func dayOf(value any, column string, c calendar.Calendar) (day calendar.Day, ok bool, err error) {
	switch v := value.(type) {
	case nil:
		return 0, false, nil
	case time.Time:
		if column == "DATE" {
			return calendar.DayOn(v.Date()), true, nil
		}
		return c.DayOf(v), true, nil
	case string:
		day, err := calendar.ParseDay(v)
		return day, err == nil, err
	}
	return 0, false, fmt.Errorf("%v is not a date", value)
}

// firstDays finds the first day of tables that others fill: days before it are not
// known to be empty.
type firstDays struct {
	reader   reader
	calendar calendar.Calendar
	registry *metrics.Registry
	today    calendar.Day
	known    map[string]firstDay
}

type firstDay struct {
	day calendar.Day
	ok  bool
}

func (f *firstDays) of(ctx context.Context, table string) (calendar.Day, bool, error) {
	if known, ok := f.known[table]; ok {
		return known.day, known.ok, nil
	}
	query, args, err := f.query(table)
	if err != nil {
		return 0, false, err
	}
	value, column, err := oneValue(ctx, f.reader, query, args...)
	if err != nil {
		return 0, false, fmt.Errorf("first day: %w", err)
	}
	day, ok, err := dayOf(value, column, f.calendar)
	if err != nil {
		return 0, false, fmt.Errorf("first day: %w", err)
	}
	f.known[table] = firstDay{day, ok}
	return day, ok, nil
}

// query asks for the least day of a table by the column that a short form over it
// names. A table that others only look into begins where what they return begins.
func (f *firstDays) query(table string) (string, []any, error) {
	var looksInto *metrics.Metric
	for _, m := range f.registry.Metrics() {
		at := slices.Index(m.Tables(), table)
		switch {
		case at == 0 && m.From != "":
			return leastDay(m), nil, nil
		case at >= 0 && looksInto == nil && (m.From != "" || m.Roll != metrics.Whole):
			looksInto = m
		}
	}
	switch {
	case looksInto == nil:
		return "", nil, fmt.Errorf("no metric says which column of %s is its day: name warehouse.complete_from", table)
	case looksInto.From != "":
		return leastDay(looksInto), nil, nil
	}
	begin, end := calendar.DayOn(1900, 1, 1), f.today+1
	return "select cast(min(day) as date) from (" + looksInto.SQL + "\n) as history", []any{begin.Time(), end.Time()}, nil
}

// leastDay asks for the first day or instant of the table of a short form. A day is
// asked for as a date: were its column a timestamp, its midnight would be taken for
// an instant, and in America for the evening before.
func leastDay(m *metrics.Metric) string {
	if m.At != "" {
		return "select min(" + m.At + ") from " + m.From
	}
	return "select cast(min(" + m.Day + ") as date) from " + m.From
}
