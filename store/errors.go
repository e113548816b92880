package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// ErrNoStore says that the file of a store is something else.
var ErrNoStore = errors.New("not a store of Tearsheet: move the file away, or name another in store:")

// The families of SQLite's result codes that a person can do something about.
const (
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteCannotOpen = 14
	sqliteNoDatabase = 26
)

// explain turns SQLite's error into one that says what to do.
func explain(err error) error {
	var found *sqlite.Error
	if !errors.As(err, &found) {
		return err
	}
	switch found.Code() & 0xff {
	case sqliteNoDatabase:
		return ErrNoStore
	case sqliteCannotOpen, sqliteReadOnly:
		return fmt.Errorf("%w: this user needs the right to write to the file and to its folder", err)
	case sqliteIO:
		return fmt.Errorf("%w: is the disk full?", err)
	}
	return err
}
