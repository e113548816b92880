package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tearsheet/calendar"
	"tearsheet/mail"
	"tearsheet/store"
	"tearsheet/tearsheet/render/letter"
)

// mailing is a project that sends its sheet to two people by a server that does what it is
// told, and the app that does it.
func mailing(t *testing.T, answers map[string][]error) (*app, *project, sheetOptions, *postman) {
	t.Helper()
	server := newPostman(t, noTLS, answers)
	dir := writeProject(t, map[string]string{registryName: registry(counted("visits")), configName: fmt.Sprintf(`company: A
timezone: America/Toronto
warehouse: {url: 'postgres://me@127.0.0.1:9/db?connect_timeout=2', filled_by: others}
mail: {from: a@example.com, smtp: 'smtp://%s:%d', tls: none}
`, server.host, server.port)})
	p, err := openUnplanned(dir)
	if err != nil {
		t.Fatal(err)
	}
	week := p.config.calendar.LastWeeks(1, calendar.DayOn(2026, time.November, 17))[0]
	o := sheetOptions{last: week, delivery: delivery{mail: []string{"ada@example.com", "bob@example.com"}, slot: "tuesday"}}
	return &app{errOut: new(bytes.Buffer), now: func() time.Time { return tuesday }, codes: exitCodes{}, dir: dir}, p, o, server
}

var refused = &smtp.SMTPError{Code: 550, Message: "no such user"}

// The slot is tried again, since Google was down, say.
func TestH02MailThatWasRefusedIsNotDoneAtTheNextAttempt(t *testing.T) {
	a, p, o, server := mailing(t, map[string][]error{"bob@example.com": {refused}})
	of := occasion{about: sheetAbout(o, "2026-11-15"), page: letter.Letter{Subject: "A", Text: "A"}}
	for attempt := range 2 {
		letters, err := a.send(t.Context(), p, o, of)
		if exitCode(err) != exitHeld || err == nil || err.Error() != "not everybody has the mail: bob@example.com" || len(letters) != 2 {
			t.Errorf("attempt %d: %v, %v", attempt+1, err, letters)
		}
	}
	if len(server.got) != 2 { // one of them was refused
		t.Errorf("sent %d times", len(server.got))
	}
	of.about = "tuesday 2026-11-22" // another week has nothing to do with it
	if letters, err := a.send(t.Context(), p, o, of); err != nil || len(letters) != 2 {
		t.Errorf("the week after: %v, %v", err, letters)
	}
}

func TestH07WhoHasTheSheetIsNotToldThatThereIsNone(t *testing.T) {
	a, p, o, server := mailing(t, nil)
	down := errors.New("the warehouse is gone")
	if err := a.mailHeld(t.Context(), p, o, down); err != nil || len(server.got) != 2 || !strings.Contains(server.got[0], "is held") {
		t.Fatalf("%v, %d mails", err, len(server.got))
	}
	if _, err := a.send(t.Context(), p, o, occasion{about: sheetAbout(o, o.last.Last().String()), page: letter.Letter{Subject: "A", Text: "A"}}); err != nil {
		t.Fatal(err)
	}
	o.delivery.slot = "wednesday"
	if _, err := a.send(t.Context(), p, o, occasion{about: sheetAbout(o, o.last.Last().String()), page: letter.Letter{Subject: "A", Text: "A"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.mailHeld(t.Context(), p, o, down); err != nil || len(server.got) != 6 {
		t.Errorf("%v, %d mails, want the three that each had", err, len(server.got))
	}
}

func TestWaitsOfMailAreSaidInSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{10 * time.Second: "10 seconds", time.Minute: "1 minute", 119 * time.Minute: "119 minutes", 47 * time.Hour: "47 hours", 49 * time.Hour: "2 days"} {
		if got := roughly(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// Whether a slot was late is said by the scheduler alone, so that its log and the mail agree.
func TestSlotThatIsLateToTheSchedulerIsLateInTheMail(t *testing.T) {
	for late, want := range map[time.Duration]string{0: "", 3 * time.Minute: "late by 3 minutes", 3 * time.Hour: "late by 3 hours"} {
		if got := lateness(late); got != want {
			t.Errorf("%v: %q, want %q", late, got, want)
		}
	}
}

// H02: a server that wants to be asked in ten minutes holds up no other slot: this one is
// tried again, and mails that were refused for good are not.
func TestSlotSitsOutNoLongWaitForAMailServer(t *testing.T) {
	a := &app{errOut: io.Discard, now: func() time.Time { return tuesday }}
	p := &project{config: &config{letter: &letterConfig{}}}
	if err := a.post(p, new(store.Store), "weekly").Sleep(t.Context(), 2*time.Minute); !errors.Is(err, errLater) {
		t.Errorf("a slot: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.post(p, new(store.Store), "").Sleep(ended, 2*time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("a person, who waits: %v", err)
	}
	for state, code := range map[mail.State]int{mail.Waiting: exitSource, mail.Refused: exitHeld, mail.Unclear: exitHeld, mail.GivenUp: exitHeld} {
		err := unsent(mail.Report{Letters: []mail.Letter{{To: "ann@example.org", State: mail.Sent}, {To: "bob@example.org", State: state}}})
		if exitCode(err) != code || slotAgain().If(err) != (state == mail.Waiting) {
			t.Errorf("%s: exit %d, want %d: %v", state, exitCode(err), code, err)
		}
	}
}
