package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/pipeline"
)

// formats are the files that a sheet can be made into.
var formats = []string{"pdf", "xlsx", "html", "csv", "json"}

// targets are all that a sheet can be brought to.
func targets() []string { return append(slices.Clone(formats), toSheets) }

// sheetFlags are the flags of sheet.
type sheetFlags struct {
	week, asOf, out string
	to, mail        []string
	paper           string
	resend          bool
	anew            bool // tabs at Google that people deleted
	verify          bool
}

func (a *app) sheetCommand() *cobra.Command {
	var flags sheetFlags
	c := &cobra.Command{
		Use:   "sheet",
		Short: "Make the sheet of a week and issue it as an edition",
		Long: "Loads what changed in the source files, computes the daily values that are missing,\n" +
			"and writes the sheet. A sheet that says the same as an earlier edition is that\n" +
			"edition again, byte for byte. If a figure cannot be computed, or none of the week is\n" +
			"known, nothing is written. Files come first; Google Sheets and mail follow.",
		Example: "  tearsheet sheet\n  tearsheet sheet --week 2026-11-15 --to pdf,xlsx -o /tmp/out\n" +
			"  tearsheet sheet --to pdf,sheets --mail execs@example.com",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.sheet(c.Context(), flags) },
	}
	c.Flags().StringVar(&flags.week, "week", "", "a day of the latest week to show (default: the last complete week)")
	c.Flags().StringVar(&flags.asOf, "as-of", "", "the day on which the sheet is made (default: today)")
	c.Flags().StringSliceVar(&flags.to, "to", nil, "what to make: "+strings.Join(targets(), ", "))
	c.Flags().StringVarP(&flags.out, "out", "o", "", "the folder of the files (default: outputs.dir of tearsheet.yaml)")
	c.Flags().StringSliceVar(&flags.mail, "mail", nil, "send it by mail, with the PDF, to these addresses; who has had it gets it no second time")
	c.Flags().BoolVar(&flags.resend, "resend", false, "with --mail: send it also to those who have had it")
	c.Flags().BoolVar(&flags.anew, "new-tabs", false, "with --to sheets: make tabs again that people have deleted")
	c.Flags().BoolVar(&flags.verify, "verify", false, "with --to sheets: try out at Google, on two scratch tabs, what only a live spreadsheet can show")
	c.Flags().StringVar(&flags.paper, "paper", "", "letter or a4 (default: outputs.paper of tearsheet.yaml)")
	_ = c.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(targets(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("paper", cobra.FixedCompletions([]string{"letter", "a4"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) sheet(ctx context.Context, flags sheetFlags) error {
	p, err := openProject(ctx, a.dir, a.plans)
	if err != nil {
		return err
	}
	o, err := a.options(p, flags)
	if err != nil {
		return err
	}
	a.warn(p)
	if flags.verify {
		return a.verifySheets(ctx, p)
	}
	return a.issueAndDeliver(ctx, p, o)
}

// holds tells what the loading before a sheet found, and returns an error if the sheet
// would rest on rows that could not be brought up to date. A source that is down leaves
// its days unknown, which the sheet says itself. Runs that had been interrupted, whose
// reports come first, hold nothing: the last one has tried anew what they could not do.
func (a *app) holds(reports []*pipeline.Report) error {
	report := last(reports)
	if report == nil {
		return nil
	}
	for _, earlier := range reports[:len(reports)-1] {
		for _, text := range loadFailures(earlier, false) {
			fmt.Fprintf(a.errOut, "run %s, which had been interrupted: %s\n", earlier.RunID, text)
		}
	}
	a.sayProblems(report)
	for _, node := range report.Nodes {
		if node.Remark != "" {
			fmt.Fprintln(a.errOut, node.Name+": "+node.Remark)
		}
	}
	for _, text := range loadFailures(report, true) {
		fmt.Fprintln(a.errOut, "warning:", text)
	}
	wrong := loadFailures(report, false)
	if len(wrong) == 0 {
		return nil
	}
	wrong = append(wrong, "the sheet is held: it would rest on what could not be loaded")
	return &exitError{code: runCode(report), err: errors.New(strings.Join(wrong, "\n")),
		hint: "mend it and make the sheet again; `tearsheet status` says how the tables stand"}
}

// loadFailures says what could not be loaded: since a source is down, or for all other
// reasons.
func loadFailures(report *pipeline.Report, down bool) []string {
	var list []string
	for _, node := range report.Nodes {
		for _, f := range node.Failures {
			if (f.Kind == pipeline.FailedSource) == down {
				list = append(list, "load "+nodeAt(cmp.Or(f.Table, node.Name), f.From, f.To)+": "+f.Error)
			}
		}
	}
	return list
}

// The days for which sheets are made: the weeks around them still have dates of
// four digits.
var (
	earliest = calendar.DayOn(2, time.January, 1)
	latest   = calendar.DayOn(9998, time.December, 31)
)

// options turns flags into what to make. All that is wrong with them is said.
func (a *app) options(p *project, flags sheetFlags) (sheetOptions, error) {
	c := p.config
	o := sheetOptions{now: p.config.clock(a.now()), formats: c.formats, show: newProgress(a.errOut)}
	var wrong []string
	day := func(flag, text string, otherwise calendar.Day) calendar.Day {
		if text == "" {
			return otherwise
		}
		d, err := calendar.ParseDay(text)
		if err == nil && (d < earliest || d > latest) {
			err = fmt.Errorf("%s lies outside %s to %s", d, earliest, latest)
		}
		if err != nil {
			wrong = append(wrong, "--"+flag+": "+err.Error())
		}
		return d
	}
	o.asOf = day("as-of", flags.asOf, c.calendar.DayOf(o.now))
	o.last = c.calendar.LastWeeks(1, o.asOf)[0]
	if flags.week != "" {
		o.last = c.calendar.WeekOf(day("week", flags.week, 0))
		if o.last.First() > o.asOf {
			wrong = append(wrong, fmt.Sprintf("--week: the week ending %s has not begun: the sheet is made on %s", o.last, o.asOf))
		}
	}
	if len(flags.to) > 0 {
		o.formats = nil
		for _, format := range flags.to {
			if !slices.Contains(targets(), strings.ToLower(format)) {
				wrong = append(wrong, fmt.Sprintf("--to: %q is none of %s", format, strings.Join(targets(), ", ")))
			}
			o.formats = append(o.formats, strings.ToLower(format))
		}
		o.formats = once(o.formats)
	}
	o.formats, o.delivery.sheets = formatsOf(o.formats)
	o.delivery.mail, o.delivery.resend, o.anew = flags.mail, flags.resend, flags.anew
	wrong = append(wrong, wrongDelivery(c, flags, o.delivery)...)
	if flags.paper != "" {
		c.paper = flags.paper
		if flags.paper != "letter" && flags.paper != "a4" {
			wrong = append(wrong, fmt.Sprintf("--paper: %q is neither letter nor a4", flags.paper))
		}
	}
	if flags.out != "" {
		c.outDir = flags.out
	}
	if len(wrong) > 0 {
		return o, usageError(fmt.Errorf("%s", strings.Join(wrong, "\n")))
	}
	return o, nil
}

// once returns list without what stands in it again.
func once(list []string) []string {
	var kept []string
	for _, item := range list {
		if !slices.Contains(kept, item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// warn writes what is odd and does not hinder.
func (a *app) warn(p *project) {
	for _, w := range p.warnings {
		fmt.Fprintln(a.errOut, "warning:", w)
	}
}

// sheetAnswer is what became of a sheet, for programs.
func sheetAnswer(to delivered) map[string]any {
	answer := map[string]any{
		"edition": to.edition, "new": to.fresh, "files": append([]string{}, to.paths...),
		"statements": to.work.Statements, "days_computed": to.work.Days,
		"counts": to.doc.Counts, "provisional": to.doc.Provisional,
	}
	if to.sheets != nil {
		answer["sheets"] = sheetsAnswer(to.sheets)
	}
	if to.mail != nil {
		answer["mail"] = letterLines(to.mail)
	}
	return answer
}

// saySheet tells people of a sheet and its files.
func (a *app) saySheet(made *issued, paths []string) {
	if a.json {
		return
	}
	fmt.Fprintln(a.errOut, summary(made)) // so that only paths go down a pipe
	a.sayPaths(paths)
}

// display shortens a path that lies below the current folder.
func display(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	current, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(current, absolute); err == nil && !strings.HasPrefix(relative, "..") {
		return relative
	}
	return path
}

func summary(made *issued) string {
	c := made.doc.Counts
	text := fmt.Sprintf("Edition %d, week ending %s: %d off plan, %d watch, %d on plan, %d ahead",
		made.edition.Number, made.edition.Week, c.Behind, c.Watch, c.OnPlan, c.Ahead)
	if c.NoPlan > 0 {
		text += fmt.Sprintf(", %d not judged", c.NoPlan)
	}
	if c.Unknown > 0 {
		text += fmt.Sprintf(", %d without a value", c.Unknown)
	}
	if made.doc.Provisional {
		text += "; provisional, since days are missing"
	}
	if restated := len(made.doc.Restated); restated > 0 {
		text += "; " + count(restated, "figure") + " restated"
	}
	if !made.fresh {
		text += fmt.Sprintf(" (unchanged since %s)", made.edition.AsOf)
	}
	return text
}
