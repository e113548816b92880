package pg_test

import (
	"os"
	"strings"
	"testing"

	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }

func open(t *testing.T, url string) *pg.DB {
	t.Helper()
	db, err := pg.Open(t.Context(), url, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestKeepsTheContract(t *testing.T) {
	warehousetest.Run(t, func(t *testing.T) warehouse.Warehouse { return open(t, warehousetest.Postgres(t)) })
}

// asRedshift returns the URL of a fresh database that is spoken to as if it were a
// Redshift, with the one function of Redshift's that PostgreSQL lacks.
func asRedshift(t *testing.T) string {
	url := warehousetest.Postgres(t)
	do(t, url, `create function strtol(digits text, base integer) returns bigint language sql
		as $$ select cast(cast('x' || lpad(digits, 16, '0') as bit(64)) as bigint) where base = 16 $$`)
	return strings.Replace(url, "postgres://", "redshift://", 1)
}

// Redshift itself cannot be run here; its way of loading is valid PostgreSQL too.
func TestRedshiftsWayKeepsTheContract(t *testing.T) {
	warehousetest.Run(t, func(t *testing.T) warehouse.Warehouse { return open(t, asRedshift(t)) })
}
