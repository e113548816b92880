package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"tearsheet/calendar"
	"tearsheet/internal/spelling"
	"tearsheet/metrics"
	"tearsheet/pipeline"
	"tearsheet/plan"
	"tearsheet/store"
	"tearsheet/templates"
)

// project is a folder of text files that are sound and agree with each other.
type project struct {
	dir      string
	config   *config
	registry *metrics.Registry
	graph    *pipeline.Graph
	plan     *plan.Plan
	warnings metrics.Faults
}

// openProject reads the files of a project folder, and by read the plan if it lies on a
// server. The error holds the faults of all of them; where there are none, it may be that
// of the server.
func openProject(ctx context.Context, dir string, read planReader) (*project, error) {
	p, err := openUnplanned(dir)
	faults, err := asFaults(err)
	if err != nil || p == nil {
		return nil, errors.Join(err, faults.Err())
	}
	if c := p.config; c.plan != nil && p.registry != nil && c.calendar != (calendar.Calendar{}) {
		found, err := p.readPlan(ctx, read)
		if err != nil && len(faults) == 0 {
			return nil, err
		} else if err != nil { // there is enough to mend before a server matters
			p.warnings = append(p.warnings, metrics.Fault{Place: c.planAt, Text: "the plan could not be read as well: " + err.Error()})
		}
		faults = append(faults, found...)
		p.warnings = append(p.warnings, p.plan.Warnings()...)
	}
	return p, faults.Err()
}

// openUnplanned reads the files of a project folder but for the plan, for work that
// needs none.
func openUnplanned(dir string) (*project, error) {
	c, err := readConfig(dir)
	p := &project{dir: dir, config: c}
	if c == nil {
		return nil, err
	}
	faults, err := asFaults(err)
	if err != nil {
		return nil, err
	}
	p.warnings = c.warnings
	registry, found := readRegistry(filepath.Join(dir, registryName))
	p.registry, p.warnings, faults = registry, append(p.warnings, found.warnings...), append(faults, found.faults...)
	sound := len(faults) == 0
	p.graph, found = readGraph(c, dir)
	if !sound && c.sources.none() { // they could not be read: parents that lack for it are no fault of etl/
		return p, faults.Err()
	}
	p.warnings, faults = append(p.warnings, found.warnings...), append(faults, found.faults...)
	if sound && len(found.faults) == 0 { // else a table may be missing for another reason
		faults = append(faults, p.unmade()...)
	}
	return p, faults.Err()
}

// unmade finds the metrics that read a table that nothing of the project makes. It may
// lie in the warehouse nevertheless, left over from a file that was deleted: nothing
// keeps it up to date.
func (p *project) unmade() metrics.Faults {
	if p.config.others {
		return nil
	}
	var names []string
	for _, asset := range p.graph.Assets() {
		names = append(names, asset.Name)
	}
	var faults metrics.Faults
	for _, m := range p.registry.Metrics() {
		for _, table := range m.Tables() {
			if !slices.Contains(names, table) {
				faults = append(faults, metrics.Fault{Place: fmt.Sprintf("%s:%d:%d", registryName, m.Line, m.Column),
					Text: fmt.Sprintf("metric %q: reads table %q, which no file of %s/ and no source makes%s", m.Name, table, assetsDir, spelling.DidYouMean(table, names))})
			}
		}
	}
	return faults
}

// faultsOf returns the faults in an error of reading a file; any other error is a
// fault of place.
func faultsOf(place string, err error) metrics.Faults {
	faults, err := asFaults(err)
	if err != nil {
		faults = metrics.Faults{{Place: place, Text: err.Error()}}
	}
	return faults
}

// asFaults takes faults out of an error; any other error it returns.
func asFaults(err error) (metrics.Faults, error) {
	var faults metrics.Faults
	if errors.As(err, &faults) {
		return faults, nil
	}
	return nil, err
}

type findings struct{ faults, warnings metrics.Faults }

// readRegistry reads metrics.yaml; the registry is nil if it has faults.
func readRegistry(path string) (*metrics.Registry, findings) {
	name := filepath.Base(path)
	text, err := readText(path)
	if err != nil {
		return nil, findings{faults: faultsOf(name, err)}
	}
	registry, warnings, err := metrics.Load(name, text, metrics.LoadOptions{Printable: templates.Printable})
	return registry, findings{faultsOf(name, err), warnings}
}

func (p *project) openStore(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, p.config.store)
	if errors.Is(err, store.ErrNoStore) {
		return nil, usageError(err)
	}
	if err != nil {
		return nil, &exitError{code: exitStorage, err: err}
	}
	return s, nil
}
