package logs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"gocloud.dev/gcerrors"

	"tearsheet/warehouse"
)

// desk is what a worker reads with, one file after the other in the same memory.
type desk struct {
	source *compiled
	now    time.Time
	batch  *warehouse.Batch
	row    rowParser
	head   *bufio.Reader // of the packed bytes
	body   *bufio.Reader // of the text
	unzip  *gzip.Reader  // nil before the first file
}

func newDesk(source *compiled, now time.Time) *desk {
	return &desk{source: source, now: now, batch: new(warehouse.Batch), row: rowParser{source: source, decoded: make([]byte, 0, 4096)},
		head: bufio.NewReaderSize(nil, 1<<16), body: bufio.NewReaderSize(nil, longestLine)}
}

func (d *desk) reading(o object) *reading {
	return &reading{desk: d, object: o, id: warehouse.FileID(d.source.Table, o.name)}
}

// text returns the unpacked text of the file.
func (r *reading) text() (*bufio.Reader, error) {
	r.head.Reset(packed{r})
	magic, err := r.head.Peek(2)
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
		r.body.Reset(unpacked{r.head, r})
		return r.body, nil
	}
	if r.unzip == nil {
		r.unzip, err = gzip.NewReader(r.head)
	} else {
		err = r.unzip.Reset(r.head)
	}
	if err != nil {
		return nil, r.explain(err)
	}
	r.body.Reset(unpacked{r.unzip, r})
	return r.body, nil
}

// packed reads the bytes of the file, and hashes them as they pass.
type packed struct{ r *reading }

func (p packed) Read(b []byte) (int, error) {
	n, err := p.r.raw.Read(b)
	p.r.hash.Write(b[:n])
	p.r.packed += int64(n)
	if err != nil && err != io.EOF {
		p.r.failed = p.r.source.unread(p.r.object, err)
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
	if u.r.unpacked > mostBytes || u.r.unpacked > small && u.r.unpacked/mostRatio > u.r.raw.Size() {
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

// unopened says what it means that a file cannot be opened, although it was listed.
func (s *compiled) unopened(ctx context.Context, o object, err error) error {
	if ctx.Err() == nil && gcerrors.Code(err) == gcerrors.NotFound {
		if o.link {
			return &brokenError{text: "is a link to a file that is not there", unread: true}
		}
		return &laterError{text: "vanished since it was listed", gone: true}
	}
	return s.unread(o, err)
}

// unread says what it means that bytes of a file cannot be had: of a single file, that
// it is broken until it can be read; of anything else, that the place is down.
func (s *compiled) unread(o object, err error) error {
	var file *fs.PathError
	switch {
	case errors.Is(err, fs.ErrPermission), gcerrors.Code(err) == gcerrors.PermissionDenied:
		return &brokenError{text: "may not be read: permission denied", unread: true}
	case errors.As(err, &file):
		return &brokenError{text: fmt.Sprintf("cannot be read: %v", file.Err), unread: true}
	}
	return &PlaceError{Place: s.Place, Err: fmt.Errorf("%s: %w", o.key, err)}
}
