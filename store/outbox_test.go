package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tearsheet/mail"
	"tearsheet/store"
)

var posted = time.Date(2026, time.November, 17, 7, 0, 0, 1, time.FixedZone("", -5*3600))

// letters are n letters that were put at the same time.
func letters(n int) []mail.Letter {
	var list []mail.Letter
	for i := range n {
		list = append(list, mail.Letter{ID: fmt.Sprintf("sheet.%d@example.com", n-i), About: "sheet ‡", To: fmt.Sprintf("%d@x.org", i),
			Subject: "Émile's sheet", Put: posted, State: mail.Waiting})
	}
	return list
}

func put(t testing.TB, o mail.Outbox, list []mail.Letter, content string, want int) {
	t.Helper()
	if added, err := o.Put(t.Context(), list, []byte(content)); err != nil || added != want {
		t.Fatalf("%d letters were put (%v), want %d", added, err, want)
	}
}

func expectLetters(t testing.TB, o mail.Outbox, want []mail.Letter, states ...mail.State) {
	t.Helper()
	got, err := o.Letters(t.Context(), states...)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]mail.Letter{got, want} {
		for i := range list {
			list[i].Put, list[i].First, list[i].Next = list[i].Put.UTC(), list[i].First.UTC(), list[i].Next.UTC()
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("letters\n%+v, want\n%+v", got, want)
	}
}

func TestLettersAreKeptAsTheyWerePut(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		want := letters(12)
		put(t, open(t, place).Outbox(), want, "content \x00\xff", 12)
		o := open(t, place).Outbox()
		expectLetters(t, o, slices.Clone(want))
		expectLetters(t, o, slices.Clone(want), mail.Sent, mail.Waiting)
		expectLetters(t, o, nil, mail.Sent)
		if content, err := o.Content(t.Context(), want[7].ID); err != nil || string(content) != "content \x00\xff" {
			t.Errorf("content %q, %v", content, err)
		}
		if _, err := o.Content(t.Context(), "none@x.org"); err == nil || !strings.Contains(err.Error(), "none@x.org") {
			t.Errorf("error %v", err)
		}
		put(t, o, nil, "nothing", 0)
	})
}

func TestH04ALetterIsPutOnceWhateverBecameOfIt(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		o, list := open(t, place).Outbox(), letters(2)
		put(t, o, list, "first", 2)
		sent := list[0]
		sent.State, sent.Text = mail.Sent, "250 2.0.0 taken"
		if moved, err := o.Move(t.Context(), list[0], sent); err != nil || !moved {
			t.Fatal(moved, err)
		}
		more := append(letters(2), mail.Letter{ID: "another@example.com", To: "c@x.org", Put: posted.Add(time.Second), State: mail.Waiting})
		put(t, o, more, "second", 1)
		expectLetters(t, o, []mail.Letter{sent, list[1], more[2]})
		for id, want := range map[string]string{list[0].ID: "first", "another@example.com": "second"} {
			if content, err := o.Content(t.Context(), id); err != nil || string(content) != want {
				t.Errorf("the content of %s is %q, %v", id, content, err)
			}
		}
	})
}

func TestMoveNeedsTheLetterAsItWas(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		o, list := open(t, place).Outbox(), letters(2)
		put(t, o, list, "content", 2)
		to := list[0]
		to.State, to.Holder, to.Tries, to.First, to.Next, to.Text = mail.Sending, "me", 1, posted.Add(1), posted.Add(time.Hour), "a text"
		if moved, err := o.Move(t.Context(), list[0], to); err != nil || !moved {
			t.Fatal(moved, err)
		}
		expectLetters(t, o, []mail.Letter{to, list[1]})
		for _, change := range []func(*mail.Letter){
			func(l *mail.Letter) { l.State = mail.Waiting }, func(l *mail.Letter) { l.Holder = "you" }, func(l *mail.Letter) { l.Tries = 2 }, func(l *mail.Letter) { l.ID = "x" },
		} {
			from := to
			change(&from)
			if moved, err := o.Move(t.Context(), from, list[0]); err != nil || moved {
				t.Errorf("%+v was moved (%v)", from, err)
			}
		}
		expectLetters(t, o, []mail.Letter{to, list[1]})
	})
}

func TestALetterIsClaimedByOneOfMany(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		list := letters(10)
		put(t, open(t, place).Outbox(), list, "content", 10)
		var all sync.WaitGroup
		var mutex sync.Mutex
		claims := map[string]int{}
		for who := range 4 {
			o := open(t, place).Outbox()
			all.Go(func() {
				for _, letter := range list {
					claimed := letter
					claimed.State, claimed.Holder = mail.Sending, fmt.Sprint(who)
					moved, err := o.Move(t.Context(), letter, claimed)
					if err != nil {
						t.Error(err)
					}
					if moved {
						mutex.Lock()
						claims[letter.ID]++
						mutex.Unlock()
					}
				}
			})
		}
		all.Wait()
		for _, letter := range list {
			if claims[letter.ID] != 1 {
				t.Errorf("%s was claimed %d times", letter.ID, claims[letter.ID])
			}
		}
	})
}

var _ mail.Outbox = store.Outbox{}
