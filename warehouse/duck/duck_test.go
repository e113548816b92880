package duck_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
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

// DuckDB calls a file by its name, and takes a schema of that name for the file.
func TestFileThatIsNamedAsASchemaIsRefused(t *testing.T) {
	table := warehouse.Table{Name: "staging.likes", Columns: []warehouse.Column{{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	for name, want := range map[string][2]string{
		"etl.duckdb": {"schema etl"}, "ETL.x.duckdb": {"schema etl"}, "staging.duckdb": {"", "schema staging"}, "Staging": {"", "schema staging"},
		"warehouse.etl": {}, "temp.duckdb": {}, "main.duckdb": {}, "system.duckdb": {}, "likes.duckdb": {}, "pg_catalog.duckdb": {},
	} {
		path := filepath.Join(t.TempDir(), name)
		db, err := duck.Open(t.Context(), path, warehouse.Limits{})
		if (err != nil) != (want[0] != "") || err != nil && !strings.Contains(err.Error(), want[0]) {
			t.Errorf("%s: opening: %v", name, err)
		}
		if err != nil {
			continue
		}
		if err := db.Ensure(t.Context(), table); (err != nil) != (want[1] != "") || err != nil && !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s: making a table: %v", name, err)
		}
		fact := warehouse.Table{Name: "likes", Columns: table.Columns}
		if err := db.Ensure(t.Context(), fact); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err = db.Build(t.Context(), warehouse.Build{Table: fact, Select: "select $1 as day, 1 as user_id", Parts: []warehouse.Part{{Day: 1}}})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPathThroughAFileIsAStorageError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(file, "warehouse.duckdb")
	_, writing := duck.Open(t.Context(), path, warehouse.Limits{})
	_, reading := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	for _, err := range []error{writing, reading} {
		var storage *warehouse.StorageError
		if !errors.As(err, &storage) || storage.Place != path {
			t.Errorf("error is %v", err)
		}
	}
}
