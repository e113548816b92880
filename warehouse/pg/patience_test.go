package pg

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/warehousetest"
)

// A server may keep the session, and the locks, of a client whose network ate the commit.
func TestC03LostCommitIsNotAskedForForEver(t *testing.T) {
	db, err := Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.patience = 100 * time.Millisecond
	locks := []lock{dayLock(warehouse.Table{Name: "likes"}, []calendar.Day{1})}
	err = db.lend(t.Context(), func(conn *pgx.Conn) error {
		tx, err := db.begin(t.Context(), conn)
		if err != nil {
			return err
		}
		defer rollback(t.Context(), tx)
		if err := db.take(t.Context(), conn, locks); err != nil {
			return err
		}
		return db.explain(db.committed(t.Context(), locks, nil), "load")
	})
	var storage *warehouse.StorageError
	if !errors.As(err, &storage) || !storage.Down {
		t.Errorf("error is %v", err)
	}
}
