package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// edit replaces a text in a file of the project.
func (d *desk) edit(t *testing.T, name, old, text string) {
	t.Helper()
	path := filepath.Join(d.dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(content), old, text)), 0o640); err != nil {
		t.Fatal(err)
	}
}

// runs runs the program some time after the slot and wants its exit code and what it says.
func (d *desk) runs(t *testing.T, after time.Duration, code int, says string, args ...string) {
	t.Helper()
	c := d.start(t, sevenOClock.Add(after), args...)
	if got := c.code(); got != code || !strings.Contains(c.text(), says) {
		t.Errorf("%s: exit %d, want %d and %q\n%s", strings.Join(args, " "), got, code, says, c.text())
	}
}

// wantMails wants so many mails, and returns them taken apart.
func (p *postman) wantMails(t *testing.T, n int) []sheetMail {
	t.Helper()
	var mails []sheetMail
	for _, raw := range p.mails() {
		mails = append(mails, openMail(t, raw))
	}
	if len(mails) != n {
		t.Fatalf("%d mails, want %d", len(mails), n)
	}
	return mails
}

func TestServeSignsItsMail(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "  dkim: {domain: example.com, selector: tearsheet, key: dkim.pem}\n")
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
	if err := os.WriteFile(filepath.Join(d.dir, "dkim.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.serve(t)
	p.wantMails(t, 2)
	records := func(name string) ([]string, error) {
		if name != "tearsheet._domainkey.example.com" {
			t.Errorf("asked for %s", name)
		}
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}
	verdict := func(raw string) error {
		found, err := dkim.VerifyWithOptions(strings.NewReader(raw), &dkim.VerifyOptions{LookupTXT: records})
		if err != nil || len(found) != 1 {
			t.Fatalf("%v, %v", found, err)
		}
		return found[0].Err
	}
	for _, raw := range p.mails() {
		if err := verdict(raw); err != nil {
			t.Error(err)
		}
		if verdict(strings.Replace(raw, "off plan", "on plan!", 1)) == nil {
			t.Error("an altered mail is valid")
		}
	}
}

// H01: the files and the spreadsheet are there whatever the mail server does; the mail
// comes when the server does.
func TestH01ServeWaitsForAMailServerThatIsDown(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().(*net.TCPAddr)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, address.Port, "")
	d.begin(t)
	waits := regexp.MustCompile(`^mail: trying again in \d+ seconds?$`)
	c := d.start(t, sevenOClock.Add(time.Second), "serve")
	c.await(t, waits)
	c.stop(t) // it does not sit the wait out
	if _, err := os.Stat(filepath.Join(d.dir, "sheets", "tearsheet-2026-11-15.pdf")); err != nil || len(d.tabs().Tabs) < 3 {
		t.Errorf("the sheet is not there: %v, %d tabs", err, len(d.tabs().Tabs))
	}
	c = d.start(t, sevenOClock.Add(4*time.Second), "serve")
	c.await(t, waits)
	p := newPostmanAt(t, address.String(), noTLS, nil)
	c.await(t, slotOver)
	c.stop(t)
	p.wantMails(t, 2)
	if k := d.kept(t); k.slot.State != "done" {
		t.Errorf("the slot is %s: %s\n%s", k.slot.State, k.slot.Error, c.text())
	}
}

func TestH02MailThatIsRefusedForOneReachesTheOther(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.edit(t, configName, both()[1], "gone@example.org")
	c := d.serve(t)
	if !strings.Contains(c.text(), "tuesday 2026-11-17T07:00 failed: not everybody has the mail: gone@example.org") {
		t.Errorf("serve says\n%s", c.text())
	}
	p.wantMails(t, 1)
	d.runs(t, time.Minute, exitHeld, "not everybody has the mail: gone@example.org", "schedule", "run", "tuesday")
	o := tearsheetAt(t, sevenOClock.Add(time.Hour), d.dir, "outbox")
	if !regexp.MustCompile(`gone@example.org +refused .*no such user`).MatchString(o.out) || !regexp.MustCompile(`ann@example.org +sent`).MatchString(o.out) {
		t.Errorf("outbox says\n%s", o.out)
	}
	p.wantMails(t, 1)
}

func TestH04SameWeekIsSentAgainOnlyIfThatIsAsked(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.serve(t)
	d.runs(t, time.Minute, exitDone, "the slot of Tue 17 Nov 07:00 is done; nothing to do", "schedule", "run", "tuesday")
	first := p.wantMails(t, 2)
	byHand := []string{"sheet", "--week", "2026-11-15", "--mail", "eve@example.org"}
	d.runs(t, time.Hour, exitDone, "eve@example.org: sent", byHand...)
	d.runs(t, 2*time.Hour, exitDone, "was sent before; --resend sends it again", byHand...)
	p.wantMails(t, 3)
	d.runs(t, 3*time.Hour, exitDone, "eve@example.org: sent", append(byHand, "--resend")...)
	ids := map[string]bool{}
	for _, m := range append(p.wantMails(t, 4), first...) {
		ids[m.header.Get("Message-Id")] = true
	}
	if len(ids) != 4 {
		t.Errorf("%d IDs of 4 mails", len(ids))
	}
}

// H07: a sheet that cannot be made is told of, once, and has no figures and no file. When
// it can be made, it comes.
func TestH07HeldSheetIsToldOfOnce(t *testing.T) {
	for name, c := range map[string]struct {
		file, right, wrong, says string
		code                     int
	}{
		"a figure that cannot be computed": {registryName, "measure: count(*)", "measure: count(nothing)", "nothing", exitHeld},
		"rows that cannot be loaded":       {configName, "data/visits/", "elsewhere/", "elsewhere/{day}.csv: no such file", exitHeld},
		"no day is known":                  {configName, "as_of: 2026-11-17", "as_of: 2026-12-01", "no figure of the week ending 2026-11-29 is known", exitHeld},
		"files that cannot be written":     {configName, "outputs: {sheets:", "outputs: {dir: plan.csv, sheets:", "plan.csv", exitStorage},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPostman(t, noTLS, nil)
			d := newDesk(t, p.port, "")
			d.edit(t, c.file, c.right, c.wrong)
			d.serve(t)
			for _, m := range p.wantMails(t, 2) {
				if subject := m.subject(t); !regexp.MustCompile(`^Test: the sheet of the week to (15|29) Nov is held$`).MatchString(subject) {
					t.Errorf("subject %q", subject)
				}
				if len(m.files) > 0 || !strings.Contains(m.text, "No figures are sent rather than wrong ones") || !strings.Contains(m.text, c.says) {
					t.Errorf("%d files, and\n%s", len(m.files), m.text)
				}
			}
			d.runs(t, time.Minute, c.code, "", "schedule", "run", "tuesday")
			p.wantMails(t, 2)
			d.edit(t, c.file, c.wrong, c.right)
			d.runs(t, time.Hour, exitDone, "is done", "schedule", "run", "tuesday")
			for _, m := range p.wantMails(t, 4)[2:] {
				if subject := m.subject(t); len(m.files) != 1 || !strings.HasPrefix(subject, "Test: week to 15 Nov (late by 60 minutes): ") {
					t.Errorf("%d files, subject %q", len(m.files), subject)
				}
			}
		})
	}
}

// I03, H07: a slot that is caught up says so to whoever gets it.
func TestI03H07MailOfALateSlotSaysSo(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.begin(t)
	c := d.start(t, sevenOClock.Add(3*time.Hour), "serve")
	c.await(t, slotOver)
	c.stop(t)
	for _, m := range p.wantMails(t, 2) {
		if got, want := m.subject(t), "Test: week to 15 Nov (late by 3 hours): 1 off plan, 0 watch"; got != want {
			t.Errorf("subject %q, want %q", got, want)
		}
		if !strings.Contains(m.text, "! Late by 3 hours") || !strings.Contains(m.html, "Late by 3 hours") {
			t.Errorf("it does not say so:\n%s", m.text)
		}
	}
}

// G01: what Google says keeps nobody's mail, and does not make it come twice.
func TestG01MailComesThoughGoogleRefuses(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.sheets.Disable(true)
	c := d.serve(t)
	if !strings.Contains(c.text(), "failed: ") {
		t.Errorf("serve says\n%s", c.text())
	}
	for _, m := range p.wantMails(t, 2) {
		if len(m.files) != 1 || !strings.Contains(strings.Join(strings.Fields(m.text), " "), "The sheet in Google Sheets could not be brought up to date") {
			t.Errorf("%d files, and\n%s", len(m.files), m.text)
		}
	}
	d.sheets.Disable(false)
	d.runs(t, time.Minute, exitDone, "is done", "schedule", "run", "tuesday")
	p.wantMails(t, 2)
	if tabs := d.tabs(); len(tabs.Tabs) < 3 {
		t.Errorf("the spreadsheet has %d tabs", len(tabs.Tabs))
	}
}

// I04: a second serve is refused, and says who serves.
func TestI04SecondServeIsRefused(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	first := d.start(t, sevenOClock.Add(-30*time.Minute), "serve")
	first.await(t, regexp.MustCompile(` tuesday: next Tuesday 17 November 07:00 EST$`))
	first.awaitBeat(t, d)
	d.runs(t, -29*time.Minute, exitActive, "the schedule is served already by process ", "serve")
	first.stop(t)
	if said := strings.Split(first.text(), "\n"); !slices.Contains(said, "interrupted: what was done is kept; run it again to go on") {
		t.Errorf("it ends with %q", said)
	}
}

// awaitBeat waits until somebody serves.
func (c *child) awaitBeat(t *testing.T, d *desk) {
	t.Helper()
	for {
		if _, ok, err := readBeat(filepath.Join(d.dir, filepath.FromSlash(defaultBeat))); err != nil {
			t.Fatal(err)
		} else if ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
