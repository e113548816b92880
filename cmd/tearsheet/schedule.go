package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/internal/spelling"
	"tearsheet/workflow"
)

func (a *app) scheduleCommand() *cobra.Command {
	var recipe string
	c := &cobra.Command{
		Use:   "schedule",
		Short: "The slots of tearsheet.yaml: the next ones, and what became of the last",
		Long: "Shows when each slot of schedule comes next, and what became of those that passed. With\n" +
			"--for it prints how systemd, cron, Kubernetes or GitHub Actions run the same slots, for\n" +
			"those who do not want `tearsheet serve`.",
		Example: "  tearsheet schedule\n  tearsheet schedule --for systemd\n  tearsheet schedule run tuesday",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.schedule(c.Context(), recipe) },
	}
	c.Flags().StringVar(&recipe, "for", "", "print a recipe: "+strings.Join(recipeNames(), ", "))
	_ = c.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(recipeNames(), cobra.ShellCompDirectiveNoFileComp))
	c.AddCommand(a.scheduleRunCommand(), &cobra.Command{
		Use: "begin NAME", Short: "Let the slots of a name begin anew, now: after a clock was wrong", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.beginAnew(c.Context(), args[0]) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.slotNames(), cobra.ShellCompDirectiveNoFileComp
		},
	})
	return c
}

func (a *app) scheduleRunCommand() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "run NAME|--all",
		Short: "Carry out the latest slot of a name, if it was not done",
		Long: "For cron and its like, and for a person: the latest slot that is due is carried out, once,\n" +
			"whoever calls. One that was done is not done again. With a name one that failed is, too.",
		Example: "  tearsheet schedule run tuesday\n  tearsheet schedule run --all",
		Args: usageArgs(func(_ *cobra.Command, args []string) error {
			if all != (len(args) == 0) || len(args) > 1 {
				return errors.New("name one slot, or --all")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, args []string) error { return a.runSlots(c.Context(), args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.slotNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all slots that are due")
	return c
}

// slotNames returns the names of the slots, or none if tearsheet.yaml cannot be read.
func (a *app) slotNames() []string {
	c, err := readConfig(a.dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, slot := range c.slots {
		names = append(names, slot.name)
	}
	return names
}

// slotLine is a slot in the answer of schedule.
type slotLine struct {
	Job     string         `json:"job"`
	Slot    string         `json:"slot,omitempty"`
	Due     time.Time      `json:"due"`
	State   workflow.State `json:"state"` // next, if it is to come
	Started *time.Time     `json:"started,omitempty"`
	Ended   *time.Time     `json:"ended,omitempty"`
	Late    float64        `json:"late_seconds,omitempty"`
	Tries   int            `json:"attempts,omitempty"`
	By      string         `json:"by,omitempty"`
	Error   string         `json:"error,omitempty"`
}

// comes is the state of a slot that is to come.
const comes workflow.State = "next"

// schedule shows the slots.
func (a *app) schedule(ctx context.Context, recipe string) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	if len(p.config.slots) == 0 {
		return noSchedule()
	}
	if recipe != "" {
		return p.writeRecipe(a.out, recipe, a.now())
	}
	lines, err := a.slotLines(ctx, p)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(lines)
	}
	return a.saySlots(p, lines)
}

func noSchedule() error {
	return hinted(usageError(errors.New(configName+" has no schedule")),
		`write one, such as: schedule: {tuesday: {on: tuesday, at: "07:00", run: [sheet]}}`)
}

// shownSlots is how many slots of a name are shown that passed, and that are to come.
const shownSlots, shownNext = 5, 2

// slotLines returns the slots of each name in the order of time: those that passed, then
// those that are to come.
func (a *app) slotLines(ctx context.Context, p *project) ([]slotLine, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	lines := []slotLine{}
	for _, slot := range p.config.slots {
		past, err := s.Slots(ctx, slot.name, shownSlots)
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(past) {
			lines = append(lines, asSlotLine(e))
		}
		for _, next := range slot.schedule.Upcoming(a.now(), shownNext) {
			lines = append(lines, slotLine{Job: slot.name, Slot: next.ID, Due: next.At, State: comes})
		}
	}
	return lines, nil
}

func asSlotLine(e workflow.Entry) slotLine {
	line := slotLine{Job: e.Job, Slot: e.Slot, Due: e.Due, State: e.State, Late: e.Late.Seconds(), Tries: e.Attempts, By: e.By, Error: e.Error}
	if !e.Started.IsZero() {
		line.Started = &e.Started
	}
	if !e.Ended.IsZero() {
		line.Ended = &e.Ended
	}
	return line
}

func (a *app) saySlots(p *project, lines []slotLine) error {
	zone := p.config.calendar.Zone()
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "slot\tdue, %s\t\ttook\t\n", zone)
	for i, line := range lines {
		name, took := "", ""
		if i == 0 || lines[i-1].Job != line.Job {
			name = line.Job
		}
		if line.Started != nil && line.Ended != nil {
			took = duration(line.Ended.Sub(*line.Started))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, line.Due.In(zone).Format("Mon 2 Jan 2006 15:04"), line.State, took, line.remark())
	}
	return w.Flush()
}

// remark says what is odd about a slot.
func (l slotLine) remark() string {
	var said []string
	if late := lateness(time.Duration(l.Late * float64(time.Second))); late != "" {
		said = append(said, late)
	}
	if l.Tries > 1 {
		said = append(said, fmt.Sprintf("attempt %d", l.Tries))
	}
	if l.By != "" && l.By != workflow.BySchedule {
		said = append(said, "by "+l.By)
	}
	if l.Error != "" {
		said = append(said, firstOf(l.Error))
	}
	return strings.Join(said, "; ")
}

// byHand is who lets a slot happen by `tearsheet schedule run`.
const byHand = "schedule run"

// runSlots carries out the latest slots of some names, or of all.
func (a *app) runSlots(ctx context.Context, names []string) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	if len(p.config.slots) == 0 {
		return noSchedule()
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	due, by := p.config.slots, workflow.BySchedule // a name that is new begins now, as with serve
	if len(names) > 0 {
		by = byHand
		due = slices.DeleteFunc(slices.Clone(due), func(slot slotConfig) bool { return slot.name != names[0] })
		if len(due) == 0 {
			return p.config.noSlot(names[0])
		}
	}
	scheduler := a.quiet().scheduler(p, s)
	lines, failed := []slotLine{}, []error(nil)
	for _, slot := range due {
		entry, ran, err := scheduler.Run(ctx, slot.name, by)
		if err == nil {
			lines = append(lines, a.slotOrNext(slot, entry))
		}
		switch {
		case err != nil:
			failed = append(failed, workflowError(err))
		case !ran && entry.State == workflow.Failed && len(names) > 0: // that is, closed as such just now
			failed = append(failed, a.slotError(entry))
		case !ran && entry.Slot == "":
			a.log(p, "%s: no slot was due yet", slot.name)
		case !ran:
			a.log(p, "%s: the slot of %s is %s; nothing to do", slot.name, entry.Due.In(p.config.calendar.Zone()).Format("Mon 2 Jan 15:04"), entry.State)
		case entry.State != workflow.Done:
			failed = append(failed, a.slotError(entry))
		}
	}
	if a.json {
		failed = append(failed, a.answer(lines))
	}
	return errors.Join(failed...)
}

// quiet is the program whose answer is one about slots: what a slot makes is said to people
// only.
func (a *app) quiet() *app {
	if !a.json {
		return a
	}
	quiet := *a
	quiet.out = io.Discard
	return &quiet
}

// slotOrNext is a slot in an answer, or the next one of its name if none was due yet.
func (a *app) slotOrNext(slot slotConfig, e workflow.Entry) slotLine {
	if e.Slot != "" {
		return asSlotLine(e)
	}
	next := slot.schedule.Next(a.now())
	return slotLine{Job: slot.name, Slot: next.ID, Due: next.At, State: comes}
}

// noSlot says that there is no slot of a name.
func (c *config) noSlot(name string) error {
	var names []string
	for _, slot := range c.slots {
		names = append(names, slot.name)
	}
	return usageError(fmt.Errorf("no slot %q in the schedule of %s%s; there are %s", name, configName, spelling.DidYouMean(name, names), strings.Join(names, ", ")))
}

// beginAnew lets the slots of a name begin now, whatever is kept of them.
func (a *app) beginAnew(ctx context.Context, name string) error {
	s, c, err := a.storeOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	at := slices.IndexFunc(c.slots, func(slot slotConfig) bool { return slot.name == name })
	if at < 0 {
		return c.noSlot(name)
	}
	if err := s.BeginAnew(ctx, name, a.now()); err != nil {
		return err
	}
	next := a.slotOrNext(c.slots[at], workflow.Entry{})
	fmt.Fprintf(a.errOut, "%s begins now; next %s\n", name, next.Due.In(c.calendar.Zone()).Format("Mon 2 Jan 2006 15:04 MST"))
	if a.json {
		return a.answer(next)
	}
	return nil
}

// slotError is the error of a slot that was not done. What went wrong has been said.
func (a *app) slotError(e workflow.Entry) error {
	return &exitError{code: cmp.Or(a.codes[e.Job], exitHeld), err: fmt.Errorf("%s of %s was not done", e.Job, e.Slot)}
}
