package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Source fills tables from outside the warehouse.
type Source interface {
	// Name names the source in reports: logs staging.events.
	Name() string
	// Tables are the tables that it fills.
	Tables() []string
	// Load brings the tables up to date as far as it can. What is wrong with a file
	// or a table stands in the report and does not hinder the others; an error says
	// that nothing more could be done.
	Load(ctx context.Context, w warehouse.Warehouse, run Context) (NodeReport, error)
}

// Context is what a node is told of the run that it belongs to.
type Context struct {
	RunID string
	At    time.Time
	Today calendar.Day // that is not over yet
	// Forced are the days that are made even if they are fresh, or nil.
	Forced *Span
}

// Runner brings the tables of a graph up to date: sources first, then what SQL makes
// of them, parents before children and independent ones side by side.
type Runner struct {
	Warehouse warehouse.Warehouse
	Graph     *Graph
	Sources   []Source
	Context   Context
	// Selected are the names of the assets that are brought up to date; nil is all.
	Selected map[string]bool
	// AtOnce is how many nodes are worked on side by side, at least two.
	AtOnce int
	// Clock tells the time.
	Clock func() time.Time
	// Step carries out the work of a node. A durable workflow stands behind it: it
	// keeps the report, and returns the kept one of a node that was done before the
	// run was interrupted. Nil carries it out and no more.
	Step func(ctx context.Context, name string, work func(context.Context) (NodeReport, error)) (NodeReport, error)
	// Kind says whose fault an error is.
	Kind func(error) FailureKind
	// Progress is told what is worked on and how many nodes are done; it may be nil.
	Progress func(done, total int, name string)
}

// Run brings everything up to date and reports what it did. What failed stands in the
// report, and the rest is done all the same; an error says that the warehouse itself
// failed or that the run was cancelled, and the report then holds what was done.
func (r Runner) Run(ctx context.Context) (*Report, error) {
	state, err := warehouse.ReadState(ctx, r.Warehouse)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	w := &work{Runner: r, planner: &Planner{State: state, Today: r.Context.Today, Forced: r.Context.Forced}}
	w.prepare()
	report := &Report{RunID: r.Context.RunID, Started: r.Clock()}
	err = w.all(ctx)
	report.Ended, report.BrokeOff = r.Clock(), err != nil
	for _, u := range w.units {
		if u.started {
			report.Nodes = append(report.Nodes, u.report)
		}
	}
	return report, err
}

// work is a run under way.
type work struct {
	Runner
	mutex   sync.Mutex // of the planner and of the count
	planner *Planner
	units   []*unit
	done    int
}

// unit is a node of the graph as work: a source, or an asset that SQL makes.
type unit struct {
	name    string
	tables  []string
	asset   *Asset // nil for a source
	source  Source
	parents []*unit
	ended   chan struct{}
	started bool
	report  NodeReport
}

// prepare makes the units, parents before children.
func (w *work) prepare() {
	byTable := map[string]*unit{}
	for _, source := range w.Sources {
		if !slices.ContainsFunc(source.Tables(), w.selected) {
			continue
		}
		u := &unit{name: source.Name(), tables: source.Tables(), source: source, ended: make(chan struct{})}
		w.units = append(w.units, u)
		for _, table := range u.tables {
			byTable[table] = u
		}
	}
	for _, asset := range w.Graph.Assets() {
		if asset.SQL == "" || !w.selected(asset.Name) {
			continue
		}
		u := &unit{name: asset.Name, tables: []string{asset.Name}, asset: asset, ended: make(chan struct{})}
		for _, d := range asset.Depends {
			if parent := byTable[d.Asset]; parent != nil && !slices.Contains(u.parents, parent) {
				u.parents = append(u.parents, parent)
			}
		}
		w.units = append(w.units, u)
		byTable[asset.Name] = u
	}
}

func (w *work) selected(name string) bool { return w.Selected == nil || w.Selected[name] }

// all works on the units, each when its parents have ended. An error of one keeps the
// others from being begun.
func (w *work) all(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan struct{}, max(w.AtOnce, 2))
	var wait sync.WaitGroup
	for _, u := range w.units {
		wait.Go(func() {
			defer close(u.ended)
			for _, parent := range u.parents {
				<-parent.ended
			}
			places <- struct{}{}
			defer func() { <-places }()
			if ctx.Err() != nil {
				return
			}
			if err := w.one(ctx, u); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// one works on a unit.
func (w *work) one(ctx context.Context, u *unit) error {
	w.progress(u.name, 0)
	step := w.Step
	if step == nil {
		step = func(ctx context.Context, _ string, work func(context.Context) (NodeReport, error)) (NodeReport, error) {
			return work(ctx)
		}
	}
	u.started = true
	u.report = NodeReport{Name: u.name, Tables: u.tables}
	began := w.Clock()
	report, err := step(ctx, u.name, func(ctx context.Context) (NodeReport, error) {
		if u.source != nil {
			return w.load(ctx, u)
		}
		return w.build(ctx, u)
	})
	if err != nil {
		err = w.survived(ctx, u, &report, err, began)
	}
	u.report = report
	w.progress(u.name, 1)
	return errors.Join(err, w.refresh(ctx, u))
}

// survived takes over what a node could not do, and returns the error if the whole run
// has to end with it.
func (w *work) survived(ctx context.Context, u *unit, report *NodeReport, err error, began time.Time) error {
	report.Name, report.Tables, report.Started, report.Ended = u.name, u.tables, began, w.Clock()
	if ctx.Err() != nil {
		return err
	}
	kind := w.Kind(err)
	report.Failures = append(report.Failures, Failure{From: warehouse.WholePart, To: warehouse.WholePart + 1, Error: err.Error(), Kind: kind})
	if kind == FailedStorage {
		return err
	}
	return w.remember(ctx, u, *report, began)
}

func (w *work) progress(name string, done int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.done += done
	if w.Progress != nil {
		w.Progress(w.done, len(w.units), name)
	}
}

// refresh reads again what the ledger knows of the tables of a unit.
func (w *work) refresh(ctx context.Context, u *unit) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, table := range u.tables {
		parts, err := warehouse.Partitions(ctx, w.Warehouse, table, warehouse.WholePart, farAway)
		if err != nil {
			return err
		}
		w.mutex.Lock()
		w.planner.Update(table, parts)
		w.mutex.Unlock()
	}
	return nil
}

// farAway is a day after all days that a table may have.
const farAway = calendar.Day(2_932_896) // 9999-12-31

// load lets a source fill its tables, and remembers it if it did or found something.
func (w *work) load(ctx context.Context, u *unit) (NodeReport, error) {
	began := w.Clock()
	report, err := u.source.Load(ctx, w.Warehouse, w.Context)
	if err != nil {
		return report, err
	}
	report.Name, report.Tables, report.Started, report.Ended = u.name, u.tables, began, w.Clock()
	for _, load := range report.Loads {
		report.Rows += load.Rows
		report.Changed = append(report.Changed, load.Changed...)
	}
	return report, w.remember(ctx, u, report, began)
}

// remember writes down what a source did: what it loaded, what failed, and that it went
// well with a table with which it last did not, even if there was nothing to do.
func (w *work) remember(ctx context.Context, u *unit, report NodeReport, began time.Time) error {
	attempt := warehouse.Attempt{RunID: w.Context.RunID, Started: began, Ended: w.Clock()}
	var attempts []warehouse.Attempt
	for _, load := range report.Loads {
		if len(load.Changed) == 0 {
			continue
		}
		done := attempt
		done.Asset, done.State, done.Rows, done.Changed = load.Table, warehouse.Succeeded, load.Rows, int64(len(load.Changed))
		done.From, done.To = slices.Min(load.Changed), slices.Max(load.Changed)+1
		attempts = append(attempts, done)
	}
	for _, failure := range report.Failures {
		for _, table := range u.tables {
			if failure.Table != "" && failure.Table != table {
				continue
			}
			failed := attempt
			failed.Asset, failed.State, failed.Error, failed.From, failed.To = table, warehouse.Failed, failure.Error, failure.From, failure.To
			attempts = append(attempts, failed)
		}
	}
	known, err := lastAttempts(ctx, w.Warehouse)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	for _, table := range u.tables {
		failed := standing(known[table])
		if len(failed) == 0 || slices.ContainsFunc(attempts, func(a warehouse.Attempt) bool { return a.Asset == table }) {
			continue
		}
		good := attempt
		good.Asset, good.State, good.From, good.To = table, warehouse.Succeeded, failed[0].From, failed[0].To
		for _, f := range failed {
			good.From, good.To = min(good.From, f.From), max(good.To, f.To)
		}
		attempts = append(attempts, good)
	}
	return warehouse.Remember(ctx, w.Warehouse, attempts...)
}

// failedDays returns the days of an asset that a failure of a parent spoils.
func (w *work) failedDays(a *Asset, parents []*unit) func(calendar.Day) bool {
	bad := map[string]*NodeReport{}
	for _, parent := range parents {
		if parent.asset != nil && len(parent.report.Failures)+len(parent.report.Skipped) > 0 {
			bad[parent.name] = &parent.report
		}
	}
	return func(day calendar.Day) bool {
		for _, d := range a.Depends {
			if report := bad[d.Asset]; report != nil && spoils(report, d, day) {
				return true
			}
		}
		return false
	}
}

// spoils reports whether a parent failed on one of the days that a day of a child is
// made of.
func spoils(parent *NodeReport, d Depend, day calendar.Day) bool {
	if parent.failed(warehouse.WholePart) || day == warehouse.WholePart {
		return d.Mapping != Latest
	}
	switch d.Mapping {
	case Latest:
		return false
	case Previous:
		return parent.failed(day - 1)
	case Lookback:
		for before := range d.Days + 1 {
			if parent.failed(day.Add(-before)) {
				return true
			}
		}
		return false
	case AllBefore:
		for _, failure := range parent.Failures {
			if failure.From <= day {
				return true
			}
		}
		return len(parent.Skipped) > 0 && slices.Min(parent.Skipped) <= day
	}
	return parent.failed(day)
}
