// Package pg keeps a warehouse in PostgreSQL, or in what speaks its protocol: Open
// fills it, OpenReadOnly runs statements that people wrote. No error that it returns
// holds the password of its URL.
package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// server is what is known of a database server before and while it is used.
type server struct {
	config   *pgx.ConnConfig
	redshift bool
	limits   warehouse.Limits
}

// parse reads a URL. The text of its own parser's errors may hold the password, so
// it is not passed on.
func parse(url string, limits warehouse.Limits) (server, error) {
	url, redshift := fromRedshift(url)
	config, err := pgx.ParseConfig(url)
	if err != nil || !strings.HasPrefix(url, "postgres") {
		return server{}, errors.New("the warehouse has no URL such as postgres://user@host:5432/database (its text is not shown: it may hold a password)")
	}
	if !strings.Contains(url, "default_query_exec_mode") {
		config.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec // nothing is kept on the server between statements
	}
	if config.ConnectTimeout == 0 && !strings.Contains(url, "connect_timeout") {
		config.ConnectTimeout = connectTimeout
	}
	if _, ok := config.RuntimeParams["application_name"]; !ok {
		config.RuntimeParams["application_name"] = "tearsheet"
	}
	return server{config, redshift, limits}, nil
}

// place names the database, without user and password.
func (s server) place() string {
	return net.JoinHostPort(s.config.Host, strconv.Itoa(int(s.config.Port))) + "/" + s.config.Database
}

// DB is a PostgreSQL database that is open for filling. It is a
// warehouse.Warehouse.
type DB struct {
	server
	db       *sql.DB
	patience time.Duration // with locks that a lost transaction may still hold
}

var _ warehouse.Warehouse = (*DB)(nil)

// Open connects to the database of a postgres:// or redshift:// URL and makes the
// ledger if there is none. A server that cannot be reached is a
// *warehouse.StorageError.
func Open(ctx context.Context, url string, limits warehouse.Limits) (*DB, error) {
	s, err := parse(url, limits)
	if err != nil {
		return nil, err
	}
	connector := stdlib.GetConnector(*s.config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		// Rows are hashed as texts: a double that loses digits would look unchanged.
		settings := []string{"set timezone = 'UTC'", "set extra_float_digits = 2", "set datestyle = 'ISO'"}
		if !s.redshift { // which has no such setting
			settings = append(settings, "set standard_conforming_strings = on")
		}
		return run(ctx, conn, settings...)
	}))
	d := &DB{s, sql.OpenDB(patientConnector{connector, s.config.ConnectTimeout}), 30 * time.Second}
	for _, statement := range warehouse.LedgerTables() {
		if err := d.make(ctx, statement); err != nil {
			return nil, errors.Join(fmt.Errorf("ledger: %w", err), d.db.Close())
		}
	}
	return d, nil
}

// make runs a "create … if not exists". Two of them at once may still collide, and the
// second may see the first half done; then it is asked again.
func (d *DB) make(ctx context.Context, statement string) error {
	for attempt := 1; ; attempt++ {
		_, err := d.db.ExecContext(ctx, statement)
		if attempt == attempts || !hasCode(err, uniqueViolation, duplicateTable, duplicateSchema, duplicateObject) {
			return d.explain(err, statement)
		}
		if err := wait(ctx, attempt); err != nil {
			return err
		}
	}
}

func (d *DB) exec(ctx context.Context, statement string) error {
	_, err := d.ExecContext(ctx, statement)
	return err
}

// QueryContext runs one statement of ours.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	return rows, d.explain(err, query)
}

// ExecContext runs one statement of ours.
func (d *DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := d.db.ExecContext(ctx, query, args...)
	return result, d.explain(err, query)
}

// Loaded reads the ledger.
func (d *DB) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	return warehouse.Load(ctx, d, table, from, to)
}

// Close ends all connections.
func (d *DB) Close() error { return d.db.Close() }

// Ensure makes the table if there is none, and adds the columns that it lacks.
func (d *DB) Ensure(ctx context.Context, table warehouse.Table) error {
	if err := table.Validate(); err != nil {
		return err
	}
	schema, name := table.Split()
	if schema != "" {
		if err := d.make(ctx, fmt.Sprintf("create schema if not exists %q", schema)); err != nil {
			return err
		}
	}
	if err := d.make(ctx, table.Create(d.spell)); err != nil {
		return err
	}
	stands, err := standing(table, func(query string) (n int64, err error) {
		err = d.db.QueryRowContext(ctx, query).Scan(&n)
		return n, d.explain(err, query)
	})
	if err != nil || stands.Turns {
		return err
	}
	have, err := d.columns(ctx, schema, name)
	if err != nil {
		return err
	}
	missing, err := table.Missing(have, d.spell)
	if err != nil {
		return err
	}
	for _, column := range missing {
		if err := d.exec(ctx, fmt.Sprintf("alter table %s add column %q %s", table.Quoted(), column.Name, d.spell(column.Type))); err != nil {
			return err
		}
	}
	return d.index(ctx, table)
}

func (d *DB) columns(ctx context.Context, schema, name string) (map[string]string, error) {
	rows, err := d.QueryContext(ctx, `select column_name, data_type, coalesce(numeric_precision, 0), coalesce(numeric_scale, 0), coalesce(character_maximum_length, 0)
		from information_schema.columns where table_schema = coalesce(nullif($1, ''), current_schema()) and table_name = $2`, schema, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]string{}
	for rows.Next() {
		var column, typ string
		var precision, scale, length int
		if err := rows.Scan(&column, &typ, &precision, &scale, &length); err != nil {
			return nil, err
		}
		switch {
		case typ == "numeric":
			typ = fmt.Sprintf("numeric(%d,%d)", precision, scale)
		case length > 0:
			typ = fmt.Sprintf("%s(%d)", typ, length)
		}
		have[column] = typ
	}
	return have, rows.Err()
}

// spell writes a type in the words of PostgreSQL's information_schema.
func (s server) spell(t warehouse.Type) string {
	switch t.Kind {
	case warehouse.Text:
		if s.redshift {
			return redshiftText
		}
		return "text"
	case warehouse.Double:
		return "double precision"
	case warehouse.Decimal:
		return fmt.Sprintf("numeric(%d,%d)", t.Precision, t.Scale)
	case warehouse.Timestamp:
		return "timestamp without time zone"
	default:
		return t.String()
	}
}
