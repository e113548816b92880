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
)

// Form is a compiled form of a line. It is immutable.
type Form struct {
	text   string
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

// name returns the field that makes an instant that is written in this way.
func (c clock) name() string {
	return [...]string{"date", "at", "epoch", "epoch_ms", "clf_time"}[c]
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
	f := &Form{text: text}
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
	if err := f.findInstant(); err != nil {
		return nil, err
	}
	return f, nil
}

func plain(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// findInstant finds the fields that make the instant of a line.
func (f *Form) findInstant() error {
	for kind := dateAndTime; kind <= clfTime; kind++ {
		at := f.place(kind.name())
		if kind == dateAndTime && f.place("time") < 0 || at < 0 {
			continue
		}
		if f.at != nil {
			return &FormError{strings.Index(f.text, "{"+kind.name()+"}"), fmt.Sprintf("{%s} and {%s} both say when: give one another name", f.clock.name(), kind.name())}
		}
		f.at, f.clock = []int{at}, kind
		if kind == dateAndTime {
			f.at = append(f.at, f.place("time"))
		}
	}
	if f.at == nil {
		return &FormError{0, "nothing in the form says when: {date} {time}, {at}, {epoch}, {epoch_ms} or {clf_time}"}
	}
	return nil
}

func (f *Form) place(name string) int {
	for i, field := range f.fields {
		if field.name == name {
			return i
		}
	}
	return -1
}

// String returns the text of which the form was made.
func (f *Form) String() string { return f.text }

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
	mended bool
}

// Mended reports whether Instant read the line after a repair: an en dash in a date,
// which word processors make of a hyphen.
func (l *Line) Mended() bool { return l.mended }

// Cut cuts a line, without its end, into the fields of the form. Where single blanks
// separate the fields, two in a row are refused: one of the fields may be missing, and
// the others would be taken for their neighbours.
func (f *Form) Cut(text []byte, line *Line) *Refusal {
	line.text, line.starts, line.ends, line.mended = text, line.starts[:0], line.ends[:0], false
	if !bytes.HasPrefix(text, f.prefix) {
		return refuse(0, "does not begin with %q", f.prefix)
	}
	at := len(f.prefix)
	for i := range f.fields {
		until := f.fields[i].until
		n := find(text[at:], until)
		switch {
		case n < 0:
			return f.short(i, at)
		case n == 0 && len(until) == 1 && until[0] == ' ':
			return refuse(at, "field %s is empty: a blank too many, or something is missing", f.fields[i].name)
		}
		line.starts, line.ends = append(line.starts, at), append(line.ends, at+n)
		at += n + len(until)
	}
	if at < len(text) {
		return refuse(at, "something follows the last field")
	}
	return nil
}

// find returns where the text after a field begins, or -1: the end if there is none. A
// quote that a backslash guards is a part of the field.
func find(text, until []byte) int {
	switch {
	case len(until) == 0:
		return len(text)
	case until[0] == '"':
		return findQuote(text, until)
	case len(until) == 1:
		return bytes.IndexByte(text, until[0])
	}
	return bytes.Index(text, until)
}

func findQuote(text, until []byte) int {
	for from := 0; ; {
		n := bytes.Index(text[from:], until)
		if n < 0 {
			return -1
		}
		guards := 0
		for guards < from+n && text[from+n-1-guards] == '\\' {
			guards++
		}
		if guards%2 == 0 {
			return from + n
		}
		from += n + 1
	}
}

func (f *Form) short(i, at int) *Refusal {
	if i == len(f.fields)-1 {
		return refuse(at, "field %s does not end with %q", f.fields[i].name, f.fields[i].until)
	}
	return refuse(at, "no %q follows field %s, after which come %d more", f.fields[i].until, f.fields[i].name, len(f.fields)-1-i)
}

// Field returns the bytes of the field at a place.
func (l *Line) Field(place int) []byte { return l.text[l.starts[place]:l.ends[place]] }

// Start returns the byte of the line at which the field at a place begins.
func (l *Line) Start(place int) int { return l.starts[place] }

// Instant returns the instant of a line, in microseconds since 1970 UTC; what is finer is
// cut off.
func (f *Form) Instant(line *Line) (int64, *Refusal) {
	first := f.at[0]
	micros, ok := f.parse(line.Field(first))
	if !ok { // a repair costs nothing where there is nothing to repair
		var room [48]byte
		if mended, changed := hyphens(line.Field(first), room[:0]); changed {
			micros, ok = f.parse(mended)
			line.mended = ok
		}
	}
	if !ok {
		return 0, refuse(line.starts[first], "%s is not %s", excerpt(line.Field(first)), f.clock.example())
	}
	if f.clock == dateAndTime {
		second := f.at[1]
		ofDay, ok := parseTime(line.Field(second))
		if !ok {
			return 0, refuse(line.starts[second], "%s is not a time of day such as 10:24:31.324", excerpt(line.Field(second)))
		}
		micros += ofDay
	}
	if micros < earliest || micros > latest {
		return 0, refuse(line.starts[first], "%s lies outside the years 1 to 9999", excerpt(line.Field(first)))
	}
	return micros, nil
}

// parse reads the first field of the instant, in microseconds since 1970.
func (f *Form) parse(text []byte) (int64, bool) {
	switch f.clock {
	case epochSeconds:
		return parseEpoch(text, 1_000_000)
	case epochMillis:
		return parseEpoch(text, 1_000)
	case isoInstant:
		return parseISO(text)
	case clfTime:
		return parseCLF(text)
	}
	date, ok := parseDate(text)
	return date * microsPerDay, ok
}

// example says what an instant that is written in this way looks like.
func (c clock) example() string {
	return [...]string{"a date such as 2015-02-10", "an instant such as 2015-02-10T10:24:31.324Z", "seconds since 1970", "milliseconds since 1970",
		"an instant such as 10/Feb/2015:10:24:31 +0000"}[c]
}

// hyphens writes hyphens for the en dashes of a short text.
func hyphens(text, into []byte) ([]byte, bool) {
	if len(text) > 40 || !bytes.Contains(text, []byte(enDash)) {
		return text, false
	}
	for len(text) > 0 {
		if bytes.HasPrefix(text, []byte(enDash)) {
			into, text = append(into, '-'), text[len(enDash):]
			continue
		}
		into, text = append(into, text[0]), text[1:]
	}
	return into, true
}

// excerpt quotes the beginning of what a line holds.
func excerpt(text []byte) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
