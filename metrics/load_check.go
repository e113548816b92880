package metrics

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tearsheet/internal/yamlfile"
)

const (
	longestName  = 63 // PostgreSQL keeps no more of an identifier
	longestTitle = 60
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

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (l *loader) checkName(path []string, name string) {
	switch {
	case !namePattern.MatchString(name):
		l.fault(path, "name %q is not allowed: want small letters, digits and _, a letter first", name)
	case len(name) > longestName:
		l.fault(path, "name has %d characters, at most %d are allowed", len(name), longestName)
	}
}

func (l *loader) checkTitle(path []string, title string) {
	if n := utf8.RuneCountInString(title); n > longestTitle {
		l.fault(path, "title has %d characters, at most %d are allowed", n, longestTitle)
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
	e.checkTitle(e.path("title"), m.Title)
	e.checkPrintable(e.path("definition"), m.Definition)
	e.checkPrintable(e.path("unit"), string(m.Unit))
	e.checkDefinition()
	if m.Unit == "" && e.file.Unit != "" {
		e.fault("unit", "unit is empty")
	}
	if m.Team != "" && !e.knowsTeam(m.Team) {
		e.fault("team", "unknown team %q%s", m.Team, yamlfile.DidYouMean(m.Team, e.teamNames()))
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

// shortestDefinition is the length below which a definition can hardly say what is
// counted and what is not.
const shortestDefinition = 25

// checkDefinition refuses a definition of blanks and warns of one that says
// nothing.
func (e *entry) checkDefinition() {
	d := e.metric.Definition
	switch why := ""; {
	case d == "":
		if e.file.Definition != "" {
			e.fault("definition", "definition is empty")
		}
	case placeholder(d):
		why = "is a placeholder"
		fallthrough
	case repeats(d, e.metric.Title):
		if why == "" {
			why = "repeats the title"
		}
		fallthrough
	case utf8.RuneCountInString(d) < shortestDefinition:
		if why == "" {
			why = "is very short"
		}
		e.warn(e.path("definition"), "definition %s: say what is counted, what is excluded and from which source", why)
	}
}

var placeholders = regexp.MustCompile(`(?i)^\W*(tbd|tba|todo|fixme|n/?a|none|\?+|see (the )?(wiki|docs?|confluence|notion|sheet)|to be (defined|done|determined)|same as above|self[- ]explanatory|coming soon|lorem ipsum)\b`)

// placeholder reports whether a text stands for a definition that nobody wrote.
func placeholder(text string) bool {
	return placeholders.MatchString(text) || strings.Trim(text, " .-–—?…") == ""
}

// fillers are words that add nothing to a title.
var fillers = strings.Fields("a an the of number count total amount in on per day daily week weekly metric this is for our all we")

// repeats reports whether a definition has no word that the title lacks.
func repeats(definition, title string) bool {
	known := map[string]bool{}
	for _, word := range append(wordsOf(title), fillers...) {
		known[word] = true
	}
	for _, word := range wordsOf(definition) {
		if !known[word] {
			return false
		}
	}
	return true
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// list writes names as "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return fmt.Sprintf("%s and %s", strings.Join(names[:len(names)-1], ", "), names[len(names)-1])
}
