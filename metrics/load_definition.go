package metrics

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortestDefinition is the length below which a definition can hardly say what is
// counted and what is not.
const shortestDefinition = 25

// checkDefinition refuses a definition of blanks and warns of one that says
// nothing.
func (e *entry) checkDefinition() {
	definition := e.metric.Definition
	if definition == "" {
		e.fault("definition", "definition is empty")
		return
	}
	if why := saysNothing(definition, e.metric.Title); why != "" {
		e.warn(e.path("definition"), "definition %s: say what is counted, what is excluded and from which source", why)
	}
}

// saysNothing tells why a definition leaves its reader as wise as the title did,
// or returns "".
func saysNothing(definition, title string) string {
	switch {
	case placeholder(definition):
		return "is a placeholder"
	case repeats(definition, title):
		return "repeats the title"
	case utf8.RuneCountInString(definition) < shortestDefinition:
		return "is very short"
	}
	return ""
}

// placeholder reports whether a text stands for a definition that nobody wrote.
func placeholder(text string) bool {
	words := strings.Join(wordsOf(text), " ")
	switch words {
	case "", "n a", "na", "none", "same as above", "self explanatory", "coming soon", "definition":
		return true
	}
	return slices.ContainsFunc([]string{
		"tbd", "tba", "todo", "fixme", "to be defined", "to be done", "to be determined", "lorem ipsum",
		"see wiki", "see the wiki", "see docs", "see the docs", "see confluence", "see notion",
	}, func(start string) bool { return strings.HasPrefix(words+" ", start+" ") })
}

// fillers are words that add nothing to a title.
const fillers = "a an the of number count total amount in on per day daily week weekly metric this is for our all we"

// repeats reports whether a definition has no word that the title lacks.
func repeats(definition, title string) bool {
	known := append(wordsOf(title), strings.Fields(fillers)...)
	return !slices.ContainsFunc(wordsOf(definition), func(word string) bool { return !slices.Contains(known, word) })
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
