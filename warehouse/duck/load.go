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
// changed the same rows or tables meanwhile. Its text has to begin so: what comes after
// may quote a name or a value.
func conflict(err error) bool {
	var engine *duckdb.Error
	if err == nil || !errors.As(err, &engine) || engine.Type != duckdb.ErrorTypeTransaction {
		return false
	}
	text := strings.TrimPrefix(strings.TrimPrefix(engine.Msg, "TransactionContext Error: "), "Failed to commit: ")
	for _, beginning := range []string{"Conflict on ", "Catalog write-write conflict", "write-write conflict", "Write-write conflict", "Transaction conflict"} {
		if strings.HasPrefix(text, beginning) {
			return true
		}
	}
	return false
}

// transact runs a transaction on a connection of its own. With again it is repeated
// while others get in its way.
func (d *DB) transact(ctx context.Context, again bool, do func(conn *sql.Conn, tx *sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, do)
		if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
			return fmt.Errorf("%w: %w", ctx.Err(), err) // DuckDB says "Interrupted!" only
		}
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
	// With ctx, database/sql would roll back by itself as soon as ctx ends: between two
	// appends, of which the second would then be committed alone.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return explain(err, d.path, "begin", d.limits)
	}
	defer tx.Rollback()
	if err := do(conn, tx); err != nil {
		warehouse.Rethrow(err)
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return explain(tx.Commit(), d.path, "commit", d.limits)
}

// lend lends the driver's connection within a transaction, and returns a panic in do as
// a *warehouse.Panicked: database/sql closes a connection on which something panics, and
// waits for the end of its transaction, which is above and never comes.
func lend(conn *sql.Conn, do func(raw driver.Conn) error) error {
	return conn.Raw(func(raw any) error {
		return warehouse.Catch(func() error { return do(raw.(driver.Conn)) })
	})
}

// run executes statements in a transaction.
func (d *DB) run(ctx context.Context, tx *sql.Tx, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return explain(err, d.path, statement, d.limits)
		}
	}
	return nil
}

// LoadFiles takes the rows of files in the place of those of their paths.
func (d *DB) LoadFiles(ctx context.Context, loads ...warehouse.FileLoad) error {
	if err := warehouse.ValidateLoads(loads); err != nil || len(loads) == 0 {
		return err
	}
	paths := make([]string, len(loads))
	for i, load := range loads {
		paths[i] = load.Path
	}
	release, err := d.files.hold(ctx, fileNames(loads[0].Table, paths...)...)
	if err != nil {
		return fmt.Errorf("load of %s: %w", loads[0].Path, err)
	}
	defer release()
	return d.transact(ctx, false, func(conn *sql.Conn, tx *sql.Tx) error { return d.loadFiles(ctx, conn, tx, loads) })
}

func (d *DB) loadFiles(ctx context.Context, conn *sql.Conn, tx *sql.Tx, loads []warehouse.FileLoad) error {
	if err := d.clearFiles(ctx, tx, loads); err != nil {
		return err
	}
	table := loads[0].Table
	var entries, days [][]any
	err := lend(conn, func(raw driver.Conn) error {
		rejects := target{warehouse.Table{Name: warehouse.RejectTable}, warehouse.RejectColumns()}
		return appendTo(ctx, raw, rejects, func(reject func(...driver.Value) error) error {
			return d.appendVectors(ctx, raw, placeOf(table), table, each(ctx, loads, reject, func(load warehouse.FileLoad) error {
				entry, err := load.Enter()
				if err != nil {
					return err
				}
				entries = append(entries, entry.LedgerRow(table.Name))
				for _, day := range entry.Days {
					days = append(days, []any{table.Name, load.Path, day.Day.Time(), day.Rows})
				}
				return nil
			}))
		})
	})
	if err != nil {
		return explain(err, d.path, "insert into "+table.Name, d.limits)
	}
	files := target{warehouse.Table{Name: warehouse.FileTable}, warehouse.FileColumns()}
	if err := appendAll(ctx, conn, files, entries); err != nil {
		return explain(err, d.path, "insert into "+warehouse.FileTable, d.limits)
	}
	fileDays := target{warehouse.Table{Name: warehouse.FileDayTable}, warehouse.FileDayColumns()}
	return explain(appendAll(ctx, conn, fileDays, days), d.path, "insert into "+warehouse.FileDayTable, d.limits)
}

// clearFiles takes away what the table has of the paths. New files cost no scan.
func (d *DB) clearFiles(ctx context.Context, tx *sql.Tx, loads []warehouse.FileLoad) error {
	table := loads[0].Table
	paths := make([]string, len(loads))
	for i, load := range loads {
		paths[i] = warehouse.Literal(load.Path)
	}
	which := " from " + warehouse.FileTable + " where asset = " + warehouse.Literal(table.Name) + " and path in (" + strings.Join(paths, ", ") + ")"
	rows, err := tx.QueryContext(ctx, "select path"+which)
	if err != nil {
		return explain(err, d.path, "select path"+which, d.limits)
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var path string
		if err := rows.Scan(&path); err != nil {
			return err
		}
		statements = append(statements, warehouse.FileDeletions(table, path)...)
	}
	if err := rows.Err(); err != nil || len(statements) == 0 {
		return err
	}
	return d.run(ctx, tx, append(statements, "delete"+which)...)
}

// each passes the batches of files on, writes their refused lines, and closes each file
// when its batches have been taken.
func each(ctx context.Context, loads []warehouse.FileLoad, reject func(...driver.Value) error, taken func(warehouse.FileLoad) error) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for _, load := range loads {
			for batch, err := range checked(ctx, load, reject) {
				if err != nil {
					err = fmt.Errorf("load of %s: %w", load.Path, err)
				}
				if !yield(batch, err) || err != nil {
					return
				}
			}
			if err := taken(load); err != nil {
				yield(nil, fmt.Errorf("load of %s: %w", load.Path, err))
				return
			}
		}
	}
}

// checked passes the batches of a file on and writes its refused lines.
func checked(ctx context.Context, load warehouse.FileLoad, reject func(...driver.Value) error) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for batch, err := range load.Batches {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = load.Validate(batch)
			}
			if err == nil {
				err = refuse(load, batch.Rejects, reject)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// refuse writes refused lines.
func refuse(load warehouse.FileLoad, rejects []warehouse.Reject, write func(...driver.Value) error) error {
	values := make([]driver.Value, len(warehouse.RejectColumns()))
	for _, r := range rejects {
		for i, value := range r.LedgerRow(load.Table.Name, load.Path) {
			values[i] = value
		}
		if err := write(values...); err != nil {
			return err
		}
	}
	return nil
}
