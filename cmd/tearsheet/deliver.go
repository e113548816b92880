package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"tearsheet/mail"
	"tearsheet/workbook/google"
)

// toSheets is the name of a Google spreadsheet among the formats of a sheet.
const toSheets = "sheets"

// delivery says where a sheet goes beside its files.
type delivery struct {
	sheets bool
	mail   []string
	resend bool          // also to those who have it
	slot   string        // for which it is made, or ""
	late   time.Duration // of that slot
	again  bool          // it is tried again if it fails by what may pass
}

// delivered is what became of a sheet.
type delivered struct {
	*issued
	paths  []string
	sheets *google.Written
	mail   []mail.Letter
	wrong  error // what hindered it on its way
}

// issueAndDeliver brings the warehouse up to date, issues the sheet, and brings it where
// it belongs: first its files, which are safe then, whatever Google or a mail server say.
func (a *app) issueAndDeliver(ctx context.Context, p *project, o sheetOptions) error {
	made, err := a.bringUpAndIssue(ctx, p, o)
	if err != nil {
		return errors.Join(err, a.mailHeld(ctx, p, o, err))
	}
	to := delivered{issued: made}
	if to.paths, err = made.write(p.config.outDir, o.formats); err != nil {
		return errors.Join(err, a.mailHeld(ctx, p, o, err))
	}
	a.saySheet(made, to.paths)
	if o.delivery.sheets {
		to.sheets, to.wrong = a.toGoogle(ctx, p, made, o.anew)
		a.sayGoogle(to.sheets)
	}
	if len(o.delivery.mail) > 0 {
		to.mail, err = a.mailSheet(ctx, p, o, to)
		to.wrong = errors.Join(err, to.wrong) // a server that may take it later comes first: it is tried again
	}
	if a.json {
		to.wrong = errors.Join(to.wrong, a.answer(sheetAnswer(to)))
	}
	return to.wrong
}

// bringUpAndIssue loads what changed and issues the sheet.
func (a *app) bringUpAndIssue(ctx context.Context, p *project, o sheetOptions) (*issued, error) {
	if err := a.bringUp(ctx, p, o); err != nil {
		return nil, err
	}
	return p.issue(ctx, o)
}

// bringUp loads what changed. An error says that the sheet would rest on rows that could
// not be brought up to date.
func (a *app) bringUp(ctx context.Context, p *project, o sheetOptions) error {
	loading := runOptions{now: o.now, show: o.show}
	reports, err := p.run(ctx, loading)
	a.sendStatus(ctx, p, loading, reports, err)
	if err != nil {
		return err
	}
	return a.holds(reports)
}

// wrongDelivery says what the flags ask for that tearsheet.yaml does not provide.
func wrongDelivery(c *config, flags sheetFlags, d delivery) (wrong []string) {
	if d.sheets && c.sheets == nil {
		wrong = append(wrong, "--to: sheets: "+errNoSpreadsheet.Error()+" into "+configName)
	}
	if flags.verify && !d.sheets || flags.anew && !d.sheets {
		wrong = append(wrong, "--verify and --new-tabs: only with --to sheets")
	}
	if d.resend && len(d.mail) == 0 {
		wrong = append(wrong, "--resend: only with --mail")
	}
	if len(d.mail) > 0 && c.letter == nil {
		wrong = append(wrong, "--mail: "+configName+" has no mail: {from: tearsheet@example.com, smtp: smtp://…}")
	}
	mail.CheckRecipients(d.mail, func(at int, err error) {
		if at >= 0 {
			wrong = append(wrong, "--mail: "+err.Error())
		}
	})
	return wrong
}

// formatsOf splits what a sheet is made into: files, and whether it goes to Google.
func formatsOf(to []string) (files []string, sheets bool) {
	for _, format := range to {
		if format != toSheets {
			files = append(files, format)
		}
	}
	return files, slices.Contains(to, toSheets)
}
