package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// The temporary tables: what a SELECT returned, and what is taken over. They are
// dropped at the end of their transaction, or go with it.
const (
	raw    = "tearsheet_raw"
	staged = "tearsheet_staged"
)

// Build makes partitions of a table by a SELECT. Where the server aborts it for the
// sake of another, it is tried three times more. If the answer to the commit is
// lost, the ledger says whether it was done.
func (d *DB) Build(ctx context.Context, build warehouse.Build) (warehouse.Built, error) {
	if err := build.Validate(); err != nil {
		return warehouse.Built{}, err
	}
	var days []calendar.Day
	for _, part := range build.Parts {
		days = append(days, part.Day)
	}
	var built warehouse.Built
	err := d.repeat(ctx, work{
		locks: []lock{dayLock(build.Table, days)},
		do: func(conn *pgx.Conn) ([]entries, error) {
			taken, err := d.build(ctx, conn, build)
			built = warehouse.Built{Rows: taken.Rows, Changed: taken.Changed}
			return []entries{partitionEntries(taken.Ledger)}, err
		},
	})
	if err != nil {
		return warehouse.Built{}, fmt.Errorf("build of %s: %w", build.Table.Name, d.explain(err, build.Bound()))
	}
	return built, nil
}

func (d *DB) build(ctx context.Context, conn *pgx.Conn, build warehouse.Build) (warehouse.Taken, error) {
	if err := d.stage(ctx, conn, build); err != nil {
		return warehouse.Taken{}, err
	}
	made, err := d.versions(ctx, conn, build.Table)
	if err != nil {
		return warehouse.Taken{}, err
	}
	if err := build.Foreign(made); err != nil {
		return warehouse.Taken{}, err
	}
	if err := d.turn(ctx, conn, build.Table); err != nil {
		return warehouse.Taken{}, err
	}
	first, last := build.Parts[0].Day, build.Parts[len(build.Parts)-1].Day
	known, err := partitions(ctx, conn, build.Table.Name, first, last+1)
	if err != nil {
		return warehouse.Taken{}, err
	}
	taken := build.Take(made, known)
	if err := run(ctx, conn, build.Statements(taken, staged)...); err != nil {
		return warehouse.Taken{}, err
	}
	for _, check := range build.Checks {
		if err := d.check(ctx, conn, build, check); err != nil {
			return warehouse.Taken{}, err
		}
	}
	return taken, run(ctx, conn, "drop table "+staged)
}

// stage puts what the SELECT returns into a temporary table with the columns of the
// table, and refuses what does not fit them.
func (d *DB) stage(ctx context.Context, conn *pgx.Conn, build warehouse.Build) error {
	const head = "create temporary table " + raw + " as " + derived
	statement := head + inner(build.Bound())
	if err := conn.PgConn().ExecParams(ctx, statement, nil, nil, nil, nil).Read().Err; err != nil {
		return after(head, d.explain(err, statement))
	}
	have, err := columnsOfRaw(ctx, conn)
	if err != nil {
		return err
	}
	if err := build.Columns(have); err != nil {
		return err
	}
	if err := d.cast(ctx, conn, build, have); err != nil {
		return err
	}
	return run(ctx, conn, "drop table "+raw)
}

// A statement of others stands within a SELECT of ours, so that it can be nothing but a
// SELECT itself: one that deletes, in a WITH, is refused there. And it is sent in the
// form of the protocol that takes one statement only.
const derived = "select * from (\n"

func inner(statement string) string {
	return strings.TrimRight(statement, "; \t\r\n") + "\n) as tearsheet"
}

// after moves the place of a syntax error by the text that was put before the
// statement.
func after(head string, err error) error {
	var syntax *warehouse.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= len(head) {
		return &warehouse.SyntaxError{Message: syntax.Message, Offset: syntax.Offset - len(head)}
	}
	return err
}

// columnsOfRaw returns the types of what the SELECT returned, in the server's words.
func columnsOfRaw(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, "select cast(attname as text), format_type(atttypid, atttypmod) from pg_attribute"+
		" where attrelid = cast('"+raw+"' as regclass) and attnum > 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]string{}
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		have[name] = typ
	}
	return have, rows.Err()
}

// cast stages what was returned in the types of the table, if nothing is lost.
func (d *DB) cast(ctx context.Context, conn *pgx.Conn, build warehouse.Build, have map[string]string) error {
	count := func(query string) (n int64, err error) {
		err = conn.QueryRow(ctx, query).Scan(&n)
		return n, d.unplaced(err)
	}
	if err := build.Fits(have, d.spell, raw, count); err != nil {
		return err
	}
	var casts []string
	for _, column := range build.Table.All() {
		casts = append(casts, column.StagedAs(d.spell))
	}
	if err := run(ctx, conn, "create temporary table "+staged+" as select "+strings.Join(casts, ", ")+" from "+raw); err != nil {
		return err
	}
	return build.Within(d.spell, staged, count)
}

// unplaced explains an error of a statement of ours: its place would mean nothing to
// who wrote the SELECT.
func (d *DB) unplaced(err error) error {
	err = d.explain(err, "cast")
	var syntax *warehouse.SyntaxError
	if errors.As(err, &syntax) {
		return &warehouse.SyntaxError{Message: syntax.Message, Offset: -1}
	}
	return err
}

// versions counts and hashes the staged rows of each day, in whatever order they lie.
func (d *DB) versions(ctx context.Context, conn *pgx.Conn, table warehouse.Table) (map[calendar.Day]warehouse.Made, error) {
	day := warehouse.DayColumn
	if table.Whole {
		day = "date '" + warehouse.WholePart.String() + "'"
	}
	rows, err := conn.Query(ctx, d.versionsQuery(table, day))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	made := map[calendar.Day]warehouse.Made{}
	for rows.Next() {
		var part sql.NullTime
		var n int64
		var hash string
		if err := rows.Scan(&part, &n, &hash); err != nil {
			return nil, err
		}
		if !part.Valid {
			return nil, fmt.Errorf("the SELECT returns %d rows without a day", n)
		}
		made[calendar.DayOn(part.Time.Date())] = warehouse.Made{Rows: n, Version: table.EngineVersion(n, hash)}
	}
	return made, rows.Err()
}

// wholeRow names a row beside its columns: a name with a space, which none of them has.
const wholeRow = `"tearsheet row"`

func (s server) versionsQuery(table warehouse.Table, day string) string {
	if s.redshift {
		return redshiftVersions(table, day)
	}
	const half = "cast(sum(cast(hashtextextended(cast(" + wholeRow + " as text), %d) as numeric)) as text)"
	return fmt.Sprintf("select %s, count(*), "+half+" || ' ' || "+half+" from %s as "+wholeRow+" group by 1", day, 0, 1, staged)
}

// check runs a check on the table as it will be.
func (d *DB) check(ctx context.Context, conn *pgx.Conn, build warehouse.Build, check warehouse.Check) error {
	var got sql.NullInt64
	query := derived + inner(build.BoundCheck(check))
	if err := conn.QueryRow(ctx, query, pgx.QueryExecModeDescribeExec).Scan(&got); err != nil {
		return fmt.Errorf("check %q: %w", check.Name, after(derived, d.explain(err, query)))
	}
	if !got.Valid || got.Int64 != check.Want {
		return &warehouse.CheckError{Table: build.Table.Name, Check: check.Name, Got: got.Int64, Want: check.Want}
	}
	return nil
}

// partitions reads the ledger within a transaction.
func partitions(ctx context.Context, conn *pgx.Conn, table string, from, to calendar.Day) (map[calendar.Day]warehouse.Partition, error) {
	rows, err := conn.Query(ctx, "select part, input_hash, data_version, rows_loaded, have, expected from "+warehouse.PartitionTable+
		" where asset = $1 and (part >= $2 and part < $3 or part = $4)", table, from.Time(), to.Time(), warehouse.WholePart.Time())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	parts := map[calendar.Day]warehouse.Partition{}
	for rows.Next() {
		var day sql.NullTime
		var p warehouse.Partition
		if err := rows.Scan(&day, &p.InputHash, &p.Version, &p.Rows, &p.Coverage.Have, &p.Coverage.Of); err != nil {
			return nil, err
		}
		p.Day = calendar.DayOn(day.Time.Date())
		parts[p.Day] = p
	}
	return parts, rows.Err()
}
