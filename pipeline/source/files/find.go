package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tearsheet/calendar"
)

const dayMark = "{day}"

// file is a file that was found.
type file struct {
	name     string // as in the ledger: relative to the project's folder, with slashes
	path     string
	size     int64
	checksum string
	day      *calendar.Day // of a {day} file
}

// find returns the files of a source in the order of their names.
func find(source Source, dir string) ([]file, error) {
	pattern := path.Clean(filepath.ToSlash(source.Path))
	before, after, daily := strings.Cut(pattern, dayMark)
	switch {
	case daily && strings.Contains(after, dayMark):
		return nil, fmt.Errorf("%s: {day} stands twice", source.Path)
	case daily && strings.ContainsAny(pattern, meta):
		return nil, fmt.Errorf("%s: {day} does not go with * ? [", source.Path)
	case daily:
		pattern = before + "*" + after
	}
	found, err := match(pattern, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source.Path, err)
	}
	var faults []Fault
	for i := range found {
		if !daily {
			break
		}
		text := strings.TrimSuffix(strings.TrimPrefix(found[i].name, before), after)
		day, err := calendar.ParseDay(text)
		if err != nil {
			faults = append(faults, Fault{Path: found[i].name, Text: err.Error()})
		}
		found[i].day = &day
	}
	if len(faults) > 0 {
		return nil, &FaultsError{faults}
	}
	return found, nil
}

const meta = `*?[`

// match returns the files that a pattern names, from a folder if it is relative. The
// part of it before the first sign of a pattern is taken literally.
func match(pattern, dir string) ([]file, error) {
	elements := strings.Split(pattern, "/")
	first := slices.IndexFunc(elements, func(element string) bool { return strings.ContainsAny(element, meta) })
	if first < 0 {
		first = len(elements) - 1
	}
	base, rest := strings.Join(elements[:first], "/"), strings.Join(elements[first:], "/")
	if base == "" && strings.HasPrefix(pattern, "/") {
		base = "/"
	}
	root := filepath.FromSlash(base)
	if !filepath.IsAbs(root) {
		root = filepath.Join(dir, root)
	}
	names := []string{rest}
	if strings.ContainsAny(rest, meta) {
		var err error
		if names, err = fs.Glob(os.DirFS(root), rest); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(filepath.Join(root, rest)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.Sort(names)
	files := make([]file, len(names))
	for i, name := range names {
		files[i] = file{name: path.Join(base, name), path: filepath.Join(root, filepath.FromSlash(name))}
	}
	return files, nil
}

// weigh fills in the size and the checksum of a file.
func (f *file) weigh(seen func(bytes, of int64)) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // a pipe would wait for ever
		return fmt.Errorf("%s: it is no regular file", f.name)
	}
	in, err := openRaw(*f, func(bytes int64) { seen(bytes, info.Size()) })
	if err != nil {
		return err
	}
	defer in.file.Close()
	if f.size, err = io.Copy(io.Discard, in); err != nil {
		return err
	}
	f.checksum = in.checksum()
	return nil
}

var errChanged = errors.New("changed while it was read: run it again")
