package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tearsheet/warehouse"
)

// asidePrefix begins the names of what is being written.
const asidePrefix = ".tearsheet-writing-"

// output is a file to be written.
type output struct {
	name    string
	content []byte
}

// writeFiles writes files into dir, which is made if it is absent, and returns their
// paths. All are written aside and synced before the first takes its name: a reader
// sees each old file or each new one, whole, and if one cannot be written none is
// replaced. The files are readable by their owner and group.
func writeFiles(dir string, outputs []output) ([]string, error) {
	var paths, aside []string
	defer func() {
		for _, path := range aside {
			os.Remove(path) // gone already if it was renamed
		}
	}()
	for _, o := range outputs {
		path := filepath.Join(dir, o.name)
		written, err := writeAside(dir, path, o.content)
		aside = append(aside, written)
		if err != nil {
			return nil, unwritten(path, err)
		}
		paths = append(paths, path)
	}
	for i, path := range paths {
		if err := os.Rename(aside[i], path); err != nil {
			return nil, unwritten(path, err)
		}
	}
	_ = syncFolder(dir) // not every file system can; the files are whole all the same
	return paths, nil
}

func unwritten(path string, err error) error {
	return &exitError{code: exitStorage, err: fmt.Errorf("write %s: %w (what was there before is untouched)", path, err)}
}

// writeAside writes what is to become path beside it, and returns where it is, also if
// it is there only in part.
func writeAside(dir, path string, content []byte) (string, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return "", errors.New("it is no regular file")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	sweep(dir)
	file, err := os.CreateTemp(dir, asideName())
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	return file.Name(), errors.Join(err, file.Chmod(0o640), file.Sync(), file.Close())
}

// asideName is the pattern of what this process writes aside.
func asideName() string { return asidePrefix + warehouse.Process() + "-*" }

// sweep removes what killed runs left aside in dir: what is named after processes that
// are gone.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name, ours := strings.CutPrefix(entry.Name(), asidePrefix)
		if end := strings.LastIndex(name, "-"); ours && end >= 0 && warehouse.Gone(name[:end]) {
			_ = os.RemoveAll(filepath.Join(dir, entry.Name()))
		}
	}
}

// syncFolder makes the names in a folder last, even if the power fails.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
