package files

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// absent are the files of the ledger that are no longer there.
type absent struct {
	// gone are those that the source still means.
	gone []warehouse.File
	// renamed are those that are there under another name, or that the source no
	// longer means.
	renamed []string
	// spoke is what the ledger has of the files that are there, by whatever name.
	spoke []warehouse.File
	// otherRules says that files were read by other rules than they are now, cutAnew
	// that their rows were cut into days by other rules.
	otherRules, cutAnew bool
}

func (l *loader) absent(known map[string]warehouse.File, found []file) absent {
	there := map[string]bool{} // by name and by checksum
	for _, f := range found {
		there[f.name], there[f.checksum] = true, true
	}
	pattern := strings.Replace(path.Clean(filepath.ToSlash(l.source.Path)), dayMark, "*", 1)
	var a absent
	for _, name := range slices.Sorted(maps.Keys(known)) {
		a.compare(known[name], l.definition)
		if there[name] || there[known[name].Checksum] {
			a.spoke = append(a.spoke, known[name])
		}
		if there[name] {
			continue
		}
		meant, _ := path.Match(pattern, name)
		if meant && !there[known[name].Checksum] {
			a.gone = append(a.gone, known[name])
		} else {
			a.renamed = append(a.renamed, name)
		}
	}
	if a.cutAnew && len(found) > 0 { // days of another cut do not fit beside those of this one
		for _, gone := range a.gone {
			a.renamed = append(a.renamed, gone.Path)
		}
		a.gone = nil
	}
	return a
}

// compare takes note of the rules by which a file was read. Of one that is gone the days
// stay as they are whatever the rules become, so it says nothing about those of the last
// load.
func (a *absent) compare(entry warehouse.File, definition string) {
	rules, _, _ := strings.Cut(entry.Definition, " ")
	_, before, _ := strings.Cut(rules, cutMark)
	_, now, _ := strings.Cut(definition, cutMark)
	a.otherRules = a.otherRules || rules != definition && !strings.HasSuffix(entry.Definition, asItWas)
	a.cutAnew = a.cutAnew || before != "" && now != "" && before != now
}

// remains is what stays of the files that are gone.
type remains struct {
	files      []warehouse.File      // of which days stay, with the span of these days
	days       map[calendar.Day]bool // that stay
	superseded []string              // of which no day stays
	moved      bool                  // a day of a file that is gone passes to the others
}

// remains returns which days of the files that are gone stay as they were loaded:
// those for which no file that is there speaks. The others are taken from the files
// that are there.
func (a absent) remains(present []warehouse.File) remains {
	r := remains{days: map[calendar.Day]bool{}}
	for _, gone := range a.gone {
		stays := gone
		stays.From, stays.To = gone.To, gone.From
		for day := gone.From; day < gone.To; day++ {
			if speaks(present, gone, day) {
				r.moved = true
				continue
			}
			r.days[day] = true
			stays.From, stays.To = min(stays.From, day), max(stays.To, day+1)
		}
		switch {
		case gone.From == gone.To: // without rows: it only waits to be back
			r.files = append(r.files, gone)
		case stays.From < stays.To:
			r.files = append(r.files, stays)
		default:
			r.superseded = append(r.superseded, gone.Path)
		}
	}
	return r
}

// speaks reports whether the files that are there have the whole of a day, as far as
// can be known. Where their rows begin on a day for which a file that is gone spoke,
// as it did for the day before, they may have only the end of it; likewise at their
// last day.
func speaks(present []warehouse.File, gone warehouse.File, day calendar.Day) bool {
	begun, ended := false, false
	for _, p := range present {
		if p.From <= day && day < p.To {
			begun = begun || p.From < day || gone.From >= day
			ended = ended || day < p.To-1 || gone.To-1 <= day
		}
	}
	return begun && ended
}

// entries returns what the ledger knows of the files that are there.
func entries(found []file, known map[string]warehouse.File) []warehouse.File {
	var list []warehouse.File
	for _, f := range found {
		if entry, ok := known[f.name]; ok {
			list = append(list, entry)
		}
	}
	return list
}

// inPart marks the definition of a file of which a day was left out. No reading has
// such a definition, so the file is read again at the next load.
const inPart = " in part"

// asItWas marks the definition of a file that is gone. No reading has such a definition,
// so the file is read again when it is back.
const asItWas = " kept"

// asKept marks the entries of files that are gone.
func asKept(entries []warehouse.File) []warehouse.File {
	for i := range entries {
		rules, _, _ := strings.Cut(entries[i].Definition, " ")
		entries[i].Definition = rules + asItWas
	}
	return entries
}

// leaveOut marks the entries of the files that speak for a day that was left out.
func leaveOut(entries []warehouse.File, left []calendar.Day) {
	for i, entry := range entries {
		for _, day := range left {
			if entry.From <= day && day < entry.To && !strings.HasSuffix(entries[i].Definition, inPart) {
				entries[i].Definition += inPart
			}
		}
	}
}
