package metrics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tearsheet/calendar"
)

// task is one statement to run: a group over a span, or one metric over a week.
type task struct {
	group group
	span  span
	week  *calendar.Week
}

// compute runs the statements that the jobs need, those with the same stale days
// together, and keeps what each returned before it runs the next.
func (r *refreshRun) compute(ctx context.Context, jobs []job) error {
	tasks := r.tasks(ctx, jobs)
	versions := map[*Metric]map[calendar.Day]string{}
	for _, j := range jobs {
		versions[j.metric] = j.versions
	}
	failed := map[*Metric]error{}
	for i, t := range tasks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.Progress != nil {
			r.Progress(i, len(tasks))
		}
		if t.group = t.group.without(failed); len(t.group.metrics) == 0 {
			continue
		}
		done, err := r.ask(ctx, t, failed)
		if err != nil {
			return err
		}
		for _, one := range done {
			if err := r.keep(ctx, one, versions); err != nil {
				return err
			}
		}
	}
	if r.Progress != nil && len(tasks) > 0 {
		r.Progress(len(tasks), len(tasks))
	}
	return failures(jobs, failed)
}

func failures(jobs []job, failed map[*Metric]error) error {
	var list []error
	for _, j := range jobs {
		if err := failed[j.metric]; err != nil {
			list = append(list, fmt.Errorf("metric %q, %w", j.metric.Name, err))
		}
	}
	return errors.Join(list...)
}

func (r *refreshRun) tasks(ctx context.Context, jobs []job) []task {
	var tasks []task
	byDays := map[string][]*Metric{}
	spans := map[string][]span{}
	var order []string
	for _, j := range jobs {
		if j.metric.Roll == Whole {
			for _, day := range j.days {
				w := r.Calendar.WeekOf(day)
				tasks = append(tasks, task{group{metrics: []*Metric{j.metric}}, span{w.First(), w.End()}, &w})
			}
			continue
		}
		if len(j.days) == 0 {
			continue
		}
		pieces := r.cut(j.days)
		id := fmt.Sprint(pieces)
		if byDays[id] == nil {
			order = append(order, id)
			spans[id] = pieces
		}
		byDays[id] = append(byDays[id], j.metric)
	}
	for _, id := range order {
		pieces := spans[id]
		dense := r.denseKeysOf(ctx, byDays[id], span{pieces[0].first, pieces[len(pieces)-1].end})
		for _, g := range groups(byDays[id], dense) {
			for _, s := range pieces {
				tasks = append(tasks, task{group: g, span: s})
			}
		}
	}
	return tasks
}

// cut joins neighbouring days into spans of at most DaysAtOnce.
func (r *refreshRun) cut(days []calendar.Day) []span {
	slices.Sort(days)
	var spans []span
	for _, day := range days {
		if n := len(spans) - 1; n >= 0 && spans[n].end == day && spans[n].days() < r.DaysAtOnce {
			spans[n].end = day + 1
			continue
		}
		spans = append(spans, span{day, day + 1})
	}
	return spans
}

// answered is a task with what its statement returned.
type answered struct {
	task
	found answer
}

// ask runs one task. If a statement for several metrics fails, each is asked alone,
// and plainly, so that one faulty definition costs its own figure only.
func (r *refreshRun) ask(ctx context.Context, t task, failed map[*Metric]error) ([]answered, error) {
	r.work.Statements++
	found, err := t.statement(r.Calendar).run(ctx, r.Source, t.span)
	if err == nil {
		return []answered{{t, found}}, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(t.group.metrics) == 1 {
		m := t.group.metrics[0]
		failed[m] = fmt.Errorf("%s to %s: %w", t.span.first, t.span.end-1, err)
		return nil, nil
	}
	var all []answered
	for _, m := range t.group.metrics {
		alone := task{group: group{metrics: []*Metric{m}}, span: t.span}
		one, err := r.ask(ctx, alone, failed)
		if err != nil {
			return nil, err
		}
		all = append(all, one...)
	}
	return all, nil
}

func (t task) statement(c calendar.Calendar) statement {
	if t.week != nil {
		return t.group.metrics[0].wholeWeek(c, *t.week)
	}
	return t.group.statement(c, t.span)
}

// keep stores an answer, with the statement that gave it, and puts it into the
// history. A loaded day without a row is worth what the metric says of empty days.
func (r *refreshRun) keep(ctx context.Context, done answered, versions map[*Metric]map[calendar.Day]string) error {
	t, values := done.task, map[string]map[calendar.Day]Stored{}
	for m, byDay := range done.found {
		computation := m.ComputationHash(r.Calendar)
		if values[computation] == nil { // two metrics may be computed alike, and begin on different days
			values[computation] = map[calendar.Day]Stored{}
		}
		for day, version := range versions[m] {
			if day < t.span.first || day >= t.span.end {
				continue
			}
			value := m.orEmpty(byDay, day)
			values[computation][day] = Stored{value, version}
			r.history[m.Name].set(r.Calendar, m, day, value)
			r.work.Days++
		}
	}
	if err := r.Archive.Keep(ctx, values); err != nil {
		return err
	}
	ran := Ran{Text: t.statement(r.Calendar).text, First: t.span.first, Last: t.span.end - 1}
	return r.Archive.KeepStatement(ctx, ran, slices.Sorted(maps.Keys(values)))
}

// orEmpty returns the value of a loaded day. A row without a value counts as no row:
// beside other metrics a sum of no rows is NULL.
func (m *Metric) orEmpty(byDay map[calendar.Day]Value, day calendar.Day) Value {
	if value := byDay[day]; value.Known() {
		return value
	}
	if m.Empty == EmptyZero {
		return Int(0)
	}
	return Value{}
}
