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

// Loads of files and changes of files take their locks in one order.
func TestLoadsAndChangesOfTheSameFilesDoNotWaitForEachOther(t *testing.T) {
	db, err := Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	table := warehouse.Table{Name: "events", Columns: []warehouse.Column{{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	if err := db.Ensure(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	// Two files whose order by name is not that of their keys; the lock of the second is
	// held until a change and a load wait for it.
	paths := []string{"a", "b"}
	for fileLock(table, paths[0]).keys[0] < fileLock(table, paths[1]).keys[0] {
		paths[1] += "b"
	}
	var loads []warehouse.FileLoad
	change := warehouse.Change{Table: table}
	for _, path := range paths {
		loads = append(loads, warehouse.FileLoad{Table: table, Path: path, Batches: warehousetest.Batches(),
			Entry: func() (warehouse.FileEntry, error) { return warehouse.FileEntry{}, nil }})
		change.Files = append(change.Files, warehouse.File{Path: path})
	}
	ended := make(chan error, 2)
	err = db.lend(t.Context(), func(conn *pgx.Conn) error {
		tx, err := db.begin(t.Context(), conn)
		if err != nil {
			return err
		}
		defer rollback(t.Context(), tx)
		if err := db.take(t.Context(), conn, []lock{fileLock(table, paths[1])}); err != nil {
			return err
		}
		for i, do := range []func() error{
			func() error { return db.Replace(t.Context(), change) },
			func() error { return db.LoadFiles(t.Context(), loads...) },
		} {
			go func() { ended <- do() }()
			for waiting := 0; waiting <= i; {
				if err := db.db.QueryRowContext(t.Context(), "select count(*) from pg_locks where locktype = 'advisory' and not granted").Scan(&waiting); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, <-ended, <-ended); err != nil {
		t.Error(err)
	}
}
