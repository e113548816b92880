package duck

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tearsheet/warehouse"
)

// create makes an empty warehouse at path unless there is one. DuckDB writes a
// file's head when it closes it first, so a process that is killed before leaves a
// file that never opens again; hence the file is made beside, whole and synced,
// before it gets its name.
func create(ctx context.Context, path string) error {
	removeLeftovers(path)
	switch _, err := os.Stat(path); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return &warehouse.StorageError{Place: path, Err: err}
	}
	beside := path + besideMark + warehouse.Process()
	defer os.Remove(beside)
	db, err := connect(ctx, beside, "READ_WRITE", append(warehouse.LedgerTables(), "checkpoint"), "storage_compatibility_version", storageVersion)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return &warehouse.StorageError{Place: beside, Err: err}
	}
	if err := appear(beside, path); err != nil {
		return &warehouse.StorageError{Place: path, Err: err}
	}
	return nil
}

const besideMark = ".new-"

// storageVersion is the oldest DuckDB (May 2025) that reads a file of ours. By itself the
// engine would keep to the storage of 0.10, whose ways to pack texts are slower: a load
// of logs takes a tenth less time with this one.
const storageVersion = "v1.3.0"

// appear gives a finished file its name, for good even if the power fails. A file
// that got the name meanwhile stays: another process may have it open.
func appear(beside, path string) error {
	if err := syncPath(beside); err != nil {
		return err
	}
	err := os.Link(beside, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(beside, path) // a file system without links
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncPath(filepath.Dir(path))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// removeLeftovers removes what killed processes left beside path. What cannot be
// removed does no harm.
func removeLeftovers(path string) {
	beside, _ := filepath.Glob(path + besideMark + "*")
	for _, file := range beside {
		name := strings.TrimSuffix(strings.TrimPrefix(file, path+besideMark), ".wal")
		if warehouse.Gone(name) {
			os.Remove(file)
		}
	}
}
