package logs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tearsheet/warehouse"
)

// noteNames reports what lies among the files and is not expected.
func (l *loader) noteNames(there found) {
	for _, host := range slices.Sorted(maps.Keys(there.unknown)) {
		l.report.Odd = append(l.report.Odd, Problem{Host: host, Name: l.Place,
			Text: fmt.Sprintf("host %q is not one of hosts: its files, %d of them, are not read", host, there.unknown[host]), Hint: "add it to hosts, or move its files away"})
	}
	if n := len(there.misnamed); n > 0 {
		l.report.Odd = append(l.report.Odd, Problem{Name: l.Place,
			Text: fmt.Sprintf("%d files are not called as path says, such as %s: they are not read", n, there.misnamed[0])})
	}
}

// step tells the progress of the load.
func (l *loader) step(name string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.done++
	if l.options.Progress != nil {
		l.options.Progress(l.done, l.toLoad, name)
	}
}

// loaded adds a file to the report.
func (l *loader) loaded(r *reading) {
	l.step(r.object.name)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.known[r.object.name] = l.file(r.object, r.checksum())
	l.report.Loaded++
	l.report.Lines += r.lines
	l.report.Rows += r.rows
	l.report.Rejected += r.refused
	l.report.Filtered += r.dropped
	l.report.Mended += r.mended
	p := Problem{Name: r.object.name, Host: r.object.host, Hour: r.object.hour}
	if r.lines == 0 {
		p.Text = "has no lines"
		l.report.Odd = append(l.report.Odd, p)
	}
	if r.strays > 0 {
		p.Text = fmt.Sprintf("%d events lie outside its hour, the first is %s", r.strays, r.stray)
		if r.strays == 1 {
			p.Text = "an event lies outside its hour: " + r.stray
		}
		l.report.Odd = append(l.report.Odd, p)
	}
	for key, seen := range r.unknowns {
		all := l.unknowns[key]
		if all == nil {
			all = &sighting{name: seen.name, line: seen.line}
			l.unknowns[key] = all
		}
		if all.count += seen.count; seen.name < all.name {
			all.name, all.line = seen.name, seen.line
		}
	}
}

// noteUnknowns reports each value that a column is not known to have, once.
func (l *loader) noteUnknowns() {
	order := func(a, b unknown) int {
		return cmp.Or(strings.Compare(a.column, b.column), strings.Compare(a.value, b.value))
	}
	for _, key := range slices.SortedFunc(maps.Keys(l.unknowns), order) {
		seen := l.unknowns[key]
		l.report.Odd = append(l.report.Odd, Problem{Name: seen.name,
			Text: fmt.Sprintf("unknown %s %s, %d times; first in line %d", key.column, key.value, seen.count, seen.line),
			Hint: "if it is right, add it to the allowed values of the column"})
	}
}

// otherZone reports whether the rows of a file lie on the days of another time zone.
func (l *loader) otherZone(entry warehouse.File) bool {
	was, _, split := strings.Cut(entry.Definition, zoneEnd)
	is, _, _ := strings.Cut(l.definition, zoneEnd)
	return split && was != is
}

// early reports whether a file is of hours before Since, which are not read.
func (l *loader) early(entry warehouse.File) bool {
	since, _ := l.calendar.Bounds(l.Since)
	return !entry.Hour.Add(time.Hour).After(since)
}

// noteGone reports the files that are loaded and not read any more, since they are gone or
// lie before Since, and were read by other rules than those of today. Where it was another time zone their hours are
// open, since their rows lie on the days of that one.
func (l *loader) noteGone() {
	var zone, rules []warehouse.File
	for name, entry := range l.known {
		definition, _, _ := strings.Cut(entry.Definition, " ")
		switch {
		case !loaded(entry) || definition == l.definition:
		case l.otherZone(entry):
			l.open[hourKey{entry.Host, entry.Hour.Unix()}] = true
			if !l.there[name] {
				zone = append(zone, entry)
			}
		case l.there[name]:
		case !l.early(entry):
			rules = append(rules, entry)
		}
	}
	l.noteRules(zone, "were cut into the days of another time zone, which are not whole in this one", "deliver them again, or begin later with since")
	l.noteRules(rules, "were read by other rules for lines than those of today; their rows stay as they are", "deliver them again to have them read anew")
}

func (l *loader) noteRules(files []warehouse.File, text, hint string) {
	if len(files) == 0 {
		return
	}
	order := func(a, b warehouse.File) int { return a.Hour.Compare(b.Hour) }
	first, last := slices.MinFunc(files, order), slices.MaxFunc(files, order)
	l.report.Odd = append(l.report.Odd, Problem{Name: l.Place, Hint: hint,
		Text: fmt.Sprintf("%d files that are read no more, of %s to %s UTC, %s", len(files), first.Hour.Format("2006-01-02 15:04"), last.Hour.Add(time.Hour).Format("2006-01-02 15:04"), text)})
}

// noteUnloaded reports the files that are there and not loaded, and puts all that is
// the matter in one order.
func (l *loader) noteUnloaded(objects []object) {
	for _, o := range objects {
		file, known := l.known[o.name]
		p := Problem{Name: o.name, Host: o.host, Hour: o.hour, Text: file.Reason}
		switch {
		case !known || l.later[o.name]:
		case file.State == warehouse.FileBroken:
			p.Hint = hintOf(file.Reason)
			l.report.Broken = append(l.report.Broken, p)
		case file.State == warehouse.FileHeld:
			p.Hint = l.hintOfCopy(file)
			l.report.Held = append(l.report.Held, p)
		}
	}
	byName := func(a, b Problem) int { return strings.Compare(a.Name, b.Name) }
	slices.SortStableFunc(l.report.Broken, byName)
	slices.SortStableFunc(l.report.Odd, byName)
}

// hintOfCopy returns what a person can do about a file that is held. Its reason names the
// file that has the same bytes.
func (l *loader) hintOfCopy(held warehouse.File) string {
	original := strings.TrimPrefix(held.Reason, sameBytes)
	if !l.there[original] {
		return fmt.Sprintf("that one is gone: if it was renamed, tearsheet run --forget %s", original)
	}
	return "its events would count once more; if that is right: tearsheet run --accept " + held.Path
}

// hintOf returns what a person can do about a file that is broken for a reason.
func hintOf(reason string) string {
	switch {
	case strings.HasPrefix(reason, "may not be read"):
		return "give the right to read it; the next run takes it"
	case strings.Contains(reason, "lines are refused"):
		return "mend it and deliver it again, or raise max_rejected; the next run takes it"
	}
	return "deliver it again; the next run takes it"
}
