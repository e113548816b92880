package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"tearsheet/metrics"
	"tearsheet/pipeline/source/logs"
	"tearsheet/warehouse"
)

// The exit codes.
const (
	exitDone    = 0
	exitHeld    = 1 // built, or not whole, and not issued
	exitUsage   = 2 // configuration or usage
	exitSource  = 3 // a source is down: try later
	exitStorage = 4
	exitActive  = 5 // another run is active
)

// exitError is an error with the code to exit with, and a hint for the person.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usageError(err error) error { return &exitError{code: exitUsage, err: err} }

func hinted(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &exitError{code: exitCode(err), err: err, hint: fmt.Sprintf(format, args...)}
}

// exitCode returns the code of an error that may carry none of its own.
func exitCode(err error) int {
	var exit *exitError
	var faults metrics.Faults
	var active *warehouse.ActiveError
	var access *warehouse.AccessError
	var storage *warehouse.StorageError
	var place *logs.PlaceError
	code, isMySQL := mysqlExit(err)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case isMySQL:
		return code
	case errors.As(err, &faults), errors.As(err, &access):
		return exitUsage
	case errors.As(err, &active):
		return exitActive
	case errors.As(err, &place), errors.As(err, &storage) && storage.Down:
		return exitSource
	case storage != nil, isStorage(err):
		return exitStorage
	}
	return exitHeld
}

func isStorage(err error) bool {
	for _, errno := range []error{syscall.ENOSPC, syscall.EIO, syscall.EROFS, syscall.EDQUOT, syscall.EISDIR, syscall.ENOTDIR, fs.ErrPermission} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
