package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// mostAttempts is how often a slot is carried out whose process is killed each time.
	mostAttempts = 3
	// punctual is how late a slot may begin that is not late.
	punctual = 2 * time.Minute
	// closing is how long an entry is tried to be finished once the context has ended.
	closing = 20 * time.Second
	// finishing is the wait between two attempts to finish an entry.
	finishing = 15 * time.Second
)

// todo is what is to be done for a job.
type todo struct {
	entry  Entry     // to be carried out; nothing is if it has no Slot
	passed []Slot    // which it catches up
	stale  Entry     // left unfinished, to be closed; none if it has no Slot
	next   time.Time // when there will be something to do, if nothing changes
	last   Entry
}

// plan looks up what is to be done for a job now; asked is whether someone wants it done.
// What is on record as running is taken to be dead, so only who has the lock of turns may
// carry out the plan.
func (s *Scheduler) plan(ctx context.Context, job Job, asked bool) (todo, error) {
	now := s.now()
	last, known, err := s.Ledger.Last(ctx, job.Name)
	if err != nil {
		return todo{}, err
	}
	begun, err := s.Ledger.Begin(ctx, job.Name, now)
	if err != nil {
		return todo{}, err
	}
	done := Slot{At: begun}
	if known && !last.Due.Before(begun) {
		done = Slot{last.Slot, last.Due}
	} else if latest, ok := job.Schedule.latest(now); ok && asked && !known {
		done.At = latest.At.Add(-time.Nanosecond)
	}
	if done.At.Sub(now) > day {
		return todo{}, fmt.Errorf("%w: it is more than a day behind %s, which is done: set it right, or let the job begin anew", ErrClock, done.ID)
	}
	due, err := job.Schedule.Due(done, now)
	if err != nil {
		return todo{}, err
	}
	do := todo{last: last, next: job.Schedule.Next(later(now, done.At)).At, passed: due.Passed}
	unfinished := known && (last.State == Running || last.State == Interrupted || last.State == Waiting)
	switch {
	case due.Slot.ID != "":
		do.entry = Entry{Job: job.Name, Slot: due.Slot.ID, Due: due.Slot.At, Missed: due.Missed, Attempts: 1}
		if unfinished {
			do.stale = last
			do.stale.Error = cut(last) + "; caught up by " + due.Slot.ID
			if do.stale.State = Interrupted; last.State == Waiting {
				do.stale.State = Failed
			}
		}
	case unfinished && last.State == Running && last.Attempts >= max(mostAttempts, len(job.Again.Waits)+1):
		do.stale = last
		do.stale.State = Failed
		do.stale.Error = fmt.Sprintf("its process was killed, at attempt %d; it is not tried again", last.Attempts)
	case unfinished && last.State == Waiting && last.Again.After(now) && !asked:
		do.next = earlier(do.next, last.Again)
	case unfinished, asked && known && last.State == Failed:
		do.entry = last
		do.entry.Attempts++
	}
	return do, nil
}

// cut says why a slot was left unfinished.
func cut(e Entry) string {
	if e.Error != "" {
		return e.Error
	}
	return "its process was killed"
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// result is what has become of a turn.
type result struct {
	entry Entry // that was carried out, or else the last one
	ran   bool
	next  time.Time // when to look again
}

// turn carries out the slot of a job that is due, if there is one. It is ErrHeld while
// another process carries out one.
func (s *Scheduler) turn(ctx context.Context, job Job, by string) (r result, err error) {
	held, release, err := s.Ledger.Lock(ctx, Turning)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, release()) }()
	do, err := s.plan(held, job, by != BySchedule)
	if err != nil {
		return r, err
	}
	if err := s.close(held, do.stale); err != nil {
		return r, err
	}
	if do.entry.Slot == "" {
		if do.stale.Slot != "" {
			do.last = do.stale
		}
		return result{entry: do.last, next: do.next}, nil
	}
	entry, won, err := s.claim(held, do, by)
	if err != nil || !won {
		return result{entry: do.last, next: s.now().Add(longestSleep)}, err
	}
	failure := s.work(held, job, entry)
	if failure != nil && held.Err() != nil && ctx.Err() == nil {
		failure = fmt.Errorf("the lock was lost: %w", failure)
	}
	entry, skipped := s.outcome(held, job, entry, failure)
	if err := s.finish(held, entry); err != nil {
		return result{entry: entry, ran: true}, err
	}
	s.say(entry, became(entry))
	err = s.skip(held, job, entry, skipped)
	next := job.Schedule.Next(later(s.now(), entry.Due)).At
	switch entry.State {
	case Waiting:
		next = earlier(next, entry.Again)
	case Interrupted: // only its lock was lost, or nobody looks again
		next = earlier(next, s.now().Add(longestSleep))
	}
	return result{entry: entry, ran: true, next: next}, err
}

// close ends an entry that was left unfinished and is not carried out again.
func (s *Scheduler) close(ctx context.Context, stale Entry) error {
	if stale.Slot == "" {
		return nil
	}
	stale.Again = time.Time{}
	if err := s.Ledger.Finish(ctx, stale); err != nil {
		return err
	}
	s.say(stale, became(stale))
	return nil
}

// claim takes a slot for this process, and keeps those that it catches up as missed.
func (s *Scheduler) claim(ctx context.Context, do todo, by string) (Entry, bool, error) {
	e := do.entry
	e.State, e.Started, e.Ended, e.Again, e.By, e.Error = Running, s.now(), time.Time{}, time.Time{}, by, ""
	e.Late = 0
	if late := e.Started.Sub(e.Due); late > punctual {
		e.Late = late
	}
	won, err := s.Ledger.Claim(ctx, e)
	if err != nil || !won {
		return e, false, err
	}
	for _, slot := range do.passed {
		missed := Entry{Job: e.Job, Slot: slot.ID, Due: slot.At, State: Missed, By: by}
		if _, err := s.Ledger.Claim(ctx, missed); err != nil {
			s.say(e, fmt.Sprintf("%s %s: kept as missed: %v", e.Job, slot.ID, err)) // the slot goes before its history
			break
		}
	}
	s.say(e, begins(e))
	return e, true, nil
}

// work does the job, and beats in the meantime.
func (s *Scheduler) work(ctx context.Context, job Job, e Entry) error {
	parent := ctx
	if job.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, job.Timeout)
		defer cancel()
	}
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if fault := recover(); fault != nil {
				ended <- fmt.Errorf("a mistake in the program: %v", fault)
			}
		}()
		ended <- job.Do(ctx, Turn{Job: e.Job, Slot: e.Slot, Due: e.Due, Late: e.Late, Missed: e.Missed, Attempt: e.Attempts, By: e.By})
	}()
	problems := problems{say: s.say}
	beat := time.NewTicker(longestSleep)
	defer beat.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil && parent.Err() == nil && ctx.Err() != nil {
				err = fmt.Errorf("it took longer than %s: %w", span(job.Timeout), err)
			}
			return err
		case <-beat.C:
			s.beat(parent, &problems)
		}
	}
}

// outcome returns the entry of a slot that was worked on, and the slots that passed in the
// meantime.
func (s *Scheduler) outcome(ctx context.Context, job Job, e Entry, failure error) (Entry, Due) {
	now := s.now()
	e.Ended, e.State = now, Done
	if failure != nil {
		e.State, e.Error = Failed, failure.Error()
	}
	if failure != nil && ctx.Err() != nil {
		e.State = Interrupted
		return e, Due{}
	}
	skipped, err := job.Schedule.Due(Slot{e.Slot, e.Due}, now)
	if err != nil {
		return e, Due{} // the next look at the clock says so
	}
	again := job.Again
	if failure != nil && skipped.Slot.ID == "" && again.If != nil && e.Attempts <= len(again.Waits) && again.If(failure) {
		at := now.Add(again.Waits[e.Attempts-1])
		if at.Before(job.Schedule.Next(later(now, e.Due)).At) {
			e.State, e.Again = Waiting, at
		}
	}
	return e, skipped
}

// finish keeps what has become of a slot. While the ledger does not answer it tries again,
// since what is not kept would be done again.
func (s *Scheduler) finish(ctx context.Context, e Entry) error {
	problems := problems{say: s.say}
	for {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		err := s.Ledger.Finish(last, e)
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
		problems.note(e.Job, err)
		sleep(ctx, finishing)
	}
}

// skip keeps the slots that passed while a job was under way.
func (s *Scheduler) skip(ctx context.Context, job Job, e Entry, passed Due) error {
	if passed.Slot.ID == "" {
		return nil
	}
	for _, slot := range append(passed.Passed, passed.Slot) {
		skipped := Entry{Job: job.Name, Slot: slot.ID, Due: slot.At, State: Skipped, By: e.By, Error: "the slot before it was under way"}
		if _, err := s.Ledger.Claim(ctx, skipped); err != nil {
			return err
		}
		e := skipped
		e.Missed = passed.Missed
		if slot == passed.Slot {
			s.say(e, fmt.Sprintf("%s ran longer than its interval: %s skipped, up to %s", job.Name, count(passed.Missed+1, "slot is", "slots are"), slot.ID))
		}
	}
	return nil
}

// begins says how a slot begins.
func begins(e Entry) string {
	text := fmt.Sprintf("%s %s begins", e.Job, e.Slot)
	if e.Attempts > 1 {
		text += fmt.Sprintf(", attempt %d", e.Attempts)
	}
	if e.Late > 0 {
		text += fmt.Sprintf(", late by %s", span(e.Late.Round(time.Minute)))
	}
	if e.Missed > 0 {
		text += ", and catches up " + count(e.Missed, "slot that was", "slots that were") + " missed"
	}
	return text
}

// became says what has become of a slot.
func became(e Entry) string {
	switch e.State {
	case Waiting:
		return fmt.Sprintf("%s %s failed, and is tried again in %s: %s", e.Job, e.Slot, span(e.Again.Sub(e.Ended)), e.Error)
	case Done:
		return fmt.Sprintf("%s %s is done, in %s", e.Job, e.Slot, span(e.Ended.Sub(e.Started).Round(time.Second)))
	case Interrupted:
		return fmt.Sprintf("%s %s was interrupted: %s", e.Job, e.Slot, e.Error)
	}
	return fmt.Sprintf("%s %s failed: %s", e.Job, e.Slot, e.Error)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// span writes a duration without units that are nought: 2h, not 2h0m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
