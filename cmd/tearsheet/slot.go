package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tearsheet/workflow"
)

// slotEnds is when an attempt at a slot hangs: nothing else is carried out meanwhile.
const slotEnds = 24 * time.Hour

// jobs are the slots of a project as the scheduler knows them.
func (a *app) jobs(c *config) []workflow.Job {
	var jobs []workflow.Job
	for _, slot := range c.slots {
		jobs = append(jobs, workflow.Job{Name: slot.name, Schedule: slot.schedule, Again: slotAgain(), Timeout: slotEnds,
			Do: func(ctx context.Context, turn workflow.Turn) error {
				return a.codes.keep(slot.name, c.discreet(a.carryOut(ctx, turn)))
			}})
	}
	return jobs
}

// exitCodes are those of the slots that were carried out last, by name.
type exitCodes map[string]int

// keep notes the exit code of an error, and returns the error.
func (codes exitCodes) keep(name string, err error) error {
	codes[name] = exitCode(err)
	return err
}

// slotAgain says when a slot is tried again whose fault may pass by itself.
func slotAgain() workflow.Again {
	return workflow.Again{Waits: []time.Duration{5 * time.Minute, 15 * time.Minute, 45 * time.Minute},
		If: func(err error) bool { code := exitCode(err); return code == exitSource || code == exitActive }}
}

// carryOut does what a slot says. The files of the project are read anew, so that a slot
// goes by what they say now. Each part may be done twice without harm: rows have their
// ledger, editions their fingerprint, tabs are compared, and mails have their outbox.
func (a *app) carryOut(ctx context.Context, turn workflow.Turn) error {
	p, err := openProject(ctx, a.dir, a.plans)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.config.slots, func(slot slotConfig) bool { return slot.name == turn.Job })
	if at < 0 {
		return hinted(p.config.noSlot(turn.Job), "stop `tearsheet serve` and start it again: its schedule was changed")
	}
	return p.config.discreet(a.carryOutIn(ctx, p, p.config.slots[at], turn)) // by the passwords of now
}

// carryOutIn does what a slot of a project says.
func (a *app) carryOutIn(ctx context.Context, p *project, slot slotConfig, turn workflow.Turn) error {
	switch {
	case slot.does(runSheet):
		return a.slotSheet(ctx, p, slot, turn)
	case slot.does(runValues):
		o, err := a.options(p, sheetFlags{})
		if err != nil {
			return err
		}
		return a.values(ctx, p, o)
	}
	o := runOptions{now: p.config.clock(a.now()), show: newProgress(a.errOut)}
	reports, broke := p.run(ctx, o)
	for _, report := range reports {
		a.sayRun(report)
	}
	a.sendStatus(ctx, p, o, reports, broke)
	return errors.Join(broke, failed(last(reports)))
}

// values brings the warehouse and the daily values of the sheet up to date.
func (a *app) values(ctx context.Context, p *project, o sheetOptions) error {
	if err := a.bringUp(ctx, p, o); err != nil {
		return err
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	_, work, err := p.history(ctx, s, o)
	if err == nil {
		fmt.Fprintf(a.errOut, "values: %s computed\n", count(work.Days, "day"))
	}
	return err
}

// slotSheet makes the sheet of a slot and brings it where it belongs. Its week is the last
// one that was complete at the slot: one that is caught up days later is not another week's.
func (a *app) slotSheet(ctx context.Context, p *project, slot slotConfig, turn workflow.Turn) error {
	o, err := a.options(p, sheetFlags{to: slot.formats})
	if err != nil {
		return err
	}
	o.last = p.config.calendar.LastWeeks(1, p.config.calendar.DayOf(p.config.clock(turn.Due)))[0]
	o.delivery.mail, o.delivery.late, o.delivery.slot = slot.mail, turn.Late, slot.name
	o.delivery.again = turn.Attempt <= len(slotAgain().Waits)
	return a.issueAndDeliver(ctx, p, o)
}

// lateness says how late a slot was, in words, or nothing if it was on time, which is for
// the scheduler to say: late is 0 then.
func lateness(late time.Duration) string {
	if late <= 0 {
		return ""
	}
	return "late by " + roughly(late)
}

// roughly is a length of time as one says it: 10 seconds, 40 minutes, 3 hours, 2 days.
func roughly(d time.Duration) string {
	const twoHours, twoDays = 2 * time.Hour, 48 * time.Hour
	switch {
	case d < time.Minute:
		return count(int((d+time.Second-1)/time.Second), "second")
	case d < twoHours:
		return count(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < twoDays:
		return count(int(d.Round(time.Hour)/time.Hour), "hour")
	}
	return count(int(d/(24*time.Hour)), "day")
}
