package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Ensure makes the table if there is none, and adds the columns that it lacks.
func (d *DB) Ensure(ctx context.Context, table warehouse.Table) error {
	if err := table.Validate(); err != nil {
		return err
	}
	schema, name := table.Split()
	if err := checkCatalog(d.path, schema); err != nil {
		return err
	}
	release, err := d.schema.hold(ctx, "schema")
	if err != nil {
		return err
	}
	defer release()
	if schema == "" {
		schema = mainSchema
	} else if _, err := d.ExecContext(ctx, fmt.Sprintf("create schema if not exists %q", schema)); err != nil {
		return err
	}
	if _, err := d.ExecContext(ctx, table.Create(spell)); err != nil {
		return err
	}
	if standing, err := d.standing(ctx, d, table); err != nil || standing.Turns {
		return err
	}
	have, err := columnsOf(ctx, d, "", schema, name)
	if err != nil {
		return err
	}
	missing, err := table.Missing(have, spell)
	if err != nil {
		return err
	}
	for _, column := range missing {
		if _, err := d.ExecContext(ctx, fmt.Sprintf("alter table %s add column %q %s", table.Quoted(), column.Name, spell(column.Type))); err != nil {
			return err
		}
	}
	return nil
}

const mainSchema = "main"

// columnsOf returns the columns of a table and their types, in the engine's words. The
// empty catalog is that of the file.
func columnsOf(ctx context.Context, q warehouse.Querier, catalog, schema, name string) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, "select column_name, data_type from information_schema.columns where table_schema = $1 and table_name = $2"+
		" and table_catalog = coalesce(nullif($3, ''), current_database())", schema, name, catalog)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]string{}
	for rows.Next() {
		var column, typ string
		if err := rows.Scan(&column, &typ); err != nil {
			return nil, err
		}
		have[column] = typ
	}
	return have, rows.Err()
}

// spell writes a type in DuckDB's words.
func spell(t warehouse.Type) string {
	switch t.Kind {
	case warehouse.Text:
		return "VARCHAR"
	case warehouse.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	default:
		return strings.ToUpper(t.String())
	}
}

// Replace applies a change in one transaction.
func (d *DB) Replace(ctx context.Context, change warehouse.Change) error {
	tally, err := warehouse.NewTally(change)
	if err != nil {
		return err
	}
	release, err := d.tables.hold(ctx, change.Table.Name)
	if err != nil {
		return fmt.Errorf("load of %s: %w", change.Table.Name, err)
	}
	defer release()
	releaseFiles, err := d.files.hold(ctx, fileNames(change.Table, change.Paths()...)...)
	if err != nil {
		return fmt.Errorf("load of %s: %w", change.Table.Name, err)
	}
	defer releaseFiles()
	err = d.transact(ctx, false, func(conn *sql.Conn, tx *sql.Tx) error { return d.replace(ctx, conn, tx, change, tally) })
	if err != nil {
		return fmt.Errorf("load of %s: %w", change.Table.Name, err)
	}
	return nil
}

func (d *DB) replace(ctx context.Context, conn *sql.Conn, tx *sql.Tx, change warehouse.Change, tally *warehouse.Tally) error {
	if err := d.clear(ctx, tx, change); err != nil {
		return err
	}
	if change.Rows != nil { // without, the table may still be of the other kind
		facts := target{change.Table, change.Table.ColumnNames()}
		err := lend(conn, func(raw driver.Conn) error {
			return appendTo(ctx, raw, facts, func(add func(...driver.Value) error) error {
				return appendRows(ctx, change, tally, add)
			})
		})
		if err != nil {
			return explain(err, d.path, "insert into "+change.Table.Name, d.limits)
		}
	}
	partitions := target{warehouse.Table{Name: warehouse.PartitionTable}, warehouse.PartitionColumns()}
	if err := appendAll(ctx, conn, partitions, tally.Partitions()); err != nil {
		return explain(err, d.path, "insert into "+warehouse.PartitionTable, d.limits)
	}
	files := target{warehouse.Table{Name: warehouse.FileTable}, warehouse.FileColumns()}
	if err := appendAll(ctx, conn, files, tally.FileRows()); err != nil {
		return explain(err, d.path, "insert into "+warehouse.FileTable, d.limits)
	}
	return nil
}

// target is where rows are appended to.
type target struct {
	table   warehouse.Table // its name
	columns []string
}

// appendTo appends rows within the transaction of a connection.
func appendTo(ctx context.Context, raw driver.Conn, to target, fill func(add func(...driver.Value) error) error) error {
	schema, name := to.table.Split()
	if schema == "" {
		schema = mainSchema
	}
	appender, err := duckdb.NewAppenderWithColumns(raw, "", schema, name, to.columns)
	if err != nil {
		return err
	}
	if err := fill(appender.AppendRow); err != nil {
		return errors.Join(err, appender.Clear(), appender.Close())
	}
	return appender.CloseWithCancel(ctx)
}

func appendRows(ctx context.Context, change warehouse.Change, tally *warehouse.Tally, add func(...driver.Value) error) error {
	values := make([]driver.Value, len(change.Table.ColumnNames()))
	own := len(values) - len(change.Table.Columns) // a fact table's day is before the others
	for row, err := range change.Rows {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := tally.Add(row); err != nil {
			return err
		}
		if own > 0 {
			values[0] = row.Day.Time()
		}
		for i, value := range row.Values {
			if values[own+i], err = native(change.Table.Columns[i].Type, value); err != nil {
				return err
			}
		}
		if err := add(values...); err != nil {
			return err
		}
	}
	return nil
}

func appendAll(ctx context.Context, conn *sql.Conn, to target, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return lend(conn, func(raw driver.Conn) error {
		return appendTo(ctx, raw, to, func(add func(...driver.Value) error) error {
			values := make([]driver.Value, len(to.columns))
			for _, row := range rows {
				for i, value := range row {
					values[i] = value
				}
				if err := add(values...); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// native returns a value as the appender takes it.
func native(typ warehouse.Type, value any) (driver.Value, error) {
	switch v := value.(type) {
	case calendar.Day:
		return v.Time(), nil
	case float64:
		return v + 0, nil // -0 is 0
	case string:
		if typ.Kind != warehouse.Decimal {
			return v, nil
		}
		n, err := typ.Unscaled(v)
		if err != nil {
			return nil, err
		}
		if n.IsInt64() {
			return n.Int64(), nil
		}
		return n, nil
	}
	return value, nil
}
