package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
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
	p, err := openProject(ctx, a.dir, a.plans)
	if err != nil {
		return err
	}
	if len(p.config.slots) == 0 {
		return hinted(usageError(errors.New("there is nothing to serve: "+configName+" has no schedule")),
			`write one, such as: schedule: {tuesday: {on: tuesday, at: "07:00", run: [sheet]}}`)
	}
	a.warn(p)
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	a.sayNext(p)
	if err := a.scheduler(p, s).Serve(ctx); err != nil {
		return workflowError(err)
	}
	return ctx.Err() // it serves until it is stopped
}

// scheduler carries out the slots of a project.
func (a *app) scheduler(p *project, s *store.Store) *workflow.Scheduler {
	var mutex sync.Mutex // a slot may end while a beat is written
	pulse := func(change func(*beat)) error {
		mutex.Lock()
		defer mutex.Unlock()
		last, _, _ := readBeat(p.config.heartbeat.file) // one that cannot be read is written anew
		change(&last)
		return last.write(p.config.heartbeat.file)
	}
	return &workflow.Scheduler{
		Jobs: a.jobs(p.config), Ledger: s, Clock: a.now,
		Beat: func(_ context.Context, at time.Time) error {
			return pulse(func(b *beat) { b.At, b.Process = at, os.Getpid() })
		},
		Say: func(e workflow.Entry, text string) {
			a.log(p, "%s", text)
			if e.State != workflow.Done {
				return
			}
			err := pulse(func(b *beat) { b.Job, b.Done = e.Job+" "+e.Slot, e.Ended })
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
