package metrics

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tearsheet/calendar"
)

// Stored is a daily value as the archive keeps it, with the version of the loads
// that it was computed from.
type Stored struct {
	Value   Value
	Version string // Refresh.Origin if the warehouse knows no versions
}

// Archive keeps daily values between runs, by the hash of their computation.
type Archive interface {
	// Stored returns the values kept for the days from ≤ d < to.
	Stored(ctx context.Context, computation string, from, to calendar.Day) (map[calendar.Day]Stored, error)
	// Keep replaces the values of the given days, all of them or none.
	Keep(ctx context.Context, values map[string]map[calendar.Day]Stored) error
	// KeepStatement keeps the text that last computed each of some computations.
	KeepStatement(ctx context.Context, ran Ran, computations []string) error
}

// Ran is a statement as it was sent, and the days that it covered.
type Ran struct {
	Text        string
	First, Last calendar.Day
}

// Refresh brings daily values up to date and computes only those days whose loads
// or whose definition changed.
type Refresh struct {
	Calendar calendar.Calendar
	Registry *Registry
	Source   Source
	Archive  Archive
	// Distinct is the engine's way to count distinct integers by bitsets, or nil.
	Distinct DistinctCounter
	// DaysAtOnce bounds how many days one statement covers; 0 is seven.
	DaysAtOnce int
	// Origin names the warehouse. Where that knows no versions of its loads, only
	// values of the same origin count as stored; "" is one like any other.
	Origin string
	// Again is the first day that is computed even if it is stored, where the
	// source knows no versions of its loads.
	Again calendar.Day
	// Progress is told how many of the statements have run; it may be nil.
	Progress func(done, total int)
}

// Work says what a refresh had to do.
type Work struct {
	Statements int // sent to the warehouse; 0 if nothing changed
	Days       int // metric-days computed
}

const daysAtOnce = 7

// Run returns the history of the metrics over weeks that follow each other, at
// least one. What a statement could not compute is unknown in it and stands in the
// error, metric by metric; the others are computed all the same. Where the archive
// fails, or the source cannot say what is loaded, there is no history.
func (r Refresh) Run(ctx context.Context, metrics []*Metric, weeks []calendar.Week) (History, Work, error) {
	run := &refreshRun{Refresh: r, history: History{}, loads: map[string]map[calendar.Day]calendar.Load{},
		span: span{weeks[0].First(), weeks[len(weeks)-1].End()}, weeks: weeks}
	if run.DaysAtOnce == 0 {
		run.DaysAtOnce = daysAtOnce
	}
	var jobs []job
	for _, m := range r.operands(metrics) {
		stale, err := run.stale(ctx, m)
		if err != nil {
			return nil, run.work, fmt.Errorf("metric %q: %w", m.Name, err)
		}
		jobs = append(jobs, stale)
	}
	err := run.compute(ctx, jobs)
	return run.history, run.work, err
}

// operands returns the metrics that have daily values of their own: the given
// ones, and for a ratio its operands.
func (r Refresh) operands(metrics []*Metric) []*Metric {
	var list []*Metric
	add := func(m *Metric) {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	for _, m := range metrics {
		if m.Roll != Ratio {
			add(m)
			continue
		}
		add(r.Registry.Metric(m.RatioOf.Of))
		add(r.Registry.Metric(m.RatioOf.To))
	}
	return list
}

type refreshRun struct {
	Refresh
	span    span
	weeks   []calendar.Week
	history History
	loads   map[string]map[calendar.Day]calendar.Load
	work    Work
}

// job is what has to be computed of one metric: days, or the first days of weeks.
type job struct {
	metric   *Metric
	days     []calendar.Day
	versions map[calendar.Day]string
}

// stale puts what is stored into the history and returns what is not, or not any
// more.
func (r *refreshRun) stale(ctx context.Context, m *Metric) (job, error) {
	loads, err := r.loadsOf(ctx, m)
	if err != nil {
		return job{}, err
	}
	stored, err := r.Archive.Stored(ctx, m.ComputationHash(r.Calendar), r.span.first, r.span.end)
	if err != nil {
		return job{}, err
	}
	series := Series{Days: map[calendar.Day]Reading{}, Weeks: map[calendar.Week]Value{}}
	r.history[m.Name] = series
	stale := job{metric: m, versions: map[calendar.Day]string{}}
	for day := r.span.first; day < r.span.end; day++ {
		series.Days[day] = Reading{Coverage: loads[day].Coverage, Version: loads[day].Version}
	}
	for _, part := range r.parts(m, loads) {
		version := cmp.Or(part.version, r.Origin)
		kept, ok := stored[part.day]
		if ok && kept.Version == version && (part.version != "" || part.last < r.Again) {
			series.set(r.Calendar, m, part.day, kept.Value)
			continue
		}
		stale.days = append(stale.days, part.day)
		stale.versions[part.day] = version
	}
	return stale, nil
}

// part is a day, or the first day of a week, whose loads are complete.
type part struct {
	day, last calendar.Day
	version   string
}

func (r *refreshRun) parts(m *Metric, loads map[calendar.Day]calendar.Load) []part {
	var parts []part
	if m.Roll != Whole {
		for day := r.span.first; day < r.span.end; day++ {
			if load := loads[day]; load.Complete() {
				parts = append(parts, part{day, day, load.Version})
			}
		}
		return parts
	}
	for _, w := range r.weeks {
		if version, complete := weekVersion(loads, w); complete {
			parts = append(parts, part{w.First(), w.Last(), version})
		}
	}
	return parts
}

func weekVersion(loads map[calendar.Day]calendar.Load, w calendar.Week) (version string, complete bool) {
	versions := make([]string, 0, calendar.DaysPerWeek)
	known := true
	for _, day := range w.Days() {
		if !loads[day].Complete() {
			return "", false
		}
		versions = append(versions, loads[day].Version)
		known = known && loads[day].Version != ""
	}
	if !known {
		return "", true
	}
	return hash(versions...), true
}

func (s Series) set(c calendar.Calendar, m *Metric, day calendar.Day, value Value) {
	if m.Roll == Whole {
		s.Weeks[c.WeekOf(day)] = value
		return
	}
	reading := s.Days[day]
	reading.Value = value
	s.Days[day] = reading
}

// loadsOf joins the loads of all tables that m reads: a day is as complete as the
// least of them.
func (r *refreshRun) loadsOf(ctx context.Context, m *Metric) (map[calendar.Day]calendar.Load, error) {
	joined := map[calendar.Day]calendar.Load{}
	for i, table := range m.Tables() {
		loads, err := r.loadsOfTable(ctx, table)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			for day, load := range loads {
				joined[day] = load
			}
			continue
		}
		for day, load := range joined {
			joined[day] = join(load, loads[day])
		}
	}
	if m.Since != nil {
		for day := r.span.first; day < *m.Since && day < r.span.end; day++ {
			delete(joined, day)
		}
	}
	return joined, nil
}

func join(a, b calendar.Load) calendar.Load {
	least := a.Coverage
	if b.Of == 0 || b.Have*a.Of < a.Have*b.Of {
		least = b.Coverage
	}
	version := ""
	if a.Version != "" && b.Version != "" {
		version = hash(a.Version, b.Version)
	}
	return calendar.Load{Coverage: least, Version: version}
}

func (r *refreshRun) loadsOfTable(ctx context.Context, table string) (map[calendar.Day]calendar.Load, error) {
	if loads, ok := r.loads[table]; ok {
		return loads, nil
	}
	loads, err := r.Source.Loaded(ctx, table, r.span.first, r.span.end)
	if err != nil {
		return nil, fmt.Errorf("what is loaded of %s: %w", table, err)
	}
	r.loads[table] = loads
	return loads, nil
}
