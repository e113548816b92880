package files

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path"
	"path/filepath"
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
	report := Report{Table: l.source.Table}
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
	kept, renamed := l.gone(known, found)
	report.Kept = kept
	report.Unchanged = len(found) - len(changed)
	if len(changed) == 0 {
		return report, nil
	}
	seen, err := l.survey(ctx, changed)
	if err != nil {
		return report, err
	}
	if err := l.warehouse.Ensure(ctx, l.layout.table); err != nil {
		return report, err
	}
	parts, err := l.parts(ctx, seen, keptDays(known, report.Kept))
	if err != nil {
		return report, err
	}
	for _, part := range parts {
		report.Replaced = append(report.Replaced, part.Day)
		if digest := seen.digests.Days()[part.Day]; digest != nil {
			report.Rows += digest.Rows()
		}
	}
	if report.Forgotten, err = l.outside(ctx); err != nil {
		return report, err
	}
	wanted := make(map[calendar.Day]bool, len(parts))
	for _, part := range parts {
		wanted[part.Day] = true
	}
	return report, l.warehouse.Replace(ctx, warehouse.Change{
		Table: l.layout.table, Parts: parts, Forget: report.Forgotten, Rows: l.rows(ctx, seen.files, wanted),
		Files: seen.entries, ForgetFiles: renamed, RunID: l.options.RunID, At: l.options.Now,
	})
}

// gone returns the files of the source that were loaded and are no longer there:
// those that are kept, and those that are there under another name, or that the
// source no longer means.
func (l *loader) gone(known map[string]warehouse.File, found []file) (kept, renamed []string) {
	there := map[string]bool{} // by name and by checksum
	for _, f := range found {
		there[f.name], there[f.checksum] = true, true
	}
	pattern := strings.Replace(path.Clean(filepath.ToSlash(l.source.Path)), dayMark, "*", 1)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if there[name] {
			continue
		}
		meant, _ := path.Match(pattern, name)
		if meant && !there[known[name].Checksum] {
			kept = append(kept, name)
		} else {
			renamed = append(renamed, name)
		}
	}
	return kept, renamed
}

// keptDays returns the days that files which are gone spoke for. They are not
// replaced: what is left of the source may lack some of their rows.
func keptDays(known map[string]warehouse.File, kept []string) map[calendar.Day]bool {
	days := map[calendar.Day]bool{}
	for _, name := range kept {
		for day := known[name].From; day < known[name].To; day++ {
			days[day] = true
		}
	}
	return days
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
		if err := found[i].weigh(); err != nil {
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
		if from, through := l.source.From, l.source.Through; from != nil && day < *from || through != nil && day > *through {
			outside++
			return nil
		}
		return visit(day, values[:len(l.layout.table.Columns)])
	})
	return outside, err
}

// dayOf returns the day of a row, or what is wrong with it.
func (l *loader) dayOf(f file, values []any) (day calendar.Day, fault string) {
	if l.layout.dayFrom == noColumn {
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
