package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/mail"
	"tearsheet/store"
)

func (a *app) outboxCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "outbox",
		Short: "The mails of the sheet: who has it, who has not, and who perhaps has",
		Long: "Lists the mails that were sent with sheets, the latest last. Of one whose server was lost\n" +
			"while it answered, or whose program was killed at that moment, nobody knows whether it\n" +
			"arrived: it is unclear, and is never sent again by itself.",
		Example: "  tearsheet outbox\n  tearsheet outbox send\n  tearsheet outbox resend ada@example.com",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.outbox(c.Context()) },
	}
	c.AddCommand(&cobra.Command{
		Use: "send", Short: "Send the mails that wait", Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.sendWaiting(c.Context()) },
	}, &cobra.Command{
		Use: "resend ADDRESS|ID", Short: "Send the latest mail to an address once more, or one by its Message-ID", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.resend(c.Context(), args[0]) },
	})
	return c
}

// letterLine is a mail in an answer.
type letterLine struct {
	ID      string     `json:"id"`
	About   string     `json:"about"`
	To      string     `json:"to"`
	Subject string     `json:"subject"`
	State   mail.State `json:"state"`
	Tries   int        `json:"attempts"`
	Put     time.Time  `json:"put"`
	Text    string     `json:"answer,omitempty"`
}

func letterLines(letters []mail.Letter) []letterLine {
	lines := []letterLine{}
	for _, l := range letters {
		lines = append(lines, letterLine{l.ID, l.About, l.To, l.Subject, l.State, l.Tries, l.Put, l.Text})
	}
	return lines
}

func (a *app) outbox(ctx context.Context) error {
	s, c, err := a.storeOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	letters, err := s.Outbox().Letters(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(letterLines(letters))
	}
	if len(letters) == 0 {
		fmt.Fprintln(a.errOut, "no mail was sent yet")
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "put\tmail\tto\tstate\t")
	for _, l := range letters {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Put.In(c.calendar.Zone()).Format("2006-01-02 15:04"), l.About, l.To, l.State, firstOf(l.Text))
	}
	return w.Flush()
}

// outboxOf opens the outbox of a project that can send.
func (a *app) outboxOf(ctx context.Context) (*store.Store, *mail.Post, error) {
	s, c, err := a.storeOf(ctx)
	if err != nil {
		return nil, nil, err
	}
	if c.letter == nil {
		return nil, nil, usageError(fmt.Errorf("%s has no mail: {from: tearsheet@example.com, smtp: smtp://…}", configName))
	}
	return s, a.post(&project{config: c}, s, ""), nil
}

func (a *app) sendWaiting(ctx context.Context) error {
	s, post, err := a.outboxOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	waiting, err := s.Outbox().Letters(ctx, mail.Waiting)
	if err != nil {
		return err
	}
	for _, l := range waiting { // a person asks: now, and not when their time comes
		if err := post.Resend(ctx, l.ID); err != nil {
			return err
		}
	}
	return a.deliverPost(ctx, post)
}

// deliverPost sends what waits, and tells what became of it.
func (a *app) deliverPost(ctx context.Context, post *mail.Post) error {
	report, err := post.Deliver(ctx)
	a.sayLetters(report.Letters)
	if err == nil && len(report.Letters) == 0 {
		fmt.Fprintln(a.errOut, "no mail waits")
	}
	if a.json {
		err = errors.Join(err, a.answer(letterLines(report.Letters)))
	}
	if err != nil {
		return err
	}
	return unsent(report)
}

// resend sends the latest mail to an address again, or one by its ID.
func (a *app) resend(ctx context.Context, which string) error {
	s, post, err := a.outboxOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	letters, err := s.Outbox().Letters(ctx)
	if err != nil {
		return err
	}
	for _, l := range slices.Backward(letters) {
		if l.ID == strings.Trim(which, "<>") || strings.EqualFold(l.To, which) {
			err := post.Resend(ctx, l.ID)
			if err != nil && l.State == mail.HandingOver {
				return hinted(err, "`tearsheet outbox send` does that")
			}
			if err != nil {
				return err
			}
			return a.deliverPost(ctx, post)
		}
	}
	return usageError(fmt.Errorf("no mail to %s in the outbox; `tearsheet outbox` lists them", which))
}
