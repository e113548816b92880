package metrics

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tearsheet/calendar"
)

// Source is what metrics need of a warehouse, and no more: it cannot be written to.
type Source interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Loaded returns what is known of each day from ≤ d < to of a table. A day that
	// is absent is not loaded.
	Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error)
}

// answer holds the values of a statement by metric and day. A day without a row is
// absent.
type answer map[*Metric]map[calendar.Day]Value

// run asks source and reads the whole answer. It refuses a day outside s, a second
// row for a day, and what is not a number.
func (st statement) run(ctx context.Context, source Source, s span) (answer, error) {
	rows, err := source.QueryContext(ctx, st.text, st.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	places, err := st.places(columns)
	if err != nil {
		return nil, err
	}
	found := answer{}
	for _, m := range st.metrics {
		found[m] = map[calendar.Day]Value{}
	}
	cells := make([]any, len(columns))
	pointers := make([]any, len(columns))
	for i := range cells {
		pointers[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		narrow(cells, types)
		if err := st.take(found, cells, places, s); err != nil {
			return nil, err
		}
	}
	return found, rows.Err()
}

// CheckColumns says what is wrong with the columns that the statement of m returns:
// those of a long form must be day and value.
func (m *Metric) CheckColumns(columns []string) error {
	if m.SQL == "" {
		return nil
	}
	_, err := statement{metrics: []*Metric{m}, read: byName}.places(columns)
	return err
}

const noDay = -1

// places returns the index of the day's column, then that of each metric.
func (st statement) places(columns []string) ([]int, error) {
	if st.read == byColumn {
		places := make([]int, len(columns))
		for i := range places {
			places[i] = i
		}
		return places, nil
	}
	day, value := -1, -1
	for i, name := range columns {
		switch strings.ToLower(name) {
		case "day":
			day = i
		case "value":
			value = i
		}
	}
	if len(columns) == 2 && day >= 0 && value >= 0 {
		return []int{day, value}, nil
	}
	if len(columns) == 1 && value >= 0 && st.metrics[0].Roll == Whole {
		return []int{noDay, value}, nil // a figure of the whole week needs no day
	}
	return nil, fmt.Errorf("the statement returns the columns %s; it must return day and value", strings.Join(columns, ", "))
}

func (st statement) take(found answer, cells []any, places []int, s span) error {
	day, err := st.day(cells, places[0], s)
	if err != nil {
		return err
	}
	for i, m := range st.metrics {
		value, err := valueFrom(cells[places[i+1]])
		if err != nil {
			return fmt.Errorf("%s: %w", day, err)
		}
		if _, twice := found[m][day]; twice {
			return fmt.Errorf("the statement returned two rows for %s", day)
		}
		found[m][day] = value
	}
	return nil
}

// day returns the day that a row is about. The row of a whole week stands for all of
// it, whichever day it names.
func (st statement) day(cells []any, place int, s span) (calendar.Day, error) {
	whole := st.metrics[0].Roll == Whole
	if place == noDay || whole && cells[place] == nil {
		return s.first, nil
	}
	day, err := dayFrom(cells[place])
	if err != nil {
		return 0, err
	}
	if day < s.first || day >= s.end {
		return 0, fmt.Errorf("the statement returned %s, outside %s to %s: does it use $1 <= day < $2?", day, s.first, s.end-1)
	}
	if whole {
		return s.first, nil
	}
	return day, nil
}

// dayFrom reads what drivers return for a date.
func dayFrom(cell any) (calendar.Day, error) {
	switch v := cell.(type) {
	case time.Time:
		v = v.UTC() // some drivers return an instant in the zone of the machine
		if hour, minute, second := v.Clock(); hour != 0 || minute != 0 || second != 0 || v.Nanosecond() != 0 {
			return 0, fmt.Errorf("the day %s has a clock: a day is a date (name an instant with at:)", v.Format(time.DateTime))
		}
		return calendar.DayOn(v.Date()), nil
	case string:
		return calendar.ParseDay(v)
	case []byte:
		return calendar.ParseDay(string(v))
	case nil:
		return 0, fmt.Errorf("the statement returned a row without a day")
	}
	return 0, fmt.Errorf("the statement returned the day %v, which is not a date", cell)
}

// valueFrom reads what drivers return for a number: NULL is unknown.
func valueFrom(cell any) (Value, error) {
	switch v := cell.(type) {
	case nil:
		return Value{}, nil
	case int64:
		return Int(v), nil
	case int32:
		return Int(int64(v)), nil
	case int16:
		return Int(int64(v)), nil
	case int8:
		return Int(int64(v)), nil
	case uint64:
		return Value{new(big.Rat).SetUint64(v)}, nil
	case float64:
		return finite(Float(v), v)
	case float32:
		return number(strconv.FormatFloat(float64(v), 'g', -1, 32)) // 0.1 and not 0.10000000149
	case *big.Int:
		return Value{new(big.Rat).SetInt(v)}, nil
	case []byte:
		return number(string(v))
	case string:
		return number(v)
	case bool, time.Time:
		return Value{}, fmt.Errorf("the value %v is not a number", v)
	case fmt.Stringer: // decimals of an engine
		return number(v.String())
	}
	return number(fmt.Sprint(cell))
}

// narrow undoes the widening of a driver that returns a real as a double.
func narrow(cells []any, types []*sql.ColumnType) {
	for i, cell := range cells {
		if wide, ok := cell.(float64); ok && types[i].DatabaseTypeName() == "FLOAT4" {
			cells[i] = float32(wide)
		}
	}
}

func finite(value Value, cell any) (Value, error) {
	if !value.Known() {
		return value, fmt.Errorf("the value %v is not a number", cell)
	}
	return value, nil
}

func number(text string) (Value, error) {
	value, err := ParseValue(text)
	if err != nil || strings.Contains(text, "/") { // an engine writes decimals; 1/7 is a text
		return Value{}, fmt.Errorf("the value %q is not a number", text)
	}
	return value, nil
}
