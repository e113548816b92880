package logs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"gocloud.dev/blob"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// reading is one file under reading.
type reading struct {
	*desk
	object object
	id     int64
	// The instants between which its events have to lie, and the one after which they
	// would lie in the future.
	least, most, now int64

	raw      *blob.Reader
	hash     hash.Hash
	packed   int64 // bytes that were read
	unpacked int64
	failed   error // what the store had against reading on
	wrong    error // why the file is not loaded: a *brokenError or a *laterError

	lines    int64
	rows     int64
	refused  int64
	dropped  int64
	mended   int64
	first    int64  // line of the first refusal
	reason   string // of the first refusal
	strays   int64
	stray    string // the first of them
	ahead    int64  // events of its hour that lie in the future
	today    calendar.Day
	ofToday  *int64 // rows of today
	days     map[calendar.Day]*int64
	unknowns map[unknown]*sighting
}

// unknown is a value that a column is not known to have.
type unknown struct{ column, value string }

// sighting is where an unknown value was first seen, and how often.
type sighting struct {
	name  string // of the file
	line  int64
	count int64
}

// brokenError says that nothing of a file can be loaded.
type brokenError struct {
	text string
	// unread says that the bytes could not be had: nothing is known of them.
	unread bool
}

func (e *brokenError) Error() string { return e.text }

func broken(format string, args ...any) error {
	return &brokenError{text: fmt.Sprintf(format, args...)}
}

// laterError says that a file is left for a later run.
type laterError struct {
	text string
	gone bool
	told bool // a person should know
}

func (e *laterError) Error() string { return e.text }

// batchRows is how many rows are handed over at once: a vector of DuckDB.
const batchRows = 2048

// batches reads the file once and hands over its rows and its refused lines.
func (r *reading) batches(ctx context.Context) func(yield func(*warehouse.Batch, error) bool) {
	return func(yield func(*warehouse.Batch, error) bool) {
		if err := r.read(ctx, yield); err != nil && !errors.Is(err, errStopped) {
			yield(nil, r.blame(err))
		}
	}
}

// blame remembers an error that is the file's own.
func (r *reading) blame(err error) error {
	var wrong *brokenError
	var later *laterError
	var copied *copyError
	if errors.As(err, &wrong) || errors.As(err, &later) || errors.As(err, &copied) {
		r.wrong = err
	}
	return err
}

var errStopped = errors.New("the warehouse takes no more rows")

func (r *reading) read(ctx context.Context, yield func(*warehouse.Batch, error) bool) error {
	raw, err := r.source.Bucket.NewReader(ctx, r.object.key, nil)
	if err != nil {
		return r.source.unopened(ctx, r.object, err)
	}
	defer raw.Close()
	r.begin(raw)
	text, err := r.text()
	if err == nil {
		err = r.eachLine(text, func() error { return r.flush(ctx, yield) })
	}
	if err == nil {
		err = r.flush(ctx, yield)
	}
	var wrong *brokenError
	if err == nil || errors.As(err, &wrong) {
		_, _ = io.Copy(io.Discard, packed{r}) // the checksum is one of all bytes
		if r.failed != nil {
			return r.failed
		}
		if r.packed != raw.Size() || raw.Size() != r.object.size && !r.object.link {
			return &laterError{text: fmt.Sprintf("grew from %d to %d bytes while it was read", r.object.size, max(r.packed, raw.Size()))}
		}
	}
	return err
}

// begin prepares the reading of a file.
func (r *reading) begin(raw *blob.Reader) {
	r.raw, r.hash = raw, sha256.New()
	r.days, r.unknowns = map[calendar.Day]*int64{}, map[unknown]*sighting{}
	r.least = r.object.hour.Add(-strayBy).UnixMicro()
	r.most = r.object.hour.Add(time.Hour + strayBy).UnixMicro()
	r.now = r.desk.now.Add(strayBy).UnixMicro()
	r.batch.Reset(len(r.source.table.Columns))
}

// flush hands over the rows that were read.
func (r *reading) flush(ctx context.Context, yield func(*warehouse.Batch, error) bool) error {
	for i := range r.batch.Columns {
		if v := &r.batch.Columns[i]; len(v.Null) > 0 {
			for len(v.Null) < r.batch.Rows {
				v.Null = append(v.Null, false)
			}
		}
	}
	if !yield(r.batch, nil) {
		return errStopped
	}
	r.batch.Reset(len(r.source.table.Columns))
	return ctx.Err()
}

// eachLine reads the lines of a text into the batch.
func (r *reading) eachLine(text *bufio.Reader, flush func() error) error {
	offset := int64(0)
	for {
		line, err := text.ReadSlice('\n')
		begin := offset
		offset += int64(len(line))
		switch {
		case err == nil:
			r.line(line[:len(line)-1], begin)
		case errors.Is(err, bufio.ErrBufferFull):
			kept := bytes.Clone(line[:keptOfLine])
			rest, err := skipLine(text)
			offset += rest
			r.lines++
			r.refuse(begin, kept, fmt.Sprintf("a line of %d bytes: at most %d are read", int64(len(line))+rest, longestLine))
			if err != nil && err != io.EOF {
				return r.explain(err)
			}
		case err == io.EOF:
			if len(line) > 0 {
				r.line(line, begin)
			}
			return nil
		default:
			return r.explain(err)
		}
		if r.batch.Rows >= batchRows || len(r.batch.Rejects) >= batchRows {
			if err := r.tooMany(false); err != nil {
				return err
			}
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// skipLine passes over the rest of a line that is too long.
func skipLine(text *bufio.Reader) (bytes int64, err error) {
	for {
		rest, err := text.ReadSlice('\n')
		bytes += int64(len(rest))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes, err
		}
	}
}

// line reads one line: it is loaded, refused or left out.
func (r *reading) line(text []byte, offset int64) {
	r.lines++
	if len(text) < 3 && len(bytes.TrimSpace(text)) == 0 {
		r.dropped++ // an empty line says nothing
		return
	}
	switch outcome := r.row.parse(r, text); {
	case outcome.dropped:
		r.dropped++
	case outcome.refused != nil:
		r.refuse(offset, text, outcome.refused.Error())
	default:
		r.rows++
		if outcome.mended {
			r.mended++
		}
	}
}

// keptOfLine is how many bytes of a refused line are kept.
const keptOfLine = 4096

func (r *reading) refuse(offset int64, text []byte, reason string) {
	r.refused++
	if r.first == 0 {
		r.first, r.reason = r.lines, reason
	}
	r.batch.Rejects = append(r.batch.Rejects, warehouse.Reject{Line: r.lines, Offset: offset, Text: bytes.Clone(text[:min(len(text), keptOfLine)]), Reason: reason})
}

// count counts a row of a day.
func (r *reading) count(day calendar.Day) {
	if r.ofToday == nil || day != r.today {
		if r.days[day] == nil {
			r.days[day] = new(int64)
		}
		r.today, r.ofToday = day, r.days[day]
	}
	*r.ofToday++
}

// watch counts events that lie outside the hour of the file.
func (r *reading) watch(at int64) {
	if at >= r.least && at < r.most {
		if at > r.now {
			r.ahead++
		}
		return
	}
	if r.strays++; r.strays == 1 {
		r.stray = fmt.Sprintf("%s in line %d", time.UnixMicro(at).UTC().Format("2006-01-02 15:04:05"), r.lines)
	}
}

// unknown counts values that a column is not known to have.
func (r *reading) unknown(column string, text []byte) {
	const most = 20 // different ones that are told of a file
	key := unknown{column, fmt.Sprintf("%.40q", text)}
	seen := r.unknowns[key]
	if seen == nil {
		if len(r.unknowns) == most {
			return
		}
		seen = &sighting{name: r.object.name, line: r.lines}
		r.unknowns[key] = seen
	}
	seen.count++
}

// tooMany reports whether so many lines were refused that the file is not what it
// should be. Before its end, a file has to be well beyond the limit.
func (r *reading) tooMany(atEnd bool) error {
	limit := r.source.MaxRejected * float64(r.lines)
	if !atEnd {
		limit = max(2*limit, batchRows)
	}
	if r.refused > 1 && float64(r.refused) > limit {
		return broken("%d of %d lines are refused, and at most %g %% may be; the first is line %d, %s",
			r.refused, r.lines, 100*r.source.MaxRejected, r.first, r.reason)
	}
	return nil
}

// entry returns what the ledger is to say of the file, or why it is not loaded.
func (r *reading) entry() (warehouse.FileEntry, error) {
	if err := r.tooMany(true); err != nil {
		return warehouse.FileEntry{}, r.blame(err)
	}
	if r.strays > 1 && float64(r.strays) > strayShare*float64(r.lines) {
		return warehouse.FileEntry{}, r.blame(broken("%d of %d events lie outside its hour, the first is %s", r.strays, r.lines, r.stray))
	}
	if r.ahead > 1 && float64(r.ahead) > strayShare*float64(r.lines) {
		return warehouse.FileEntry{}, r.blame(&laterError{told: true, text: fmt.Sprintf("%d of %d events lie after %s UTC, the time of this run: it is left for later",
			r.ahead, r.lines, r.desk.now.UTC().Format("2006-01-02 15:04"))})
	}
	if r.lines != r.rows+r.refused+r.dropped {
		return warehouse.FileEntry{}, fmt.Errorf("%s: %d lines are not %d loaded, %d refused and %d left out", r.object.name, r.lines, r.rows, r.refused, r.dropped)
	}
	entry := warehouse.FileEntry{File: r.source.file(r.object, r.checksum())}
	entry.Lines, entry.Loaded, entry.Rejected, entry.Filtered, entry.FirstError = r.lines, r.rows, r.refused, r.dropped, r.first
	for day, rows := range r.days {
		entry.Days = append(entry.Days, warehouse.FileDay{Day: day, Rows: *rows})
	}
	slices.SortFunc(entry.Days, func(a, b warehouse.FileDay) int { return int(a.Day - b.Day) })
	return entry, nil
}

func (r *reading) checksum() string { return hex.EncodeToString(r.hash.Sum(nil)) }

// file returns the part of a ledger entry that is known before a file is read.
func (s *compiled) file(o object, checksum string) warehouse.File {
	from := s.calendar.DayOf(o.hour)
	to := s.calendar.DayOf(o.hour.Add(time.Hour-time.Microsecond)) + 1
	return warehouse.File{Path: o.name, Checksum: checksum, Definition: s.definition + " " + o.fingerprint(), Size: o.size, From: from, To: to, Host: o.host, Hour: o.hour}
}
