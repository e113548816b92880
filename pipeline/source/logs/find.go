package logs

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

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
	tag       string // what the store says of its state, if it does
	link      bool   // its size and times are not those of the bytes
	done      bool   // a marker lies beside it
}

// fingerprint tells whether a file was touched since it was hashed; "" cannot.
func (o object) fingerprint() string {
	if o.link {
		return ""
	}
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
	objects  []object        // by name
	unknown  map[string]int  // hosts that are not expected, and how many files each has
	early    map[string]bool // names of files of before Since
	misnamed []string        // keys that look like logs and are not of the path
}

// find lists the files of a source, in the order of their names. Those of hours before
// Since are not wanted.
func find(ctx context.Context, s Source, since time.Time) (found, error) {
	p, err := compilePath(s.Path)
	if err != nil {
		return found{}, err
	}
	listed, err := list(ctx, s.Bucket, p.prefix)
	if err != nil {
		return found{}, &PlaceError{Place: s.Place, Err: err}
	}
	f := found{unknown: map[string]int{}, early: map[string]bool{}}
	done := map[string]bool{}
	for _, o := range listed {
		if strings.HasSuffix(o.Key, doneMark) {
			done[strings.TrimSuffix(o.Key, doneMark)] = true
			continue
		}
		host, hour, ok := p.match(o.Key)
		switch {
		case !ok:
			f.misnamed = append(f.misnamed, o.Key)
		case len(s.Hosts) > 0 && !slices.Contains(s.Hosts, host):
			f.unknown[host]++
		case hour.Add(time.Hour).After(since):
			f.objects = append(f.objects, newObject(s, o, host, hour))
		default:
			f.early[s.nameOf(o.Key)] = true
		}
	}
	slices.SortFunc(f.objects, func(a, b object) int { return strings.Compare(a.name, b.name) })
	for i := range f.objects {
		f.objects[i].done = done[f.objects[i].key]
	}
	return f, nil
}

func newObject(s Source, listed *blob.ListObject, host string, hour time.Time) object {
	o := object{key: listed.Key, name: s.nameOf(listed.Key), host: host, hour: hour, size: listed.Size, changed: listed.ModTime}
	var info fs.FileInfo
	switch {
	case len(listed.MD5) > 0:
		o.tag = hex.EncodeToString(listed.MD5)
	case listed.As(&info):
		o.tag, o.link = changeOf(info), !info.Mode().IsRegular()
	}
	return o
}

// nameOf returns what the ledger and people call the file of a key.
func (s Source) nameOf(key string) string { return strings.TrimSuffix(s.Place, "/") + "/" + key }

// list lists a bucket in as few pages as its store allows, each key once. A folder is
// walked anew for each page, and not in the order that pages need: files of a host web and
// a host web-1 come twice. One from which a file vanishes meanwhile is walked again.
func list(ctx context.Context, bucket *blob.Bucket, prefix string) ([]*blob.ListObject, error) {
	const pageSize, attempts = 1 << 17, 5
	var all []*blob.ListObject
	failures := 0
	for token := blob.FirstPageToken; len(token) > 0; {
		page, next, err := bucket.ListPage(ctx, token, pageSize, &blob.ListOptions{Prefix: prefix})
		switch {
		case err == nil:
			all, token = append(all, page...), next
		case gcerrors.Code(err) == gcerrors.NotFound && len(all) == 0 && failures < attempts:
			failures++
		default:
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b *blob.ListObject) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(all, func(a, b *blob.ListObject) bool { return a.Key == b.Key }), nil
}

// noteLocked reports folders that may not be read: to the list they look empty. Their
// hours are open. Only folders are asked, and only those of which nothing was listed; a
// bucket refuses the list as a whole.
func (l *loader) noteLocked(ctx context.Context, objects []object) {
	var root os.FileInfo
	if !l.Bucket.As(&root) {
		return
	}
	listed := map[string]bool{} // folders
	for _, o := range objects {
		listed[path.Dir(o.key)] = true
	}
	hosts := l.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	_, end := l.calendar.Bounds(l.calendar.DayOf(l.options.Now))
	step := folderStep(path.Dir(l.Path), end.Sub(l.since()))
	there := map[hourKey]bool{}
	for _, entry := range l.known {
		if loaded(entry) && !slices.Contains(l.options.Forget, entry.Path) {
			there[hourKey{entry.Host, entry.Hour.Unix()}] = true
		}
	}
	told := map[string]bool{} // folders that refuse
	l.refuse = told
	for _, host := range hosts {
		for from := l.since().Truncate(min(step, dayLong)); from.Before(end); from = from.Add(step) {
			key := strings.NewReplacer(hostMark, host, dayMark, from.Format(time.DateOnly), hourMark, from.Format("15"), "*", "x").Replace(l.Path)
			if listed[path.Dir(key)] || !l.refused(ctx, key, host, told) {
				continue
			}
			for hour := from; hour.Before(from.Add(step)); hour = hour.Add(time.Hour) {
				if at := (hourKey{host, hour.Unix()}); !there[at] {
					l.open[at] = true
				}
			}
		}
	}
}

// refused reports whether the right is lacking to look for a key. The highest folder that
// refuses is told, once, and not asked again.
func (l *loader) refused(ctx context.Context, key, host string, told map[string]bool) bool {
	for in := path.Dir(key); in != "."; in = path.Dir(in) {
		if told[in] {
			return true
		}
	}
	if !l.locked(ctx, key) {
		return false
	}
	folder := path.Dir(key)
	for folder != "." && path.Dir(folder) != "." && l.locked(ctx, folder) {
		folder = path.Dir(folder)
	}
	told[folder] = true
	l.report.Broken = append(l.report.Broken, Problem{Name: l.nameOf(folder), Host: host,
		Text: "may not be read: permission denied", Hint: "give the right to read it; the next run takes its files"})
	return true
}

// behind reports whether a file lies in a folder that refuses.
func (l *loader) behind(name string) bool {
	for folder := range l.refuse {
		if strings.HasPrefix(name, l.nameOf(folder)+"/") {
			return true
		}
	}
	return false
}

const dayLong = 24 * time.Hour // of UTC

// folderStep returns for how long the files of a host go into one folder, of a form that
// is given: an hour, a day, or all the while.
func folderStep(form string, all time.Duration) time.Duration {
	switch {
	case strings.Contains(form, hourMark):
		return time.Hour
	case strings.Contains(form, dayMark):
		return dayLong
	}
	return max(all, 0) + dayLong
}

// locked reports whether the right is lacking to look for a key in its folder.
func (l *loader) locked(ctx context.Context, key string) bool {
	_, err := l.Bucket.Attributes(ctx, key)
	return errors.Is(err, fs.ErrPermission) || gcerrors.Code(err) == gcerrors.PermissionDenied
}

// since returns the first hour of which files are read.
func (l *loader) since() time.Time {
	from, _ := l.calendar.Bounds(l.Since)
	return from.Truncate(time.Hour)
}

// finished splits off the files that may still grow: the last one of a host, if it was
// changed a moment ago and no marker says that it is done, and those of hours to come. One
// that was changed long after now is of a history that is read at an earlier date.
func finished(objects []object, now time.Time) (done, growing []object) {
	last := map[string]time.Time{}
	for _, o := range objects {
		if o.hour.After(last[o.host]) {
			last[o.host] = o.hour
		}
	}
	for _, o := range objects {
		age := now.Sub(o.changed)
		young := age < settles && age > -settles
		if o.hour.After(now) || !o.done && o.hour.Equal(last[o.host]) && young {
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
