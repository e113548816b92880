package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tearsheet/mail"
)

// mailConfig says who is told of a run that failed, and by which server.
type mailConfig struct {
	To   []string `json:"to" jsonschema:"minItems=1" jsonschema_description:"Who is told of a run that failed; each gets a mail of his own."`
	From string   `json:"from" jsonschema:"example=tearsheet@example.com" jsonschema_description:"The address that it comes from."`
	SMTP string   `json:"smtp" jsonschema:"example=smtp://user:${SMTP_PASSWORD}@mail.example.com:587" jsonschema_description:"The server: smtp://… (with STARTTLS) or smtps://… . ${NAME} is replaced by an environment variable."`
	TLS  string   `json:"tls,omitempty" jsonschema:"enum=required,enum=none" jsonschema_description:"required (the default), or none: only for a server on this machine."`
}

// check tells add, for each entry, what is wrong with it.
func (m *mailConfig) check(add func(err error, path ...string)) {
	mail.CheckRecipients(m.To, func(at int, err error) {
		if at < 0 {
			add(err, "to")
			return
		}
		add(err, "to", strconv.Itoa(at))
	})
	add(mail.CheckAddress(m.From), "from")
	_, err := m.server()
	add(err, "smtp")
}

// server returns the server that is configured. An error holds no password.
func (m *mailConfig) server() (mail.Server, error) {
	text, err := expand(m.SMTP)
	if err != nil {
		return mail.Server{}, err
	}
	return mail.ParseServer(text, m.TLS)
}

// mailer sends the status mail.
type mailer struct {
	config *mailConfig
	sender *mail.Sender
	// waits are the times between two attempts to reach a server that may recover.
	waits []time.Duration
}

func newMailer(config *mailConfig) (*mailer, error) {
	server, err := config.server()
	if err != nil {
		return nil, fmt.Errorf("status_mail: smtp: %w", err)
	}
	// A run that failed is told of within minutes, or not at all.
	const silence, attemptTakes, longest = 20 * time.Second, 5 * time.Second, 30 * time.Second
	return &mailer{config: config, sender: &mail.Sender{Server: server, Silence: silence, Answer: silence}, waits: []time.Duration{attemptTakes, longest}}, nil
}

// send tells all recipients of a run, each in a mail of his own, dated at. An error
// names each who was not reached, and why; the others were.
func (m *mailer) send(ctx context.Context, report runReport, at time.Time) error {
	page, err := report.mail()
	if err != nil {
		return fmt.Errorf("status mail: %w", err)
	}
	var failed []error
	for _, to := range m.config.To {
		if err := m.sendTo(ctx, m.message(page, report.ID, to, at)); err != nil {
			failed = append(failed, fmt.Errorf("status mail to %s: %w", to, err))
			var failure *mail.Failure
			if errors.As(err, &failure) && failure.Everyone {
				return errors.Join(failed...)
			}
		}
	}
	return errors.Join(failed...)
}

// message makes the mail to one recipient. That of the same run to the same recipient
// has the same ID, so that a second copy can be told as one.
func (m *mailer) message(page mailPage, run, to string, at time.Time) mail.Message {
	return mail.Message{
		From: m.config.From, To: to, Subject: page.subject, Text: page.text, HTML: page.html,
		ID: mail.ID("run", m.config.From, to, run), Date: at,
	}
}

// sendTo sends a mail, and again if the server may recover. One of which it is not
// known whether it arrived is sent once more, under the same ID.
func (m *mailer) sendTo(ctx context.Context, message mail.Message) error {
	for attempt := 0; ; attempt++ {
		_, err := m.sender.Send(ctx, message, nil)
		if errors.Is(err, mail.ErrLogin) {
			return fmt.Errorf("%w: see smtp: of status_mail in %s", err, configName)
		}
		if err == nil {
			return nil
		}
		verdict := mail.VerdictOf(err)
		again := verdict == mail.MayPass && attempt < len(m.waits) || verdict == mail.MayHaveArrived && attempt == 0 && len(m.waits) > 0
		if !again || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(m.waits[attempt])
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}
