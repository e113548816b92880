package mail_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/mail"
	"tearsheet/store"
)

func newOutbox(t testing.TB) mail.Outbox {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "store.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.Outbox()
}

// clock is a clock that only sleeping moves.
type clock struct{ now time.Time }

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

func newPost(o mail.Outbox, s *mail.Sender, holder string) (*mail.Post, *clock) {
	c := &clock{tuesday}
	return &mail.Post{Outbox: o, Sender: s, Holder: holder, Now: func() time.Time { return c.now }, Sleep: c.sleep}, c
}

func putSheet(t testing.TB, p *mail.Post, want int, to ...string) {
	t.Helper()
	if added, err := p.Put(t.Context(), sheet(""), to, "sheet 2026-W46"); err != nil || added != want {
		t.Fatalf("%d were put (%v), want %d", added, err, want)
	}
}

// states says in a line how letters stand.
func states(letters []mail.Letter) string {
	var list []string
	for _, l := range letters {
		name, _, _ := strings.Cut(l.To, "@")
		list = append(list, name+" "+string(l.State))
	}
	return strings.Join(list, ", ")
}

func expectDelivery(t testing.TB, p *mail.Post, want string) mail.Report {
	t.Helper()
	report, err := p.Deliver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := states(report.Letters); got != want {
		t.Errorf("delivered: %s, want %s\n%v", got, want, report.Letters)
	}
	return report
}

func TestH04ASheetIsMailedOnce(t *testing.T) {
	server := newPostman(t, startTLS, nil)
	p, _ := newPost(newOutbox(t), server.sender(t, ""), "one")
	putSheet(t, p, 3, "a@x.org", "b@x.org", "c@x.org")
	expectDelivery(t, p, "a sent, b sent, c sent")
	expectSheet(t, server.taken["b@x.org"][0], "b@x.org")
	putSheet(t, p, 1, "A@x.org", "b@x.org", "c@x.org", "d@x.org") // the same week, made again
	report := expectDelivery(t, p, "d sent")
	if !strings.HasPrefix(report.Letters[0].String(), "d@x.org: sent: 250 ") || len(report.Unsent()) != 0 {
		t.Errorf("%v", report.Letters)
	}
	expectDelivery(t, p, "")
	// A person may ask for it.
	if err := p.Resend(t.Context(), report.Letters[0].ID); err != nil {
		t.Fatal(err)
	}
	expectDelivery(t, p, "d sent")
	if counts := server.counts(); counts["a@x.org"] != 1 || counts["d@x.org"] != 2 {
		t.Errorf("taken %v", counts)
	}
	if err := p.Resend(t.Context(), "none@x.org"); err == nil {
		t.Error("a mail that is not there is sent")
	}
}

func TestH02TroubleOfOneDelaysNoOther(t *testing.T) {
	var order []string
	later := 2
	server := newPostman(t, startTLS, func(phase, to string) error {
		switch {
		case phase == "to" && to == "gone@x.org":
			return refuse(550, "no such user")
		case phase == "to" && to == "grey@x.org" && later > 0:
			later--
			return refuse(451, "greylisted")
		case phase == "from" || phase == "login":
			return nil
		}
		if phase == "end" {
			order = append(order, to)
		}
		return nil
	})
	p, c := newPost(newOutbox(t), server.sender(t, ""), "one")
	putSheet(t, p, 4, "grey@x.org", "gone@x.org", "a@x.org", "b@x.org")
	report := expectDelivery(t, p, "grey sent, gone refused, a sent, b sent")
	if !slices.Equal(order, []string{"a@x.org", "b@x.org", "grey@x.org"}) {
		t.Errorf("they got it in the order %q", order)
	}
	if got := c.now.Sub(tuesday); got != 40*time.Second {
		t.Errorf("it took %v", got)
	}
	if unsent := report.Unsent(); len(unsent) != 1 || !strings.Contains(unsent[0].String(), "no such user") {
		t.Errorf("unsent %v", unsent)
	}
	expectDelivery(t, p, "") // who refused is not asked again
}

func TestH01ServerThatIsDownIsTriedForAnHour(t *testing.T) {
	server := newPostman(t, startTLS, nil)
	server.close()
	p, c := newPost(newOutbox(t), server.sender(t, ""), "one")
	putSheet(t, p, 2, "a@x.org", "b@x.org")
	report := expectDelivery(t, p, "a given up, b given up")
	if got := c.now.Sub(tuesday); got != time.Hour {
		t.Errorf("it took %v", got)
	}
	want := fmt.Sprintf("after 60 min, attempt 12: 127.0.0.1:%d: connect: connection refused", server.port)
	for _, letter := range report.Letters {
		if letter.Text != want {
			t.Errorf("%s, want %s", letter.Text, want)
		}
	}
	expectDelivery(t, p, "")
}

// H01: TLS that is missing and a login that is refused are mended within the hour, or
// not; so is a key that cannot be read.
func TestH01LoginThatIsMendedInTimeSendsTheMail(t *testing.T) {
	refusals := 5
	server := newPostman(t, startTLS, func(phase, _ string) error {
		if phase == "login" && refusals > 0 {
			refusals--
			return refuse(535, "wrong password right/one")
		}
		return nil
	})
	p, c := newPost(newOutbox(t), server.sender(t, "anna:right%2Fone@"), "one")
	putSheet(t, p, 2, "a@x.org", "b@x.org")
	expectDelivery(t, p, "a sent, b sent")
	if got := c.now.Sub(tuesday); got != 8*time.Minute+40*time.Second || refusals != 0 {
		t.Errorf("it took %v, %d refusals are left", got, refusals)
	}
}

func TestI05ClockThatIsSetBackDelaysNoMail(t *testing.T) {
	server := newPostman(t, startTLS, nil)
	o := newOutbox(t)
	later := errors.New("stopped")
	p, c := newPost(o, server.sender(t, ""), "one")
	server.answer = func(phase, _ string) error {
		if phase == "to" {
			return refuse(451, "later")
		}
		return nil
	}
	p.Sleep = func(context.Context, time.Duration) error { return later }
	putSheet(t, p, 1, "a@x.org")
	if _, err := p.Deliver(t.Context()); !errors.Is(err, later) {
		t.Fatal(err)
	}
	p.Sleep, c.now = c.sleep, c.now.Add(-24*time.Hour)
	set := c.now
	expectDelivery(t, p, "a given up")
	if got := c.now.Sub(set); got != time.Hour {
		t.Errorf("it took %v", got)
	}
}

func TestH03MailThatTheServerIsTakingIsNotSentBeside(t *testing.T) {
	server := newPostman(t, startTLS, nil)
	o := newOutbox(t)
	other, _ := newPost(o, server.sender(t, ""), "other")
	var asked error
	tries := 0
	p, _ := newPost(deviant{o, func(_, to mail.Letter, do func() (bool, error)) (bool, error) {
		done, err := do()
		if tries++; to.State == mail.HandingOver && tries == 2 { // once it was claimed
			asked = other.Resend(t.Context(), to.ID)
		}
		return done, err
	}}, server.sender(t, ""), "one")
	putSheet(t, p, 1, "a@x.org")
	expectDelivery(t, p, "a sent")
	expectDelivery(t, other, "")
	if counts := server.counts(); asked == nil || counts["a@x.org"] != 1 {
		t.Errorf("%v, taken %v", asked, counts)
	}
}

// The machine was off from one Tuesday to the next.
func TestH07MailThatLayForAWeekIsNotSentBesideThatOfThisWeek(t *testing.T) {
	for lay, want := range map[time.Duration]string{7 * 24 * time.Hour: "a given up, a sent", 23 * time.Hour: "a sent, a sent"} {
		server := newPostman(t, startTLS, nil)
		p, clock := newPost(newOutbox(t), server.sender(t, ""), "one")
		putSheet(t, p, 1, "a@x.org")
		clock.now = clock.now.Add(lay)
		if _, err := p.Put(t.Context(), sheet(""), []string{"a@x.org"}, "sheet 2026-W47"); err != nil {
			t.Fatal(err)
		}
		report := expectDelivery(t, p, want)
		if lay < 24*time.Hour {
			continue
		}
		if got := report.Letters[0].Text; got != "it lay for 168 hours with nobody there to send it, and is not sent so late" {
			t.Error(got)
		}
		if err := p.Resend(t.Context(), report.Letters[0].ID); err != nil { // a person wants it
			t.Fatal(err)
		}
		expectDelivery(t, p, "a sent")
	}
}

func TestH03UnclearIsListedAndSentOnlyWhenAsked(t *testing.T) {
	losses := map[string]error{"took@x.org": errLate, "lost@x.org": errHangUp}
	server := newPostman(t, startTLS, func(phase, to string) error {
		if phase == "end" {
			return losses[to]
		}
		return nil
	})
	p, _ := newPost(newOutbox(t), server.sender(t, ""), "one")
	putSheet(t, p, 3, "took@x.org", "lost@x.org", "a@x.org")
	report := expectDelivery(t, p, "took unclear, lost unclear, a sent")
	if !strings.Contains(report.Letters[0].Text, "it may have arrived") {
		t.Error(report.Letters[0])
	}
	losses = nil
	expectDelivery(t, p, "")
	putSheet(t, p, 0, "took@x.org", "lost@x.org")
	expectDelivery(t, p, "")
	if counts := server.counts(); counts["took@x.org"] != 1 || counts["lost@x.org"] != 0 {
		t.Errorf("taken %v", counts)
	}
	if err := p.Resend(t.Context(), report.Letters[1].ID); err != nil {
		t.Fatal(err)
	}
	expectDelivery(t, p, "lost sent")
	if counts := server.counts(); counts["took@x.org"] != 1 || counts["lost@x.org"] != 1 {
		t.Errorf("taken %v", counts)
	}
}

func TestAStoppedDeliveryGoesOnLater(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newPostman(t, startTLS, func(phase, to string) error {
		if phase == "to" && to == "b@x.org" {
			cancel()
			return errSilent
		}
		return nil
	})
	p, _ := newPost(newOutbox(t), server.sender(t, ""), "one")
	putSheet(t, p, 3, "a@x.org", "b@x.org", "c@x.org")
	report, err := p.Deliver(ctx)
	if !errors.Is(err, context.Canceled) || states(report.Letters) != "a sent, b waiting, c waiting" {
		t.Errorf("%v, %s", err, states(report.Letters))
	}
	server.answer = nil
	expectDelivery(t, p, "b sent, c sent")
}
