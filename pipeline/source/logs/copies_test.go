package logs

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"

	"tearsheet/calendar"
)

func TestA05SameContentUnderAnotherNameIsHeld(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.fill()
	content := zip(events(hour(10), 5, 7))
	p.put(key("web-1", hour(10)), content)
	p.load()
	copied := "web-1/2026-11-11-10.1.log.gz"
	p.put(copied, content)
	for range 2 { // it is told every night
		report := p.load()
		wantProblem(t, report.Held, "logs/"+copied, "the same bytes as logs/web-1/2026-11-11-10.log.gz")
		if len(report.Held) == 1 && !strings.Contains(report.Held[0].Hint, "--accept logs/"+copied) {
			t.Errorf("hint: %s", report.Held[0].Hint)
		}
		p.wantRows(47*3 + 7)
	}
	p.accept = []string{"logs/" + copied}
	if report := p.load(); report.Loaded != 1 || len(report.Held) != 0 {
		t.Errorf("accepted: %+v", report)
	}
	p.wantRows(47*3 + 14)
	p.accept = nil
	p.source.Drop = map[string][]string{"action": {"nothing"}} // all is read again by other rules
	if report := p.load(); report.Loaded != 49 || len(report.Held) != 0 {
		t.Errorf("what was accepted is asked again: %+v", report)
	}
	p.wantRows(47*3 + 14)
}

func TestA05RenamedFileIsHeldAndTheOldOneStays(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	renamed := "web-1/2026-11-11-10.renamed.gz"
	if err := os.Rename(filepath.Join(p.dir, key("web-1", hour(10))), filepath.Join(p.dir, renamed)); err != nil {
		t.Fatal(err)
	}
	report := p.load()
	wantProblem(t, report.Held, "logs/"+renamed, "the same bytes")
	if hint := "if it was renamed, tearsheet run --forget logs/" + key("web-1", hour(10)); len(report.Held) == 1 && !strings.Contains(report.Held[0].Hint, hint) {
		t.Errorf("hint: %s", report.Held[0].Hint)
	}
	p.wantRows(24 * 3)
	p.wantCoverage(wednesday, 24, 24)
	// When what it copies is replaced, it is a copy no more.
	p.put(key("web-1", hour(10)), zip(events(hour(10), 66, 4)))
	p.load()
	if report := p.load(); len(report.Held) != 0 || report.Loaded != 1 {
		t.Errorf("nothing has its bytes any more: %+v", report)
	}
	p.wantRows(24*3 + 4)
}

func TestA05TwoNewCopiesAndEmptyFiles(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	content := zip(events(hour(10), 5, 7))
	for _, host := range p.source.Hosts {
		p.put(key(host, hour(10)), content)
		p.put(key(host, hour(11)), zip(""))
	}
	report := p.load()
	wantProblem(t, report.Held, "logs/"+key("web-2", hour(10)), "the same bytes as logs/web-1")
	p.wantRows(7)
	if report.Loaded != 3 {
		t.Errorf("%d files are loaded: two without lines are no copies of each other", report.Loaded)
	}
}

// Somebody accepts a copy by mistake. Taking it out leaves what would be there had it
// never been accepted, whether the copy was deleted or lies there still.
func TestAcceptedCopyCanBeTakenOut(t *testing.T) {
	copied := "web-1/2026-11-11-10.1.log.gz"
	for name, deleted := range map[string]bool{"deleted": true, "still there": false} {
		t.Run(name, func(t *testing.T) {
			p, never := newPlace(t, "web-1"), newPlace(t, "web-1")
			for _, at := range []*place{p, never} {
				at.fill()
				at.load()
				at.put(copied, zip(events(hour(10), 10, 3)))
				at.load()
			}
			p.wantRows(24 * 3)
			p.accept = []string{"logs/" + copied}
			p.load()
			p.wantRows(25 * 3)
			p.accept = nil
			if deleted {
				for _, at := range []*place{p, never} {
					if err := os.Remove(filepath.Join(at.dir, copied)); err != nil {
						t.Fatal(err)
					}
				}
				if report := p.load(); report.Loaded > 0 || len(report.Changed) > 0 {
					t.Errorf("what was loaded of a log stays when the log is deleted: %+v", report)
				}
				p.wantRows(25 * 3)
			}
			p.forget = []string{"logs/" + copied, "logs/of nowhere"}
			report := p.load()
			if report.Forgotten != 1 || !slices.Equal(report.Changed, []calendar.Day{wednesday}) || len(report.Held) != map[bool]int{true: 0, false: 1}[deleted] {
				t.Errorf("%+v", report)
			}
			p.wantRows(24 * 3)
			p.wantCoverage(wednesday, 24, 24)
			p.forget = nil
			if report := p.load(); report.Loaded > 0 || len(report.Changed) > 0 {
				t.Errorf("it came back: %+v", report)
			}
			if deleted { // the entry of the held copy stays where it was never accepted
				never.forget = []string{"logs/" + copied}
				never.load()
			}
			if got, want := p.dump(), never.dump(); got != want {
				t.Errorf("it is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A file that is taken out and lies there still, and is no copy, is loaded again.
func TestFileThatIsTakenOutAndIsThereIsNew(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	before := p.dump()
	p.forget = []string{"logs/" + key("web-1", hour(10))}
	if report := p.load(); report.Forgotten != 1 || report.Loaded != 1 || len(report.Changed) > 0 {
		t.Errorf("%+v", report)
	}
	if got := p.dump(); got != before {
		t.Errorf("it is\n%s\nwant\n%s", got, before)
	}
}

// All files are read again when the rules change. A copy that is held stays held, also if
// it comes first by name.
func TestA05HeldCopyStaysHeldWhenTheRulesChange(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	copied := "web-1/2026-11-11-03.copy.log.gz"
	if copied > key("web-1", hour(3)) {
		t.Fatal("the copy has to come first")
	}
	p.put(copied, zip(events(hour(3), 3, 3)))
	p.load()
	p.source.MaxRejected = 0.02
	for range 2 {
		wantProblem(t, p.load().Held, "logs/"+copied, "the same bytes as logs/"+key("web-1", hour(3)))
		p.wantRows(24 * 3)
	}
}

// store is a bucket in memory whose tags are no checksums, as with keys of one's own, and
// some of whose readings break off.
type store struct {
	driver.Bucket
	content map[string][]byte
	tags    bool
	breaks  map[string]int // how many readings of a key break in the middle
}

func (s *store) ErrorCode(error) gcerrors.ErrorCode { return gcerrors.Unknown }
func (s *store) As(any) bool                        { return false }
func (s *store) ErrorAs(error, any) bool            { return false }
func (s *store) Close() error                       { return nil }

func (s *store) ListPaged(_ context.Context, o *driver.ListOptions) (*driver.ListPage, error) {
	page := &driver.ListPage{}
	for name, content := range s.content {
		object := &driver.ListObject{Key: name, Size: int64(len(content)), ModTime: hour(25), AsFunc: func(any) bool { return false }}
		if s.tags {
			sum := md5.Sum([]byte("the encrypted " + name))
			object.MD5 = sum[:]
		}
		page.Objects = append(page.Objects, object)
	}
	return page, nil
}

func (s *store) NewRangeReader(_ context.Context, name string, _, _ int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	content := s.content[name]
	if s.breaks[name] > 0 {
		s.breaks[name]--
		return stored{io.MultiReader(bytes.NewReader(content[:len(content)/2]), iotest.ErrReader(errors.New("connection reset"))), len(content)}, nil
	}
	return stored{bytes.NewReader(content), len(content)}, nil
}

type stored struct {
	io.Reader
	size int
}

func (s stored) Close() error { return nil }
func (s stored) As(any) bool  { return false }
func (s stored) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{Size: int64(s.size)}
}

// What tells copies before they are read may fail: tags that look like checksums, a
// reading that breaks off. Then it shows when they have been read.
func TestA05CopyThatNothingToldIsHeldWhenItIsRead(t *testing.T) {
	copied := "web-1/2026-11-11-03.z.log.gz"
	for name, s := range map[string]*store{
		"plain":                  {},
		"tags are no checksums":  {tags: true},
		"a reading breaks off":   {breaks: map[string]int{copied: 1}},
		"both of them break off": {breaks: map[string]int{copied: 1, key("web-1", hour(3)): 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, "web-1")
			s.content = map[string][]byte{copied: zip(events(hour(3), 3, 3))}
			for n := range 24 {
				s.content[key("web-1", hour(n))] = zip(events(hour(n), n, 3))
			}
			p.source.Bucket = blob.NewBucket(s)
			t.Cleanup(func() { p.source.Bucket.Close() })
			for range 3 {
				if report := p.load(); len(report.Held) != 1 || !strings.Contains(report.Held[0].Text, "the same bytes as") {
					t.Errorf("%+v", report)
				}
				p.wantRows(24 * 3)
				p.wantCoverage(wednesday, 24, 24)
			}
		})
	}
}
