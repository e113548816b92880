package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"gocloud.dev/blob"

	"tearsheet/calendar"
)

// What stands for something in the path of a source.
const (
	hostMark = "{host}"
	dayMark  = "{day}"
	hourMark = "{hour}"
	doneMark = ".done" // a file beside a log says that it is finished
)

// object is a log file that was found.
type object struct {
	key, name string
	host      string
	hour      time.Time
	size      int64
	changed   time.Time
	tag       string // of the store, if it has one
	done      bool   // a marker lies beside it
}

// fingerprint tells whether a file was touched since it was hashed.
func (o object) fingerprint() string {
	return fmt.Sprintf("%d %d %s", o.size, o.changed.UnixMicro(), o.tag)
}

// pattern finds host, day and hour in a key.
type pattern struct {
	prefix           string // what all keys begin with
	text             *regexp.Regexp
	host, day, clock int // groups, or 0
}

func compilePath(text string) (*pattern, error) {
	for _, mark := range []string{dayMark, hourMark} {
		if strings.Count(text, mark) != 1 {
			return nil, fmt.Errorf("path %q: %s has to stand in it, once", text, mark)
		}
	}
	if strings.Count(text, hostMark) > 1 {
		return nil, fmt.Errorf("path %q: {host} stands twice", text)
	}
	p := &pattern{prefix: text[:strings.IndexAny(text, "{*")]}
	var b strings.Builder
	b.WriteString("^")
	group := 0
	for rest := text; rest != ""; {
		switch {
		case strings.HasPrefix(rest, hostMark):
			group++
			p.host, rest = group, rest[len(hostMark):]
			b.WriteString(`([^/]+?)`)
		case strings.HasPrefix(rest, dayMark):
			group++
			p.day, rest = group, rest[len(dayMark):]
			b.WriteString(`(\d{4}-\d{2}-\d{2})`)
		case strings.HasPrefix(rest, hourMark):
			group++
			p.clock, rest = group, rest[len(hourMark):]
			b.WriteString(`(\d{2})`)
		case rest[0] == '*':
			rest = rest[1:]
			b.WriteString(`[^/]*`)
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			rest = rest[1:]
		}
	}
	p.text = regexp.MustCompile(b.String() + "$")
	return p, nil
}

// match reads host and hour from a key.
func (p *pattern) match(key string) (host string, hour time.Time, ok bool) {
	m := p.text.FindStringSubmatch(key)
	if m == nil {
		return "", time.Time{}, false
	}
	day, err := calendar.ParseDay(m[p.day])
	hour, clockErr := time.Parse("15", m[p.clock])
	if err != nil || clockErr != nil {
		return "", time.Time{}, false
	}
	if p.host > 0 {
		host = m[p.host]
	}
	return host, day.Time().Add(time.Duration(hour.Hour()) * time.Hour), true
}

// found is what lies in a bucket.
type found struct {
	objects  []object // by name
	unknown  []string // hosts that are not expected
	misnamed []string // keys that look like logs and are not of the path
}

// find lists the files of a source, in the order of their names.
func find(ctx context.Context, s Source) (found, error) {
	p, err := compilePath(s.Path)
	if err != nil {
		return found{}, err
	}
	var f found
	done := map[string]bool{}
	list := s.Bucket.List(&blob.ListOptions{Prefix: p.prefix})
	for {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return found{}, &PlaceError{Place: s.Place, Err: err}
		}
		if strings.HasSuffix(o.Key, doneMark) {
			done[strings.TrimSuffix(o.Key, doneMark)] = true
			continue
		}
		host, hour, ok := p.match(o.Key)
		switch {
		case !ok:
			f.misnamed = append(f.misnamed, o.Key)
		case len(s.Hosts) > 0 && !slices.Contains(s.Hosts, host):
			f.unknown = append(f.unknown, host)
		default:
			f.objects = append(f.objects, object{key: o.Key, name: path.Join(s.Place, o.Key), host: host, hour: hour,
				size: o.Size, changed: o.ModTime, tag: fmt.Sprintf("%x", o.MD5)})
		}
	}
	if strings.Contains(s.Place, "://") { // path.Join makes one slash of two
		for i := range f.objects {
			f.objects[i].name = strings.TrimSuffix(s.Place, "/") + "/" + f.objects[i].key
		}
	}
	slices.SortFunc(f.objects, func(a, b object) int { return strings.Compare(a.name, b.name) })
	for i := range f.objects {
		f.objects[i].done = done[f.objects[i].key]
	}
	slices.Sort(f.unknown)
	f.unknown = slices.Compact(f.unknown)
	return f, nil
}

// finished splits off the files that may still grow: the last one of a host, if it was
// changed a moment ago and no marker says that it is done.
func finished(objects []object, now time.Time) (done, growing []object) {
	last := map[string]time.Time{}
	for _, o := range objects {
		if o.hour.After(last[o.host]) {
			last[o.host] = o.hour
		}
	}
	for _, o := range objects {
		if !o.done && o.hour.Equal(last[o.host]) && now.Sub(o.changed) < settles {
			growing = append(growing, o)
			continue
		}
		done = append(done, o)
	}
	return done, growing
}

// PlaceError says that a folder or a bucket could not be read.
type PlaceError struct {
	Place string
	Err   error
}

func (e *PlaceError) Error() string { return e.Place + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }
