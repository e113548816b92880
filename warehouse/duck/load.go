package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/warehouse"
)

// attempts is how often a transaction is tried that another one of this process made
// fail.
const attempts = 10

// conflict reports whether a transaction failed since another one, of this process,
// changed the same rows meanwhile.
func conflict(err error) bool {
	var engine *duckdb.Error
	if err == nil || !errors.As(err, &engine) {
		return false
	}
	return strings.Contains(engine.Msg, "onflict") && !outOfSpace(engine.Msg)
}

// transact runs a transaction on a connection of its own. With again it is repeated
// while others get in its way.
func (d *DB) transact(ctx context.Context, again bool, do func(conn *sql.Conn, tx *sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, do)
		if !again || attempt == attempts || !conflict(err) {
			return err
		}
		timer := time.NewTimer(time.Duration(attempt*attempt) * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

func (d *DB) once(ctx context.Context, do func(conn *sql.Conn, tx *sql.Tx) error) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return explain(err, d.path, "begin", d.limits)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return explain(err, d.path, "begin", d.limits)
	}
	defer tx.Rollback()
	if err := do(conn, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if conflict(err) {
			return err
		}
		return explain(err, d.path, "commit", d.limits)
	}
	return nil
}

// run executes statements in a transaction.
func (d *DB) run(ctx context.Context, tx *sql.Tx, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			if conflict(err) {
				return err
			}
			return explain(err, d.path, statement, d.limits)
		}
	}
	return nil
}

// LoadFile takes the rows of a file in the place of those of its path.
func (d *DB) LoadFile(ctx context.Context, load warehouse.FileLoad) error {
	if _, ok := load.Table.Column(warehouse.FileColumn); !ok {
		return fmt.Errorf("load of %s: table %s has no column %s", load.Path, load.Table.Name, warehouse.FileColumn)
	}
	if err := load.Table.Validate(); err != nil {
		return err
	}
	err := d.transact(ctx, false, func(conn *sql.Conn, tx *sql.Tx) error { return d.loadFile(ctx, conn, tx, load) })
	if err != nil {
		return fmt.Errorf("load of %s: %w", load.Path, err)
	}
	return nil
}

func (d *DB) loadFile(ctx context.Context, conn *sql.Conn, tx *sql.Tx, load warehouse.FileLoad) error {
	var known int
	query := "select count(*) from " + warehouse.FileTable + " where asset = $1 and path = $2"
	if err := tx.QueryRowContext(ctx, query, load.Table.Name, load.Path).Scan(&known); err != nil {
		return explain(err, d.path, query, d.limits)
	}
	if known > 0 { // a new file costs no scan for old rows
		own := "delete from " + warehouse.FileTable + " where asset = " + warehouse.Literal(load.Table.Name) + " and path = " + warehouse.Literal(load.Path)
		if err := d.run(ctx, tx, append(warehouse.FileDeletions(load.Table, load.Path), own)...); err != nil {
			return err
		}
	}
	if err := d.appendBatches(ctx, conn, load); err != nil {
		return explain(err, d.path, "insert into "+load.Table.Name, d.limits)
	}
	entry, err := load.Entry()
	if err != nil {
		return err
	}
	entry.RunID, entry.At = load.RunID, load.At
	files := target{warehouse.Table{Name: warehouse.FileTable}, warehouse.FileColumns()}
	if err := appendAll(ctx, conn, files, [][]any{entry.LedgerRow(load.Table.Name)}); err != nil {
		return explain(err, d.path, "insert into "+warehouse.FileTable, d.limits)
	}
	var days [][]any
	for _, day := range entry.Days {
		days = append(days, []any{load.Table.Name, load.Path, day.Day.Time(), day.Rows})
	}
	fileDays := target{warehouse.Table{Name: warehouse.FileDayTable}, warehouse.FileDayColumns()}
	return explain(appendAll(ctx, conn, fileDays, days), d.path, "insert into "+warehouse.FileDayTable, d.limits)
}

// appendBatches writes the rows of a file, and its refused lines. Both appenders stay
// open, since each batch may bring some of both.
func (d *DB) appendBatches(ctx context.Context, conn *sql.Conn, load warehouse.FileLoad) error {
	rejects := target{warehouse.Table{Name: warehouse.RejectTable}, warehouse.RejectColumns()}
	return conn.Raw(func(raw any) error {
		return appendTo(ctx, raw.(driver.Conn), rejects, func(reject func(...driver.Value) error) error {
			return appendVectors(ctx, raw.(driver.Conn), placeOf(load.Table), load.Table, checked(ctx, load, reject))
		})
	})
}

// checked passes the batches of a file on and writes its refused lines.
func checked(ctx context.Context, load warehouse.FileLoad, reject func(...driver.Value) error) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for batch, err := range load.Batches {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = batch.Validate(load.Table)
			}
			if err == nil {
				for _, r := range batch.Rejects {
					if err = reject(load.Table.Name, load.Path, r.Line, r.Offset, strings.ToValidUTF8(strings.ReplaceAll(string(r.Text), "\x00", "\uFFFD"), "\uFFFD"), r.Reason); err != nil {
						break
					}
				}
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}
