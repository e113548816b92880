package yamlfile

import (
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Tree says where in its file a value stands. A path is made of keys and of list
// indexes in decimal: "metrics", "3", "title".
type Tree struct {
	root  *yaml.Node
	lines []string
}

// Value returns where the value at path begins, or the nearest value around it
// that exists.
func (t *Tree) Value(path ...string) Position {
	_, value := t.find(path)
	return Position{value.Line, value.Column}
}

// Key returns where the last key of path stands, or the nearest value around it
// that exists.
func (t *Tree) Key(path ...string) Position {
	key, value := t.find(path)
	if key == nil {
		key = value
	}
	return Position{key.Line, key.Column}
}

// Has reports whether path leads to a value.
func (t *Tree) Has(path ...string) bool {
	node := t.root
	for _, step := range path {
		if _, node = child(node, step); node == nil {
			return false
		}
	}
	return true
}

// find returns the key and the value at the longest beginning of path that
// exists. The key is nil at the root and for items of a list.
func (t *Tree) find(path []string) (key, value *yaml.Node) {
	value = t.root
	for _, step := range path {
		k, v := child(value, step)
		if v == nil {
			return nil, value
		}
		key, value = k, v
	}
	return key, value
}

// child returns the value below node at step, with its key if it has one. The
// first of two equal keys is meant.
func child(node *yaml.Node, step string) (key, value *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i], node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Content) {
			return nil, node.Content[i]
		}
	}
	return nil, nil
}

// Text returns where the character at a byte offset of the text at path stands in
// the file, whatever its quotes, blocks and foldings; the beginning of the text
// where escapes make that impossible to say.
func (t *Tree) Text(offset int, path ...string) Position {
	_, node := t.find(path)
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	start := Position{node.Line, node.Column}
	if node.Kind != yaml.ScalarNode || offset > len(node.Value) {
		return start
	}
	w := walker{tree: t, at: start}
	w.skipProperties()
	switch {
	case node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		w.at = Position{w.at.Line + 1, 1}
	case node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		w.at.Column++
	}
	w.escaped = node.Style&yaml.DoubleQuotedStyle != 0
	w.doubled = node.Style&yaml.SingleQuotedStyle != 0
	if !w.pass(printedIn(node.Value[:offset])) {
		return start
	}
	return w.at
}

// printedIn counts the characters of text that are no blanks: folding and
// indentation change the blanks of a text and nothing else.
func printedIn(text string) int {
	count := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			count++
		}
	}
	return count
}

// walker walks over the source of one scalar.
type walker struct {
	tree             *Tree
	at               Position
	escaped, doubled bool // of the quotes around the text
}

// rest returns the rest of the line from where w stands.
func (w *walker) rest() []rune {
	line := []rune(w.tree.line(w.at.Line))
	return line[min(len(line), w.at.Column-1):]
}

// skipProperties passes anchors and tags before a value.
func (w *walker) skipProperties() {
	for rest := w.rest(); len(rest) > 0 && (rest[0] == '&' || rest[0] == '!'); rest = w.rest() {
		word := strings.IndexFunc(string(rest), unicode.IsSpace)
		if word < 0 {
			return
		}
		after := string(rest)[word:]
		w.at.Column += len([]rune(string(rest)[:word])) + len(after) - len(strings.TrimLeft(after, " "))
	}
}

// pass goes over count printed characters and the blanks after them. It reports
// false if it meets an escape or the end of the file.
func (w *walker) pass(count int) bool {
	for w.at.Line <= len(w.tree.lines) {
		rest := w.rest()
		if len(rest) == 0 {
			w.at = Position{w.at.Line + 1, 1}
			continue
		}
		if unicode.IsSpace(rest[0]) {
			w.at.Column++
			continue
		}
		if count == 0 {
			return true
		}
		if w.escaped && rest[0] == '\\' {
			return false
		}
		if w.doubled && rest[0] == '\'' {
			w.at.Column++
		}
		w.at.Column++
		count--
	}
	return false
}

// Keys returns the keys of the map at path in their order in the file, or none if
// there is no map.
func (t *Tree) Keys(path ...string) []string {
	if !t.Has(path...) {
		return nil
	}
	_, node := t.find(path)
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return nil
	}
	var keys []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		keys = append(keys, node.Content[i].Value)
	}
	return keys
}
