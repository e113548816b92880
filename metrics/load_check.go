package metrics

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tearsheet/internal/spelling"
)

const (
	longestName  = 63 // PostgreSQL keeps no more of an identifier
	longestTitle = 60
	widestTitle  = 32 // beyond which paper cuts a title
)

// entry is one metric with the place where it was written.
type entry struct {
	*loader
	index  string
	file   *metricEntry
	metric *Metric
}

func (e *entry) path(keys ...string) []string { return append([]string{"metrics", e.index}, keys...) }

// fault notes that something is wrong with the value of a key of the entry.
func (e *entry) fault(key, format string, args ...any) {
	e.loader.fault(e.path(key), format, args...)
}

func (l *loader) checkName(path []string, name string) {
	switch {
	case !wellNamed(name):
		l.fault(path, "name %.80q is not allowed: want small letters, digits and _, a letter first", name)
	case len(name) > longestName:
		l.fault(path, "name has %d characters, at most %d are allowed", len(name), longestName)
	}
}

// wellNamed reports whether name is made as [a-z][a-z0-9_]*.
func wellNamed(name string) bool {
	for i := range len(name) {
		letter := 'a' <= name[i] && name[i] <= 'z'
		if !letter && (i == 0 || name[i] != '_' && (name[i] < '0' || name[i] > '9')) {
			return false
		}
	}
	return name != ""
}

func (l *loader) checkTitle(path []string, title string) {
	if n := utf8.RuneCountInString(title); n > longestTitle {
		l.fault(path, "title has %d characters, at most %d are allowed", n, longestTitle)
	} else if n > widestTitle {
		l.warn(path, "title has %d characters; paper shows about %d of them", n, widestTitle)
	}
	l.checkPrintable(path, title)
}

// checkPrintable finds the first character of a text that paper cannot show, or
// that would make it show something else.
func (l *loader) checkPrintable(path []string, text string) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			l.fault(path, "%s holds %U, which turns the direction of writing", path[len(path)-1], r)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			l.fault(path, "%s holds the control character %U", path[len(path)-1], r)
		case !unicode.IsGraphic(r), l.printable != nil && !l.printable(r):
			l.fault(path, "%s holds %q (%U), which the sheet cannot print", path[len(path)-1], r, r)
		default:
			continue
		}
		return
	}
}

// checkWords holds what a reader sees of a metric against the rules.
func (e *entry) checkWords() {
	m := e.metric
	e.checkName(e.path("name"), m.Name)
	if e.has("title") || wellNamed(m.Name) {
		e.checkTitle(e.path("title"), m.Title)
	}
	e.checkPrintable(e.path("definition"), m.Definition)
	e.checkPrintable(e.path("unit"), string(m.Unit))
	for key, text := range map[string]string{"sql": m.SQL, "measure": m.Measure, "where": m.Where, "from": m.From} {
		e.checkPrintable(e.path(key), strings.NewReplacer("\n", "", "\t", "").Replace(text))
	}
	e.checkDefinition()
	if m.Unit == "" && e.file.Unit != "" {
		e.fault("unit", "unit is empty")
	}
	if m.Team != "" && !e.knowsTeam(m.Team) && e.namesKnown("teams", len(e.teams)) {
		e.fault("team", "unknown team %.80q%s", m.Team, spelling.DidYouMean(m.Team, e.teamNames()))
	}
}

func (l *loader) knowsTeam(name string) bool {
	for _, team := range l.teams {
		if team.Name == name {
			return true
		}
	}
	return false
}

func (l *loader) teamNames() []string {
	names := make([]string, len(l.teams))
	for i, team := range l.teams {
		names[i] = team.Name
	}
	return names
}
