package main

import (
	"fmt"

	"tearsheet/metrics"
	"tearsheet/plan"
)

type planEntry struct {
	File        string `json:"file,omitempty" jsonschema:"example=plan.xlsx"`
	Sheet       string `json:"sheet,omitempty" jsonschema_description:"The sheet of a workbook."`
	Version     string `json:"version,omitempty" jsonschema_description:"The version of the plan, where a file has several. The last one if absent."`
	Decimal     string `json:"decimal,omitempty" jsonschema:"example=." jsonschema_description:"The decimal sign of figures that are text: a point or a comma."`
	GoogleSheet string `json:"google_sheet,omitempty" jsonschema_description:"Not supported by this version."`
	Range       string `json:"range,omitempty"`
	Table       string `json:"table,omitempty" jsonschema_description:"Not supported by this version."`
}

func (r *configReader) readPlan(p *planEntry) {
	switch {
	case p == nil:
		return
	case p.GoogleSheet != "" || p.Table != "":
		r.addAt(r.tree.Value("plan"), "plan: this version reads a CSV or XLSX file: {file: plan.csv}")
	case p.File == "":
		r.addAt(r.tree.Value("plan"), "plan: name a file: {file: plan.csv}")
	default:
		if p.Decimal != "" && p.Decimal != "." && p.Decimal != "," {
			r.add(fmt.Errorf("%q is neither \".\" nor \",\"", p.Decimal), "plan", "decimal")
		}
		r.add(printable(p.File), "plan", "file")
		r.add(printable(p.Sheet), "plan", "sheet")
		entry := *p
		entry.File = r.inProject(p.File)
		r.plan, r.planAt = &entry, placeIn(configName, r.tree.Value("plan", "file"))
	}
}

func readPlan(c *config, registry *metrics.Registry) (*plan.Plan, error) {
	options := plan.Options{Sheet: c.plan.Sheet, Version: c.plan.Version, Registry: registry, Calendar: c.calendar}
	if c.plan.Decimal != "" {
		options.Decimal = rune(c.plan.Decimal[0])
	}
	return plan.ReadFile(c.plan.File, options)
}
