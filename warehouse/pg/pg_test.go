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

// Redshift itself cannot be run here; its way of loading is valid PostgreSQL too.
func TestRedshiftsWayKeepsTheContract(t *testing.T) {
	warehousetest.Run(t, func(t *testing.T) warehouse.Warehouse {
		return open(t, strings.Replace(warehousetest.Postgres(t), "postgres://", "redshift://", 1))
	})
}
