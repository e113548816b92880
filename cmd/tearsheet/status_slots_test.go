package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tearsheet/workflow"
)

func TestI08EachNameOfTheScheduleHasItsOwnSwitch(t *testing.T) {
	config := `company: A
timezone: America/Toronto
warehouse: {url: 'postgres://me@127.0.0.1:9/db', filled_by: others}
schedule:
  nightly: {at: "00:30", run: values}
  tuesday: {on: tuesday, at: "07:00", run: sheet}
  monthly: {cron: 0 3 1 * *, run: sheet}
`
	for _, tt := range []struct {
		name, now, want string
		done            []string // job slot, of those that are done; all others failed
	}{
		{"all is well", "2026-11-19T10:00:00-05:00", "", []string{"nightly 2026-11-19T00:30", "tuesday 2026-11-17T07:00"}},
		{"a weekly slot fails", "2026-11-19T10:00:00-05:00", "tuesday was due Tue 17 Nov 07:00, and is not done", []string{"nightly 2026-11-19T00:30"}},
		{"the night is not done yet", "2026-11-19T02:29:00-05:00", "", []string{"nightly 2026-11-18T00:30", "tuesday 2026-11-17T07:00"}},
		{"the night hangs", "2026-11-19T03:31:00-05:00", "nightly was due Thu 19 Nov 00:30, and is not done", []string{"nightly 2026-11-18T00:30", "tuesday 2026-11-17T07:00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := openUnplanned(writeProject(t, map[string]string{configName: config, registryName: registry(counted("visits"))}))
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.openStore(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, slot := range p.config.slots {
				if _, err := s.Begin(t.Context(), slot.name, now.AddDate(0, 0, -5)); err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range tt.done {
				job, id, _ := strings.Cut(text, " ")
				due, err := time.ParseInLocation("2006-01-02T15:04", id, p.config.calendar.Zone())
				if err != nil {
					t.Fatal(err)
				}
				e := workflow.Entry{Job: job, Slot: id, Due: due, State: workflow.Done, Started: due, Ended: due.Add(time.Hour), Attempts: 1}
				if won, err := s.Claim(t.Context(), e); !won || err != nil {
					t.Fatal(won, err)
				}
			}
			a := &app{errOut: new(bytes.Buffer), now: func() time.Time { return now }, dir: p.dir}
			got := ""
			if err := a.silent(t.Context(), p, 0); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
