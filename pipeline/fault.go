package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is something wrong in a file that a person wrote, and where.
type Fault struct {
	Place string // etl/likes.sql:12:5
	Text  string
}

func (f Fault) Error() string { return f.Place + ": " + f.Text }

// Faults are all faults that were found, in the order of their places.
type Faults []Fault

// Err returns the faults as one error, or nil if there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return errors.New(strings.Join(lines, "\n"))
}

// fault is a fault before its place is written down, so that it can be sorted.
type fault struct {
	file         string
	line, column int
	text         string
}

// sorted returns faults in the order of their files and lines.
func sorted(list []fault) Faults {
	slices.SortStableFunc(list, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var faults Faults
	for _, f := range list {
		place := fmt.Sprintf("%s:%d", f.file, f.line)
		if f.column > 0 {
			place += fmt.Sprintf(":%d", f.column)
		}
		faults = append(faults, Fault{place, f.text})
	}
	return faults
}
