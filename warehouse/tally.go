package warehouse

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/calendar"
)

// Tally checks the rows of a change as they pass and makes its ledger rows. It is
// the half of Replace that is the same for every engine.
type Tally struct {
	change Change
	parts  map[calendar.Day]bool
	digest *Digester
}

// NewTally returns a Tally for a change, or an error if the change contradicts
// itself.
func NewTally(change Change) (*Tally, error) {
	if err := change.Table.Validate(); err != nil {
		return nil, err
	}
	parts := make(map[calendar.Day]bool, len(change.Parts))
	for _, part := range change.Parts {
		if (part.Day == WholePart) != change.Table.Whole {
			return nil, fmt.Errorf("table %s: a part of %s, which goes with whole tables only", change.Table.Name, part.Day)
		}
		parts[part.Day] = true
	}
	days := change.Days()
	for i, day := range days[min(1, len(days)):] {
		if day == days[i] {
			return nil, fmt.Errorf("table %s: %s stands twice in one change", change.Table.Name, day)
		}
	}
	for _, path := range change.Paths() {
		if err := checkPath(path); err != nil {
			return nil, fmt.Errorf("table %s: %w", change.Table.Name, err)
		}
	}
	return &Tally{change, parts, NewDigester(change.Table)}, nil
}

// Add checks one row and counts it.
func (t *Tally) Add(row Row) error {
	if !t.parts[row.Day] {
		return fmt.Errorf("table %s: a row of %s, which is not to be replaced", t.change.Table.Name, row.Day)
	}
	return t.digest.Add(row)
}

// Partitions returns the rows for PartitionTable, once all rows were added.
func (t *Tally) Partitions() [][]any {
	rows := make([][]any, 0, len(t.change.Parts)+len(t.change.Seal))
	for _, part := range t.change.Parts {
		var loaded int64
		if digest := t.digest.Days()[part.Day]; digest != nil {
			loaded = digest.Rows()
		}
		p := Partition{Part: part, Version: t.digest.Version(part.Day), Rows: loaded, RunID: t.change.RunID, At: t.change.At}
		rows = append(rows, p.LedgerRow(t.change.Table.Name))
	}
	for _, p := range t.change.Seal {
		p.RunID, p.At = t.change.RunID, t.change.At
		rows = append(rows, p.LedgerRow(t.change.Table.Name))
	}
	return rows
}

// LedgerRow returns the row for PartitionTable.
func (p Partition) LedgerRow(table string) []any {
	coverage := p.Coverage
	if coverage == (calendar.Coverage{}) {
		coverage = calendar.Whole()
	}
	return []any{table, p.Day.Time(), int32(coverage.Have), int32(coverage.Of), p.InputHash, p.Version, p.Rows, p.Rejected, p.RunID, p.At.UTC()}
}

// FileRows returns the rows for FileTable.
func (t *Tally) FileRows() [][]any {
	rows := make([][]any, 0, len(t.change.Files))
	for _, f := range t.change.Files {
		f.RunID, f.At = t.change.RunID, t.change.At
		rows = append(rows, f.LedgerRow(t.change.Table.Name))
	}
	return rows
}

// LedgerRow returns the row for FileTable. Why a file is not loaded may quote anything: it
// is written in UTF-8 without NUL, and its beginning if it is long.
func (f File) LedgerRow(table string) []any {
	state, reason := f.State, f.Reason
	if state == "" {
		state = FileLoaded
	}
	if state != FileLoaded { // else it is not for people: a part of it would be none
		reason = readable(reason, longestReason)
	}
	var hour any
	if !f.Hour.IsZero() {
		hour = f.Hour.UTC()
	}
	return []any{table, f.Path, f.Checksum, f.Definition, f.Size, f.From.Time(), f.To.Time(), f.Lines, f.Loaded, f.Rejected, f.Filtered,
		string(state), reason, f.Host, hour, f.FirstError, f.RunID, f.At.UTC()}
}

// Days returns the days that a change replaces, forgets or seals, in their order.
func (c Change) Days() []calendar.Day {
	days := slices.Clone(c.Forget)
	for _, part := range c.Parts {
		days = append(days, part.Day)
	}
	for _, part := range c.Seal {
		days = append(days, part.Day)
	}
	slices.Sort(days)
	return days
}

// Paths returns the paths of the files whose entries a change replaces or forgets.
func (c Change) Paths() []string {
	paths := slices.Clone(c.ForgetFiles)
	for _, file := range c.Files {
		paths = append(paths, file.Path)
	}
	return paths
}

// cleared returns the days that lose the rows that they had. A part of the other kind,
// which was forgotten, has none in this table; where files put rows, they go with these.
func (c Change) cleared() []calendar.Day {
	var days []calendar.Day
	_, byFile := c.Table.Column(FileColumn)
	for _, day := range c.Forget {
		if (day == WholePart) == c.Table.Whole && !byFile {
			days = append(days, day)
		}
	}
	for _, part := range c.Parts {
		days = append(days, part.Day)
	}
	slices.Sort(days)
	return days
}

// Deletions returns the statements that clear the way for a change. They delete
// whole days, not the keys of the new rows: a day that lost rows would keep them. A table
// that is still of the other kind keeps its rows, and the entries that say so.
func (c Change) Deletions(standing Standing) []string {
	var statements []string
	asset := Literal(c.Table.Name)
	if cleared := c.cleared(); len(cleared) > 0 && !standing.Turns {
		where := " where " + DayColumn + InDays(cleared)
		if c.Table.Whole {
			where = ""
		}
		statements = append(statements, "delete from "+c.Table.Quoted()+where)
	}
	days := c.Days()
	if standing.Turns {
		days = slices.DeleteFunc(days, func(day calendar.Day) bool { return (day == WholePart) != c.Table.Whole })
	}
	if len(days) > 0 {
		statements = append(statements, "delete from "+PartitionTable+" where asset = "+asset+" and part"+InDays(days))
	}
	_, byFile := c.Table.Column(FileColumn)
	for _, path := range c.Paths() {
		statements = append(statements, "delete from "+FileTable+" where asset = "+asset+" and path = "+Literal(path))
		if byFile { // the rows and refused lines of a file go with its entry
			statements = append(statements, FileDeletions(c.Table, path)...)
		}
	}
	return statements
}

// FileDeletions returns the statements that take away the rows of a file that was
// loaded by itself, with its days and its refused lines, but not its own entry.
func FileDeletions(table Table, path string) []string {
	which := " where asset = " + Literal(table.Name) + " and path = " + Literal(path)
	return []string{
		fmt.Sprintf("delete from %s where %s = %d", table.Quoted(), FileColumn, FileID(table.Name, path)),
		"delete from " + FileDayTable + which,
		"delete from " + RejectTable + which,
	}
}

// InDays returns the condition that a date is one of some days, without its column.
func InDays(days []calendar.Day) string {
	literals := make([]string, len(days))
	for i, day := range days {
		literals[i] = "date '" + day.String() + "'"
	}
	return " in (" + strings.Join(literals, ", ") + ")"
}

// Literal writes a text for a statement. A backslash, which Redshift and some servers take
// for an escape, has no place in it.
func Literal(text string) string {
	literal := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if !strings.Contains(literal, `\`) {
		return literal
	}
	return "(" + strings.ReplaceAll(literal, `\`, "' || chr(92) || '") + ")"
}
