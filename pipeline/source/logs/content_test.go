package logs

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// wantBroken loads a place in which web-1 has delivered a file for 10:00 that is broken,
// and others that are not, and then the same file as it should be.
func wantBroken(t *testing.T, content []byte, reason string) {
	t.Helper()
	p := newPlace(t, "web-1")
	p.fill()
	k := key("web-1", hour(10))
	whole, err := os.ReadFile(filepath.Join(p.dir, k))
	if err != nil {
		t.Fatal(err)
	}
	p.put(k, content)
	report := p.load()
	wantProblem(t, report.Broken, "logs/"+k, reason)
	if len(report.Broken) == 1 && report.Broken[0].Hint == "" {
		t.Error("it is not said what to do")
	}
	p.wantRows(23 * 3)
	p.wantCoverage(wednesday, 23, 24)
	if got := p.one("select count(*) from etl.file where state = 'broken' and reason <> '' and loaded = 0 and lines = 0"); got != 1 {
		t.Errorf("%d broken files in the ledger", got)
	}
	before := p.dump()
	p.date(k, p.now.Add(-30*time.Minute))
	if report = p.load(); len(report.Broken) != 1 || report.Loaded != 0 || p.dump() != before {
		t.Errorf("the next night, as broken as before: %+v", report)
	}
	p.put(k, whole)
	if report = p.load(); report.Loaded != 1 || len(report.Broken) != 0 {
		t.Errorf("after its repair: %+v", report)
	}
	p.wantRows(24 * 3)
	p.wantCoverage(wednesday, 24, 24)
}

func TestA06TruncatedGzip(t *testing.T) {
	whole := zip(events(hour(10), 3, 2000))
	wantBroken(t, whole[:len(whole)*2/5], "ends in the middle, after")
	wantBroken(t, whole[:len(whole)-3], "ends in the middle, after 2000 of its lines")
	wantBroken(t, whole[:7], "ends in the middle, after 0 of its lines")
}

func TestA07ZeroBytesAreNotAnEmptyLog(t *testing.T) {
	wantBroken(t, nil, "is empty: a gzip file without lines still has its own head")
}

func TestA08GzipWithoutLinesIsLoadedAndTold(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.put(key("web-1", hour(10)), zip(""))
	report := p.load()
	wantProblem(t, report.Odd, "logs/"+key("web-1", hour(10)), "has no lines")
	p.wantRows(23 * 3)
	p.wantCoverage(wednesday, 24, 24)
}

func TestA09TwoGzipMembersAreBothRead(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(10)), append(zip(events(hour(10), 1, 5)), zip(events(hour(10), 2, 6))...))
	p.load()
	p.wantRows(11)
}

func TestA09WhatFollowsTheEndOfAGzipFile(t *testing.T) {
	whole := zip(events(hour(10), 3, 200))
	wantBroken(t, append(slices.Clone(whole), make([]byte, 512)...), "something that is no gzip follows its end, after 200 lines")
	wantBroken(t, append(slices.Clone(whole), "-- end of log --\n"...), "something that is no gzip follows its end")
}

// TestA10NoFlippedBitIsTakenForData flips a bit of every byte of a file in turn: it is
// broken, or has the lines that it had.
func TestA10NoFlippedBitIsTakenForData(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Path, p.source.Hosts = "{day}-{hour}.*.gz", nil
	p.source.MaxRejected = 1 // damage must show without the form of a line
	whole := zip(events(hour(10), 3, 20))
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		p.put(fmt.Sprintf("2026-11-11-10.%04d.gz", i), flipped)
	}
	report := p.load()
	if len(report.Broken) < len(whole)-10 || len(report.Broken)+report.Loaded+len(report.Held) != len(whole) {
		t.Errorf("of %d files %d are broken and %d loaded", len(whole), len(report.Broken), report.Loaded)
	}
	p.wantRows(int64(20 * report.Loaded))
	if got := p.one("select count(distinct photo_id) from staging.events"); got != 20 {
		t.Errorf("%d different photos, not those of 20 events", got)
	}
	wantBroken(t, append(append(slices.Clone(whole[:len(whole)/2]), 0xff, 0xff, 0xff, 0xff), whole[len(whole)/2+4:]...), "is damaged")
	flipped := slices.Clone(whole)
	flipped[len(flipped)-6] ^= 4
	wantBroken(t, flipped, "is damaged: its gzip checksum does not fit")
}

func TestA11WhatIsNoGzipIsNamed(t *testing.T) {
	wantBroken(t, []byte("<html>404 Not Found</html>"), `is not a gzip file: it begins with "<h"`)
	wantBroken(t, []byte(events(hour(10), 3, 20)), `is not a gzip file: it begins with "20"`)
	p := newPlace(t, "web-1")
	p.put("web-1/2026-11-11-01.log", []byte(events(hour(1), 1, 2)))
	p.put("web-1/2026-11-11-02.log", zip(events(hour(2), 1, 3))) // packed, whatever its name says
	p.put("web-1/2026-11-11-03.log", nil)                        // not packed and without lines
	p.load()
	p.wantRows(5)
	p.wantCoverage(wednesday, 3, 24)
}

func TestA12BombIsStoppedAndTakesNoMemory(t *testing.T) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	for range 100 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	if b.Len() > 110_000 {
		t.Fatalf("100 MiB in %d bytes is no bomb", b.Len())
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wantBroken(t, b.Bytes(), "taken for a bomb")
	runtime.ReadMemStats(&after)
	// 64 MiB are unpacked before it is clear, twice; what is allocated in all, also for
	// the warehouse of the test, is less than one of them.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 60<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
}

func TestA13LineThatIsTooLongIsRefusedAndTheRestIsRead(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.MaxRejected = 0.5
	good := strings.Split(strings.TrimSuffix(events(hour(10), 1, 4), "\n"), "\n")
	fits := good[1] + "&long=" + strings.Repeat("x", longestLine-len(good[1])-7)
	lines := []string{good[0], strings.Repeat("y", 3*longestLine+17), good[2], fits, "z" + fits, good[3], good[0] + "&end=" + strings.Repeat("x", longestLine)}
	p.put(key("web-1", hour(10)), zip(strings.Join(lines, "\n"))) // the last one without its end
	report := p.load()
	if report.Lines != 7 || report.Rows != 4 || report.Rejected != 3 {
		t.Errorf("report: %+v", report)
	}
	for _, want := range []struct {
		line, length int
		begins       string
	}{{2, len(lines[1]) + 1, "yyyy"}, {5, len(lines[4]) + 1, "z2026-11-11"}, {7, len(lines[6]), "2026-11-11 10:00:00"}} {
		offset := 0
		for _, line := range lines[:want.line-1] {
			offset += len(line) + 1
		}
		if got := p.one(fmt.Sprintf("select count(*) from etl.reject where line_no = %d and byte_offset = %d and starts_with(line, '%s') and reason = 'a line of %d bytes: at most %d are read'",
			want.line, offset, want.begins, want.length, longestLine)); got != 1 {
			t.Errorf("line %d at %d is not refused for its %d bytes", want.line, offset, want.length)
		}
	}
}

func TestA14BadLinesBelowTheThresholdAreKeptWithPlaceAndReason(t *testing.T) {
	lines := strings.SplitAfter(events(hour(10), 1, 199), "\n")
	bad := "2026-02-30 10:00:00 7 photo_like 1 192.0.2.1 /\n"
	text := strings.Join(lines[:50], "") + bad + strings.Join(lines[50:], "")
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(10)), zip(text+"2026-11-11 10:00:00 0 healthcheck - - /\n\n"))
	report := p.load()
	if report.Lines != 202 || report.Rows != 199 || report.Rejected != 1 || report.Filtered != 2 || len(report.Broken) != 0 {
		t.Errorf("report: %+v", report)
	}
	if got := p.one(fmt.Sprintf("select count(*) from etl.reject where path = 'logs/%s' and line_no = 51 and byte_offset = %d and line = '%s' and reason = 'byte 1: \"2026-02-30\" is not a date such as 2015-02-10'",
		key("web-1", hour(10)), strings.Index(text, bad), strings.TrimSuffix(bad, "\n"))); got != 1 {
		t.Error("the refused line is not kept as it should be")
	}
	if got := p.one("select count(*) from etl.file where lines = loaded + rejected + filtered and lines = 202 and first_error_line = 51"); got != 1 {
		t.Error("the ledger's figures do not add up")
	}
}

func TestA14TooManyBadLinesAndNothingIsLoaded(t *testing.T) {
	good, bad := events(hour(10), 1, 198), "2026-11-11 10:00:00 seven photo_like 1 192.0.2.1 /\n"
	wantBroken(t, zip(good+bad+bad+bad), "3 of 201 lines are refused, and at most 1 % may be; the first is line 199, byte 21: photo_id: \"seven\" is not a whole number")
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(10)), zip(good+bad+bad)) // exactly one in a hundred
	p.put(key("web-1", hour(11)), zip(bad))          // one line always may be
	if report := p.load(); report.Loaded != 2 || report.Rejected != 3 {
		t.Errorf("report: %+v", report)
	}
	wantBroken(t, zip(strings.Repeat(bad, 100_000)+good), "lines are refused") // seen long before its end
}

func TestA15MarksOfEncodingsAreDecidedFieldByField(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.MaxRejected = 1
	long := "2026-11-11 10:0%d:00 %d photo_like 1 192.0.2.1 /?client=%s"
	lines := []string{
		"\uFEFF" + fmt.Sprintf(long, 0, 100, "bom"),
		fmt.Sprintf(long, 1, 101, "crlf") + "\r",
		"2026–11–11 10:02:00 102 photo_like 1 192.0.2.1 /?client=dash", // as in the founding article
		fmt.Sprintf(long, 3, 103, "d–sh"),                              // text is left as it is
		fmt.Sprintf(long, 4, 104, "\xff"),
		fmt.Sprintf(long, 5, 105, "%FF"),
		fmt.Sprintf(long, 6, 106, "a\x00b"),
		fmt.Sprintf(long, 7, 107, "%00"),
		"\uFEFF" + fmt.Sprintf(long, 8, 108, "not first"),
		"2026-11-11 10:09:00 109 photo\xfflike 1 192.0.2.1 /",
		"2026-11-11 10:10:00 –110 photo_like 1 192.0.2.1 /", // no date: not repaired
		fmt.Sprintf(long, 2, 111, "caf%C3%A9+7"),
		"2026-11-11 10:12:00 112 photo_like - 2001:db8::1 -",
		"2026-11-11 10:13:00 113 photo_like 1  192.0.2.1 /", // a blank too many
		"2026-11-11 10:14:00 114 photo_like 1 192.0.2.1 /\xff?client=fine\xffx&client=no",
	}
	p.put(key("web-1", hour(10)), zip(strings.Join(lines, "\n")+"\n"))
	report := p.load()
	if report.Lines != 15 || report.Rows != 6 || report.Rejected != 9 || report.Mended != 3 {
		t.Errorf("report: %+v", report)
	}
	for photo, client := range map[int]string{100: "bom", 101: "crlf", 102: "dash", 103: "d–sh", 111: "café 7"} {
		if got := p.one(fmt.Sprintf("select count(*) from staging.events where photo_id = %d and client = '%s' and user_id = 1 and address = 3221225985 and action = 'photo_like' and day = date '2026-11-11'", photo, client)); got != 1 {
			t.Errorf("photo %d: the row is not as it should be", photo)
		}
	}
	if got := p.one("select count(*) from staging.events where photo_id = 112 and user_id is null and address is null and client is null"); got != 1 {
		t.Error("photo 112: what is not known is not NULL")
	}
	for line, reason := range map[int]string{5: `byte 57: client: "\xff" is not UTF-8, or has a NUL`, 6: `byte 48: client: "\xff" is not UTF-8, or has a NUL`, // decoded: the byte is that of the request
		7: `byte 57: client: "a\x00b" is not UTF-8, or has a NUL`, 8: `byte 48: client: "\x00" is not UTF-8`,
		9: "byte 1: ", 10: `byte 25: action: "photo\xfflike" is not UTF-8`, 11: `byte 21: photo_id: "–110" is not a whole number`, 14: "byte 38: field address is empty", 15: "byte 58: client:"} {
		if got := p.one(fmt.Sprintf("select count(*) from etl.reject where line_no = %d and starts_with(reason, '%s')", line, reason)); got != 1 {
			t.Errorf("line %d is not refused with %s", line, reason)
		}
	}
}

func TestA16StrayEventsAreKeptWhileTheyAreFew(t *testing.T) {
	text := events(hour(10), 1, 1998)
	early, future := "1970-01-01 00:00:00 7 photo_like 1 192.0.2.1 /\n", "2027-01-01 00:00:00 7 photo_like 1 192.0.2.1 /\n"
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(10)), zip(text+early+future))
	report := p.load()
	wantProblem(t, report.Odd, "logs/"+key("web-1", hour(10)), "2 events lie outside its hour, the first is 1970-01-01 00:00:00 in line 1999")
	p.wantRows(2000)
	if got := p.one("select count(*) from staging.events where day in (date '1970-01-01', date '2027-01-01')"); got != 2 {
		t.Errorf("%d stray rows on their own days", got)
	}
	if p.day(0) != (calendar.Load{}) || p.day(calendar.DayOn(2027, 1, 1)) != (calendar.Load{}) {
		t.Error("a stray event makes its day a loaded one")
	}
	wantBroken(t, zip(text+early+future+early), "3 of 2001 events lie outside its hour, the first is 1970-01-01 00:00:00 in line 1999")

	p = newPlace(t, "web-1")
	edge := events(hour(10).Add(-strayBy), 1, 1) + events(hour(11).Add(strayBy-time.Second), 2, 1)
	p.put(key("web-1", hour(10)), zip(edge))
	if report = p.load(); len(report.Odd)+len(report.Broken) != 0 {
		t.Errorf("ten minutes on either side: %+v", report)
	}
	p.now = hour(10).Add(45 * time.Minute)
	p.put(key("web-1", hour(9)), zip(events(hour(9), 1, 100)))
	p.put("web-1/2026-11-11-10.other.gz", zip(events(hour(10), 1, 3600))) // of 11:00, a quarter of an hour ahead
	report = p.load()
	wantProblem(t, report.Odd, "logs/web-1/2026-11-11-10.other.gz", "299 of 3600 events lie after 2026-11-11 10:45 UTC, the time of this run: it is left for later")
	p.now = hour(12)
	if report = p.load(); report.Loaded != 1 || len(report.Odd)+len(report.Broken) != 0 {
		t.Errorf("when they are past: %+v", report)
	}
}

func TestA20UnknownActionIsToldOnce(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Columns[1].Allowed = []string{"photo_like"}
	p.fill()
	for _, n := range []int{4, 7} {
		p.put(key("web-1", hour(n)), zip(events(hour(n), n, 3)+strings.Repeat(hour(n).Format("2006-01-02 15:04:05")+" 1 photo_poke 1 192.0.2.1 /\n", n)))
	}
	report := p.load()
	wantProblem(t, report.Odd, "logs/"+key("web-1", hour(4)), `unknown action "photo_poke", 11 times; first in line 4`)
	p.wantRows(24*3 + 11)
	if report = p.load(); len(report.Odd) != 0 {
		t.Errorf("the next night: %+v", report.Odd)
	}
}

// TestEveryTypeOfColumn reads a value of each type, and then one that is none.
func TestEveryTypeOfColumn(t *testing.T) {
	for _, c := range []struct{ typ, good, want, bad string }{
		{"bigint", "-9223372036854775808", "-9223372036854775808", "9223372036854775808"},
		{"text", "x", "x", "\xff"},
		{"double", "2.5e-3", "0.0025", "NaN"},
		{"double", "-0", "0.0", "1e999"},
		{"boolean", "t", "true", "yes"},
		{"date", "2016-02-29", "2016-02-29", "2015-02-29"},
		{"timestamp", "2026-11-11T10:00:00.123456+01:00", "2026-11-11 09:00:00.123456", "2026-11-11T25:00:00Z"},
		{"decimal(9,2)", "-12.50", "-12.50", "12.505"},
		{"decimal(18,0)", "999999999999999999", "999999999999999999", "1000000000000000000"},
		{"decimal(38,3)", "12345678901234567890123456789012345.678", "12345678901234567890123456789012345.678", "1e5"},
	} {
		typ, err := warehouse.ParseType(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		p := newPlace(t, "web-1")
		p.source.MaxRejected = 1
		p.source.Columns = []Column{{Name: "first", Type: typ, Field: "action"}, {Name: "second", Type: typ, Field: "photo_id"}}
		row := "2026-11-11 10:00:00 %s %s 1 192.0.2.1 /\n"
		p.put(key("web-1", hour(10)), zip(fmt.Sprintf(row, c.good, "-")+fmt.Sprintf(row, c.bad, c.good)+fmt.Sprintf(row, "-", c.good)+fmt.Sprintf(row, c.good, c.good)))
		p.load()
		p.wantRows(3)
		query := "select count(*) from staging.events where cast(%s as varchar) is not distinct from '%s' and cast(%s as varchar) is not distinct from %s"
		value := "'" + c.want + "'"
		if p.one(fmt.Sprintf(query, "second", c.want, "first", "null")) != 1 || p.one(fmt.Sprintf(query, "first", c.want, "second", "null")) != 1 || p.one(fmt.Sprintf(query, "first", c.want, "second", value)) != 1 {
			t.Errorf("%s: %s is not read as %s, or a NULL is lost", c.typ, c.good, c.want)
		}
		if got := p.one("select count(*) from etl.reject where line_no = 2 and starts_with(reason, 'byte 21: second: ')"); got != 1 {
			t.Errorf("%s: %s is not refused", c.typ, c.bad)
		}
	}
}

// TestRowsAfterARefusedOne compares a file of lines good and bad, with NULLs everywhere,
// with what a plain reading by package strings makes of it.
func TestRowsAfterARefusedOne(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.MaxRejected = 1
	random := rand.New(rand.NewSource(1))
	pick := func(values ...string) string { return values[random.Intn(len(values))] }
	var text strings.Builder
	good, photos, users, clients := 0, 0, 0, 0
	for range 20_000 {
		photo, user, client := pick("7", "8", "-", "x"), pick("1", "-", "-", "y"), pick("", "?client=web", "?client=a-client-of-many-letters", "?client=%ff")
		fmt.Fprintf(&text, "2026-11-11 10:00:00 %s like %s 192.0.2.1 /%s\n", photo, user, client)
		if photo == "x" || user == "y" || client == "?client=%ff" {
			continue
		}
		good++
		if photo != "-" {
			photos += int(photo[0] - '0')
		}
		if user != "-" {
			users++
		}
		if client != "" {
			clients += len(client) - len("?client=")
		}
	}
	p.put(key("web-1", hour(10)), zip(text.String()))
	p.load()
	p.wantRows(int64(good))
	for query, want := range map[string]int{"select sum(photo_id)": photos, "select count(user_id)": users, "select sum(length(client))": clients} {
		if got := p.one(query + " from staging.events"); got != int64(want) {
			t.Errorf("%s: %d, not %d", query, got, want)
		}
	}
}
