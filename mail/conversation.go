package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// conversation is a connection to a server that has let us in.
type conversation struct {
	client  *smtp.Client
	line    *line
	stop    func() bool // watching the context
	silence time.Duration
	answer  time.Duration
	midway  bool // in a mail, whose end was not sent
}

// line is a connection that ends with its context. Once a mail is handed over it stays
// a little longer: the answer decides whether the mail was taken.
type line struct {
	net.Conn
	mutex         sync.Mutex
	ended, handed bool
}

// grace is how long an answer is waited for after the context has ended.
const grace = 5 * time.Second

// hold waits so long for what comes next.
func (l *line) hold(wait time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.ended {
		wait = min(wait, grace)
	}
	l.within(wait)
}

// within sets the deadline. One that cannot be set belongs to a connection that has
// ended, which the next read reports.
func (l *line) within(wait time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	deadline, _ := ctx.Deadline()
	_ = l.SetDeadline(deadline)
}

// end is called when the context ends.
func (l *line) end() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.ended = true
	if l.handed {
		l.within(grace)
		return
	}
	_ = l.Close() // what waits for it reports that
}

// hand says that the end of a mail is about to be sent, unless the context has ended.
func (l *line) hand() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.handed = !l.ended
	return l.handed
}

// enter connects to the server and is let in. The conversation ends with leave, or with
// the context.
func (s *Sender) enter(ctx context.Context) (*conversation, error) {
	silence := cmp.Or(s.Silence, defaultSilence)
	dialing, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	raw, err := new(net.Dialer).DialContext(dialing, "tcp", s.Server.place())
	if err != nil {
		return nil, err
	}
	c := &conversation{line: &line{Conn: raw}, silence: silence, answer: cmp.Or(s.Answer, defaultAnswer)}
	c.stop = context.AfterFunc(ctx, c.line.end)
	if err := s.greet(c); err != nil {
		c.stop()
		_ = raw.Close() // the error says more
		return nil, err
	}
	return c, nil
}

// greet tells the server who we are, under TLS, and logs in.
func (s *Sender) greet(c *conversation) (err error) {
	var conn net.Conn = c.line
	if s.Server.implicit {
		conn = tls.Client(c.line, s.tlsConfig())
	}
	c.line.hold(c.silence)
	if c.client, err = smtp.NewClient(conn, s.Server.host); err != nil {
		return err
	}
	name := s.Name
	if name == "" {
		if name, err = os.Hostname(); err != nil {
			return err
		}
	}
	c.line.hold(c.silence)
	if err = c.client.Hello(name); err != nil {
		return err
	}
	if err = s.encrypt(c); err != nil {
		return err
	}
	return s.logIn(c)
}

func (s *Sender) tlsConfig() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	config.ServerName = cmp.Or(config.ServerName, s.Server.host)
	return config
}

// encrypt goes on under TLS, or not at all.
func (s *Sender) encrypt(c *conversation) error {
	if s.Server.implicit || s.Server.bare {
		return nil
	}
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		return ErrNoTLS
	}
	c.line.hold(c.silence)
	return c.client.StartTLS(s.tlsConfig())
}

// logIn logs in if there is a password, in the best way that the server knows.
func (s *Sender) logIn(c *conversation) error {
	if !s.Server.login() {
		return nil
	}
	_, offered := c.client.Extension("AUTH")
	known := strings.Fields(strings.ToUpper(offered))
	state, err := c.client.GetTLSConnectionState()
	if err != nil {
		return err // there is no password without TLS
	}
	user, password := s.Server.user, s.Server.secret()
	for _, way := range []struct {
		name string
		auth func() smtp.Auth
	}{
		{"SCRAM-SHA-256-PLUS", func() smtp.Auth { return smtp.ScramSHA256PlusAuth(user, password, state) }},
		{"SCRAM-SHA-256", func() smtp.Auth { return smtp.ScramSHA256Auth(user, password) }},
		{"SCRAM-SHA-1-PLUS", func() smtp.Auth { return smtp.ScramSHA1PlusAuth(user, password, state) }},
		{"SCRAM-SHA-1", func() smtp.Auth { return smtp.ScramSHA1Auth(user, password) }},
		{"NTLM", func() smtp.Auth { return smtp.NTLMAuth(user, password, "") }},
		{"CRAM-MD5", func() smtp.Auth { return smtp.CRAMMD5Auth(user, password) }},
		{"PLAIN", func() smtp.Auth { return smtp.PlainAuth("", user, password, s.Server.host, false) }},
		{"LOGIN", func() smtp.Auth { return smtp.LoginAuth(user, password, s.Server.host, false) }},
	} {
		if slices.Contains(known, way.name) {
			c.line.hold(c.silence)
			return c.client.Auth(way.auth())
		}
	}
	return errors.New("takes no password in a way that we know; leave user and password out, or use another port")
}

// begin names the sender of a mail of so many bytes, of which 0 says that they are not
// known, to some recipients.
func (c *conversation) begin(from string, size int, to ...string) error {
	offered, text := c.client.Extension("SIZE")
	if most, err := strconv.Atoi(text); err == nil && most > 0 && size > most {
		return fmt.Errorf("%w: the mail has %s, and the server takes %s", ErrTooBig, megabytes(size), megabytes(most))
	}
	c.client.SkipSMTPUTF8(ascii(from + strings.Join(to, "")))
	envelope := "<" + from + ">"
	if offered && size > 0 {
		envelope += " SIZE=" + strconv.Itoa(size)
	}
	c.line.hold(c.silence)
	return c.client.Mail(envelope)
}

func (c *conversation) recipient(to string) error {
	c.line.hold(c.silence)
	return c.client.Rcpt("<" + to + ">")
}

// write sends a mail but for its end, and returns what sends that.
func (c *conversation) write(text []byte) (end func() (string, error), err error) {
	c.line.hold(c.silence)
	c.midway = true
	body, err := c.client.Data()
	if err != nil {
		return nil, err
	}
	const piece = 64 << 10
	for part := range slices.Chunk(text, piece) {
		c.line.hold(c.silence)
		if _, err := body.Write(part); err != nil {
			c.line.hold(time.Second)
			if _, _, said := c.client.Text.ReadResponse(250); said != nil && !lost(said) {
				err = said // it broke off, and said why
			}
			return nil, err
		}
	}
	return func() (string, error) {
		c.line.hold(c.answer)
		err := body.Close()
		c.midway = false
		if said, ok := body.(*smtp.DataCloser); ok && err == nil {
			return said.ServerResponse(), nil
		}
		return "", err
	}, nil
}

// leave says goodbye, without waiting for the answer, and closes the connection. In the
// midst of a mail nothing is said: any command would first send the end of the mail.
func (c *conversation) leave() {
	c.stop()
	if c.midway {
		_ = c.line.Close() // so that the server drops what it has
		return
	}
	c.line.hold(time.Second)
	_, _ = c.client.Text.Cmd("QUIT") // all that matters is done
	_ = c.client.Close()
}

// lost reports whether an error is that of a connection that has ended.
func lost(err error) bool {
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) ||
		errors.As(err, &network)
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
