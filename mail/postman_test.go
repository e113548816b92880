package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tearsheet/mail"
)

// The password of the postman, and another that he refuses.
const (
	rightPassword = "right/one"
	canary        = "canary-c4/b1rd"
)

// postman is a mail server that does what it is told.
type postman struct {
	mutex sync.Mutex
	// answer is asked in each phase, "login", "from", "to", "data" or "end" (all of the
	// mail is read), and for whom. An error is the answer.
	answer   func(phase, to string) error
	taken    map[string][]string // mails that were taken, by recipient
	tried    map[string]int      // RCPT commands, by recipient
	host     string
	port     int
	scheme   string
	roots    *x509.CertPool
	server   *smtp.Server
	close    func() // may be called again
	password string // that he lets in
}

var (
	errHangUp = errors.New("hang up")           // closes the connection instead of an answer
	errBabble = errors.New("babble")            // answers what is no SMTP
	errPause  = errors.New("a moment")          // answers a little later, unless the other one hangs up
	errSilent = errors.New("silent until gone") // answers nothing
)

// protection is the TLS that a server offers.
type protection string

const (
	noTLS    protection = "no"
	startTLS protection = "later"
	fromHere protection = "from the first byte"
)

func newPostman(t testing.TB, offered protection, answer func(phase, to string) error) *postman {
	t.Helper()
	p := &postman{answer: answer, scheme: "smtp", password: rightPassword, taken: map[string][]string{}, tried: map[string]int{}}
	p.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{postman: p, conn: c}, nil }))
	p.server.Domain = "localhost"
	p.server.AllowInsecureAuth = true
	p.server.ErrorLog = silent{}
	if offered != noTLS {
		p.server.TLSConfig = p.certify(t)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if offered == fromHere {
		p.scheme = "smtps"
		listener = tls.NewListener(listener, p.server.TLSConfig)
	}
	p.host, p.port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.server.Serve(listener) }() // ends with Close
	p.close = func() {                                               // the server does not know the listener before it serves
		listener.Close()
		p.server.Close()
		<-ended
	}
	t.Cleanup(p.close)
	return p
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (p *postman) certify(t testing.TB) *tls.Config {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil) // its certificate is for 127.0.0.1
	t.Cleanup(borrowed.Close)
	p.roots = x509.NewCertPool()
	p.roots.AddCert(borrowed.Certificate())
	return &tls.Config{Certificates: borrowed.TLS.Certificates}
}

// visit is one connection.
type visit struct {
	*postman
	conn *smtp.Conn
	to   string
}

// ask answers in a phase.
func (v *visit) ask(phase string) error {
	if v.answer == nil {
		return nil
	}
	err := v.answer(phase, v.to)
	switch err {
	case errHangUp:
		v.conn.Conn().Close()
	case errBabble:
		_, _ = v.conn.Conn().Write([]byte("I am no mail server\r\n"))
		v.conn.Conn().Close()
	case errPause:
		connection := v.conn.Conn()
		connection.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := connection.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return errHangUp
		}
		connection.SetReadDeadline(time.Time{})
		return nil
	case errSilent:
		_, _ = v.conn.Conn().Read(make([]byte, 1)) // until the other one hangs up
		v.conn.Conn().Close()
	}
	return err
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := v.ask("login"); err != nil {
			return err
		}
		if password != v.password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (v *visit) Mail(string, *smtp.MailOptions) error { return v.ask("from") }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	v.mutex.Lock()
	v.tried[to]++
	v.mutex.Unlock()
	return v.ask("to")
}
func (v *visit) Data(r io.Reader) error {
	if err := v.ask("data"); err != nil {
		return err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	err = v.ask("end")
	if err == nil || err == errLate {
		v.mutex.Lock()
		v.taken[v.to] = append(v.taken[v.to], string(text))
		v.mutex.Unlock()
	}
	if err == errLate {
		v.conn.Conn().Close()
	}
	return err
}
func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

// errLate takes a mail and hangs up before it says so.
var errLate = errors.New("taken, and hung up")

// counts returns how often each recipient got a mail.
func (p *postman) counts() map[string]int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	counts := map[string]int{}
	for to, mails := range p.taken {
		counts[to] = len(mails)
	}
	return counts
}

// sender returns one that logs in as told: "", or "user:password@".
func (p *postman) sender(t testing.TB, login string) *mail.Sender {
	t.Helper()
	policy := ""
	if p.roots == nil {
		policy = "none"
	}
	server, err := mail.ParseServer(fmt.Sprintf("%s://%s%s:%d", p.scheme, login, p.host, p.port), policy)
	if err != nil {
		t.Fatal(err)
	}
	s := &mail.Sender{Server: server, Name: "localhost"}
	if p.roots != nil {
		s.TLS = &tls.Config{RootCAs: p.roots}
	}
	return s
}

// refuse is an answer of the server.
func refuse(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
}
