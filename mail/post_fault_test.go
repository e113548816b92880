package mail_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tearsheet/mail"
)

// deviant is an outbox that does something before or instead of a Move.
type deviant struct {
	mail.Outbox
	move func(from, to mail.Letter, do func() (bool, error)) (bool, error)
}

func (d deviant) Move(ctx context.Context, from, to mail.Letter) (bool, error) {
	return d.move(from, to, func() (bool, error) { return d.Outbox.Move(ctx, from, to) })
}

// A Post may sleep at any point, be taken for dead, and wake up.
func TestM03PostThatWakesUpAfterAnotherTookOverSendsNothing(t *testing.T) {
	for _, state := range []mail.State{mail.Sending, mail.HandingOver, mail.Sent} {
		server := newPostman(t, startTLS, nil)
		o := newOutbox(t)
		other, _ := newPost(o, server.sender(t, ""), "two")
		var report mail.Report
		asleep := false
		sleepy, _ := newPost(deviant{o, func(_, to mail.Letter, do func() (bool, error)) (bool, error) {
			if to.State == state && to.To == "a@x.org" && !asleep {
				asleep = true
				var err error
				if report, err = other.Deliver(t.Context()); err != nil {
					t.Error(err)
				}
			}
			return do()
		}}, server.sender(t, ""), "one")
		putSheet(t, sleepy, 2, "a@x.org", "b@x.org")
		if _, err := sleepy.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if counts := server.counts(); counts["a@x.org"] != 1 || counts["b@x.org"] != 1 {
			t.Errorf("asleep before %s: taken %v", state, counts)
		}
		// What was being handed over is unclear to the other one, until its answer is recorded.
		if want := map[mail.State]string{mail.Sent: "a unclear, b sent"}[state]; want != "" && states(report.Letters) != want {
			t.Errorf("asleep before %s: the other one reports %s", state, states(report.Letters))
		}
		if all, err := o.Letters(t.Context()); err != nil || states(all) != "a sent, b sent" {
			t.Errorf("asleep before %s: %s (%v)", state, states(all), err)
		}
	}
}

// An outbox that fails at any one of its calls leaves no mail to be sent twice.
func TestOutboxThatFailsDoublesNothing(t *testing.T) {
	full := errors.New("the disk is full")
	for n := 1; n < 10; n++ {
		for _, done := range []bool{false, true} { // the error is true, or only the answer was lost
			for _, lasts := range []int{1, 1000} {
				server := newPostman(t, startTLS, nil)
				o := newOutbox(t)
				calls := 0
				p, _ := newPost(deviant{o, func(_, _ mail.Letter, do func() (bool, error)) (bool, error) {
					calls++
					if calls < n || calls >= n+lasts {
						return do()
					}
					if done {
						_, _ = do()
					}
					return false, full
				}}, server.sender(t, ""), "one")
				putSheet(t, p, 3, "a@x.org", "b@x.org", "c@x.org")
				_, err := p.Deliver(t.Context())
				if err != nil && !errors.Is(err, full) {
					t.Fatal(err)
				}
				again, _ := newPost(o, server.sender(t, ""), "two")
				if _, err := again.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
				letters, err := o.Letters(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if lasts == 1 && states(letters) != "a sent, b sent, c sent" { // it is known what was not handed over
					t.Errorf("call %d fails once (done: %v): %s", n, done, states(letters))
				}
				for _, fault := range judge(server.counts(), letters) {
					t.Errorf("call %d fails %d times (done: %v): %s", n, lasts, done, fault)
				}
			}
		}
	}
}

// judge says what is wrong after the last delivery: somebody has a mail twice, or none
// though it is said to be sent, or one of which nobody knows.
func judge(taken map[string]int, letters []mail.Letter) []string {
	var faults []string
	for _, l := range letters {
		n := taken[l.To]
		switch {
		case n > 1:
			faults = append(faults, fmt.Sprintf("%s got it %d times", l.To, n))
		case n == 0 && l.State == mail.Sent:
			faults = append(faults, l.To+" has none, and it is said to be sent")
		case l.State != mail.Sent && l.State != mail.Unclear:
			faults = append(faults, fmt.Sprintf("%s has %d, and it is %s in the end", l.To, n, l.State))
		}
	}
	return faults
}

// K01: no fault of the server, in no phase, brings the password or the key to light,
// also if the server repeats what it was told.
func TestK01NoSecretInAnyFault(t *testing.T) {
	key := ed25519Key(t)
	plain := "\x00anna\x00" + canary
	for _, phase := range []string{"login", "from", "to", "data", "end"} {
		for _, answer := range []error{
			refuse(535, "no such login: "+canary), refuse(451, "later, "+base64Of(plain)), refuse(550, "never "+base64Of(canary)+" canary-c4%2Fb1rd"), errHangUp, errBabble, errLate,
		} {
			server := newPostman(t, startTLS, func(at, _ string) error {
				if at == phase {
					return answer
				}
				return nil
			})
			s := server.sender(t, "anna:canary-c4%2Fb1rd@")
			s.DKIM = mail.DKIM{Domain: "example.com", Selector: "tearsheet", Key: writeKey(t, key, 0o600)}
			server.password = canary
			o := newOutbox(t)
			p, _ := newPost(o, s, "one")
			putSheet(t, p, 2, "a@x.org", "b@x.org")
			report, err := p.Deliver(t.Context())
			_, sendErr := s.Send(t.Context(), sheet("a@x.org"), nil)
			_, probeErr := s.Probe(t.Context(), "t@x.org", []string{"a@x.org"})
			all, lettersErr := o.Letters(t.Context())
			if lettersErr != nil {
				t.Fatal(lettersErr)
			}
			text := fmt.Sprintf("%v %+v %v %v %#v %v %#v %+v", err, report, all, sendErr, sendErr, probeErr, errors.Unwrap(probeErr), p)
			for _, secret := range []string{canary, "canary-c4", base64Of(plain), base64Of(canary), base64Of(string(key)), fmt.Sprint([]byte(key)[:8])} {
				if strings.Contains(text, secret) {
					t.Errorf("phase %s, %v: %q is in %s", phase, answer, secret, text)
				}
			}
		}
	}
}
