package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Reader is a PostgreSQL database that is open for statements that people wrote:
// each runs in a read-only transaction of its own, which is rolled back. It is a
// warehouse.Reader. What functions may reach is for the rights of its user.
type Reader struct {
	server
	db *sql.DB
}

var _ warehouse.Reader = (*Reader)(nil)

// OpenReadOnly connects to the database of a postgres:// or redshift:// URL.
func OpenReadOnly(ctx context.Context, url string, limits warehouse.Limits) (*Reader, error) {
	s, err := parse(url, limits)
	if err != nil {
		return nil, err
	}
	r := &Reader{s, sql.OpenDB(readOnlyConnector{patientConnector{stdlib.GetConnector(*s.config), s.config.ConnectTimeout}, s})}
	if err := r.db.PingContext(ctx); err != nil {
		return nil, errors.Join(s.explain(err, ""), r.db.Close())
	}
	return r, nil
}

// QueryContext runs one statement. One that takes longer than the limits allow is a
// *warehouse.TimeoutError, from here or from the rows.
func (r *Reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.db.QueryContext(ctx, query, args...)
	return rows, r.explain(err, query)
}

// Loaded reads the ledger. In a database that has none, nothing is loaded; one that its
// user may not read is a *warehouse.AccessError.
func (r *Reader) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	var have bool
	row := r.db.QueryRowContext(ctx, "select count(*) > 0 from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"+ // which all see
		" where n.nspname = 'etl' and c.relname = 'partition'")
	if err := row.Scan(&have); err != nil || !have {
		return nil, r.explain(err, "ledger")
	}
	loads, err := warehouse.Load(ctx, r, table, from, to)
	if hasCode(err, insufficientRights) {
		return nil, &warehouse.AccessError{Place: r.config.User + "@" + r.place(), Err: fmt.Errorf("ledger: %w", err)}
	}
	return loads, err
}

// Close ends all connections.
func (r *Reader) Close() error { return r.db.Close() }

// Describe returns the columns that a SELECT would return, without running it; the
// type of each is in the engine's words. What the engine has against it is a
// *warehouse.SyntaxError; text of several statements is refused by the server.
func (r *Reader) Describe(ctx context.Context, query string) ([]warehouse.ResultColumn, error) {
	var columns []warehouse.ResultColumn
	err := r.readOnly(ctx, query, func(conn *pgx.Conn) error {
		prepared, err := conn.PgConn().Prepare(ctx, "", query, nil)
		if err != nil {
			return err
		}
		for _, field := range prepared.Fields {
			column := warehouse.ResultColumn{Name: field.Name, Type: "unknown"}
			if typ, ok := conn.TypeMap().TypeForOID(field.DataTypeOID); ok {
				column.Type = typ.Name
			}
			columns = append(columns, column)
		}
		return nil
	})
	if err != nil {
		return nil, r.explain(err, query)
	}
	if len(columns) == 0 {
		return nil, errors.New("not a SELECT: it returns no columns")
	}
	return columns, nil
}

// readOnly lends a connection for a statement, within a read-only transaction.
func (r *Reader) readOnly(ctx context.Context, query string, do func(*pgx.Conn) error) error {
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		lent := raw.(*readOnlyConn)
		if err := lent.begin(ctx); err != nil {
			return err
		}
		defer lent.end()
		return lent.late(do(lent.Conn.Conn()), query)
	})
}
