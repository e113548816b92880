package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// Options say how a planning document is read.
type Options struct {
	Sheet   string // the sheet of a workbook; "" is its only sheet, or the one named Plan
	Version string // the version to use; "" is the last that appears
	Decimal rune   // the declared decimal sign, '.' or ','; 0 is an undeclared point

	Registry *metrics.Registry
	Calendar calendar.Calendar
}

// Plan is one version of a planning document: what each metric should be on any
// day. A nil *Plan plans nothing. A Plan does not change.
type Plan struct {
	label    Label
	versions []string
	warnings metrics.Faults
	curves   map[string]*curve // by the metric's name
}

// Label says which plan it is, for printing beside its figures.
type Label struct {
	Source string `json:"source"` // the document: plan.csv, or plan.xlsx, sheet Plan
	// Version is the version's name. Without versions it is "" for a file, and
	// "revision 3f2a91c0" for a grid.
	Version string `json:"version"`
	// Revision is eight hexadecimal digits, made of the figures of the version as they
	// stand in a grid; "" for a file. Another figure gives another revision; where the
	// figures stand, and what the registry says of them, does not.
	Revision string `json:"revision,omitempty"`
	Hash     string `json:"hash"` // of the figures used: another figure gives another hash, another layout does not
}

// Printed returns the version and the revision as they are printed after the source:
// "budget", "revision 3f2a91c0", "budget, revision 3f2a91c0", or "" if there is neither.
func (l Label) Printed() string {
	revision := revisionName(l.Revision)
	if l.Version == "" || revision == "" || l.Version == revision {
		return l.Version
	}
	return l.Version + ", " + revision
}

func revisionName(revision string) string {
	if revision == "" {
		return ""
	}
	return "revision " + revision
}

// Label returns the label of the plan; of no plan, the empty one.
func (p *Plan) Label() Label {
	if p == nil {
		return Label{}
	}
	return p.label
}

// Versions returns the names of all versions of the document in the order of
// their first appearance; none if it has no versions.
func (p *Plan) Versions() []string {
	if p == nil {
		return nil
	}
	return slices.Clone(p.versions)
}

// Warnings returns what may be an oversight and stops nothing: metrics of the
// sheet for which the plan has no figure.
func (p *Plan) Warnings() metrics.Faults {
	if p == nil {
		return nil
	}
	return slices.Clone(p.warnings)
}

// curve returns the figures of m, or nil.
func (p *Plan) curve(m *metrics.Metric) *curve {
	if p == nil {
		return nil
	}
	return p.curves[m.Name]
}

// hash identifies the figures of entries, whatever their order.
func hash(entries []entry) string {
	lines := make([]string, 0, len(entries))
	for _, e := range entries {
		for _, m := range e.metrics {
			lines = append(lines, m.Name+" "+e.period.String()+" "+string(e.meaning(m))+" "+e.value.String()+"\n")
		}
	}
	return digest(lines)
}

// revision identifies the figures of entries as the document has them, whatever their
// order and whatever the registry makes of them.
func revision(entries []entry) string {
	lines := make([]string, 0, len(entries))
	for _, e := range entries {
		lines = append(lines, strconv.Quote(e.name)+" "+e.period.String()+" "+string(e.is)+" "+e.value.String()+"\n")
	}
	return digest(lines)[:8]
}

// digest is a hash of lines in any order, as sixteen hexadecimal digits.
func digest(lines []string) string {
	slices.Sort(lines)
	h := sha256.New()
	for _, line := range lines {
		h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
