package main

import (
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

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

		t.Setenv("SMTP_SECRET", "canary-1%2Fbird")
		err := p.mailer(t, "anna:${SMTP_SECRET}@", "a@x.org", "b@x.org").send(t.Context(), badNight(), mailTime)
		want := fmt.Sprintf("status mail to a@x.org: 127.0.0.1:%d: user and password are refused (535): see smtp: of status_mail in tearsheet.yaml", p.port)
		if err == nil || err.Error() != want {
			t.Errorf("error\n%v, want\n%s", err, want)
		}

		m.sender.TLS = nil // the machine does not know who vouches for the server
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
	m := newTestMailer(t, &mailConfig{To: []string{"a@x.org", "b@x.org"}, From: "t@x.org", SMTP: "smtp://anna:canary-1@127.0.0.1:1"})
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
	t.Setenv("SMTP_PASSWORD", "canary-1/bird")
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
		{func(m *mailConfig) { m.SMTP, m.TLS = "smtp://u:canary-1@localhost", "none" }, "smtp: a password is not sent without TLS; write tls: required, or leave the password out"},
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
