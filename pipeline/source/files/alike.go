package files

import (
	"slices"

	"tearsheet/warehouse"
)

// undated reports whether the name of a file is all that says on which day its rows are.
// Two such files may be alike: yesterday's counts can be today's. But one may also be
// another day's file under this day's name.
func (l *loader) undated() bool {
	return !l.source.Whole && l.source.At == "" && l.source.Day == ""
}

// alike returns the groups of undated files that have the same bytes, and rows. Of a file
// that stands twice among the entries, the last holds.
func (l *loader) alike(found []file, entries []warehouse.File) [][]string {
	if !l.undated() {
		return nil
	}
	rows := map[string]int64{}
	for _, entry := range entries {
		rows[entry.Path] = entry.Loaded
	}
	names := map[string][]string{} // by checksum
	for _, f := range found {
		if rows[f.name] > 0 {
			names[f.checksum] = append(names[f.checksum], f.name)
		}
	}
	var groups [][]string
	for _, group := range names {
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	slices.SortFunc(groups, slices.Compare)
	return groups
}
