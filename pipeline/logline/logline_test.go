package logline

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/warehouse"
)

const article = "{date} {time} {photo_id} {action} {user_id} {address} {request}"

func compiled(t testing.TB, text string) *Form {
	t.Helper()
	form, err := Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func TestCompileNamesThePlaceOfAFault(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "column 1: the form has no fields",
		"date time":                      "column 1: the form has no fields",
		"{date} {time":                   "column 8: a field is not closed",
		"{date} {time} {Action}":         "column 15: {Action} is no name",
		"{date} {time} {}":               "column 15: {} is no name",
		"{date} {time} {action} {date}":  "column 24: {date} stands twice",
		"{date} {time} {action}{user}":   "column 23: nothing separates",
		"{action} {user_id}":             "column 1: nothing in the form says when",
		"{date} {action}":                "column 1: nothing in the form says when",
		"{at} {action} {epoch}":          "column 15: {at} and {epoch} both say when",
		"{date} {time} {epoch_ms} {who}": "column 15: {date} and {epoch_ms} both say when",
	} {
		_, err := Compile(text)
		var fault *FormError
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error is %v, not %s", text, err, want)
		}
	}
}

func TestInstantToTheMicrosecond(t *testing.T) {
	for _, c := range []struct{ form, text, want string }{
		{"{date} {time}", "2015-02-10 10:24:31", "2015-02-10T10:24:31Z"},
		{"{date} {time}", "2015-02-10 10:24:31.3", "2015-02-10T10:24:31.3Z"},
		{"{date} {time}", "2015-02-10 10:24:31.32444", "2015-02-10T10:24:31.32444Z"},
		{"{date} {time}", "2015-02-10 23:59:59.999999999", "2015-02-10T23:59:59.999999Z"}, // cut, never rounded to the next day
		{"{date} {time}", "2016-02-29 00:00:00", "2016-02-29T00:00:00Z"},
		{"{date} {time}", "2000-02-29 00:00:00", "2000-02-29T00:00:00Z"},
		{"{date} {time}", "1969-12-31 23:59:59.9", "1969-12-31T23:59:59.9Z"},
		{"{date} {time}", "0001-01-02 00:00:00", "0001-01-02T00:00:00Z"},
		{"{date} {time}", "9999-12-30 23:59:59", "9999-12-30T23:59:59Z"},
		{"{date}\t{time}", "2015–02–10\t10:24:31", "2015-02-10T10:24:31Z"},
		{"{at}", "2015-02-10T10:24:31.32444Z", "2015-02-10T10:24:31.32444Z"},
		{"{at}", "2015-02-10 10:24:31", "2015-02-10T10:24:31Z"},
		{"{at}", "2015-02-10T10:24:31+05:30", "2015-02-10T04:54:31Z"},
		{"{at}", "2015-02-10T22:24:31.5-0330", "2015-02-11T01:54:31.5Z"},
		{"{epoch}", "1423563871", "2015-02-10T10:24:31Z"},
		{"{epoch}", "1423563871.32444", "2015-02-10T10:24:31.32444Z"},
		{"{epoch_ms}", "1423563871324", "2015-02-10T10:24:31.324Z"},
		{"{epoch_ms}", "1423563871324.44", "2015-02-10T10:24:31.32444Z"},
		{"[{clf_time}]", "[10/Feb/2015:10:24:31 +0000]", "2015-02-10T10:24:31Z"},
		{"[{clf_time}]", "[31/Dec/2015:20:24:31 -0500]", "2016-01-01T01:24:31Z"},
	} {
		form, line := compiled(t, c.form), new(Line)
		if refusal := form.Cut([]byte(c.text), line); refusal != nil {
			t.Errorf("%s: %v", c.text, refusal)
			continue
		}
		micros, refusal := form.Instant(line)
		if refusal != nil {
			t.Errorf("%s: %v", c.text, refusal)
			continue
		}
		if got := time.UnixMicro(micros).UTC().Format(time.RFC3339Nano); got != c.want {
			t.Errorf("%s: %s, not %s", c.text, got, c.want)
		}
	}
}

func TestInstantsThatTheCalendarLacksAreRefused(t *testing.T) {
	for _, c := range []struct{ form, text, want string }{
		{"{date} {time}", "2015-02-30 10:24:31", `byte 1: "2015-02-30" is not a date`},
		{"{date} {time}", "2015-02-29 10:24:31", `byte 1: "2015-02-29" is not a date`},
		{"{date} {time}", "1900-02-29 10:24:31", `byte 1: "1900-02-29" is not a date`},
		{"{date} {time}", "2015-13-01 10:24:31", "byte 1:"},
		{"{date} {time}", "2015-00-10 10:24:31", "byte 1:"},
		{"{date} {time}", "2015-04-31 10:24:31", "byte 1:"},
		{"{date} {time}", "0000-01-01 10:24:31", "byte 1:"},
		{"{date} {time}", "0001-01-01 10:24:31", `byte 1: "0001-01-01" lies outside the years`}, // 0000-12-31 in Toronto
		{"{date} {time}", "9999-12-31 10:24:31", `byte 1: "9999-12-31" lies outside the years`},
		{"{date} {time}", "2015-2-10 10:24:31", "byte 1:"},
		{"{date} {time}", "2015-02-1x 10:24:31", "byte 1:"},
		{"{date} {time}", "2015—02—10 10:24:31", "byte 1:"}, // em dashes are not repaired
		{"{date} {time}", "2015-02-10 24:00:00", `byte 12: "24:00:00" is not a time of day`},
		{"{date} {time}", "2015-02-10 23:59:60", "byte 12:"},
		{"{date} {time}", "2015-02-10 23:60:00", "byte 12:"},
		{"{date} {time}", "2015-02-10 1:24:31", "byte 12:"},
		{"{date} {time}", "2015-02-10 10:24:31.", "byte 12:"},
		{"{date} {time}", "2015-02-10 10:24:31.0123456789", "byte 12:"},
		{"{date} {time}", "2015-02-10 10:24:31.12345678x", "byte 12:"},
		{"{at}", "2015-02-10T10:24:31+25:00", "byte 1:"},
		{"{at}", "2015-02-10T10:24:31+", "byte 1:"},
		{"{at}", "2015-02-10", "byte 1:"},
		{"{at}", "2015-02-10T10:24:31ZZ", "byte 1:"},
		{"{at}", "0001-01-01T00:00:00+05:00", "byte 1:"},
		{"{epoch}", "-5", "byte 1:"},
		{"{epoch}", "1423563871.", "byte 1:"},
		{"{epoch}", "1423563871324", "byte 1:"}, // milliseconds where seconds are said
		{"{epoch_ms}", "99999999999999999999", "byte 1:"},
		{"[{clf_time}]", "[31/Feb/2015:10:24:31 +0000]", "byte 2:"},
		{"[{clf_time}]", "[10/anF/2015:10:24:31 +0000]", "byte 2:"},
		{"[{clf_time}]", "[10/Feb/2015:24:24:31 +0000]", "byte 2:"},
		{"[{clf_time}]", "[10/Feb/2015:10:24:31]", "byte 2:"},
	} {
		form, line := compiled(t, c.form), new(Line)
		if refusal := form.Cut([]byte(c.text), line); refusal != nil {
			t.Errorf("%s: %v", c.text, refusal)
			continue
		}
		if micros, refusal := form.Instant(line); refusal == nil || !strings.HasPrefix(refusal.Error(), c.want) {
			t.Errorf("%s: %s, %v; not %s", c.text, time.UnixMicro(micros).UTC(), refusal, c.want)
		}
	}
}

// TestEveryDateIsOneOfTheCalendar compares all dates of 400 years and more with package
// time, those that do not exist among them.
func TestEveryDateIsOneOfTheCalendar(t *testing.T) {
	for year := 1890; year <= 2300; year++ {
		for month := 0; month <= 13; month++ {
			for day := 0; day <= 32; day++ {
				text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				want, err := time.Parse(time.DateOnly, text)
				got, ok := parseDate([]byte(text))
				if ok != (err == nil) || ok && got != want.Unix()/(24*60*60) {
					t.Fatalf("%s: %d, %t; package time says %v, %v", text, got, ok, want, err)
				}
			}
		}
	}
}

// TestA15ALineIsNeverShifted gives lines with too much or too little: each is refused
// with the byte at which it failed.
func TestA15ALineIsNeverShifted(t *testing.T) {
	for text, want := range map[string]string{
		"2015-02-10 10:24:31 7 like 9 10.0.0.1":       "byte 30: no \" \" follows field address, after which come 1 more",
		"2015-02-10 10:24:31 7 like  9 10.0.0.1 /get": "byte 28: field user_id is empty",
		"2015-02-10  10:24:31 7 like 9 10.0.0.1 /get": "byte 12: field time is empty",
		" 2015-02-10 10:24:31 7 like 9 10.0.0.1 /get": "byte 1: field date is empty",
		"2015-02-10T10:24:31 7 like 9 10.0.0.1 /get":  "byte 39: no \" \" follows field address, after which come 1 more",
		"":  "byte 1: no \" \" follows field date, after which come 6 more",
		"x": "byte 1: no \" \" follows field date, after which come 6 more",
	} {
		if refusal := compiled(t, article).Cut([]byte(text), new(Line)); refusal == nil || !strings.HasPrefix(refusal.Error(), want) {
			t.Errorf("%q: %v, not %s", text, refusal, want)
		}
	}
	tabs := compiled(t, "{date}\t{time}\t{who}\t{what}")
	line := new(Line)
	if refusal := tabs.Cut([]byte("2015-02-10\t10:24:31\t\tlike"), line); refusal != nil || len(line.Field(2)) != 0 || string(line.Field(3)) != "like" {
		t.Errorf("between tabs a field may be empty: %v", refusal)
	}
}

func TestA15QuotesThatABackslashGuardsEndNoField(t *testing.T) {
	form := compiled(t, `{at} "{request}" {status} "{agent}"`)
	line := new(Line)
	text := `2015-02-10T10:24:31Z "GET /a\" 200 \"b HTTP/1.1" 404 "say \"hi\" \\"`
	if refusal := form.Cut([]byte(text), line); refusal != nil {
		t.Fatal(refusal)
	}
	for place, want := range []string{"2015-02-10T10:24:31Z", `GET /a\" 200 \"b HTTP/1.1`, "404", `say \"hi\" \\`} {
		if got := string(line.Field(place)); got != want {
			t.Errorf("field %d is %s, not %s", place, got, want)
		}
	}
	for text, want := range map[string]string{
		`2015-02-10T10:24:31Z "GET" 404 "curl\"`:   `byte 33: field agent does not end with "\""`,
		`2015-02-10T10:24:31Z "GET" 404 "curl" 17`: "byte 38: something follows the last field",
	} {
		if refusal := form.Cut([]byte(text), line); refusal == nil || refusal.Error() != want {
			t.Errorf("%s: %v, not %s", text, refusal, want)
		}
	}
}

func TestA15MarksOfEditorsAreTakenAway(t *testing.T) {
	for _, c := range []struct {
		text    string
		first   bool
		want    string
		changed bool
	}{
		{"a b", true, "a b", false},
		{"\uFEFFa b\r", true, "a b", true},
		{"\uFEFFa b", false, "\uFEFFa b", false}, // only at the start of a file
		{"a b\r", false, "a b", true},
		{"a\rb", false, "a\rb", false},
	} {
		got, changed := Mend([]byte(c.text), c.first)
		if string(got) != c.want || changed != c.changed {
			t.Errorf("%q, first %t: %q, %t", c.text, c.first, got, changed)
		}
	}
}

func TestValuesAgreeWithOtherReaders(t *testing.T) {
	for _, text := range []string{"0", "7", "-7", "+7", "007", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999", "", "-", "1.0", "0x10", "1_000", " 1", "１"} {
		want, err := strconv.ParseInt(text, 10, 64)
		if got, ok := ParseInt([]byte(text)); ok != (err == nil) || ok && got != want {
			t.Errorf("bigint %q: %d, %t; package strconv says %d, %v", text, got, ok, want, err)
		}
	}
	for _, text := range []string{"0.0.0.0", "192.0.2.1", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4.5.6.7.8.9", "01.2.3.4", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ", "::1", "localhost", ""} {
		want, err := netip.ParseAddr(text)
		legal := err == nil && want.Is4()
		got, ok := ParseAddress([]byte(text))
		if ok != legal || ok && [4]byte{byte(got >> 24), byte(got >> 16), byte(got >> 8), byte(got)} != want.As4() {
			t.Errorf("address %q: %d, %t; package netip says %v, %v", text, got, ok, want, err)
		}
	}
	for _, typ := range []warehouse.Type{{Kind: warehouse.Decimal, Precision: 18, Scale: 2}, {Kind: warehouse.Decimal, Precision: 9, Scale: 0}, {Kind: warehouse.Decimal, Precision: 4, Scale: 4}} {
		for _, text := range []string{"0", "12.5", "-12.50", "+1", "12.500", "12.501", "0.1234", "0.12345", ".5", "5.", ".", "", "-", "1,5", "1e3", "9999999999999999.99",
			"10000000000000000", "99999999999999999999999999", "123456789", "1234567890", "000000000000000000000000001", "--1", "0.000", "1.2.3"} {
			want, err := typ.Unscaled(text)
			got, ok := ParseDecimal([]byte(text), typ.Precision, typ.Scale)
			if ok != (err == nil) || ok && want.Cmp(big.NewInt(got)) != 0 {
				t.Errorf("%s %q: %d, %t; package warehouse says %v, %v", typ, text, got, ok, want, err)
			}
		}
	}
}

func TestParameterAgreesWithNetURL(t *testing.T) {
	for _, request := range []string{"/get?client=web", "GET /get?a=1&client=i%50hone+7&client=later HTTP/1.1", "/get?clients=x&client=", "/get?client", "/get", "/client=web",
		"/get?xclient=1&client=%c3%a9t%C3%A9#client=no", "/get?client=100%25", "/?client=%2D"} {
		path := request
		if _, rest, ok := strings.Cut(request, " "); ok {
			path, _, _ = strings.Cut(rest, " ")
		}
		parsed, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := Parameter([]byte(request), "client", nil)
		if want := parsed.Query().Get("client"); string(got) != want {
			t.Errorf("%s: %q, package net/url says %q", request, got, want)
		}
	}
	if got, _ := Parameter([]byte("/get?client=50%&x=1"), "client", nil); string(got) != "50%" {
		t.Errorf("a percent sign that is no code: %q", got)
	}
}

func TestReadingALineAllocatesNothing(t *testing.T) {
	form, line, decoded := compiled(t, article), new(Line), make([]byte, 0, 64)
	text := []byte("2015–02–10 10:24:31.32444 23432423 photo_like 423223 123.132.62.3 /get?client=i%50hone")
	read := func() {
		mended, _ := Mend(text, true)
		if form.Cut(mended, line) != nil {
			t.Fatal("refused")
		}
		form.Instant(line)
		ParseInt(line.Field(2))
		ParseAddress(line.Field(5))
		ParseDecimal(line.Field(2), 9, 2)
		ParseBool(line.Field(2))
		Parameter(line.Field(6), "client", decoded)
	}
	if allocations := testing.AllocsPerRun(100, read); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
	clf, stamp := compiled(t, "{clf_time}"), []byte("10/Feb/2015:10:24:31 +0000")
	if allocations := testing.AllocsPerRun(100, func() { clf.Cut(stamp, line); clf.Instant(line) }); allocations != 0 {
		t.Errorf("%v allocations in the form of Apache", allocations)
	}
}

// TestApacheCombinedForm reads 10,000 real lines and compares each with a regular
// expression. One of them is cut off, and only that one is refused.
func TestApacheCombinedForm(t *testing.T) {
	file, err := os.Open(filepath.Join(testenv.SharedData(t), "weblog", "apache_logs.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	form := compiled(t, `{address} - {user} [{clf_time}] "{request}" {status} {bytes} "{referer}" "{agent}"`)
	whole := regexp.MustCompile(`^(\S+) - (\S+) \[([^\]]+)\] "([^"]*)" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$`)
	lines, refused, line := 0, []int(nil), new(Line)
	perDay := map[string]int{}
	for in := bufio.NewScanner(unzipped); in.Scan(); {
		lines++
		m := whole.FindSubmatch(in.Bytes())
		if refusal := form.Cut(in.Bytes(), line); refusal != nil {
			if refused = append(refused, lines); m != nil {
				t.Errorf("line %d: %v", lines, refusal)
			}
			continue
		}
		for place := range form.Fields() {
			if m == nil || !bytes.Equal(line.Field(place), m[place+1]) {
				t.Fatalf("line %d: field %d is %q", lines, place, line.Field(place))
			}
		}
		micros, refusal := form.Instant(line)
		want, err := time.Parse("02/Jan/2006:15:04:05 -0700", string(m[3]))
		if refusal != nil || err != nil || want.UnixMicro() != micros {
			t.Errorf("line %d: %v is not %v", lines, time.UnixMicro(micros).UTC(), want)
		}
		perDay[want.Format(time.DateOnly)]++
	}
	if lines != 10_000 || fmt.Sprint(refused) != "[8899]" {
		t.Errorf("%d lines, refused are %v", lines, refused)
	}
	// of data/README.md, less the line that is cut off
	if want := map[string]int{"2015-05-17": 1632, "2015-05-18": 2893, "2015-05-19": 2896, "2015-05-20": 2578}; fmt.Sprint(perDay) != fmt.Sprint(want) {
		t.Errorf("days %v, not %v", perDay, want)
	}
}

// FuzzLine takes any bytes for a line: the fields and what separates them make up the
// line again, and an instant is what package time makes of it.
func FuzzLine(f *testing.F) {
	for _, text := range []string{
		"2015-02-10 10:24:31.32444 23432423 photo_like 423223 123.132.62.3 /get?client=web",
		"2015–02–10 10:24:31 - like - - -", "2015-02-30 10:24:31 7 like 9 10.0.0.1 /?client=%", "  ", "\xff\x00", "2015-02-10 10:24:31,999999999 a b c d e f g",
	} {
		f.Add([]byte(text))
	}
	form := compiled(f, article)
	f.Fuzz(func(t *testing.T, text []byte) {
		line := new(Line)
		refusal := form.Cut(text, line)
		if refusal != nil {
			if refusal.Offset < 0 || refusal.Offset > len(text) || refusal.Reason == "" {
				t.Fatalf("%q: refused at %d: %s", text, refusal.Offset, refusal.Reason)
			}
			return
		}
		var fields [][]byte
		for place := range form.Fields() {
			fields = append(fields, line.Field(place))
		}
		if !bytes.Equal(bytes.Join(fields, []byte(" ")), text) {
			t.Fatalf("%q was cut into %q", text, fields)
		}
		Parameter(line.Field(6), "client", nil)
		micros, refusal := form.Instant(line)
		said := strings.ReplaceAll(string(fields[0]), "–", "-") + " " + string(fields[1])
		want, err := time.Parse("2006-01-02 15:04:05.999999999", said)
		switch strict := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d([.,]\d{1,9})?$`).MatchString(said); {
		case refusal == nil && (err != nil || !strict || want.UnixMicro() != micros):
			t.Fatalf("%q is %v; package time says %v, %v", said, time.UnixMicro(micros).UTC(), want, err)
		case refusal != nil && err == nil && strict && want.Year() > 1 && want.Year() < 9999:
			t.Fatalf("%q is refused: %v", said, refusal)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	form, line := compiled(b, article), new(Line)
	text := []byte("2015-02-10 10:24:31.32444 23432423 photo_like 423223 123.132.62.3 /get?client=web")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		form.Cut(text, line)
		form.Instant(line)
		ParseInt(line.Field(2))
		ParseInt(line.Field(4))
		ParseAddress(line.Field(5))
		Parameter(line.Field(6), "client", nil)
	}
}
