package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
)

// sheetMail is a mail of the sheet as another program reads it.
type sheetMail struct {
	header     netmail.Header
	text, html string
	files      map[string][]byte // attached, by name
}

// openMail takes a mail apart.
func openMail(t *testing.T, raw string) sheetMail {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	m := sheetMail{header: message.Header, files: map[string][]byte{}}
	m.open(t, map[string][]string(message.Header), message.Body)
	return m
}

// open takes a part apart.
func (m *sheetMail) open(t *testing.T, header map[string][]string, body io.Reader) {
	t.Helper()
	get := func(name string) string { return netmail.Header(header).Get(name) }
	kind, parameters, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for parts := multipart.NewReader(body, parameters["boundary"]); ; {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m.open(t, part.Header, part)
		}
	}
	switch get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	place, named, _ := mime.ParseMediaType(get("Content-Disposition")) // "" if there is none
	switch {
	case place == "attachment":
		m.files[named["filename"]] = content
	case kind == "text/plain":
		m.text = strings.ReplaceAll(string(content), "\r\n", "\n")
	case kind == "text/html":
		m.html = strings.ReplaceAll(string(content), "\r\n", "\n")
	default:
		t.Errorf("a part of type %s", kind)
	}
}

// subject is the subject in plain letters.
func (m sheetMail) subject(t *testing.T) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The whole program: the slot comes, the sheet is made, stands in Google Sheets, and lies
// in the mailbox of each, with its PDF.
func TestServeMakesTheSheetAndBringsItToEverybody(t *testing.T) {
	server := testenv.SMTP(t, testenv.Tool(t, "smtpd"))
	d := newDesk(t, server.Port, "  footer: You get this since you lead a team.\n")
	d.serve(t)
	for _, name := range []string{"tearsheet-2026-11-15.pdf", "tearsheet-2026-11-15.xlsx"} {
		if _, err := os.Stat(filepath.Join(d.dir, "sheets", name)); err != nil {
			t.Error(err)
		}
	}
	if tabs := d.tabs(); len(tabs.Tabs) < 3 {
		t.Errorf("the spreadsheet has %d tabs", len(tabs.Tabs))
	}
	letters := map[string]string{} // ID by recipient
	for _, l := range d.kept(t).letters {
		letters[l.To] = "<" + l.ID + ">"
	}
	for i, raw := range server.Mails(t, 2) {
		if i > 1 {
			t.Fatal("there are more than two mails")
		}
		m := openMail(t, raw)
		to := strings.Trim(m.header.Get("To"), "<>")
		if m.header.Get("Message-Id") != letters[to] {
			t.Errorf("the mail to %s has the ID %s, want %s", to, m.header.Get("Message-Id"), letters[to])
		}
		delete(letters, to)
		wantSheetMail(t, d, m)
	}
	if len(letters) > 0 {
		t.Errorf("no mail for %v", letters)
	}
	if d.beats.Load() != 1 {
		t.Errorf("the address of the heartbeat was asked %d times", d.beats.Load())
	}
	wantTold(t, d)
}

// wantSheetMail holds a mail against the sheet of the desk.
func wantSheetMail(t *testing.T, d *desk, m sheetMail) {
	t.Helper()
	if got, want := m.subject(t), "Test: week to 15 Nov: 1 off plan, 0 watch"; got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	for name, want := range map[string]string{"From": `"Test" <tearsheet@example.com>`, "Reply-To": "<data@example.com>", "Auto-Submitted": "auto-generated"} {
		if got := m.header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	date, err := m.header.Date()
	if late := date.Sub(sevenOClock); err != nil || late < 0 || late > time.Minute {
		t.Errorf("Date: %s, %v", m.header.Get("Date"), err)
	}
	pdf, err := os.ReadFile(filepath.Join(d.dir, "sheets", "tearsheet-2026-11-15.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.files) != 1 || !bytes.Equal(m.files["tearsheet-2026-11-15.pdf"], pdf) {
		t.Errorf("%d files are attached, and not the PDF of the sheet", len(m.files))
	}
	for kind, text := range map[string]string{"text": m.text, "page": m.html} {
		for _, want := range []string{"Visits", "off plan", "https://docs.google.com/spreadsheets/d/" + d.spreadsheet, "You get this since you lead a team."} {
			if !strings.Contains(text, want) {
				t.Errorf("the %s does not have %q:\n%.2000s", kind, want, text)
			}
		}
	}
}

// wantTold wants all commands to tell that the slot is done and that the mails are sent.
func wantTold(t *testing.T, d *desk) {
	t.Helper()
	later := sevenOClock.Add(time.Minute)
	for command, want := range map[string][]string{
		"schedule": {"Tue 17 Nov 2026 07:00", "done", "Tue 24 Nov 2026 07:00"},
		"status":   {"tuesday", "Tue 17 Nov 07:00", "done", "serves it"},
		"outbox":   {both()[0], both()[1], "sent", "tuesday 2026-11-15"},
	} {
		o := tearsheetAt(t, later, d.dir, command)
		for _, w := range want {
			if o.code != exitDone || !strings.Contains(o.out, w) {
				t.Errorf("%s does not say %q: exit %d\n%s%s", command, w, o.code, o.out, o.errOut)
			}
		}
	}
	var b beat
	text, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(defaultBeat)))
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil || b.Job != "tuesday 2026-11-17T07:00" || b.Done.Before(sevenOClock) {
		t.Errorf("the heartbeat is %s, %v", text, err)
	}
	var slots []slotLine
	if o := tearsheetAt(t, later, d.dir, "schedule", "--json"); json.Unmarshal([]byte(o.out), &slots) != nil ||
		!slices.ContainsFunc(slots, func(l slotLine) bool { return l.Slot == "2026-11-17T07:00" && l.State == "done" && l.Tries == 1 }) {
		t.Errorf("schedule --json says\n%s", o.out)
	}
}
