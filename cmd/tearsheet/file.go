package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// asidePrefix begins the names of files that are being written.
const asidePrefix = ".tearsheet-writing-"

// writeFile writes a file aside in dir, syncs it and renames it: a reader sees the
// old file or the new one, whole. dir is made if it is absent. The file is readable
// by its owner and group.
func writeFile(dir, name string, write func(io.Writer) error) (string, error) {
	path := filepath.Join(dir, name)
	if err := writeAside(dir, path, write); err != nil {
		return "", &exitError{code: exitStorage, err: fmt.Errorf("write %s: %w (an older file there is untouched)", path, err)}
	}
	return path, nil
}

func writeAside(dir, path string, write func(io.Writer) error) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is no regular file")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	sweep(dir)
	file, err := os.CreateTemp(dir, fmt.Sprintf("%s%d-*", asidePrefix, os.Getpid()))
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already if it was renamed
	if err := errors.Join(write(file), file.Chmod(0o640), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// sweep removes what killed runs left aside: files named after processes that are
// gone.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		var pid int
		if _, err := fmt.Sscanf(entry.Name(), asidePrefix+"%d-", &pid); err == nil && !alive(pid) {
			_ = os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	return err == nil && process.Signal(syscall.Signal(0)) == nil
}
