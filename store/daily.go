package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// Stored returns the daily values kept of a computation for the days from ≤ d < to.
func (s *Store) Stored(ctx context.Context, computation string, from, to calendar.Day) (map[calendar.Day]metrics.Stored, error) {
	rows, err := s.db.QueryContext(ctx, s.bind(
		`select day, value, version from daily_value where computation = ? and day >= ? and day < ?`),
		computation, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("daily values: %w", err)
	}
	defer rows.Close()
	stored := map[calendar.Day]metrics.Stored{}
	for rows.Next() {
		var day, value, version string
		if err := rows.Scan(&day, &value, &version); err != nil {
			return nil, fmt.Errorf("daily values: %w", err)
		}
		d, err := calendar.ParseDay(day)
		if err != nil {
			return nil, fmt.Errorf("daily values: %w", err)
		}
		kept := metrics.Stored{Version: version}
		if kept.Value, err = parse(value); err != nil {
			return nil, fmt.Errorf("daily value of %s: %w", day, err)
		}
		stored[d] = kept
	}
	return stored, rows.Err()
}

// Keep replaces the values of the given days by computation, all of them or none.
func (s *Store) Keep(ctx context.Context, values map[string]map[calendar.Day]metrics.Stored) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, s.bind(
			`insert into daily_value (computation, day, value, version) values (?, ?, ?, ?)
			on conflict (computation, day) do update set value = excluded.value, version = excluded.version`))
		if err != nil {
			return err
		}
		defer insert.Close()
		for computation, days := range values {
			for day, stored := range days {
				if _, err := insert.ExecContext(ctx, computation, day.String(), text(stored.Value), stored.Version); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep daily values: %w", err)
	}
	return nil
}

// KeepStatement keeps the text that last computed each of some computations.
func (s *Store) KeepStatement(ctx context.Context, ran metrics.Ran, computations []string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, computation := range computations {
			if _, err := tx.ExecContext(ctx, s.bind(
				`insert into statement (computation, text, first_day, last_day) values (?, ?, ?, ?)
				on conflict (computation) do update set text = excluded.text, first_day = excluded.first_day, last_day = excluded.last_day`),
				computation, ran.Text, ran.First.String(), ran.Last.String()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep a statement: %w", err)
	}
	return nil
}

// Statement returns the text that last computed a computation, or false if none
// has yet.
func (s *Store) Statement(ctx context.Context, computation string) (metrics.Ran, bool, error) {
	var ran metrics.Ran
	var first, last string
	err := s.db.QueryRowContext(ctx, s.bind(
		`select text, first_day, last_day from statement where computation = ?`), computation).Scan(&ran.Text, &first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return ran, false, nil
	}
	if err != nil {
		return ran, false, fmt.Errorf("statement: %w", err)
	}
	var firstErr, lastErr error
	ran.First, firstErr = calendar.ParseDay(first)
	ran.Last, lastErr = calendar.ParseDay(last)
	return ran, true, errors.Join(firstErr, lastErr)
}

// text writes a value, exactly, and "" for an unknown one.
func text(v metrics.Value) string {
	if !v.Known() {
		return ""
	}
	return v.String()
}

// parse reads what text writes.
func parse(text string) (metrics.Value, error) {
	if text == "" {
		return metrics.Value{}, nil
	}
	return metrics.ParseValue(text)
}
