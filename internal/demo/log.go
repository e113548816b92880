package demo

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"time"
)

// event is something that a server writes a line about.
type event struct {
	at      int64 // second
	photo   int   // or 0
	action  string
	user    int // or 0: not signed in
	visitor int
	client  client
	request string
}

// log is what the servers write down in a day.
type log struct{ entries []entry }

// entry is a line of a log without its end.
type entry struct {
	at   int64 // millisecond
	host host
	text string
}

// host is a server that writes a log of its own.
type host int

const (
	web1 host = iota
	web2
	api1 // what the apps talk to
	hosts
)

func (h host) String() string { return [...]string{"web-1", "web-2", "api-1"}[h] }

// Hosts returns the names of the servers that write logs.
func Hosts() []string {
	var names []string
	for h := range hosts {
		names = append(names, h.String())
	}
	return names
}

// write writes an event down on the server that served it: one of two for the web, by
// the visitor, and another one for the apps.
func (d *day) write(e event) {
	if d.date < LogsFrom() {
		return
	}
	on := api1
	if e.client == web {
		on = host((e.visitor + int(d.date)) % 2)
	}
	at := e.at*1000 + d.dust.Int64N(1000)
	text := make([]byte, 0, 160)
	text = time.UnixMilli(at).UTC().AppendFormat(text, "2006-01-02 15:04:05.000")
	text = fmt.Appendf(text, " %s %s %s %s %s", orDash(e.photo), e.action, orDash(e.user), address(e.visitor), e.request)
	d.entries = append(d.entries, entry{at, on, string(text)})
}

// orDash writes an id, or - for none.
func orDash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// address returns where a visitor is at home: a few are on IPv6.
func address(visitor int) string {
	n := uint32(visitor) * 2_654_435_761 // spreads them
	if n%50 == 0 {
		return fmt.Sprintf("2001:db8:%x:%x::1", n>>16, n&0xffff)
	}
	return fmt.Sprintf("%d.%d.%d.%d", 24+n>>24%64, n>>16&0xff, n>>8&0xff, 1+n%250)
}

// hour is the log of a server for an hour, as a file holds it.
type hour struct {
	host  host
	from  time.Time
	lines []entry
}

// name returns the path of its file below the project's folder.
func (h hour) name() string { return logName(h.host, h.from) }

func logName(h host, from time.Time) string {
	return fmt.Sprintf("logs/%s/%s.log.gz", h, from.UTC().Format("2006-01-02-15"))
}

// hours returns the files of a day in the order of their hours. The hours of a local
// day are whole hours of UTC, of which there are 23 to 25.
func (l log) hours(from, to time.Time) []hour {
	slices.SortStableFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	files := make([]hour, 0, int(to.Sub(from).Hours())*int(hosts))
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		for h := range hosts {
			files = append(files, hour{host: h, from: at, lines: []entry{healthcheck(h, at.Add(20*time.Minute))}})
		}
	}
	for _, line := range l.entries {
		at := int((line.at - from.UnixMilli()) / time.Hour.Milliseconds())
		file := &files[at*int(hosts)+int(line.host)]
		file.lines = append(file.lines, line)
	}
	for i := range files {
		file := &files[i]
		file.lines = append(file.lines, healthcheck(file.host, file.from.Add(50*time.Minute)))
		slices.SortStableFunc(file.lines, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	}
	return files
}

// healthcheck is a line that is about nobody.
func healthcheck(h host, at time.Time) entry {
	text := at.UTC().Format("2006-01-02 15:04:05.000") + " - healthcheck - 10.0.0.9 /healthz?host=" + h.String()
	return entry{at.UnixMilli(), h, text}
}

// zip writes the file. The gzip header holds no name and no date. z is used again for
// each file, since it is large.
func (h hour) zip(z *gzip.Writer, w io.Writer) error {
	z.Reset(w)
	for _, line := range h.lines {
		if _, err := io.WriteString(z, line.text+"\n"); err != nil {
			return err
		}
	}
	return z.Close()
}
