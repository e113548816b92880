package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// What a program is answered by the commands of the schedule and the outbox is one JSON
// value, whatever a slot makes on its way; what people are told of it is not in it.
func TestAnswersOfScheduleAndOutboxAreJSON(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	for _, at := range []struct {
		after   time.Duration // since seven o'clock
		command string
		want    string // job and state, or recipient and state, of each line
	}{
		{-time.Hour, "schedule begin tuesday", "tuesday 2026-11-17T07:00 next"},
		{-time.Hour, "schedule run --all", "tuesday 2026-11-17T07:00 next"},
		{-time.Hour, "outbox send", ""},
		{time.Minute, "schedule run tuesday", "tuesday 2026-11-17T07:00 done"},
		{2 * time.Minute, "schedule run tuesday", "tuesday 2026-11-17T07:00 done"},
		{time.Hour, "outbox send", ""},
		{time.Hour, "outbox resend ann@example.org", "ann@example.org sent"},
	} {
		o := tearsheetAt(t, sevenOClock.Add(at.after), d.dir, append(strings.Fields(at.command), "--json")...)
		if got, err := answeredLines(o.out); err != nil || got != at.want || o.code != exitDone {
			t.Errorf("%s: exit %d, %q, want %q, %v\n%s%s", at.command, o.code, got, at.want, err, o.out, o.errOut)
		}
	}
	p.wantMails(t, 3)
	if o := tearsheetAt(t, sevenOClock.Add(time.Hour), d.dir, "outbox", "send"); !strings.Contains(o.errOut, "no mail waits") {
		t.Errorf("outbox send without mail says\n%s", o.errOut)
	}
}

// answeredLines are the lines of an answer, a list or one of them, in short.
func answeredLines(text string) (string, error) {
	type line struct{ Job, Slot, To, State string }
	var lines []line
	if strings.HasPrefix(text, "{") {
		text = "[" + text + "]"
	}
	if err := json.Unmarshal([]byte(text), &lines); err != nil {
		return "", err
	}
	var said []string
	for _, l := range lines {
		said = append(said, strings.Join(strings.Fields(fmt.Sprint(l.Job, " ", l.Slot, " ", l.To, " ", l.State)), " "))
	}
	return strings.Join(said, ", "), nil
}
