package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
	"tearsheet/workflow"
)

func (a *app) statusCommand() *cobra.Command {
	var within time.Duration
	c := &cobra.Command{
		Use:   "status",
		Short: "How every table stands: what is loaded, stale, open or failed",
		Long: "Reads the ledger and no rows. It exits with 1 if something failed, and with 0 if it is\n" +
			"only stale or waits for what has not come yet. With a schedule it also exits with 1 if a\n" +
			"slot is not done two hours after it should be or, where heartbeat.within is set, if no slot\n" +
			"was done for so long. --within stands above both, and without a schedule it is about runs:\n" +
			"a dead-man's switch for what watches the night.",
		Example: "  tearsheet status\n  tearsheet status --within 26h || page-somebody",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.status(c.Context(), within) },
	}
	c.Flags().DurationVar(&within, "within", 0, "how long ago the last run, or slot of a schedule, that was done may have ended, such as 26h")
	return c
}

// tableStatus is a line of status as JSON.
type tableStatus struct {
	Table      string             `json:"table"`
	State      pipeline.NodeState `json:"state"`
	Why        string             `json:"why,omitempty"`
	First      string             `json:"first_day,omitempty"`
	Last       string             `json:"last_day,omitempty"`
	Days       int                `json:"days"`
	Rows       int64              `json:"rows"`
	Rejected   int64              `json:"rejected,omitempty"`
	Stale      int                `json:"stale_days,omitempty"`
	Incomplete []string           `json:"incomplete_days,omitempty"`
	LoadedAt   *time.Time         `json:"loaded_at,omitempty"`
	Seconds    float64            `json:"seconds"`
	Run        string             `json:"last_run,omitempty"`
	Error      string             `json:"error,omitempty"`
	Broken     int                `json:"broken_files,omitempty"`
	Held       int                `json:"held_files,omitempty"`
}

func (a *app) status(ctx context.Context, within time.Duration) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	scheduled := len(p.config.slots) > 0
	var all []pipeline.Status
	if !p.config.others || !scheduled { // with others and a schedule there are slots to tell of
		if all, err = p.survey(ctx, p.config.clock(a.now())); err != nil {
			return err
		}
	}
	if a.json {
		lines := []tableStatus{}
		for _, s := range all {
			lines = append(lines, asTableStatus(s))
		}
		err = a.answer(lines)
	} else {
		if p.config.asOf != nil {
			fmt.Fprintf(a.out, "as of %s, by as_of in %s; the runs below have their real times\n\n", *p.config.asOf, configName)
		}
		if len(all) > 0 {
			a.sayStatus(all, p.config.clock(a.now()))
		}
		err = a.sayRuns(ctx, p)
		if scheduled {
			err = errors.Join(err, a.sayLastSlots(ctx, p))
		}
	}
	return errors.Join(err, failedTables(all), a.silent(ctx, p, within))
}

// silent returns an error if nothing was done within a time: no run, or where there is a
// schedule no slot. within is 0 if it is not asked for: then each name of a schedule has
// its own times.
func (a *app) silent(ctx context.Context, p *project, within time.Duration) error {
	scheduled := len(p.config.slots) > 0
	if within <= 0 && scheduled {
		within = p.config.heartbeat.within
	}
	if within <= 0 && !scheduled {
		return nil
	}
	what, done, err := "run", time.Time{}, error(nil)
	if scheduled {
		what = "slot of the schedule"
		done, err = a.lastSlotDone(ctx, p)
	} else {
		done, err = p.lastRunDone(ctx)
	}
	switch {
	case err != nil:
		return err
	case done.IsZero():
		return &exitError{code: exitHeld, err: fmt.Errorf("no %s was ever done", what),
			hint: map[bool]string{true: "`tearsheet serve` carries them out; `tearsheet schedule --for cron` says how something else does"}[scheduled]}
	case within <= 0:
		late, err := a.overdue(ctx, p)
		if err == nil && len(late) > 0 {
			err = &exitError{code: exitHeld, err: errors.New(strings.Join(late, "\n")), hint: "`tearsheet schedule` shows what became of the slots"}
		}
		return err
	case a.now().Sub(done) > within:
		return &exitError{code: exitHeld, err: fmt.Errorf("the last %s that was done ended %s, at %s", what, since(a.now(), done),
			done.In(p.config.calendar.Zone()).Format("2006-01-02 15:04"))}
	}
	return nil
}

// lastRunDone returns when the last run that was done ended, or the zero time.
func (p *project) lastRunDone(ctx context.Context) (time.Time, error) {
	const looked = 1000 // runs
	runs, err := p.runs(ctx, looked)
	if err != nil {
		return time.Time{}, err
	}
	for _, run := range runs {
		if run.State == workflow.Done {
			return run.Ended, nil
		}
	}
	return time.Time{}, nil
}

// survey asks the ledger how the tables stand. A warehouse that does not exist yet has
// nothing in it.
func (p *project) survey(ctx context.Context, now time.Time) ([]pipeline.Status, error) {
	if p.config.others {
		return nil, usageError(fmt.Errorf("others fill this warehouse (warehouse.filled_by): there is no ledger to ask"))
	}
	r, err := openReader(ctx, p.config)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return pipeline.Survey(ctx, r, p.graph, p.config.calendar.DayOf(now))
}

// failedTables returns an error if a table failed.
func failedTables(all []pipeline.Status) error {
	var failed []string
	explain := ""
	for _, s := range all {
		if s.State == pipeline.Failed {
			failed = append(failed, s.Asset.Name)
			explain = cmp.Or(explain, explainable(s))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &exitError{code: exitHeld, err: fmt.Errorf("%s failed: %s", count(len(failed), "table"), strings.Join(failed, ", ")),
		hint: fmt.Sprintf("`tearsheet explain %s` says more", explain)}
}

// explainable names a table, or a day of it that failed, as `tearsheet explain` takes it.
func explainable(s pipeline.Status) string {
	day := s.FailedAt
	if day == warehouse.WholePart && len(s.Stale) > 0 {
		day = s.Stale[0]
	}
	if s.Asset.Whole || day == warehouse.WholePart { // the last day is meant
		return s.Asset.Name
	}
	return s.Asset.Name + "@" + day.String()
}

func asTableStatus(s pipeline.Status) tableStatus {
	line := tableStatus{Table: s.Asset.Name, State: s.State, Why: s.Why, Days: s.Days, Rows: s.Rows, Rejected: s.Rejected,
		Stale: len(s.Stale), Seconds: s.Took.Seconds(), Run: s.LastRun, Error: s.Error,
		Broken: s.BrokenFiles, Held: s.HeldFiles}
	if s.Days > 0 && !s.Asset.Whole {
		line.First, line.Last = s.First.String(), s.Last.String()
	}
	if !s.LoadedAt.IsZero() {
		line.LoadedAt = &s.LoadedAt
	}
	for _, i := range s.Incomplete {
		line.Incomplete = append(line.Incomplete, i.Day.String()+" "+i.Coverage.String())
	}
	return line
}

// sayStatus prints a table for people.
func (a *app) sayStatus(all []pipeline.Status, now time.Time) {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "table\tstate\tlast day\tdays\trows\tloaded\ttook\t")
	for _, s := range all {
		last, days := "whole", "–"
		if !s.Asset.Whole {
			last, days = "–", fmt.Sprint(s.Days)
			if s.Days > 0 {
				last = s.Last.String()
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Asset.Name, s.State, last, days, thousands(int(s.Rows)), since(now, s.LoadedAt),
			s.Took.Round(10*time.Millisecond), firstOf(s.Why))
	}
	w.Flush()
	for _, s := range all {
		if n := len(s.Incomplete); n > 0 && s.Asset.SQL == "" {
			fmt.Fprintf(a.out, "%s: %s not whole: %s\n", s.Asset.Name, count(n, "day"), sayIncomplete(s.Incomplete))
		}
		for _, files := range []struct {
			n    int
			kind pipeline.ProblemKind
		}{{s.BrokenFiles, pipeline.Broken}, {s.HeldFiles, pipeline.Held}} {
			if files.n > 0 {
				fmt.Fprintf(a.out, "%s: %s %s, of which nothing is loaded\n", s.Asset.Name, count(files.n, "file"), files.kind)
			}
		}
	}
}

// shownRuns is how many runs status tells of.
const shownRuns = 5

// sayRuns tells of the last runs, the latest first.
func (a *app) sayRuns(ctx context.Context, p *project) error {
	runs, err := p.runs(ctx, shownRuns)
	if err != nil || len(runs) == 0 {
		return err
	}
	fmt.Fprintln(a.out, "\nthe last runs:")
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, run := range runs {
		took := "–"
		if !run.Ended.IsZero() {
			took = run.Ended.Sub(run.Started).Round(10 * time.Millisecond).String()
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\t%s\t%s\n", run.Number, run.ID, run.Started.In(p.config.calendar.Zone()).Format("2006-01-02 15:04 MST"), run.State, took, firstOf(run.Error))
	}
	return w.Flush()
}

// firstOf returns the first line of a text, cut where it gets long.
func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	const most = 90
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return line
}

// sayIncomplete names the latest days that are not whole.
func sayIncomplete(days []pipeline.Incomplete) string {
	var said []string
	for i := len(days) - 1; i >= 0 && len(said) < 5; i-- {
		said = append(said, fmt.Sprintf("%s (%d of %d)", days[i].Day, days[i].Have, days[i].Of))
	}
	if more := len(days) - len(said); more > 0 {
		said = append(said, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(said, ", ")
}

// nodeDay reads NODE@DAY. The day is WholePart of a whole table, and if none is named.
func (p *project) nodeDay(text string) (*pipeline.Asset, calendar.Day, error) {
	name, dayText, dated := strings.Cut(text, "@")
	asset := p.graph.Asset(name)
	if asset == nil {
		return nil, 0, usageError(fmt.Errorf("no table %q in %s or %s/", name, configName, assetsDir))
	}
	if asset.Whole || !dated {
		return asset, warehouse.WholePart, nil
	}
	day, err := calendar.ParseDay(dayText)
	if err != nil {
		return nil, 0, usageError(err)
	}
	return asset, day, nil
}
