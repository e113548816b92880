package duck

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/warehouse"
)

// What is no conflict is not tried again, whatever names and values its text has.
func TestConflictIsToldByItsKindAndBeginning(t *testing.T) {
	for _, c := range []struct {
		kind duckdb.ErrorType
		text string
		want bool
	}{
		{duckdb.ErrorTypeTransaction, "TransactionContext Error: Conflict on tuple deletion!", true},
		{duckdb.ErrorTypeTransaction, "TransactionContext Error: Catalog write-write conflict on create with \"likes\"", true},
		{duckdb.ErrorTypeTransaction, "TransactionContext Error: Failed to commit: write-write conflict on key: \"1\"", true},
		{duckdb.ErrorTypeTransaction, "TransactionContext Error: Failed to commit: PRIMARY KEY constraint violation: duplicate key \"Conflict on update!\"", false},
		{duckdb.ErrorTypeTransaction, "TransactionContext Error: Failed to commit: IO Error: Could not write file \"/conflicts/w.duckdb\": No space left on device", false},
		{duckdb.ErrorTypeBinder, "Binder Error: Referenced column \"conflicts\" not found in FROM clause!", false},
		{duckdb.ErrorTypeConversion, "Conversion Error: Could not convert string 'conflict' to INT64", false},
	} {
		err := &duckdb.Error{Type: c.kind, Msg: c.text}
		if conflict(err) != c.want || conflict(explain(err, "w.duckdb", "select 1", warehouse.Limits{})) != c.want {
			t.Errorf("%s: %t", c.text, !c.want)
		}
	}
}

// Two transactions that change one row make the conflict that the engine really tells.
func TestConflictOfTheEngineIsOne(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"create table likes (n bigint)", "insert into likes values (1)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range []string{"update likes set n = 2", "delete from likes", "alter table likes add column m bigint"} {
		first, err := db.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		second, err := db.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.run(t.Context(), first, statement); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.run(t.Context(), second, statement), second.Commit()); !conflict(err) {
			t.Errorf("%s: error is %v", statement, err)
		}
		if err := first.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}
