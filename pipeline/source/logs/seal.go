package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Cell is an hour of a host: what is expected of it, and what there is.
type Cell struct {
	Host  string
	Hour  time.Time // UTC
	Files []warehouse.File
	// There reports whether the hour is there: all files of it that can be are loaded, or
	// it counts as empty. One that is broken leaves the hour open, whatever lies beside it;
	// a copy that is held does not.
	There bool
}

// Grid returns the cells of a local day, hour by hour: every expected host, and every
// hour of UTC that the day has a part of. Files are those of the ledger.
func (s Source) Grid(c calendar.Calendar, files map[string]warehouse.File, day calendar.Day) []Cell {
	return newHours(s, c, files, nil).grid(day)
}

// hours is what is known of the hours of a source.
type hours struct {
	source   Source
	calendar calendar.Calendar
	files    map[hourKey][]warehouse.File
	last     map[string]time.Time // by host, the last hour that is loaded
	open     map[hourKey]bool     // of which something is there and could not be loaded yet
}

type hourKey struct {
	host string
	hour int64 // seconds since 1970
}

func newHours(s Source, c calendar.Calendar, files map[string]warehouse.File, open map[hourKey]bool) *hours {
	h := &hours{s, c, map[hourKey][]warehouse.File{}, map[string]time.Time{}, open}
	for _, f := range files {
		key := hourKey{f.Host, f.Hour.Unix()}
		h.files[key] = append(h.files[key], f)
		if loaded(f) && f.Hour.After(h.last[f.Host]) {
			h.last[f.Host] = f.Hour
		}
	}
	for key := range h.files {
		slices.SortFunc(h.files[key], func(a, b warehouse.File) int { return strings.Compare(a.Path, b.Path) })
	}
	return h
}

func loaded(f warehouse.File) bool { return f.State == "" || f.State == warehouse.FileLoaded }

// expects reports whether a host is expected to deliver the hours of a local day.
func (s *Source) expects(host string, day calendar.Day) bool {
	from, late := s.From[host]
	until, went := s.Until[host]
	return (!late || day >= from) && (!went || day <= until)
}

func isBroken(f warehouse.File) bool { return f.State == warehouse.FileBroken }

func (h *hours) grid(day calendar.Day) []Cell {
	from, to := h.calendar.Bounds(day)
	hosts := h.source.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	var cells []Cell
	for hour := from.Truncate(time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
		for _, host := range hosts {
			if !h.source.expects(host, day) {
				continue
			}
			key := hourKey{host, hour.Unix()}
			cell := Cell{Host: host, Hour: hour, Files: h.files[key]}
			some := slices.ContainsFunc(cell.Files, loaded) || h.source.MissingIsEmpty && len(cell.Files) == 0 && hour.Before(h.last[host])
			cell.There = some && !h.open[key] && !slices.ContainsFunc(cell.Files, isBroken)
			cells = append(cells, cell)
		}
	}
	return cells
}

// seal brings the ledger's entries of the local days up to date with their files.
func (l *loader) seal(ctx context.Context) error {
	files, err := warehouse.Files(ctx, l.warehouse, l.Table)
	if err != nil {
		return err
	}
	fileDays, err := warehouse.FileDays(ctx, l.warehouse, l.Table)
	if err != nil {
		return err
	}
	today := l.calendar.DayOf(l.options.Now)
	known, err := warehouse.Partitions(ctx, l.warehouse, l.Table, warehouse.WholePart+1, today+2)
	if err != nil {
		return err
	}
	h := newHours(l.Source, l.calendar, files, l.open)
	for _, last := range h.last {
		if last.After(l.report.Last) {
			l.report.Last = last
		}
	}
	rows := rowsByDay(files, fileDays)
	change := warehouse.Change{Table: l.table, RunID: l.options.RunID, At: l.options.Now}
	for _, day := range l.days(h, known, rows, today) {
		cells := h.grid(day)
		part, there := l.partition(day, cells, rows[day])
		before, loadedBefore := known[day]
		switch {
		case there && (!loadedBefore || before.Version != part.Version || before.Coverage != part.Coverage || before.Rejected != part.Rejected):
			change.Seal = append(change.Seal, part)
			l.report.Changed = append(l.report.Changed, day)
		case !there && loadedBefore:
			change.Forget = append(change.Forget, day)
			l.report.Changed = append(l.report.Changed, day)
		}
		if day >= l.Since && day <= today {
			l.report.Missing = append(l.report.Missing, l.missing(day, cells)...)
		}
	}
	if len(change.Seal)+len(change.Forget) == 0 {
		return nil
	}
	return l.warehouse.Replace(ctx, change)
}

// days returns the days that are brought up to date, in order: those from Since to today,
// those after it that an earlier clock or zone knew, and of those before Since, which are
// left as they are, the ones that another time zone cut, that have an open hour, or whose
// rows are others than they were.
func (l *loader) days(h *hours, known map[calendar.Day]warehouse.Partition, rows map[calendar.Day][]dayRows, today calendar.Day) []calendar.Day {
	var days []calendar.Day
	for day, part := range known {
		if l.Since <= day && day <= today {
			continue
		}
		recut := day > today || slices.ContainsFunc(rows[day], func(r dayRows) bool { return l.otherZone(r.file) })
		var have int64
		for _, r := range rows[day] {
			have += r.rows
		}
		recut = recut || !part.Coverage.Complete() // it may be whole again
		for _, cell := range h.grid(day) {
			recut = recut || l.open[hourKey{cell.Host, cell.Hour.Unix()}]
		}
		if recut || part.Rows != have {
			days = append(days, day)
		}
	}
	for day := l.Since; day <= today; day++ {
		days = append(days, day)
	}
	slices.Sort(days)
	return days
}

// dayRows are the rows of a day in one file.
type dayRows struct {
	file warehouse.File
	rows int64
}

func rowsByDay(files map[string]warehouse.File, fileDays map[string][]warehouse.FileDay) map[calendar.Day][]dayRows {
	byDay := map[calendar.Day][]dayRows{}
	for path, days := range fileDays {
		for _, d := range days {
			byDay[d.Day] = append(byDay[d.Day], dayRows{files[path], d.Rows})
		}
	}
	return byDay
}

// partition returns the ledger's entry of a day, and whether anything of it is there: an
// hour, or rows, whatever is open. A day with rows is never forgotten, for these would be
// gone while their files are known.
func (l *loader) partition(day calendar.Day, cells []Cell, rows []dayRows) (warehouse.Partition, bool) {
	part := warehouse.Partition{Part: warehouse.Part{Day: day}, RunID: l.options.RunID, At: l.options.Now}
	var lines []string
	for _, cell := range cells {
		part.Coverage.Of++
		if cell.There {
			part.Coverage.Have++
		}
		for _, f := range cell.Files {
			if loaded(f) {
				part.Rejected += f.Rejected
			}
		}
	}
	for _, r := range rows {
		definition, _, _ := strings.Cut(r.file.Definition, " ")
		lines = append(lines, fmt.Sprintf("%s %s %s %d", r.file.Path, r.file.Checksum, definition, r.rows))
		part.Rows += r.rows
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	part.Version = fmt.Sprintf("%d-%s", part.Rows, hex.EncodeToString(sum[:12]))
	part.InputHash = hex.EncodeToString(sum[12:24])
	switch from, to := l.calendar.Bounds(day); {
	case !from.Before(to): // a date that the zone skipped is there, and has nothing
		part.Coverage = calendar.Whole()
	case part.Coverage.Of == 0: // no host is expected
		part.Coverage.Of = 1
	}
	foreign := slices.ContainsFunc(rows, func(r dayRows) bool { return l.otherZone(r.file) })
	if foreign && part.Coverage.Complete() { // rows of another zone's day lie on it, too
		part.Coverage.Have--
	}
	return part, part.Coverage.Have > 0 || len(rows) > 0
}

// overdue is how long after the end of an hour a host that has not delivered it is
// silent, where others have.
const overdue = time.Hour

// missing returns the hours of a day that are not there, by host. Of a day that is not
// over, these are the hours that other hosts have delivered for some time.
func (l *loader) missing(day calendar.Day, cells []Cell) []Hours {
	delivered := map[int64]bool{} // hours of which some host has delivered
	for _, cell := range cells {
		if cell.There {
			delivered[cell.Hour.Unix()] = true
		}
	}
	over := day < l.calendar.DayOf(l.options.Now)
	var list []Hours
	for _, cell := range cells {
		others := delivered[cell.Hour.Unix()]
		if cell.There || !over && !(others && cell.Hour.Add(time.Hour+overdue).Before(l.options.Now)) {
			continue
		}
		at := slices.IndexFunc(list, func(h Hours) bool { return h.Host == cell.Host })
		if at < 0 {
			list = append(list, Hours{Host: cell.Host, Day: day, Silent: true})
			at = len(list) - 1
		}
		list[at].Hours = append(list[at].Hours, cell.Hour)
		list[at].Silent = list[at].Silent && others
	}
	return list
}

// String writes hours for people: 2026-11-11 03:00–06:00, 23:00–24:00 UTC.
func (h Hours) String() string {
	var b strings.Builder
	date := ""
	for i := 0; i < len(h.Hours); {
		from := h.Hours[i]
		to := from.Add(time.Hour)
		for i++; i < len(h.Hours) && h.Hours[i].Equal(to); i++ {
			to = to.Add(time.Hour)
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		if on := from.Format(time.DateOnly); on != date {
			b.WriteString(on + " ")
			date = on
		}
		b.WriteString(from.Format("15:04") + "–")
		switch on := to.Add(-time.Hour).Format(time.DateOnly); {
		case on != date:
			b.WriteString(to.Format("2006-01-02 15:04"))
			date = on
		case to.Hour() == 0:
			b.WriteString("24:00")
		default:
			b.WriteString(to.Format("15:04"))
		}
	}
	return b.String() + " UTC"
}
