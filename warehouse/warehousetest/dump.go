package warehousetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/warehouse"
)

// ledgerColumns are the columns of the ledger that two runs have in common: not which
// run it was, and when.
var ledgerColumns = []struct{ table, columns string }{
	{warehouse.PartitionTable, "asset, part, have, expected, input_hash, data_version, rows_loaded, rejected"},
	{warehouse.FileTable, "asset, path, checksum, size, lines, loaded, rejected, filtered, state, host, hour, first_error_line"},
	{warehouse.FileDayTable, "asset, path, part, rows_loaded"},
	{warehouse.RejectTable, "asset, path, line_no, byte_offset, line, reason"},
}

// Dump returns the rows of tables and of the ledger as text, in one order, so that two
// warehouses can be compared. What only says which run it was and when is left out.
func Dump(ctx context.Context, q warehouse.Querier, tables ...string) (string, error) {
	var b strings.Builder
	for _, table := range tables {
		if err := dump(ctx, q, &b, table, "*"); err != nil {
			return "", err
		}
	}
	for _, l := range ledgerColumns {
		if err := dump(ctx, q, &b, l.table, l.columns); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func dump(ctx context.Context, q warehouse.Querier, b *strings.Builder, table, columns string) error {
	rows, err := q.QueryContext(ctx, "select "+columns+" from "+table)
	if err != nil {
		return fmt.Errorf("dump of %s: %w", table, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	var lines []string
	for rows.Next() {
		line, err := dumpRow(rows, len(names))
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	fmt.Fprintf(b, "# %s (%s): %d rows\n%s\n", table, strings.Join(names, ", "), len(lines), strings.Join(lines, "\n"))
	return rows.Err()
}

func dumpRow(rows *sql.Rows, n int) (string, error) {
	values, places := make([]any, n), make([]any, n)
	for i := range values {
		places[i] = &values[i]
	}
	if err := rows.Scan(places...); err != nil {
		return "", err
	}
	texts := make([]string, n)
	for i, value := range values {
		if at, ok := value.(time.Time); ok {
			value = at.UTC().Format(time.RFC3339Nano)
		}
		texts[i] = fmt.Sprintf("%q", fmt.Sprint(value))
	}
	return strings.Join(texts, " "), nil
}
