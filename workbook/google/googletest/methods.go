package googletest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// request is a call of which the whole body was read.
type request struct {
	route
	known bool
	body  []byte
}

// handle answers a call that no fault meets. It judges in the order of Google's: who
// calls, what he calls, with which parameters and what body, and whether he may.
func (s *Server) handle(a *answer, r *http.Request, q request) {
	switch {
	case r.URL.Path == "/token":
		s.grant(a, r, q.body)
		return
	case r.URL.Path == "/login":
		a.page(http.StatusOK, "<!DOCTYPE html><title>Sign in - Google Accounts</title><p>Sign in to continue to Google Sheets")
		return
	case len(q.body) > mostBody:
		a.page(http.StatusRequestEntityTooLarge, errorPage(http.StatusRequestEntityTooLarge, "Your client issued a request that was too large."))
		return
	case !q.known:
		a.page(http.StatusNotFound, errorPage(http.StatusNotFound, "The requested URL was not found on this server."))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	result, fail := s.result(r, q)
	if fail != nil {
		fail.write(a)
		return
	}
	if r.URL.Query().Get("prettyPrint") == "false" {
		a.plainJSON(http.StatusOK, result)
		return
	}
	a.json(http.StatusOK, result)
}

// result is called with the lock held.
func (s *Server) result(r *http.Request, q request) (object, *failure) {
	caller, fail := s.user(r)
	if fail != nil {
		return nil, fail
	}
	if s.off {
		return nil, disabled()
	}
	if fail := caller.covers(q.method); fail != nil {
		return nil, fail
	}
	query, fail := s.check.query(q.method, r.URL.Query())
	if fail != nil {
		return nil, fail
	}
	body, fail := s.check.body(q.method, q.body)
	if fail != nil {
		return nil, fail
	}
	if kindOf(r, q.route, q.known) == Other {
		return nil, unknownHere(q.ID)
	}
	kind := quotaKind(q.method)
	if fail := s.spend(caller.user, kind); fail != nil {
		return nil, fail
	}
	b, fail := s.bookFor(q.values["spreadsheetId"], caller.user, kind)
	if fail != nil {
		return nil, fail
	}
	return s.perform(b, caller.user, q, query, body)
}

// quotaKind is Write for what changes something. The searches by POST only read.
func quotaKind(m method) string {
	if m.HTTPMethod == http.MethodGet || strings.HasSuffix(m.ID, ".search") || strings.Contains(m.ID, "GetByDataFilter") || strings.HasSuffix(m.ID, ".getByDataFilter") {
		return "Read"
	}
	return "Write"
}

func (s *Server) bookFor(escaped, user, kind string) (*book, *failure) {
	id, err := url.PathUnescape(escaped)
	b := s.books[id]
	switch {
	case err != nil || b == nil:
		return nil, notFound()
	case b.Shares[user] == NoRole, kind == "Write" && b.Shares[user] != Editor:
		return nil, denied()
	case kind == "Write" && b.Full:
		return nil, storageFull()
	}
	return b, nil
}

func (s *Server) perform(b *book, user string, q request, query, body object) (object, *failure) {
	a := ask{grid: flag(query, "includeGridData"), caller: user,
		comments: words(query, "commentsViewMode") == "COMMENTS_VIEW_MODE_INCLUDED"}
	fields, fail := s.check.fields(q.Response.Ref, words(query, "fields"))
	if fail != nil {
		return nil, fail
	}
	for _, text := range items(query, "ranges") {
		a.ranges = append(a.ranges, text.(string)) // query checked it
	}
	switch q.ID {
	case "sheets.spreadsheets.get":
		a.fields = fields
		return b.shown(a)
	case "sheets.spreadsheets.batchUpdate":
		return s.batchUpdate(b, a, body, fields)
	case "sheets.spreadsheets.values.get":
		text, err := url.PathUnescape(q.values["range"])
		if err != nil {
			return nil, invalid("Unable to parse range: %s", q.values["range"])
		}
		return kept(fields)(b.values(text, query))
	case "sheets.spreadsheets.values.batchGet":
		return kept(fields)(b.manyValues(a.ranges, query))
	case "sheets.spreadsheets.developerMetadata.search":
		return kept(fields)(b.search(body))
	case "sheets.spreadsheets.developerMetadata.get":
		return kept(fields)(b.metadata(q.values["metadataId"]))
	}
	return nil, unknownHere(q.ID)
}

func kept(fields mask) func(object, *failure) (object, *failure) {
	return func(o object, fail *failure) (object, *failure) {
		if fail != nil || fields == nil {
			return o, fail
		}
		some, _ := fields.keep(o).(object)
		return some, nil
	}
}

// batchUpdate applies all requests to a clone, and keeps it if all went well.
func (s *Server) batchUpdate(b *book, a ask, body object, fields mask) (object, *failure) {
	work := &batch{book: b.clone(), check: s.check, caller: a.caller, drops: s.drops}
	replies, fail := work.apply(objects(body, "requests"))
	if fail != nil {
		return nil, fail
	}
	told, _ := bare(replies).([]any)
	result := object{"spreadsheetId": b.ID, "replies": told}
	if flag(body, "includeSpreadsheetInResponse") {
		a.grid = flag(body, "responseIncludeGridData")
		a.comments = words(body, "commentsViewMode") == "COMMENTS_VIEW_MODE_INCLUDED"
		for _, text := range items(body, "responseRanges") {
			a.ranges = append(a.ranges, text.(string)) // the schema says so
		}
		if below, ok := fields["updatedSpreadsheet"]; ok && len(below) > 0 {
			a.fields = below
		}
		updated, fail := work.shown(a)
		if fail != nil {
			return nil, fail
		}
		result["updatedSpreadsheet"] = updated
	}
	s.books[b.ID] = work.book
	s.save()
	return kept(fields)(result, nil)
}

// query checks the parameters of a call and returns those that were given.
func (c *checker) query(m method, given url.Values) (object, *failure) {
	checked := object{}
	for _, name := range sortedKeys(given) {
		s, ok := m.Parameters[name]
		if !ok {
			s, ok = c.Parameters[name]
		}
		if !ok || s.Location != "query" {
			return nil, violation("", "Invalid JSON payload received. Unknown name %q: Cannot bind query parameter. Field '%s' could not be found in request message.", name, name)
		}
		if len(given[name]) > 1 && !s.Repeated {
			return nil, invalid("Invalid value for %s: it is given %d times", name, len(given[name]))
		}
		var values []any
		for _, text := range given[name] {
			value, ok := parameter(s, text)
			if !ok {
				return nil, violation(name, "Invalid value at '%s' (%s), %q", name, s.Type, text)
			}
			values = append(values, value)
		}
		checked[name] = any(values)
		if !s.Repeated {
			checked[name] = values[0]
		}
	}
	if alt := words(checked, "alt"); alt != "" && alt != "json" {
		return nil, unknownHere("alt=" + alt)
	}
	for name := range checked {
		if slices.Contains([]string{"access_token", "oauth_token", "callback", "key", "uploadType", "upload_protocol", "$.xgafv"}, name) {
			return nil, unknownHere("the parameter " + name)
		}
	}
	return checked, nil
}

func parameter(s schema, text string) (any, bool) {
	switch s.Type {
	case "boolean":
		return text == "true", text == "true" || text == "false"
	case "integer":
		n, err := strconv.ParseInt(text, 10, 32)
		return int(n), err == nil
	}
	return text, len(s.Enum) == 0 || slices.Contains(s.Enum, text)
}

// fields reads the mask of a partial answer; nil is all.
func (c *checker) fields(response, text string) (mask, *failure) {
	if text == "" {
		return nil, nil
	}
	m, err := parseMask(text)
	cause := ""
	if err != nil {
		cause = err.Error()
	} else if path := c.stray(m, response, ""); path != "" {
		cause = fmt.Sprintf("Error expanding 'fields' parameter. Cannot find matching fields for path '%s'.", path)
	}
	if cause == "" {
		return m, nil
	}
	fail := violation("fields", "%s", cause)
	fail.message = "Request contains an invalid argument."
	return nil, fail
}

// body checks the body of a call. Masks and what depends on the state are judged when
// it is done.
func (c *checker) body(m method, text []byte) (object, *failure) {
	if m.Request == nil {
		if len(text) > 0 {
			return nil, invalid("Invalid JSON payload received: %s takes no body", m.ID)
		}
		return nil, nil
	}
	v, err := decodeJSON(text)
	if err != nil {
		return nil, invalid("Invalid JSON payload received. %v", err)
	}
	return c.message(m.Request.Ref, v, "")
}
