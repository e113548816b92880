package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"tearsheet/metrics"
	"tearsheet/plan"
	"tearsheet/workbook/google"
)

type planEntry struct {
	File        string `json:"file,omitempty" jsonschema:"example=plan.xlsx"`
	Sheet       string `json:"sheet,omitempty" jsonschema_description:"The sheet of a workbook."`
	Version     string `json:"version,omitempty" jsonschema_description:"The version of the plan, where it has several. The last one if absent."`
	Decimal     string `json:"decimal,omitempty" jsonschema:"example=." jsonschema_description:"The decimal sign of figures that are text: a point or a comma."`
	GoogleSheet string `json:"google_sheet,omitempty" jsonschema:"example=https://docs.google.com/spreadsheets/d/…/edit" jsonschema_description:"The address of a Google spreadsheet, or its id, instead of a file. ${NAME} is replaced by an environment variable."`
	Range       string `json:"range,omitempty" jsonschema:"example=Plan!A1:Z99" jsonschema_description:"With google_sheet, a tab or a range of it. The whole first tab if absent."`
	Table       string `json:"table,omitempty" jsonschema_description:"Not supported by this version."`
}

// planReader reads the cells of a plan that lies on a server and not in a file. What a
// person can mend in the document may come as metrics.Faults; any other error carries
// what exitCode tells it by: that the server is down, or does not let us in.
type planReader func(ctx context.Context, c *config) (plan.Grid, error)

// name is the plan as a check names it.
func (p *planEntry) name(prefix string) string {
	if p.GoogleSheet != "" {
		return "the plan in Google Sheets"
	}
	return prefix + filepath.Base(p.File)
}

func (r *configReader) readPlan(p *planEntry) {
	switch {
	case p == nil:
		return
	case p.Table != "":
		r.addAt(r.tree.Value("plan"), "plan: this version reads no table: name a file, {file: plan.csv}, or a Google spreadsheet, {google_sheet: ADDRESS}")
		return
	case p.GoogleSheet == "" && p.File == "":
		r.addAt(r.tree.Value("plan"), "plan: name a file, {file: plan.csv}, or a Google spreadsheet, {google_sheet: ADDRESS}")
		return
	case p.GoogleSheet != "" && p.File != "":
		r.addAt(r.tree.Value("plan"), "plan: name a file or a Google spreadsheet, one of them")
		return
	}
	if p.Decimal != "" && p.Decimal != "." && p.Decimal != "," {
		r.add(fmt.Errorf("%q is neither \".\" nor \",\"", p.Decimal), "plan", "decimal")
	}
	entry := *p
	if p.GoogleSheet != "" {
		r.readGooglePlan(&entry)
		return
	}
	if p.Range != "" {
		r.add(errors.New("only with google_sheet; a sheet of a workbook is named by sheet"), "plan", "range")
	}
	r.add(printable(p.File), "plan", "file")
	r.add(printable(p.Sheet), "plan", "sheet")
	entry.File = r.inProject(p.File)
	r.plan, r.planAt = &entry, placeIn(configName, r.tree.Value("plan", "file"))
}

// readGooglePlan takes over an entry that names a Google spreadsheet. Whether there is
// one, the reader will see.
func (r *configReader) readGooglePlan(entry *planEntry) {
	address, err := expand(entry.GoogleSheet)
	if err == nil && address == "" {
		err = errors.New("is empty: write the address of the spreadsheet as the browser shows it")
	}
	if err == nil {
		address, err = google.ID(address)
	}
	r.add(err, "plan", "google_sheet")
	r.add(printable(entry.Range), "plan", "range")
	if entry.Sheet != "" {
		r.add(errors.New("only with file; a tab of a Google spreadsheet is named by range: {range: Plan}"), "plan", "sheet")
	}
	if err != nil {
		return
	}
	entry.GoogleSheet = address
	r.plan, r.planAt = entry, placeIn(configName, r.tree.Value("plan", "google_sheet"))
}

// planOptions says how the plan is read.
func (c *config) planOptions(registry *metrics.Registry) plan.Options {
	options := plan.Options{Sheet: c.plan.Sheet, Version: c.plan.Version, Registry: registry, Calendar: c.calendar}
	if c.plan.Decimal != "" {
		options.Decimal = rune(c.plan.Decimal[0])
	}
	return options
}

// readPlan reads the plan of the project. What a person can mend is in the faults. The
// error is that of a server which could not be read: without its plan there is no sheet,
// rather than one that silently has none.
func (p *project) readPlan(ctx context.Context, read planReader) (metrics.Faults, error) {
	c := p.config
	var err error
	if c.plan.GoogleSheet == "" {
		p.plan, err = plan.ReadFile(c.plan.File, c.planOptions(p.registry))
		return append(faultsOf(c.planAt, err), p.unprintable()...), nil
	}
	if read == nil {
		return nil, usageError(fmt.Errorf("%s: plan: Google Sheets cannot be read here: give the plan as a file", c.planAt))
	}
	grid, err := read(ctx, c)
	if err == nil {
		p.plan, err = grid.Plan(c.planOptions(p.registry))
	}
	faults, err := asFaults(err)
	if err != nil {
		return nil, fmt.Errorf("%s: plan: %w", c.planAt, err)
	}
	return append(faults, p.unprintable()...), nil
}

// unprintable faults what the plan is called, if the sheet cannot print it.
func (p *project) unprintable() metrics.Faults {
	var faults metrics.Faults
	label := p.plan.Label()
	if err := printable(label.Version); err != nil {
		faults = append(faults, metrics.Fault{Place: p.config.planAt, Text: "the plan's version: " + err.Error()})
	}
	if err := printable(label.Source); err != nil && p.config.plan.GoogleSheet != "" { // a file's is seen to in tearsheet.yaml
		faults = append(faults, metrics.Fault{Place: p.config.planAt, Text: "the name of the spreadsheet: " + err.Error() + ": rename it"})
	}
	return faults
}
