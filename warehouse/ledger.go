package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tearsheet/calendar"
)

const ledgerSchema = "etl"

// The tables of the ledger.
const (
	PartitionTable = ledgerSchema + ".partition" // what is loaded, and of what it was made
	FileTable      = ledgerSchema + ".file"      // the files that were read
	FileDayTable   = ledgerSchema + ".file_day"  // the days of files that are loaded by themselves
	RejectTable    = ledgerSchema + ".reject"    // the lines that were refused
	AttemptTable   = ledgerSchema + ".attempt"   // what runs did and tried, written apart from the rows
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
			state varchar(20) not null, reason varchar(4096) not null, host varchar(200) not null, hour timestamp,
			first_error_line bigint not null, run_id varchar(200) not null, loaded_at timestamp not null)`,
		"create table if not exists " + FileDayTable + ` (asset varchar(200) not null, path varchar(4096) not null,
			part date not null, rows_loaded bigint not null)`,
		"create table if not exists " + RejectTable + ` (asset varchar(200) not null, path varchar(4096) not null,
			line_no bigint not null, byte_offset bigint not null, line varchar(65535) not null, reason varchar(4096) not null)`,
		"create table if not exists " + AttemptTable + ` (run_id varchar(200) not null, asset varchar(200) not null,
			from_part date not null, to_part date not null, state varchar(20) not null, error varchar(65535) not null,
			rows_loaded bigint not null, changed bigint not null, started_at timestamp not null, ended_at timestamp not null)`,
	}
}

// PartitionColumns are the columns of PartitionTable, in order.
func PartitionColumns() []string {
	return []string{"asset", "part", "have", "expected", "input_hash", "data_version", "rows_loaded", "rejected", "run_id", "loaded_at"}
}

// FileColumns are the columns of FileTable, in order.
func FileColumns() []string {
	return []string{"asset", "path", "checksum", "definition", "size", "from_part", "to_part",
		"lines", "loaded", "rejected", "filtered", "state", "reason", "host", "hour", "first_error_line", "run_id", "loaded_at"}
}

// FileDayColumns are the columns of FileDayTable, in order.
func FileDayColumns() []string { return []string{"asset", "path", "part", "rows_loaded"} }

// RejectColumns are the columns of RejectTable, in order.
func RejectColumns() []string {
	return []string{"asset", "path", "line_no", "byte_offset", "line", "reason"}
}

// Load reads the ledger: it is how an engine answers Loaded. A whole table is loaded
// on every day from 1970 on. Where days stand beside the whole, which an older version may
// have left, only the days are.
func Load(ctx context.Context, q Querier, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	parts, err := Partitions(ctx, q, table, from, to)
	if err != nil {
		return nil, err
	}
	loads := make(map[calendar.Day]calendar.Load, len(parts))
	whole, isWhole := parts[WholePart]
	delete(parts, WholePart)
	if isWhole && len(parts) == 0 {
		if isWhole, err = wholeAlone(ctx, q, table); err != nil {
			return nil, err
		}
	}
	if isWhole && len(parts) == 0 {
		for day := max(from, 0); day < to; day++ {
			loads[day] = whole.load()
		}
		return loads, nil
	}
	for day, part := range parts {
		loads[day] = part.load()
	}
	return loads, nil
}

// wholeAlone reports whether a table has no days in the ledger.
func wholeAlone(ctx context.Context, q Querier, table string) (bool, error) {
	rows, err := q.QueryContext(ctx, "select part from "+PartitionTable+" where asset = $1 and part > cast($2 as date) limit 1", table, WholePart.String())
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return !rows.Next(), rows.Err()
}

func (p Partition) load() calendar.Load {
	return calendar.Load{Coverage: p.Coverage, Version: p.Version}
}

// Partitions returns what the ledger knows of the days from ≤ day < to of a table,
// or of WholePart if the table is whole.
func Partitions(ctx context.Context, q Querier, table string, from, to calendar.Day) (map[calendar.Day]Partition, error) {
	rows, err := q.QueryContext(ctx, "select part, have, expected, input_hash, data_version, rows_loaded, rejected, run_id, loaded_at from "+PartitionTable+
		" where asset = $1 and (part >= cast($2 as date) and part < cast($3 as date) or part = cast($4 as date))",
		table, from.String(), to.String(), WholePart.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	parts := map[calendar.Day]Partition{}
	for rows.Next() {
		var day time.Time
		var p Partition
		if err := rows.Scan(&day, &p.Coverage.Have, &p.Coverage.Of, &p.InputHash, &p.Version, &p.Rows, &p.Rejected, &p.RunID, &p.At); err != nil {
			return nil, err
		}
		p.Day = calendar.DayOn(day.Date())
		if _, twice := parts[p.Day]; twice {
			return nil, fmt.Errorf("ledger: %s of table %s stands twice", p.Day, table)
		}
		parts[p.Day] = p
	}
	return parts, rows.Err()
}

// Files returns the files of a table that the ledger knows, by path. A path that stands
// twice is an error.
func Files(ctx context.Context, q Querier, table string) (map[string]File, error) {
	rows, err := q.QueryContext(ctx, "select path, checksum, definition, size, from_part, to_part, lines, loaded, rejected, filtered,"+
		" state, reason, host, hour, first_error_line, run_id, loaded_at from "+FileTable+" where asset = $1", table)
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
		if _, twice := files[file.Path]; twice {
			return nil, fmt.Errorf("ledger: the file %s of table %s stands twice", file.Path, table)
		}
		files[file.Path] = file
	}
	return files, rows.Err()
}

func scanFile(rows *sql.Rows) (File, error) {
	var f File
	var from, to time.Time
	var hour sql.NullTime
	err := rows.Scan(&f.Path, &f.Checksum, &f.Definition, &f.Size, &from, &to, &f.Lines, &f.Loaded, &f.Rejected, &f.Filtered,
		&f.State, &f.Reason, &f.Host, &hour, &f.FirstError, &f.RunID, &f.At)
	f.From, f.To = calendar.DayOn(from.Date()), calendar.DayOn(to.Date())
	if hour.Valid {
		f.Hour = hour.Time.UTC()
	}
	f.At = f.At.UTC()
	return f, err
}

// FileDays returns, by path, the days of the rows of the files of a table.
func FileDays(ctx context.Context, q Querier, table string) (map[string][]FileDay, error) {
	rows, err := q.QueryContext(ctx, "select path, part, rows_loaded from "+FileDayTable+" where asset = $1 order by path, part", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	days := map[string][]FileDay{}
	for rows.Next() {
		var path string
		var part time.Time
		var d FileDay
		if err := rows.Scan(&path, &part, &d.Rows); err != nil {
			return nil, err
		}
		d.Day = calendar.DayOn(part.Date())
		days[path] = append(days[path], d)
	}
	return days, rows.Err()
}
