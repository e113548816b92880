package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
)

// Verdict says what can be hoped for after a mail was not sent.
type Verdict int

const (
	// Stays says that the same will happen again.
	Stays Verdict = iota
	// MayPass says that the mail was not taken, and that later it may be.
	MayPass
	// MayHaveArrived says that it is not known whether the mail was taken: all of it was
	// handed over, and the answer was lost.
	MayHaveArrived
)

func (v Verdict) String() string {
	switch v {
	case Stays:
		return "stays"
	case MayPass:
		return "may pass"
	}
	return "may have arrived"
}

// Failures that a person mends in the configuration.
var (
	// ErrLogin says that the server refuses the user or the password.
	ErrLogin = errors.New("user and password are refused")
	// ErrNoTLS says that the server offers no TLS, so that nothing was said to it.
	ErrNoTLS = errors.New("offers no TLS, so nothing is sent; use a port that does, or smtps://")
	// ErrTooBig says that a mail is larger than the server, or the limit, allows.
	ErrTooBig = errors.New("too big")
)

// Failure is why a mail was not sent, in one line and without the password. It unwraps
// to ErrLogin, ErrNoTLS, ErrTooBig or the error of an ended context, and to nothing else,
// since what a server or a library says may repeat what it was told.
type Failure struct {
	Verdict Verdict
	// Everyone tells that every other recipient would meet the same: there was no
	// server to talk to, or it did not let us in.
	Everyone bool
	// Code is the server's answer, such as 550, or 0 if there was none.
	Code int
	text string
	is   error
}

func (f *Failure) Error() string { return f.text }

// Unwrap returns one of this package's errors or of package context, or nil.
func (f *Failure) Unwrap() error { return f.is }

// VerdictOf returns the verdict of an error of Send.
func VerdictOf(err error) Verdict {
	var f *Failure
	if errors.As(err, &f) {
		return f.Verdict
	}
	return Stays
}

// phase is how far a conversation had come.
type phase int

const (
	entering phase = iota // before the server has let us in
	talking               // about one mail
	handed                // the end of the mail was sent
)

// failure explains an error of a conversation with the server.
func (s Server) failure(ctx context.Context, err error, at phase) *Failure {
	f := &Failure{Everyone: at == entering, Verdict: judge(err, at)}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		f.Code = answer.Code
	}
	text := s.hide(short(oneLine(words(err))))
	for _, known := range []error{ErrLogin, ErrNoTLS, ErrTooBig} {
		if errors.Is(err, known) {
			f.is = known
		}
	}
	if ended := ctx.Err(); ended != nil && f.Code == 0 {
		f.is, text = ended, ended.Error()
	}
	switch {
	case f.Verdict == MayHaveArrived:
		text = "the connection was lost after the mail was handed over: it may have arrived: " + text
	case at == entering && (f.Code == 534 || f.Code == 535):
		f.is, text = ErrLogin, fmt.Sprintf("%v (%d)", ErrLogin, f.Code)
	}
	f.text = s.place() + ": " + text
	return f
}

// words is what an error says, without the addresses of the connection, which is named
// already.
func words(err error) string {
	var operation *net.OpError
	var network net.Error
	switch {
	case errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	case errors.As(err, &operation) && operation.Err != nil:
		return operation.Err.Error()
	case errors.Is(err, io.EOF):
		return "the server closed the connection"
	}
	return err.Error()
}

// short cuts off what no person would read.
func short(text string) string {
	const most = 400
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// judge says what can be hoped for after an error.
func judge(err error, at phase) Verdict {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		switch {
		case answer.Code >= 500:
			return Stays
		case answer.Code >= 400 || at != handed:
			return MayPass
		}
		return MayHaveArrived // an answer that means nothing here
	}
	var network net.Error
	switch {
	case at == handed:
		return MayHaveArrived
	case errors.Is(err, ErrTooBig):
		return Stays
	case at == talking, errors.As(err, &network), lost(err):
		return MayPass // also a name that is not found: the machine's network may be coming up
	}
	return Stays
}

// oneLine is a text in one line and without control characters.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }), " ")
}
