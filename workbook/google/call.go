package google

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"strings"
)

// trip is what became of one call on its way.
type trip struct {
	write   bool
	role    string // that the account needs: Viewer, Editor
	began   bool   // there was a token; the call itself was begun
	sent    bool   // it had a connection, and may have arrived
	status  int
	foreign string // what answered, if it is not the API: "a web page"
}

type tripKey struct{}

// job is a run of calls for one purpose, which share their patience.
type job struct {
	*Client
	doing string
	role  string
	patience
}

// call does a call until it is done, or cannot be. A write that may have been done is not
// done again: it ends with an error that says so, after which the caller looks.
func (j *job) call(ctx context.Context, g *gate, do func(context.Context) error) *Error {
	for {
		if err := j.pass(ctx, g); err != nil {
			return j.ended(err)
		}
		t := &trip{write: g == j.writes, role: j.role}
		err := j.once(ctx, t, do)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			e := j.ended(ctx.Err())
			e.unclear = t.write && t.sent
			return e
		}
		e := j.fault(err, j.doing, t)
		if !e.again || e.unclear {
			return e
		}
		on, err := j.after(ctx, &j.patience, e)
		if err != nil {
			return j.ended(err)
		}
		if !on {
			return j.tired(e)
		}
	}
}

func (j *job) once(ctx context.Context, t *trip, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, tripKey{}, t), j.limit)
	defer cancel()
	return do(ctx)
}

// ended is the error of a context that is over.
func (j *job) ended(err error) *Error {
	says := "it was stopped before it was done"
	if errors.Is(err, context.DeadlineExceeded) {
		says = "the time for it ran out before it was done"
	}
	return &Error{Kind: Down, Doing: j.doing, Says: says, Do: "run again, which writes only what is missing", cause: err}
}

// tired says how long was waited in vain.
func (j *job) tired(e *Error) *Error {
	if e.after.known && e.after.time > longestAsk {
		e.Do = "Google asks to wait for " + say(e.after.time) + ": try again then"
		return e
	}
	if j.tries > 0 {
		e.Says += " (tried again for " + say(j.spent) + ")"
	}
	if e.Do == "" {
		e.Do = "try again later"
	}
	return e
}

// road is the last stage before the network. It notes how far a call came, and refuses
// answers that are not of an API: pages to sign in, of networks and proxies.
type road struct {
	next   http.RoundTripper
	client *Client
}

func (r road) RoundTrip(req *http.Request) (*http.Response, error) {
	t, _ := req.Context().Value(tripKey{}).(*trip)
	if t == nil {
		t = &trip{}
	}
	t.began = true
	r.client.heard(req.Header.Get("Authorization"))
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { t.sent = true }}
	answer, err := r.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return nil, err
	}
	t.status = answer.StatusCode
	t.foreign = foreign(answer)
	if t.foreign != "" {
		answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(nil))
	}
	return answer, nil
}

// foreign says what answered, if it cannot be the API. Google's own front answers faults of
// the server, and requests that are too large, with pages, which mean what their status says.
func foreign(answer *http.Response) string {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusRequestEntityTooLarge:
		return ""
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return "a redirection"
	case kind == "text/html" || kind == "application/xhtml+xml":
		return "a web page"
	case answer.StatusCode < 300 && !strings.HasSuffix(kind, "json"):
		return "of another kind than JSON"
	}
	return ""
}
