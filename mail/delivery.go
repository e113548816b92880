package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// delivery is one call of Deliver.
type delivery struct {
	*Post
	seen map[string]bool // IDs of the letters that it dealt with
}

// takeOver settles what was left behind by a Post that is no more. One that is still
// at work loses what it has begun, cannot hand it over any more, and can still record the
// answer to what it has handed over.
func (d *delivery) takeOver(ctx context.Context) error {
	letters, err := d.Outbox.Letters(ctx, Sending, HandingOver)
	if err != nil {
		return err
	}
	for _, letter := range letters {
		to := letter
		if letter.State == Sending {
			to.State, to.Holder = Waiting, d.Holder
		} else {
			to.State = Unclear
			to.Text = "the work was broken off while the mail was handed over: it may have arrived"
		}
		d.seen[letter.ID] = true
		if _, err := d.Outbox.Move(ctx, letter, to); err != nil {
			return err
		}
	}
	return nil
}

// tooOld is how long a letter may lie after it could have been sent, since nobody was
// there to send it. What it says is no news by then, and a later mail may say more.
const tooOld = 24 * time.Hour

// dropOld gives up the letters that are too old to be sent without a person asking.
func (d *delivery) dropOld(ctx context.Context) error {
	waiting, err := d.Outbox.Letters(ctx, Waiting)
	if err != nil {
		return err
	}
	for _, letter := range waiting {
		since := letter.Put
		if letter.Next.After(since) {
			since = letter.Next
		}
		lay := d.Now().Sub(since)
		if lay <= tooOld {
			continue
		}
		old := letter
		old.State, old.Holder = GivenUp, d.Holder
		old.Text = fmt.Sprintf("it lay for %d hours with nobody there to send it, and is not sent so late", int(lay.Hours()))
		d.seen[letter.ID] = true
		if _, err := d.Outbox.Move(ctx, letter, old); err != nil {
			return err
		}
	}
	return nil
}

// due returns the waiting letters whose time has come, and when that of the next
// comes, or the zero time if none waits.
func (d *delivery) due(ctx context.Context) (due []Letter, next time.Time, err error) {
	waiting, err := d.Outbox.Letters(ctx, Waiting)
	if err != nil {
		return nil, next, err
	}
	now := d.Now()
	for _, letter := range waiting {
		d.seen[letter.ID] = true
		switch {
		case !letter.Next.After(now), letter.Next.Sub(now) > longestPause: // the clock was set back
			due = append(due, letter)
		case next.IsZero() || letter.Next.Before(next):
			next = letter.Next
		}
	}
	return due, next, nil
}

// round makes one attempt at each letter. Where there is no server to talk to, one
// attempt speaks for all.
func (d *delivery) round(ctx context.Context, due []Letter) error {
	for i, letter := range due {
		if err := ctx.Err(); err != nil {
			return err
		}
		failed, err := d.attempt(ctx, letter)
		if err != nil {
			return err
		}
		if failed == nil || !failed.Everyone {
			continue
		}
		for _, other := range due[i+1:] {
			if err := d.miss(ctx, other, failed); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// errTaken keeps a mail from being handed over by two.
var errTaken = errors.New("another one sends this mail")

// attempt makes one attempt at a letter, if no other Post has taken it, and settles it.
func (d *delivery) attempt(ctx context.Context, letter Letter) (*Failure, error) {
	claimed, ok, err := d.claim(ctx, letter)
	if err != nil || !ok {
		return nil, err
	}
	content, err := d.Outbox.Content(ctx, letter.ID)
	if err != nil {
		return nil, errors.Join(err, d.record(ctx, claimed, letter))
	}
	stands := claimed // so it stands in the outbox
	var unwritten error
	answer, err := d.send(ctx, claimed, content, func() error {
		handing := claimed
		handing.State = HandingOver
		moved, err := d.Outbox.Move(ctx, claimed, handing)
		if unwritten = err; err == nil && !moved {
			err = errTaken
		}
		stands = handing
		return err
	})
	switch {
	case errors.Is(err, errTaken):
		return nil, nil
	case unwritten != nil: // it is not known how it stands, but surely it was not handed over
		return nil, errors.Join(unwritten, d.record(ctx, claimed, letter), d.record(ctx, stands, letter))
	case err == nil:
		sent := stands
		sent.State, sent.Text = Sent, answer
		return nil, d.record(ctx, stands, sent)
	}
	failure := &Failure{text: err.Error()}
	errors.As(err, &failure)
	if ctx.Err() != nil && failure.Verdict == MayPass { // it was us who broke off
		return failure, d.record(ctx, stands, letter)
	}
	return failure, d.record(ctx, stands, d.after(stands, failure))
}

// claim says that an attempt begins, before the first byte is sent.
func (d *delivery) claim(ctx context.Context, letter Letter) (Letter, bool, error) {
	claimed := letter
	claimed.State, claimed.Holder, claimed.Tries = Sending, d.Holder, letter.Tries+1
	claimed.First = d.first(letter)
	ok, err := d.Outbox.Move(ctx, letter, claimed)
	return claimed, ok, err
}

// send sends a letter with its content.
func (d *delivery) send(ctx context.Context, letter Letter, content []byte, handingOver func() error) (string, error) {
	var m Message
	if err := json.Unmarshal(content, &m); err != nil {
		return "", fmt.Errorf("the content cannot be read: %w", err)
	}
	m.To, m.ID = letter.To, letter.ID
	return d.Sender.Send(ctx, m, handingOver)
}

// record writes what became of an attempt, also after the end of ctx: the server cannot
// be asked again. That another Post has called the letter unclear meanwhile is overruled.
func (d *delivery) record(ctx context.Context, stands, to Letter) error {
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		moved, err := d.Outbox.Move(ctx, stands, to)
		if err == nil && !moved && stands.State == HandingOver {
			unclear := stands
			unclear.State = Unclear
			_, err = d.Outbox.Move(ctx, unclear, to)
		}
		const tries = 5
		switch {
		case err == nil:
			return nil
		case try == tries:
			return fmt.Errorf("mail to %s is %s, and that could not be recorded: %w", to.To, to.State, err)
		}
		if err := d.Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

// after is how a letter stands after a failure.
func (d *delivery) after(letter Letter, failure *Failure) Letter {
	const patience = time.Hour
	now, end := d.Now(), letter.First.Add(patience)
	letter.Text = failure.text
	switch {
	case failure.Verdict == MayHaveArrived:
		letter.State = Unclear
	case failure.Verdict == Stays && !failure.Everyone:
		letter.State = Refused
	case now.Before(end):
		letter.State, letter.Next = Waiting, now.Add(pause(letter.Tries))
		if letter.Next.After(end) {
			letter.Next = end
		}
	default:
		letter.State = GivenUp
		letter.Text = fmt.Sprintf("after %d min, attempt %d: %s", int(now.Sub(letter.First).Minutes()), letter.Tries, failure.text)
	}
	return letter
}

// first returns when the first attempt at a letter began, if it is not now. One that
// lies ahead is of a clock that was set back since.
func (d *delivery) first(letter Letter) time.Time {
	if now := d.Now(); letter.First.IsZero() || letter.First.After(now) {
		return now
	}
	return letter.First
}

const longestPause = 10 * time.Minute

// pause returns how long to wait after so many attempts: seconds at first, so that a
// server that restarts costs no minutes, and longer than most greylists ask for later.
func pause(tries int) time.Duration {
	pauses := []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, longestPause}
	return pauses[min(max(tries, 1), len(pauses))-1]
}

// miss settles a letter that was not tried, since another one met no server.
func (d *delivery) miss(ctx context.Context, letter Letter, failure *Failure) error {
	missed := letter
	missed.Holder, missed.Tries = d.Holder, letter.Tries+1
	missed.First = d.first(letter)
	_, err := d.Outbox.Move(context.WithoutCancel(ctx), letter, d.after(missed, failure))
	return err
}

// report returns the letters that this delivery dealt with, as they stand.
func (d *delivery) report(ctx context.Context) (Report, error) {
	all, err := d.Outbox.Letters(ctx)
	return Report{slices.DeleteFunc(all, func(l Letter) bool { return !d.seen[l.ID] })}, err
}
