package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tearsheet/workflow"
)

// A slot that cron or a person lets happen says nothing of who serves.
func TestI08OnlyWhoServesBeats(t *testing.T) {
	p := slottedWithBeat(t)
	a := &app{out: new(bytes.Buffer), errOut: new(bytes.Buffer), now: func() time.Time { return tuesday }, codes: exitCodes{}, dir: p.dir}
	done := workflow.Entry{Job: "nightly", Slot: "2026-11-17T00:30", State: workflow.Done, Ended: tuesday}
	byCron := a.scheduler(p, nil)
	byCron.Say(done, "nightly is done")
	if err := a.sayBeat(t.Context(), p); err != nil || !strings.Contains(a.out.(*bytes.Buffer).String(), "nobody has served it") {
		t.Errorf("%v, %s", err, a.out)
	}
	server := a.scheduler(p, nil)
	if err := server.Beat(t.Context(), tuesday); err != nil {
		t.Fatal(err)
	}
	done.Slot = "2026-11-18T00:30"
	byCron.Say(done, "nightly is done") // between two beats
	if b, _, err := readBeat(p.config.heartbeat.file); err != nil || !b.At.Equal(tuesday) || b.Process == 0 || b.Job != "nightly 2026-11-18T00:30" {
		t.Errorf("%+v, %v", b, err)
	}
	if err := server.Beat(t.Context(), tuesday.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if b, _, err := readBeat(p.config.heartbeat.file); err != nil || !b.At.After(tuesday) || b.Job != "nightly 2026-11-18T00:30" {
		t.Errorf("%+v, %v", b, err)
	}
}

func slottedWithBeat(t *testing.T) *project {
	t.Helper()
	config := strings.Replace(slotted, "url: '${PING_URL}'", "file: beat.json", 1)
	p, err := openUnplanned(writeProject(t, map[string]string{configName: config, registryName: registry(counted("visits"))}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A slot that serve still has, and tearsheet.yaml has no more.
func TestSlotGoesByWhatTheFileSaysNow(t *testing.T) {
	p := slottedWithBeat(t)
	a := &app{errOut: new(bytes.Buffer), now: func() time.Time { return tuesday }, codes: exitCodes{}, dir: p.dir}
	for _, job := range a.jobs(p.config) {
		if job.Timeout == 0 {
			t.Errorf("%s may hang for ever", job.Name)
		}
	}
	err := a.carryOut(t.Context(), workflow.Turn{Job: "weekly", Due: tuesday})
	if exitCode(err) != exitUsage || !strings.HasPrefix(err.Error(), `no slot "weekly" in the schedule of tearsheet.yaml`) {
		t.Errorf("%v", err)
	}
}

// M01: a second serve, and a slot whose process was killed three times.
func TestExitCodesOfServeAndOfASlotThatIsGivenUp(t *testing.T) {
	p := slottedWithBeat(t)
	s, err := p.openStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, release, err := s.Lock(t.Context(), workflow.Serving)
	if err != nil {
		t.Fatal(err)
	}
	if o := tearsheetAt(t, tuesday, p.dir, "serve"); o.code != exitActive || !strings.Contains(o.errOut, "the schedule is served already by process") {
		t.Errorf("exit %d: %s", o.code, o.errOut)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	killed := workflow.Entry{Job: "nightly", Slot: "2026-11-17T00:30", Due: tuesday.Add(-time.Hour), State: workflow.Running, Attempts: 4}
	if _, err := s.Begin(t.Context(), "nightly", tuesday.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	if won, err := s.Claim(t.Context(), killed); !won || err != nil {
		t.Fatal(won, err)
	}
	o := tearsheetAt(t, tuesday, p.dir, "schedule", "run", "nightly")
	if o.code != exitHeld || !strings.Contains(o.errOut, "it is not tried again") || strings.Contains(o.errOut, "nothing to do") {
		t.Errorf("exit %d: %s", o.code, o.errOut)
	}
}
