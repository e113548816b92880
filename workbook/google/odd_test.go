package google

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tearsheet/workbook/google/googletest"
)

// places are the paths of all values in JSON, one for each kind of place: of lists the
// first and the last.
func places(v any, path string) []string {
	all := []string{path}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			all = append(all, places(inner, path+"/"+key)...)
		}
	case []any:
		for i, inner := range v {
			if i == 0 || i == len(v)-1 {
				all = append(all, places(inner, fmt.Sprint(path, "/", i))...)
			}
		}
	}
	return all
}

// nulled is JSON with null at a path.
func nulled(v any, path string) any {
	head, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if head == "" {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		v[head] = nulled(v[head], rest)
	case []any:
		var i int
		fmt.Sscan(head, &i)
		v[i] = nulled(v[i], rest)
	}
	return v
}

// between stands between a client and the stand-in, and changes what is answered.
type between struct {
	*httptest.Server
	change func(text []byte) []byte
}

func newBetween(t *testing.T, d *desk) *between {
	t.Helper()
	to, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	b := &between{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Header.Del("Accept-Encoding") }, ModifyResponse: func(r *http.Response) error {
		text, err := io.ReadAll(r.Body)
		if err == nil && strings.Contains(r.Request.URL.Path, "/v4/") {
			text = b.change(text)
			r.Header.Del("Content-Length")
			r.ContentLength = int64(len(text))
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		return err
	}}
	b.Server = httptest.NewServer(proxy)
	t.Cleanup(b.Close)
	return b
}

func TestG08_ANullAnywhereInAnAnswerIsNoPanic(t *testing.T) {
	d := newDeskWith(t, googletest.Options{NoQuota: true})
	book := sampleBook(3, 100)
	d.write(book)
	d.Person(d.id).AddConditionalRule("Tearsheet", "F1:F20", "ask Ann")
	d.Person(d.id).Merge("Tearsheet", "F20:G21")
	d.Person(d.id).Protect("Tearsheet", "F1:G20", googletest.Account)
	b := newBetween(t, d)
	client := d.openAt(b.URL)
	look := map[string]func() error{
		"write": func() error {
			_, err := client.Write(t.Context(), d.id, "sheet", book, WriteOptions{Only: true})
			return err
		},
		"read": func() error { _, err := client.Read(t.Context(), d.id, ""); return err },
	}
	for name, do := range look {
		// Which answer of the two, and which places it has.
		for call := range 2 {
			n, paths := 0, []string(nil)
			b.change = func(text []byte) []byte {
				var v any
				if err := json.Unmarshal(text, &v); err == nil && n == call {
					paths = places(v, "")
				}
				n++
				return text
			}
			if err := do(); err != nil || len(paths) < 5 {
				t.Fatalf("%s, %d places: %v", name, len(paths), err)
			}
			slices.Sort(paths)
			t.Logf("%s, call %d: %d places", name, call+1, len(paths))
			for _, path := range paths {
				n = 0
				b.change = func(text []byte) []byte {
					var v any
					if n++; n-1 == call && json.Unmarshal(text, &v) == nil {
						text, _ = json.Marshal(nulled(v, path))
					}
					return text
				}
				client.reads.at = nil // quotas are tried elsewhere
				var fault *Error
				if err := do(); err != nil && !errors.As(err, &fault) {
					t.Errorf("%s, call %d, null at %s: %v", name, call+1, path, err)
				}
			}
		}
	}
}

func TestG08_AnAnswerOfNullToAWriteIsLookedAt(t *testing.T) {
	d := newDesk(t)
	b := newBetween(t, d)
	n := 0
	b.change = func(text []byte) []byte {
		if n++; n == 2 { // the outline is the first, the write the second
			return []byte("null")
		}
		return text
	}
	client := d.openAt(b.URL)
	if done, err := client.Write(t.Context(), d.id, "sheet", sampleBook(3, 100), WriteOptions{}); err != nil || !done.Changed || d.calls(googletest.BatchUpdate) != 1 {
		t.Errorf("changed %v with %d writes, %v", done.Changed, d.calls(googletest.BatchUpdate), err)
	}
}

func TestG08_PagesOfGooglesFrontMeanWhatTheirStatusSays(t *testing.T) {
	for status, page := range map[int]string{200: "a web page", 403: "a web page", 404: "a web page", 413: "", 429: "", 502: "", 302: "a redirection"} {
		answer := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}}}
		if got := foreign(answer); got != page {
			t.Errorf("%d: %q, want %q", status, got, page)
		}
	}
}
