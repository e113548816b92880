// Package yamlfile reads a YAML file that a person wrote and says everything that
// is wrong with it at once, each fault with its line and column and with the
// nearest thing that would have been right. The shape of the file is a Go struct;
// the JSON Schema made from it serves the reader here and the editor there. What
// the values mean is left to the caller, who adds faults of his own by path.
package yamlfile

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Position is a place in a file: line and column, both from 1, the column in
// characters.
type Position struct{ Line, Column int }

// Fault is one thing that is wrong, and where.
type Fault struct {
	Position
	Path    []string // keys and list indexes to the value that is wrong, nil for the text as a whole
	Text    string
	Unknown bool // the last key of Path is not one of the file's
}

// MaxSize is the size in bytes from which on a file is refused.
const MaxSize = 4 << 20

// Decode reads text, holds it against schema and decodes it into the struct that
// into points to. The faults are in the order of the file. If the text is no YAML
// at all, the Tree is nil and into is untouched; otherwise into holds whatever
// was right, so that the caller can go on checking.
func Decode(text []byte, schema *Schema, into any) (*Tree, []Fault) {
	if fault := checkText(text); fault != nil {
		return nil, []Fault{*fault}
	}
	text = withoutMark(text)
	tree := &Tree{lines: strings.Split(string(text), "\n")}
	faults := tree.parse(text)
	if tree.root == nil {
		return nil, faults
	}
	r := reader{open: map[*yaml.Node]bool{}, faulty: map[string]bool{}}
	instance := r.value(tree.root, nil)
	faults = append(faults, r.faults...)
	for _, fault := range schema.check(tree, instance) {
		around := fault.Path
		if fault.Unknown {
			around = around[:len(around)-1]
		}
		if !r.isFaulty(around) {
			faults = append(faults, fault)
		}
	}
	decode(instance, into)
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return tree, faults
}

// decode fills into with what fits of instance. What does not fit has its fault
// from the schema already: encoding/json passes it over and fills the rest.
func decode(instance, into any) {
	if text, err := json.Marshal(instance); err == nil {
		_ = json.Unmarshal(text, into)
	}
}
