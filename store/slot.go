package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tearsheet/workflow"
)

// A Store is the ledger of a schedule.
var _ workflow.Ledger = (*Store)(nil)

// instant is how instants are kept: in UTC, in one width, so that their order is that of
// their texts.
const instant = "2006-01-02T15:04:05.000000Z"

// Begin keeps the beginning of a job, as workflow.Ledger says.
func (s *Store) Begin(ctx context.Context, job string, at time.Time) (time.Time, error) {
	var kept string
	err := s.db.QueryRowContext(ctx, s.bind(`insert into schedule_job as kept (name, begun) values (?, ?)
		on conflict (name) do update set begun = case when excluded.begun < kept.begun then excluded.begun else kept.begun end
		returning begun`), job, stamp(at)).Scan(&kept)
	if err != nil {
		return time.Time{}, fmt.Errorf("job %q: beginning: %w", job, err)
	}
	return time.Parse(instant, kept)
}

// Begun returns when a job began, or false if it has not.
func (s *Store) Begun(ctx context.Context, job string) (time.Time, bool, error) {
	var kept string
	err := s.db.QueryRowContext(ctx, s.bind(`select begun from schedule_job where name = ?`), job).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("job %q: beginning: %w", job, err)
	}
	begun, err := time.Parse(instant, kept)
	return begun, err == nil, err
}

// BeginAnew lets a job begin at an instant, whatever is kept of it: nothing before it is
// due, and what was carried out by a clock that was ahead of it is forgotten.
func (s *Store) BeginAnew(ctx context.Context, job string, at time.Time) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.bind(`delete from schedule_slot where job = ? and due > ?`), job, stamp(at)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.bind(`insert into schedule_job (name, begun) values (?, ?)
			on conflict (name) do update set begun = excluded.begun`), job, stamp(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("job %q: beginning anew: %w", job, err)
	}
	return nil
}

// Last returns the entry of a job whose slot was due last, or false if there is none.
func (s *Store) Last(ctx context.Context, job string) (workflow.Entry, bool, error) {
	entries, err := s.Slots(ctx, job, 1)
	if err != nil || len(entries) == 0 {
		return workflow.Entry{}, false, err
	}
	return entries[0], true, nil
}

const slotColumns = `job, slot, due, state, started, ended, again, late, missed, attempts, let_by, error`

// Slots returns what is kept of the last n slots of a job, the latest first.
func (s *Store) Slots(ctx context.Context, job string, n int) ([]workflow.Entry, error) {
	rows, err := s.db.QueryContext(ctx, s.bind(
		`select `+slotColumns+` from schedule_slot where job = ? order by due desc, slot desc limit ?`), job, n)
	if err != nil {
		return nil, fmt.Errorf("job %q: slots: %w", job, err)
	}
	defer rows.Close()
	var entries []workflow.Entry
	for rows.Next() {
		e, err := scanSlot(rows)
		if err != nil {
			return nil, fmt.Errorf("job %q: slots: %w", job, err)
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

func scanSlot(rows *sql.Rows) (workflow.Entry, error) {
	var e workflow.Entry
	var due, started, ended, again string
	var late int64
	err := rows.Scan(&e.Job, &e.Slot, &due, &e.State, &started, &ended, &again, &late, &e.Missed, &e.Attempts, &e.By, &e.Error)
	if err != nil {
		return e, err
	}
	e.Late = time.Duration(late) * time.Millisecond
	var faults [4]error
	e.Due, faults[0] = parseStamp(due)
	e.Started, faults[1] = parseStamp(started)
	e.Ended, faults[2] = parseStamp(ended)
	e.Again, faults[3] = parseStamp(again)
	return e, errors.Join(faults[:]...)
}

// Claim keeps an entry if it may, as workflow.Ledger says.
func (s *Store) Claim(ctx context.Context, e workflow.Entry) (bool, error) {
	won, err := s.changed(ctx, `insert into schedule_slot as kept (`+slotColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (job, slot) do update set state = excluded.state, started = excluded.started, ended = excluded.ended,
			again = excluded.again, late = excluded.late, missed = excluded.missed, attempts = excluded.attempts,
			let_by = excluded.let_by, error = excluded.error
		where kept.attempts = excluded.attempts - 1 and kept.state not in ('done', 'missed', 'skipped')`,
		e.Job, e.Slot, stamp(e.Due), string(e.State), stamp(e.Started), stamp(e.Ended), stamp(e.Again), e.Late.Milliseconds(),
		e.Missed, e.Attempts, e.By, e.Error)
	if err != nil {
		return false, fmt.Errorf("job %q, slot %s: claim: %w", e.Job, e.Slot, err)
	}
	return won, nil
}

// Finish keeps what has become of a slot that was claimed.
func (s *Store) Finish(ctx context.Context, e workflow.Entry) error {
	found, err := s.changed(ctx, `update schedule_slot set state = ?, started = ?, ended = ?, again = ?, late = ?, missed = ?, let_by = ?, error = ?
		where job = ? and slot = ? and attempts = ?`,
		string(e.State), stamp(e.Started), stamp(e.Ended), stamp(e.Again), e.Late.Milliseconds(), e.Missed, e.By, e.Error,
		e.Job, e.Slot, e.Attempts)
	if err == nil && !found {
		err = fmt.Errorf("attempt %d is not on record", e.Attempts)
	}
	if err != nil {
		return fmt.Errorf("job %q, slot %s: finish: %w", e.Job, e.Slot, err)
	}
	return nil
}

// changed carries out a statement and reports whether it changed a row.
func (s *Store) changed(ctx context.Context, statement string, values ...any) (bool, error) {
	done, err := s.db.ExecContext(ctx, s.bind(statement), values...)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// stamp writes an instant, and "" for none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(instant)
}

func parseStamp(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(instant, text)
}
