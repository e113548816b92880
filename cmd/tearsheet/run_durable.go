package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
	"tearsheet/workflow"
)

// runBody is the name of the body of a run in the state of the workflow.
const runBody = "run"

// runInput is what a run is about. It is kept, so that a run that was killed goes on
// with what it was begun with.
type runInput struct {
	ID       string
	At       time.Time
	Today    calendar.Day
	Forced   *pipeline.Span
	Selected []string // nil is everything
	Accept   []string
	Forget   []string
}

func (p *project) runInput(o runOptions) runInput {
	in := runInput{ID: runID(o.now), At: o.now, Today: p.config.calendar.DayOf(o.now), Forced: o.forced, Accept: o.accept, Forget: o.forget}
	if o.selected != nil {
		in.Selected = slices.Sorted(maps.Keys(o.selected))
	}
	return in
}

// session is a warehouse that is open for filling, and what is done with it.
type session struct {
	*project
	warehouse warehouse.Warehouse
	show      progress
	reports   []*pipeline.Report
	ended     bool // the last run did all that it could
}

// run brings the warehouse up to date: a run that was interrupted goes on first. It
// opens the warehouse for writing only if the project has something that fills it, and
// opens it before anything else, since its lock is what refuses a second run.
func (p *project) run(ctx context.Context, o runOptions) ([]*pipeline.Report, error) {
	if p.config.others || p.config.sources.none() && len(p.graph.Assets()) == 0 {
		return nil, nil
	}
	w, err := openWarehouse(ctx, p.config)
	if err != nil {
		return nil, err
	}
	s := &session{project: p, warehouse: w, show: o.show}
	if err = p.checkNamed(ctx, w, o); err == nil {
		err = s.durably(ctx, p.runInput(o))
	}
	o.show.done()
	return s.reports, errors.Join(err, w.Close())
}

// durably carries out a run that survives a crash.
func (s *session) durably(ctx context.Context, in runInput) (err error) {
	engine, err := s.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	waiting, err := engine.Interrupted(ctx)
	if err != nil {
		return workflowError(err)
	}
	for _, run := range waiting {
		s.show.say("run %d of %s was interrupted; it goes on", run.Number, run.Started.In(s.config.calendar.Zone()).Format("2006-01-02 15:04"))
		if err := engine.Resume(ctx, run.ID); err != nil && !s.notWhole(err) {
			return workflowError(err)
		}
	}
	if err := engine.Run(ctx, workflow.Run{ID: in.ID, Name: runBody, Input: in}); err != nil && !s.notWhole(err) {
		return workflowError(err)
	}
	return nil
}

// notWhole reports whether an error says no more than that the last run, which did all
// that it could, could not make everything: its report says that by itself.
func (s *session) notWhole(err error) bool {
	return s.ended && !errors.Is(err, workflow.ErrState) && !s.reports[len(s.reports)-1].Good()
}

func (s *session) engine(ctx context.Context) (*workflow.Engine, error) {
	return openEngine(ctx, s.config, map[string]workflow.Body{runBody: s.body})
}

// openEngine opens the state of the runs.
func openEngine(ctx context.Context, c *config, bodies map[string]workflow.Body) (*workflow.Engine, error) {
	if !isURL(c.runs) {
		if err := os.MkdirAll(filepath.Dir(c.runs), 0o750); err != nil {
			return nil, &exitError{code: exitStorage, err: err}
		}
	}
	engine, err := workflow.Open(ctx, workflow.Options{State: c.runs, Bodies: bodies})
	return engine, workflowError(err)
}

// workflowError gives an error of the runs' state its exit code.
func workflowError(err error) error {
	var exit *exitError
	switch {
	case err == nil || errors.As(err, &exit):
		return err
	case errors.Is(err, workflow.ErrBusy), errors.Is(err, workflow.ErrServing):
		return &exitError{code: exitActive, err: err}
	case errors.Is(err, workflow.ErrState):
		return &exitError{code: exitStorage, err: err}
	}
	return err
}

// body is what a run does.
func (s *session) body(ctx context.Context, work *workflow.Work) error {
	var in runInput
	if err := work.Input(&in); err != nil {
		return err
	}
	var selected map[string]bool
	if in.Selected != nil {
		selected = map[string]bool{}
		for _, name := range in.Selected {
			selected[name] = true
		}
	}
	runner := pipeline.Runner{
		Warehouse: s.warehouse, Graph: s.graph, Sources: s.pipelineSources(in, s.show), Selected: selected,
		Context: pipeline.Context{RunID: in.ID, At: in.At, Today: in.Today, Forced: in.Forced},
		Clock:   time.Now, Kind: failureKind,
		Step: func(ctx context.Context, name string, do func(context.Context) (pipeline.NodeReport, error)) (pipeline.NodeReport, error) {
			return workflow.Do(ctx, work, workflow.Step{Name: name, Retry: retry()}, s.config.discreetly(do))
		},
		Progress: func(done, total int, name string) { s.show.step(name, done, total) },
	}
	s.ended = false
	report, err := runner.Run(ctx)
	if report != nil {
		s.reports = append(s.reports, report)
	}
	if err != nil {
		return err
	}
	s.ended = true
	return failed(report) // so that the history calls it failed
}

// retry says how often a step is tried whose fault may pass by itself.
func retry() workflow.Retry {
	const attempts, first, longest = 3, time.Second, 20 * time.Second
	return workflow.Retry{Attempts: attempts, First: first, Longest: longest,
		If: func(err error) bool { return exitCode(err) == exitSource }}
}

// runs returns the last runs, or none if there never was one.
func (p *project) runs(ctx context.Context, n int) ([]workflow.RunInfo, error) {
	if _, err := os.Stat(p.config.runs); !isURL(p.config.runs) && errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	engine, err := openEngine(ctx, p.config, nil)
	if err != nil {
		return nil, err
	}
	list, err := engine.History(ctx, n)
	return list, errors.Join(workflowError(err), engine.Close())
}
