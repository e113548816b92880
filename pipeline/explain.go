package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Explanation tells of one day of a table, or of a whole one, how it came about.
type Explanation struct {
	Asset *Asset
	Day   calendar.Day // WholePart of a whole table
	// Loaded is the ledger's entry, or nil.
	Loaded *warehouse.Partition
	// Fresh reports whether it is made of what its parents are now; Why says what
	// is different if not.
	Fresh bool
	Why   string
	// Cannot is why it is not made, or not made again, at present: the day is not over,
	// or a parent has nothing of it. It is "" of a day that a run would make.
	Cannot string
	Inputs []Input
	// Files are the files that the rows come from in the end, in the order of their
	// paths, also those that are broken or held.
	Files []SourceFile
	// Statement is the SELECT with the bounds of the day in it, or "".
	Statement string
	// Columns and Rows are the first rows of the day as text.
	Columns []string
	Rows    [][]string
	// Attempts are those at this day, the latest last.
	Attempts []warehouse.Attempt
}

// Input is what a day is made of: a parent and how much of it is there.
type Input struct {
	Depend
	Rows     int64 // of the parent's same day, or of the whole table
	Coverage calendar.Coverage
	Changed  bool // since the day was made
}

// SourceFile is a file and the table that it was loaded into.
type SourceFile struct {
	Table string
	warehouse.File
}

// sampleRows is how many rows an explanation shows.
const sampleRows = 5

// Explain tells how a day of an asset came about. It reads the ledger and a few rows.
func Explain(ctx context.Context, q warehouse.Querier, g *Graph, planner *Planner, a *Asset, day calendar.Day) (*Explanation, error) {
	if a.Whole {
		day = warehouse.WholePart
	}
	e := &Explanation{Asset: a, Day: day}
	if part, ok := planner.State[a.Name][day]; ok {
		e.Loaded = &part
	}
	e.judge(planner)
	for _, steps := range []func(context.Context, warehouse.Querier) error{
		func(ctx context.Context, q warehouse.Querier) error { return e.files(ctx, q, g) }, e.sample, e.attempts,
	} {
		if err := steps(ctx, q); err != nil {
			return nil, fmt.Errorf("explain %s: %w", a.Name, err)
		}
	}
	return e, nil
}

// judge says whether the day is fresh, and what each input contributes.
func (e *Explanation) judge(planner *Planner) {
	a := e.Asset
	if a.SQL == "" {
		e.Fresh = e.Loaded != nil && e.Loaded.Coverage.Complete()
		if !e.Fresh && e.Loaded != nil {
			e.Why = fmt.Sprintf("%d of %d parts are there", e.Loaded.Coverage.Have, e.Loaded.Coverage.Of)
		}
		return
	}
	part := planner.Part(a, e.Day)
	e.Why = planner.why(a, part)
	e.Fresh = e.Why == ""
	e.Cannot = planner.cannot(a, e.Day)
	var was []string
	if e.Loaded != nil {
		was = strings.Fields(e.Loaded.InputHash)
	}
	for i, d := range a.Depends {
		in := planner.input(a, d, e.Day)
		parent, ok := planner.State[d.Asset][e.Day]
		if whole, isWhole := planner.State[d.Asset][warehouse.WholePart]; isWhole {
			parent, ok = whole, true
		}
		if !ok {
			parent.Rows = 0
		}
		changed := len(was) == len(a.Depends)+1 && was[i+1] != in.hash
		e.Inputs = append(e.Inputs, Input{Depend: d, Rows: parent.Rows, Coverage: in.coverage, Changed: changed})
	}
	e.Statement = warehouse.Bind(a.SQL, e.Day, e.Day+1)
}

// files finds the files that the day comes from, through all parents.
func (e *Explanation) files(ctx context.Context, q warehouse.Querier, g *Graph) error {
	for _, name := range sourcesOf(g, e.Asset) {
		known, err := warehouse.Files(ctx, q, name)
		if err != nil {
			return err
		}
		for _, path := range slices.Sorted(maps.Keys(known)) {
			f := known[path]
			if e.Day == warehouse.WholePart || f.From == warehouse.WholePart || f.From <= e.Day && e.Day < f.To {
				e.Files = append(e.Files, SourceFile{name, f})
			}
		}
	}
	return nil
}

// sourcesOf returns the tables that sources fill and that an asset is made of in the
// end, by name.
func sourcesOf(g *Graph, a *Asset) []string {
	seen, found := map[string]bool{}, map[string]bool{}
	var walk func(*Asset)
	walk = func(a *Asset) {
		if a == nil || seen[a.Name] {
			return
		}
		seen[a.Name] = true
		if a.SQL == "" {
			found[a.Name] = true
		}
		for _, d := range a.Depends {
			walk(g.Asset(d.Asset))
		}
	}
	walk(a)
	return slices.Sorted(maps.Keys(found))
}

// sample reads the first rows of the day.
func (e *Explanation) sample(ctx context.Context, q warehouse.Querier) error {
	if e.Loaded == nil || e.Loaded.Rows == 0 {
		return nil
	}
	table := e.Asset.Table()
	query := fmt.Sprintf("select * from %s", table.Quoted())
	if !table.Whole {
		query += fmt.Sprintf(" where %s = date '%s'", warehouse.DayColumn, e.Day)
	}
	rows, err := q.QueryContext(ctx, query+fmt.Sprintf(" limit %d", sampleRows))
	if err != nil {
		return err
	}
	defer rows.Close()
	if e.Columns, err = rows.Columns(); err != nil {
		return err
	}
	for rows.Next() {
		row, err := scanText(rows, len(e.Columns))
		if err != nil {
			return err
		}
		e.Rows = append(e.Rows, row)
	}
	return rows.Err()
}

// scanText reads a row as text; NULL is empty.
func scanText(rows *sql.Rows, n int) ([]string, error) {
	values, places := make([]any, n), make([]any, n)
	for i := range values {
		places[i] = &values[i]
	}
	if err := rows.Scan(places...); err != nil {
		return nil, err
	}
	row := make([]string, n)
	for i, value := range values {
		switch v := value.(type) {
		case nil:
		case time.Time:
			row[i] = strings.TrimSuffix(v.UTC().Format("2006-01-02 15:04:05.999999"), " 00:00:00")
		case []byte:
			row[i] = string(v)
		default:
			row[i] = fmt.Sprint(v)
		}
	}
	return row, nil
}

// attempts reads what was tried with the day.
func (e *Explanation) attempts(ctx context.Context, q warehouse.Querier) error {
	all, err := warehouse.Attempts(ctx, q, e.Asset.Name, time.Time{})
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.From <= e.Day && e.Day < a.To {
			e.Attempts = append(e.Attempts, a)
		}
	}
	return nil
}
