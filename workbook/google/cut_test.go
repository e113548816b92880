package google

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tearsheet/workbook/google/googletest"
)

// neither tells of a spreadsheet that is not the old one and not the new one.
func (d *desk) neither(old, renewed googletest.Snapshot) string {
	now := d.Snapshot(d.id)
	before, after := googletest.Diff(old, now), googletest.Diff(renewed, now)
	if len(before) == 0 || len(after) == 0 {
		return ""
	}
	return fmt.Sprintf("neither the old nor the new tabs:\n%s\n… and\n%s", strings.Join(before[:min(3, len(before))], "\n"), strings.Join(after[:min(3, len(after))], "\n"))
}

// states returns a spreadsheet before and after the second write, when nothing goes wrong.
func states(t *testing.T) (old, renewed googletest.Snapshot) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	old = d.Snapshot(d.id)
	d.write(sampleBook(8, 200))
	return old, d.Snapshot(d.id)
}

// mishaps are all that can happen to a call.
func mishaps() map[string]func(*googletest.Fault) {
	type fault = googletest.Fault
	all := map[string]func(*fault){
		"cut before": func(f *fault) { f.CutBefore() }, "cut after": func(f *fault) { f.CutAfter() }, "answer cut": func(f *fault) { f.CutAnswer() },
		"truncated": func(f *fault) { f.Truncate() }, "page": func(f *fault) { f.HTML() }, "login": func(f *fault) { f.Login() },
		"storage": func(f *fault) { f.StorageFull() }, "429 in 7 s": func(f *fault) { f.RetryAfter(429, 7) }, "503 in 7 s": func(f *fault) { f.RetryAfter(503, 7) },
		"hangs": func(f *fault) { f.Hang() }, "done, and hangs": func(f *fault) { f.HangAfter() }, "drips": func(f *fault) { f.Drip(50 * time.Millisecond) },
	}
	for _, code := range []int{400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504} {
		all[fmt.Sprint(code)] = func(f *fault) { f.Status(code) }
	}
	return all
}

// lasting says whether a mishap is not worth another try.
func lasting(name string) bool {
	return strings.Contains("page login storage 401 403 404 413", name)
}

// Calls of a second write: 1 the token, 2 and 3 the reads, 4 the write, and those after it.
func TestG05_G06_EachFaultAtEachCallLeavesTheOldTabsOrTheNew(t *testing.T) {
	old, renewed := states(t)
	for name, happen := range mishaps() {
		for call := 1; call <= 4; call++ {
			for _, times := range []int{1, 1000} {
				slow := strings.Contains(name, "hang") || name == "drips"
				if times > 1 && call != 4 || slow && times > 1 && name != "hangs" {
					continue // what lasts is met by the write, and by the look after it
				}
				t.Run(fmt.Sprintf("%s at call %d, %d times", name, call, times), func(t *testing.T) {
					t.Parallel()
					d := newDesk(t)
					d.write(sampleBook(6, 100))
					timeout := time.Minute
					if slow {
						timeout = 400 * time.Millisecond
					}
					client := d.open(timeout)
					f := d.Fault(googletest.Any, call)
					happen(f.Times(times))
					done, err := client.Write(t.Context(), d.id, "sheet", sampleBook(8, 200), WriteOptions{})
					if wrong := d.neither(old, renewed); wrong != "" {
						t.Error(wrong)
					}
					d.judge(t, name, call, times, done, err)
					d.ClearFaults()
					if _, err := client.Write(t.Context(), d.id, "sheet", sampleBook(8, 200), WriteOptions{}); err != nil {
						t.Errorf("the next run: %v", err)
					}
					if left := googletest.Diff(renewed, d.Snapshot(d.id)); len(left) > 0 {
						t.Errorf("after the next run, %d places differ: %v", len(left), left[0])
					}
				})
			}
		}
	}
}

// judge says whether a write ended as it should.
func (d *desk) judge(t *testing.T, name string, call, times int, done Written, err error) {
	t.Helper()
	var fault *Error
	switch {
	case err != nil && !errors.As(err, &fault):
		t.Errorf("%T is not of this package: %v", err, err)
	case times == 1 && !lasting(name) && (name != "400" || call == 4) && (err != nil || !done.Changed):
		t.Errorf("one fault of this kind is to be waited for, got changed %v, %v", done.Changed, err)
	case lasting(name) && call == 4 && err == nil:
		t.Error("no error")
	case lasting(name) && len(d.clock.slept) > 0:
		t.Errorf("waited %v for what does not pass", d.clock.slept)
	}
	var all time.Duration
	for _, s := range d.clock.slept {
		all += s
		if s > longestAsk {
			t.Errorf("one wait of %v", s)
		}
	}
	if all > allWaits {
		t.Errorf("waited %v in all", all)
	}
	if strings.HasSuffix(name, "in 7 s") && err == nil && call > 1 && (len(d.clock.slept) != 1 || d.clock.slept[0] != 7500*time.Millisecond) {
		t.Errorf("waited %v, want the 7 s asked for and half a second of jitter", d.clock.slept)
	}
	if err != nil {
		t.Log(err)
	}
}

func TestARunThatIsStoppedAtAnyCallLeavesTheOldTabsOrTheNew(t *testing.T) {
	old, renewed := states(t)
	for call := 1; call <= 4; call++ {
		for _, after := range []bool{false, true} {
			d := newDesk(t)
			d.write(sampleBook(6, 100))
			client := d.open(time.Minute)
			ctx, cancel := context.WithCancel(t.Context())
			f := d.Fault(googletest.Any, call).Do(cancel)
			if after {
				f.HangAfter()
			}
			_, err := client.Write(ctx, d.id, "sheet", sampleBook(8, 200), WriteOptions{})
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped before it was done; ") && !after {
				t.Errorf("call %d: %v is not that of the context", call, err)
			}
			if wrong := d.neither(old, renewed); wrong != "" {
				t.Errorf("call %d: %s", call, wrong)
			}
			cancel()
		}
	}
}

// Negative control: a write by two calls that is cut between them must be seen.
func TestAWriteInTwoStepsWouldBeSeen(t *testing.T) {
	old, renewed := states(t)
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	if wrong := d.neither(old, renewed); wrong != "" {
		t.Fatal(wrong)
	}
	d.Person(d.id).ClearCell("Tearsheet", "C3")
	if d.neither(old, renewed) == "" {
		t.Error("a tab with a cell cleared passes for a whole one")
	}
}

// Two runs that read the same state cannot both write: the second is refused, looks, and
// finds all as it should be.
func TestG05_AWriteThatFollowsTheSameStateTwiceIsDoneOnce(t *testing.T) {
	_, renewed := states(t)
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	other := d.open(time.Minute)
	d.Fault(googletest.BatchUpdate, 1).Do(func() {
		if _, err := other.Write(t.Context(), d.id, "sheet", sampleBook(8, 200), WriteOptions{}); err != nil {
			t.Error(err)
		}
	})
	d.write(sampleBook(8, 200))
	if left := googletest.Diff(renewed, d.Snapshot(d.id)); len(left) > 0 {
		t.Errorf("%d places differ from one write: %v", len(left), left)
	}
	if n := len(d.Snapshot(d.id).Metadata); n != len(renewed.Metadata) {
		t.Errorf("%d notes, want %d", n, len(renewed.Metadata))
	}
}

func TestG05_AFirstWriteWithoutAnAnswerMakesEachTabOnce(t *testing.T) {
	d := newDesk(t)
	d.Fault(googletest.BatchUpdate, 1).CutAfter()
	done := d.write(sampleBook(6, 100))
	if !done.Changed || len(d.Snapshot(d.id).Tabs) != 4 || d.calls(googletest.BatchUpdate) != 1 {
		t.Errorf("changed %v, %d tabs, %d updates", done.Changed, len(d.Snapshot(d.id).Tabs), d.calls(googletest.BatchUpdate))
	}
}

func TestG05_AWriteThatNeverArrivesIsLookedAtAndTold(t *testing.T) {
	old, renewed := states(t)
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Fault(googletest.BatchUpdate, 1).Times(1000).Status(503)
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(8, 200), WriteOptions{})
	var fault *Error
	if !errors.As(err, &fault) || fault.Kind != Down || !fault.Temporary() || !strings.Contains(err.Error(), "the old tabs stand") {
		t.Errorf("%v", err)
	}
	if wrong := d.neither(old, renewed); wrong != "" {
		t.Error(wrong)
	}
}
