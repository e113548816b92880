package googletest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// mask is a set of paths of fields as a tree: no entries is all below. "*" is an entry
// that stands for each field.
type mask map[string]mask

var errMask = errors.New("a comma-separated list of paths, without spaces, is wanted")

// parseMask reads "a.b,c(d,e.f)"; in a partial answer "/" does what "." does.
func parseMask(text string) (mask, error) {
	p := &maskParser{rest: text}
	m, err := p.list()
	if err == nil && p.rest != "" {
		err = errMask
	}
	if err != nil {
		return nil, fmt.Errorf("fields %q: %w", text, err)
	}
	return m, nil
}

type maskParser struct{ rest string }

func (p *maskParser) list() (mask, error) {
	m := mask{}
	for {
		if err := p.path(m); err != nil {
			return nil, err
		}
		if !p.take(",") {
			return m, nil
		}
	}
}

// path adds a.b or a(b,c) to m. A path that is there already and names all below
// stays as wide as it is.
func (p *maskParser) path(m mask) error {
	name := p.name()
	if name == "" {
		return errMask
	}
	below, known := m[name]
	switch {
	case p.take(".") || p.take("/"):
		inner := mask{}
		if err := p.path(inner); err != nil {
			return err
		}
		m[name] = widened(below, known, inner)
	case p.take("("):
		inner, err := p.list()
		if err != nil {
			return err
		}
		if !p.take(")") {
			return errMask
		}
		m[name] = widened(below, known, inner)
	default:
		m[name] = mask{}
	}
	return nil
}

func widened(below mask, known bool, more mask) mask {
	if !known {
		return more
	}
	if len(below) == 0 {
		return below
	}
	for name, inner := range more {
		if old, ok := below[name]; ok {
			inner = widened(old, true, inner)
		}
		below[name] = inner
	}
	return below
}

func (p *maskParser) name() string {
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return !(r == '*' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	return name
}

func (p *maskParser) take(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

// stray returns the first path of the mask that the message does not have, or "".
func (c *checker) stray(m mask, name, at string) string {
	for _, key := range sortedKeys(m) {
		path := strings.TrimPrefix(at+"."+key, ".")
		if key == "*" {
			if len(m[key]) > 0 {
				return path // "*.a" would need the fields to be alike
			}
			continue
		}
		property, ok := c.Schemas[name].Properties[key]
		if !ok {
			return path
		}
		if len(m[key]) == 0 {
			continue
		}
		below := property.Ref
		if property.Items != nil {
			below = property.Items.Ref
		}
		if below == "" {
			return path + "." + sortedKeys(m[key])[0]
		}
		if wrong := c.stray(m[key], below, path); wrong != "" {
			return wrong
		}
	}
	return ""
}

// keep returns the part of a value that a mask of a partial answer asks for.
func (m mask) keep(v any) any {
	if _, all := m["*"]; all || len(m) == 0 {
		return v
	}
	switch v := v.(type) {
	case object:
		kept := object{}
		for key, below := range m {
			if value, ok := v[key]; ok {
				kept[key] = below.keep(value)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, item := range v {
			kept[i] = m.keep(item)
		}
		return kept
	}
	return v
}

// asks tells whether an answer that the mask keeps holds anything below the path.
func (m mask) asks(path ...string) bool {
	for _, name := range path {
		if _, all := m["*"]; all || len(m) == 0 {
			return true
		}
		below, ok := m[name]
		if !ok {
			return false
		}
		m = below
	}
	return true
}

// updateMask reads the mask of an update and returns its paths. Lists have no paths
// below them here, and "*" stands alone or not at all. What only the server writes
// cannot be named.
func (c *checker) updateMask(request string, fields string) ([][]string, *failure) {
	if fields == "" {
		return nil, invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	root := c.updatedOf[request]
	if fields == "*" {
		return c.allFields(root), nil
	}
	m, err := parseMask(fields)
	if err != nil {
		return nil, invalid("Invalid value at 'fields': %v", err)
	}
	paths := m.paths()
	for _, path := range paths {
		if fail := c.writable(root, path); fail != nil {
			return nil, fail
		}
	}
	return c.partners(root, paths), nil
}

func (c *checker) allFields(root string) [][]string {
	var paths [][]string
	for _, key := range sortedKeys(c.Schemas[root].Properties) {
		if !c.onlyServerWrites(root, key, c.Schemas[root].Properties[key]) {
			paths = append(paths, []string{key})
		}
	}
	return paths
}

func (m mask) paths() [][]string {
	var all [][]string
	for _, key := range sortedKeys(m) {
		if len(m[key]) == 0 {
			all = append(all, []string{key})
		}
		for _, below := range m[key].paths() {
			all = append(all, append([]string{key}, below...))
		}
	}
	return all
}

// writable judges one path of an update.
func (c *checker) writable(root string, path []string) *failure {
	name := root
	if slices.Contains(path, "*") {
		return invalid("Invalid field: %s. '*' can only stand alone", strings.Join(path, "."))
	}
	for i, key := range path {
		property, ok := c.Schemas[name].Properties[key]
		if !ok {
			return invalid("Invalid field: %s (%s has no %s)", strings.Join(path, "."), nameOr(name, "it"), key)
		}
		if c.onlyServerWrites(name, key, property) {
			return invalid("Invalid field: %s is read-only", strings.Join(path[:i+1], "."))
		}
		name = property.Ref
	}
	return nil
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

// set returns a copy of to in which the path holds what it holds in from; what from
// lacks is taken away.
func set(to, from object, path []string) object {
	copied := object{}
	for key, value := range to {
		copied[key] = value
	}
	key := path[0]
	value, given := from[key]
	if len(path) > 1 {
		below, _ := copied[key].(object)
		inner, _ := value.(object)
		merged := set(below, inner, path[1:])
		value, given = merged, len(merged) > 0
	}
	delete(copied, key)
	if given {
		copied[key] = value
	}
	return copied
}
