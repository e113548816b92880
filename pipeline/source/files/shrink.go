package files

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// defaultMaxShrink is the share of the rows that may be gone unless the source says
// otherwise; it is that of a table of MySQL.
const defaultMaxShrink = 0.05

// HeldError says that much of a table would be gone. What was loaded before stays until
// somebody accepts it.
type HeldError struct {
	Table  string
	Path   string // of the source
	Reason string
}

func (e *HeldError) Error() string {
	return e.Path + ": " + e.Reason + "; what is loaded stays until this is mended or accepted"
}

// loaded returns what the ledger has of all days of the table.
func (l *loader) loaded(ctx context.Context) (map[calendar.Day]warehouse.Partition, error) {
	return warehouse.Partitions(ctx, l.warehouse, l.source.Table, calendar.DayOn(1, time.January, 1), calendar.DayOn(9999, time.December, 31)+1)
}

// lost returns the loaded days for which no file speaks any more. Those are days for
// which a file spoke that is still there, and has become shorter: the file is the truth
// of what it once spoke for. If the days are cut anew, they are all days that are left
// over from the old cut, whose rows may lie on two days now.
func (l *loader) lost(days []calendar.Day, a absent, loaded map[calendar.Day]warehouse.Partition, kept map[calendar.Day]bool) []calendar.Day {
	if !l.manyDays() {
		return nil
	}
	speak := make(map[calendar.Day]bool, len(days))
	for _, day := range days {
		speak[day] = true
	}
	var lost []calendar.Day
	from, to := span(a.spoke)
	for day := range loaded {
		stays := day == warehouse.WholePart || kept[day] || speak[day]
		if !stays && (a.cutAnew || from <= day && day < to) {
			lost = append(lost, day)
		}
	}
	slices.Sort(lost)
	return lost
}

// span returns the days from the first to the last for which files speak.
func span(entries []warehouse.File) (from, to calendar.Day) {
	for _, entry := range entries {
		switch {
		case entry.From == entry.To:
		case from == to:
			from, to = entry.From, entry.To
		default:
			from, to = min(from, entry.From), max(to, entry.To)
		}
	}
	return from, to
}

// guard holds a table of which much would be gone. Of days that stay as they are nothing
// is gone. Where a file was taken away and the others are as they were, or the source
// was told to read otherwise, somebody has wanted it.
func (l *loader) guard(s survey, days, lost []calendar.Day, a absent, loaded map[calendar.Day]warehouse.Partition, kept map[calendar.Day]bool) error {
	wanted := slices.Contains(l.options.Accept, l.source.Table) || s.same || a.otherRules && !a.cutAnew
	if wanted || !l.manyDays() && !l.source.Whole {
		return nil
	}
	var had, has int64
	for _, day := range days {
		if kept[day] {
			continue
		}
		had += loaded[day].Rows
		if digest := s.digests.Days()[day]; digest != nil {
			has += digest.Rows()
		}
	}
	for _, day := range lost {
		if !l.leavesOut(day) {
			had += loaded[day].Rows
		}
	}
	most := defaultMaxShrink
	if l.source.MaxShrink != nil {
		most = *l.source.MaxShrink
	}
	gone := had - has
	if float64(gone) <= most*float64(had) {
		return nil
	}
	reason := fmt.Sprintf("it has %d rows where it had %d: %d are gone, more than %g %%", has, had, gone, most*100)
	if has == 0 {
		reason = fmt.Sprintf("it is empty, and had %d rows", had)
	}
	if a.cutAnew {
		reason = "cut into days anew, by another timezone: or another column, " + reason
	}
	return &HeldError{l.source.Table, l.source.Path, reason}
}

// manyDays reports whether a file may have rows of several days.
func (l *loader) manyDays() bool { return !l.source.Whole && !strings.Contains(l.source.Path, dayMark) }

// leavesOut reports whether From or Through leave a day out.
func (l *loader) leavesOut(day calendar.Day) bool {
	from, through := l.source.From, l.source.Through
	return from != nil && day < *from || through != nil && day > *through
}
