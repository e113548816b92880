package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/xlsx"
)

// sheetOptions say which sheet is made.
type sheetOptions struct {
	last    calendar.Week
	asOf    calendar.Day
	formats []string
	now     time.Time
	show    progress
	// delivery says where it goes beside its files; anew, that tabs at Google are made
	// again which people have deleted.
	delivery delivery
	anew     bool
}

// issued is a sheet with its bytes.
type issued struct {
	edition store.Edition
	files   map[string][]byte // by format
	work    metrics.Work
	doc     *tearsheet.Document
	fresh   bool // a new edition was made
}

// renderer returns the renderer of a format.
func renderer(format, paper string) render.Renderer {
	switch format {
	case "pdf":
		return pdf.Renderer{Paper: pdf.Paper(paper)}
	case "xlsx":
		return xlsx.Renderer{Paper: paper}
	case "html":
		return render.HTML{}
	case "csv":
		return render.CSV{}
	}
	return render.JSON{}
}

// issue computes what is missing, builds the document and issues it, or finds the
// edition that printed the same before. If a figure could not be computed nothing
// is issued.
func (p *project) issue(ctx context.Context, o sheetOptions) (*issued, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	history, work, err := p.history(ctx, s, o)
	if err != nil {
		return nil, err
	}
	printed, err := p.printed(ctx, s, o.last)
	if err != nil {
		return nil, err
	}
	doc := p.document(history, printed, o)
	if nothingKnown(doc) {
		return nil, &exitError{code: exitHeld, err: fmt.Errorf("the sheet is held: no figure of the week ending %s is known", o.last),
			hint: "load its days, or name another week with --week"}
	}
	result := &issued{work: work, doc: doc}
	fingerprint, err := fingerprint(doc, p.config.paper)
	if err != nil {
		return nil, err
	}
	result.edition, result.fresh, err = p.addEdition(ctx, s, fingerprint, doc, o)
	if err != nil {
		return nil, err
	}
	result.files, result.doc, err = p.editionFiles(ctx, s, result.edition.Number, o.formats)
	return result, err
}

// history brings the daily values of everything on the sheet up to date.
func (p *project) history(ctx context.Context, s *store.Store, o sheetOptions) (metrics.History, metrics.Work, error) {
	r, err := openReader(ctx, p.config)
	if err != nil {
		return nil, metrics.Work{}, err
	}
	defer r.Close()
	from, again, err := source(ctx, p, r, min(o.asOf, p.config.calendar.DayOf(o.now)))
	if err != nil {
		return nil, metrics.Work{}, err
	}
	refresh := metrics.Refresh{Calendar: p.config.calendar, Registry: p.registry, Source: from, Archive: s,
		DaysAtOnce: p.config.daysAtOnce(), Distinct: p.config.distinct(), Again: again, Origin: p.config.origin(),
		Progress: func(done, total int) { o.show.step("computing", done, total) }}
	weeks := p.config.calendar.WeeksTo(tearsheet.TrendWeeks, o.last)
	history, work, err := refresh.Run(ctx, p.onSheet(), weeks)
	o.show.done()
	if err != nil {
		return nil, work, fmt.Errorf("the sheet is held, since not all figures could be computed:\n%w", err)
	}
	return history, work, nil
}

// onSheet returns the metrics that have a row.
func (p *project) onSheet() []*metrics.Metric {
	var list []*metrics.Metric
	for _, m := range p.registry.Metrics() {
		if !m.Supporting {
			list = append(list, m)
		}
	}
	return list
}

func (p *project) printed(ctx context.Context, s *store.Store, last calendar.Week) (map[tearsheet.PrintedKey]tearsheet.Printed, error) {
	cells, err := s.Printed(ctx, last.Add(1-tearsheet.Weeks).Last(), last.Last())
	if err != nil {
		return nil, err
	}
	printed := map[tearsheet.PrintedKey]tearsheet.Printed{}
	for _, c := range cells {
		printed[tearsheet.PrintedKey{Metric: c.Metric, Week: c.Week}] = tearsheet.Printed{
			Edition: c.Edition, Actual: c.Actual, Plan: c.Plan, ActualText: c.ActualText, PlanText: c.PlanText, Coverage: c.Coverage, Figure: c.Figure}
	}
	return printed, nil
}

func (p *project) document(history metrics.History, printed map[tearsheet.PrintedKey]tearsheet.Printed, o sheetOptions) *tearsheet.Document {
	statements := map[string]string{}
	for _, m := range p.registry.Metrics() {
		statements[m.Name] = m.Statement()
	}
	label := p.plan.Label()
	return tearsheet.Build(tearsheet.Inputs{
		Company: p.config.company, Title: p.config.title, Calendar: p.config.calendar, AsOf: o.asOf, Last: o.last,
		Registry: p.registry, History: history, Plan: p.plan,
		PlanNote:   tearsheet.PlanNote{Source: label.Source, Version: label.Printed(), Hash: label.Hash},
		Statements: statements, Printed: printed,
	})
}

// nothingKnown reports whether no row has a figure for the latest week: then the facts
// are stale, or begin later, and the sheet would be blank.
func nothingKnown(doc *tearsheet.Document) bool {
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if row.Latest().Actual.Known() {
				return false
			}
		}
	}
	return true
}

// fingerprint identifies what a sheet says, whenever it was made.
func fingerprint(doc *tearsheet.Document, paper string) (string, error) {
	said := *doc
	said.AsOf, said.Edition = 0, 0
	text, err := json.Marshal(said)
	if err != nil {
		return "", fmt.Errorf("document: %w", err)
	}
	sum := sha256.Sum256(append(text, paper...))
	return hex.EncodeToString(sum[:16]), nil
}

// addEdition issues the document, unless one that says the same was issued before.
func (p *project) addEdition(ctx context.Context, s *store.Store, fingerprint string, doc *tearsheet.Document, o sheetOptions) (store.Edition, bool, error) {
	found, ok, err := s.Find(ctx, fingerprint)
	if err != nil || ok {
		return found, false, err
	}
	fresh := false // another run may issue the same meanwhile
	edition, err := s.Add(ctx, fingerprint, func(number int) (store.Issue, error) {
		fresh = true
		numbered := *doc
		numbered.Edition = number
		content, err := renderAll(&numbered, o.formats, p.config.paper)
		if err != nil {
			return store.Issue{}, err
		}
		text, err := json.Marshal(&numbered)
		return store.Issue{
			Edition:  store.Edition{Week: o.last.Last(), AsOf: o.asOf, IssuedAt: o.now},
			Document: text, Files: content, Cells: printedCells(&numbered),
		}, err
	})
	return edition, fresh, err
}

// editionFiles returns the files of an edition as they were printed. A format that
// was not made then is made now, from the document that was kept.
func (p *project) editionFiles(ctx context.Context, s *store.Store, number int, formats []string) (map[string][]byte, *tearsheet.Document, error) {
	issue, err := s.Edition(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	doc := new(tearsheet.Document)
	if err := json.Unmarshal(issue.Document, doc); err != nil {
		return nil, nil, fmt.Errorf("edition %d: %w", number, err)
	}
	var missing []string
	for _, format := range formats {
		if issue.Files[format] == nil {
			missing = append(missing, format)
		}
	}
	if len(missing) > 0 {
		more, err := renderAll(doc, missing, p.config.paper)
		if err != nil {
			return nil, nil, err
		}
		if err := s.AddFiles(ctx, number, more); err != nil {
			return nil, nil, err
		}
		maps.Copy(issue.Files, more)
	}
	chosen := map[string][]byte{}
	for _, format := range formats {
		chosen[format] = issue.Files[format]
	}
	return chosen, doc, nil
}

func renderAll(doc *tearsheet.Document, formats []string, paper string) (map[string][]byte, error) {
	content := map[string][]byte{}
	for _, format := range formats {
		var b bytes.Buffer
		if err := renderer(format, paper).Render(&b, doc); err != nil {
			return nil, fmt.Errorf("render %s: %w", format, err)
		}
		content[format] = b.Bytes()
	}
	return content, nil
}

func printedCells(doc *tearsheet.Document) []store.Cell {
	hashes := map[string]string{}
	for _, d := range doc.Definitions {
		hashes[d.Metric] = d.Figure
	}
	var cells []store.Cell
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			for _, c := range row.Cells {
				cells = append(cells, store.Cell{Metric: row.Metric, Week: c.Week, Actual: c.Actual, Plan: c.Plan,
					ActualText: c.ActualText, PlanText: c.PlanText,
					Coverage: c.Coverage, Figure: hashes[row.Metric], Loads: c.Loads})
			}
		}
	}
	return cells
}

// write puts the files of an edition into dir under names that hold the week, and
// returns their paths in the order of formats.
func (i *issued) write(dir string, formats []string) ([]string, error) {
	var outputs []output
	for _, format := range formats {
		outputs = append(outputs, output{"tearsheet-" + i.edition.Week.String() + "." + format, i.files[format]})
	}
	return writeFiles(dir, outputs)
}
