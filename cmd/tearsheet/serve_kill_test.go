package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	postoffice "tearsheet/mail"
	"tearsheet/workbook/google/googletest"
)

// blow is the end that comes to a life of serve, at a moment of chance or at one that
// servers see.
type blow struct {
	name   string
	signal syscall.Signal
	arm    func(strike func())
}

// chance returns a blow for a desk whose slot takes so long.
func (d *desk) chance(p *postman, length time.Duration) blow {
	b := blow{signal: syscall.SIGKILL}
	if rand.IntN(5) == 0 {
		b.signal = syscall.SIGTERM
	}
	kinds := []googletest.Kind{googletest.Tokens, googletest.Get, googletest.BatchUpdate}
	phases := []string{phaseRecipient, phaseBegun, phaseRead, phaseAnswered}
	switch kind := rand.IntN(10); {
	case kind < 4:
		after := rand.N(length)
		b.name, b.arm = "after "+after.String(), func(strike func()) { time.AfterFunc(after, strike) }
	case kind < 6:
		call := kinds[rand.IntN(len(kinds))]
		b.name, b.arm = "at a call of Google's: "+string(call), func(strike func()) {
			d.sheets.Fault(call, 1).Do(func() { time.AfterFunc(rand.N(20*time.Millisecond), strike) })
		}
	default:
		phase, to, after := phases[rand.IntN(len(phases))], both()[rand.IntN(2)], time.Duration(rand.IntN(3))*rand.N(4*time.Millisecond)
		b.name, b.arm = "when of the mail to "+to+" "+phase, func(strike func()) {
			p.watch(func(now, whose string) {
				switch {
				case now != phase || whose != to:
				case after == 0:
					strike()
				default:
					time.AfterFunc(after, strike)
				}
			})
		}
	}
	return b
}

// watch lets someone be told how far mails have come.
func (p *postman) watch(seen func(phase, to string)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.seen = seen
}

// mails returns what it has read to the end.
func (p *postman) mails() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.got)
}

// life lets serve live until the slot is over or the blow has come, and reports whether
// the blow ended it. The slot has begun a moment ago.
func (d *desk) life(t *testing.T, p *postman, b blow, at time.Time) bool {
	t.Helper()
	c := d.start(t, at, "serve")
	if b.arm != nil {
		b.arm(sync.OnceFunc(func() { _ = c.process.Process.Signal(b.signal) })) // it may have ended
	}
	over := c.says(slotOver)
	if over {
		c.kill()
	}
	code := c.code()
	p.watch(nil)
	d.sheets.ClearFaults()
	if !over && b.arm == nil || !over && code != -1 && code != 128+int(syscall.SIGTERM) {
		t.Errorf("%s: it ended by itself, with %d:\n%s", b.name, code, c.text())
	}
	return !over
}

// wrong tells what a slot that is over has done wrong: that somebody has a mail twice, or
// not without its being listed, that there is not one edition, that the spreadsheet is
// another than after a slot that was not disturbed.
func (k kept) wrong(mails []string, tabs, want googletest.Snapshot) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	ids := map[string][]string{}
	for _, raw := range mails {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			fault("a mail that cannot be read: %v", err)
			continue
		}
		to := strings.Trim(m.Header.Get("To"), "<>")
		ids[to] = append(ids[to], strings.Trim(m.Header.Get("Message-Id"), "<>"))
	}
	unclear := 0
	for _, to := range both() {
		i := slices.IndexFunc(k.letters, func(l postoffice.Letter) bool { return l.To == to })
		if len(ids[to]) > 1 {
			fault("doubled: %s has %d mails", to, len(ids[to]))
		}
		switch {
		case i < 0:
			fault("lost: %s is not in the outbox", to)
			continue
		case k.letters[i].State == postoffice.Unclear:
			unclear++
		case k.letters[i].State != postoffice.Sent:
			fault("the mail to %s is %s", to, k.letters[i].State)
		case len(ids[to]) == 0:
			fault("lost: the mail to %s is sent, and never came", to)
		}
		if len(ids[to]) > 0 && ids[to][0] != k.letters[i].ID {
			fault("the mail to %s has the ID %s, want %s", to, ids[to][0], k.letters[i].ID)
		}
	}
	if done := string(k.slot.State) == "done"; done != (unclear == 0) {
		fault("%d mails are unclear, and the slot is %s: %s", unclear, k.slot.State, k.slot.Error)
	}
	if len(k.letters) != 2 || len(k.editions) != 1 {
		fault("%d letters, %d editions", len(k.letters), len(k.editions))
	}
	for _, difference := range googletest.Diff(want, tabs) {
		fault("the spreadsheet: %s", difference)
	}
	return faults
}

// clearUp sends what is unclear once more, as a person does, and wants it to arrive under
// the ID that it had.
func (d *desk) clearUp(t *testing.T, p *postman) (unclear int) {
	t.Helper()
	for _, l := range d.kept(t).letters {
		if l.State != postoffice.Unclear {
			continue
		}
		unclear++
		before := len(p.mails())
		o := tearsheetAt(t, sevenOClock.Add(time.Hour), d.dir, "outbox", "resend", l.To)
		mails := p.mails()
		if o.code != exitDone || len(mails) != before+1 || !strings.Contains(mails[before], "<"+l.ID+">") {
			t.Errorf("resend: exit %d, %d mails more\n%s", o.code, len(mails)-before, o.errOut)
		}
	}
	return unclear
}

// quietSlot lets a slot pass that nobody disturbs, and returns what the spreadsheet shows
// then and how long it took.
func quietSlot(t *testing.T) (googletest.Snapshot, time.Duration) {
	t.Helper()
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.begin(t)
	began := time.Now()
	d.life(t, p, blow{name: "undisturbed"}, sevenOClock.Add(time.Second))
	length, tabs := time.Since(began), d.tabs()
	for _, fault := range d.kept(t).wrong(p.mails(), tabs, tabs) {
		t.Fatal(fault)
	}
	return tabs, length
}

// N10, N11, H03: serve is ended at any moment of its slot, and begun again, up to three
// times. Nobody gets the sheet twice, and whoever perhaps has it not is listed.
func TestN10N11ServeKilledAtAnyMomentSendsNothingTwice(t *testing.T) {
	want, length := quietSlot(t)
	var ended, unclear atomic.Int64
	twoAtATime(sample(20, 500), func(i int) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p := newPostman(t, noTLS, nil)
			d := newDesk(t, p.port, "")
			d.begin(t)
			began := time.Now()
			at := func() time.Time { return sevenOClock.Add(time.Second + time.Since(began)) }
			var story []string
			for range 1 + rand.IntN(3) {
				if d.kept(t).over() {
					break
				}
				b := d.chance(p, length)
				if d.life(t, p, b, at()) {
					story = append(story, fmt.Sprintf("%s %s", b.signal, b.name))
				}
			}
			if !d.kept(t).over() {
				d.life(t, p, blow{name: "the last life"}, at())
			}
			ended.Add(int64(len(story)))
			for _, fault := range d.kept(t).wrong(p.mails(), d.tabs(), want) {
				t.Errorf("%s\nafter %s", fault, strings.Join(story, "; "))
			}
			unclear.Add(int64(d.clearUp(t, p)))
		})
	})
	t.Logf("a slot takes %s; serve was ended %d times; %d mails were unclear", length.Round(time.Millisecond), ended.Load(), unclear.Load())
}

// Negative control: an outbox that forgets what was sent, a mail that was lost, and a
// spreadsheet that was written into are seen.
func TestMailThatIsSentTwiceIsSeen(t *testing.T) {
	want, _ := quietSlot(t)
	p := newPostman(t, noTLS, nil)
	d := newDesk(t, p.port, "")
	d.begin(t)
	ann := blow{"when Ann has her mail", syscall.SIGKILL, func(strike func()) {
		p.watch(func(phase, _ string) {
			if phase == phaseAnswered {
				strike()
			}
		})
	}}
	if !d.life(t, p, ann, sevenOClock.Add(time.Second)) {
		t.Fatal("it was not killed")
	}
	db, err := sql.Open("sqlite", filepath.Join(d.dir, ".tearsheet", "store.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "delete from letter")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.life(t, p, blow{name: "the last life"}, sevenOClock.Add(time.Minute))
	k, mails, tabs := d.kept(t), p.mails(), d.tabs()
	if got := k.wrong(mails, tabs, want); !slices.Equal(got, []string{"doubled: ann@example.org has 2 mails"}) {
		t.Errorf("an outbox that forgets: %q", got)
	}
	if got := k.wrong(mails[1:2], tabs, want); len(got) != 1 || !strings.HasPrefix(got[0], "lost: ") {
		t.Errorf("a mail that was lost: %q", got)
	}
	d.sheets.Person(d.spreadsheet).EditCell("Tearsheet", "B3", "changed")
	if got := k.wrong(mails[1:], d.tabs(), want); len(got) == 0 {
		t.Errorf("another spreadsheet: %q", got)
	}
}
