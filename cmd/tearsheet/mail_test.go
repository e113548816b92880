package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tearsheet/internal/testenv"
)

var mailTime = time.Date(2026, 11, 17, 2, 3, 12, 0, time.FixedZone("", -5*3600))

// read is a mail as another program reads it: the parts by their type.
type readMail struct {
	header netmail.Header
	parts  map[string]string
}

func parseMail(t *testing.T, text string) readMail {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	read := readMail{header: message.Header, parts: map[string]string{}}
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return read
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		read.parts[kind] = strings.ReplaceAll(string(body), "\r\n", "\n")
	}
}

func TestStatusMailArrivesThroughOpenSMTPD(t *testing.T) {
	server := testenv.SMTP(t, testenv.Tool(t, "smtpd"))
	m := newTestMailer(t, &mailConfig{
		To: []string{"data@example.com", "ops@example.com"}, From: "tearsheet@example.com",
		SMTP: fmt.Sprintf("smtp://%s:%d", server.Host, server.Port), TLS: "none",
	})
	if err := m.send(t.Context(), badNight(), mailTime); err != nil {
		t.Fatal(err)
	}
	page, err := badNight().mail()
	if err != nil {
		t.Fatal(err)
	}
	var to, ids []string
	for _, text := range server.Mails(t, 2) {
		mail := parseMail(t, text)
		to = append(to, mail.header.Get("To"))
		ids = append(ids, mail.header.Get("Message-Id"))
		subject, err := new(mime.WordDecoder).DecodeHeader(mail.header.Get("Subject"))
		if err != nil || subject != page.subject {
			t.Errorf("subject %q, %v", subject, err)
		}
		if date, err := mail.header.Date(); err != nil || !date.Equal(mailTime) {
			t.Errorf("date %v, %v", date, err)
		}
		if got := mail.header.Get("Auto-Submitted"); got != "auto-generated" {
			t.Errorf("Auto-Submitted %q", got)
		}
		if mail.header.Get("From") != "<tearsheet@example.com>" {
			t.Errorf("from %q", mail.header.Get("From"))
		}
		if strings.TrimSpace(mail.parts["text/plain"]) != strings.TrimSpace(page.text) {
			t.Errorf("text:\n%s", mail.parts["text/plain"])
		}
		if strings.TrimSpace(mail.parts["text/html"]) != strings.TrimSpace(page.html) {
			t.Errorf("page:\n%s", mail.parts["text/html"])
		}
	}
	if slices.Sort(to); !slices.Equal(to, []string{"<data@example.com>", "<ops@example.com>"}) {
		t.Errorf("to %q", to)
	}
	if ids[0] == ids[1] {
		t.Errorf("both have the ID %s", ids[0])
	}
}

func TestStatusMailWithPasswordAndTLS(t *testing.T) {
	for _, offered := range []protection{startTLS, fromHere} {
		p := newPostman(t, offered, nil)
		t.Setenv("SMTP_SECRET", "right%2Fone")
		m := p.mailer(t, "anna:${SMTP_SECRET}@", "a@x.org")
		if err := m.send(t.Context(), badNight(), mailTime); err != nil {
			t.Fatal(err)
		}
		if n := len(p.ids(t)); n != 1 {
			t.Errorf("%d mails", n)
		}

		t.Setenv("SMTP_SECRET", "canary%2Fbird")
		err := p.mailer(t, "anna:${SMTP_SECRET}@", "a@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
		want := fmt.Sprintf("status mail to a@x.org: 127.0.0.1:%d: user and password are refused (535): see smtp: of status_mail in tearsheet.yaml", p.port)
		if err == nil || err.Error() != want {
			t.Errorf("error\n%v, want\n%s", err, want)
		}

		m.tls = nil // the machine does not know who vouches for the server
		err = m.send(t.Context(), badNight(), mailTime)
		if err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("error %v", err)
		}
		wantNoSecret(t, err, "right/one")
		if n := len(p.ids(t)); n != 1 {
			t.Errorf("%d mails in the end", n)
		}
	}
}

// newTestMailer makes a mailer that waits for nobody.
func newTestMailer(t *testing.T, config *mailConfig) *mailer {
	t.Helper()
	m, err := newMailer(config)
	if err != nil {
		t.Fatal(err)
	}
	m.waits = []time.Duration{time.Millisecond, time.Millisecond}
	return m
}

func wantNoSecret(t *testing.T, err error, secret string) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error tells the password: %v", err)
	}
}

// postman is a mail server that does what it is told.
type postman struct {
	mutex sync.Mutex
	// answers are, by recipient, what it answers to the data of one attempt after the
	// other; then it takes them.
	answers map[string][]error
	got     []string // mails that it read to the end, with those it then refused
	host    string
	port    int
	scheme  string
	roots   *x509.CertPool
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
	p := &postman{answers: answers, scheme: "smtp"}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{postman: p, conn: c}, nil }))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	server.ErrorLog = silent{}
	if tlsOffered != noTLS {
		server.TLSConfig = p.certify(t)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
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
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(signed)
	if err != nil {
		t.Fatal(err)
	}
	p.roots = x509.NewCertPool()
	p.roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{signed}, PrivateKey: private}}}
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
		if password != "right/one" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	return nil
}
func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
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
func (v *visit) Reset()        {}
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
	m.tls = &tls.Config{RootCAs: p.roots}
	return m
}

func TestH02TemporaryRefusalIsTriedAgain(t *testing.T) {
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	p := newPostman(t, startTLS, map[string][]error{"a@x.org": {later, later}, "b@x.org": {later, later, later, later}})
	err := p.mailer(t, "", "a@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
	if err == nil || !strings.Contains(err.Error(), "status mail to b@x.org: ") || !strings.Contains(err.Error(), "greylisted") || strings.Contains(err.Error(), "a@x.org") {
		t.Errorf("error %v", err)
	}
	if n := len(p.ids(t)); n != 6 {
		t.Errorf("%d attempts, want 3 for each", n)
	}
}

func TestH02RefusalOfOneLeavesTheOthers(t *testing.T) {
	p := newPostman(t, startTLS, nil)
	err := p.mailer(t, "", "a@x.org", "gone@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
	if err == nil || strings.Count(err.Error(), "status mail to") != 1 || !strings.Contains(err.Error(), "gone@x.org") || !strings.Contains(err.Error(), "no such user") {
		t.Errorf("error %v", err)
	}
	if n := len(p.ids(t)); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
}

func TestH03LostAfterDataIsSentOnceMoreUnderTheSameID(t *testing.T) {
	p := newPostman(t, startTLS, map[string][]error{"a@x.org": {errHangUp}, "b@x.org": {errHangUp, errHangUp, errHangUp}})
	err := p.mailer(t, "", "a@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
	if err == nil || strings.Contains(err.Error(), "a@x.org") || !strings.Contains(err.Error(), "it may have arrived") {
		t.Errorf("error %v", err)
	}
	ids := p.ids(t)
	if len(ids) != 4 || ids[0] != ids[1] || ids[2] != ids[3] || ids[0] == ids[2] {
		t.Errorf("IDs %q, want two twice", ids)
	}
	// The ID of another run is another one.
	other := badNight()
	other.ID = "another"
	if err := p.mailer(t, "", "a@x.org").send(t.Context(), other, mailTime); err != nil {
		t.Fatal(err)
	}
	if last := p.ids(t); slices.Contains(ids, last[len(last)-1]) {
		t.Error("two runs have mails of the same ID")
	}
}

func TestH01NothingIsSentWithoutTLS(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	err := p.mailer(t, "anna:right%2Fone@", "a@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
	want := fmt.Sprintf("status mail to a@x.org: 127.0.0.1:%d: offers no TLS, so nothing is sent; use a port that does, or smtps://", p.port)
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v, want\n%s", err, want)
	}
	if n := len(p.ids(t)); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
	// On this machine one may do without.
	m := p.mailer(t, "", "a@x.org")
	m.config.TLS = "none"
	bare := newTestMailer(t, m.config)
	if err := bare.send(t.Context(), badNight(), mailTime); err != nil {
		t.Error(err)
	}
}

func TestH01ServerThatIsDown(t *testing.T) {
	m := newTestMailer(t, &mailConfig{To: []string{"a@x.org", "b@x.org"}, From: "t@x.org", SMTP: "smtp://anna:canary@127.0.0.1:1"})
	err := m.send(t.Context(), badNight(), mailTime)
	if err == nil || strings.Count(err.Error(), "status mail to") != 1 || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
	wantNoSecret(t, err, "canary")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.send(ctx, badNight(), mailTime); err == nil {
		t.Error("it was sent after the end")
	}
}

func TestH05MistakesOfMailConfig(t *testing.T) {
	t.Setenv("SMTP_PASSWORD", "canary/bird")
	good := mailConfig{To: []string{"a@x.org"}, From: "t@x.org", SMTP: "smtp://mail.example.com"}
	for _, c := range []struct {
		change func(*mailConfig)
		want   string
	}{
		{func(*mailConfig) {}, ""},
		{func(m *mailConfig) { m.To = nil }, "to: names nobody"},
		{func(m *mailConfig) { m.To = []string{"a@x.org", "A@x.org"} }, "to/1: A@x.org is named twice"},
		{func(m *mailConfig) { m.To = []string{"Anna <a@x.org>"} }, `to/0: "Anna <a@x.org>" is not an address such as data@example.com`},
		{func(m *mailConfig) { m.From = "t@x.org\r\nBcc: b@x.org" }, `from: "t@x.org\r\nBcc: b@x.org" is not an address such as data@example.com`},
		{func(m *mailConfig) { m.SMTP = "mail.example.com" }, "smtp: a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…"},
		{func(m *mailConfig) { m.SMTP = "smtp://u:${SMTP_PASSWORD}@x" }, "smtp: the URL cannot be read; characters such as @ or / in a password are written %40, %2F"},
		{func(m *mailConfig) { m.SMTP = "smtp://u:${NO_SUCH}@x" }, "smtp: the environment variable NO_SUCH is not set"},
		{func(m *mailConfig) { m.SMTP = "smtp://x:70000" }, "smtp: 70000 is no port"},
		{func(m *mailConfig) { m.TLS = "none" }, "smtp: tls: none is only for a server on this machine, and mail.example.com is none"},
		{func(m *mailConfig) { m.SMTP, m.TLS = "smtp://u:canary@localhost", "none" }, "smtp: a password is not sent without TLS; write tls: required, or leave the password out"},
		{func(m *mailConfig) { m.SMTP, m.TLS = "smtps://localhost", "none" }, "smtp: smtps:// and tls: none contradict each other"},
	} {
		m := good
		c.change(&m)
		var got []string
		m.check(func(err error, path ...string) {
			if err != nil {
				got = append(got, strings.Join(path, "/")+": "+err.Error())
			}
		})
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%+v:\n%q, want\n%q", m, got, c.want)
		}
		if strings.Contains(strings.Join(got, ""), "canary") {
			t.Errorf("the fault tells the password: %s", got)
		}
	}
}
