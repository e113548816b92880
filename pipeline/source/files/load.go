package files

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// loader is one load of one source.
type loader struct {
	warehouse  warehouse.Warehouse
	calendar   calendar.Calendar
	source     Source
	options    Options
	layout     layout
	definition string
}

func newLoader(w warehouse.Warehouse, c calendar.Calendar, source Source, options Options) (*loader, error) {
	if source.Path == "" {
		return nil, errors.New("has no path")
	}
	if daily := strings.Contains(source.Path, dayMark); daily && (source.From != nil || source.Through != nil) {
		return nil, errors.New("has from: or through:, but with {day} each file says its day")
	}
	l, err := newLayout(source)
	if err != nil {
		return nil, err
	}
	if options.Progress == nil {
		options.Progress = func(Progress) {}
	}
	return &loader{w, c, source, options, l, definition(source, l, c)}, nil
}

func (l *loader) load(ctx context.Context) (Report, error) {
	report := Report{Table: l.source.Table, Whole: l.source.Whole}
	found, err := find(l.source, l.options.Dir)
	if err != nil {
		return report, err
	}
	known, err := warehouse.Files(ctx, l.warehouse, l.source.Table)
	if err != nil {
		return report, err
	}
	if len(found) == 0 && len(known) == 0 {
		return report, fmt.Errorf("%s: no such file", l.source.Path)
	}
	report.Files = len(found)
	changed, err := l.changed(ctx, found, known)
	if err != nil {
		return report, err
	}
	absent := l.absent(known, found)
	remains := absent.remains(entries(found, known))
	report.Unchanged = len(found) - len(changed)
	if len(changed) == 0 && !remains.moved {
		report.keep(remains)
		report.Alike = l.alike(found, entries(found, known))
		return report, nil
	}
	if len(changed) == 0 {
		changed = found
	}
	seen, err := l.survey(ctx, changed)
	if err != nil {
		return report, err
	}
	seen.same = report.Unchanged == len(found)
	report.Alike = l.alike(found, append(entries(found, known), seen.entries...))
	return report, l.replace(ctx, seen, absent, &report)
}

// keep reports what stays of the files that are gone.
func (r *Report) keep(remains remains) {
	r.Superseded = remains.superseded
	for _, f := range remains.files {
		r.Kept = append(r.Kept, f.Path)
	}
	r.KeptDays = slices.Sorted(maps.Keys(remains.days))
}

// replace brings the table to what the first pass has seen.
func (l *loader) replace(ctx context.Context, seen survey, absent absent, report *Report) error {
	if err := l.warehouse.Ensure(ctx, l.layout.table); err != nil {
		return err
	}
	remains := absent.remains(seen.entries)
	report.keep(remains)
	days, err := l.days(seen)
	if err != nil {
		return err
	}
	loaded, err := l.loaded(ctx)
	if err != nil {
		return err
	}
	lost := l.lost(days, absent, loaded, remains.days)
	if err := l.guard(seen, days, lost, absent, loaded, remains.days); err != nil {
		return err
	}
	parts, left := parts(seen, days, loaded, remains.days)
	leaveOut(seen.entries, left)
	wanted := make(map[calendar.Day]bool, len(parts))
	for _, part := range parts {
		wanted[part.Day] = true
		report.Replaced = append(report.Replaced, part.Day)
		if digest := seen.digests.Days()[part.Day]; digest != nil {
			report.Rows += digest.Rows()
		}
	}
	report.Forgotten = slices.Compact(slices.Sorted(slices.Values(append(lost, l.outside(loaded)...))))
	return l.warehouse.Replace(ctx, warehouse.Change{
		Table: l.layout.table, Parts: parts, Forget: report.Forgotten, Rows: l.rows(ctx, seen.files, wanted),
		Files: append(seen.entries, asKept(remains.files)...), ForgetFiles: append(absent.renamed, remains.superseded...),
		RunID: l.options.RunID, At: l.options.Now,
	})
}

// changed returns the files that have to be read: of a {day} source those that are
// not in the ledger as they are; of any other source all, if one is not, since a day
// may have rows in several files.
func (l *loader) changed(ctx context.Context, found []file, known map[string]warehouse.File) ([]file, error) {
	var changed []file
	for i := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		weighed := func(bytes, of int64) {
			l.options.Progress(Progress{Step: "weighing", Path: found[i].name, Bytes: bytes, Of: of})
		}
		if err := found[i].weigh(weighed); err != nil {
			return nil, err
		}
		entry, ok := known[found[i].name]
		if !ok || entry.Checksum != found[i].checksum || entry.Definition != l.definition {
			changed = append(changed, found[i])
		}
	}
	if len(changed) > 0 && changed[0].day == nil {
		return found, nil
	}
	return changed, nil
}

// read calls visit for each row that the source speaks for, with its day, and
// returns how many rows there were outside.
func (l *loader) read(ctx context.Context, step string, f file, found *faults, visit func(day calendar.Day, values []any) error) (outside int64, err error) {
	read := readCSV
	if strings.HasSuffix(f.path, ".parquet") {
		read = readParquet
	}
	seen := func(bytes int64) {
		l.options.Progress(Progress{Step: step, Path: f.name, Bytes: bytes, Of: f.size})
	}
	err = read(ctx, f, l.layout, found, seen, func(values []any, where place) error {
		day, fault := l.dayOf(f, values)
		if fault != "" {
			line, col := where(max(l.layout.dayFrom, 0))
			return found.add(line, col, fault)
		}
		if l.leavesOut(day) {
			outside++
			return nil
		}
		return visit(day, values[:len(l.layout.table.Columns)])
	})
	return outside, err
}

// dayOf returns the day of a row, or what is wrong with it.
func (l *loader) dayOf(f file, values []any) (day calendar.Day, fault string) {
	switch {
	case l.source.Whole:
		return warehouse.WholePart, ""
	case l.layout.dayFrom == noColumn:
		return *f.day, ""
	}
	column := l.layout.columns[l.layout.dayFrom].Name
	switch v := values[l.layout.dayFrom].(type) {
	case nil:
		return 0, fmt.Sprintf("%s is empty: the row has no day", column)
	case calendar.Day:
		day = v
	case time.Time:
		day = l.calendar.DayOf(v)
	}
	if f.day != nil && day != *f.day {
		return 0, fmt.Sprintf("a row of %s in the file of %s (in %s); where files are not local days, write * for {day}", day, *f.day, l.calendar.Zone())
	}
	return day, ""
}

// rows returns the rows of the wanted days. Their files are known to be good; a
// fault now means that one was changed meanwhile.
func (l *loader) rows(ctx context.Context, files []file, wanted map[calendar.Day]bool) iter.Seq2[warehouse.Row, error] {
	return func(yield func(warehouse.Row, error) bool) {
		if len(wanted) == 0 {
			return
		}
		for _, f := range files {
			found := &faults{path: f.name}
			_, err := l.read(ctx, "loading", f, found, func(day calendar.Day, values []any) error {
				if wanted[day] && !yield(warehouse.Row{Day: day, Values: values}, nil) {
					return errStopped
				}
				return nil
			})
			if errors.Is(err, errStopped) {
				return
			}
			if err == nil && len(found.list) > 0 {
				err = fmt.Errorf("%s: %w", f.name, errChanged)
			}
			if err != nil {
				yield(warehouse.Row{}, err)
				return
			}
		}
	}
}

var errStopped = errors.New("the warehouse takes no more rows")
