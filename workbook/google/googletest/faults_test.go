package googletest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// title writes a title, so that it can be seen whether a call was done.
func title(api *sheets.Service, ctx context.Context, id, text string) error {
	_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{UpdateSpreadsheetProperties: &sheets.UpdateSpreadsheetPropertiesRequest{Properties: &sheets.SpreadsheetProperties{Title: text}, Fields: "title"}},
	}}).Context(ctx).Do()
	return err
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Fault)
		done bool // the request was done
		says string
	}{
		{"cut before", func(f *Fault) { f.CutBefore() }, false, "EOF"},
		{"cut after", func(f *Fault) { f.CutAfter() }, true, "EOF"},
		{"cut in the answer", func(f *Fault) { f.CutAnswer() }, true, "EOF"},
		{"truncated", func(f *Fault) { f.Truncate() }, true, "unexpected end of JSON"},
		{"hanging", func(f *Fault) { f.Hang() }, false, "deadline"},
		{"hanging after", func(f *Fault) { f.HangAfter() }, true, "deadline"},
		{"dripping", func(f *Fault) { f.Drip(time.Hour) }, true, "deadline"},
		{"429", func(f *Fault) { f.RetryAfter(429, 7) }, false, "429"},
		{"500", func(f *Fault) { f.Status(500) }, false, "500: Internal error"},
		{"502", func(f *Fault) { f.Status(502) }, false, "502"},
		{"503", func(f *Fault) { f.Status(503) }, false, "503"},
		{"504", func(f *Fault) { f.Status(504) }, false, "Deadline expired"},
		{"a page", func(f *Fault) { f.HTML() }, false, "invalid character '<'"},
		{"a login", func(f *Fault) { f.Login() }, false, "invalid character '<'"},
		{"full", func(f *Fault) { f.StorageFull() }, false, "storage quota"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, id, api := start(t, Options{})
			if err := title(api, t.Context(), id, "first"); err != nil {
				t.Fatal(err)
			}
			c.set(s.Fault(BatchUpdate, 2))
			if err := title(api, t.Context(), id, "second"); err != nil {
				t.Fatalf("the call before: %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			if c.says == "deadline" {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
			}
			defer cancel()
			err := title(api, ctx, id, "third")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the call said %v", err)
			}
			if fault := (&googleapi.Error{}); errors.As(err, &fault) && c.name == "429" && fault.Header.Get("Retry-After") != "7" {
				t.Errorf("Retry-After is %q", fault.Header.Get("Retry-After"))
			}
			if got := s.Snapshot(id).Properties["title"] == "third"; got != c.done {
				t.Errorf("the request was done: %v", got)
			}
			if err := title(api, t.Context(), id, "fourth"); err != nil {
				t.Errorf("the call after: %v", err)
			}
		})
	}
}

func TestAFaultLastsAsLongAsItIsTold(t *testing.T) {
	s, id, api := start(t, Options{})
	s.Fault(BatchUpdate, 1).Status(503).Times(2)
	var said []bool
	for range 4 {
		said = append(said, title(api, t.Context(), id, "x") == nil)
	}
	if said[0] || said[1] || !said[2] || !said[3] {
		t.Errorf("calls went well: %v", said)
	}
	s.Fault(Any, 1).Status(503)
	s.ClearFaults()
	if err := title(api, t.Context(), id, "x"); err != nil {
		t.Error(err)
	}
}

func TestSomethingHappensBetweenTwoCalls(t *testing.T) {
	s, id, api := start(t, Options{})
	p := s.Person(id)
	gone := p.AddTab("Gone")
	s.Fault(BatchUpdate, 1).Do(func() { p.DeleteTab("Gone") })
	if book := get(t, api, id, "sheets.properties"); len(book.Sheets) != 2 {
		t.Fatalf("%d tabs", len(book.Sheets))
	}
	_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{UnmergeCells: &sheets.UnmergeCellsRequest{Range: &sheets.GridRange{SheetId: int64(gone)}}}}}).Do()
	code, message := status(t, err)
	want(t, code, 400, message, "No grid with id")
	s.Fault(Get, 1).Do(func() { s.Share(id, Account, NoRole) })
	_, err = api.Spreadsheets.Get(id).Do()
	code, message = status(t, err)
	want(t, code, 403, message, "The caller does not have permission")
}

func TestTokensCanFailLikeCalls(t *testing.T) {
	s, id, api := start(t, Options{})
	s.Fault(Tokens, 1).HTML()
	if _, err := api.Spreadsheets.Get(id).Do(); err == nil {
		t.Error("a page was taken for a token")
	}
}

func TestTheLogHasEachCallWithItsBody(t *testing.T) {
	now := time.Now()
	s, id, api := start(t, Options{Now: func() time.Time { return now }})
	get(t, api, id, "sheets.properties")
	s.Fault(BatchUpdate, 1).CutAfter()
	_ = title(api, t.Context(), id, "cut") // it is cut, see below
	calls := s.Calls()
	if len(calls) != 3 || calls[0].Kind != Tokens || calls[1].Kind != Get || calls[1].Query.Get("fields") != "sheets.properties" ||
		calls[1].Status != 200 || !calls[1].At.Equal(now) || calls[2].Kind != BatchUpdate || !strings.Contains(calls[2].Body, `"cut"`) || calls[2].Status != 0 {
		t.Errorf("the log is %+v", calls)
	}
}

// A call that hangs does not keep the server from ending.
func TestCloseEndsCallsThatHang(t *testing.T) {
	s, id, _ := start(t, Options{})
	s.Fault(Get, 1).Hang()
	ended := make(chan error)
	go func() {
		answer, err := s.HTTPClient(ScopeRead).Get(s.URL + "/v4/spreadsheets/" + id)
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		ended <- err
	}()
	for len(s.Calls()) == 0 {
		if _, err := http.Get(s.URL + "/view/" + id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the call that hung was answered")
	}
}
