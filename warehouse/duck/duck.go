// Package duck keeps a warehouse in a DuckDB file: Open fills it, OpenReadOnly
// runs statements that people wrote. One process at a time may fill a file, and
// nobody reads it meanwhile; in one process, close the DB before the Reader of the
// same file is opened.
package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// DB is a DuckDB file that is open for filling. It is a warehouse.Warehouse.
type DB struct {
	db     *sql.DB
	path   string
	limits warehouse.Limits
	tables locks // by name; two loads of one would abort each other
	files  locks // by table and path
	schema locks // one change of tables and columns at a time
	spare  spare
}

var _ warehouse.Warehouse = (*DB)(nil)

// Open opens the warehouse in the file at path, and makes it if there is none. A
// file that another process holds is a *warehouse.ActiveError; one that cannot be
// read or written is a *warehouse.StorageError.
func Open(ctx context.Context, path string, limits warehouse.Limits) (*DB, error) {
	path, err := plainPath(path)
	if err != nil {
		return nil, err
	}
	if err := checkCatalog(path, "etl"); err != nil {
		return nil, err
	}
	if err := create(ctx, path); err != nil {
		return nil, err
	}
	// What tables are made of lies in tables: no SELECT reads a file.
	db, err := connect(ctx, path, "READ_WRITE", append(settings(limits), "set global enable_external_access = false"))
	if err != nil {
		return nil, err
	}
	d := &DB{db: db, path: path, limits: limits}
	if err := d.ensureLedger(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

func (d *DB) ensureLedger(ctx context.Context) error {
	for _, statement := range warehouse.LedgerTables() {
		if _, err := d.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	return nil
}

// QueryContext runs one statement of ours.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	return rows, explain(err, d.path, query, d.limits)
}

// ExecContext runs one statement of ours.
func (d *DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := d.db.ExecContext(ctx, query, args...)
	return result, explain(err, d.path, query, d.limits)
}

// Loaded reads the ledger.
func (d *DB) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	return warehouse.Load(ctx, d, table, from, to)
}

// Close checkpoints the file, so that it is whole without its log, and lets go of
// it. Rows that are still open keep the file held, and are an error.
func (d *DB) Close() error {
	// A connection that is left open would keep DuckDB from its own checkpoint.
	_, err := d.db.Exec("checkpoint")
	inUse := d.db.Stats().InUse
	err = errors.Join(explain(err, d.path, "checkpoint", d.limits), d.db.Close())
	if inUse > 0 {
		err = errors.Join(err, fmt.Errorf("%s: closed while %d statements were being read", d.path, inUse))
	}
	return err
}

// plainPath returns the absolute path of a file whose name DuckDB's URL takes.
func plainPath(path string) (string, error) {
	if path == "" {
		return "", errors.New("the path of the warehouse is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := url.Parse(path); err != nil || strings.ContainsAny(path, "?#%") {
		return "", fmt.Errorf("%s: the path of a warehouse has no ?, # or %%", path)
	}
	return path, nil
}

// checkCatalog reports a schema that has the name by which DuckDB calls the file: it would
// not know which of the two a statement means.
func checkCatalog(path, schema string) error {
	catalog, _, _ := strings.Cut(filepath.Base(path), ".")
	if strings.EqualFold(catalog, schema) {
		return fmt.Errorf("%s: DuckDB takes the schema %s for the file, which it calls %s too: rename the file, for example to warehouse.duckdb", path, schema, catalog)
	}
	return nil
}

// connect opens the file, with more options by name and value, and applies the settings
// in their order.
func connect(ctx context.Context, path, access string, settings []string, more ...string) (*sql.DB, error) {
	options := url.Values{}
	options.Set("access_mode", access)
	options.Set("autoinstall_known_extensions", "false") // a bare LOAD would go to the internet
	options.Set("autoload_known_extensions", "false")
	for i := 0; i < len(more); i += 2 {
		options.Set(more[i], more[i+1])
	}
	connector, err := duckdb.NewConnector(path+"?"+options.Encode(), nil)
	if err != nil {
		return nil, explainOpening(err, path)
	}
	db := sql.OpenDB(connector)
	for _, setting := range settings {
		if _, err := db.ExecContext(ctx, setting); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", setting, explain(err, path, setting, warehouse.Limits{})), db.Close())
		}
	}
	return db, nil
}

// settings returns the statements that bound what an open file may use.
func settings(limits warehouse.Limits) []string {
	statements := []string{"set global TimeZone = 'UTC'"} // an instant prints the same on every machine
	if limits.Memory > 0 {
		statements = append(statements, fmt.Sprintf("set global memory_limit = '%dB'", limits.Memory))
	}
	if limits.SpillDir != "" {
		statements = append(statements, "set global temp_directory = "+quote(limits.SpillDir))
	}
	if limits.Spill > 0 {
		statements = append(statements, fmt.Sprintf("set global max_temp_directory_size = '%dB'", limits.Spill))
	}
	return statements
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
