package mail_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tearsheet/mail"
	"tearsheet/store"
)

// Environment of this test program when it works as another process.
const (
	workerStore  = "TEARSHEET_MAIL_TEST_STORE"  // the file of the store
	workerServer = "TEARSHEET_MAIL_TEST_SERVER" // URL
	workerEnd    = "TEARSHEET_MAIL_TEST_END"    // "before 2": it is killed before the second call of Move
	workerNaive  = "TEARSHEET_MAIL_TEST_NAIVE"  // the outbox that it uses instead: "late" or "early"
	everyKill    = "TEARSHEET_TEST_EVERY_KILL"  // all 500 rounds instead of a sample
)

func TestMain(m *testing.M) {
	if place := os.Getenv(workerStore); place != "" {
		if err := work(place); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// three get the mail that must not be doubled.
func three() []string { return []string{"a@x.org", "b@x.org", "c@x.org"} }

// work puts and delivers a mail for three, and is perhaps killed at a call of Move.
func work(place string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, place)
	if err != nil {
		return err
	}
	defer s.Close()
	server, err := mail.ParseServer(os.Getenv(workerServer), "none")
	if err != nil {
		return err
	}
	var when string
	var nth, calls int
	_, _ = fmt.Sscan(os.Getenv(workerEnd), &when, &nth) // none is named in most rounds
	outbox := naive(s.Outbox(), os.Getenv(workerNaive))
	p := &mail.Post{Sender: &mail.Sender{Server: server, Name: "localhost"}, Holder: fmt.Sprint(os.Getpid(), time.Now().UnixNano()), Now: time.Now,
		Sleep: func(context.Context, time.Duration) error { return fmt.Errorf("it wants to sleep") },
		Outbox: deviant{outbox, func(_, _ mail.Letter, do func() (bool, error)) (bool, error) {
			calls++
			if when == "before" && calls == nth {
				die()
			}
			moved, err := do()
			if when == "after" && calls == nth {
				die()
			}
			return moved, err
		}}}
	if _, err := p.Put(ctx, sheet(""), three(), "sheet 2026-W46"); err != nil {
		return err
	}
	_, err = p.Deliver(ctx)
	return err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// naive returns an outbox as one would first write it: "late" marks what was sent
// after it was sent, and knows of no step between; "early" marks it before.
func naive(o mail.Outbox, kind string) mail.Outbox {
	switch kind {
	case "late":
		return renamed{o, mail.Sending}
	case "early":
		return renamed{o, mail.Sent}
	}
	return o
}

// renamed writes another state than HandingOver.
type renamed struct {
	mail.Outbox
	as mail.State
}

func (r renamed) Move(ctx context.Context, from, to mail.Letter) (bool, error) {
	for _, l := range []*mail.Letter{&from, &to} {
		if l.State == mail.HandingOver {
			l.State = r.as
		}
	}
	return r.Outbox.Move(ctx, from, to)
}

// worker is a process that delivers, and the server to which it does.
type worker struct {
	place, kind string
	server      *postman
	running     atomic.Pointer[os.Process]
}

func newWorker(t *testing.T, kind string, answer func(w *worker, phase, to string)) *worker {
	t.Helper()
	w := &worker{place: filepath.Join(t.TempDir(), "store.sqlite"), kind: kind}
	w.server = newPostman(t, noTLS, func(phase, to string) error {
		if answer != nil {
			answer(w, phase, to)
		}
		return nil
	})
	return w
}

// kill kills the process, also before it has begun to talk.
func (w *worker) kill() {
	if process := w.running.Load(); process != nil {
		_ = process.Kill() // it may have ended
	}
}

// run lets a process work until it ends, or is killed after a time, and reports whether
// it was killed.
func (w *worker) run(t *testing.T, end string, after time.Duration) bool {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), workerStore+"="+w.place, fmt.Sprintf("%s=smtp://127.0.0.1:%d", workerServer, w.server.port),
		workerEnd+"="+end, workerNaive+"="+w.kind)
	said := new(bytes.Buffer)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Error(err)
		return false
	}
	w.running.Store(c.Process)
	if after > 0 {
		defer time.AfterFunc(after, w.kill).Stop()
	}
	err := c.Wait()
	killed := !c.ProcessState.Exited()
	if err != nil && !killed {
		t.Errorf("%v: %s", err, said)
	}
	return killed
}

// letters returns how the letters stand.
func (w *worker) letters(t *testing.T) []mail.Letter {
	t.Helper()
	s, err := store.Open(t.Context(), w.place)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer s.Close()
	letters, err := s.Outbox().Letters(t.Context())
	if err != nil || len(letters) != 3 {
		t.Errorf("%d letters (%v)", len(letters), err)
	}
	return letters
}

// point is a place in the delivery at which the process is killed.
type point struct {
	end, phase string // "before 2"; or the phase of the server
	want       string // how the letters stand in the end; "": either, as the mail may be under way
	taken      int    // mails that the first recipient has
}

// points are all places of the delivery of the first mail. The calls of Move are: it is
// claimed, it is about to be handed over, it is settled.
func points() []point {
	const all, unclear = "a sent, b sent, c sent", "a unclear, b sent, c sent"
	return []point{
		{"before 1", "", all, 1}, {"after 1", "", all, 1}, {"", "from", all, 1}, {"", "to", all, 1}, {"", "data", "", 1},
		{"before 2", "", all, 1}, {"after 2", "", unclear, 0}, {"", "end", unclear, 1}, {"before 3", "", unclear, 1}, {"after 3", "", all, 1},
	}
}

// killAt kills a process at a point, lets another one finish, and returns what is wrong.
func killAt(t *testing.T, p point, kind string) (w *worker, faults []string) {
	t.Helper()
	var once atomic.Bool
	w = newWorker(t, kind, func(w *worker, phase, to string) {
		if p.phase == phase && (to == "a@x.org" || phase == "from") && once.CompareAndSwap(false, true) {
			w.kill()
		}
	})
	if !w.run(t, p.end, 0) {
		t.Errorf("%+v: it was not killed", p)
	}
	if w.run(t, "", 0) {
		t.Errorf("%+v: the second process was killed", p)
	}
	return w, judge(w.server.counts(), w.letters(t))
}

func TestN11KillAtEachStepOfADelivery(t *testing.T) {
	for _, p := range points() {
		w, faults := killAt(t, p, "")
		if len(faults) > 0 {
			t.Errorf("%+v: %q", p, faults)
		}
		if got := states(w.letters(t)); p.want != "" && (got != p.want || w.server.counts()["a@x.org"] != p.taken) {
			t.Errorf("%+v: %s, taken %v", p, got, w.server.counts())
		}
	}
}

// Negative control: an outbox that knows no step between sending and sent doubles mail,
// and one that marks it before loses it; the judge sees both.
func TestNaiveOutboxesAreCaught(t *testing.T) {
	for kind, want := range map[string]string{"late": "a@x.org got it 2 times", "early": "a@x.org has none, and it is said to be sent"} {
		var found []string
		for _, p := range points() {
			if kind == "early" && p.phase == "end" {
				continue
			}
			_, faults := killAt(t, p, kind)
			found = append(found, faults...)
		}
		if !slices.Contains(found, want) {
			t.Errorf("%s: %q lacks %q", kind, found, want)
		}
	}
}

// TestN11RandomKillsDoubleNothing kills processes at random times, at random calls and in
// random phases, several in each round, and lets one finish.
func TestN11RandomKillsDoubleNothing(t *testing.T) {
	rounds := 60
	if os.Getenv(everyKill) != "" {
		rounds = 500
	}
	undisturbed := newWorker(t, "", nil)
	began := time.Now()
	undisturbed.run(t, "", 0)
	usual := time.Since(began)
	if got := states(undisturbed.letters(t)); got != "a sent, b sent, c sent" {
		t.Fatal(got)
	}
	var kills, unclear atomic.Int32
	var all sync.WaitGroup
	places := make(chan struct{}, 2)
	for round := range rounds {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			k, u := killAtRandom(t, rand.New(rand.NewPCG(11, uint64(round))), usual)
			kills.Add(int32(k))
			unclear.Add(int32(u))
		})
	}
	all.Wait()
	t.Logf("%d rounds, %d processes killed, %d of %d mails unclear", rounds, kills.Load(), unclear.Load(), 3*rounds)
	if int(kills.Load()) < rounds || unclear.Load() == 0 {
		t.Error("too little was killed to show anything")
	}
}

// killAtRandom is one round. It returns how many processes were killed and how many mails
// are unclear in the end.
func killAtRandom(t *testing.T, chance *rand.Rand, usual time.Duration) (kills, unclear int) {
	var phase, recipient atomic.Value
	phase.Store("")
	recipient.Store("")
	w := newWorker(t, "", func(w *worker, at, to string) {
		if at == phase.Load() && cmp.Or(to, "a@x.org") == recipient.Load() {
			w.kill()
		}
	})
	for range 1 + chance.IntN(4) {
		var end string
		var after time.Duration
		phase.Store("")
		switch chance.IntN(3) {
		case 0:
			after = time.Duration(chance.Int64N(int64(usual)) + 1)
		case 1:
			end = fmt.Sprint([]string{"before ", "after "}[chance.IntN(2)], 1+chance.IntN(9))
		case 2:
			recipient.Store(three()[chance.IntN(3)])
			phase.Store([]string{"from", "to", "data", "end"}[chance.IntN(4)])
		}
		if w.run(t, end, after) {
			kills++
		}
	}
	phase.Store("")
	if w.run(t, "", 0) {
		t.Error("the last process was killed")
	}
	letters := w.letters(t)
	for _, fault := range judge(w.server.counts(), letters) {
		t.Error(fault)
	}
	return kills, strings.Count(states(letters), string(mail.Unclear))
}
