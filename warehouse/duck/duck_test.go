package duck_test

import (
	"path/filepath"
	"testing"

	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

func open(t *testing.T, path string) *duck.DB {
	t.Helper()
	db, err := duck.Open(t.Context(), path, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestKeepsTheContract(t *testing.T) {
	warehousetest.Run(t, func(t *testing.T) warehouse.Warehouse {
		db := open(t, filepath.Join(t.TempDir(), "warehouse.duckdb"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	})
}
