package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Post sends what lies in an outbox.
type Post struct {
	Outbox Outbox
	Sender *Sender
	// Holder names this Post, and no other one that ever used the outbox.
	Holder string
	Now    func() time.Time
	// Sleep waits, and returns the error of a ctx that ends before.
	Sleep func(context.Context, time.Duration) error
}

// Report is what a delivery came to.
type Report struct {
	// Letters are those that it dealt with, as they stand now.
	Letters []Letter
}

// Unsent returns the letters that were not taken by the server, or perhaps not.
func (r Report) Unsent() []Letter {
	return slices.DeleteFunc(slices.Clone(r.Letters), func(l Letter) bool { return l.State == Sent })
}

// Put puts a message to each recipient into the outbox and returns how many were not
// there before: a mail of the same occasion to the same recipient is put once, whatever
// became of it. about names the occasion, also to a person: "tuesday 2026-11-17". To and
// ID of the message are set for each recipient.
func (p *Post) Put(ctx context.Context, m Message, to []string, about string) (added int, err error) {
	m.To, m.ID = "", ""
	content, err := json.Marshal(m)
	if err != nil {
		return 0, fmt.Errorf("mail of %s: %w", about, err)
	}
	var letters []Letter
	for _, address := range to {
		m.To, m.ID = address, ID("mail", m.From, address, about)
		if err := m.check(); err != nil {
			return 0, fmt.Errorf("mail of %s to %s: %w", about, address, err)
		}
		letters = append(letters, Letter{ID: m.ID, About: about, To: address, Subject: oneLine(m.Subject), Put: p.Now(), State: Waiting})
	}
	if added, err = p.Outbox.Put(ctx, letters, content); err != nil {
		return 0, fmt.Errorf("mail of %s: %w", about, err)
	}
	return added, nil
}

// Resend makes a letter wait again, whatever became of it: the way to send an unclear one,
// or one that was sent, once more. It goes out under the same Message-ID. One that is being
// handed over is refused: it would arrive twice.
func (p *Post) Resend(ctx context.Context, id string) error {
	letters, err := p.Outbox.Letters(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(letters, func(l Letter) bool { return l.ID == id })
	if at < 0 {
		return fmt.Errorf("there is no mail %s", id)
	}
	letter := letters[at]
	if letter.State == HandingOver {
		return fmt.Errorf("mail to %s: the server is taking it at this moment, or that was broken off: deliver what waits first, which finds out", letter.To)
	}
	again := letter
	again.State, again.Holder, again.Tries, again.First, again.Next, again.Text = Waiting, p.Holder, 0, time.Time{}, p.Now(), ""
	moved, err := p.Outbox.Move(ctx, letter, again)
	if err == nil && !moved {
		err = errors.New("it is being sent at this moment")
	}
	if err != nil {
		return fmt.Errorf("mail to %s: %w", letter.To, err)
	}
	return nil
}

// Deliver sends what waits in the outbox, and tries again what may pass, for an hour from
// the first attempt at each letter. One recipient's trouble delays no other. Letters that
// a Post which is no more was handing over become unclear; those that it had only
// begun are sent, and so are those that nobody was there for, unless they have lain for
// more than a day: these are given up. The error is about the outbox, or that ctx has ended; the report tells
// how the letters stand also then.
func (p *Post) Deliver(ctx context.Context) (Report, error) {
	d := delivery{Post: p, seen: map[string]bool{}}
	err := d.takeOver(ctx)
	if err == nil {
		err = d.dropOld(ctx)
	}
	for err == nil {
		var next time.Time
		var due []Letter
		if due, next, err = d.due(ctx); err != nil {
			break
		}
		if len(due) == 0 {
			if next.IsZero() {
				break
			}
			err = p.Sleep(ctx, next.Sub(p.Now()))
			continue
		}
		err = d.round(ctx, due)
	}
	report, reportErr := d.report(context.WithoutCancel(ctx))
	return report, errors.Join(err, reportErr)
}
