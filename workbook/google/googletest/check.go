package googletest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// checker walks a message along the schemas. It is made once for a server.
type checker struct {
	*discovery
	unionsOf   map[string]union
	readOnlyOf map[string][]string
	requiredOf map[string][]string
	updatedOf  map[string]string
	answers    bool // what the server says may hold what only it writes
}

func newChecker(d *discovery) *checker {
	return &checker{discovery: d, unionsOf: d.unions(), readOnlyOf: readOnlyFields(),
		requiredOf: required(), updatedOf: updated()}
}

// message checks a decoded message (numbers as json.Number) and returns it with the
// types that the schema says. Nulls are left out, as if they had not been sent.
func (c *checker) message(name string, v any, at string) (object, *failure) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, wrongType(at, "type.googleapis.com/google.apps.sheets.v4."+name, v)
	}
	s, known := c.Schemas[name]
	if !known {
		return nil, invalid("the discovery document has no schema %s", name)
	}
	checked := object{}
	for _, key := range sortedKeys(raw) {
		if raw[key] == nil {
			continue
		}
		property, ok := s.Properties[key]
		if !ok {
			return nil, unknownName(key, at)
		}
		if !c.answers && c.onlyServerWrites(name, key, property) {
			return nil, violation(join(at, key), "Invalid value at '%s': the field is read-only", join(at, key))
		}
		value, fail := c.value(property, raw[key], join(at, key))
		if fail != nil {
			return nil, fail
		}
		checked[key] = value
	}
	if c.answers {
		return checked, nil
	}
	return checked, c.whole(name, checked, at)
}

func (c *checker) onlyServerWrites(name, key string, property schema) bool {
	return property.ReadOnly || slices.Contains(c.readOnlyOf[name], key)
}

// whole judges what no single field shows: unions, needed fields and masks.
func (c *checker) whole(name string, checked object, at string) *failure {
	if u, ok := c.unionsOf[name]; ok {
		if fail := u.check(checked, at); fail != nil {
			return fail
		}
	}
	if name == "Color" {
		for _, part := range sortedKeys(checked) {
			if v := decimal(checked, part); v < 0 || v > 1 {
				return violation(join(at, part), "Invalid value at '%s': %v is not between 0 and 1", join(at, part), v)
			}
		}
	}
	for _, field := range c.requiredOf[name] {
		if _, ok := checked[field]; !ok {
			return violation(join(at, field), "Invalid value at '%s': %s.%s must be set", at, name, field)
		}
	}
	return nil
}

func (u union) check(checked object, at string) *failure {
	var set []string
	for _, field := range u.fields {
		if _, ok := checked[field]; ok {
			set = append(set, field)
		}
	}
	slices.Sort(set)
	switch {
	case len(set) > 1:
		return violation(at, "Invalid value at '%s' (oneof), oneof field is already set. Cannot set '%s' beside '%s'", at, set[1], set[0])
	case len(set) < u.least:
		some := slices.Sorted(slices.Values(u.fields))
		if len(some) > 5 {
			some = append(some[:5:5], "…")
		}
		return violation(at, "Invalid value at '%s': exactly one of %s must be set, and none is", at, strings.Join(some, ", "))
	}
	return nil
}

func (c *checker) value(s schema, v any, at string) (any, *failure) {
	switch {
	case s.Ref != "":
		return c.message(s.Ref, v, at)
	case s.Type == "array":
		return c.list(s, v, at)
	case s.AdditionalProperties != nil:
		return c.entries(*s.AdditionalProperties, v, at)
	case s.Type == "string":
		return text(s, v, at)
	case s.Type == "boolean":
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, wrongType(at, "TYPE_BOOL", v)
	case s.Type == "integer":
		return integer32(v, at)
	case s.Type == "number":
		return double(v, at)
	}
	return v, nil // any value at all, as in ValueRange.values
}

func (c *checker) list(s schema, v any, at string) (any, *failure) {
	raw, ok := v.([]any)
	if !ok {
		return nil, wrongType(at, "a list", v)
	}
	checked := make([]any, len(raw))
	for i, item := range raw {
		value, fail := c.value(*s.Items, item, fmt.Sprintf("%s[%d]", at, i))
		if fail != nil {
			return nil, fail
		}
		checked[i] = value
	}
	return checked, nil
}

func (c *checker) entries(s schema, v any, at string) (any, *failure) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, wrongType(at, "a map", v)
	}
	checked := object{}
	for _, key := range sortedKeys(raw) {
		value, fail := c.value(s, raw[key], at+"["+key+"]")
		if fail != nil {
			return nil, fail
		}
		checked[key] = value
	}
	return checked, nil
}

func text(s schema, v any, at string) (any, *failure) {
	t, ok := v.(string)
	if !ok {
		return nil, wrongType(at, "TYPE_STRING", v)
	}
	if len(s.Enum) > 0 {
		if !slices.Contains(s.Enum, t) {
			return nil, wrongType(at, "TYPE_ENUM", v)
		}
		if strings.HasSuffix(t, "_UNSPECIFIED") {
			return nil, violation(at, "Invalid value at '%s': %s says nothing", at, t)
		}
	}
	return t, nil
}

func integer32(v any, at string) (any, *failure) {
	number, ok := v.(json.Number)
	if !ok {
		return nil, wrongType(at, "TYPE_INT32", v)
	}
	n, err := strconv.ParseInt(number.String(), 10, 32)
	if err != nil {
		return nil, wrongType(at, "TYPE_INT32", v)
	}
	return int(n), nil
}

func double(v any, at string) (any, *failure) {
	number, ok := v.(json.Number)
	if !ok {
		return nil, wrongType(at, "TYPE_DOUBLE", v)
	}
	f, err := number.Float64()
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, wrongType(at, "TYPE_DOUBLE", v)
	}
	return f, nil
}

func wrongType(at, want string, v any) *failure {
	shown, err := json.Marshal(v)
	if err != nil {
		shown = fmt.Append(nil, v)
	}
	if len(shown) > 80 {
		shown = append(shown[:80:80], "…"...)
	}
	return violation(at, "Invalid value at '%s' (%s), %s", at, want, shown)
}

func unknownName(key, at string) *failure {
	if at == "" {
		return violation("", "Invalid JSON payload received. Unknown name %q: Cannot find field.", key)
	}
	return violation(at, "Invalid JSON payload received. Unknown name %q at '%s': Cannot find field.", key, at)
}

// join writes places as Google does: requests[0].update_cells.fields.
func join(at, key string) string {
	var b strings.Builder
	for _, r := range key {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	if at == "" {
		return b.String()
	}
	return at + "." + b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
