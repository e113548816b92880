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
	// Origins are the tables of sources that it is made of in the end, by name.
	Origins []Origin
	// Files are the files that the rows come from in the end, in the order of their
	// paths, also those that are broken or held.
	Files []SourceFile
	// Statement is the SELECT with the bounds of the day in it, or "".
	Statement string
	// Columns and Rows are the first rows of the day as text.
	Columns []string
	Rows    [][]string
	// Attempts are those at this day of the table, or at all of it, the latest last.
	Attempts []warehouse.Attempt
}

// Input is what a day is made of: a parent and how much of it is there.
type Input struct {
	Depend
	Rows     int64 // of all days of the parent that the mapping means, or of the whole table
	Coverage calendar.Coverage
	Changed  bool // since the day was made
	// MayHaveChanged is that it, or another one of which this is true, has changed: of
	// many parents the ledger does not tell them all apart.
	MayHaveChanged bool
}

// Origin is a table that a source fills, and the days of it, from ≤ day < to, that
// something is made of in the end.
type Origin struct {
	Table    string
	From, To calendar.Day
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
	e := &Explanation{Asset: a, Day: day, Origins: origins(g, a, day)}
	if part, ok := planner.State[a.Name][day]; ok {
		e.Loaded = &part
	}
	e.judge(planner)
	for _, steps := range []func(context.Context, warehouse.Querier) error{
		e.files, e.sample, e.attempts,
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
	is := strings.Fields(part.InputHash)
	var was []string
	if e.Loaded != nil {
		was = strings.Fields(e.Loaded.InputHash)
	}
	for i, d := range a.Depends {
		in := planner.input(a, d, e.Day)
		told := Input{Depend: d, Rows: planner.rows(a, d, e.Day), Coverage: in.coverage}
		if len(was) == len(is) { // else other parents are named now
			if apart := len(a.Depends) < len(is); apart || i+1 < len(is)-1 {
				told.Changed = was[i+1] != is[i+1]
			} else {
				told.MayHaveChanged = was[len(is)-1] != is[len(is)-1]
			}
		}
		e.Inputs = append(e.Inputs, told)
	}
	e.Statement = warehouse.Bind(a.SQL, e.Day, e.Day+1)
}

// files finds the files that the day comes from, through all parents.
func (e *Explanation) files(ctx context.Context, q warehouse.Querier) error {
	for _, origin := range e.Origins {
		known, err := warehouse.Files(ctx, q, origin.Table)
		if err != nil {
			return err
		}
		for _, path := range slices.Sorted(maps.Keys(known)) {
			f := known[path]
			if f.From == warehouse.WholePart || f.From < origin.To && origin.From < f.To {
				e.Files = append(e.Files, SourceFile{origin.Table, f})
			}
		}
	}
	return nil
}

// origins finds the tables that sources fill and that a day of an asset is made of in
// the end, through the mappings of all between. Where several ways lead to a table, the
// days run from the first to the last of them.
func origins(g *Graph, a *Asset, day calendar.Day) []Origin {
	spans := map[string]Span{}
	var walk func(a *Asset, days Span)
	walk = func(a *Asset, days Span) {
		if a == nil {
			return
		}
		if a.Whole {
			days = always()
		}
		if known, seen := spans[a.Name]; seen {
			if known.From <= days.From && days.To <= known.To {
				return
			}
			days = Span{min(days.From, known.From), max(days.To, known.To)}
		}
		spans[a.Name] = days
		for _, d := range a.Depends {
			walk(g.Asset(d.Asset), d.days(days))
		}
	}
	walk(a, Span{day, day + 1})
	var found []Origin
	for _, name := range slices.Sorted(maps.Keys(spans)) {
		if g.Asset(name).SQL == "" {
			found = append(found, Origin{name, spans[name].From, spans[name].To})
		}
	}
	return found
}

// always is all days that a table may have, and WholePart.
func always() Span { return Span{warehouse.WholePart, farAway} }

// days returns the days of a parent that some days of its child are made of.
func (d Depend) days(of Span) Span {
	if of == always() || d.Mapping == Latest {
		return always()
	}
	switch d.Mapping {
	case Previous:
		return Span{of.From - 1, of.To - 1}
	case Lookback:
		return Span{of.From.Add(-d.Days), of.To}
	case AllBefore:
		return Span{warehouse.WholePart, of.To}
	}
	return of
}

// rows counts the rows of a parent that a day of an asset is made of.
func (p *Planner) rows(a *Asset, d Depend, day calendar.Day) int64 {
	parts := p.State[d.Asset]
	if whole, ok := parts[warehouse.WholePart]; ok {
		return whole.Rows
	}
	days := Span{day, day + 1}
	if a.Whole {
		days = always()
	}
	days = d.days(days)
	n := int64(0)
	for day, part := range parts {
		if days.Contains(day) {
			n += part.Rows
		}
	}
	return n
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
		if a.From <= e.Day && e.Day < a.To || a.From == warehouse.WholePart {
			e.Attempts = append(e.Attempts, a)
		}
	}
	return nil
}
