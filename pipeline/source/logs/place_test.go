package logs

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob/fileblob"

	"tearsheet/calendar"
	"tearsheet/pipeline/logline"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

// place is a folder with log files, a warehouse, and a clock of its own.
type place struct {
	testing.TB
	dir    string
	w      warehouse.Warehouse
	c      calendar.Calendar
	source Source
	now    time.Time
	runs   int
	// What the next runs are told.
	accept   []string
	forget   []string
	progress func(done, total int, name string)
}

var wednesday = calendar.DayOn(2026, time.November, 11)

const form = "{date} {time} {photo_id} {action} {user_id} {address} {request}"

// newPlace returns a place in which hosts deliver hourly files from wednesday on; it is
// thursday morning.
func newPlace(t testing.TB, hosts ...string) *place {
	t.Helper()
	p := &place{TB: t, dir: t.TempDir(), c: zone(t, "UTC"), now: time.Date(2026, time.November, 12, 8, 30, 0, 0, time.UTC), w: newWarehouse(t)}
	bucket, err := fileblob.OpenBucket(p.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bucket.Close() })
	compiled, err := logline.Compile(form)
	if err != nil {
		t.Fatal(err)
	}
	bigint, text := warehouse.Type{Kind: warehouse.Bigint}, warehouse.Type{Kind: warehouse.Text}
	p.source = Source{Table: "staging.events", Bucket: bucket, Place: "logs", Path: "{host}/{day}-{hour}*", Hosts: hosts, Since: wednesday, Form: compiled, MaxRejected: 0.01,
		Columns: []Column{
			{Name: "photo_id", Type: bigint, Field: "photo_id"},
			{Name: "action", Type: text, Field: "action"},
			{Name: "user_id", Type: bigint, Field: "user_id"},
			{Name: "address", Type: bigint, Address: true, Field: "address"},
			{Name: "client", Type: text, Field: "request", Key: "client"},
		}, Drop: map[string][]string{"action": {"healthcheck"}}}
	return p
}

func newWarehouse(t testing.TB) warehouse.Warehouse {
	t.Helper()
	w, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "w.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func zone(t testing.TB, name string) calendar.Calendar {
	t.Helper()
	c, err := calendar.New(name, time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// utc reads 2026-11-11 10:24.
func utc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// hour is the hour of wednesday.
func hour(n int) time.Time { return wednesday.Time().Add(time.Duration(n) * time.Hour) }

// events are n lines of an hour. Those of another seed are others.
func events(at time.Time, seed, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s %d photo_like %d 192.0.2.%d /like?client=web&n=%d\n", at.Add(time.Duration(i%3600)*time.Second).Format("2006-01-02 15:04:05.000000"), seed*100+i, 1+i, 1+i%200, i)
	}
	return b.String()
}

func zip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// put writes a file that was finished long ago.
func (p *place) put(key string, content []byte) {
	p.Helper()
	path := filepath.Join(p.dir, key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.Fatal(err)
	}
	p.date(key, p.now.Add(-time.Hour))
}

func (p *place) date(key string, at time.Time) {
	p.Helper()
	if err := os.Chtimes(filepath.Join(p.dir, key), at, at); err != nil {
		p.Fatal(err)
	}
}

func key(host string, at time.Time) string {
	return host + "/" + at.Format("2006-01-02-15") + ".log.gz"
}

// fill delivers every hour of wednesday of every host, three events each, but for
// those that are to be left out.
func (p *place) fill(without ...string) {
	p.Helper()
	for n := range 24 {
		for i, host := range p.source.Hosts {
			if k := key(host, hour(n)); !strings.Contains(strings.Join(without, " "), k) {
				p.put(k, zip(events(hour(n), 100*i+n, 3)))
			}
		}
	}
}

// load loads, which has to go well.
func (p *place) load() Report {
	p.Helper()
	report, err := p.try(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return report
}

func (p *place) try(ctx context.Context) (Report, error) {
	p.runs++
	return Load(ctx, p.w, p.c, p.source, Options{RunID: fmt.Sprint("run ", p.runs), Now: p.now, Accept: p.accept, Forget: p.forget, Progress: p.progress})
}

// one runs a statement with one figure.
func (p *place) one(query string) (n int64) {
	p.Helper()
	rows, err := p.w.QueryContext(p.Context(), query)
	if err != nil {
		p.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		p.Fatalf("%s: no row", query)
	}
	if err := rows.Scan(&n); err != nil {
		p.Fatal(err)
	}
	return n
}

func (p *place) wantRows(want int64) {
	p.Helper()
	if got := p.one("select count(*) from staging.events"); got != want {
		p.Errorf("%d rows, not %d", got, want)
	}
}

// day returns what is known of a day.
func (p *place) day(day calendar.Day) calendar.Load {
	p.Helper()
	loads, err := p.w.Loaded(p.Context(), p.source.Table, day, day+1)
	if err != nil {
		p.Fatal(err)
	}
	return loads[day]
}

func (p *place) wantCoverage(day calendar.Day, have, of int) {
	p.Helper()
	if got := p.day(day).Coverage; got.Have != have || got.Of != of {
		p.Errorf("coverage of %s is %s, not %d/%d", day, got, have, of)
	}
}

func (p *place) dump() string {
	p.Helper()
	text, err := warehousetest.Dump(p.Context(), p.w, p.source.Table)
	if err != nil {
		p.Fatal(err)
	}
	return text
}

// wantProblem checks that exactly one problem is there, of a file, with a text.
func wantProblem(t testing.TB, have []Problem, name, text string) {
	t.Helper()
	if len(have) != 1 || have[0].Name != name || !strings.Contains(have[0].Text, text) {
		t.Errorf("problems are %+v, not one of %s that says %q", have, name, text)
	}
}
