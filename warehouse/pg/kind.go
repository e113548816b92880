package pg

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tearsheet/warehouse"
)

// standing asks how a table stands.
func standing(table warehouse.Table, number func(query string) (int64, error)) (warehouse.Standing, error) {
	schema, name := table.Split()
	at := "current_schema()"
	if schema != "" {
		at = warehouse.Literal(schema)
	}
	return table.Standing(fmt.Sprintf("from information_schema.columns where table_schema = %s and table_name = %s", at, warehouse.Literal(name)), number)
}

// standing asks how a table stands within a transaction.
func (d *DB) standing(ctx context.Context, conn *pgx.Conn, table warehouse.Table) (warehouse.Standing, error) {
	return standing(table, func(query string) (n int64, err error) {
		err = conn.QueryRow(ctx, query).Scan(&n)
		return n, err
	})
}

// clear takes away what a change replaces or forgets.
func (d *DB) clear(ctx context.Context, conn *pgx.Conn, change warehouse.Change) error {
	var stands warehouse.Standing
	var err error
	switch {
	case len(change.Parts) > 0: // afterwards the table is of the right kind
		err = d.turn(ctx, conn, change.Table)
	case len(change.Forget) > 0:
		stands, err = d.standing(ctx, conn, change.Table)
	}
	if err != nil {
		return err
	}
	return run(ctx, conn, change.Deletions(stands)...)
}

// turn lets a table of the other kind give way. Loads of other days may be about to do
// the same: the first one does it, and the others see it done.
func (d *DB) turn(ctx context.Context, conn *pgx.Conn, table warehouse.Table) error {
	stands, err := d.standing(ctx, conn, table)
	if err != nil {
		return err
	}
	if stands.Turns && !d.redshift { // there one load passes at a time
		if err := run(ctx, conn, "lock table "+table.Quoted()+" in access exclusive mode"); err != nil {
			return err
		}
		if stands, err = d.standing(ctx, conn, table); err != nil {
			return err
		}
	}
	statements := table.Turning(stands, d.spell)
	if stands.Turns {
		statements = append(statements, d.indexing(table)...)
	}
	return run(ctx, conn, statements...)
}
