package pg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Replace applies a change in one transaction. Where the server aborts it for the
// sake of another, it is tried three times more. If the answer to the commit is
// lost, the ledger says whether it was done.
func (d *DB) Replace(ctx context.Context, change warehouse.Change) error {
	for attempt := 1; ; attempt++ {
		err := d.attempt(ctx, change)
		if err == nil {
			return nil
		}
		again := hasCode(err, serializationFailure, deadlock) || errors.Is(err, errNotCommitted)
		if !again || attempt == attempts {
			return fmt.Errorf("load of %s: %w", change.Table.Name, d.explain(err, "load of "+change.Table.Name))
		}
		if err := wait(ctx, attempt); err != nil {
			return err
		}
	}
}

var errNotCommitted = errors.New("the connection was lost before the commit was done")

// attempt runs the transaction once. It is done if the ledger says so, even if the
// reply was lost.
func (d *DB) attempt(ctx context.Context, change warehouse.Change) error {
	tally, err := warehouse.NewTally(change)
	if err != nil {
		return err
	}
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		return d.transact(ctx, raw.(*stdlib.Conn).Conn(), change, tally)
	})
	if lost := (*lostReply)(nil); errors.As(err, &lost) {
		return d.committed(context.WithoutCancel(ctx), change, tally)
	}
	return err
}

// lostReply says that a commit was sent and no answer came.
type lostReply struct{ err error }

func (e *lostReply) Error() string { return "commit: " + e.err.Error() }
func (e *lostReply) Unwrap() error { return e.err }

func (d *DB) transact(ctx context.Context, conn *pgx.Conn, change warehouse.Change, tally *warehouse.Tally) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := d.lock(ctx, conn, change); err != nil {
		return err
	}
	for _, statement := range change.Deletions() {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	schema, name := change.Table.Split()
	if err := d.insert(ctx, conn, identifier(schema, name), change.Table.ColumnNames(), facts(change, tally)); err != nil {
		return err
	}
	for _, ledger := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"partition", warehouse.PartitionColumns(), tally.Partitions()},
		{"file", warehouse.FileColumns(), tally.FileRows()},
	} {
		if err := d.insert(ctx, conn, identifier("etl", ledger.name), ledger.columns, each(ledger.rows)); err != nil {
			return err
		}
	}
	if err := tx.Commit(ctx); err != nil {
		var answer *pgconn.PgError
		if errors.As(err, &answer) || ctx.Err() != nil && conn.PgConn().TxStatus() == 'T' {
			return err
		}
		return &lostReply{err}
	}
	return nil
}

func identifier(schema, name string) pgx.Identifier {
	if schema == "" {
		return pgx.Identifier{name}
	}
	return pgx.Identifier{schema, name}
}

// The keys of the advisory locks: one for the table as a whole, one per day.
const (
	wholeTable   = -1 << 31
	mostDayLocks = 500 // the server's table of locks is not large
)

// lock keeps two loads of one day apart. A load of many days locks the table.
func (d *DB) lock(ctx context.Context, conn *pgx.Conn, change warehouse.Change) error {
	if d.redshift {
		return lockLedger(ctx, conn)
	}
	asset := "tearsheet " + change.Table.Name
	if len(change.Days()) > mostDayLocks {
		_, err := conn.Exec(ctx, "select pg_advisory_xact_lock(hashtext($1), $2)", asset, int32(wholeTable))
		return err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_xact_lock_shared(hashtext($1), $2)", asset, int32(wholeTable)); err != nil {
		return err
	}
	var days []int32
	for _, day := range change.Days() { // in one order, so that no two loads wait for each other
		days = append(days, int32(day))
	}
	_, err := conn.Exec(ctx, "select pg_advisory_xact_lock(hashtext($1), day) from unnest($2::integer[]) with ordinality as d(day, i) order by i", asset, days)
	return err
}

// insert writes rows by COPY, or as Redshift can.
func (d *DB) insert(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, columns []string, rows iter.Seq2[[]any, error]) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	var cause error // of our own; the server's answer to a broken COPY hides it
	pull := func() ([]any, error) {
		row, err, ok := next()
		if !ok {
			return nil, nil
		}
		cause = cmp.Or(cause, err)
		return row, err
	}
	var err error
	if d.redshift {
		err = insertRows(ctx, conn, table, columns, pull)
	} else {
		_, err = conn.CopyFrom(ctx, table, columns, pgx.CopyFromFunc(pull))
	}
	if cause != nil {
		return cause
	}
	return err
}

func each(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// facts returns the rows of a change as the driver takes them.
func facts(change warehouse.Change, tally *warehouse.Tally) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if change.Rows == nil {
			return
		}
		values := make([]any, 1+len(change.Table.Columns))
		for row, err := range change.Rows {
			if err == nil {
				err = tally.Add(row)
			}
			if err == nil {
				err = native(values, change.Table, row)
			}
			if !yield(values, err) || err != nil {
				return
			}
		}
	}
}

// native writes a row into values as the driver takes them.
func native(values []any, table warehouse.Table, row warehouse.Row) error {
	values[0] = row.Day.Time()
	for i, value := range row.Values {
		switch v := value.(type) {
		case calendar.Day:
			value = v.Time()
		case time.Time:
			value = v.UTC()
		case string:
			typ := table.Columns[i].Type
			if typ.Kind == warehouse.Decimal {
				n, err := typ.Unscaled(v)
				if err != nil {
					return err
				}
				value = pgtype.Numeric{Int: n, Exp: int32(-typ.Scale), Valid: true}
			}
		}
		values[i+1] = value
	}
	return nil
}

// committed looks in the ledger whether a change is there. It waits for the lock
// that the lost transaction held, so its end is known before the ledger is read.
func (d *DB) committed(ctx context.Context, change warehouse.Change, tally *warehouse.Tally) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("the answer to the commit is lost, and the ledger cannot be asked; run it again: %w", err)
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error { return d.lockAndLook(ctx, raw.(*stdlib.Conn).Conn(), change, tally) })
}

func (d *DB) lockAndLook(ctx context.Context, conn *pgx.Conn, change warehouse.Change, tally *warehouse.Tally) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if err := d.lock(ctx, conn, change); err != nil {
		return err
	}
	for _, row := range tally.Partitions() {
		if err := look(ctx, conn, "partition", warehouse.PartitionColumns(), row); err != nil {
			return err
		}
	}
	for _, row := range tally.FileRows() {
		if err := look(ctx, conn, "file", warehouse.FileColumns(), row); err != nil {
			return err
		}
	}
	return nil
}

// look reports errNotCommitted unless the ledger has just this row.
func look(ctx context.Context, conn *pgx.Conn, table string, columns []string, row []any) error {
	query := "select count(*) from etl." + table + " where true"
	for i, column := range columns {
		query += fmt.Sprintf(" and %q = $%d", column, i+1)
	}
	var n int
	if err := conn.QueryRow(ctx, query, row...).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return errNotCommitted
	}
	return nil
}
