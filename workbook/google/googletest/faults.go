package googletest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Kind is a kind of call.
type Kind string

// The kinds of calls.
const (
	Any         Kind = "any"         // all but views
	Tokens      Kind = "token"       // POST /token
	Get         Kind = "get"         // spreadsheets.get and getByDataFilter
	BatchUpdate Kind = "batchUpdate" // spreadsheets.batchUpdate
	Values      Kind = "values"      // spreadsheets.values.get and batchGet
	Metadata    Kind = "metadata"    // spreadsheets.developerMetadata
	Other       Kind = "other"       // all that the API does not have, or the stand-in does not know
)

// Fault is something that happens to a call. Its methods say what; without one of them
// nothing happens.
type Fault struct {
	s       *Server
	kind    Kind
	first   int // the call of its kind that meets it, from 1
	times   int
	seen    int
	before  func()
	cut     cut
	instead func(http.ResponseWriter, *http.Request) // in place of the answer
	tail    func(http.ResponseWriter, *http.Request, *answer)
}

type cut int

const (
	uncut cut = iota
	cutBefore
	cutAfter
)

// Fault lets something happen to the nth call of a kind, counted from now, 1 being the
// next.
func (s *Server) Fault(kind Kind, nth int) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &Fault{s: s, kind: kind, first: nth, times: 1}
	s.faults = append(s.faults, f)
	return f
}

// ClearFaults takes back all faults that have not happened.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (f *Fault) set(change func()) *Fault {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	change()
	return f
}

// Times lets it happen to so many calls in a row.
func (f *Fault) Times(n int) *Fault { return f.set(func() { f.times = n }) }

// Do runs something before the call is handled, for instance what a person does
// between two calls. The server can be used in it.
func (f *Fault) Do(what func()) *Fault { return f.set(func() { f.before = what }) }

// CutBefore closes the connection before the request is handled: nothing is done.
func (f *Fault) CutBefore() *Fault { return f.set(func() { f.cut = cutBefore }) }

// CutAfter closes the connection when the request is done, before the answer.
func (f *Fault) CutAfter() *Fault { return f.set(func() { f.cut = cutAfter }) }

// CutAnswer does the request and closes the connection in the middle of the answer.
func (f *Fault) CutAnswer() *Fault {
	return f.set(func() {
		f.tail = func(w http.ResponseWriter, _ *http.Request, a *answer) {
			a.head(w)
			w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
			w.WriteHeader(a.code)
			_, _ = w.Write(a.body.Bytes()[:a.body.Len()/2]) // it is to be lost
			flush(w)
			panic(http.ErrAbortHandler)
		}
	})
}

// Truncate does the request and answers with the first half of the JSON, as if it were
// all.
func (f *Fault) Truncate() *Fault {
	return f.set(func() {
		f.tail = func(w http.ResponseWriter, _ *http.Request, a *answer) {
			a.head(w)
			w.WriteHeader(a.code)
			_, _ = w.Write(a.body.Bytes()[:a.body.Len()/2])
		}
	})
}

// Drip does the request and sends the answer byte by byte, with a pause after each.
func (f *Fault) Drip(pause time.Duration) *Fault {
	return f.set(func() {
		f.tail = func(w http.ResponseWriter, r *http.Request, a *answer) {
			a.head(w)
			w.WriteHeader(a.code)
			for _, b := range a.body.Bytes() {
				if _, err := w.Write([]byte{b}); err != nil || !waited(r.Context(), f.s.closing, pause) {
					return
				}
				flush(w)
			}
		}
	})
}

// Hang never answers, and does nothing, until the client or the server goes away.
func (f *Fault) Hang() *Fault {
	return f.set(func() {
		f.instead = func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-f.s.closing:
			}
			panic(http.ErrAbortHandler)
		}
	})
}

// HangAfter does the request and never answers.
func (f *Fault) HangAfter() *Fault {
	return f.set(func() {
		f.tail = func(_ http.ResponseWriter, r *http.Request, _ *answer) {
			select {
			case <-r.Context().Done():
			case <-f.s.closing:
			}
			panic(http.ErrAbortHandler)
		}
	})
}

// Status answers with an error of Google's in place of doing the request: 429, 500, 502,
// 503, 504 and others. 502 comes as a page, as from a proxy.
func (f *Fault) Status(code int) *Fault { return f.status(code, nil) }

// RetryAfter is Status with the header Retry-After, in seconds.
func (f *Fault) RetryAfter(code, seconds int) *Fault {
	return f.status(code, http.Header{"Retry-After": {strconv.Itoa(seconds)}})
}

func (f *Fault) status(code int, header http.Header) *Fault {
	return f.set(func() {
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			if code == http.StatusBadGateway {
				w.Header().Set("Content-Type", "text/html; charset=UTF-8")
				for name, values := range header {
					w.Header()[name] = values
				}
				w.WriteHeader(code)
				_, _ = fmt.Fprint(w, errorPage(code, "The server encountered a temporary error and could not complete your request."))
				return
			}
			fail := failureOf(code)
			fail.header = header
			fail.write(w)
		}
	})
}

func failureOf(code int) *failure {
	f := map[int]*failure{
		http.StatusTooManyRequests:     exhausted("Write", "PerMinutePerUser", " per user", PerUser),
		http.StatusInternalServerError: {status: "INTERNAL", message: "Internal error encountered."},
		http.StatusServiceUnavailable:  {status: "UNAVAILABLE", message: "The service is currently unavailable."},
		http.StatusGatewayTimeout:      {status: "DEADLINE_EXCEEDED", message: "Deadline expired before operation could complete."},
		http.StatusForbidden:           denied(),
		http.StatusNotFound:            notFound(),
	}[code]
	if f == nil {
		f = &failure{status: "UNKNOWN", message: http.StatusText(code)}
	}
	f.code = code
	return f
}

// HTML answers with a page and 200, as the sign-in page of a hotel does.
func (f *Fault) HTML() *Fault {
	return f.set(func() {
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.WriteHeader(http.StatusOK)
			_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Welcome to our network</title></head><body>Please sign in.</body></html>")
		}
	})
}

// Login answers with 302 to a page on which one signs in.
func (f *Fault) Login() *Fault {
	return f.set(func() {
		f.instead = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }
	})
}

// StorageFull refuses the call since the owner's storage is used up.
func (f *Fault) StorageFull() *Fault {
	return f.set(func() {
		f.instead = func(w http.ResponseWriter, _ *http.Request) { storageFull().write(w) }
	})
}

// meets counts a call and returns the faults that happen to it. It is called with the
// lock held.
func (s *Server) meets(kind Kind) []*Fault {
	var now []*Fault
	for _, f := range s.faults {
		if f.kind != kind && f.kind != Any {
			continue
		}
		f.seen++
		if f.seen >= f.first && f.seen < f.first+f.times {
			now = append(now, f)
		}
	}
	return now
}

func waited(ctx context.Context, closing <-chan struct{}, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-closing:
		return false
	case <-time.After(pause):
		return true
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() } // the cut follows anyhow

func errorPage(code int, text string) string {
	return fmt.Sprintf("<!DOCTYPE html>\n<html lang=en><title>Error %d (%s)!!1</title><p><b>%d.</b> <ins>That’s an error.</ins><p>%s", code, http.StatusText(code), code, text)
}
