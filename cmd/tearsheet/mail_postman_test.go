package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// postman is a mail server that does what it is told.
type postman struct {
	mutex sync.Mutex
	// answers are, by recipient, what it answers to the data of one attempt after the
	// other; then it takes them.
	answers map[string][]error
	got     []string // mails that it read to the end, with those it then refused
	// seen is told how far a mail has come, if it is not nil: see the phases.
	seen   func(phase, to string)
	host   string
	port   int
	scheme string
	roots  *x509.CertPool
	root   []byte // their certificate, in DER
	// password is what it lets in; right/one if it is "".
	password string
	echoes   bool // it repeats the passwords that it refuses
}

// The phases of a mail, as its server sees them.
const (
	phaseRecipient = "its recipient is named"
	phaseBegun     = "the first of it has come"
	phaseRead      = "all of it has come"
	phaseAnswered  = "the answer is out"
)

// see tells how far a mail has come.
func (v *visit) see(phase string) {
	v.mutex.Lock()
	seen := v.seen
	v.mutex.Unlock()
	if seen != nil && v.to != "" {
		seen(phase, v.to)
	}
}

// errHangUp makes the postman close the connection instead of an answer.
var errHangUp = errors.New("hang up")

// protection is the TLS that a server offers.
type protection string

const (
	noTLS    protection = "no"
	startTLS protection = "later"
	fromHere protection = "from the first byte"
)

func newPostman(t *testing.T, tlsOffered protection, answers map[string][]error) *postman {
	t.Helper()
	return newPostmanAt(t, "127.0.0.1:0", tlsOffered, answers)
}

// newPostmanAt is a postman at an address.
func newPostmanAt(t *testing.T, address string, tlsOffered protection, answers map[string][]error) *postman {
	t.Helper()
	p := &postman{answers: answers, scheme: "smtp"}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{postman: p, conn: c}, nil }))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	server.ErrorLog = silent{}
	if tlsOffered != noTLS {
		server.TLSConfig = p.certify(t)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if tlsOffered == fromHere {
		p.scheme = "smtps"
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	p.host, p.port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { server.Close(); <-ended })
	return p
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (p *postman) certify(t *testing.T) *tls.Config {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil) // its certificate is for 127.0.0.1
	t.Cleanup(borrowed.Close)
	p.roots, p.root = x509.NewCertPool(), borrowed.Certificate().Raw
	p.roots.AddCert(borrowed.Certificate())
	return &tls.Config{Certificates: borrowed.TLS.Certificates}
}

// visit is one connection.
type visit struct {
	*postman
	conn *smtp.Conn
	to   string
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		switch {
		case password == cmp.Or(v.password, "right/one"):
			return nil
		case v.echoes: // all that it was told, as some do
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8},
				Message: "no: " + password + " " + base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password))}
		}
		return smtp.ErrAuthFailed
	}), nil
}
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	v.see(phaseRecipient)
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	return nil
}
func (v *visit) Data(r io.Reader) error {
	v.see(phaseBegun)
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	defer v.see(phaseRead)
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.got = append(v.got, string(text))
	answers := v.answers[v.to]
	if len(answers) == 0 {
		return nil
	}
	v.answers[v.to] = answers[1:]
	if answers[0] == errHangUp {
		v.conn.Conn().Close()
	}
	return answers[0]
}
func (v *visit) Reset() {
	v.see(phaseAnswered)
	v.to = ""
}
func (v *visit) Logout() error { return nil }

// ids returns the IDs of the mails that it read.
func (p *postman) ids(t *testing.T) []string {
	t.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var ids []string
	for _, text := range p.got {
		ids = append(ids, parseMail(t, text).header.Get("Message-Id"))
	}
	return ids
}

func (p *postman) mailer(t *testing.T, login string, to ...string) *mailer {
	t.Helper()
	m := newTestMailer(t, &mailConfig{To: to, From: "tearsheet@example.com", SMTP: fmt.Sprintf("%s://%s%s:%d", p.scheme, login, p.host, p.port)})
	m.sender.TLS = &tls.Config{RootCAs: p.roots}
	return m
}
