package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// build makes the stale days of an asset. A day that cannot be made is a failure in
// the report; the others are made all the same.
func (w *work) build(ctx context.Context, u *unit) (NodeReport, error) {
	b := &builder{work: w, asset: u.asset, report: NodeReport{Name: u.name, Tables: u.tables, Started: w.Clock()}}
	w.mutex.Lock()
	plan := w.planner.Plan(u.asset)
	w.mutex.Unlock()
	if plan.Waiting == noDays { // no later night brings what it waits for
		b.report.Failures = []Failure{{From: warehouse.WholePart, To: warehouse.WholePart + 1, Error: noDays, Kind: FailedSetup}}
		b.report.Ended = w.Clock()
		return b.report, b.attempt(ctx, warehouse.Attempt{From: warehouse.WholePart, To: warehouse.WholePart + 1, State: warehouse.Failed, Error: noDays, Started: b.report.Started})
	}
	b.report.Fresh, b.report.Waiting = plan.Fresh, plan.Waiting
	spoiled := w.failedDays(u.asset, u.parents)
	var stale []Stale
	for _, s := range plan.Stale {
		if spoiled(s.Day) {
			b.report.Skipped = append(b.report.Skipped, s.Day)
			continue
		}
		stale = append(stale, s)
	}
	if err := b.all(ctx, stale, plan.Forget); err != nil {
		return b.report, err
	}
	b.report.Ended = w.Clock()
	return b.report, b.skipped(ctx)
}

// builder makes the days of one asset.
type builder struct {
	*work
	asset  *Asset
	report NodeReport
	// refused is what the warehouse has against the SELECT itself, whatever the day.
	refused error
	// began is when the first of the days of the last failure was tried, until that is
	// remembered; else it is zero.
	began time.Time
}

func (b *builder) all(ctx context.Context, stale []Stale, forget []calendar.Day) error {
	if len(stale) == 0 && len(forget) == 0 {
		return nil
	}
	if err := b.Warehouse.Ensure(ctx, b.asset.Table()); err != nil {
		return err
	}
	if len(forget) > 0 {
		change := warehouse.Change{Table: b.asset.Table(), Forget: forget, RunID: b.Context.RunID, At: b.Context.At}
		if err := b.Warehouse.Replace(ctx, change); err != nil {
			return err
		}
		b.report.Changed, b.report.Gone = append(b.report.Changed, forget...), len(forget)
	}
	for _, batch := range batches(b.asset, stale) {
		if err := b.batch(ctx, batch); err != nil {
			if ctx.Err() == nil && b.Kind(err) != FailedStorage { // the run may survive it
				err = errors.Join(err, b.rememberFailure(ctx))
			}
			return err
		}
	}
	return b.rememberFailure(ctx)
}

// batch makes some days at once, and one half after the other if that fails, so that
// a bad day keeps no other from being made. A SELECT that the warehouse does not
// understand is tried no further: no day of it can be made.
func (b *builder) batch(ctx context.Context, batch []Stale) error {
	began := b.Clock()
	if b.refused != nil {
		return b.failed(ctx, batch, b.refused, began)
	}
	built, err := b.Warehouse.Build(ctx, b.order(batch))
	var refused *warehouse.SyntaxError
	switch {
	case err == nil:
		return b.succeeded(ctx, batch, built, began)
	case ctx.Err() != nil:
		return err
	case b.Kind(err) != FailedData:
		return err
	case errors.As(err, &refused):
		b.refused = err
		return b.failed(ctx, batch, err, began)
	case len(batch) > 1:
		half := len(batch) / 2
		if err := b.batch(ctx, batch[:half]); err != nil {
			return err
		}
		return b.batch(ctx, batch[half:])
	}
	return b.failed(ctx, batch, err, began)
}

func (b *builder) order(batch []Stale) warehouse.Build {
	order := warehouse.Build{Table: b.asset.Table(), Select: b.asset.SQL, Checks: b.asset.Checks, RunID: b.Context.RunID, At: b.Context.At}
	for _, s := range batch {
		order.Parts = append(order.Parts, s.Part)
	}
	return order
}

func (b *builder) succeeded(ctx context.Context, batch []Stale, built warehouse.Built, began time.Time) error {
	if err := b.rememberFailure(ctx); err != nil {
		return err
	}
	b.report.Built += len(batch)
	b.report.Rows += built.Rows
	b.report.Changed = append(b.report.Changed, built.Changed...)
	return b.attempt(ctx, warehouse.Attempt{From: batch[0].Day, To: batch[len(batch)-1].Day + 1, State: warehouse.Succeeded,
		Rows: built.Rows, Changed: int64(len(built.Changed)), Started: began})
}

// failed notes a failure, together with that of the days before if it is the same: what
// has one cause is told once, however many days it takes.
func (b *builder) failed(ctx context.Context, batch []Stale, err error, began time.Time) error {
	from, to := batch[0].Day, batch[len(batch)-1].Day+1
	if n := len(b.report.Failures); !b.began.IsZero() {
		if last := &b.report.Failures[n-1]; last.To == from && last.Error == err.Error() {
			last.To = to
			return nil
		}
	}
	if err := b.rememberFailure(ctx); err != nil {
		return err
	}
	b.report.Failures = append(b.report.Failures, Failure{From: from, To: to, Error: err.Error(), Kind: FailedData})
	b.began = began
	return nil
}

// rememberFailure writes down the last failure, to which no day is added any more.
func (b *builder) rememberFailure(ctx context.Context) error {
	if b.began.IsZero() {
		return nil
	}
	last := b.report.Failures[len(b.report.Failures)-1]
	began := b.began
	b.began = time.Time{}
	return b.attempt(ctx, warehouse.Attempt{From: last.From, To: last.To, State: warehouse.Failed, Error: last.Error, Started: began})
}

func (b *builder) attempt(ctx context.Context, a warehouse.Attempt) error {
	a.RunID, a.Asset, a.Ended = b.Context.RunID, b.asset.Name, b.Clock()
	return warehouse.Remember(ctx, b.Warehouse, a)
}

// skipped remembers the days that were not tried, in rows of days that follow each
// other.
func (b *builder) skipped(ctx context.Context) error {
	now := b.Clock()
	for i := 0; i < len(b.report.Skipped); {
		from := b.report.Skipped[i]
		to := from + 1
		for i++; i < len(b.report.Skipped) && b.report.Skipped[i] == to; i++ {
			to++
		}
		err := warehouse.Remember(ctx, b.Warehouse, warehouse.Attempt{RunID: b.Context.RunID, Asset: b.asset.Name, From: from, To: to,
			State: warehouse.Skipped, Error: fmt.Sprintf("a table that %s is made of failed", b.asset.Name), Started: now, Ended: now})
		if err != nil {
			return err
		}
	}
	return nil
}
