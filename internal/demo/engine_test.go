package demo_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5/stdlib"

	starter "tearsheet"
	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }

// assets returns etl/*.sql by the tables that they make.
func assets(t testing.TB) map[string]*pipeline.Asset {
	t.Helper()
	found := map[string]*pipeline.Asset{}
	for _, file := range starter.Files() {
		if !strings.HasSuffix(file.Name, ".sql") {
			continue
		}
		asset, faults := pipeline.ParseAsset(file.Name, file.Text)
		for _, fault := range faults {
			t.Error(fault)
		}
		if len(faults) == 0 {
			found[asset.Name] = asset
		}
	}
	return found
}

// engine is a database on which the assets' SQL runs as it is, without a pipeline: what
// a night does is written down here a second time, as simply as can be.
type engine struct {
	name string
	*sql.DB
}

// engines returns an empty DuckDB and an empty PostgreSQL.
func engines(t *testing.T) []engine {
	t.Helper()
	return []engine{newDuck(t), newPostgres(t)}
}

func newDuck(t testing.TB) engine {
	t.Helper()
	return newEngine(t, "duckdb", "duckdb", "")
}

func newPostgres(t testing.TB) engine {
	t.Helper()
	return newEngine(t, "postgres", "pgx", warehousetest.Postgres(t))
}

func newEngine(t testing.TB, name, driver, address string) engine {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // an in-memory DuckDB is one connection's
	t.Cleanup(func() { db.Close() })
	e := engine{name, db}
	e.exec(t, "create schema staging", "create schema production")
	return e
}

func (e engine) exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := e.Exec(statement); err != nil {
			t.Fatalf("%s: %v\n%.2000s", e.name, err, statement)
		}
	}
}

// create makes the tables of assets.
func (e engine) create(t testing.TB, list ...*pipeline.Asset) {
	t.Helper()
	for _, a := range list {
		e.exec(t, a.Table().Create(spell))
	}
}

func spell(typ warehouse.Type) string {
	if typ.Kind == warehouse.Double {
		return "double precision"
	}
	return typ.String()
}

// build makes days of a table anew, from ≤ day < to, with its checks, or says which
// check does not hold.
func (e engine) build(a *pipeline.Asset, from, to calendar.Day) error {
	tx, err := e.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	names := a.Table().ColumnNames()
	remove := "delete from " + a.Name
	if !a.Whole {
		remove += warehouse.Bind(" where day >= $1 and day < $2", from, to)
	}
	insert := fmt.Sprintf("insert into %s (%s) select %s from (%s) as made", a.Name, strings.Join(names, ", "), strings.Join(names, ", "), warehouse.Bind(a.SQL, from, to))
	for _, statement := range []string{remove, insert} {
		if _, err := tx.Exec(statement); err != nil {
			return fmt.Errorf("%s: %s: %w\n%s", e.name, a.Name, err, statement)
		}
	}
	for _, check := range a.Checks {
		var got sql.NullInt64
		if err := tx.QueryRow(warehouse.Bind(check.Query, from, to)).Scan(&got); err != nil {
			return fmt.Errorf("%s: %s: check %s: %w", e.name, a.Name, check.Name, err)
		}
		if !got.Valid || got.Int64 != check.Want {
			return &warehouse.CheckError{Table: a.Name, Check: check.Name, Got: got.Int64, Want: check.Want}
		}
	}
	return tx.Commit()
}

func (e engine) mustBuild(t testing.TB, from, to calendar.Day, list ...*pipeline.Asset) {
	t.Helper()
	for _, a := range list {
		if err := e.build(a, from, to); err != nil {
			t.Fatal(err)
		}
	}
}

// rows returns the rows of a query as text, sorted, so that engines can be compared.
func (e engine) rows(t testing.TB, query string) []string {
	t.Helper()
	rows, err := e.Query(query)
	if err != nil {
		t.Fatalf("%s: %v\n%s", e.name, err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, value := range values {
			if !value.Valid {
				value.String = "-"
			}
			cells = append(cells, value.String)
		}
		all = append(all, strings.Join(cells, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// table returns the rows of an asset, each as text that is the same on all engines.
func (e engine) table(t testing.TB, a *pipeline.Asset) []string {
	t.Helper()
	var columns []string
	for _, column := range a.Columns {
		columns = append(columns, "cast("+column.Name+" as varchar(200))")
	}
	return e.rows(t, "select "+strings.Join(columns, ", ")+" from "+a.Name)
}

// copyIn has PostgreSQL read a CSV file.
func (e engine) copyIn(t testing.TB, table, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	conn, err := e.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().PgConn().CopyFrom(t.Context(), file, "copy "+table+" from stdin (format csv)")
		return err
	})
	if err != nil {
		t.Fatal(table, err)
	}
}

// inserter inserts rows, written as SQL, by few statements.
type inserter struct {
	t      testing.TB
	engine engine
	table  string
	rows   []string
}

func (w *inserter) add(values ...string) { w.rows = append(w.rows, "("+strings.Join(values, ",")+")") }

func (w *inserter) flush() {
	w.t.Helper()
	if len(w.rows) > 0 {
		w.engine.exec(w.t, "insert into "+w.table+" values "+strings.Join(w.rows, ","))
	}
	w.rows = nil
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
