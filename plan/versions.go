package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tearsheet/metrics"
)

// checkVersions faults rows without a version in a document that has some: they
// would belong to none of them.
func (r *reader) checkVersions() {
	if len(r.versions) == 0 {
		return
	}
	for _, at := range r.bare {
		r.fault(at, "a row without a version among rows that have one: write %s or another in it", r.versions[len(r.versions)-1])
	}
}

// chooseVersion returns the wanted version, or the last that appeared.
func (r *reader) chooseVersion() (string, error) {
	switch {
	case r.Version == "" && len(r.versions) == 0:
		return "", nil
	case r.Version == "":
		return r.versions[len(r.versions)-1], nil
	case slices.Contains(r.versions, r.Version):
		return r.Version, nil
	}
	text := fmt.Sprintf("no version %q: the plan has %s", r.Version, strings.Join(r.versions, ", "))
	if len(r.versions) == 0 {
		text = fmt.Sprintf("no version %q: the plan has no versions", r.Version)
	}
	return "", metrics.Faults{{Place: r.source(), Text: text}}
}

// build makes the plan of one version.
func (r *reader) build(version string) *Plan {
	used := slices.DeleteFunc(slices.Clone(r.entries), func(e entry) bool { return e.version != version })
	p := &Plan{
		label:    r.label(version, used),
		versions: r.versions,
		curves:   map[string]*curve{},
	}
	for _, e := range used {
		for _, m := range e.metrics {
			if p.curves[m.Name] == nil {
				p.curves[m.Name] = newCurve(m, r.Calendar)
			}
			p.curves[m.Name].add(e.period, e.meaning(m), m.Roll, e.value)
		}
	}
	for _, c := range p.curves {
		c.join()
	}
	for _, m := range r.missing(used) {
		p.warnings = append(p.warnings, metrics.Fault{Place: r.source(), Text: fmt.Sprintf(
			"metric %q has no figure%s: its plan prints as no plan (plan: none in the registry says that this is meant)", m.Name, inVersion(version))})
	}
	return p
}

// label returns the label of one version, which has the entries.
func (r *reader) label(version string, used []entry) Label {
	l := Label{Source: cmp.Or(r.printed, r.source()), Version: version, Hash: hash(used)}
	if r.revised {
		l.Revision = revision(used)
		l.Version = cmp.Or(version, revisionName(l.Revision))
	}
	return l
}

func inVersion(version string) string {
	if version == "" {
		return ""
	}
	return " in version " + version
}
