package warehouse

import (
	"context"
	"database/sql"
	"time"

	"tearsheet/calendar"
)

// Attempt is what a run did, or tried to do, to some days of a table. It is written
// apart from the rows, so that what failed is remembered although it left no trace.
type Attempt struct {
	RunID          string
	Asset          string
	From, To       calendar.Day // from ≤ day < to; of a whole table WholePart and the day after
	State          AttemptState
	Error          string
	Rows           int64 // that were written
	Changed        int64 // days that have other rows than before
	Started, Ended time.Time
}

// AttemptState says how an attempt ended.
type AttemptState string

// The ends of attempts.
const (
	Succeeded AttemptState = "done"
	Failed    AttemptState = "failed"
	Skipped   AttemptState = "skipped" // for what it is made of failed
)

// Execer runs a statement that returns no rows.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Remember writes attempts into the ledger. What an error quotes of the data may hold
// anything: it is written in UTF-8 without NUL, and its beginning if it is long.
func Remember(ctx context.Context, w Execer, attempts ...Attempt) error {
	for _, a := range attempts {
		_, err := w.ExecContext(ctx, "insert into "+AttemptTable+" (run_id, asset, from_part, to_part, state, error, rows_loaded, changed, started_at, ended_at)"+
			" values ($1, $2, cast($3 as date), cast($4 as date), $5, $6, $7, $8, $9, $10)",
			a.RunID, a.Asset, a.From.String(), a.To.String(), string(a.State), readable(a.Error, longestReason), a.Rows, a.Changed, a.Started.UTC(), a.Ended.UTC())
		if err != nil {
			return err
		}
	}
	return nil
}

// Attempts returns the attempts at a table, or at all tables if it is "", that began
// at an instant or later; the oldest come first.
func Attempts(ctx context.Context, q Querier, table string, since time.Time) ([]Attempt, error) {
	rows, err := q.QueryContext(ctx, "select run_id, asset, from_part, to_part, state, error, rows_loaded, changed, started_at, ended_at from "+AttemptTable+
		" where ($1 = '' or asset = $2) and started_at >= $3 order by started_at, asset, from_part", table, table, since.UTC())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var attempts []Attempt
	for rows.Next() {
		var a Attempt
		var from, to time.Time
		if err := rows.Scan(&a.RunID, &a.Asset, &from, &to, &a.State, &a.Error, &a.Rows, &a.Changed, &a.Started, &a.Ended); err != nil {
			return nil, err
		}
		a.From, a.To = calendar.DayOn(from.Date()), calendar.DayOn(to.Date())
		attempts = append(attempts, a)
	}
	return attempts, rows.Err()
}
