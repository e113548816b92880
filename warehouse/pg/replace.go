package pg

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Replace applies a change in one transaction. Where the server aborts it for the
// sake of another, it is tried three times more. If the answer to the commit is
// lost, the ledger says whether it was done.
func (d *DB) Replace(ctx context.Context, change warehouse.Change) error {
	err := d.repeat(ctx, work{
		locks: []lock{dayLock(change.Table, change.Days()), fileLock(change.Table, change.Paths()...)},
		do:    func(conn *pgx.Conn) ([]entries, error) { return d.change(ctx, conn, change) },
	})
	if err != nil {
		return fmt.Errorf("load of %s: %w", change.Table.Name, d.explain(err, "load of "+change.Table.Name))
	}
	return nil
}

// change makes a change within a transaction.
func (d *DB) change(ctx context.Context, conn *pgx.Conn, change warehouse.Change) ([]entries, error) {
	tally, err := warehouse.NewTally(change)
	if err != nil {
		return nil, err
	}
	if err := d.clear(ctx, conn, change); err != nil {
		return nil, err
	}
	if change.Rows != nil { // without, the table may still be of the other kind
		if err := d.insert(ctx, conn, identifier(change.Table), change.Table.ColumnNames(), facts(change, tally)); err != nil {
			return nil, err
		}
	}
	return []entries{partitionEntries(tally.Partitions()), fileEntries(tally.FileRows()...)}, nil
}

// facts returns the rows of a change as the driver takes them.
func facts(change warehouse.Change, tally *warehouse.Tally) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		values := make([]any, len(change.Table.All()))
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

// rowsOf returns the rows of batches as the driver takes them.
func rowsOf(table warehouse.Table, batches iter.Seq2[*warehouse.Batch, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		values, own := make([]any, len(table.All())), make([]any, len(table.Columns))
		for batch, err := range batches {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range batch.Rows {
				err := native(values, table, batch.Row(table, i, own))
				if !yield(values, err) || err != nil {
					return
				}
			}
		}
	}
}

// native writes a row into values as the driver takes them.
func native(values []any, table warehouse.Table, row warehouse.Row) error {
	own := len(values) - len(row.Values) // a fact table's day is before the others
	if own > 0 {
		values[0] = row.Day.Time()
	}
	for i, value := range row.Values {
		switch v := value.(type) {
		case calendar.Day:
			value = v.Time()
		case time.Time:
			value = v.UTC()
		case float64:
			value = v + 0 // -0 is 0
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
		values[own+i] = value
	}
	return nil
}
