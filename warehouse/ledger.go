package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
)

const ledgerSchema = "etl"

// The tables of the ledger.
const (
	PartitionTable = ledgerSchema + ".partition"
	FileTable      = ledgerSchema + ".file"
)

// LedgerTables returns the statements that make the ledger if there is none. They
// are the same for every engine, and have no keys: not every engine enforces them.
func LedgerTables() []string {
	return []string{
		"create schema if not exists " + ledgerSchema,
		"create table if not exists " + PartitionTable + ` (asset varchar(200) not null, part date not null,
			have integer not null, expected integer not null, input_hash varchar(200) not null, data_version varchar(200) not null,
			rows_loaded bigint not null, rejected bigint not null, run_id varchar(200) not null, loaded_at timestamp not null)`,
		"create table if not exists " + FileTable + ` (asset varchar(200) not null, path varchar(4096) not null,
			checksum varchar(200) not null, definition varchar(200) not null, size bigint not null,
			from_part date not null, to_part date not null,
			lines bigint not null, loaded bigint not null, rejected bigint not null, filtered bigint not null,
			run_id varchar(200) not null, loaded_at timestamp not null)`,
	}
}

// PartitionColumns are the columns of PartitionTable, in order.
func PartitionColumns() []string {
	return []string{"asset", "part", "have", "expected", "input_hash", "data_version", "rows_loaded", "rejected", "run_id", "loaded_at"}
}

// FileColumns are the columns of FileTable, in order.
func FileColumns() []string {
	return []string{"asset", "path", "checksum", "definition", "size", "from_part", "to_part",
		"lines", "loaded", "rejected", "filtered", "run_id", "loaded_at"}
}

// Load reads the ledger: it is how an engine answers Loaded.
func Load(ctx context.Context, q Querier, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	rows, err := q.QueryContext(ctx, "select part, have, expected, data_version from "+PartitionTable+
		" where asset = $1 and part >= cast($2 as date) and part < cast($3 as date)", table, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	loads := map[calendar.Day]calendar.Load{}
	for rows.Next() {
		var part time.Time
		var load calendar.Load
		if err := rows.Scan(&part, &load.Have, &load.Of, &load.Version); err != nil {
			return nil, err
		}
		day := calendar.DayOn(part.Date())
		if _, twice := loads[day]; twice {
			return nil, fmt.Errorf("ledger: %s of table %s stands twice", day, table)
		}
		loads[day] = load
	}
	return loads, rows.Err()
}

// Files returns the files of a table that the ledger knows, by path.
func Files(ctx context.Context, q Querier, table string) (map[string]File, error) {
	rows, err := q.QueryContext(ctx, "select path, checksum, definition, size, from_part, to_part, lines, loaded, rejected, filtered from "+
		FileTable+" where asset = $1", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	files := map[string]File{}
	for rows.Next() {
		file, err := scanFile(rows)
		if err != nil {
			return nil, err
		}
		files[file.Path] = file
	}
	return files, rows.Err()
}

func scanFile(rows *sql.Rows) (File, error) {
	var f File
	var from, to time.Time
	err := rows.Scan(&f.Path, &f.Checksum, &f.Definition, &f.Size, &from, &to, &f.Lines, &f.Loaded, &f.Rejected, &f.Filtered)
	f.From, f.To = calendar.DayOn(from.Date()), calendar.DayOn(to.Date())
	return f, err
}

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
		parts[part.Day] = true
	}
	days := change.Days()
	for i, day := range days[min(1, len(days)):] {
		if day == days[i] {
			return nil, fmt.Errorf("table %s: %s stands twice in one change", change.Table.Name, day)
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
	rows := make([][]any, 0, len(t.change.Parts))
	for _, part := range t.change.Parts {
		coverage := part.Coverage
		if coverage == (calendar.Coverage{}) {
			coverage = calendar.Whole()
		}
		var loaded int64
		if digest := t.digest.Days()[part.Day]; digest != nil {
			loaded = digest.Rows()
		}
		rows = append(rows, []any{t.change.Table.Name, part.Day.Time(), int32(coverage.Have), int32(coverage.Of), part.InputHash,
			t.digest.Version(part.Day), loaded, part.Rejected, t.change.RunID, t.change.At.UTC()})
	}
	return rows
}

// FileRows returns the rows for FileTable.
func (t *Tally) FileRows() [][]any {
	rows := make([][]any, 0, len(t.change.Files))
	for _, f := range t.change.Files {
		rows = append(rows, []any{t.change.Table.Name, f.Path, f.Checksum, f.Definition, f.Size, f.From.Time(), f.To.Time(),
			f.Lines, f.Loaded, f.Rejected, f.Filtered, t.change.RunID, t.change.At.UTC()})
	}
	return rows
}

// Days returns the days that a change replaces or forgets, in their order.
func (c Change) Days() []calendar.Day {
	days := slices.Clone(c.Forget)
	for _, part := range c.Parts {
		days = append(days, part.Day)
	}
	slices.Sort(days)
	return days
}

// Deletions returns the statements that clear the way for a change. They delete
// whole days, not the keys of the new rows: a day that lost rows would keep them.
func (c Change) Deletions() []string {
	var statements []string
	asset := literal(c.Table.Name)
	if cleared := c.Days(); len(cleared) > 0 {
		days := make([]string, len(cleared))
		for i, day := range cleared {
			days[i] = "date '" + day.String() + "'"
		}
		in := " in (" + strings.Join(days, ", ") + ")"
		statements = append(statements,
			"delete from "+c.Table.Quoted()+" where "+DayColumn+in,
			"delete from "+PartitionTable+" where asset = "+asset+" and part"+in)
	}
	paths := slices.Clone(c.ForgetFiles)
	for _, file := range c.Files {
		paths = append(paths, file.Path)
	}
	for _, path := range paths {
		statements = append(statements, "delete from "+FileTable+" where asset = "+asset+" and path = "+literal(path))
	}
	return statements
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
