package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) {
	if place := os.Getenv(workerPlace); place != "" {
		os.Exit(work(place))
	}
	if place := os.Getenv(turnWorker); place != "" {
		os.Exit(takeTurns(place))
	}
	os.Exit(warehousetest.Main(m))
}

// both runs a promise on SQLite and on PostgreSQL.
func both(t *testing.T, promise func(t *testing.T, place string)) {
	t.Run("SQLite", func(t *testing.T) {
		promise(t, filepath.Join(t.TempDir(), "a folder", "store ?#%41.sqlite"))
	})
	t.Run("PostgreSQL", func(t *testing.T) { promise(t, warehousetest.Postgres(t)) })
}

func open(t testing.TB, place string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// newYear is the first day of a week that lies in two years.
func newYear() calendar.Day { return calendar.DayOn(2025, time.December, 29) }

type days = map[calendar.Day]metrics.Stored

func keep(t testing.TB, s *store.Store, values map[string]days) {
	t.Helper()
	if err := s.Keep(t.Context(), values); err != nil {
		t.Fatal(err)
	}
}

func expectStored(t testing.TB, s *store.Store, computation string, from, to calendar.Day, want days) {
	t.Helper()
	got, err := s.Stored(context.Background(), computation, from, to)
	if err != nil || len(got) != len(want) {
		t.Fatalf("stored are %v (%v), want %v", got, err, want)
	}
	for day, w := range want {
		if g, ok := got[day]; !ok || !g.Value.Equal(w.Value) || g.Version != w.Version {
			t.Errorf("%s is stored as %+v, want %+v", day, g, w)
		}
	}
}

func value(text string) metrics.Value {
	v, err := metrics.ParseValue(text)
	if err != nil {
		panic(err)
	}
	return v
}

func TestDailyValuesAreKeptExactly(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		first := newYear()
		values := days{
			first: {Value: metrics.Int(0), Version: "v1"}, first + 1: {Version: "v1"}, first + 2: {Value: value("-12.345"), Version: ""},
			first + 3: {Value: value("1/7"), Version: "v2"}, first + 4: {Value: value("123456789012345678901234567890.1")},
		}
		keep(t, open(t, place), map[string]days{"likes": values, "none": {}})
		again := open(t, place)
		expectStored(t, again, "likes", first, first+7, values)
		expectStored(t, again, "Likes", first, first+7, nil)
		expectStored(t, again, "none", first, first+7, nil)
	})
}

func TestStoredTakesTheDaysFromAndBefore(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, first := open(t, place), newYear()
		all := days{}
		for day := first; day < first+7; day++ {
			all[day] = metrics.Stored{Value: metrics.Int(int64(day))}
		}
		keep(t, s, map[string]days{"likes": all, "others": all})
		expectStored(t, s, "likes", first+2, first+4, days{first + 2: all[first+2], first + 3: all[first+3]})
		expectStored(t, s, "likes", first+3, first+3, nil)
		expectStored(t, s, "likes", first-100, first, nil)
	})
}

func TestKeepReplacesADayThatIsKeptTwice(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, first := open(t, place), newYear()
		keep(t, s, map[string]days{"likes": {first: {Value: metrics.Int(1), Version: "a"}, first + 1: {Value: metrics.Int(1), Version: "a"}}})
		keep(t, s, map[string]days{"likes": {first: {Version: "b"}}})
		expectStored(t, s, "likes", first, first+7, days{first: {Version: "b"}, first + 1: {Value: metrics.Int(1), Version: "a"}})
	})
}

func TestKeepKeepsAllOrNothing(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, first := open(t, place), newYear()
		keep(t, s, map[string]days{"likes": {first: {Value: metrics.Int(1)}}})
		many := days{}
		for day := first; day < first+20_000; day++ {
			many[day] = metrics.Stored{Value: metrics.Int(2)}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		if err := s.Keep(ctx, map[string]days{"likes": many}); err == nil {
			t.Skip("the machine kept 20,000 days before it could be interrupted")
		}
		expectStored(t, s, "likes", first, first+20_000, days{first: {Value: metrics.Int(1)}})
		keep(t, s, map[string]days{"likes": {first: {Value: metrics.Int(3)}}}) // and is not locked
	})
}

func TestRefreshesOfSeveralProcessesDoNotLoseDays(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		first := newYear()
		var stores []*store.Store
		for range 4 {
			stores = append(stores, open(t, place))
		}
		var wait sync.WaitGroup
		errs := make(chan error, len(stores))
		for i, s := range stores {
			wait.Go(func() {
				for n := range 20 {
					day := first.Add(i*20 + n)
					errs <- s.Keep(context.Background(), map[string]days{"likes": {day: {Value: metrics.Int(int64(day))}}})
				}
			})
		}
		go func() { wait.Wait(); close(errs) }()
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		if got, err := stores[0].Stored(t.Context(), "likes", first, first+80); err != nil || len(got) != 80 {
			t.Errorf("%d days are stored (%v)", len(got), err)
		}
	})
}

// issue is an edition with every field set, to the byte.
func issue(number int) store.Issue {
	return store.Issue{
		Edition: store.Edition{Week: newYear() + 6, AsOf: newYear() + 8,
			IssuedAt: time.Date(2026, time.January, 6, 9, 30, 15, 987654321, time.FixedZone("EST", -5*3600))},
		Document: fmt.Appendf(nil, "{\"edition\": %d, \"company\": \"Émile ‡ – −\"}\n", number),
		Files:    map[string][]byte{"pdf": {0, 1, 2, 0xff, 0xfe, '\r', '\n', 0}, "csv": {}, "json": []byte("{}")},
		Cells: []store.Cell{
			{Metric: "likes", Week: newYear() + 6, Actual: value("1/7"), Plan: metrics.Int(2), ActualText: "0.143", PlanText: "2.000", Coverage: calendar.Coverage{Have: 6, Of: 7}, Figure: "d1", Loads: "l1"},
			{Metric: "likes", Week: newYear() - 1, Coverage: calendar.Coverage{Have: 0, Of: 7}, Figure: "d1"},
		},
	}
}

func add(t testing.TB, s *store.Store, fingerprint string) store.Edition {
	t.Helper()
	e, err := s.Add(context.Background(), fingerprint, func(number int) (store.Issue, error) { return issue(number), nil })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnEditionOpensAsItWasIssued(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		added := add(t, s, "first")
		again := open(t, place)
		got, err := again.Edition(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		want := issue(1)
		if string(got.Document) != string(want.Document) {
			t.Errorf("the document is %q", got.Document)
		}
		if !reflect.DeepEqual(slices.Sorted(maps.Keys(got.Files)), slices.Sorted(maps.Keys(want.Files))) {
			t.Errorf("the files are %v", slices.Sorted(maps.Keys(got.Files)))
		}
		for name, content := range want.Files {
			if string(got.Files[name]) != string(content) || got.Files[name] == nil {
				t.Errorf("the file %s is %q, want %q", name, got.Files[name], content)
			}
		}
		if got.Number != 1 || got.Fingerprint != "first" || got.Week != want.Week || got.AsOf != want.AsOf || !got.IssuedAt.Equal(want.IssuedAt.Truncate(time.Second)) {
			t.Errorf("the edition is %+v", got.Edition)
		}
		if !reflect.DeepEqual(added, got.Edition) {
			t.Errorf("it was added as %+v and is kept as %+v", added, got.Edition)
		}
	})
}

func TestTheSameFingerprintAddsNothing(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		first := add(t, s, "same")
		again, err := s.Add(t.Context(), "same", func(int) (store.Issue, error) {
			t.Error("a draft is made of what was issued before")
			return store.Issue{}, nil
		})
		if err != nil || !reflect.DeepEqual(again, first) {
			t.Errorf("%+v (%v), want %+v", again, err, first)
		}
		found, ok, err := s.Find(t.Context(), "same")
		if err != nil || !ok || !reflect.DeepEqual(found, first) {
			t.Errorf("found is %+v, %v (%v)", found, ok, err)
		}
		if _, ok, err := s.Find(t.Context(), "other"); ok || err != nil {
			t.Errorf("another is found: %v, %v", ok, err)
		}
		if second := add(t, s, "other"); second.Number != 2 {
			t.Errorf("the next edition is %d", second.Number)
		}
		list, err := s.Editions(t.Context())
		if err != nil || len(list) != 2 || list[0].Number != 1 || list[1].Number != 2 {
			t.Errorf("the editions are %+v (%v)", list, err)
		}
	})
}

func TestADraftThatFailsLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s, full := open(t, place), errors.New("disk full")
		if _, err := s.Add(t.Context(), "first", func(int) (store.Issue, error) { return issue(1), full }); !errors.Is(err, full) {
			t.Errorf("the error is %v", err)
		}
		if list, err := s.Editions(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("the editions are %v (%v)", list, err)
		}
		if cells, err := s.Printed(t.Context(), newYear()-7, newYear()+7); err != nil || len(cells) != 0 {
			t.Errorf("the cells are %v (%v)", cells, err)
		}
		if e := add(t, s, "first"); e.Number != 1 {
			t.Errorf("the first edition has the number %d", e.Number)
		}
	})
}

func TestAnEditionThatIsNotThereIsSaidToBe(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		if _, err := s.Edition(t.Context(), 7); !errors.Is(err, store.ErrNoEdition) || !strings.Contains(err.Error(), "edition 7") {
			t.Errorf("the error is %v", err)
		}
		if err := s.AddFiles(t.Context(), 7, map[string][]byte{"pdf": []byte("x")}); err == nil {
			t.Error("a file was kept of an edition that is not there")
		}
	})
}

func TestAddFilesNeverOverwrites(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		add(t, s, "first")
		if err := s.AddFiles(t.Context(), 1, map[string][]byte{"json": []byte("other"), "html": []byte("<p>")}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Edition(t.Context(), 1)
		if err != nil || string(got.Files["json"]) != "{}" || string(got.Files["html"]) != "<p>" || len(got.Files) != 4 {
			t.Errorf("the files are %q (%v)", got.Files, err)
		}
	})
}

func TestTheFirstPrintOfACellIsRemembered(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		add(t, s, "first")
		if _, err := s.Add(t.Context(), "second", func(number int) (store.Issue, error) {
			second := issue(number)
			second.Cells[0].Actual, second.Cells[0].Figure = metrics.Int(99), "d2"
			second.Cells = append(second.Cells, store.Cell{Metric: "likes", Week: newYear() + 13, Actual: metrics.Int(5)})
			return second, nil
		}); err != nil {
			t.Fatal(err)
		}
		cells, err := s.Printed(t.Context(), newYear()-1, newYear()+13)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range cells {
			got = append(got, fmt.Sprint(c.Week, " ", c.Edition, " ", c.Actual, " ", c.Coverage, " ", c.Figure))
		}
		slices.Sort(got)
		want := []string{"2025-12-28 1 unknown 0/7 d1", "2026-01-04 1 1/7 6/7 d1", "2026-01-11 2 5 0/0 "}
		if !slices.Equal(got, want) {
			t.Errorf("the cells are %q, want %q", got, want)
		}
		if cells, err := s.Printed(t.Context(), newYear(), newYear()+6); err != nil || len(cells) != 1 {
			t.Errorf("of one week they are %v (%v)", cells, err)
		}
	})
}

func TestTheLastStatementOfAComputationIsKept(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		for i, text := range []string{"select 1", "select 2 -- 'ä' ?"} {
			if err := s.KeepStatement(t.Context(), metrics.Ran{Text: text, First: newYear(), Last: newYear().Add(i)}, []string{"a", "b"}); err != nil {
				t.Fatal(err)
			}
		}
		ran, ok, err := s.Statement(t.Context(), "b")
		if err != nil || !ok || ran != (metrics.Ran{Text: "select 2 -- 'ä' ?", First: newYear(), Last: newYear() + 1}) {
			t.Errorf("kept is %+v, %v (%v)", ran, ok, err)
		}
		if _, ok, err := s.Statement(t.Context(), "c"); ok || err != nil {
			t.Errorf("another is there: %v (%v)", ok, err)
		}
	})
}
