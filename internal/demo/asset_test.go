package demo_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	starter "tearsheet"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// sourced is what tearsheet.yaml says of the tables that come from outside, read
// without any rule of its own.
type sourced struct {
	Logs, Files []struct {
		Table, Path, At, Day, Since string
		Description, Owner          string
		Hosts                       []string
		Whole                       bool
		Columns                     map[string]struct {
			Type, Description, Key string
			Allowed                []string
		}
	}
}

func sources(t testing.TB) sourced {
	t.Helper()
	var config struct{ Sources sourced }
	for _, file := range starter.Files() {
		if file.Name == "tearsheet.yaml" {
			if err := yaml.Unmarshal(file.Text, &config); err != nil {
				t.Fatal(err)
			}
		}
	}
	return config.Sources
}

// All tables of the example are described, each with an owner and with its columns, are
// made of what they say they are, and could move to Redshift.
func TestAssetsHaveNoFaultForAnyEngine(t *testing.T) {
	var list []*pipeline.Asset
	for _, asset := range assets(t) {
		list = append(list, asset)
	}
	config := sources(t)
	for _, source := range append(config.Logs, config.Files...) {
		a := &pipeline.Asset{Name: source.Table, File: "tearsheet.yaml", Description: source.Description, Owner: source.Owner, Whole: source.Whole}
		if !source.Whole {
			a.Columns = append(a.Columns, pipeline.Column{Name: warehouse.DayColumn, Description: "the day"})
		}
		for name, column := range source.Columns {
			a.Columns = append(a.Columns, pipeline.Column{Name: name, Description: column.Description})
		}
		list = append(list, a)
	}
	graph, faults := pipeline.NewGraph(list)
	for _, fault := range faults {
		t.Error(fault)
	}
	faults, warnings := pipeline.Lint(graph, pipeline.LintOptions{Redshift: true})
	for _, fault := range append(faults, warnings...) {
		t.Error(fault)
	}
	// A table that depends on too little is a fault.
	for _, asset := range list {
		if asset.Name == "subscription_coverage" {
			asset.Depends[0].Mapping = pipeline.Same
		}
	}
	if faults, _ := pipeline.Lint(graph, pipeline.LintOptions{}); !strings.Contains(fmt.Sprint(faults), "subscription_coverage") {
		t.Errorf("coverage of purchases of the same day: %v", faults)
	}
}
