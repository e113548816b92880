package pg

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// LoadFiles takes the rows of files in the place of those of their paths. Files are
// read once, so nothing is tried again here: a load that the server, or a lost
// connection, kept from being committed is a *warehouse.StorageError with Down, and
// may be asked for once more.
func (d *DB) LoadFiles(ctx context.Context, loads ...warehouse.FileLoad) error {
	if err := warehouse.ValidateLoads(loads); err != nil || len(loads) == 0 {
		return err
	}
	var paths []string
	for _, load := range loads {
		paths = append(paths, load.Path)
	}
	err := d.once(ctx, work{
		locks: []lock{fileLock(loads[0].Table, paths...)},
		do: func(conn *pgx.Conn) ([]entries, error) {
			var ledger []entries
			for _, load := range loads {
				more, err := d.loadFile(ctx, conn, load)
				if err != nil {
					return nil, fmt.Errorf("load of %s: %w", load.Path, err)
				}
				ledger = append(ledger, more...)
			}
			return ledger, nil
		},
	})
	return d.explainOnce(err, loads[0].Table)
}

// explainOnce explains an error of a load whose rows cannot be had again here.
func (d *DB) explainOnce(err error, table warehouse.Table) error {
	if hasCode(err, serializationFailure, deadlock) {
		return &warehouse.StorageError{Place: d.place(), Err: d.scrub(err), Down: true}
	}
	return d.explain(err, "load of "+table.Name)
}

func (d *DB) loadFile(ctx context.Context, conn *pgx.Conn, load warehouse.FileLoad) ([]entries, error) {
	which := " from " + warehouse.FileTable + " where asset = " + warehouse.Literal(load.Table.Name) + " and path = " + warehouse.Literal(load.Path)
	var known int
	if err := conn.QueryRow(ctx, "select count(*)"+which).Scan(&known); err != nil {
		return nil, err
	}
	if known > 0 { // a new file costs no scan for old rows
		if err := run(ctx, conn, append(warehouse.FileDeletions(load.Table, load.Path), "delete"+which)...); err != nil {
			return nil, err
		}
	}
	if err := d.insertFile(ctx, conn, load); err != nil {
		return nil, err
	}
	entry, err := load.Enter()
	if err != nil {
		return nil, &sourceError{err}
	}
	var days [][]any
	for _, day := range entry.Days {
		days = append(days, []any{load.Table.Name, load.Path, day.Day.Time(), day.Rows})
	}
	return []entries{
		{warehouse.FileDayTable, warehouse.FileDayColumns(), days},
		fileEntries(entry.LedgerRow(load.Table.Name)),
	}, nil
}

// mostRejects is about how many refused lines are kept until they are written.
const mostRejects = 10_000

// insertFile writes the rows of a file, and its refused lines between them: a
// connection does one COPY at a time.
func (d *DB) insertFile(ctx context.Context, conn *pgx.Conn, load warehouse.FileLoad) error {
	next, stop := iter.Pull2(valid(ctx, load.Validate, load.Batches))
	defer stop()
	for more := true; more; {
		var rejects [][]any
		batches := func(yield func(*warehouse.Batch, error) bool) {
			for len(rejects) < mostRejects {
				batch, err, ok := next()
				if more = ok && err == nil; more {
					for _, r := range batch.Rejects {
						rejects = append(rejects, r.LedgerRow(load.Table.Name, load.Path))
					}
				}
				if !ok || !yield(batch, err) || err != nil {
					return
				}
			}
		}
		if err := d.insertBatches(ctx, conn, identifier(load.Table), load.Table, batches); err != nil {
			return err
		}
		if err := d.enter(ctx, conn, entries{warehouse.RejectTable, warehouse.RejectColumns(), rejects}); err != nil {
			return err
		}
	}
	return nil
}

// valid passes batches on as long as validate has nothing against them.
func valid(ctx context.Context, validate func(*warehouse.Batch) error, batches iter.Seq2[*warehouse.Batch, error]) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for batch, err := range batches {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = validate(batch)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// Refresh brings a table up to date with rows that are all read again. As with
// LoadFiles they are read once.
func (d *DB) Refresh(ctx context.Context, refresh warehouse.Refresh) (warehouse.Refreshed, error) {
	if err := refresh.Table.Validate(); err != nil {
		return warehouse.Refreshed{}, err
	}
	days := []calendar.Day{warehouse.WholePart}
	if !refresh.Table.Whole {
		days = nil
		for day := refresh.From; day < refresh.To; day++ {
			days = append(days, day)
		}
	}
	var done warehouse.Refreshed
	err := d.once(ctx, work{
		locks: []lock{dayLock(refresh.Table, days)},
		do: func(conn *pgx.Conn) ([]entries, error) {
			taken, err := d.refresh(ctx, conn, refresh)
			done = warehouse.Refreshed{Read: taken.Rows, Changed: taken.Changed}
			return []entries{partitionEntries(taken.Ledger)}, err
		},
	})
	if err != nil {
		return warehouse.Refreshed{}, fmt.Errorf("load of %s: %w", refresh.Table.Name, d.explainOnce(err, refresh.Table))
	}
	return done, nil
}

func (d *DB) refresh(ctx context.Context, conn *pgx.Conn, refresh warehouse.Refresh) (warehouse.Taken, error) {
	temporary := refresh.Table
	temporary.Name = staged
	create := strings.Replace(temporary.Create(d.spell), "create table if not exists", "create temporary table", 1)
	if err := run(ctx, conn, create); err != nil {
		return warehouse.Taken{}, err
	}
	digests := warehouse.NewDigester(refresh.Table)
	if err := d.insertBatches(ctx, conn, identifier(temporary), refresh.Table, digested(ctx, digests, refresh)); err != nil {
		return warehouse.Taken{}, err
	}
	if err := d.turn(ctx, conn, refresh.Table); err != nil {
		return warehouse.Taken{}, err
	}
	known, err := partitions(ctx, conn, refresh.Table.Name, refresh.From, refresh.To)
	if err != nil {
		return warehouse.Taken{}, err
	}
	taken := refresh.Take(digests, known)
	if refresh.Guard != nil {
		if err := refresh.Guard(taken.Before, taken.Rows); err != nil {
			return warehouse.Taken{}, &sourceError{err}
		}
	}
	return taken, run(ctx, conn, append(refresh.Statements(taken, staged), "drop table "+staged)...)
}

// digested passes batches on, checked, and makes the digest of their days.
func digested(ctx context.Context, digests *warehouse.Digester, refresh warehouse.Refresh) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		for batch, err := range valid(ctx, func(b *warehouse.Batch) error { return b.Validate(refresh.Table) }, refresh.Batches) {
			if err == nil {
				err = refresh.Foreign(batch)
			}
			if err == nil {
				err = digests.AddBatch(batch)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}
