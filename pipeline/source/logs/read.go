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
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// reading is one file under reading.
type reading struct {
	source *compiled
	object object
	now    time.Time
	id     int64

	raw      io.ReadCloser
	hash     hash.Hash
	packed   int64 // bytes that were read
	unpacked int64
	failed   error // what the store had against reading on

	batch  *warehouse.Batch
	row    rowParser
	lines  int64
	rows   int64
	refuse int64
	drop   int64
	mended int64
	first  int64 // line of the first refusal
	strays int64
	stray  string // the first of them
	days   map[calendar.Day]int64
	odd    map[string]int64 // unknown values, by column and value
}

// brokenError says that nothing of a file can be loaded.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

func broken(format string, args ...any) error { return &brokenError{fmt.Sprintf(format, args...)} }

// batchRows is how many rows are handed over at once.
const batchRows = 4 * 2048

// batches reads the file once and hands over its rows and its refused lines.
func (r *reading) batches(ctx context.Context) func(yield func(*warehouse.Batch, error) bool) {
	return func(yield func(*warehouse.Batch, error) bool) {
		if err := r.read(ctx, yield); err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

var errStopped = errors.New("the warehouse takes no more rows")

func (r *reading) read(ctx context.Context, yield func(*warehouse.Batch, error) bool) error {
	raw, err := r.source.Bucket.NewReader(ctx, r.object.key, nil)
	if err != nil {
		return broken("cannot be opened: %v", err) // gone since it was listed, or no right to read it
	}
	defer raw.Close()
	r.raw, r.hash, r.days, r.odd = raw, sha256.New(), map[calendar.Day]int64{}, map[string]int64{}
	text, err := r.text()
	if err != nil {
		return err
	}
	r.batch.Reset(len(r.source.table.Columns))
	flush := func() error {
		if !yield(r.batch, nil) {
			return errStopped
		}
		r.batch.Reset(len(r.source.table.Columns))
		return ctx.Err()
	}
	if err := r.eachLine(text, flush); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, packed{r}) // what follows the packed text belongs to the checksum
	return err
}

// text returns the unpacked text of the file.
func (r *reading) text() (*bufio.Reader, error) {
	head := bufio.NewReaderSize(packed{r}, 1<<16)
	magic, err := head.Peek(2)
	zipped := len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b
	named := strings.HasSuffix(r.object.key, ".gz")
	switch {
	case r.failed != nil:
		return nil, r.failed
	case err != nil && len(magic) == 0 && named:
		return nil, broken("is empty: a gzip file without lines still has its own head")
	case !zipped && named:
		return nil, broken("is not a gzip file: it begins with %q", magic)
	case !zipped:
		return bufio.NewReaderSize(unpacked{head, r}, longestLine), nil
	}
	unzipped, err := gzip.NewReader(head)
	if err != nil {
		return nil, r.explain(err)
	}
	return bufio.NewReaderSize(unpacked{unzipped, r}, longestLine), nil
}

// packed reads the bytes of the file, and hashes them as they pass.
type packed struct{ r *reading }

func (p packed) Read(b []byte) (int, error) {
	n, err := p.r.raw.Read(b)
	p.r.hash.Write(b[:n])
	p.r.packed += int64(n)
	if err != nil && err != io.EOF {
		p.r.failed = err
	}
	return n, err
}

// unpacked counts what is unpacked, and refuses a bomb.
type unpacked struct {
	text io.Reader
	r    *reading
}

func (u unpacked) Read(b []byte) (int, error) {
	n, err := u.text.Read(b)
	u.r.unpacked += int64(n)
	const small = 64 << 20 // any file may unpack to that
	if u.r.unpacked > mostBytes || u.r.unpacked > small && u.r.unpacked/mostRatio > u.r.object.size {
		return 0, broken("unpacks to more than %d times its size: it is taken for a bomb", mostRatio)
	}
	return n, err
}

// explain says in words what is wrong with the bytes of the file.
func (r *reading) explain(err error) error {
	var known *brokenError
	switch {
	case r.failed != nil:
		return r.failed
	case errors.As(err, &known):
		return known
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return broken("ends in the middle, after %d of its lines: the gzip file is cut off at %d bytes", r.lines, r.packed)
	case errors.Is(err, gzip.ErrHeader):
		return broken("something that is no gzip follows its end, after %d lines: cut it off, or deliver the file again", r.lines)
	case errors.Is(err, gzip.ErrChecksum):
		return broken("is damaged: its gzip checksum does not fit")
	}
	return broken("is damaged: %v", err)
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
			rest, err := r.skipLine(text)
			offset += rest
			r.lines++
			r.reject(begin, line[:200], fmt.Sprintf("a line of %d bytes: at most %d are read", int64(len(line))+rest, longestLine))
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
func (r *reading) skipLine(text *bufio.Reader) (bytes int64, err error) {
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
	if len(bytes.TrimSpace(text)) == 0 {
		r.drop++ // an empty line says nothing
		return
	}
	switch outcome := r.row.parse(r, text, r.lines == 1); {
	case outcome.dropped:
		r.drop++
	case outcome.refused != nil:
		r.reject(offset, text, outcome.refused.Error())
	default:
		r.rows++
	}
}

func (r *reading) reject(offset int64, text []byte, reason string) {
	r.refuse++
	if r.first == 0 {
		r.first = r.lines
	}
	const most = 4096 // bytes of a refused line that are kept
	r.batch.Rejects = append(r.batch.Rejects, warehouse.Reject{Line: r.lines, Offset: offset, Text: bytes.Clone(text[:min(len(text), most)]), Reason: reason})
}

// tooMany reports whether so many lines were refused that the file is not what it
// should be. Before its end, a file has to be well beyond the limit.
func (r *reading) tooMany(atEnd bool) error {
	limit := r.source.MaxRejected * float64(r.lines)
	if !atEnd {
		limit = max(2*limit, batchRows/2)
	}
	if r.refuse > 1 && float64(r.refuse) > limit {
		return broken("%d of %d lines are refused, the first is line %d: at most %g %% may be", r.refuse, r.lines, r.first, 100*r.source.MaxRejected)
	}
	return nil
}

// entry returns what the ledger is to say of the file, or why it is not loaded.
func (r *reading) entry() (warehouse.FileEntry, error) {
	if err := r.tooMany(true); err != nil {
		return warehouse.FileEntry{}, err
	}
	if r.strays > 1 && float64(r.strays) > strayShare*float64(r.lines) {
		return warehouse.FileEntry{}, broken("%d of %d events lie outside its hour, the first is %s", r.strays, r.lines, r.stray)
	}
	if r.lines != r.rows+r.refuse+r.drop {
		return warehouse.FileEntry{}, fmt.Errorf("%s: %d lines are not %d loaded, %d refused and %d left out", r.object.name, r.lines, r.rows, r.refuse, r.drop)
	}
	entry := warehouse.FileEntry{File: r.source.file(r.object, hex.EncodeToString(r.hash.Sum(nil)))}
	entry.Lines, entry.Loaded, entry.Rejected, entry.Filtered, entry.FirstError = r.lines, r.rows, r.refuse, r.drop, r.first
	for day, rows := range r.days {
		entry.Days = append(entry.Days, warehouse.FileDay{Day: day, Rows: rows})
	}
	slices.SortFunc(entry.Days, func(a, b warehouse.FileDay) int { return int(a.Day - b.Day) })
	return entry, nil
}

// file returns the part of a ledger entry that is known before a file is read.
func (s *compiled) file(o object, checksum string) warehouse.File {
	from := s.calendar.DayOf(o.hour)
	to := s.calendar.DayOf(o.hour.Add(time.Hour-time.Microsecond)) + 1
	return warehouse.File{Path: o.name, Checksum: checksum, Definition: s.definition + " " + o.fingerprint(), Size: o.size, From: from, To: to, Host: o.host, Hour: o.hour}
}
