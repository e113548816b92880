package google

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// WriteOptions says what else is to be done in a write.
type WriteOptions struct {
	// Archive is a book of one tab that is kept under ArchiveKey, beside those of earlier
	// keys. Keys sort by their text, such as 2026-11-15; the Keep last ones are kept, the
	// others deleted. Keep 0 is no archive, and deletes nothing. Its links lead to the tabs of
	// the book; sparklines would, too, and show what stands there now.
	Archive    *workbook.Book
	ArchiveKey string
	Keep       int
	// Anew makes tabs again that people have deleted. Without it that is an error.
	Anew bool
	// Only compares, and writes nothing.
	Only bool
}

// Written says what a write came to.
type Written struct {
	URL     string // of the first tab
	Title   string // of the spreadsheet
	Changed bool
	// Restored are the places that people had changed since the last write, at most 20:
	// "Tearsheet!C7", or "Tearsheet, row 7" where no more is known. RestoredCount is how many
	// there were. There are none where another build wrote last, which wrote otherwise: what
	// differs may be its doing.
	Restored      []string
	RestoredCount int
	Created       []string // titles of new tabs
	Deleted       []string // titles of archived tabs beyond those that are kept
	// Differences are all in which the spreadsheet differed before.
	Differences []Difference
	Bytes       int // of the write
}

// mostTold is how many places are told by name.
const mostTold = 20

// Write makes the tabs of a book stand in a spreadsheet, under a document's name such as
// "sheet". It writes once, all or nothing, and not at all if all stands as it should.
// Errors are of type *Error.
func (c *Client) Write(ctx context.Context, id, document string, book *workbook.Book, o WriteOptions) (Written, error) {
	key, err := ID(id)
	if err != nil {
		return Written{}, err
	}
	done, fault := c.write(ctx, key, document, book, o)
	if fault != nil {
		return done, fault
	}
	return done, nil
}

func (c *Client) write(ctx context.Context, id, document string, book *workbook.Book, o WriteOptions) (Written, *Error) {
	w := &writing{job: job{Client: c, doing: "writing to " + short(id), role: "Editor"}, id: id, document: document, book: book, o: o}
	fault := w.run(ctx)
	return w.done, fault
}

// writing is one Write.
type writing struct {
	job
	id, document string
	book         *workbook.Book
	o            WriteOptions
	done         Written
	requests     []*sheets.Request
	unclear      *Error // of a write whose outcome must be looked at
	refused      *Error // the last refusal of something that changed meanwhile
	tried        bool   // a write may have been done
	anew         int    // how often it was begun anew, since the spreadsheet changed
}

// mostAnew is how often a spreadsheet may change between reading and writing.
const mostAnew = 3

func (w *writing) run(ctx context.Context) *Error {
	for {
		ok, fault := w.look(ctx)
		switch {
		case fault != nil && w.unclear != nil:
			return w.lost(fault)
		case fault != nil:
			return fault
		case !ok && w.anew < mostAnew:
			w.anew++
			continue
		case !ok && w.refused != nil:
			return w.refused
		case !ok:
			return &Error{Kind: Refused, Doing: w.doing, Says: "its tabs change while they are read", Do: "try again when nobody is moving tabs"}
		case len(w.requests) == 0 || w.o.Only:
			w.done.Changed = w.tried
			return nil
		}
		fault = w.send(ctx)
		switch {
		case fault == nil:
			w.done.Changed = true
			return nil
		case fault.stale && w.anew < mostAnew-1:
			w.anew++ // somebody has changed the spreadsheet since it was read, or our write had arrived
			w.unclear = nil
		case fault.unclear && fault.cause == nil:
			on, err := w.after(ctx, &w.patience, fault)
			if err != nil {
				return w.lost(w.ended(err))
			}
			w.unclear, w.tried = fault, true
			if !on {
				return w.last(ctx, w.tired(fault))
			}
		case fault.unclear:
			return w.lost(fault)
		default:
			return fault
		}
	}
}

// last looks once more at what a write came to, when there is no patience for another one.
func (w *writing) last(ctx context.Context, fault *Error) *Error {
	ok, again := w.look(ctx)
	switch {
	case again != nil || !ok:
		return w.lost(fault)
	case len(w.requests) == 0:
		w.done.Changed = true
		return nil
	}
	fault.Says += "; the old tabs stand"
	return fault
}

// lost is the error of a write that may have been done, and could not be looked at.
func (w *writing) lost(fault *Error) *Error {
	return &Error{Kind: Unclear, Doing: w.doing, Status: fault.Status, cause: fault.cause,
		Says: "Google did not say whether the write was done, and could not be asked again: " + fault.Says,
		Do:   "the tabs are wholly the old ones or wholly the new ones; run again, which writes only what is missing"}
}

// send does the one write.
func (w *writing) send(ctx context.Context) *Error {
	return w.call(ctx, w.writes, func(ctx context.Context) error {
		answer, err := w.writer.Spreadsheets.BatchUpdate(w.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: w.requests}).Context(ctx).Do()
		if err == nil && (answer == nil || answer.SpreadsheetId == "") {
			return &json.SyntaxError{}
		}
		return err
	})
}

// look reads what stands, and makes the requests that change it into what is wanted. It
// reports false if the spreadsheet changed meanwhile.
func (w *writing) look(ctx context.Context) (bool, *Error) {
	s, fault := w.outline(ctx, w.writer, w.id, w.document)
	if fault != nil {
		return false, fault
	}
	w.done.Title = s.title
	all := wantedTabs(w.document, w.book, w.o)
	if fault := w.missing(s); fault != nil {
		return false, fault
	}
	all, old := w.kept(s, all)
	place(all, s, w.anew)
	fill(all)
	if ok, fault := w.cells(ctx, w.writer, w.id, s, all); fault != nil && !fault.stale || !ok {
		if fault != nil && fault.stale {
			w.refused, fault = fault, nil
		}
		return ok, fault
	}
	w.plan(s, all, old)
	return true, nil
}

// missing says which tabs of the document people have deleted.
func (w *writing) missing(s *standing) *Error {
	var gone []string
	for _, t := range w.book.Tabs {
		if s.tabs[w.document+"/"+t.Name] == nil && slices.Contains(s.had, t.Name) {
			gone = append(gone, t.Name)
		}
	}
	if len(gone) == 0 || w.o.Anew {
		return nil
	}
	return &Error{Kind: TabGone, Doing: w.doing, Says: "somebody has deleted the tab " + strings.Join(gone, ", the tab "),
		Do: "bring it back in File, Version history, or let a new one be made"}
}

// kept leaves out an archived tab that is older than those that are kept, and returns the
// tabs to be deleted.
func (w *writing) kept(s *standing, all []*wanted) ([]*wanted, []*stand) {
	if w.o.Archive == nil || w.o.Keep <= 0 {
		return all, nil
	}
	prefix := archive(w.document)
	keys := []string{prefix + w.o.ArchiveKey}
	for key, t := range s.tabs {
		if strings.HasPrefix(key, prefix) && key != keys[0] && t.wrote.Sheet == t.Properties.SheetId {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var old []*stand
	for _, key := range keys[:max(0, len(keys)-w.o.Keep)] {
		if t := s.tabs[key]; t != nil {
			old = append(old, t)
		}
		all = slices.DeleteFunc(all, func(x *wanted) bool { return x.key == key })
	}
	return all, old
}

// plan makes the requests, and says what they come to.
func (w *writing) plan(s *standing, all []*wanted, old []*stand) {
	first := !w.tried // after that, what differs is told already
	w.requests = nil
	if first {
		w.done.Restored, w.done.RestoredCount, w.done.Differences, w.done.Created, w.done.Deleted = nil, 0, nil, nil, nil
	}
	// New tabs first: the links and sparklines of the others lead there.
	var later []*sheets.Request
	for _, x := range all {
		t := s.tabs[x.key]
		if t == nil {
			t = newTab(x)
		}
		changes := compare(x, t)
		if changes.none() {
			continue
		}
		requests := changes.requests()
		if t.isNew {
			w.requests, requests = append(w.requests, requests[0]), requests[1:]
		}
		later = append(later, requests...)
		if first {
			w.tell(changes)
		}
	}
	w.requests = append(w.requests, later...)
	w.requests = append(w.requests, documentRequests(w.document, s, w.book)...)
	for _, t := range old {
		w.requests = append(w.requests, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: t.Properties.SheetId}})
		if first {
			w.done.Deleted = append(w.done.Deleted, t.Properties.Title)
		}
	}
	if len(all) > 0 {
		w.done.URL = fmt.Sprintf("%s#gid=%d", s.url, all[0].sheet)
	}
	if text, err := json.Marshal(w.requests); err == nil && first {
		w.done.Bytes = len(text)
	}
}

func (w *writing) tell(c *tabChanges) {
	w.done.Differences = append(w.done.Differences, c.differences...)
	if c.stand.isNew {
		w.done.Created = append(w.done.Created, c.title)
		return
	}
	edited := c.edited()
	w.done.RestoredCount += len(edited)
	w.done.Restored = append(w.done.Restored, edited[:min(len(edited), mostTold-len(w.done.Restored))]...)
}
