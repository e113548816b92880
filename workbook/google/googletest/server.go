// Package googletest is a strict stand-in of the Google Sheets API v4 and of the
// endpoint that gives tokens to service accounts: an HTTP server on loopback, for tests
// and for people who try things out. It checks each request against the discovery
// document from which the client was made, keeps spreadsheets with all that a writer of
// reports and the people beside it put there, applies a batchUpdate whole or not at
// all, counts quotas, and breaks in every way that was asked for.
//
// What the API can do and the stand-in cannot is answered by 501; nothing is accepted
// and then not done.
//
// It is stricter than the live server where that server forgives what is nearly always
// a mistake: it refuses fields that only the server writes, unions without a member,
// enums that say nothing, ranges that end beyond the grid (in formats that are repeated
// it takes those, as the live server does), filters of metadata that find nothing, and
// masks with spaces.
//
// What it cannot know, and only a live spreadsheet can show:
//   - how numbers, days and texts are formatted beyond the few patterns that it knows,
//     and in other locales than en_US;
//   - what formulas give, but for SPARKLINE and HYPERLINK, and how Google draws a
//     SPARKLINE;
//   - whether a link makes a text blue and underlined where a request replaces all of a
//     format and says nothing of colour and line (here it does; the documentation names
//     only requests that say something);
//   - whether a border of a cell is told by its neighbour, too;
//   - how wide a column must be for its text, which fonts exist, how text wraps;
//   - what becomes of comments, charts and filters when cells move (they are kept as
//     they are), and comments at all beyond their text;
//   - whether a duplicated tab has the metadata of its source (it has them here, unless
//     Options.DropMetadata says otherwise);
//   - when exactly quotas refill (here: each call counts for 60 seconds), how fast
//     permissions and keys are taken back, how long calls take, which calls are cut at
//     180 seconds;
//   - the exact words of most errors: known from live answers are those about unknown
//     names, masks that miss, ranges beyond the grid or not parsed, titles in use, merges
//     and frozen edges, quotas, scopes and disabled APIs.
package googletest

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	service  = "sheets.googleapis.com"
	mostBody = 10 << 20
)

// Options are what a server can be told at its start. The zero value is a server as
// Google's, on a free port of the loopback, by the clock of the machine.
type Options struct {
	Addr         string           // where it listens; "" is 127.0.0.1:0
	Now          func() time.Time // its clock: for quotas, tokens and the log
	NoQuota      bool
	DropMetadata bool   // duplicated tabs have no developer metadata
	State        string // a file that keeps the state; "" is none
}

// Server is a stand-in that runs. Its methods may be called while it answers.
type Server struct {
	URL string // without a slash at its end: the endpoint of the client

	check   *checker
	now     func() time.Time
	free    bool
	drops   bool
	file    string
	key     *rsa.PrivateKey
	http    *http.Server
	closing chan struct{}
	closed  sync.Once

	mu      sync.Mutex
	books   map[string]*book
	made    int
	tokens  map[string]token
	given   int // tokens so far
	refusal string
	off     bool // the API is disabled
	used    []usage
	faults  []*Fault
	calls   []Call
	unsaved error
}

// Call is one call as the server saw it.
type Call struct {
	Kind   Kind
	Method string
	Path   string
	Query  url.Values
	Body   string // "" if the connection was cut before
	At     time.Time
	Status int // 0 if there was no answer
}

// New starts a server. Whoever starts it closes it.
func New(o Options) (*Server, error) {
	d, err := readDiscovery()
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	s := &Server{check: newChecker(d), now: o.Now, free: o.NoQuota, drops: o.DropMetadata, file: o.State,
		closing: make(chan struct{}), books: map[string]*book{}, tokens: map[string]token{}}
	if err := s.load(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("stand-in of Google Sheets: %w", err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ErrorLog: nil}
	go func() { _ = s.http.Serve(listener) }() // it ends by Close
	return s, nil
}

// Close ends the server; calls that hang or drip are cut.
func (s *Server) Close() error {
	s.closed.Do(func() { close(s.closing) })
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// Calls returns all calls so far, the oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Disable switches the API off in the project of the service account, or on again.
func (s *Server) Disable(off bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off = off
}

// Create makes an empty spreadsheet with one tab, "Sheet1", of 1000 rows and 26
// columns, and returns its id. It is shared with nobody.
func (s *Server) Create(title string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	id := "1StandIn" + strings.Repeat("0", 33) + fmt.Sprintf("%03d", s.made)
	s.books[id] = newBook(id, title)
	s.save()
	return id
}

// answer is what will be sent, unless a fault has it otherwise.
type answer struct {
	code   int
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(code int) { a.code = code }

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) head(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
}

func (a *answer) json(code int, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	a.encoded(code, text, err)
}

func (a *answer) plainJSON(code int, v any) {
	text, err := json.Marshal(v)
	a.encoded(code, text, err)
}

func (a *answer) encoded(code int, text []byte, err error) {
	if err != nil {
		(&failure{code: http.StatusInternalServerError, status: "INTERNAL", message: err.Error()}).write(a)
		return
	}
	a.header.Set("Content-Type", "application/json; charset=UTF-8")
	a.code = code
	a.body.Write(append(text, '\n'))
}

func (a *answer) page(code int, text string) {
	a.header.Set("Content-Type", "text/html; charset=UTF-8")
	a.code = code
	a.body.WriteString(text)
}

// serve lets the faults happen around a call.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/view/"); ok {
		s.view(w, id)
		return
	}
	found, ok := s.check.find(r.Method, strings.TrimPrefix(r.URL.EscapedPath(), "/"))
	kind := kindOf(r, found, ok)
	s.mu.Lock()
	faults := s.meets(kind)
	s.calls = append(s.calls, Call{Kind: kind, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), At: s.now()})
	index := len(s.calls) - 1
	s.mu.Unlock()
	for _, f := range faults {
		if f.before != nil {
			f.before()
		}
	}
	for _, f := range faults {
		if f.cut == cutBefore {
			panic(http.ErrAbortHandler)
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody+1))
	s.note(index, func(c *Call) { c.Body = string(body) })
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for _, f := range faults {
		if f.instead != nil {
			f.instead(&watched{ResponseWriter: w, s: s, call: index}, r)
			return
		}
	}
	a := &answer{code: http.StatusOK, header: http.Header{}}
	s.handle(a, r, request{found, ok, body})
	s.deliver(w, r, a, faults, index)
}

func (s *Server) deliver(w http.ResponseWriter, r *http.Request, a *answer, faults []*Fault, index int) {
	for _, f := range faults {
		if f.cut == cutAfter {
			panic(http.ErrAbortHandler)
		}
		if f.tail != nil {
			f.tail(&watched{ResponseWriter: w, s: s, call: index}, r, a)
			return
		}
	}
	s.note(index, func(c *Call) { c.Status = a.code })
	a.head(w)
	w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
	w.WriteHeader(a.code)
	_, _ = w.Write(a.body.Bytes()) // a client that has gone away needs no answer
}

func (s *Server) note(index int, change func(*Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.calls[index])
}

// watched notes the status of an answer that a fault writes.
type watched struct {
	http.ResponseWriter
	s    *Server
	call int
}

func (w *watched) WriteHeader(code int) {
	w.s.note(w.call, func(c *Call) { c.Status = code })
	w.ResponseWriter.WriteHeader(code)
}

func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func kindOf(r *http.Request, found route, ok bool) Kind {
	switch {
	case r.URL.Path == "/token":
		return Tokens
	case !ok:
		return Other
	}
	kind, known := map[string]Kind{
		"sheets.spreadsheets.get": Get, "sheets.spreadsheets.getByDataFilter": Get,
		"sheets.spreadsheets.batchUpdate": BatchUpdate,
		"sheets.spreadsheets.values.get":  Values, "sheets.spreadsheets.values.batchGet": Values,
		"sheets.spreadsheets.developerMetadata.get":    Metadata,
		"sheets.spreadsheets.developerMetadata.search": Metadata,
	}[found.ID]
	if !known {
		return Other
	}
	return kind
}

var errTrailing = errors.New("text after the end of the JSON")

// decodeJSON reads exactly one value, with numbers as they are written.
func decodeJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errTrailing
	}
	return v, nil
}

func formOf(body []byte) (url.Values, error) { return url.ParseQuery(string(body)) }
