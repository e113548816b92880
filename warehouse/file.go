package warehouse

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"time"

	"tearsheet/calendar"
)

// FileColumn is the column of a table that is filled file by file. It tells which
// file a row came from, so that the rows of one file can be replaced.
const FileColumn = "file_id"

// FileID returns what FileColumn holds of the rows of a file. It depends on nothing
// but the names, so a warehouse that is filled again is the same.
func FileID(table, path string) int64 {
	sum := sha256.Sum256([]byte(table + "\x00" + path))
	return int64(binary.LittleEndian.Uint64(sum[:8]) >> 1) // never negative
}

// FileLoad puts the rows of one file into a table that has FileColumn.
type FileLoad struct {
	Table Table
	// Path names the file in the ledger.
	Path string
	// Batches are the rows and the refused lines of the file. They are read once.
	Batches iter.Seq2[*Batch, error]
	// Entry returns what the ledger is to say of the file, but for its path and its
	// run. It is called when all batches were taken; its error undoes the load.
	Entry func() (FileEntry, error)
	// RunID names the run in the ledger, At is its time.
	RunID string
	At    time.Time
}

// FileEntry is what the ledger says of a file that was loaded by itself.
type FileEntry struct {
	File
	Days []FileDay // the days of its rows
}

// FileDay says how many rows of a day a file has.
type FileDay struct {
	Day  calendar.Day
	Rows int64
}

// ValidateLoads reports what is wrong with files that are to be loaded together.
func ValidateLoads(loads []FileLoad) error {
	for i, load := range loads {
		if err := load.Table.Validate(); err != nil {
			return err
		}
		if err := checkPath(load.Path); err != nil {
			return err
		}
		if _, ok := load.Table.Column(FileColumn); !ok || load.Table.Name != loads[0].Table.Name {
			return fmt.Errorf("load of %s: a table of its own, or table %s has no column %s", load.Path, load.Table.Name, FileColumn)
		}
		if column, _ := load.Table.Column(FileColumn); column.Type.Kind != Bigint {
			return fmt.Errorf("load of %s: table %s: column %s is a %s, not a bigint", load.Path, load.Table.Name, FileColumn, column.Type)
		}
		for _, other := range loads[:i] {
			if other.Path == load.Path {
				return fmt.Errorf("load of %s: the file stands twice", load.Path)
			}
		}
	}
	return nil
}

// longestPath is how many bytes of a path the ledger has room for.
const longestPath = 4096

// checkPath reports a path that the ledger cannot keep.
func checkPath(path string) error {
	switch {
	case !plainText([]byte(path)):
		return fmt.Errorf("file %q: its name is not UTF-8, or has a NUL: rename it", path)
	case len(path) > longestPath:
		return fmt.Errorf("file %q…: its name is longer than %d bytes: rename it", path[:80], longestPath)
	}
	return nil
}

// Validate reports how a batch does not fit the table, or the file: a row with another
// FileColumn would stay when the file is loaded again.
func (l FileLoad) Validate(batch *Batch) error {
	if err := batch.Validate(l.Table); err != nil {
		return err
	}
	id := FileID(l.Table.Name, l.Path)
	for i, column := range l.Table.Columns {
		if column.Name != FileColumn {
			continue
		}
		v := &batch.Columns[i]
		for row, have := range v.Ints {
			if have != id || v.IsNull(row) {
				return fmt.Errorf("table %s: column %s: a row of another file than %s", l.Table.Name, FileColumn, l.Path)
			}
		}
	}
	return nil
}

// Enter returns what the ledger is to say of the file, under its path and of its run.
func (l FileLoad) Enter() (FileEntry, error) {
	entry, err := l.Entry()
	if err != nil {
		return entry, err
	}
	entry.Path, entry.RunID, entry.At = l.Path, l.RunID, l.At
	if entry.Lines != entry.Loaded+entry.Rejected+entry.Filtered {
		return entry, fmt.Errorf("%d lines are not %d loaded, %d refused and %d left out", entry.Lines, entry.Loaded, entry.Rejected, entry.Filtered)
	}
	return entry, nil
}

// FileState says what became of a file.
type FileState string

// The states of files.
const (
	FileLoaded FileState = "loaded"
	FileBroken FileState = "broken" // nothing of it is loaded: it cannot be read, or too much of it was refused
	FileHeld   FileState = "held"   // nothing of it is loaded until somebody accepts it
)
