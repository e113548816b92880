package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"tearsheet/workflow"
)

// slotTakes is what a slot may take longer than the last one before it is missed.
const slotTakes = 2 * time.Hour

// lastSlots returns the latest slots of each name that the schedule has, the latest first.
func (a *app) lastSlots(ctx context.Context, p *project, n int) (map[string][]workflow.Entry, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	last := map[string][]workflow.Entry{}
	for _, slot := range p.config.slots {
		if last[slot.name], err = s.Slots(ctx, slot.name, n); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// lastSlotDone returns when the last slot that was done ended. Before the first one it is
// when the schedule began, and the zero time if nobody has ever served it.
func (a *app) lastSlotDone(ctx context.Context, p *project) (time.Time, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer s.Close()
	var last time.Time
	const looked = 1000 // slots of a name
	for _, slot := range p.config.slots {
		begun, ok, err := s.Begun(ctx, slot.name)
		if err != nil {
			return last, err
		}
		if ok && begun.After(last) {
			last = begun
		}
		entries, err := s.Slots(ctx, slot.name, looked)
		if err != nil {
			return last, err
		}
		for _, e := range entries {
			if e.State == workflow.Done && e.Ended.After(last) {
				last = e.Ended
			}
		}
	}
	return last, nil
}

// overdue says which names have a slot that failed last, or should have been done by now. It is one after
// the last that was done, and may take two hours longer than that did.
func (a *app) overdue(ctx context.Context, p *project) (list []string, err error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	const looked = 1000 // slots of a name
	for _, slot := range p.config.slots {
		begun, ok, err := s.Begun(ctx, slot.name)
		if err != nil {
			return nil, err
		}
		if !ok {
			list = append(list, slot.name+" has not begun: nobody has looked at the schedule since it was written")
			continue
		}
		entries, err := s.Slots(ctx, slot.name, looked)
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 && entries[0].State == workflow.Failed {
			list = append(list, fmt.Sprintf("%s %s failed; `tearsheet schedule run %s` does it again", slot.name, entries[0].Slot, slot.name))
			continue
		}
		last, took := workflow.Slot{At: begun}, time.Duration(0)
		at := slices.IndexFunc(entries, func(e workflow.Entry) bool { return e.State == workflow.Done && !e.Due.Before(begun) })
		if at >= 0 {
			last, took = workflow.Slot{ID: entries[at].Slot, At: entries[at].Due}, entries[at].Ended.Sub(entries[at].Started)
		}
		due, err := slot.schedule.Due(last, a.now().Add(-slotTakes-took))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", slot.name, err)
		}
		if due.Slot.ID != "" {
			list = append(list, fmt.Sprintf("%s was due %s, and is not done", slot.name, due.Slot.At.In(p.config.calendar.Zone()).Format("Mon 2 Jan 15:04")))
		}
	}
	return list, nil
}

// sayLastSlots tells what became of the last slot of each name, and whether somebody serves.
func (a *app) sayLastSlots(ctx context.Context, p *project) error {
	last, err := a.lastSlots(ctx, p, 1)
	if err != nil {
		return err
	}
	zone := p.config.calendar.Zone()
	fmt.Fprintln(a.out, "\nthe schedule:")
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, slot := range p.config.slots {
		next := slot.schedule.Next(a.now()).At.In(zone).Format("Mon 2 Jan 15:04")
		if len(last[slot.name]) == 0 {
			fmt.Fprintf(w, "  %s\tnone yet\t\tnext %s\n", slot.name, next)
			continue
		}
		line := asSlotLine(last[slot.name][0])
		fmt.Fprintf(w, "  %s\t%s\t%s\tnext %s\t%s\n", slot.name, line.Due.In(zone).Format("Mon 2 Jan 15:04"), line.State, next, line.remark())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return a.sayBeat(ctx, p)
}

// sayBeat tells whether somebody serves the schedule.
func (a *app) sayBeat(ctx context.Context, p *project) error {
	b, ok, wrong := readBeat(p.config.heartbeat.file)
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	holder, err := s.Holder(ctx, workflow.Serving)
	switch {
	case wrong != nil || err != nil:
		return errors.Join(wrong, err)
	case holder != nil:
		fmt.Fprintf(a.out, "  it is served %s\n", holder)
	case !ok || b.At.IsZero(): // others may have let its slots happen
		fmt.Fprintln(a.out, "  nobody has served it with `tearsheet serve` yet")
	default:
		fmt.Fprintf(a.out, "  nobody serves it: the last heartbeat was %s\n", since(a.now(), b.At))
	}
	return nil
}
