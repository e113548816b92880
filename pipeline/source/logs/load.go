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
	there     map[string]bool           // by name, the files that were listed
	// loadedSums are the checksums of known that are loaded, once they are asked for.
	loadedSums map[string]bool
	mutex      sync.Mutex        // of known and all below
	sums       map[string]string // by path, the checksums of files that had to be hashed
	unknowns   map[unknown]*sighting
	// open are hours of which there is something that could not be loaded yet.
	open   map[hourKey]bool
	refuse map[string]bool   // folders that may not be read
	later  map[string]bool   // files that are left for a later run
	taken  map[string]string // by checksum, the files that are loaded or being loaded
	report Report
	done   int
	toLoad int
}

func (l *loader) load(ctx context.Context) error {
	since, _ := l.calendar.Bounds(l.Since)
	there, err := find(ctx, l.Source, since)
	if err != nil {
		return err
	}
	if l.known, err = warehouse.Files(ctx, l.warehouse, l.Table); err != nil {
		return err
	}
	l.there = map[string]bool{}
	for _, o := range there.objects {
		l.there[o.name] = true
	}
	l.open, l.later = map[hourKey]bool{}, map[string]bool{}
	l.noteLocked(ctx, there.objects)
	if err := l.forget(ctx, there.early); err != nil {
		return err
	}
	l.report.Found = len(there.objects)
	l.noteNames(there)
	objects, growing := finished(there.objects, l.options.Now)
	l.report.Growing = len(growing)
	for _, o := range growing {
		l.leaveOpen(o)
	}
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
	if changed, err = l.holdCopies(ctx, objects, changed); err != nil {
		return err
	}
	if err := l.loadAll(ctx, changed); err != nil {
		return err
	}
	l.noteGone()
	l.noteUnloaded(objects)
	l.noteUnknowns()
	return l.seal(ctx)
}

// leaveOpen notes that something of an hour could not be loaded yet. What was loaded of the
// same file is there all the same.
func (l *loader) leaveOpen(o object) {
	l.later[o.name] = true
	if entry, known := l.known[o.name]; !known || !loaded(entry) {
		l.open[hourKey{o.host, o.hour.Unix()}] = true
	}
}

// beyondSince returns the files that end before Since and have rows after it, since the
// time zone was another one when they were cut into days. Those that are gone stay: they
// could not be read again when the zone is set back. Early are the files that lie there.
func (l *loader) beyondSince(ctx context.Context, early map[string]bool) (map[string]bool, error) {
	beyond := map[string]bool{}
	for name, entry := range l.known {
		if early[name] && loaded(entry) && l.otherZone(entry) {
			beyond[name] = false
		}
	}
	if len(beyond) == 0 {
		return beyond, nil
	}
	fileDays, err := warehouse.FileDays(ctx, l.warehouse, l.Table)
	for name := range beyond {
		beyond[name] = slices.ContainsFunc(fileDays[name], func(d warehouse.FileDay) bool { return d.Day >= l.Since })
	}
	return beyond, err
}

// forget takes out the files that are to be forgotten, and are known; the entries of
// broken and held ones that are not there any more, of which nothing is loaded; and files
// that have rows beyond Since.
func (l *loader) forget(ctx context.Context, early map[string]bool) error {
	beyond, err := l.beyondSince(ctx, early)
	if err != nil {
		return err
	}
	change := warehouse.Change{Table: l.table, RunID: l.options.RunID, At: l.options.Now}
	for _, name := range slices.Sorted(maps.Keys(l.known)) {
		named := slices.Contains(l.options.Forget, name)
		if named {
			l.report.Forgotten++
		}
		if named || beyond[name] || !l.there[name] && !loaded(l.known[name]) && !l.behind(name) {
			change.ForgetFiles = append(change.ForgetFiles, name)
			delete(l.known, name)
		}
	}
	if len(change.ForgetFiles) == 0 {
		return nil
	}
	return l.warehouse.Replace(ctx, change)
}

// changed returns the files that are not in the ledger as they are. A file that was
// only touched is hashed, and found to be the same.
func (l *loader) changed(ctx context.Context, objects []object) ([]object, error) {
	l.sums = map[string]string{}
	var changed, touched []object
	for _, o := range objects {
		entry, ok := l.known[o.name]
		accepted := ok && entry.State == warehouse.FileHeld && slices.Contains(l.options.Accept, o.name)
		definition, fingerprint, _ := strings.Cut(entry.Definition, " ")
		switch {
		case !ok || accepted || l.released(entry) || definition != l.definition || entry.Checksum == "":
			changed = append(changed, o)
		case fingerprint != o.fingerprint() || o.link:
			touched = append(touched, o)
		}
	}
	if err := l.hashAll(ctx, touched); err != nil {
		return nil, err
	}
	var same []object
	for _, o := range touched {
		if l.sums[o.name] == l.known[o.name].Checksum {
			same = append(same, o)
		} else {
			changed = append(changed, o)
		}
	}
	return changed, l.touch(ctx, same)
}

// touch notes the new fingerprints of files whose bytes are the same.
func (l *loader) touch(ctx context.Context, objects []object) error {
	const most = 500 // of one statement
	for group := range slices.Chunk(objects, most) {
		var cases, names strings.Builder
		for i, o := range group {
			if i > 0 {
				names.WriteString(", ")
			}
			names.WriteString(warehouse.Literal(o.name))
			fmt.Fprintf(&cases, " when %s then %s", warehouse.Literal(o.name), warehouse.Literal(l.definition+" "+o.fingerprint()))
		}
		_, err := l.warehouse.ExecContext(ctx, fmt.Sprintf("update %s set definition = case path%s end where asset = %s and path in (%s)",
			warehouse.FileTable, cases.String(), warehouse.Literal(l.Table), names.String()))
		if err != nil {
			return err
		}
	}
	return nil
}

// hashAll makes the checksums of files, several at once, without reading their lines. A
// file that cannot be read has none: loading it will say why, or make its checksum.
func (l *loader) hashAll(ctx context.Context, objects []object) error {
	return sideBySide(ctx, l.workers(), objects, func(ctx context.Context, _ int, o object) error {
		in, err := l.Bucket.NewReader(ctx, o.key, nil)
		if err != nil {
			return ctx.Err()
		}
		defer in.Close()
		h := sha256.New()
		if _, err := io.Copy(h, in); err != nil {
			return ctx.Err()
		}
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.sums[o.name] = hex.EncodeToString(h.Sum(nil))
		return nil
	})
}

func (l *loader) workers() int {
	if l.options.Workers == 0 {
		return 2
	}
	return l.options.Workers
}

// sideBySide does all of some work, several pieces at once and each by one of the
// workers, until one of them fails.
func sideBySide[T any](ctx context.Context, workers int, work []T, do func(ctx context.Context, worker int, piece T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pieces := make(chan T)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for piece := range pieces {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, worker, piece); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, piece := range work {
		pieces <- piece
	}
	close(pieces)
	wait.Wait()
	return context.Cause(ctx)
}

// loadAll loads files, several at once, in the order of their hours: a day is read
// faster where its rows lie together.
func (l *loader) loadAll(ctx context.Context, objects []object) error {
	slices.SortStableFunc(objects, func(a, b object) int { return a.hour.Compare(b.hour) })
	l.toLoad, l.unknowns = len(objects), map[unknown]*sighting{}
	desks := make([]*desk, l.workers())
	return sideBySide(ctx, len(desks), groups(objects, len(desks)), func(ctx context.Context, worker int, group []object) error {
		if desks[worker] == nil {
			desks[worker] = newDesk(l.compiled, l.options.Now)
		}
		return l.loadGroup(ctx, group, desks[worker])
	})
}

// What goes into one transaction: a commit costs as much as a small file, and DuckDB
// writes rows twice, to its log first, that do not fill a block of 122,880 in one.
const (
	groupFiles = 48
	groupBytes = 2 << 20 // packed; more where there is more to do for each worker
	mostGroup  = 16 << 20
)

// groups puts small files together, in their order.
func groups(objects []object, workers int) [][]object {
	total := int64(0)
	for _, o := range objects {
		total += o.size
	}
	limit := min(max(total/int64(workers), groupBytes), mostGroup)
	var list [][]object
	size := int64(0)
	for _, o := range objects {
		last := len(list) - 1
		if last < 0 || len(list[last]) == groupFiles || size+o.size > limit {
			list, last, size = append(list, nil), last+1, 0
		}
		list[last] = append(list[last], o)
		size += o.size
	}
	return list
}

// loadGroup loads files in one transaction. If one of them cannot be loaded, those
// before it and those after it are loaded without it.
func (l *loader) loadGroup(ctx context.Context, group []object, d *desk) error {
	if len(group) == 0 {
		return nil
	}
	readings := make([]*reading, len(group))
	loads := make([]warehouse.FileLoad, len(group))
	for i, o := range group {
		r := d.reading(o)
		readings[i] = r
		loads[i] = warehouse.FileLoad{Table: l.table, Path: o.name, Batches: r.batches(ctx), Entry: func() (warehouse.FileEntry, error) { return l.entryOf(r) }, RunID: l.options.RunID, At: l.options.Now}
	}
	err := l.warehouse.LoadFiles(ctx, loads...)
	if err == nil {
		for _, r := range readings {
			l.loaded(r)
		}
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	at := slices.IndexFunc(readings, func(r *reading) bool { return r.wrong != nil })
	if at < 0 {
		return err
	}
	if err := l.loadGroup(ctx, group[:at], d); err != nil {
		return err
	}
	if err := l.leave(ctx, readings[at]); err != nil {
		return err
	}
	return l.loadGroup(ctx, group[at+1:], d)
}

// leave notes a file that is not loaded: nothing of it is. One that cannot be read
// leaves what was loaded of its path, for its bytes may be the same.
func (l *loader) leave(ctx context.Context, r *reading) error {
	l.step(r.object.name)
	p := Problem{Name: r.object.name, Host: r.object.host, Hour: r.object.hour, Text: r.wrong.Error()}
	var copied *copyError
	if errors.As(r.wrong, &copied) {
		return l.hold(ctx, r.object, r.checksum(), copied.original)
	}
	var later *laterError
	if errors.As(r.wrong, &later) {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.leaveOpen(r.object)
		if later.gone {
			p.Hint = "if it was moved away on purpose, nothing is to be done"
			l.report.Odd = append(l.report.Odd, p)
			return nil
		}
		l.report.Growing++
		if later.told {
			l.report.Odd = append(l.report.Odd, p)
		}
		return nil
	}
	var wrong *brokenError
	errors.As(r.wrong, &wrong)
	file := l.file(r.object, "")
	file.State, file.Reason = warehouse.FileBroken, wrong.text
	switch entry, known := l.entry(file.Path); {
	case !wrong.unread:
		file.Checksum = r.checksum()
	case known && loaded(entry):
		l.mutex.Lock()
		defer l.mutex.Unlock()
		p.Text, p.Hint = p.Text+"; what was loaded of it stays", hintOf(wrong.text)
		l.report.Broken = append(l.report.Broken, p)
		return nil
	}
	return l.note(ctx, file)
}

// entry returns what the ledger says of a path.
func (l *loader) entry(name string) (warehouse.File, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	file, ok := l.known[name]
	return file, ok
}

// note writes the entry of a file of which nothing is loaded; what was loaded of its
// path before goes with it.
func (l *loader) note(ctx context.Context, file warehouse.File) error {
	err := l.warehouse.Replace(ctx, warehouse.Change{Table: l.table, Files: []warehouse.File{file}, RunID: l.options.RunID, At: l.options.Now})
	if err == nil {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.known[file.Path] = file
	}
	return err
}
