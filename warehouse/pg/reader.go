package pg

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	r := &Reader{s, sql.OpenDB(readOnlyConnector{patientConnector{stdlib.GetConnector(*s.config)}, s})}
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

// Loaded reads the ledger. In a database that has none, nothing is loaded.
func (r *Reader) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	var have bool
	row := r.db.QueryRowContext(ctx, "select count(*) > 0 from information_schema.tables where table_schema = 'etl' and table_name = 'partition'")
	if err := row.Scan(&have); err != nil || !have {
		return nil, r.explain(err, "ledger")
	}
	return warehouse.Load(ctx, r, table, from, to)
}

// Close ends all connections.
func (r *Reader) Close() error { return r.db.Close() }

// Describe returns the columns that a SELECT would return, without running it; the
// type of each is in the engine's words. What the engine has against it is a
// *warehouse.SyntaxError; text of several statements is refused by the server.
func (r *Reader) Describe(ctx context.Context, query string) ([]warehouse.ResultColumn, error) {
	var columns []warehouse.ResultColumn
	err := r.readOnly(ctx, func(conn *pgx.Conn) error {
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

// CheckSelect returns the tables that a statement reads, sorted, or what is wrong
// with it. The server plans it, and so it names the tables under a view instead of
// the view. Redshift does not tell its plan: there the tables are unknown, nil.
func (r *Reader) CheckSelect(ctx context.Context, query string) ([]string, error) {
	if _, err := r.Describe(ctx, query); err != nil || r.redshift {
		return nil, err
	}
	var plan string
	err := r.readOnly(ctx, func(conn *pgx.Conn) (err error) {
		plan, err = explainPlan(ctx, conn, query)
		return err
	})
	if err != nil {
		return nil, r.explain(err, query)
	}
	var tree any
	if err := json.Unmarshal([]byte(plan), &tree); err != nil {
		return nil, fmt.Errorf("plan of the statement: %w", err)
	}
	tables := map[string]bool{}
	if err := planned(tree, tables); err != nil {
		return nil, err
	}
	sorted := make([]string, 0, len(tables))
	for table := range tables {
		sorted = append(sorted, table)
	}
	slices.Sort(sorted)
	return sorted, nil
}

const preparedName = "tearsheet_check"

// explainPlan returns the plan of a statement whose parameters have no values yet.
func explainPlan(ctx context.Context, conn *pgx.Conn, query string) (plan string, err error) {
	prepared, err := conn.PgConn().Prepare(ctx, "", "prepare "+preparedName+" as "+query, nil)
	if err == nil {
		_, err = conn.PgConn().ExecStatement(ctx, prepared, nil, nil, nil).Close()
	}
	if err != nil {
		return "", err
	}
	var parameters int
	row := conn.QueryRow(ctx, "select cardinality(parameter_types) from pg_prepared_statements where name = $1", preparedName)
	if err := row.Scan(&parameters); err != nil {
		return "", err
	}
	execute := "execute " + preparedName
	if parameters > 0 {
		execute += "(null" + strings.Repeat(", null", parameters-1) + ")"
	}
	// With values unknown to the planner, it cannot leave tables out.
	if _, err := conn.Exec(ctx, "set local plan_cache_mode = force_generic_plan"); err != nil {
		return "", err
	}
	err = conn.QueryRow(ctx, "explain (verbose, format json) "+execute).Scan(&plan)
	return plan, err
}

// planned collects the tables of a plan. A plan that writes is refused.
func planned(node any, tables map[string]bool) error {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if err := planned(child, tables); err != nil {
				return err
			}
		}
	case map[string]any:
		if n["Node Type"] == "ModifyTable" {
			return errors.New("not a SELECT: it writes")
		}
		if name, ok := n["Relation Name"].(string); ok {
			if schema, _ := n["Schema"].(string); schema != "public" {
				name = schema + "." + name
			}
			tables[name] = true
		}
		for _, child := range n {
			if err := planned(child, tables); err != nil {
				return err
			}
		}
	}
	return nil
}

// readOnly lends a connection within a read-only transaction.
func (r *Reader) readOnly(ctx context.Context, do func(*pgx.Conn) error) error {
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
		return do(lent.Conn.Conn())
	})
}
