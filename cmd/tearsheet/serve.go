package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/store"
	"tearsheet/workflow"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the schedule of tearsheet.yaml, in the foreground, until it is stopped",
		Long: "Carries out each slot of schedule: once, over clock changes, restarts and other copies of\n" +
			"itself. A slot that was missed while the machine was off is caught up once, and reported\n" +
			"as late. Every minute the heartbeat file is written; `tearsheet status` exits with 1 when\n" +
			"the last slot that was done is too old.",
		Example: "  tearsheet serve\n  tearsheet schedule --for systemd    # for those who prefer a timer",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.serve(c.Context()) },
	}
}

func (a *app) serve(ctx context.Context) error {
	for {
		p, err := openProject(ctx, a.dir, a.plans)
		if err != nil {
			return err
		}
		if len(p.config.slots) == 0 {
			return noSchedule()
		}
		a.warn(p)
		changed, err := a.serveProject(ctx, p)
		if err != nil || !changed {
			return err
		}
		a.log(p, "%s was changed: its schedule is served from now on", configName)
	}
}

// serveProject serves the schedule of a project until it is stopped, or until the schedule
// in tearsheet.yaml is another one, which it reports.
func (a *app) serveProject(ctx context.Context, p *project) (changed bool, err error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return false, err
	}
	defer s.Close()
	a.sayNext(p)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	scheduler, busy := a.scheduler(p, s), new(atomic.Bool)
	for i, job := range scheduler.Jobs {
		scheduler.Jobs[i].Do = func(ctx context.Context, turn workflow.Turn) error {
			busy.Store(true)
			defer busy.Store(false)
			return job.Do(ctx, turn)
		}
	}
	watch, beat := a.newWatch(p), scheduler.Beat
	scheduler.Beat = func(ctx context.Context, at time.Time) error {
		if !busy.Load() && watch.changed(ctx) { // a slot that is under way is not disturbed
			changed = true
			stop()
		}
		return beat(ctx, at)
	}
	if err := scheduler.Serve(serving); err != nil {
		return false, workflowError(err)
	}
	return changed, ctx.Err() // it serves until it is stopped
}

// scheduler carries out the slots of a project.
func (a *app) scheduler(p *project, s *store.Store) *workflow.Scheduler {
	heart := &pulse{file: p.config.heartbeat.file}
	return &workflow.Scheduler{
		Jobs: a.jobs(p.config), Ledger: s, Clock: a.now,
		Beat: func(_ context.Context, at time.Time) error {
			return heart.write(func(b *beat) { b.At, b.Process = at, os.Getpid() })
		},
		Say: func(e workflow.Entry, text string) {
			a.log(p, "%s", text)
			if e.State != workflow.Done {
				return
			}
			err := heart.write(func(b *beat) { b.Job, b.Done = e.Job+" "+e.Slot, e.Ended })
			if p.config.heartbeat.url != "" {
				err = errors.Join(err, ping(context.Background(), p.config.heartbeat.url))
			}
			if err != nil {
				a.log(p, "%s", err)
			}
		},
	}
}

// log writes a line with the time in the company's zone, for whoever reads what serve
// said, without secrets.
func (a *app) log(p *project, format string, args ...any) {
	at := a.now().In(p.config.calendar.Zone()).Format("2006-01-02 15:04:05")
	fmt.Fprintln(a.errOut, at, a.hide(fmt.Sprintf(format, args...)))
}

// sayNext says what comes next.
func (a *app) sayNext(p *project) {
	for _, slot := range p.config.slots {
		next := slot.schedule.Next(a.now())
		a.log(p, "%s: next %s", slot.name, next.At.In(p.config.calendar.Zone()).Format("Monday 2 January 15:04 MST"))
	}
}
