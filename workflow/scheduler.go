package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Job is something that is done at the slots of a schedule.
type Job struct {
	Name     string // unlike that of all other jobs; its history hangs on it
	Schedule Schedule
	// Do carries out a slot. It may be called again for one that was interrupted or
	// failed, so what it did by then must do no harm. Its error is kept and shown: it holds
	// no secret.
	Do func(context.Context, Turn) error
	// Timeout ends the context of an attempt; 0 is none.
	Timeout time.Duration
	// Again says whether a slot that failed is tried again.
	Again Again
}

// Again says when a slot that failed is tried again. The zero Again tries none.
type Again struct {
	// If reports whether an error may pass; nil is none.
	If func(error) bool
	// Waits are those after the first attempt, the second, and so on. An attempt that would
	// begin after the next slot of the job is not made.
	Waits []time.Duration
}

// Turn is one attempt to carry out a slot.
type Turn struct {
	Job, Slot string
	Due       time.Time
	// Late is how long after Due the attempt began, or 0 if that is two minutes or less.
	Late time.Duration
	// Missed is how many slots before this one nobody was there for.
	Missed  int
	Attempt int // from 1
	// By is who let it happen: BySchedule, or what Run was told.
	By string
}

// BySchedule is who lets the jobs of Serve happen.
const BySchedule = "schedule"

// Scheduler carries out the slots of its jobs, each once. What was done is kept in its
// ledger, which it may share with other schedulers and with people: the slot is done by
// one of them.
//
//   - A job that is new begins now: no slot of the past is due.
//   - Of slots that were missed, since nothing served them, the latest is carried out, once
//     and late; the others are kept as missed, the latest hundred of them by name.
//   - One job at a time is carried out, in the order of their slots; the others wait their
//     turn. Slots of a job that pass while it is under way itself are skipped.
//   - A slot whose process was killed is carried out again, three times in all, and one
//     that was interrupted by the end of the context, too, if no later slot is due by then.
//   - One that failed is kept as failed, or tried again as Job.Again says.
//
// A process that loses the connection to the ledger's server loses its locks. It ends the
// job that is under way when it notices, some seconds later; another scheduler may by then
// have begun to carry out the slot again.
type Scheduler struct {
	Jobs   []Job
	Ledger Ledger
	// Clock tells the time; nil is the machine's.
	Clock func() time.Time
	// Beat is told at least once a minute that Serve is alive, also while a job is under
	// way. Its context ends after ten seconds. nil is nobody.
	Beat func(context.Context, time.Time) error
	// Say is told what happens, as a sentence, and of which slot: the entry's State is what
	// has become of it. The entry has no Slot if it is of none. It is called by one
	// goroutine at a time; nil is nobody.
	Say func(Entry, string)
}

const (
	// longestSleep is how long a scheduler does not look at the clock. Timers stand still
	// while a machine sleeps.
	longestSleep = time.Minute
	// turnTakes is the wait for a process that is carrying out a slot; Run begins with
	// firstWait and doubles it.
	turnTakes = 5 * time.Second
	firstWait = 20 * time.Millisecond
	// beatTakes is the most that a beat may take.
	beatTakes = 10 * time.Second
)

// Validate reports what is wrong with the jobs, all of it.
func (s *Scheduler) Validate() error {
	var faults []error
	names := map[string]bool{}
	for _, job := range s.Jobs {
		switch {
		case job.Name == "":
			faults = append(faults, errors.New("a job has no name"))
		case names[job.Name]:
			faults = append(faults, fmt.Errorf("job %q: there are two of that name", job.Name))
		case job.Do == nil:
			faults = append(faults, fmt.Errorf("job %q: it has nothing to do", job.Name))
		}
		if err := job.Schedule.Validate(); err != nil {
			faults = append(faults, fmt.Errorf("job %q: %w", job.Name, err))
		}
		names[job.Name] = true
	}
	return errors.Join(faults...)
}

// Serve carries out the jobs until ctx ends, and returns nil then, when the job that is
// under way has returned. It is ErrServing, and says where, if another process does so.
// What goes wrong later is said, and tried again at the next look at the clock.
func (s *Scheduler) Serve(ctx context.Context) error {
	if err := s.Validate(); err != nil {
		return err
	}
	problems := problems{say: s.say}
	for first := true; ; first = false {
		held, release, err := s.Ledger.Lock(ctx, Serving)
		if err == nil {
			s.serve(held, &problems)
			if err = release(); ctx.Err() == nil {
				err = errors.Join(errors.New("the lock of the schedule was lost"), err)
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrHeld):
			return fmt.Errorf("%w %w", ErrServing, err)
		case first && held == nil:
			return fmt.Errorf("schedule: %w", err)
		}
		problems.note("", err)
		sleep(ctx, longestSleep)
	}
}

// serve carries out the jobs while the lock is held.
func (s *Scheduler) serve(ctx context.Context, problems *problems) {
	looks := make([]time.Time, len(s.Jobs)) // when to look at a job next
	for i, job := range s.Jobs {
		looks[i] = s.look(ctx, job)
	}
	before := s.now()
	for ctx.Err() == nil {
		now := s.now()
		if now.Before(before) {
			clear(looks) // the clock went back: what was to come may be another
		}
		before = now
		s.beat(ctx, problems)
		i := earliest(looks)
		if i < 0 || looks[i].After(now) {
			wait := longestSleep
			if i >= 0 {
				wait = min(wait, looks[i].Sub(now))
			}
			sleep(ctx, wait)
			continue
		}
		job := s.Jobs[i]
		result, err := s.turn(ctx, job, BySchedule)
		looks[i] = result.next
		switch {
		case errors.Is(err, ErrHeld):
			looks[i] = s.now().Add(turnTakes)
			err = nil
		case err != nil:
			looks[i] = s.now().Add(longestSleep)
		}
		if ctx.Err() == nil {
			problems.note(job.Name, err)
		}
	}
}

// look returns when a job has something to do, so that those that wait go in order.
func (s *Scheduler) look(ctx context.Context, job Job) time.Time {
	todo, err := s.plan(ctx, job, false)
	switch {
	case err != nil:
		return s.now() // its turn says what is wrong
	case todo.entry.Slot != "":
		return todo.entry.Due
	case todo.stale.Slot != "":
		return todo.stale.Due
	}
	return todo.next
}

func earliest(looks []time.Time) int {
	if len(looks) == 0 {
		return -1
	}
	return slices.Index(looks, slices.MinFunc(looks, time.Time.Compare))
}

// Run carries out the latest slot of a job, for those whose own cron calls it, and for a
// person: by is who. It waits for its turn. A slot that is done is not carried out again:
// then Run returns its entry, and false. One that failed is, and so is one that is older
// than the job.
func (s *Scheduler) Run(ctx context.Context, name, by string) (Entry, bool, error) {
	if err := s.Validate(); err != nil {
		return Entry{}, false, err
	}
	i := slices.IndexFunc(s.Jobs, func(job Job) bool { return job.Name == name })
	if i < 0 {
		return Entry{}, false, fmt.Errorf("job %q: %w", name, ErrUnknown)
	}
	alone := *s
	alone.Beat = nil // it does not serve
	for wait := firstWait; ; wait = min(2*wait, turnTakes) {
		result, err := alone.turn(ctx, s.Jobs[i], by)
		if !errors.Is(err, ErrHeld) {
			return result.entry, result.ran, err
		}
		if sleep(ctx, wait); ctx.Err() != nil {
			return Entry{}, false, fmt.Errorf("job %q: %w: another slot is carried out %w", name, ctx.Err(), err)
		}
	}
}

// now is the time by the clock on the wall, which goes on while the machine sleeps.
func (s *Scheduler) now() time.Time {
	if s.Clock != nil {
		return s.Clock().Round(0)
	}
	return time.Now().Round(0)
}

func (s *Scheduler) say(e Entry, text string) {
	if s.Say != nil {
		s.Say(e, text)
	}
}

func (s *Scheduler) beat(ctx context.Context, problems *problems) {
	if s.Beat == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, beatTakes)
	defer cancel()
	if err := s.Beat(ctx, s.now()); ctx.Err() != context.Canceled {
		problems.note("heartbeat", err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// problems are those that were said, so that each is said once and not each minute.
type problems struct {
	say  func(Entry, string)
	said map[string]string
}

// note says what is wrong with a job, or with the schedule, unless it has said so.
func (p *problems) note(of string, err error) {
	if err == nil {
		delete(p.said, of)
		return
	}
	text := err.Error()
	if of != "" {
		text = of + ": " + text
	}
	if p.said[of] == text {
		return
	}
	if p.said == nil {
		p.said = map[string]string{}
	}
	p.said[of] = text
	p.say(Entry{Job: of}, text)
}
