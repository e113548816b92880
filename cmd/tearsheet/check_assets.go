package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// lint holds the assets of a project against the rules that only their text can break.
// A run does not pay for it.
func (p *project) lint() findings {
	faults, warnings := pipeline.Lint(p.graph, pipeline.LintOptions{Redshift: strings.HasPrefix(p.config.warehouse, "redshift:")})
	return findings{asMetricFaults(faults), asMetricFaults(warnings)}
}

// checkAssets prepares the SELECT of each asset, for one day, and compares its columns
// with those of the header. One that reads a table which is not loaded yet cannot be
// tried.
func checkAssets(ctx context.Context, p *project, r reader, today calendar.Day) (findings, error) {
	var found findings
	for _, a := range p.graph.Assets() {
		if a.SQL == "" {
			continue
		}
		missing, err := notLoaded(ctx, r, a, today)
		if err != nil {
			return found, err
		}
		if len(missing) > 0 {
			found.warnings = append(found.warnings, metrics.Fault{Place: fmt.Sprintf("%s:%d", a.File, a.Line),
				Text: fmt.Sprintf("its SELECT was not tried: nothing is loaded yet of %s", strings.Join(missing, ", "))})
			continue
		}
		bound := warehouse.Bind(a.SQL, today-1, today)
		columns, err := r.Describe(ctx, bound)
		if isPlace(err) {
			return found, err
		}
		if err != nil {
			found.faults = append(found.faults, assetRefusal(a, err, today))
			continue
		}
		found.faults = append(found.faults, otherColumns(a, columns)...)
	}
	return found, nil
}

// notLoaded returns the parents of an asset of which nothing is loaded until today. No
// later day is asked for: a whole table is loaded on each of them.
func notLoaded(ctx context.Context, r reader, a *pipeline.Asset, today calendar.Day) ([]string, error) {
	var missing []string
	for _, d := range a.Depends {
		loads, err := r.Loaded(ctx, d.Asset, calendar.DayOn(1, time.January, 1), today+1)
		if err != nil {
			return nil, err
		}
		if len(loads) == 0 && !slices.Contains(missing, d.Asset) {
			missing = append(missing, d.Asset)
		}
	}
	return missing, nil
}

// assetRefusal writes what the warehouse has against an asset's statement, at the place
// in the file.
func assetRefusal(a *pipeline.Asset, err error, today calendar.Day) metrics.Fault {
	text, _, _ := strings.Cut(err.Error(), "\n")
	offset := 0
	var syntax *warehouse.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset > 0 {
		// The dates that stand for $1 and $2 are longer than these.
		offset = sort.Search(len(a.SQL), func(n int) bool { return len(warehouse.Bind(a.SQL[:n+1], today-1, today)) > syntax.Offset })
	}
	line, column := a.Position(offset)
	return metrics.Fault{Place: fmt.Sprintf("%s:%d:%d", a.File, line, column), Text: "the warehouse refuses the SELECT: " + text}
}

// otherColumns compares the columns that a SELECT returns with those of the header. Their
// order is free.
func otherColumns(a *pipeline.Asset, columns []warehouse.ResultColumn) metrics.Faults {
	var faults metrics.Faults
	returned := map[string]bool{}
	for _, c := range columns {
		name := strings.ToLower(c.Name)
		line, column := a.Position(0)
		place := fmt.Sprintf("%s:%d:%d", a.File, line, column)
		switch {
		case returned[name]:
			faults = append(faults, metrics.Fault{Place: place, Text: fmt.Sprintf("the SELECT returns column %q twice", c.Name)})
		case !slices.ContainsFunc(a.Columns, func(of pipeline.Column) bool { return strings.EqualFold(of.Name, name) }):
			faults = append(faults, metrics.Fault{Place: place, Text: fmt.Sprintf("the SELECT returns column %q, which the header does not name", c.Name)})
		}
		returned[name] = true
	}
	for _, c := range a.Columns {
		if !returned[strings.ToLower(c.Name)] {
			faults = append(faults, metrics.Fault{Place: fmt.Sprintf("%s:%d", a.File, c.Line), Text: fmt.Sprintf("the SELECT returns no column %q", c.Name)})
		}
	}
	return faults
}
