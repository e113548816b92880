package pg

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"tearsheet/warehouse"
)

// Amazon Redshift speaks PostgreSQL's protocol and differs in this file: it has no
// COPY from the client, no advisory locks, and TEXT means 256 bytes. Bulk loads
// there come from S3; what is here is for tables of modest size. It is written from
// Redshift's documents and tested on PostgreSQL: it has never met a live Redshift.

// redshiftText is the longest text of Redshift.
const redshiftText = "character varying(65535)"

// redshiftVersions counts and hashes the staged rows of each day, in whatever order
// they lie: a row is the text of its columns, by the one hash that its documents and
// PostgreSQL share. A boolean has no text there, and a row has none as a whole.
func redshiftVersions(table warehouse.Table, day string) string {
	var fields []string
	for _, column := range table.All() {
		text := fmt.Sprintf("cast(%q as varchar(65535))", column.Name)
		if column.Type.Kind == warehouse.Boolean {
			text = fmt.Sprintf("case when %q then 't' when not %q then 'f' end", column.Name, column.Name)
		}
		fields = append(fields, "coalesce(md5("+text+"), '-')")
	}
	const half = "cast(sum(cast(strtol(substring(\"row hash\", %d, 15), 16) as numeric(38,0))) as varchar(40))"
	return fmt.Sprintf("select \"row day\", count(*), "+half+" || ' ' || "+half+" from (select %s as \"row day\", md5(%s) as \"row hash\" from %s) as hashed group by 1",
		1, 16, day, strings.Join(fields, " || "), staged)
}

// fromRedshift returns the URL as PostgreSQL's driver takes it, and whether it
// named a Redshift.
func fromRedshift(url string) (string, bool) {
	if rest, ok := strings.CutPrefix(url, "redshift://"); ok {
		return "postgres://" + rest, true
	}
	return url, false
}

// lockLedger lets no other load of any table pass until the transaction ends.
func lockLedger(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "lock "+warehouse.PartitionTable)
	return err
}

// insertRows inserts rows by statements of many values each.
func insertRows(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, columns []string, next func() ([]any, error)) error {
	const mostParameters, mostRows = 30_000, 500
	batch := insertion{table: table, columns: columns, most: min(mostRows, mostParameters/len(columns))}
	for {
		row, err := next()
		if err != nil {
			return err
		}
		if row == nil {
			return batch.flush(ctx, conn)
		}
		batch.args = append(batch.args, row...)
		if len(batch.args) == batch.most*len(columns) {
			if err := batch.flush(ctx, conn); err != nil {
				return err
			}
		}
	}
}

// insertion is a statement under way.
type insertion struct {
	table   pgx.Identifier
	columns []string
	most    int
	args    []any
}

func (b *insertion) flush(ctx context.Context, conn *pgx.Conn) error {
	if len(b.args) == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "insert into %s (\"%s\") values ", b.table.Sanitize(), strings.Join(b.columns, `", "`))
	for i := range b.args {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%len(b.columns) == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "$%d", i+1)
	}
	text.WriteString(")")
	_, err := conn.Exec(ctx, text.String(), b.args...)
	b.args = b.args[:0]
	return err
}
