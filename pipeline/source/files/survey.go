package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// survey is what the first pass has seen of the files.
type survey struct {
	files   []file
	entries []warehouse.File // of the ledger, one per file
	digests *warehouse.Digester
	same    bool // every file is as it was
}

// survey reads the files and checks every row. If there are faults, it returns
// those of all files.
func (l *loader) survey(ctx context.Context, files []file) (survey, error) {
	s := survey{files: files, digests: warehouse.NewDigester(l.layout.table)}
	var all []Fault
	first := map[string]string{} // by checksum, the file that was first to have it
	for _, f := range files {
		found := &faults{path: f.name}
		entry, err := l.surveyFile(ctx, f, found, s.digests)
		if err != nil && !errors.Is(err, errEnough) {
			return survey{}, err
		}
		all = append(all, found.list...)
		if other, twice := first[f.checksum]; twice && entry.Loaded > 0 && !l.undated() {
			all = append(all, Fault{Path: f.name, Text: "the same bytes as " + other + ": its rows would count twice"})
		}
		first[f.checksum] = f.name
		s.entries = append(s.entries, entry)
	}
	if len(all) > 0 {
		return survey{}, &FaultsError{all}
	}
	return s, nil
}

func (l *loader) surveyFile(ctx context.Context, f file, found *faults, digests *warehouse.Digester) (warehouse.File, error) {
	entry := warehouse.File{Path: f.name, Checksum: f.checksum, Definition: l.definition, Size: f.size}
	if f.day != nil {
		entry.From, entry.To = *f.day, *f.day+1
	}
	outside, err := l.read(ctx, "checking", f, found, func(day calendar.Day, values []any) error {
		if entry.From == entry.To {
			entry.From, entry.To = day, day+1
		}
		entry.From, entry.To = min(entry.From, day), max(entry.To, day+1)
		entry.Loaded++
		return digests.Add(warehouse.Row{Day: day, Values: values})
	})
	entry.Filtered = outside
	entry.Lines = entry.Loaded + entry.Filtered
	return entry, err
}

// parts returns which days have to be replaced: those for which the files speak,
// without the ones that the warehouse has as they are, and without kept days. The
// kept days that the files have otherwise are left out.
func parts(s survey, days []calendar.Day, loaded map[calendar.Day]warehouse.Partition, kept map[calendar.Day]bool) (parts []warehouse.Part, left []calendar.Day) {
	inputs := inputHashes(s)
	for _, day := range days {
		part, ok := loaded[day]
		same := ok && part.Coverage.Complete() && part.Version == s.digests.Version(day)
		switch {
		case same:
		case kept[day]:
			left = append(left, day)
		default:
			parts = append(parts, warehouse.Part{Day: day, InputHash: inputs(day)})
		}
	}
	return parts, left
}

// mostDays keeps a mistyped year from making millions of days.
const mostDays = 100 * 366

// days returns the days for which the files speak.
func (l *loader) days(s survey) ([]calendar.Day, error) {
	var days []calendar.Day
	if l.source.Whole {
		return []calendar.Day{warehouse.WholePart}, nil
	}
	if s.files[0].day != nil {
		for _, f := range s.files {
			days = append(days, *f.day)
		}
		return days, nil
	}
	from, to := span(s.entries)
	empty := from == to
	if l.source.From != nil {
		from, to = *l.source.From, max(to, *l.source.From)
	}
	if l.source.Through != nil {
		to = *l.source.Through + 1
		if empty && l.source.From == nil {
			from = to // nothing says where the days begin
		}
	}
	if to-from > mostDays {
		return nil, fmt.Errorf("%s: rows from %s to %s: more than a hundred years; bound them with from: and through:", l.source.Path, from, to-1)
	}
	for day := from; day < to; day++ {
		days = append(days, day)
	}
	return days, nil
}

// inputHashes returns a hash of all that a day was made of: the files that speak for
// it, and the rules by which they were read.
func inputHashes(s survey) func(calendar.Day) string {
	return func(day calendar.Day) string {
		var b strings.Builder
		for _, entry := range s.entries {
			if entry.From <= day && day < entry.To {
				fmt.Fprintf(&b, "%s %s %s\n", entry.Path, entry.Checksum, entry.Definition)
			}
		}
		sum := sha256.Sum256([]byte(b.String()))
		return hex.EncodeToString(sum[:12])
	}
}

// outside returns the loaded days of the table that From and Through leave out.
func (l *loader) outside(loaded map[calendar.Day]warehouse.Partition) []calendar.Day {
	var days []calendar.Day
	for day := range loaded {
		if day != warehouse.WholePart && l.leavesOut(day) {
			days = append(days, day)
		}
	}
	return days
}
