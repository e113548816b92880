// Package logline reads one line of a log: a form such as
//
//	{date} {time} {photo_id} {action} {user_id} {address} {request}
//
// is compiled once, and cuts lines into fields; columns take their values from the
// fields, typed. It reads bytes and makes no text, knows no file and no day. A line
// that is not of the form is refused with a reason and the byte at which it failed;
// it never becomes another line.
package logline

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Form is a compiled form of a line. It is immutable.
type Form struct {
	prefix []byte // before the first field
	fields []field
	at     []int // places of the fields that make the instant: one, or date and time
	clock  clock
}

type field struct {
	name  string
	until []byte // the text after the field; empty for the last one
}

// clock says how the instant of a line is written.
type clock int

const (
	dateAndTime  clock = iota // {date} 2015-02-10 and {time} 10:24:31.32444, UTC
	isoInstant                // {at} 2015-02-10T10:24:31.32444Z, or with an offset
	epochSeconds              // {epoch} 1423563871, or with a fraction
	epochMillis               // {epoch_ms} 1423563871324
	clfTime                   // {clf_time} 10/Feb/2015:10:24:31 +0000
)

// clocks are the fields that make an instant.
func clocks() map[string]clock {
	return map[string]clock{"at": isoInstant, "epoch": epochSeconds, "epoch_ms": epochMillis, "clf_time": clfTime}
}

// FormError says what is wrong with the text of a form, and at which byte.
type FormError struct {
	Offset int
	Text   string
}

func (e *FormError) Error() string { return fmt.Sprintf("column %d: %s", e.Offset+1, e.Text) }

// Compile reads the text of a form: fields in braces, and between them the text that
// separates them.
func Compile(text string) (*Form, error) {
	f := new(Form)
	rest, offset := text, 0
	open := strings.IndexByte(rest, '{')
	if open < 0 {
		return nil, &FormError{0, "the form has no fields: {date} {time} {action} …"}
	}
	f.prefix = []byte(rest[:open])
	for rest, offset = rest[open:], open; rest != ""; {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return nil, &FormError{offset, "a field is not closed: write {name}"}
		}
		name := rest[1:end]
		if !plain(name) {
			return nil, &FormError{offset, fmt.Sprintf("{%s} is no name: the letters a-z, digits and _", name)}
		}
		if f.place(name) >= 0 {
			return nil, &FormError{offset, fmt.Sprintf("{%s} stands twice", name)}
		}
		rest, offset = rest[end+1:], offset+end+1
		next := strings.IndexByte(rest, '{')
		if next < 0 {
			next = len(rest)
		}
		until := rest[:next]
		if until == "" && rest != "" {
			return nil, &FormError{offset, "nothing separates two fields"}
		}
		f.fields = append(f.fields, field{name, []byte(until)})
		rest, offset = rest[next:], offset+next
	}
	return f, f.findInstant()
}

func plain(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// findInstant finds the fields that make the instant of a line.
func (f *Form) findInstant() error {
	date, clockField := f.place("date"), f.place("time")
	if date >= 0 && clockField >= 0 {
		f.at, f.clock = []int{date, clockField}, dateAndTime
		return nil
	}
	for name, kind := range clocks() {
		if at := f.place(name); at >= 0 {
			f.at, f.clock = []int{at}, kind
			return nil
		}
	}
	return &FormError{0, "nothing in the form says when: {date} {time}, {at}, {epoch}, {epoch_ms} or {clf_time}"}
}

func (f *Form) place(name string) int {
	for i, field := range f.fields {
		if field.name == name {
			return i
		}
	}
	return -1
}

// Fields returns the names of the fields, in their order.
func (f *Form) Fields() []string {
	var names []string
	for _, field := range f.fields {
		names = append(names, field.name)
	}
	return names
}

// Refusal says why a line was refused, and at which of its bytes.
type Refusal struct {
	Offset int
	Reason string
}

func (r *Refusal) Error() string { return fmt.Sprintf("byte %d: %s", r.Offset+1, r.Reason) }

func refuse(offset int, format string, args ...any) *Refusal {
	return &Refusal{offset, fmt.Sprintf(format, args...)}
}

// Line is a line cut into its fields. Its fields lie in the text of the line.
type Line struct {
	text   []byte
	starts []int
	ends   []int
}

// Cut cuts a line, without its end, into the fields of the form.
func (f *Form) Cut(text []byte, line *Line) *Refusal {
	line.text, line.starts, line.ends = text, line.starts[:0], line.ends[:0]
	if !bytes.HasPrefix(text, f.prefix) {
		return refuse(0, "does not begin with %q", f.prefix)
	}
	at := len(f.prefix)
	for i := range f.fields {
		until := f.fields[i].until
		end := len(text)
		switch {
		case len(until) == 0: // the last field takes the rest
		case len(until) == 1:
			n := bytes.IndexByte(text[at:], until[0])
			if n < 0 {
				return f.short(i, at)
			}
			end = at + n
		default:
			n := bytes.Index(text[at:], until)
			if n < 0 {
				return f.short(i, at)
			}
			end = at + n
		}
		line.starts, line.ends = append(line.starts, at), append(line.ends, end)
		at = end + len(until)
	}
	if at < len(text) {
		return refuse(at, "something follows the last field")
	}
	return nil
}

func (f *Form) short(i, at int) *Refusal {
	return refuse(at, "field %s is the last: %q and %d more fields are missing", f.fields[i].name, f.fields[i].until, len(f.fields)-1-i)
}

// Field returns the bytes of the field at a place.
func (l *Line) Field(place int) []byte { return l.text[l.starts[place]:l.ends[place]] }

// Start returns the byte of the line at which the field at a place begins.
func (l *Line) Start(place int) int { return l.starts[place] }

// Instant returns the instant of a line, in microseconds since 1970 UTC.
func (f *Form) Instant(line *Line) (int64, *Refusal) {
	first := f.at[0]
	text, offset := line.Field(first), line.starts[first]
	switch f.clock {
	case dateAndTime:
		date, ok := parseDate(text)
		if !ok {
			return 0, refuse(offset, "%s is not a date such as 2015-02-10", excerpt(text))
		}
		second := f.at[1]
		micros, ok := parseTime(line.Field(second))
		if !ok {
			return 0, refuse(line.starts[second], "%s is not a time of day such as 10:24:31.324", excerpt(line.Field(second)))
		}
		return date*microsPerDay + micros, nil
	case epochSeconds:
		if micros, ok := parseEpoch(text, 1_000_000); ok {
			return micros, nil
		}
	case epochMillis:
		if micros, ok := parseEpoch(text, 1_000); ok {
			return micros, nil
		}
	case isoInstant:
		if micros, ok := parseISO(text); ok {
			return micros, nil
		}
	case clfTime:
		if at, err := time.Parse("02/Jan/2006:15:04:05 -0700", string(text)); err == nil {
			return at.UnixMicro(), nil
		}
	}
	return 0, refuse(offset, "%s is not an instant", excerpt(text))
}

// excerpt quotes the beginning of what a line holds.
func excerpt(text []byte) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
