package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/mail"
)

var tuesday = time.Date(2026, time.November, 17, 7, 0, 12, 0, time.FixedZone("", -5*3600))

// sheet is a mail as that of Tuesday.
func sheet(to string) mail.Message {
	return mail.Message{
		From: "tearsheet@example.com", FromName: `Frame & "Field", Ü`, To: to, ReplyTo: "data@example.com", Subject: "Frame & Field ‡ 2026-W46",
		Text: "Likes are off plan.\n.\nA line that begins with a dot.\n", HTML: `<p>Likes are <b>off</b> plan.</p><img src="cid:likes.png" alt="likes">`,
		Files:  []mail.File{{Name: "tearsheet ü 2026-11-17.pdf", Type: "application/pdf", Content: []byte("%PDF-1.4\r\n.\r\n\x00\xff")}},
		Inline: []mail.File{{Name: "likes.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\n")}},
		ID:     mail.ID("mail", "tearsheet@example.com", to, "sheet 2026-W46"), Date: tuesday,
		Headers: map[string]string{"List-Unsubscribe": "<mailto:data@example.com?subject=unsubscribe>"},
	}
}

// readMail is a mail as another program reads it: the parts by their type.
type readMail struct {
	header netmail.Header
	parts  map[string]string
	names  map[string]string // of files, by type
	ids    map[string]string // Content-ID, by type
}

func parseMail(t testing.TB, text string) readMail {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	read := readMail{message.Header, map[string]string{}, map[string]string{}, map[string]string{}}
	read.walk(t, message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), message.Body)
	return read
}

// walk reads a part and those in it, and returns the type of a leaf.
func (m *readMail) walk(t testing.TB, contentType, encoding string, body io.Reader) string {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch strings.ToLower(encoding) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		m.parts[kind] = string(text)
		return kind
	}
	for parts := multipart.NewReader(body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return kind
		}
		if err != nil {
			t.Fatal(err)
		}
		leaf := m.walk(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
		m.names[leaf], m.ids[leaf] = part.FileName(), part.Header.Get("Content-Id")
	}
}

// expectSheet wants the mail that sheet makes, taken apart.
func expectSheet(t *testing.T, text, to string) {
	t.Helper()
	got, want := parseMail(t, text), sheet(to)
	from, err := got.header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != want.FromName || from[0].Address != want.From {
		t.Errorf("from %v (%v)", from, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.header.Get("Subject"))
	if err != nil || subject != want.Subject {
		t.Errorf("subject %q (%v)", subject, err)
	}
	for name, value := range map[string]string{
		"To": "<" + to + ">", "Reply-To": "<data@example.com>", "Message-Id": "<" + want.ID + ">", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": want.Headers["List-Unsubscribe"], "Date": "Tue, 17 Nov 2026 07:00:12 -0500",
	} {
		if got.header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), value)
		}
	}
	lines := func(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
	if lines(got.parts["text/plain"]) != lines(want.Text) || lines(got.parts["text/html"]) != lines(want.HTML) {
		t.Errorf("text %q, page %q", got.parts["text/plain"], got.parts["text/html"])
	}
	if got.parts["application/pdf"] != string(want.Files[0].Content) || got.parts["image/png"] != string(want.Inline[0].Content) {
		t.Errorf("PDF %q, picture %q", got.parts["application/pdf"], got.parts["image/png"])
	}
	name, err := new(mime.WordDecoder).DecodeHeader(got.names["application/pdf"])
	if err != nil || name != want.Files[0].Name {
		t.Errorf("the PDF is called %q (%v)", name, err)
	}
	if got.ids["image/png"] != "<likes.png>" {
		t.Errorf("the picture has the ID %q", got.ids["image/png"])
	}
}

func TestMailArrivesThroughOpenSMTPD(t *testing.T) {
	opensmtpd := testenv.SMTP(t, testenv.Tool(t, "smtpd"))
	server, err := mail.ParseServer(fmt.Sprintf("smtp://%s:%d", opensmtpd.Host, opensmtpd.Port), "none")
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519Key(t)
	s := &mail.Sender{Server: server, DKIM: mail.DKIM{Domain: "example.com", Selector: "tearsheet", Key: writeKey(t, key, 0o600)}}
	if answers, err := s.Probe(t.Context(), "tearsheet@example.com", []string{"execs@example.com"}); err != nil || answers[0].Err != nil {
		t.Errorf("%v, %v", answers, err)
	}
	p, _ := newPost(newOutbox(t), s, "one")
	putSheet(t, p, 2, "execs@example.com", "ops@example.com")
	expectDelivery(t, p, "execs sent, ops sent")
	got := map[string]string{}
	for _, text := range opensmtpd.Mails(t, 2) {
		got[parseMail(t, text).header.Get("To")] = text
		if err := verify(t, text, "example.com", record(t, key)); err != nil {
			t.Error(err)
		}
	}
	for _, to := range []string{"execs@example.com", "ops@example.com"} {
		expectSheet(t, got["<"+to+">"], to)
	}
}

func TestMailArrivesUnderTLSWithAPassword(t *testing.T) {
	for _, offered := range []protection{startTLS, fromHere} {
		p := newPostman(t, offered, nil)
		if _, err := p.sender(t, "anna:right%2Fone@").Send(t.Context(), sheet("a@x.org"), nil); err != nil {
			t.Fatal(err)
		}
		if len(p.taken["a@x.org"]) != 1 {
			t.Fatalf("taken %v", p.counts())
		}
		expectSheet(t, p.taken["a@x.org"][0], "a@x.org")

		stranger := p.sender(t, "anna:right%2Fone@")
		stranger.TLS = nil // the machine does not know who vouches for the server
		_, err := stranger.Send(t.Context(), sheet("a@x.org"), nil)
		if err == nil || !strings.Contains(err.Error(), "certificate") || mail.VerdictOf(err) != mail.Stays {
			t.Errorf("error %v", err)
		}
	}
}

func TestH01FailuresThatMeetEveryone(t *testing.T) {
	p := newPostman(t, startTLS, nil)
	_, err := p.sender(t, "anna:wrong@").Send(t.Context(), sheet("a@x.org"), nil)
	expectFailure(t, err, fmt.Sprintf("127.0.0.1:%d: user and password are refused (535)", p.port), mail.Stays, true)
	if !errors.Is(err, mail.ErrLogin) {
		t.Error("it is not ErrLogin")
	}
	bare := newPostman(t, noTLS, nil)
	bare.roots = p.roots // so that TLS is wanted
	_, err = bare.sender(t, "").Send(t.Context(), sheet("a@x.org"), nil)
	expectFailure(t, err, fmt.Sprintf("127.0.0.1:%d: offers no TLS, so nothing is sent; use a port that does, or smtps://", bare.port), mail.Stays, true)
	if !errors.Is(err, mail.ErrNoTLS) || len(bare.tried) > 0 {
		t.Errorf("it is not ErrNoTLS, or something was said: %v", bare.tried)
	}
	p.close()
	_, err = p.sender(t, "").Send(t.Context(), sheet("a@x.org"), nil)
	expectFailure(t, err, fmt.Sprintf("127.0.0.1:%d: connect: connection refused", p.port), mail.MayPass, true)
}

func expectFailure(t *testing.T, err error, text string, verdict mail.Verdict, everyone bool) {
	t.Helper()
	var failure *mail.Failure
	if !errors.As(err, &failure) || err.Error() != text || failure.Verdict != verdict || failure.Everyone != everyone {
		t.Errorf("%v (%+v), want %s (%v, everyone: %v)", err, failure, text, verdict, everyone)
	}
}

// TestVerdictOfEachPhase: what fails before the end of the mail is sent was not taken;
// after it, only an answer says so. handingOver is called exactly in between.
func TestVerdictOfEachPhase(t *testing.T) {
	for _, phase := range []string{"login", "from", "to", "data", "end"} {
		for name, c := range map[string]struct {
			answer  error
			verdict mail.Verdict
		}{
			"4xx": {refuse(451, "later"), mail.MayPass}, "5xx": {refuse(550, "never"), mail.Stays}, "421": {refuse(421, "closing"), mail.MayPass},
			"hang up": {errHangUp, mail.MayPass}, "babble": {errBabble, mail.MayPass}, "silence": {errSilent, mail.MayPass},
		} {
			p := newPostman(t, startTLS, func(at, _ string) error {
				if at == phase {
					return c.answer
				}
				return nil
			})
			s := p.sender(t, "anna:right%2Fone@")
			s.Silence, s.Answer = 300*time.Millisecond, 300*time.Millisecond
			handed := false
			_, err := s.Send(t.Context(), sheet("a@x.org"), func() error { handed = true; return nil })
			want, got := c.verdict, mail.VerdictOf(err)
			cut := name == "hang up" || name == "babble" || name == "silence"
			switch {
			case phase == "end" && cut:
				want = mail.MayHaveArrived
			case phase == "data" && cut && handed:
				want = mail.MayHaveArrived // all of it may be under way when the server hangs up
			case phase == "login" && name == "babble":
				want = got // whatever speaks there, it may be for good
			}
			if err == nil || got != want {
				t.Errorf("%s in phase %s: %v (%v), want %v", name, phase, err, got, want)
			}
			// The server may refuse a mail only after it has read it.
			if handed && phase != "end" && phase != "data" || !handed && phase == "end" {
				t.Errorf("%s in phase %s: handed over: %v", name, phase, handed)
			}
			if len(p.counts()) > 0 {
				t.Errorf("%s in phase %s: taken", name, phase)
			}
		}
	}
}

func TestNothingIsHandedOverAgainstTheWordOfHandingOver(t *testing.T) {
	p := newPostman(t, startTLS, nil)
	no := errors.New("the disk is full")
	if _, err := p.sender(t, "").Send(t.Context(), sheet("a@x.org"), func() error { return no }); err != no {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := p.sender(t, "").Send(ctx, sheet("a@x.org"), func() error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || mail.VerdictOf(err) != mail.MayPass {
		t.Errorf("error %v", err)
	}
	p.close() // waits for nothing that was half read
	if len(p.counts()) > 0 {
		t.Error("it was taken")
	}
}

func TestAnswerIsWaitedForAfterTheEndOfTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPostman(t, startTLS, func(phase, _ string) error {
		if phase == "end" {
			cancel()
			return errPause
		}
		return nil
	})
	if answer, err := p.sender(t, "").Send(ctx, sheet("a@x.org"), nil); err != nil || !strings.HasPrefix(answer, "250 ") {
		t.Errorf("%q, %v", answer, err)
	}
}

func TestH05MailThatIsTooBigIsRefusedWithItsSize(t *testing.T) {
	p := newPostman(t, startTLS, nil)
	p.server.MaxMessageBytes = 1_000_000
	big := sheet("a@x.org")
	big.Files[0].Content = make([]byte, 1_000_000)
	_, err := p.sender(t, "").Send(t.Context(), big, nil)
	expectFailure(t, err, fmt.Sprintf("127.0.0.1:%d: too big: the mail has 1.4 MB, and the server takes 1.0 MB", p.port), mail.Stays, false)
	if !errors.Is(err, mail.ErrTooBig) {
		t.Error("it is not ErrTooBig")
	}
	s := p.sender(t, "")
	s.Limit = 100_000
	expectFailure(t, s.Check(big), "too big: the mail has 1.4 MB, and at most 0.1 MB are sent", mail.Stays, false)
	if err := s.Check(sheet("a@x.org")); err != nil {
		t.Error(err)
	}
	if n, err := s.Size(big); err != nil || n < 1_333_000 || n > 1_400_000 {
		t.Errorf("size %d, %v", n, err)
	}
}

func TestProbeAsksForEachRecipientAndSendsNothing(t *testing.T) {
	p := newPostman(t, startTLS, func(phase, to string) error {
		if phase == "to" && to == "gone@x.org" {
			return refuse(550, "no such user")
		}
		return nil
	})
	answers, err := p.sender(t, "anna:right%2Fone@").Probe(t.Context(), "t@x.org", []string{"a@x.org", "gone@x.org", "b@x.org"})
	if err != nil || len(answers) != 3 || answers[0].Err != nil || answers[2].Err != nil ||
		answers[1].Err == nil || !strings.Contains(answers[1].Err.Error(), "no such user") {
		t.Errorf("%v, %v", answers, err)
	}
	if len(p.counts()) > 0 {
		t.Error("something was sent")
	}
	if _, err := p.sender(t, "anna:wrong@").Probe(t.Context(), "t@x.org", []string{"a@x.org"}); !errors.Is(err, mail.ErrLogin) {
		t.Errorf("error %v", err)
	}
}
