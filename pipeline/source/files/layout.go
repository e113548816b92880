package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// layout is how the columns of a file become a row: the columns that are read, of
// which the table keeps the first ones, and the one that the day comes from.
type layout struct {
	table   warehouse.Table
	columns []Column
	dayFrom int // place in columns, or noColumn if the file's name says the day
	instant bool
}

const noColumn = -1

func newLayout(source Source) (layout, error) {
	l := layout{columns: slices.Clone(source.Columns), dayFrom: noColumn}
	if err := l.findDay(source); err != nil {
		return layout{}, err
	}
	if len(l.columns) == 0 {
		return layout{}, errors.New("names no columns")
	}
	l.table.Name, l.table.Whole = source.Table, source.Whole
	for i, column := range l.columns {
		if i == l.dayFrom && !l.instant {
			continue // it is the table's day
		}
		l.table.Columns = append(l.table.Columns, warehouse.Column{Name: strings.ToLower(column.Name), Type: column.Type})
	}
	return l, l.table.Validate()
}

// findDay finds the column of the day among the columns, or adds it. A column that
// is the day itself goes to the end, where the table does not keep it.
func (l *layout) findDay(source Source) error {
	switch {
	case source.Whole && (source.At != "" || source.Day != "" || strings.Contains(source.Path, dayMark)):
		return errors.New("is whole, and has at:, day: or {day}")
	case source.Whole:
		return nil
	case source.At != "" && source.Day != "":
		return errors.New("has both at: and day:")
	case source.At == "" && source.Day == "" && !strings.Contains(source.Path, dayMark):
		return errors.New("has neither at: (a column of instants) nor day: (a column of dates), nor {day} in its path")
	case source.At == "" && source.Day == "":
		return nil
	}
	l.instant = source.At != ""
	day := Column{source.Day, warehouse.Type{Kind: warehouse.Date}}
	if l.instant {
		day = Column{source.At, warehouse.Type{Kind: warehouse.Timestamp}}
	}
	if i := slices.IndexFunc(l.columns, func(c Column) bool { return c.Name == day.Name }); i >= 0 {
		if l.columns[i].Type != day.Type {
			return fmt.Errorf("column %s is a %s, not a %s", day.Name, l.columns[i].Type, day.Type)
		}
		if l.instant {
			l.dayFrom = i
			return nil
		}
		l.columns = slices.Delete(l.columns, i, i+1)
	}
	l.columns = append(l.columns, day)
	l.dayFrom = len(l.columns) - 1
	return nil
}

// definition is a hash of the rules by which files are read. Files that were read
// by other rules are read again.
func definition(source Source, l layout, c calendar.Calendar) string {
	const rules = 2 // raise it when the reading of a file changes
	text := fmt.Sprintf("%d\n%s\n%s\n%d %t %t\n%s\n", rules, source.Path, c.Zone(), l.dayFrom, l.instant, source.Whole, source.Table)
	for _, column := range l.columns {
		text += fmt.Sprintf("%s %s\n", column.Name, column.Type)
	}
	for _, day := range []*calendar.Day{source.From, source.Through} {
		if day != nil {
			text += day.String()
		}
		text += "\n"
	}
	return digest(text) + cutMark + cut(source, c)
}

// cutMark stands in a definition before the digest of the rules by which rows are cut
// into days; of a source that cuts nothing there is none.
const cutMark = "/"

// cut is a hash of the rules by which the rows of a file are cut into days.
func cut(source Source, c calendar.Calendar) string {
	switch {
	case source.Whole, strings.Contains(source.Path, dayMark):
		return ""
	case source.Day != "":
		return digest("day " + source.Day)
	}
	return digest("at " + source.At + " " + c.Zone().String())
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}
