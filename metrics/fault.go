package metrics

import (
	"strings"
)

// Fault is one thing that is wrong in a file that a person writes, with the place
// where to mend it.
type Fault struct {
	Place string `json:"place"` // metrics.yaml:9:5, or plan.xlsx: Plan!C7
	Text  string `json:"text"`  // what is wrong, and what to do
}

// Error writes the place, a colon and the text.
func (f Fault) Error() string { return f.Place + ": " + f.Text }

// Faults are all faults of a file, in its order.
type Faults []Fault

// Error writes one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns f as an error, or nil if there is no fault.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
