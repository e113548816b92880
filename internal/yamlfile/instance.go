package yamlfile

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxAliased is the number of values that the aliases of a file may stand for.
const maxAliased = 10_000

// reader turns YAML nodes into the values that JSON knows: maps by text, lists,
// text, numbers, true, false and nil.
type reader struct {
	faults  []Fault
	faulty  map[string]bool     // paths whose value stands for nothing
	open    map[*yaml.Node]bool // anchored values that are being read
	alias   *yaml.Node          // the outermost alias that is being read
	aliased int
}

func (r *reader) isFaulty(path []string) bool {
	for n := range len(path) + 1 {
		if r.faulty[strings.Join(path[:n], "\x00")] {
			return true
		}
	}
	return false
}

// note adds a fault.
func (r *reader) note(n *yaml.Node, path []string, format string, args ...any) {
	r.faults = append(r.faults, Fault{Position: Position{n.Line, n.Column}, Path: path, Text: fmt.Sprintf(format, args...)})
}

// fail notes a fault and stands in for the value that cannot be had.
func (r *reader) fail(n *yaml.Node, path []string, format string, args ...any) any {
	r.note(n, path, format, args...)
	r.faulty[strings.Join(path, "\x00")] = true
	return nil
}

func (r *reader) value(n *yaml.Node, path []string) any {
	if r.alias != nil {
		r.aliased++
	}
	if r.aliased > maxAliased {
		if r.aliased == maxAliased+1 {
			return r.fail(r.alias, path, "aliases stand for more than %d values: write them out, or use fewer", maxAliased)
		}
		r.faulty[strings.Join(path, "\x00")] = true
		return nil
	}
	if n.Anchor != "" {
		r.open[n] = true
		defer delete(r.open, n)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.aliasedValue(n, path)
	case yaml.MappingNode:
		return r.mapping(n, path)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = r.value(item, below(path, strconv.Itoa(i)))
		}
		return list
	}
	return r.scalar(n, path)
}

func below(path []string, step string) []string { return append(path[:len(path):len(path)], step) }

func (r *reader) aliasedValue(n *yaml.Node, path []string) any {
	if r.open[n.Alias] {
		return r.fail(n, path, "alias *%s stands within its own anchor", n.Value)
	}
	if r.alias == nil {
		r.alias = n
		defer func() { r.alias = nil }()
	}
	return r.value(n.Alias, path)
}

// mapping reads keys and values. Keys that differ in case only are the same key
// twice: whoever wrote both meant one.
func (r *reader) mapping(n *yaml.Node, path []string) any {
	values := make(map[string]any, len(n.Content)/2)
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if before := first[strings.ToLower(key.Value)]; before != nil {
			r.note(key, below(path, key.Value), "key %q is given twice: %q stands at %d:%d already", short(key.Value), short(before.Value), before.Line, before.Column)
			continue
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			r.note(key, below(path, "?"), "a key must be text")
			continue
		case key.ShortTag() == "!!merge":
			r.note(key, below(path, "<<"), "merging with << is not supported: write the keys out")
			continue
		}
		first[strings.ToLower(key.Value)] = key
		values[key.Value] = r.value(value, below(path, key.Value))
	}
	return values
}

// scalar reads text, a number, true or false, or nothing. A date is text.
func (r *reader) scalar(n *yaml.Node, path []string) any {
	switch n.ShortTag() {
	case "!!str", "!!timestamp":
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		i, ok := new(big.Int).SetString(strings.ReplaceAll(n.Value, "_", ""), 0)
		if !ok {
			return r.fail(n, path, "%q is not a whole number", short(n.Value))
		}
		return json.Number(i.String())
	case "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return r.fail(n, path, "%s is not a finite number", short(n.Value))
		}
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
	}
	return r.fail(n, path, "tag %s is not supported", n.ShortTag())
}
