package google

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tearsheet/workbook/google/googletest"
)

// busiest returns the most calls of a kind within any 60 s.
func busiest(calls []googletest.Call, kind googletest.Kind) int {
	var at []time.Time
	for _, c := range calls {
		if c.Kind == kind {
			at = append(at, c.At)
		}
	}
	most := 0
	for i := range at {
		n := 0
		for _, other := range at[i:] {
			if other.Sub(at[i]) < time.Minute {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestG04_HundredWritesInAMinuteStayInsideTheQuotaByWaiting(t *testing.T) {
	d := newDesk(t)
	for run := range 100 {
		if done := d.write(sampleBook(1, float64(run))); !done.Changed {
			t.Fatalf("run %d wrote nothing", run)
		}
	}
	for _, c := range d.Calls() {
		if c.Status == http.StatusTooManyRequests {
			t.Fatal("Google had to refuse a call")
		}
	}
	if reads, writes := busiest(d.Calls(), googletest.Get), busiest(d.Calls(), googletest.BatchUpdate); reads != 60 || writes > 60 {
		t.Errorf("up to %d reads and %d writes a minute, want 60 and at most 60", reads, writes)
	}
	if n := d.calls(googletest.BatchUpdate); n != 100 {
		t.Errorf("%d writes", n)
	}
	if len(d.says) != 3 || !strings.HasPrefix(d.says[0], "Google allows 60 reads a minute: going on in ") {
		t.Errorf("said %q", d.says)
	}
}

// Negative control: without the gate, Google would refuse.
func TestWithoutTheGateGoogleWouldRefuse(t *testing.T) {
	d := newDesk(t)
	for run := range 62 {
		d.client.reads.at, d.client.writes.at = nil, nil
		d.write(sampleBook(1, float64(run)))
	}
	refused := false
	for _, c := range d.Calls() {
		refused = refused || c.Status == http.StatusTooManyRequests
	}
	if !refused {
		t.Error("the stand-in has no quota")
	}
}

func TestG04_WhatAnotherProgramUsesUpIsWaitedFor(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(1, 0))
	other := d.open(time.Minute)
	for range 30 {
		if _, err := other.Write(t.Context(), d.id, "sheet", sampleBook(1, 0), WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	d.write(sampleBook(1, 1))
	if len(d.says) == 0 || !strings.HasPrefix(d.says[0], "Google asks to wait: going on in ") {
		t.Errorf("said %q", d.says)
	}
}

func TestG04_ALongRetryAfterIsToldAndNotWaitedFor(t *testing.T) {
	d := newDesk(t)
	d.Fault(googletest.Get, 1).RetryAfter(429, 3600)
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(1, 0), WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), "Google asks to wait for 3600 s") || len(d.clock.slept) > 0 {
		t.Errorf("slept %v, %v", d.clock.slept, err)
	}
}

func TestRetryAfterIsReadAsSecondsAndAsATime(t *testing.T) {
	d := newDesk(t)
	for text, want := range map[string]wait{
		"":   {},
		"7":  {7 * time.Second, true},
		"-1": {},
		"x":  {},
		d.clock.now.UTC().Add(time.Hour).Format(http.TimeFormat):  {time.Hour, true},
		d.clock.now.UTC().Add(-time.Hour).Format(http.TimeFormat): {0, true},
	} {
		got := d.client.asked(http.Header{"Retry-After": {text}})
		if got.known != want.known || (got.time-want.time).Abs() > time.Second {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestAClockThatIsSetBackStopsNobody(t *testing.T) {
	g := &gate{what: "reads"}
	now := time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC)
	for range callsAMinute {
		g.take(now)
	}
	if left := g.take(now.Add(time.Second)); left != 60*time.Second {
		t.Errorf("wait %v, want 60 s", left)
	}
	if left := g.take(now.Add(-time.Hour)); left > minute {
		t.Errorf("wait %v after the clock was set back by an hour, want a minute at most", left)
	}
}
