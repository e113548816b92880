package warehouse

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tearsheet/calendar"
)

// What follows is the half of Build and of Refresh that is the same for every engine:
// which of the staged days differ from what the ledger knows, the statements that take
// them over, and the rows of the ledger.

// Made is what a SELECT made of a day: its rows, and their version.
type Made struct {
	Rows    int64
	Version string
}

// Taken is what is taken over of what was staged.
type Taken struct {
	Changed []calendar.Day // days with other rows than before
	Ledger  [][]any        // rows for PartitionTable
	Rows    int64          // of all days, changed or not
	Before  int64          // rows that the ledger had of them
	Noted   []calendar.Day // days whose entries in the ledger are replaced
}

// EngineVersion returns the version of a day whose rows an engine counted and hashed.
func (t Table) EngineVersion(rows int64, hash string) string {
	var b strings.Builder
	for _, column := range t.Columns {
		fmt.Fprintf(&b, "%s %s\n", column.Name, column.Type)
	}
	b.WriteString(hash)
	sum := sha256.Sum256([]byte(b.String()))
	return fmt.Sprintf("%d-%s", rows, hex.EncodeToString(sum[:12]))
}

// Validate reports what contradicts itself in a build.
func (b Build) Validate() error {
	if err := b.Table.Validate(); err != nil {
		return err
	}
	if len(b.Parts) == 0 {
		return fmt.Errorf("build of %s: no days are named", b.Table.Name)
	}
	for i, part := range b.Parts {
		if (part.Day == WholePart) != b.Table.Whole || i > 0 && part.Day != b.Parts[i-1].Day+1 {
			return fmt.Errorf("build of %s: %s is out of order: days in a row, or the whole of a whole table", b.Table.Name, part.Day)
		}
	}
	if n := Parameters(b.Select); b.Table.Whole && n > 0 || !b.Table.Whole && n == 1 && len(b.Parts) > 1 {
		return fmt.Errorf("build of %s: %d days for a statement with %d parameters", b.Table.Name, len(b.Parts), n)
	}
	return nil
}

// bounds returns the first day of a build, and the day after its last.
func (b Build) bounds() (from, to calendar.Day) {
	return b.Parts[0].Day, b.Parts[len(b.Parts)-1].Day + 1
}

// Bound returns the SELECT with its days in the place of $1 and $2.
func (b Build) Bound() string {
	from, to := b.bounds()
	return Bind(b.Select, from, to)
}

// BoundCheck returns the statement of a check with the days of the build in the place
// of $1 and $2.
func (b Build) BoundCheck(check Check) string {
	from, to := b.bounds()
	return Bind(check.Query, from, to)
}

// Columns reports how the columns that the SELECT returns differ from the table's.
func (b Build) Columns(have map[string]string) error {
	want := map[string]bool{}
	var wrong []error
	for _, name := range b.Table.ColumnNames() {
		want[name] = true
		if _, ok := have[name]; !ok {
			wrong = append(wrong, fmt.Errorf("the SELECT returns no column %s", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if !want[name] {
			wrong = append(wrong, fmt.Errorf("the SELECT returns a column %s, which the table has not", name))
		}
	}
	return errors.Join(wrong...)
}

// Fits reports columns of which a value would be another one, or none, in the type of
// the table: a bigint of 1.5, a date of an instant. Casting them is for the SELECT. Have
// is what each column returned, in the engine's words, as spell writes them; from is
// where the rows are staged, and count runs a statement that returns one number.
func (b Build) Fits(have map[string]string, spell func(Type) string, from string, count func(query string) (int64, error)) error {
	var wrong []error
	for _, column := range b.Table.All() {
		is, want := have[column.Name], spell(column.Type)
		if strings.EqualFold(is, want) || column.Type.Kind == Text { // a text shows everything
			continue
		}
		n, err := count(fmt.Sprintf("select count(*) from %s where cast(cast(%q as %s) as %s) <> %q", from, column.Name, want, is, column.Name))
		if err != nil { // the transaction is over
			return errors.Join(append(wrong, fmt.Errorf("column %s: %w (it is %s, not %s)", column.Name, err, strings.ToLower(is), strings.ToLower(want)))...)
		}
		if n > 0 {
			wrong = append(wrong, fmt.Errorf("column %s: it is %s, not %s, in which %d values would be others: round or cast them in the SELECT",
				column.Name, strings.ToLower(is), strings.ToLower(want), n))
		}
	}
	return errors.Join(wrong...)
}

// Foreign reports days that the SELECT returned and that are not to be made.
func (b Build) Foreign(made map[calendar.Day]Made) error {
	from, to := b.bounds()
	for _, day := range slices.Sorted(maps.Keys(made)) {
		if day < from || day >= to {
			return fmt.Errorf("the SELECT returns %d rows of %s, outside %s to %s: bound it by $1 <= day < $2", made[day].Rows, day, from, to-1)
		}
	}
	return nil
}

// Take compares what was made with what the ledger knows.
func (b Build) Take(made map[calendar.Day]Made, known map[calendar.Day]Partition) Taken {
	var taken Taken
	for _, part := range b.Parts {
		m, ok := made[part.Day]
		if !ok {
			m.Version = b.Table.EngineVersion(0, "")
		}
		taken.add(b.Table, Partition{Part: part, Version: m.Version, Rows: m.Rows, RunID: b.RunID, At: b.At}, known)
	}
	return taken
}

// add notes a day, and whether its rows are others than before.
func (t *Taken) add(table Table, p Partition, known map[calendar.Day]Partition) {
	before, loaded := known[p.Day]
	if !loaded || before.Version != p.Version {
		t.Changed = append(t.Changed, p.Day)
	}
	t.Rows += p.Rows
	t.Before += before.Rows
	t.Noted = append(t.Noted, p.Day)
	t.Ledger = append(t.Ledger, p.LedgerRow(table.Name))
}

// Statements returns what takes the changed days over from where they were staged.
func (b Build) Statements(taken Taken, from string) []string {
	return takeOver(b.Table, taken, from)
}

func takeOver(table Table, taken Taken, from string) []string {
	var statements []string
	if len(taken.Changed) > 0 {
		where := ""
		if !table.Whole {
			where = " where " + DayColumn + InDays(taken.Changed)
		}
		quoted := make([]string, 0, len(table.Columns)+1)
		for _, name := range table.ColumnNames() {
			quoted = append(quoted, fmt.Sprintf("%q", name))
		}
		columns := strings.Join(quoted, ", ")
		statements = append(statements,
			"delete from "+table.Quoted()+where,
			"insert into "+table.Quoted()+" ("+columns+") select "+columns+" from "+from+where)
	}
	if len(taken.Noted) > 0 {
		statements = append(statements, "delete from "+PartitionTable+" where asset = "+Literal(table.Name)+" and part"+InDays(taken.Noted))
	}
	return statements
}

// Foreign reports a row of a batch for whose day the refresh does not speak.
func (r Refresh) Foreign(batch *Batch) error {
	if r.Table.Whole {
		return nil
	}
	for _, day := range batch.Days {
		if day < r.From || day >= r.To {
			return fmt.Errorf("table %s: a row of %s, outside %s to %s", r.Table.Name, day, r.From, r.To-1)
		}
	}
	return nil
}

// Take compares what was read with what the ledger knows. Days that differ in nothing
// keep their entries.
func (r Refresh) Take(digests *Digester, known map[calendar.Day]Partition) Taken {
	days := []calendar.Day{WholePart}
	if !r.Table.Whole {
		days = days[:0]
		for day := r.From; day < r.To; day++ {
			days = append(days, day)
		}
	}
	var taken Taken
	for _, day := range days {
		var rows int64
		if digest := digests.Days()[day]; digest != nil {
			rows = digest.Rows()
		}
		p := Partition{Part: Part{Day: day, InputHash: r.InputHash}, Version: digests.Version(day), Rows: rows, RunID: r.RunID, At: r.At}
		if before, loaded := known[day]; loaded && before.Version == p.Version && before.InputHash == p.InputHash && before.Coverage.Complete() {
			taken.Rows, taken.Before = taken.Rows+rows, taken.Before+before.Rows
			continue
		}
		taken.add(r.Table, p, known)
	}
	return taken
}

// Statements returns what takes the changed days over from where they were staged.
func (r Refresh) Statements(taken Taken, from string) []string {
	return takeOver(r.Table, taken, from)
}
