package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"tearsheet/plan"
	"tearsheet/tearsheet/render/sheets"
	"tearsheet/workbook"
	"tearsheet/workbook/google"
)

// The documents that are written into spreadsheets, as the tabs at Google are noted.
const (
	sheetDocument  = "sheet"
	schemaDocument = "schema"
)

// openGoogle signs in at Google as the project says. Waits are said to those who watch. A
// program has one client, which counts its calls.
func (a *app) openGoogle(ctx context.Context, c *config) (*google.Client, error) {
	if a.google.client != nil && a.google.as == c.google {
		return a.google.client, nil
	}
	client, err := google.Open(ctx, google.Options{Credentials: c.google.Credentials, Endpoint: c.google.Endpoint,
		Clock: a.now, Sleep: a.google.sleep, Rand: rand.Float64, Version: version(), Say: func(text string) { fmt.Fprintln(a.errOut, text) }})
	if err == nil {
		a.google.client, a.google.as = client, c.google
	}
	return client, googleError(err)
}

// googleError gives an error of Google's its exit code.
func googleError(err error) error {
	var known *google.Error
	if !errors.As(err, &known) {
		return err
	}
	switch known.Kind {
	case google.Storage:
		return &exitError{code: exitStorage, err: err}
	case google.Quota, google.Down, google.Answer, google.Unclear:
		return &exitError{code: exitSource, err: err}
	}
	return usageError(err)
}

// toGoogle writes the sheet into the spreadsheet of the project, unless it stands there.
func (a *app) toGoogle(ctx context.Context, p *project, made *issued, anew bool) (*google.Written, error) {
	o := google.WriteOptions{Keep: p.config.sheets.keep, Anew: anew}
	if o.Keep > 0 {
		o.Archive, o.ArchiveKey = sheets.Archive(made.doc), made.edition.Week.String()
	}
	return a.writeGoogle(ctx, p.config, googleTabs{sheetDocument, sheets.Book(made.doc)}, o)
}

// googleTabs are what is written of a document, under the name by which it is noted.
type googleTabs struct {
	document string
	book     *workbook.Book
}

// writeGoogle writes tabs into the spreadsheet of a project, unless they stand there.
func (a *app) writeGoogle(ctx context.Context, c *config, tabs googleTabs, o google.WriteOptions) (*google.Written, error) {
	client, err := a.openGoogle(ctx, c)
	if err != nil {
		return nil, err
	}
	written, err := client.Write(ctx, c.sheets.id, tabs.document, tabs.book, o)
	var known *google.Error
	if errors.As(err, &known) && known.Kind == google.TabGone {
		return nil, hinted(googleError(err), "--new-tabs makes it anew")
	}
	if err != nil {
		return nil, googleError(err)
	}
	return &written, nil
}

// sayGoogle tells people what a write came to, if there was one.
func (a *app) sayGoogle(w *google.Written) {
	switch {
	case w == nil || a.json:
		return
	case w.RestoredCount > 0:
		more := ""
		if w.RestoredCount > len(w.Restored) {
			more = fmt.Sprintf(" and %d more", w.RestoredCount-len(w.Restored))
		}
		fmt.Fprintf(a.errOut, "Google Sheets: written; what people had changed in it is as it was: %s%s\n", strings.Join(w.Restored, ", "), more)
	case w.Changed:
		fmt.Fprintf(a.errOut, "Google Sheets: written into %q\n", w.Title)
	default:
		fmt.Fprintf(a.errOut, "Google Sheets: %q shows it already\n", w.Title)
	}
	if len(w.Deleted) > 0 {
		fmt.Fprintf(a.errOut, "Google Sheets: past sheets taken away: %s\n", strings.Join(w.Deleted, ", "))
	}
	fmt.Fprintln(a.out, w.URL)
}

// sheetsAnswer is what a write came to, for programs.
func sheetsAnswer(w *google.Written) map[string]any {
	return map[string]any{"url": w.URL, "title": w.Title, "changed": w.Changed, "restored": append([]string{}, w.Restored...), "restored_count": w.RestoredCount}
}

// stepLine is a step of --verify in an answer.
type stepLine struct {
	Step string `json:"step"`
	OK   bool   `json:"ok"`
	Got  string `json:"got"`
	Want string `json:"expected"`
}

// verifySheets lets a person find out what only a live spreadsheet can show.
func (a *app) verifySheets(ctx context.Context, p *project) error {
	client, err := a.openGoogle(ctx, p.config)
	if err != nil {
		return err
	}
	failed, lines := 0, []stepLine{}
	err = client.Verify(ctx, p.config.sheets.id, func(step google.Step) {
		if !step.OK {
			failed++
		}
		lines = append(lines, stepLine{step.Name, step.OK, step.Got, step.Want})
		a.sayStep(step)
	})
	if a.json {
		err = errors.Join(err, a.answer(lines))
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%s did not come out as it should", count(failed, "step"))
	}
	return googleError(err)
}

// sayStep tells people what a step of --verify came to.
func (a *app) sayStep(step google.Step) {
	if a.json {
		return
	}
	mark := "ok  "
	if !step.OK {
		mark = "NOT "
	}
	fmt.Fprintf(a.out, "%s%s: %s\n", mark, step.Name, strings.ReplaceAll(step.Got, "\n", " / ")) // a line for each step
	if !step.OK {
		fmt.Fprintf(a.out, "      expected: %s\n", step.Want)
	}
}

// googlePlan reads the cells of a plan in a spreadsheet.
func (a *app) googlePlan(ctx context.Context, c *config) (plan.Grid, error) {
	client, err := a.openGoogle(ctx, c)
	if err != nil {
		return plan.Grid{}, err
	}
	read, err := client.Read(ctx, c.plan.GoogleSheet, c.plan.Range)
	if err != nil {
		return plan.Grid{}, googleError(err)
	}
	grid := plan.Grid{Document: read.Document, Source: read.Document + " (Google Sheets)", Tab: read.Tab}
	for _, cell := range read.Cells {
		grid.Cells = append(grid.Cells, plan.GridCell{Row: cell.Row, Column: cell.Column, Text: cell.Text, Number: cell.Number,
			Date: cell.Date, Day: cell.Day, Percent: cell.Percent, Wrong: cell.Wrong})
	}
	for _, m := range read.Merged {
		grid.Merged = append(grid.Merged, plan.GridMerge{Row: m.From.Row, Column: m.From.Column, LastRow: m.To.Row, LastColumn: m.To.Column})
	}
	return grid, nil
}
