package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"
)

// Sender sends mail through a server.
type Sender struct {
	Server Server
	DKIM   DKIM
	TLS    *tls.Config // nil is that of the machine
	// Name is how it greets the server; "" is the name of the machine.
	Name string
	// Silence is how long the server may say nothing, until it is given up; 0 is 20 s.
	Silence time.Duration
	// Answer is how long the server may take to answer a whole mail; 0 is 10 minutes, as
	// the standard asks for: giving up earlier would leave it unclear whether the mail
	// was taken.
	Answer time.Duration
	// Limit is how many bytes a mail may have, as it is sent; 0 leaves that to the server.
	Limit int
}

const (
	defaultSilence = 20 * time.Second
	defaultAnswer  = 10 * time.Minute
)

// Send makes one attempt to send a mail and returns the server's answer to it. An error
// is a *Failure if it came from the attempt; of any other the mail cannot be sent as it
// is. None holds a password.
//
// Just before the end of the mail is sent, when the server has all of it and cannot yet
// have taken it, handingOver is called, if it is not nil; after an error of it the
// end is not sent, and the error is returned as it is. So a mail of whose attempt
// handingOver was not called has surely not been taken. Once it was called, the end of
// ctx waits some seconds for the answer.
func (s *Sender) Send(ctx context.Context, m Message, handingOver func() error) (answer string, err error) {
	text, err := s.encode(m)
	if err != nil {
		return "", err
	}
	c, err := s.enter(ctx)
	if err != nil {
		return "", s.Server.failure(ctx, err, entering)
	}
	defer c.leave()
	if err := c.begin(m.From, len(text), m.To); err != nil {
		return "", s.Server.failure(ctx, err, talking)
	}
	if err := c.recipient(m.To); err != nil {
		return "", s.Server.failure(ctx, err, talking)
	}
	end, err := c.write(text)
	if err != nil {
		return "", s.Server.failure(ctx, err, talking)
	}
	if handingOver != nil {
		if err := handingOver(); err != nil {
			return "", err
		}
	}
	if ctx.Err() != nil || !c.line.hand() {
		return "", s.Server.failure(ctx, ctx.Err(), talking)
	}
	if answer, err = end(); err != nil {
		return "", s.Server.failure(ctx, err, handed)
	}
	return s.Server.hide(oneLine("250 " + answer)), nil
}

// encode writes the mail as it is sent, and refuses one above the limit.
func (s *Sender) encode(m Message) ([]byte, error) {
	signer, err := s.DKIM.signer()
	if err != nil {
		return nil, &Failure{Everyone: true, text: err.Error()}
	}
	text, err := m.encode(signer)
	if err != nil {
		return nil, fmt.Errorf("mail to %s: %w", oneLine(m.To), err)
	}
	if s.Limit > 0 && len(text) > s.Limit {
		return nil, &Failure{is: ErrTooBig, text: fmt.Sprintf("%v: the mail has %s, and at most %s are sent", ErrTooBig, megabytes(len(text)), megabytes(s.Limit))}
	}
	return text, nil
}

// Check returns what is wrong with a mail before there is a server to ask, without the
// password or the key: an address, a header, a name, a file, the key, or its size
// against the limit.
func (s *Sender) Check(m Message) error {
	_, err := s.encode(m)
	return err
}

// Size returns how many bytes a mail has as it is sent.
func (s *Sender) Size(m Message) (int, error) {
	text, err := m.encode(nil)
	return len(text), err
}

// Answer is what a server said of a recipient.
type Answer struct {
	To  string
	Err error // nil: it would take mail to him
}

// Probe asks the server whether it would take mail from an address to each of some
// others, and sends nothing. The error is about the server as a whole: that it cannot be
// reached, or that it refuses us or the sender.
func (s *Sender) Probe(ctx context.Context, from string, to []string) ([]Answer, error) {
	c, err := s.enter(ctx)
	if err != nil {
		return nil, s.Server.failure(ctx, err, entering)
	}
	defer c.leave()
	if err := c.begin(from, 0, to...); err != nil {
		return nil, s.Server.failure(ctx, fmt.Errorf("from %s: %w", from, err), talking)
	}
	var answers []Answer
	for _, address := range to {
		answer := Answer{To: address}
		if err := c.recipient(address); err != nil {
			failure := s.Server.failure(ctx, err, talking)
			answer.Err = failure
			if failure.Code == 0 {
				return append(answers, answer), failure
			}
		}
		answers = append(answers, answer)
	}
	c.line.hold(c.silence)
	_ = c.client.Reset() // leaving says the same
	return answers, nil
}
