package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tearsheet/mail"
	"tearsheet/metrics"
)

// online asks Google and the mail server whether they will let us in on Tuesday. What they
// refuse is a fault of the configuration; that they do not answer is an error.
func (a *app) online(ctx context.Context, found *checked) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	return errors.Join(a.askGoogle(ctx, p.config, found), a.askPostman(ctx, p.config, found))
}

func (a *app) askGoogle(ctx context.Context, c *config, found *checked) error {
	if c.sheets == nil {
		return nil
	}
	client, err := a.openGoogle(ctx, c)
	title := ""
	if err == nil {
		title, err = client.Look(ctx, c.sheets.id)
		err = googleError(err)
	}
	if err != nil && exitCode(err) != exitUsage {
		return err
	}
	if err != nil {
		found.Faults = append(found.Faults, metrics.Fault{Place: configName + ": outputs.sheets", Text: c.hide(err.Error())})
		return nil
	}
	found.Checked = append(found.Checked, fmt.Sprintf("the spreadsheet %q", title))
	return nil
}

// askPostman asks the mail server whether it takes mail to each recipient, and sends none.
func (a *app) askPostman(ctx context.Context, c *config, found *checked) error {
	var to []string
	for _, slot := range c.slots {
		to = append(to, slot.mail...)
	}
	if c.letter == nil {
		return nil
	}
	sender := c.letter.sender
	answers, err := sender.Probe(ctx, c.letter.From, once(to))
	if err != nil {
		return &exitError{code: exitSource, err: fmt.Errorf("mail: %w", err)}
	}
	for _, answer := range answers {
		if answer.Err != nil {
			found.Faults = append(found.Faults, metrics.Fault{Place: configName + ": mail", Text: fmt.Sprintf("to %s: %s", answer.To, c.hide(answer.Err.Error()))})
		}
	}
	if !slices.ContainsFunc(answers, func(answer mail.Answer) bool { return answer.Err != nil }) {
		found.Checked = append(found.Checked, "the mail server")
	}
	return nil
}
