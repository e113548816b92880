package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Reader is a DuckDB file that is open for statements that people wrote: it cannot
// be written, nothing outside it can be reached, and no statement can change that.
// It is a warehouse.Reader.
type Reader struct {
	db     *sql.DB
	path   string
	limits warehouse.Limits
	spill  string // the folder of its temporary files, if it is its own
}

var _ warehouse.Reader = (*Reader)(nil)

// OpenReadOnly opens the file at path. Several processes may do so at once, but not
// while one has it open for filling: that is a *warehouse.ActiveError. A file that is
// not there is a *warehouse.StorageError of fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, path string, limits warehouse.Limits) (*Reader, error) {
	path, err := plainPath(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &warehouse.StorageError{Place: path, Err: fs.ErrNotExist}
	}
	r := &Reader{path: path, limits: limits}
	if limits.SpillDir == "" { // beside the file, DuckDB would write into a folder of others
		if r.spill, err = os.MkdirTemp("", "tearsheet-spill-*"); err != nil {
			return nil, &warehouse.StorageError{Place: os.TempDir(), Err: err}
		}
		r.limits.SpillDir = r.spill
	}
	statements := append(settings(r.limits), "set global enable_external_access = false", "set global lock_configuration = true")
	if r.db, err = connect(ctx, path, "READ_ONLY", statements); err != nil {
		return nil, errors.Join(err, r.removeSpill())
	}
	return r, nil
}

func (r *Reader) removeSpill() error {
	if r.spill == "" {
		return nil
	}
	return os.RemoveAll(r.spill)
}

// QueryContext runs one statement, which should have passed CheckSelect. It and the
// reading of its rows may together take as long as the limits allow. A statement that
// takes longer is a *warehouse.TimeoutError, a reading a context.DeadlineExceeded.
func (r *Reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	limited := ctx
	if r.limits.Timeout > 0 {
		var release context.CancelFunc
		limited, release = context.WithTimeout(ctx, r.limits.Timeout)
		context.AfterFunc(limited, release) // the rows live on after this call
	}
	rows, err := r.db.QueryContext(limited, query, args...)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil, &warehouse.TimeoutError{Limit: r.limits.Timeout, Statement: query}
	}
	return rows, explain(err, r.path, query, r.limits)
}

// Loaded reads the ledger. In a file that has none, nothing is loaded.
func (r *Reader) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	have, err := r.hasLedger(ctx)
	if err != nil || !have {
		return nil, err
	}
	return warehouse.Load(ctx, r, table, from, to)
}

func (r *Reader) hasLedger(ctx context.Context) (bool, error) {
	rows, err := r.QueryContext(ctx, "select 1 from information_schema.tables where table_schema = 'etl' and table_name = 'partition'")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// Close lets go of the file.
func (r *Reader) Close() error { return errors.Join(r.db.Close(), r.removeSpill()) }

// Describe returns the columns that a SELECT would return, without running it; the
// type of each is in the engine's words. What the engine has against it is a
// *warehouse.SyntaxError. It checks the text first, since DuckDB runs the first of
// several statements when it is asked to prepare them.
func (r *Reader) Describe(ctx context.Context, query string) ([]warehouse.ResultColumn, error) {
	if err := r.CheckSelect(ctx, query); err != nil {
		return nil, err
	}
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, explain(err, r.path, query, r.limits)
	}
	defer conn.Close()
	parameters, err := prepare(conn, query)
	if err != nil {
		return nil, explain(err, r.path, query, r.limits)
	}
	rows, err := conn.QueryContext(ctx, "describe "+query, make([]any, parameters)...)
	if err != nil {
		return nil, explain(err, r.path, query, r.limits)
	}
	defer rows.Close()
	var columns []warehouse.ResultColumn
	for rows.Next() {
		var column warehouse.ResultColumn
		var rest [4]any
		if err := rows.Scan(&column.Name, &column.Type, &rest[0], &rest[1], &rest[2], &rest[3]); err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, rows.Err()
}

// prepare resolves a statement and returns the number of its parameters.
func prepare(conn *sql.Conn, query string) (parameters int, err error) {
	err = conn.Raw(func(raw any) error {
		statement, err := raw.(driver.Conn).Prepare(query)
		if err != nil {
			return err
		}
		parameters = statement.NumInput()
		return statement.Close()
	})
	return parameters, err
}

// libraryVersion returns the version of the linked engine.
func libraryVersion(conn driver.Conn) string {
	rows, err := conn.(driver.QueryerContext).QueryContext(context.Background(), "select version()", nil)
	if err != nil {
		return "of unknown version"
	}
	defer rows.Close()
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		return "of unknown version"
	}
	return fmt.Sprint(row[0])
}

// CountDistinct returns the expression that counts the distinct values of an
// integer expression by a bitset, exactly: every value must lie in low ≤ x ≤ high.
// Where values lie close together it is several times as fast as hashing them.
func CountDistinct(expression string, low, high int64) string {
	return fmt.Sprintf("coalesce(bit_count(bitstring_agg(%s, %d, %d)), 0)", expression, low, high)
}
