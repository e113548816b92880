package yamlfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	check "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"tearsheet/internal/spelling"
)

// explainer says in a person's words, and with places, what a validator found.
type explainer struct {
	schema *Schema
	tree   *Tree
	faults []Fault
}

// explain adds the faults of err. Of several forms that a value may have, it
// explains the one that the value comes nearest to.
func (e *explainer) explain(err *check.ValidationError) {
	switch err.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		if near := nearest(err.Causes); near != nil {
			e.explain(near)
			return
		}
	}
	for _, cause := range err.Causes {
		e.explain(cause)
	}
	if len(err.Causes) == 0 {
		e.leaf(err)
	}
}

// nearest returns the cause that got furthest into the value, the one with the
// fewest faults of those that got equally far.
func nearest(causes []*check.ValidationError) *check.ValidationError {
	var best *check.ValidationError
	for _, cause := range causes {
		if best == nil || depth(cause) > depth(best) || depth(cause) == depth(best) && leaves(cause) < leaves(best) {
			best = cause
		}
	}
	return best
}

// depth returns how far into the value err lies. A wrong type lies before
// everything that can be wrong in a value of the right type.
func depth(err *check.ValidationError) int {
	deepest := 2 * len(err.InstanceLocation)
	if _, wrongType := err.ErrorKind.(*kind.Type); !wrongType {
		deepest++
	}
	for _, cause := range err.Causes {
		deepest = max(deepest, depth(cause))
	}
	return deepest
}

func leaves(err *check.ValidationError) int {
	count := 0
	for _, cause := range err.Causes {
		count += leaves(cause)
	}
	return max(1, count)
}

// leaf adds the fault of an error that has no deeper cause.
func (e *explainer) leaf(err *check.ValidationError) {
	path := err.InstanceLocation
	switch k := err.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			at := below(path, key)
			e.add(e.tree.Key(at...), at, "unknown key %q%s", short(key), spelling.DidYouMean(key, e.schema.keys(err.SchemaURL)))
			e.faults[len(e.faults)-1].Unknown = true
		}
	case *kind.Required:
		for _, key := range k.Missing {
			e.add(e.tree.Value(path...), below(path, key), "%shas no %s%s", container(path), key, e.schema.choices(err.SchemaURL, key))
		}
	case *kind.Type:
		e.value(path, "is %s, want %s%s", e.got(path, k.Got), wanted(k.Want), quotesHelp(k))
	case *kind.Enum:
		e.value(path, "is %q, want %s%s", short(fmt.Sprint(k.Got)), either(k.Want), spelling.DidYouMean(fmt.Sprint(k.Got), words(k.Want)))
	case *kind.Minimum:
		e.value(path, "is %s, want at least %s", k.Got.RatString(), k.Want.RatString())
	case *kind.Maximum:
		e.value(path, "is %s, want at most %s", k.Got.RatString(), k.Want.RatString())
	case *kind.ExclusiveMinimum:
		e.value(path, "is %s, want more than %s", k.Got.RatString(), k.Want.RatString())
	case *kind.MinLength:
		e.value(path, "is empty")
	case *kind.MaxLength:
		e.value(path, "has %d characters, at most %d are allowed", k.Got, k.Want)
	case *kind.MinItems:
		e.value(path, "has %d items, want at least %d", k.Got, k.Want)
	case *kind.MaxItems:
		e.value(path, "has %d items, at most %d are allowed", k.Got, k.Want)
	case *kind.Pattern:
		e.value(path, "is %q, which does not match %s", short(k.Got), k.Want)
	default:
		e.value(path, "does not fit the schema (%s)", strings.Join(err.ErrorKind.KeywordPath(), "/"))
	}
}

func (e *explainer) add(at Position, path []string, format string, args ...any) {
	e.faults = append(e.faults, Fault{Position: at, Path: path, Text: fmt.Sprintf(format, args...)})
}

// value adds a fault of the value at path, which it calls by its key.
func (e *explainer) value(path []string, format string, args ...any) {
	e.add(e.tree.Value(path...), path, "%s%s", owner(path), fmt.Sprintf(format, args...))
}

// owner names the value at path by its key; items of a list by their number; the
// file by nothing.
func owner(path []string) string {
	if len(path) == 0 {
		return ""
	}
	last := path[len(path)-1]
	if i, err := strconv.Atoi(last); err == nil && len(path) > 1 {
		return fmt.Sprintf("item %d of %s ", i+1, path[len(path)-2])
	}
	return last + " "
}

// container names the value at path as the owner of a key that it lacks. An item
// of a list goes unnamed: its place says which one it is.
func container(path []string) string {
	if len(path) > 0 {
		if _, err := strconv.Atoi(path[len(path)-1]); err == nil {
			return ""
		}
	}
	return owner(path)
}

// got describes the value at path as it was written.
func (e *explainer) got(path []string, kind string) string {
	_, node := e.tree.find(path)
	switch kind {
	case "null":
		return "empty"
	case "string":
		return fmt.Sprintf("the text %q", short(node.Value))
	case "number", "integer":
		return "the number " + short(node.Value)
	case "boolean":
		return short(node.Value)
	case "array":
		return "a list"
	}
	return "a set of keys"
}

// quotesHelp says how a number, true or false becomes text.
func quotesHelp(k *kind.Type) string {
	scalar := k.Got == "number" || k.Got == "integer" || k.Got == "boolean"
	if scalar && slices.Contains(k.Want, "string") {
		return ": put it in quotes"
	}
	return ""
}

func short(text string) string {
	text = login.ReplaceAllString(text, "$1***@")
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:39]) + "…"
	}
	return text
}

// login is what stands before the host of a URL: a person who writes one in the wrong place
// would otherwise read his password in the fault.
var login = regexp.MustCompile(`(://|^)[^\s@/]*:[^\s@]*@`)

func wanted(types []string) string {
	names := map[string]string{"null": "nothing", "string": "text", "number": "a number", "integer": "a whole number",
		"boolean": "true or false", "array": "a list", "object": "a set of keys"}
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = names[t]
	}
	return strings.Join(list, " or ")
}

func words(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(v)
	}
	return list
}
