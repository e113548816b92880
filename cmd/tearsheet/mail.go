package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
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
	if len(m.To) == 0 {
		add(errors.New("names nobody"), "to")
	}
	for i, to := range m.To {
		add(checkAddress(to), "to", strconv.Itoa(i))
		if slices.ContainsFunc(m.To[:i], func(other string) bool { return strings.EqualFold(other, to) }) {
			add(fmt.Errorf("%s is named twice", to), "to", strconv.Itoa(i))
		}
	}
	add(checkAddress(m.From), "from")
	_, err := m.server()
	add(err, "smtp")
}

// checkAddress wants a bare address, as no name is needed to send to it.
func checkAddress(text string) error {
	address, err := netmail.ParseAddress(text)
	if err != nil || address.Address != text || strings.ContainsAny(text, "\r\n") {
		return fmt.Errorf("%q is not an address such as data@example.com", text)
	}
	return nil
}

// mailServer is a server that takes mail.
type mailServer struct {
	host           string
	port           int
	user, password string
	implicit, bare bool // TLS from the first byte; none at all
}

// server returns the server that is configured. An error holds no password.
func (m *mailConfig) server() (mailServer, error) {
	text, err := expand(m.SMTP)
	if err != nil {
		return mailServer{}, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return mailServer{}, errors.New("the URL cannot be read; characters such as @ or / in a password are written %40, %2F")
	}
	s := mailServer{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", bare: m.TLS == "none"}
	s.password, _ = u.User.Password()
	if u.Scheme != "smtp" && u.Scheme != "smtps" || s.host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return mailServer{}, errors.New("a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…")
	}
	port := cmp.Or(u.Port(), map[bool]string{false: "587", true: "465"}[s.implicit])
	if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 {
		return mailServer{}, fmt.Errorf("%s is no port", port)
	}
	switch {
	case s.bare && !loopback(s.host):
		return mailServer{}, fmt.Errorf("tls: none is only for a server on this machine, and %s is none", s.host)
	case s.bare && s.implicit:
		return mailServer{}, errors.New("smtps:// and tls: none contradict each other")
	case s.bare && s.password != "":
		return mailServer{}, errors.New("a password is not sent without TLS; write tls: required, or leave the password out")
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// mailer sends the status mail.
type mailer struct {
	config *mailConfig
	server mailServer
	tls    *tls.Config // nil is that of the machine
	// waits are the times between two attempts to reach a server that may recover.
	waits []time.Duration
}

func newMailer(config *mailConfig) (*mailer, error) {
	server, err := config.server()
	if err != nil {
		return nil, fmt.Errorf("status_mail: smtp: %w", err)
	}
	const attemptTakes, longest = 5 * time.Second, 30 * time.Second
	return &mailer{config: config, server: server, waits: []time.Duration{attemptTakes, longest}}, nil
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
		if err := m.sendTo(ctx, to, func() (*mail.Msg, error) { return m.message(page, report.ID, to, at) }); err != nil {
			failed = append(failed, fmt.Errorf("status mail to %s: %w", to, err))
			if all(err) {
				return errors.Join(failed...)
			}
		}
	}
	return errors.Join(failed...)
}

// message makes the mail to one recipient. That of the same run to the same recipient
// has the same ID, so that a second copy can be told as one.
func (m *mailer) message(page mailPage, run, to string, at time.Time) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := errors.Join(message.From(m.config.From), message.To(to)); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.config.From, "@")
	message.Subject(page.subject)
	message.SetDateWithValue(at)
	message.SetMessageIDWithValue(fmt.Sprintf("run.%x@%s", sha256.Sum256([]byte(run+"\n"+strings.ToLower(to))), domain))
	message.SetUserAgent("Tearsheet")
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	message.SetBodyString(mail.TypeTextPlain, page.text)
	message.AddAlternativeString(mail.TypeTextHTML, page.html)
	return message, nil
}

// sendTo sends a mail, and again if the server may recover. One of which it is not
// known whether it arrived is sent once more, under the same ID.
func (m *mailer) sendTo(ctx context.Context, to string, message func() (*mail.Msg, error)) error {
	for attempt := 0; ; attempt++ {
		letter, err := message()
		if err != nil {
			return err
		}
		client, err := m.client()
		if err != nil {
			return m.plain(err)
		}
		err = client.DialAndSendWithContext(ctx, letter)
		// What comes after the server has taken the mail is nothing to the reader.
		if err == nil || letter.IsDelivered() {
			return nil
		}
		verdict := judge(err)
		again := verdict == mayPass && attempt < len(m.waits) || verdict == unclear && attempt == 0 && len(m.waits) > 0
		if !again {
			return m.explain(err, verdict)
		}
		timer := time.NewTimer(m.waits[attempt])
		select {
		case <-ctx.Done():
			timer.Stop()
			return m.explain(err, verdict)
		case <-timer.C:
		}
	}
}

func (m *mailer) client() (*mail.Client, error) {
	const silence = 20 * time.Second // of the server, until it is given up
	options := []mail.Option{mail.WithPort(m.server.port), mail.WithTimeout(silence)}
	if m.tls != nil {
		config := m.tls.Clone()
		config.ServerName = cmp.Or(config.ServerName, m.server.host)
		options = append(options, mail.WithTLSConfig(config))
	}
	switch {
	case m.server.bare:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case m.server.implicit:
		options = append(options, mail.WithSSL())
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.server.user != "" && m.server.password != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(m.server.user), mail.WithPassword(m.server.password))
	}
	return mail.NewClient(m.server.host, options...)
}

// verdict says what can be hoped for after a mail was not sent.
type verdict int

const (
	stays   verdict = iota // the same will happen again
	mayPass                // later it may be taken
	unclear                // it may have been taken
)

// judge says what can be hoped for after an error.
func judge(err error) verdict {
	var send *mail.SendError
	if errors.As(err, &send) {
		switch {
		case send.IsTemp():
			return mayPass
		case send.ErrorCode() != 0:
			return stays
		case send.Reason == mail.ErrSMTPDataClose:
			return unclear
		}
		return mayPass // the connection was lost before
	}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		if answer.Code < 500 {
			return mayPass
		}
		return stays
	}
	var network *net.OpError
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) {
		return mayPass
	}
	return stays
}

// all reports whether an error would meet every other recipient as well: there was no
// server to talk to.
func all(err error) bool {
	var send *mail.SendError
	return !errors.As(err, &send)
}

// explain says what happened and what to do.
func (m *mailer) explain(err error, v verdict) error {
	var answer *textproto.Error
	place := net.JoinHostPort(m.server.host, strconv.Itoa(m.server.port))
	switch {
	case v == unclear:
		return fmt.Errorf("%s: the connection was lost after the mail was handed over: it may have arrived: %w", place, m.plain(err))
	case errors.As(err, &answer) && (answer.Code == 534 || answer.Code == 535):
		return fmt.Errorf("%s: user and password are refused (%d): see smtp: of status_mail in %s", place, answer.Code, configName)
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return fmt.Errorf("%s: offers no TLS, so nothing is sent; use a port that does, or smtps://", place)
	}
	return fmt.Errorf("%s: %w", place, m.plain(err))
}

// mailError is an error of a mail, without the password.
type mailError struct {
	text string
	err  error
}

func (e *mailError) Error() string { return e.text }
func (e *mailError) Unwrap() error { return e.err }

// plain returns an error in one line and without the password.
func (m *mailer) plain(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	var send *mail.SendError
	if errors.As(err, &send) {
		text, _, _ = strings.Cut(send.Error(), ", affected recipient(s)") // who is said already
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "dial failed: "), "send failed: ")
	if m.server.password != "" {
		text = strings.ReplaceAll(text, m.server.password, "***")
	}
	return &mailError{text: text, err: err}
}
