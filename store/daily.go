package store

import (
	"context"
	"database/sql"
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
		if value != "" {
			if kept.Value, err = metrics.ParseValue(value); err != nil {
				return nil, fmt.Errorf("daily value of %s: %w", day, err)
			}
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

// text writes a value, exactly, and "" for an unknown one.
func text(v metrics.Value) string {
	if !v.Known() {
		return ""
	}
	return v.String()
}
