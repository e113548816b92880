package yamlfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
	check "github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is the shape of a file.
type Schema struct {
	text     []byte
	raw      any
	compiled *check.Schema
}

// NewSchema makes the schema of the file that the struct model describes: its
// keys by their json tags, with what the jsonschema tags of invopop say of them.
// Keys without omitempty are required, unknown keys are refused. It panics if the
// tags do not make a schema.
func NewSchema(id, title string, model any) *Schema {
	reflector := jsonschema.Reflector{ExpandedStruct: true}
	described := reflector.Reflect(model)
	described.ID, described.Title = jsonschema.ID(id), title
	text, err := json.MarshalIndent(described, "", "  ")
	if err != nil {
		panic(err)
	}
	raw, err := check.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	compiler := check.NewCompiler()
	if err := compiler.AddResource(id, raw); err != nil {
		panic(err)
	}
	return &Schema{append(text, '\n'), raw, compiler.MustCompile(id)}
}

// JSON returns the schema as a JSON Schema for editors.
func (s *Schema) JSON() []byte { return bytes.Clone(s.text) }

// check returns what of instance the schema does not admit.
func (s *Schema) check(t *Tree, instance any) []Fault {
	err, ok := s.compiled.Validate(instance).(*check.ValidationError)
	if !ok {
		return nil
	}
	e := explainer{schema: s, tree: t}
	e.explain(err)
	return e.faults
}

// keys returns the keys that the schema admits at the place in the schema that a
// validation error names.
func (s *Schema) keys(url string) []string {
	_, fragment, _ := strings.Cut(url, "#")
	at := s.raw
	for _, step := range strings.Split(strings.TrimPrefix(fragment, "/"), "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch node := at.(type) {
		case map[string]any:
			if next, ok := node[step]; ok {
				at = next
			}
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node) {
				at = node[i]
			}
		}
	}
	object, _ := at.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// choices returns the words that the schema admits for a key, "" if any will do.
func (s *Schema) choices(url, key string) string {
	_, fragment, _ := strings.Cut(url, "#")
	at := s.raw
	for _, step := range append(strings.Split(strings.TrimPrefix(fragment, "/"), "/"), "properties", key) {
		if object, ok := at.(map[string]any); ok {
			if next, ok := object[step]; ok {
				at = next
			}
		}
	}
	object, _ := at.(map[string]any)
	enum, _ := object["enum"].([]any)
	if len(enum) == 0 {
		return ""
	}
	return ": want " + either(enum)
}

// either writes choices as "a, b or c".
func either(choices []any) string {
	words := make([]string, len(choices))
	for i, choice := range choices {
		words[i] = fmt.Sprint(choice)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
