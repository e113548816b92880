package pg

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"tearsheet/warehouse"
)

// readOnlyConnector makes connections whose every statement runs in a read-only
// transaction of its own. A session default would not do: a statement can change
// the session, but it cannot leave the transaction that it runs in.
type readOnlyConnector struct {
	driver.Connector
	server server
}

func (c readOnlyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	own := &readOnlyConn{Conn: conn.(*stdlib.Conn), server: c.server}
	own.watch(ctx)
	return own, nil
}

// watch lets the server end a statement soon after we are gone: a program that is
// stopped may be gone before its request to cancel is sent. Servers older than
// PostgreSQL 14 know no such thing, and go on until the statement's time is over.
func (c *readOnlyConn) watch(ctx context.Context) {
	if !c.server.redshift {
		c.Conn.Conn().PgConn().Exec(ctx, "set client_connection_check_interval = '2s'").Close()
	}
}

type readOnlyConn struct {
	*stdlib.Conn
	server server
	over   *time.Timer // of the statement under way: it began a moment before it
}

func (c *readOnlyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		c.end()
		return nil, c.late(err, query)
	}
	return &readOnlyRows{rows.(*stdlib.Rows), c, query}, nil
}

// begin opens the transaction and bounds its statements, in one exchange.
func (c *readOnlyConn) begin(ctx context.Context) error {
	limit := c.server.limits.Timeout.Milliseconds()
	c.over = time.NewTimer(c.server.limits.Timeout)
	return c.Conn.Conn().PgConn().Exec(ctx, fmt.Sprintf(
		"begin transaction read only; set local statement_timeout = %d; set local timezone = 'UTC'", limit)).Close()
}

// late turns the end of a statement whose time is over into a *warehouse.TimeoutError. One
// that ended before was cancelled by somebody, or by a limit of the server's own.
func (c *readOnlyConn) late(err error, query string) error {
	limit := c.server.limits.Timeout
	if !hasCode(err, queryCanceled) || limit == 0 {
		return err
	}
	select {
	case <-c.over.C:
		return &warehouse.TimeoutError{Limit: limit, Statement: query}
	default:
		return err
	}
}

// end rolls back, and forgets what a statement may have done to the session. If that
// fails, the connection stays in its transaction, and the pool throws it away.
func (c *readOnlyConn) end() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if c.Conn.Conn().PgConn().Exec(ctx, "rollback").Close() == nil && !c.server.redshift {
		c.Conn.Conn().PgConn().Exec(ctx, "deallocate all").Close()
	}
}

// readOnlyRows ends the transaction with the rows.
type readOnlyRows struct {
	*stdlib.Rows
	conn  *readOnlyConn
	query string
}

func (r *readOnlyRows) Next(row []driver.Value) error {
	return r.conn.late(r.Rows.Next(row), r.query)
}

func (r *readOnlyRows) Close() error {
	err := r.Rows.Close()
	r.conn.end()
	return err
}
