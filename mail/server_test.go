package mail_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"tearsheet/mail"
)

func TestServerIsReadFromItsURL(t *testing.T) {
	for _, c := range []struct{ url, tls, want, fault string }{
		{"smtp://mail.example.com", "", "smtp://mail.example.com:587", ""},
		{"smtps://anna:canary-c4%2Fb1rd@mail.example.com", "required", "smtps://anna@mail.example.com:465", ""},
		{"smtp://[::1]:25/", "none", "smtp://[::1]:25", ""},
		{"smtp://localhost:25", "none", "smtp://localhost:25", ""},
		{"mail.example.com", "", "", "a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…"},
		{"smtp://u:p@mail.example.com/inbox", "", "", "a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…"},
		{"smtp://u:canary-c4/b1rd@x", "", "", "the URL cannot be read; characters such as @ or / in a password are written %40, %2F"},
		{"smtp://x:70000", "", "", "70000 is no port"},
		{"smtp://x", "maybe", "", `tls: "maybe" is neither required nor none`},
		{"smtp://mail.example.com", "none", "", "tls: none is only for a server on this machine, and mail.example.com is none"},
		{"smtp://u:canary-c4@localhost", "none", "", "a password is not sent without TLS; write tls: required, or leave the password out"},
		{"smtps://localhost", "none", "", "smtps:// and tls: none contradict each other"},
	} {
		s, err := mail.ParseServer(c.url, c.tls)
		if err != nil {
			if err.Error() != c.fault {
				t.Errorf("%s: %v, want %s", c.url, err, c.fault)
			}
			continue
		}
		if s.String() != c.want || c.fault != "" {
			t.Errorf("%s is %v, want %s%s", c.url, s, c.want, c.fault)
		}
	}
}

// K02: however a server is printed, also inside of other things, its password is not.
func TestK02PasswordIsPrintedInNoWay(t *testing.T) {
	s, err := mail.ParseServer("smtp://anna:canary-c4%2Fb1rd@mail.example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	hidden := struct{ inside mail.Server }{s}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("server", "server", s, "sender", mail.Sender{Server: s})
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), fmt.Sprintf("%v %+v", &s, []any{&s}), fmt.Sprintf("%+v %#v", hidden, hidden),
		fmt.Sprintf("%+v", mail.Sender{Server: s}), fmt.Sprintf("%#v", &mail.Post{Sender: &mail.Sender{Server: s}}), logged.String(), string(encoded),
	} {
		if strings.Contains(text, "canary-c4") {
			t.Errorf("the password is in %s", text)
		}
	}
}

func TestH05AddressesAreChecked(t *testing.T) {
	for address, good := range map[string]bool{
		"data@example.com": true, "a.b+c@x.example.org": true, "ü@x.org": true, "root@localhost": true,
		"": false, "data": false, "data@": false, "@example.com": false, "a@b@c.org": false, "Anna <a@x.org>": false, "a@x.org, b@x.org": false,
		"a@x.org\r\nBcc: b@x.org": false, "a@x.org\x00": false, "a @x.org": false, "a@.x.org": false, "a@x.org.": false, `"a b"@x.org`: false,
	} {
		if err := mail.CheckAddress(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
	var got []string
	check := func(to ...string) {
		mail.CheckRecipients(to, func(at int, err error) { got = append(got, fmt.Sprint(at, ": ", err)) })
	}
	check()
	check("a@x.org", "b", "A@x.org", "c@x.org", "b")
	if want := []string{"-1: names nobody", `1: "b" is not an address such as data@example.com`, "2: A@x.org is named twice",
		`4: "b" is not an address such as data@example.com`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// H06: whatever stands in a text, a mail has the headers and the parts that it should.
func TestH06LineBreaksAddNoHeader(t *testing.T) {
	const evil = "x\r\nBcc: evil@x.org\r\n\r\nbody"
	for name, change := range map[string]func(*mail.Message){
		"from": func(m *mail.Message) { m.From = "t@x.org" + evil }, "to": func(m *mail.Message) { m.To += evil }, "reply to": func(m *mail.Message) { m.ReplyTo += evil },
		"ID": func(m *mail.Message) { m.ID += evil }, "header": func(m *mail.Message) { m.Headers = map[string]string{"List-Id": evil} },
		"header's name": func(m *mail.Message) { m.Headers = map[string]string{evil: "x"} },
		"file":          func(m *mail.Message) { m.Files[0].Name = evil }, "picture": func(m *mail.Message) { m.Inline[0].Name = evil },
		"type": func(m *mail.Message) { m.Files[0].Type = "text/plain\r\nX-Evil: x" },
	} {
		m := sheet("a@x.org")
		change(&m)
		if err := new(mail.Sender).Check(m); err == nil || strings.ContainsAny(err.Error(), "\r") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := newPostman(t, startTLS, nil)
	m := sheet("a@x.org")
	m.Subject, m.FromName = evil, evil+`" <evil@x.org>`
	m.Text, m.HTML = "text\r\n.\r\nQUIT\r\n"+evil, "<p>"+evil
	if _, err := p.sender(t, "").Send(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	got := parseMail(t, p.taken["a@x.org"][0])
	if got.header.Get("Bcc") != "" || got.header.Get("Subject") != "x Bcc: evil@x.org body" || len(got.parts) != 4 {
		t.Errorf("%v, %d parts", got.header, len(got.parts))
	}
	if from, err := got.header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != m.From {
		t.Errorf("from %v (%v)", from, err)
	}
	if counts := p.counts(); len(counts) != 1 || counts["a@x.org"] != 1 {
		t.Errorf("taken %v", counts)
	}
}

func TestIDIsStableAndOfOneRecipient(t *testing.T) {
	id := mail.ID("sheet", "t@example.com", "Anna@x.org", "2026-W46")
	if id != mail.ID("sheet", "t@example.com", "anna@X.org", "2026-W46") {
		t.Error("the case of the address matters")
	}
	if !strings.HasPrefix(id, "sheet.") || !strings.HasSuffix(id, "@example.com") {
		t.Error(id)
	}
	for _, other := range []string{mail.ID("sheet", "t@example.com", "b@x.org", "2026-W46"), mail.ID("sheet", "t@example.com", "anna@x.org", "2026-W47")} {
		if other == id {
			t.Error("two mails have one ID")
		}
	}
}
