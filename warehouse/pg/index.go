package pg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tearsheet/warehouse"
)

// index makes the index of a table unless there is such a one, under whatever name.
func (d *DB) index(ctx context.Context, table warehouse.Table) error {
	schema, name := table.Split()
	for _, statement := range d.indexing(table) {
		var n int
		row := d.db.QueryRowContext(ctx, "select count(*) from pg_indexes where schemaname = coalesce(nullif($1, ''), current_schema()) and tablename = $2"+
			" and indexdef like '% USING brin ('||$3||')%'", schema, name, warehouse.DayColumn)
		if err := row.Scan(&n); err != nil {
			return d.explain(err, "indexes")
		}
		if n > 0 {
			continue
		}
		if err := d.make(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// indexing lets a statement about some days read little more than their rows: days lie
// together in the order of loading, which a BRIN index notes in a few pages.
func (s server) indexing(table warehouse.Table) []string {
	if table.Whole || s.redshift { // Redshift has zone maps, and no indexes
		return nil
	}
	_, name := table.Split()
	return []string{fmt.Sprintf("create index if not exists %q on %s using brin (%q)", indexName(name), table.Quoted(), warehouse.DayColumn)}
}

// indexName returns a name that no table has, since it has a space, and that PostgreSQL
// does not cut off.
func indexName(table string) string {
	const most, sign = 63, " day"
	if len(table)+len(sign) <= most {
		return table + sign
	}
	sum := sha256.Sum256([]byte(table))
	sign16 := " " + hex.EncodeToString(sum[:8]) + sign
	return table[:most-len(sign16)] + sign16
}
