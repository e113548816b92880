package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// staged is the temporary table in which rows lie before they are taken over.
const staged = "tearsheet_staged"

// Build makes partitions of a table by a SELECT.
func (d *DB) Build(ctx context.Context, build warehouse.Build) (warehouse.Built, error) {
	var built warehouse.Built
	if err := build.Validate(); err != nil {
		return built, err
	}
	if err := checkSelect(ctx, d.db, build.Bound()); err != nil {
		return built, fmt.Errorf("build of %s: %w", build.Table.Name, explain(err, d.path, build.Select, d.limits))
	}
	for _, check := range build.Checks {
		if err := checkSelect(ctx, d.db, build.BoundCheck(check)); err != nil {
			return built, fmt.Errorf("build of %s: check %q: %w", build.Table.Name, check.Name, explain(err, d.path, check.Query, d.limits))
		}
	}
	release, err := d.tables.hold(ctx, build.Table.Name)
	if err != nil {
		return built, fmt.Errorf("build of %s: %w", build.Table.Name, err)
	}
	defer release()
	err = d.transact(ctx, true, func(_ *sql.Conn, tx *sql.Tx) error {
		var err error
		built, err = d.build(ctx, tx, build)
		return err
	})
	if err != nil {
		return warehouse.Built{}, fmt.Errorf("build of %s: %w", build.Table.Name, err)
	}
	return built, nil
}

func (d *DB) build(ctx context.Context, tx *sql.Tx, build warehouse.Build) (warehouse.Built, error) {
	if err := d.stage(ctx, tx, build); err != nil {
		return warehouse.Built{}, err
	}
	made, err := d.versions(ctx, tx, build.Table)
	if err != nil {
		return warehouse.Built{}, err
	}
	if err := build.Foreign(made); err != nil {
		return warehouse.Built{}, err
	}
	if err := d.turn(ctx, tx, build.Table); err != nil {
		return warehouse.Built{}, err
	}
	known, err := warehouse.Partitions(ctx, querier{tx}, build.Table.Name, build.Parts[0].Day, build.Parts[len(build.Parts)-1].Day+1)
	if err != nil {
		return warehouse.Built{}, err
	}
	taken := build.Take(made, known)
	statements := build.Statements(taken, "temp."+staged)
	if err := d.run(ctx, tx, statements...); err != nil {
		return warehouse.Built{}, err
	}
	if err := d.check(ctx, tx, build); err != nil {
		return warehouse.Built{}, err
	}
	if err := d.insertRows(ctx, tx, warehouse.PartitionTable, warehouse.PartitionColumns(), taken.Ledger); err != nil {
		return warehouse.Built{}, err
	}
	return warehouse.Built{Rows: taken.Rows, Changed: taken.Changed}, d.run(ctx, tx, "drop table temp."+staged)
}

// stage puts what the SELECT returns into a temporary table with the columns of the
// table, and refuses what does not fit them.
func (d *DB) stage(ctx context.Context, tx *sql.Tx, build warehouse.Build) error {
	raw := "create or replace temporary table " + staged + "_raw as " + build.Bound()
	if err := d.run(ctx, tx, raw); err != nil {
		return relocate(err, len(raw)-len(build.Bound()))
	}
	have, err := columnsOf(ctx, querier{tx}, "temp", mainSchema, staged+"_raw")
	if err != nil {
		return explain(err, d.path, "columns", d.limits)
	}
	if err := build.Columns(have); err != nil {
		return err
	}
	count := func(query string) (n int64, err error) {
		err = tx.QueryRowContext(ctx, query).Scan(&n)
		return n, explain(err, d.path, query, d.limits)
	}
	if err := build.Fits(have, spell, "temp."+staged+"_raw", count); err != nil {
		return err
	}
	var casts []string
	for _, column := range build.Table.All() {
		casts = append(casts, column.StagedAs(spell))
	}
	order := ""
	if !build.Table.Whole {
		order = " order by " + warehouse.DayColumn
	}
	cast := fmt.Sprintf("create or replace temporary table %s as select %s from temp.%s_raw%s", staged, strings.Join(casts, ", "), staged, order)
	if err := d.run(ctx, tx, cast, "drop table temp."+staged+"_raw"); err != nil {
		return err
	}
	return build.Within(spell, "temp."+staged, count)
}

// relocate moves the place of a syntax error by the text that was put before the
// statement.
func relocate(err error, before int) error {
	var syntax *warehouse.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= before {
		return &warehouse.SyntaxError{Message: syntax.Message, Offset: syntax.Offset - before}
	}
	return err
}

// versions counts and hashes the staged rows of each day, in whatever order they lie.
func (d *DB) versions(ctx context.Context, tx *sql.Tx, table warehouse.Table) (map[calendar.Day]warehouse.Made, error) {
	var columns []string
	for _, name := range table.ColumnNames() {
		columns = append(columns, fmt.Sprintf("%q", name))
	}
	day := warehouse.DayColumn
	if table.Whole {
		day = "date '" + warehouse.WholePart.String() + "'"
	}
	hash := "hash(" + strings.Join(columns, ", ") + ")"
	query := fmt.Sprintf("select %s, count(*), cast(sum(cast(%s as hugeint)) as varchar), cast(bit_xor(%s) as varchar) from temp.%s group by 1", day, hash, hash, staged)
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, explain(err, d.path, query, d.limits)
	}
	defer rows.Close()
	made := map[calendar.Day]warehouse.Made{}
	for rows.Next() {
		var part sql.NullTime
		var n int64
		var sum, xor string
		if err := rows.Scan(&part, &n, &sum, &xor); err != nil {
			return nil, err
		}
		if !part.Valid {
			return nil, fmt.Errorf("the SELECT returns %d rows without a day", n)
		}
		made[calendar.DayOn(part.Time.Date())] = warehouse.Made{Rows: n, Version: table.EngineVersion(n, sum+" "+xor)}
	}
	return made, rows.Err()
}

// check runs the checks of a build on the table as it will be.
func (d *DB) check(ctx context.Context, tx *sql.Tx, build warehouse.Build) error {
	for _, check := range build.Checks {
		query := build.BoundCheck(check)
		var got sql.NullInt64
		if err := tx.QueryRowContext(ctx, query).Scan(&got); err != nil {
			return fmt.Errorf("check %q: %w", check.Name, explain(err, d.path, query, d.limits))
		}
		if !got.Valid || got.Int64 != check.Want {
			return &warehouse.CheckError{Table: build.Table.Name, Check: check.Name, Got: got.Int64, Want: check.Want}
		}
	}
	return nil
}

// insertRows inserts a few rows by statements: an appender would write them on its own.
func (d *DB) insertRows(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	places := make([]string, len(columns))
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	for _, row := range rows {
		statement := "insert into " + table + " (" + strings.Join(columns, ", ") + ") values (" + strings.Join(places, ", ") + ")"
		if _, err := tx.ExecContext(ctx, statement, row...); err != nil {
			return explain(err, d.path, statement, d.limits)
		}
	}
	return nil
}

// querier asks within a transaction.
type querier struct{ tx *sql.Tx }

func (q querier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return q.tx.QueryContext(ctx, query, args...)
}

// Refresh brings a table up to date with rows that are all read again.
func (d *DB) Refresh(ctx context.Context, refresh warehouse.Refresh) (warehouse.Refreshed, error) {
	var done warehouse.Refreshed
	if err := refresh.Table.Validate(); err != nil {
		return done, err
	}
	release, err := d.tables.hold(ctx, refresh.Table.Name)
	if err != nil {
		return done, fmt.Errorf("load of %s: %w", refresh.Table.Name, err)
	}
	defer release()
	err = d.transact(ctx, false, func(conn *sql.Conn, tx *sql.Tx) error {
		var err error
		done, err = d.refresh(ctx, conn, tx, refresh)
		return err
	})
	if err != nil {
		return warehouse.Refreshed{}, fmt.Errorf("load of %s: %w", refresh.Table.Name, err)
	}
	return done, nil
}

func (d *DB) refresh(ctx context.Context, conn *sql.Conn, tx *sql.Tx, refresh warehouse.Refresh) (warehouse.Refreshed, error) {
	if err := d.turn(ctx, tx, refresh.Table); err != nil {
		return warehouse.Refreshed{}, err
	}
	known, err := warehouse.Partitions(ctx, querier{tx}, refresh.Table.Name, refresh.From, refresh.To)
	if err != nil {
		return warehouse.Refreshed{}, err
	}
	first := len(known) == 0 // nothing to compare with: the rows go to their place at once
	into := place{"temp", mainSchema, staged}
	clear := strings.Replace(warehouse.Table{Name: staged, Columns: refresh.Table.Columns, Whole: refresh.Table.Whole}.Create(spell),
		"create table if not exists", "create or replace temporary table", 1)
	if first {
		into, clear = placeOf(refresh.Table), "delete from "+refresh.Table.Quoted()+within(refresh)
	}
	if err := d.run(ctx, tx, clear); err != nil {
		return warehouse.Refreshed{}, err
	}
	digests := warehouse.NewDigester(refresh.Table)
	err = lend(conn, func(raw driver.Conn) error {
		return d.appendVectors(ctx, raw, into, refresh.Table, digested(digests, refresh))
	})
	if err != nil {
		return warehouse.Refreshed{}, explain(err, d.path, "insert into "+refresh.Table.Name, d.limits)
	}
	taken := refresh.Take(digests, known)
	if refresh.Guard != nil {
		if err := refresh.Guard(taken.Before, taken.Rows); err != nil {
			return warehouse.Refreshed{}, err
		}
	}
	if !first {
		if err := d.run(ctx, tx, append(refresh.Statements(taken, "temp."+staged), "drop table temp."+staged)...); err != nil {
			return warehouse.Refreshed{}, err
		}
	}
	partitions := target{warehouse.Table{Name: warehouse.PartitionTable}, warehouse.PartitionColumns()}
	if err := appendAll(ctx, conn, partitions, taken.Ledger); err != nil {
		return warehouse.Refreshed{}, explain(err, d.path, "insert into "+warehouse.PartitionTable, d.limits)
	}
	return warehouse.Refreshed{Read: taken.Rows, Changed: taken.Changed}, nil
}

// within is the condition that a row is one for which a refresh speaks.
func within(refresh warehouse.Refresh) string {
	if refresh.Table.Whole {
		return ""
	}
	return fmt.Sprintf(" where %[1]s >= date '%[2]s' and %[1]s < date '%[3]s'", warehouse.DayColumn, refresh.From, refresh.To)
}

// digested passes batches on and makes the digest of their days.
func digested(digests *warehouse.Digester, refresh warehouse.Refresh) func(func(*warehouse.Batch, error) bool) {
	return func(yield func(*warehouse.Batch, error) bool) {
		for batch, err := range refresh.Batches {
			if err == nil {
				err = batch.Validate(refresh.Table)
			}
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
