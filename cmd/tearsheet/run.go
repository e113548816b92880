package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/workflow"
)

// runFlags are the flags of run and backfill.
type runFlags struct {
	selected []string
	accept   []string
	forget   []string
	backfill bool
	from, to string
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Bring the warehouse up to date: load what changed, make what is stale",
		Long: "Reads the sources of tearsheet.yaml and makes the tables of etl/ anew where they are\n" +
			"stale: the days whose files, parents or SQL have changed, and no others. What was\n" +
			"interrupted goes on where it stopped. A file or a day that is broken keeps nothing\n" +
			"else from being loaded.\n\n" +
			"What was loaded of a log stays when the log is deleted. --forget takes it out, also what\n" +
			"was accepted by mistake; if the file lies there still, it is looked at as if it were new.",
		Example: "  tearsheet run\n  tearsheet run --select likes+\n  tearsheet run --accept logs/web-1/2026-11-03-14.1.log.gz\n  tearsheet run --forget logs/web-1/2026-11-03-14.1.log.gz",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.run(c.Context(), flags) },
	}
	c.Flags().StringArrayVar(&flags.accept, "accept", nil, "a log file, or a table of mysql or of files, that is held: load it all the same")
	c.Flags().StringArrayVar(&flags.forget, "forget", nil, "a log file: take out what was loaded of it")
	a.selectFlag(c, &flags)
	return c
}

func (a *app) backfillCommand() *cobra.Command {
	flags := runFlags{backfill: true}
	c := &cobra.Command{
		Use:   "backfill --from DAY --to DAY",
		Short: "Make days of tables again, also if they are fresh",
		Long: "Makes the days from --from to --to, both included, of the tables of etl/ again, parents\n" +
			"first. Where the same rows come out, nothing below is made again. Days that are not over,\n" +
			"or of which nothing is loaded, cannot be made.",
		Example: "  tearsheet backfill --from 2026-11-01 --to 2026-11-15\n  tearsheet backfill --from 2026-11-01 --to 2026-11-15 --select subscription_events+",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.run(c.Context(), flags) },
	}
	c.Flags().StringVar(&flags.from, "from", "", "the first day")
	c.Flags().StringVar(&flags.to, "to", "", "the last day")
	a.selectFlag(c, &flags)
	return c
}

func (a *app) selectFlag(c *cobra.Command, flags *runFlags) {
	c.Flags().StringSliceVar(&flags.selected, "select", nil, "tables: likes, likes+ with all below, +likes with all above, staging.*")
	_ = c.RegisterFlagCompletionFunc("select", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.assetNames(), cobra.ShellCompDirectiveNoFileComp
	})
}

// assetNames returns the names of the tables of the project, or none if it cannot be
// read.
func (a *app) assetNames() []string {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, asset := range p.graph.Assets() {
		names = append(names, asset.Name)
	}
	return names
}

func (a *app) run(ctx context.Context, flags runFlags) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	a.warn(p)
	o, err := p.runOptions(p.config.clock(a.now()), flags)
	if err != nil {
		return err
	}
	o.show = newProgress(a.errOut)
	reports, broke := p.run(ctx, o)
	if a.json {
		err = a.answer(append([]*pipeline.Report{}, reports...))
	}
	for i, report := range reports {
		if a.json {
			break
		}
		if i < len(reports)-1 {
			fmt.Fprintf(a.errOut, "what run %s, which had been interrupted, came to:\n", report.RunID)
		}
		a.sayRun(report)
	}
	a.sendStatus(ctx, p, o, reports, broke)
	err = errors.Join(err, broke, failed(last(reports)))
	if madeNothing(o, reports) {
		err = errors.Join(err, usageError(fmt.Errorf("no day from %s to %s was made: no table that is cut into days has any of them", o.forced.From, o.forced.To-1)))
	}
	return err
}

// last returns the report that tells how the tables stand: that of the last run. Those
// before it are of runs that had been interrupted. What they could not do the last one has
// tried anew; nodes that it did not come to, since it was for some tables only, stand in it
// as they were left. It is nil if there is none.
func last(reports []*pipeline.Report) *pipeline.Report {
	if len(reports) == 0 {
		return nil
	}
	report := *reports[len(reports)-1]
	report.Nodes = slices.Clone(report.Nodes)
	for _, earlier := range slices.Backward(reports[:len(reports)-1]) {
		for _, node := range earlier.Nodes {
			if !slices.ContainsFunc(report.Nodes, func(n pipeline.NodeReport) bool { return n.Name == node.Name }) {
				report.Nodes = append(report.Nodes, node)
			}
		}
	}
	return &report
}

// madeNothing reports whether a backfill found no day to make.
func madeNothing(o runOptions, reports []*pipeline.Report) bool {
	if o.forced == nil || len(reports) == 0 {
		return false
	}
	for _, node := range reports[len(reports)-1].Nodes {
		if node.Built+len(node.Failures)+len(node.Skipped) > 0 {
			return false
		}
	}
	return true
}

// runOptions say what a run brings up to date.
type runOptions struct {
	now      time.Time
	accept   []string
	forget   []string
	forced   *pipeline.Span
	selected map[string]bool
	show     progress
}

func (p *project) runOptions(now time.Time, flags runFlags) (runOptions, error) {
	o := runOptions{now: now, accept: flags.accept, forget: flags.forget}
	var wrong []error
	if flags.backfill {
		span, err := p.span(now, flags)
		wrong = append(wrong, err)
		o.forced = span
	}
	if len(flags.selected) > 0 {
		names, err := p.graph.Select(flags.selected...)
		wrong = append(wrong, flagError("select", err))
		o.selected = names
	}
	if err := errors.Join(wrong...); err != nil {
		return o, usageError(err)
	}
	return o, nil
}

// span reads the days of a backfill.
func (p *project) span(now time.Time, flags runFlags) (*pipeline.Span, error) {
	if flags.from == "" || flags.to == "" {
		return nil, errors.New("--from and --to: both days are needed")
	}
	from, wrongFrom := calendar.ParseDay(flags.from)
	to, wrongTo := calendar.ParseDay(flags.to)
	wrong := errors.Join(flagError("from", wrongFrom), flagError("to", wrongTo))
	today := p.config.calendar.DayOf(now)
	switch {
	case wrong != nil:
		return nil, wrong
	case to < from:
		return nil, fmt.Errorf("--to: %s lies before %s", to, from)
	case from >= today:
		return nil, fmt.Errorf("--from: %s is not over: today is %s", from, today)
	}
	return &pipeline.Span{From: from, To: to + 1}, nil
}

func flagError(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--%s: %w", flag, err)
}

// runID names a run by its instant, and by chance: no two runs have the same.
func runID(now time.Time) string {
	return fmt.Sprintf("%s-%06x", now.UTC().Format("20060102T150405Z"), rand.Uint32N(1<<24))
}

// failureKind says whose fault an error of the pipeline is.
func failureKind(err error) pipeline.FailureKind {
	if errors.Is(err, workflow.ErrState) { // no node can be done in a run that cannot be kept
		return pipeline.FailedStorage
	}
	switch exitCode(err) {
	case exitUsage:
		return pipeline.FailedSetup
	case exitSource:
		return pipeline.FailedSource
	case exitStorage, exitActive:
		return pipeline.FailedStorage
	}
	return pipeline.FailedData
}

// failed returns the error of a run that could not make everything, with the exit code
// of the gravest fault, or nil. What failed has been said table by table. The report may
// be nil.
func failed(report *pipeline.Report) error {
	if report == nil || report.Good() {
		return nil
	}
	var tables []string
	for _, node := range report.Nodes {
		for _, f := range node.Failures {
			tables = append(tables, cmp.Or(f.Table, node.Name))
		}
		if broken(node) > 0 {
			tables = append(tables, node.Name)
		}
	}
	return &exitError{code: runCode(report), err: fmt.Errorf("not everything could be loaded: %s", strings.Join(once(tables), ", ")),
		hint: "what could be loaded is loaded; mend it and run it again"}
}

// runCode is the exit code of the gravest fault of a run.
func runCode(report *pipeline.Report) int {
	switch report.Worst() {
	case "":
		return exitDone
	case pipeline.FailedSetup:
		return exitUsage
	case pipeline.FailedSource:
		return exitSource
	case pipeline.FailedStorage:
		return exitStorage
	}
	return exitHeld
}

// broken counts the files of a node that could not be loaded.
func broken(node pipeline.NodeReport) int {
	n := 0
	for _, problem := range node.Problems {
		if problem.Kind == pipeline.Broken {
			n++
		}
	}
	return n
}
