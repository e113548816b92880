package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/pipeline"
)

// runFlags are the flags of run and backfill.
type runFlags struct {
	selected []string
	accept   []string
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
			"else from being loaded.",
		Example: "  tearsheet run\n  tearsheet run --select likes+\n  tearsheet run --accept logs/web-1/2026-11-03-14.1.log.gz",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.run(c.Context(), flags) },
	}
	c.Flags().StringSliceVar(&flags.accept, "accept", nil, "files that are held, to be loaded all the same")
	a.selectFlag(c, &flags)
	return c
}

func (a *app) backfillCommand() *cobra.Command {
	var flags runFlags
	c := &cobra.Command{
		Use:   "backfill --from DAY --to DAY",
		Short: "Make days of tables again, also if they are fresh",
		Long: "Makes the days from --from to --to, both included, of the tables of etl/ again, parents\n" +
			"first. Where the same rows come out, nothing below is made again.",
		Example: "  tearsheet backfill --from 2026-11-01 --to 2026-11-15\n  tearsheet backfill --from 2026-11-01 --to 2026-11-15 --select subscription_events+",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.run(c.Context(), flags) },
	}
	c.Flags().StringVar(&flags.from, "from", "", "the first day")
	c.Flags().StringVar(&flags.to, "to", "", "the last day")
	_ = c.MarkFlagRequired("from")
	_ = c.MarkFlagRequired("to")
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
	reports, err := p.run(ctx, o)
	if a.json {
		err = errors.Join(a.answer(append([]*pipeline.Report{}, reports...)), err)
	}
	for _, report := range reports {
		if !a.json {
			a.sayRun(report)
		}
		err = errors.Join(err, failed(report))
		a.sendStatus(ctx, p, report)
	}
	return err
}

// runOptions say what a run brings up to date.
type runOptions struct {
	now      time.Time
	accept   []string
	forced   *pipeline.Span
	selected map[string]bool
	show     progress
}

func (p *project) runOptions(now time.Time, flags runFlags) (runOptions, error) {
	o := runOptions{now: now, accept: flags.accept}
	var wrong []error
	if flags.from != "" {
		from, err := calendar.ParseDay(flags.from)
		wrong = append(wrong, flagError("from", err))
		to, err := calendar.ParseDay(flags.to)
		wrong = append(wrong, flagError("to", err))
		if to < from {
			wrong = append(wrong, fmt.Errorf("--to: %s lies before %s", to, from))
		}
		o.forced = &pipeline.Span{From: from, To: to + 1}
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
// of the gravest fault, or nil. What failed has been said table by table.
func failed(report *pipeline.Report) error {
	if report.Good() {
		return nil
	}
	var tables []string
	for _, node := range report.Nodes {
		if len(node.Failures) > 0 || broken(node) > 0 {
			tables = append(tables, node.Name)
		}
	}
	return &exitError{code: runCode([]*pipeline.Report{report}), err: fmt.Errorf("not everything could be loaded: %s", strings.Join(tables, ", ")),
		hint: "what could be loaded is loaded; mend it and run it again"}
}

// runCode is the exit code of the gravest fault of some runs.
func runCode(reports []*pipeline.Report) int {
	codes := map[pipeline.FailureKind]int{pipeline.FailedSetup: exitUsage, pipeline.FailedSource: exitSource,
		pipeline.FailedStorage: exitStorage, pipeline.FailedData: exitHeld}
	code := exitDone
	for _, report := range reports {
		if !report.Good() {
			code = codes[report.Worst()]
		}
	}
	return code
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
