package duck

import (
	"context"
	"database/sql"
	"fmt"

	"tearsheet/warehouse"
)

// standing asks how a table stands.
func (d *DB) standing(ctx context.Context, q warehouse.Querier, table warehouse.Table) (warehouse.Standing, error) {
	at := placeOf(table)
	columns := fmt.Sprintf("from information_schema.columns where table_catalog = current_database() and table_schema = %s and table_name = %s", quote(at.schema), quote(at.name))
	return table.Standing(columns, func(query string) (n int64, err error) {
		rows, err := q.QueryContext(ctx, query)
		if err != nil {
			return 0, explain(err, d.path, query, d.limits)
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				return 0, err
			}
		}
		return n, rows.Err()
	})
}

// turn lets a table of the other kind give way.
func (d *DB) turn(ctx context.Context, tx *sql.Tx, table warehouse.Table) error {
	standing, err := d.standing(ctx, querier{tx}, table)
	if err != nil {
		return err
	}
	return d.run(ctx, tx, table.Turning(standing, spell)...)
}

// clear takes away what a change replaces or forgets.
func (d *DB) clear(ctx context.Context, tx *sql.Tx, change warehouse.Change) error {
	var standing warehouse.Standing
	var err error
	switch {
	case len(change.Parts) > 0: // afterwards the table is of the right kind
		err = d.turn(ctx, tx, change.Table)
	case len(change.Forget) > 0:
		standing, err = d.standing(ctx, querier{tx}, change.Table)
	}
	if err != nil {
		return err
	}
	return d.run(ctx, tx, change.Deletions(standing)...)
}
