package files

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2" // reads Parquet

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// readParquet calls visit for each row of a Parquet file, which is read through a
// DuckDB in memory. Types are those of the file: a column that would have to be
// rounded or guessed to get the wanted type is a fault.
func readParquet(ctx context.Context, f file, l layout, found *faults, seen func(bytes int64), visit visit) error {
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&autoload_known_extensions=false&memory_limit=512MB&threads=2")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "set TimeZone = 'UTC'"); err != nil {
		return err
	}
	selected, err := parquetColumns(ctx, db, f, l, found)
	if err != nil || selected == nil {
		return err
	}
	if err := parquetPages(ctx, db, f, l, selected, found, seen, visit); err != nil {
		return err
	}
	again := f // DuckDB has read it by its path, so it cannot be hashed as it passes
	if err := again.weigh(func(int64, int64) {}); err != nil {
		return err
	}
	if again.checksum != f.checksum {
		return fmt.Errorf("%s: %w", f.name, errChanged)
	}
	return nil
}

// itsOwn keeps DuckDB from taking a folder such as country=CA for a column, in the place
// of the file's own.
const itsOwn = "hive_partitioning = false"

// literal returns a path as DuckDB takes it, which has a pattern in every [ * ?.
func literal(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

// pageRows is how many rows are asked for at once, since an answer is held in memory
// whole. Pages are found by the row groups' numbers, at little cost.
const pageRows = 100_000

func parquetPages(ctx context.Context, db *sql.DB, f file, l layout, selected []string, found *faults, seen func(bytes int64), visit visit) error {
	var total int64
	if err := db.QueryRowContext(ctx, "select count(*) from read_parquet($1, "+itsOwn+")", literal(f.path)).Scan(&total); err != nil {
		return parquetFault(ctx, err, found)
	}
	page := "select " + strings.Join(selected, ", ") +
		" from read_parquet($1, " + itsOwn + ", file_row_number = true) where file_row_number >= $2 and file_row_number < $3"
	for first := int64(0); first < total; first += pageRows {
		rows, err := db.QueryContext(ctx, page, literal(f.path), first, first+pageRows)
		if err != nil {
			return parquetFault(ctx, err, found)
		}
		err = parquetRows(rows, first, l, found, visit)
		rows.Close()
		if err != nil {
			return err
		}
		if err := rows.Err(); err != nil {
			return parquetFault(ctx, err, found)
		}
		seen(f.size * min(first+pageRows, total) / total)
	}
	return nil
}

func parquetFault(ctx context.Context, err error, found *faults) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	if cause := (*duckdb.Error)(nil); errors.As(err, &cause) && cause.Type == duckdb.ErrorTypeIO {
		return fmt.Errorf("%s: %s", found.path, text) // the disk is at fault and not the file
	}
	return found.add(0, 0, text)
}

// parquetColumns returns the expressions that select the layout's columns, or nil if
// the file does not have them.
func parquetColumns(ctx context.Context, db *sql.DB, f file, l layout, found *faults) ([]string, error) {
	rows, err := db.QueryContext(ctx, "select name, type from (select column_name as name, column_type as type from (describe select * from read_parquet($1, "+itsOwn+")))", literal(f.path))
	if err != nil {
		return nil, parquetFault(ctx, err, found)
	}
	defer rows.Close()
	have := map[string]string{}
	var names []string
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		have[strings.ToLower(name)] = typ
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, parquetFault(ctx, err, found)
	}
	var selected []string
	for _, column := range l.columns {
		typ, ok := have[strings.ToLower(column.Name)]
		if !ok {
			if err := found.add(0, 0, fmt.Sprintf("no column %q; there are %s", column.Name, strings.Join(names, ", "))); err != nil {
				return nil, err
			}
			continue
		}
		as, ok := exactly(column.Type, typ)
		if !ok {
			if err := found.add(0, 0, fmt.Sprintf("column %q is a %s, which is not a %s", column.Name, strings.ToLower(typ), column.Type)); err != nil {
				return nil, err
			}
			continue
		}
		selected = append(selected, fmt.Sprintf(`cast("%s" as %s)`, strings.ReplaceAll(column.Name, `"`, `""`), as))
	}
	if len(selected) < len(l.columns) {
		return nil, nil
	}
	return selected, nil
}

var (
	integerType   = regexp.MustCompile(`^U?(TINY|SMALL|BIG)?INT(EGER)?$`)
	smallInteger  = regexp.MustCompile(`^U?(TINYINT|SMALLINT|INTEGER)$`) // a double holds each of their values
	decimalFrom   = regexp.MustCompile(`^DECIMAL\(\d+,\d+\)$`)
	timestampType = regexp.MustCompile(`^TIMESTAMP(_S|_MS|_NS)?( WITH TIME ZONE)?$`)
)

// exactly returns the DuckDB type to which a column of a Parquet file is cast to get
// a wanted type without loss, and whether there is one. Decimals become text, in
// which every digit shows.
func exactly(want warehouse.Type, have string) (as string, ok bool) {
	switch want.Kind {
	case warehouse.Text:
		return "VARCHAR", have == "VARCHAR" || strings.HasPrefix(have, "ENUM(") || have == "UUID"
	case warehouse.Bigint:
		return "BIGINT", integerType.MatchString(have)
	case warehouse.Double:
		return "DOUBLE", have == "DOUBLE" || have == "FLOAT" || smallInteger.MatchString(have)
	case warehouse.Decimal:
		return "VARCHAR", decimalFrom.MatchString(have) || integerType.MatchString(have)
	case warehouse.Boolean:
		return "BOOLEAN", have == "BOOLEAN"
	case warehouse.Date:
		return "DATE", have == "DATE"
	case warehouse.Timestamp:
		return "TIMESTAMP", timestampType.MatchString(have)
	}
	return "", false
}

func parquetRows(rows *sql.Rows, n int64, l layout, found *faults, visit visit) error {
	values, targets := make([]any, len(l.columns)), make([]any, len(l.columns))
	for i := range values {
		targets[i] = &values[i]
	}
	where := func(int) (int, int) { return int(n), 0 }
	for rows.Next() {
		n++
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		good := true
		for i, column := range l.columns {
			var err error
			if values[i], err = fromParquet(values[i], column.Type); err != nil {
				good = false
				if err := found.add(int(n), 0, fmt.Sprintf("column %q: %v", column.Name, err)); err != nil {
					return err
				}
			}
		}
		if good {
			if err := visit(values, where); err != nil {
				return err
			}
		}
	}
	return nil
}

func fromParquet(value any, typ warehouse.Type) (any, error) {
	switch v := value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a %s", v, typ)
		}
	case time.Time:
		if year := v.UTC().Year(); year < 1 || year > 9999 {
			return nil, fmt.Errorf("a %s of the year %d; the years 1 to 9999 are taken", typ, year)
		}
		if typ.Kind == warehouse.Date {
			return calendar.DayOn(v.Date()), nil
		}
		return v.UTC(), nil
	case string:
		if typ.Kind == warehouse.Decimal {
			_, err := typ.Unscaled(v)
			return v, err
		}
		return parseText(v)
	}
	return value, nil
}
