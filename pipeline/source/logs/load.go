package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Load brings the staging table up to date with the files. What is the matter with
// single files stands in the report, and the others are loaded; an error says that the
// place or the warehouse failed.
func Load(ctx context.Context, w warehouse.Warehouse, c calendar.Calendar, s Source, options Options) (Report, error) {
	if err := s.Validate(); err != nil {
		return Report{}, fmt.Errorf("source of table %q: %w", s.Table, err)
	}
	l := &loader{compiled: compile(s, c), warehouse: w, options: options}
	if err := l.load(ctx); err != nil {
		return l.report, fmt.Errorf("source of table %q: %w", s.Table, err)
	}
	return l.report, nil
}

// loader is one load of one source.
type loader struct {
	*compiled
	warehouse warehouse.Warehouse
	options   Options
	known     map[string]warehouse.File // of the ledger, by path
	sums      map[string]string         // by path, the checksums of files that had to be hashed
	mutex     sync.Mutex                // of the report
	report    Report
	done      int
}

func (l *loader) load(ctx context.Context) error {
	there, err := find(ctx, l.Source)
	if err != nil {
		return err
	}
	if l.known, err = warehouse.Files(ctx, l.warehouse, l.Table); err != nil {
		return err
	}
	l.report.Found = len(there.objects)
	l.noteNames(there)
	objects, growing := finished(there.objects, l.options.Now)
	l.report.Growing = len(growing)
	changed, err := l.changed(ctx, objects)
	if err != nil {
		return err
	}
	l.report.Unchanged = len(objects) - len(changed)
	if len(changed) > 0 || len(l.known) == 0 {
		if err := l.warehouse.Ensure(ctx, l.table); err != nil {
			return err
		}
	}
	changed, err = l.holdCopies(ctx, objects, changed)
	if err != nil {
		return err
	}
	if err := l.loadAll(ctx, changed); err != nil {
		return err
	}
	l.noteUnloaded(objects)
	return l.seal(ctx)
}

// noteNames reports what lies among the files and is not expected.
func (l *loader) noteNames(there found) {
	for _, host := range there.unknown {
		l.report.Odd = append(l.report.Odd, Problem{Host: host, Name: l.Place,
			Text: fmt.Sprintf("host %q is not one of hosts: its files are not read", host), Hint: "add it to hosts, or move its files away"})
	}
	if n := len(there.misnamed); n > 0 {
		l.report.Odd = append(l.report.Odd, Problem{Name: l.Place,
			Text: fmt.Sprintf("%d files are not called as path says, such as %s: they are not read", n, there.misnamed[0])})
	}
}

// changed returns the files that are not in the ledger as they are. A file that was
// only touched is hashed, and found to be the same.
func (l *loader) changed(ctx context.Context, objects []object) ([]object, error) {
	l.sums = map[string]string{}
	var changed []object
	for _, o := range objects {
		entry, ok := l.known[o.name]
		accepted := ok && entry.State == warehouse.FileHeld && slices.Contains(l.options.Accept, o.name)
		if !ok || accepted {
			changed = append(changed, o)
			continue
		}
		definition, fingerprint, _ := strings.Cut(entry.Definition, " ")
		switch {
		case definition != l.definition:
			changed = append(changed, o)
		case fingerprint == o.fingerprint():
		default:
			sum, err := l.checksum(ctx, o)
			if err != nil {
				return nil, err
			}
			if sum != entry.Checksum {
				changed = append(changed, o)
				continue
			}
			if err := l.touch(ctx, o); err != nil {
				return nil, err
			}
		}
	}
	return changed, nil
}

// touch notes the new fingerprint of a file whose bytes are the same.
func (l *loader) touch(ctx context.Context, o object) error {
	_, err := l.warehouse.ExecContext(ctx, "update "+warehouse.FileTable+" set definition = $1 where asset = $2 and path = $3",
		l.definition+" "+o.fingerprint(), l.Table, o.name)
	return err
}

// checksum hashes a file without reading its lines. A file that cannot be read has
// none: loading it will say why.
func (l *loader) checksum(ctx context.Context, o object) (string, error) {
	if sum, ok := l.sums[o.name]; ok {
		return sum, nil
	}
	in, err := l.Bucket.NewReader(ctx, o.key, nil)
	if err != nil {
		return "", ctx.Err()
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", ctx.Err()
	}
	l.sums[o.name] = hex.EncodeToString(h.Sum(nil))
	return l.sums[o.name], nil
}

// holdCopies splits off the files that have the bytes of another one: their events
// would count twice. Of two new ones the first by name is the original. Only files
// whose size another one has are hashed for it.
func (l *loader) holdCopies(ctx context.Context, objects, changed []object) ([]object, error) {
	alike := map[int64]int{}
	for _, o := range objects {
		alike[o.size]++
	}
	originals := map[string]string{} // by checksum
	for name, entry := range l.known {
		if loaded(entry) && entry.Lines > 0 {
			originals[entry.Checksum] = name
		}
	}
	var rest []object
	for _, o := range changed {
		if alike[o.size] == 1 || slices.Contains(l.options.Accept, o.name) {
			rest = append(rest, o)
			continue
		}
		sum, err := l.checksum(ctx, o)
		if err != nil {
			return nil, err
		}
		original, copied := originals[sum]
		if sum == "" || !copied || original == o.name || l.blank(ctx, o) {
			if sum != "" && !copied {
				originals[sum] = o.name
			}
			rest = append(rest, o)
			continue
		}
		if err := l.hold(ctx, o, original); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// blank reports whether a file has no lines: all such files are alike.
func (l *loader) blank(ctx context.Context, o object) bool {
	r := l.reading(o)
	for _, err := range r.batches(ctx) {
		if err != nil || r.lines > 0 {
			return false
		}
	}
	return r.lines == 0
}

func (l *loader) hold(ctx context.Context, o object, original string) error {
	file := l.file(o, l.sums[o.name])
	file.State, file.Reason = warehouse.FileHeld, "the same bytes as "+original
	return l.note(ctx, file)
}

// note writes the entry of a file of which nothing is loaded; what was loaded of its
// path before goes with it.
func (l *loader) note(ctx context.Context, file warehouse.File) error {
	err := l.warehouse.Replace(ctx, warehouse.Change{Table: l.table, Files: []warehouse.File{file}, RunID: l.options.RunID, At: l.options.Now})
	if err == nil {
		l.mutex.Lock()
		l.known[file.Path] = file
		l.mutex.Unlock()
	}
	return err
}

// loadAll loads files, several at once.
func (l *loader) loadAll(ctx context.Context, objects []object) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan []object)
	var wait sync.WaitGroup
	for range max(2, l.options.Workers) {
		wait.Go(func() {
			batch := new(warehouse.Batch)
			for group := range work {
				if err := l.loadGroup(ctx, group, batch); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, group := range groups(objects) {
		if ctx.Err() != nil {
			break
		}
		work <- group
	}
	close(work)
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// What goes into one transaction, at most: a commit costs as much as a small file.
const (
	groupFiles = 48
	groupBytes = 2 << 20 // packed
)

// groups puts small files together, in their order.
func groups(objects []object) [][]object {
	var list [][]object
	size := int64(0)
	for _, o := range objects {
		last := len(list) - 1
		if last < 0 || len(list[last]) == groupFiles || size+o.size > groupBytes {
			list, last, size = append(list, nil), last+1, 0
		}
		list[last] = append(list[last], o)
		size += o.size
	}
	return list
}

func (l *loader) reading(o object) *reading {
	return &reading{source: l.compiled, object: o, now: l.options.Now, id: warehouse.FileID(l.Table, o.name),
		batch: new(warehouse.Batch), row: rowParser{source: l.compiled}}
}

// loadGroup loads files in one transaction, and one by one if one of them is broken.
func (l *loader) loadGroup(ctx context.Context, group []object, batch *warehouse.Batch) error {
	readings := make([]*reading, len(group))
	loads := make([]warehouse.FileLoad, len(group))
	for i, o := range group {
		r := l.reading(o)
		r.batch = batch
		readings[i] = r
		loads[i] = warehouse.FileLoad{Table: l.table, Path: o.name, Batches: r.batches(ctx), Entry: r.entry, RunID: l.options.RunID, At: l.options.Now}
	}
	err := l.warehouse.LoadFiles(ctx, loads...)
	var wrong *brokenError
	switch {
	case err == nil:
		for _, r := range readings {
			l.loaded(r)
		}
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !errors.As(err, &wrong):
		return err
	case len(group) == 1:
		return l.breaks(ctx, readings[0], wrong)
	}
	for i := range group {
		if err := l.loadGroup(ctx, group[i:i+1], batch); err != nil {
			return err
		}
	}
	return nil
}

// breaks notes that a file is broken: nothing of it is loaded.
func (l *loader) breaks(ctx context.Context, r *reading, wrong *brokenError) error {
	file := l.file(r.object, "") // what cannot be read has no checksum
	if r.hash != nil {
		file.Checksum = hex.EncodeToString(r.hash.Sum(nil))
	}
	file.State, file.Reason = warehouse.FileBroken, wrong.text
	return l.note(ctx, file)
}

// loaded adds a file to the report.
func (l *loader) loaded(r *reading) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.known[r.object.name] = warehouse.File{Path: r.object.name, State: warehouse.FileLoaded}
	l.report.Loaded++
	l.report.Lines += r.lines
	l.report.Rows += r.rows
	l.report.Rejected += r.refuse
	l.report.Filtered += r.drop
	l.report.Mended += r.mended
	odd := func(format string, args ...any) {
		l.report.Odd = append(l.report.Odd, Problem{Name: r.object.name, Host: r.object.host, Hour: r.object.hour, Text: fmt.Sprintf(format, args...)})
	}
	if r.lines == 0 {
		odd("has no lines")
	}
	if r.strays > 0 {
		odd("%d events lie outside its hour, the first is %s", r.strays, r.stray)
	}
	for _, name := range slices.Sorted(maps.Keys(r.odd)) {
		odd("%s (%d times)", name, r.odd[name])
	}
	l.done++
	if l.options.Progress != nil {
		l.options.Progress(l.done, l.report.Found-l.report.Unchanged, r.object.name)
	}
}

// noteUnloaded reports the files that are there and not loaded.
func (l *loader) noteUnloaded(objects []object) {
	for _, o := range objects {
		file, known := l.known[o.name]
		p := Problem{Name: o.name, Host: o.host, Hour: o.hour, Text: file.Reason}
		switch {
		case !known:
		case file.State == warehouse.FileBroken:
			p.Hint = "deliver it again; the next run takes it"
			l.report.Broken = append(l.report.Broken, p)
		case file.State == warehouse.FileHeld:
			p.Hint = "if it is right: tearsheet run --accept " + o.name
			l.report.Held = append(l.report.Held, p)
		}
	}
}
