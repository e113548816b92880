package plan_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/metrics"
	"tearsheet/plan"
)

// weekly returns the plan of likes for the week that ends on a date.
func weekly(t testing.TB, p *plan.Plan, o plan.Options, metric, ends string) string {
	t.Helper()
	return p.Week(o.Registry.Metric(metric), o.Calendar.WeekOf(day(t, ends))).String()
}

// refused reads a CSV plan that must be refused, and returns its faults.
func refused(t testing.TB, o plan.Options, text string) metrics.Faults {
	t.Helper()
	p, err := plan.Parse("plan.csv", []byte(text), o)
	var faults metrics.Faults
	if !errors.As(err, &faults) || p != nil {
		t.Fatalf("%q: got %v and %v, want faults and no plan", text, p, err)
	}
	return faults
}

func TestE01MissingFileIsNamedByItsPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.csv")
	_, err := plan.ReadFile(path, options(t))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestE01WhatIsNoReadableFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked.csv")
	if err := os.WriteFile(locked, []byte("metric,2026-10\n"), 0o000); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "plan.csv")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	paths := []string{folder}
	if f, err := os.Open(locked); err == nil {
		f.Close() // root reads everything
	} else {
		paths = append(paths, locked)
	}
	for _, path := range paths {
		if _, err := plan.ReadFile(path, options(t)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestE01OtherKindsOfFileAreRefused(t *testing.T) {
	for name, content := range map[string]string{
		"plan.xls":  "\xd0\xcf\x11\xe0",
		"plan.ods":  "PK\x03\x04",
		"plan.csv":  "PK\x03\x04 a workbook",
		"plan.xlsx": "metric,2026-10\nlikes,10\n",
		"old.xlsx":  "\xd0\xcf\x11\xe0\xa1\xb1",
		"half.xlsx": "",
		"cut.xlsx":  "PK\x03\x04\x14\x00\x06\x00",
		"big.csv":   "metric,2026-10\n" + strings.Repeat("\n", 10<<20),
		"empty.csv": "",
		"note.csv":  "Dear all,\nthe plan follows.\n",
	} {
		_, err := plan.Parse(name, []byte(content), options(t))
		var faults metrics.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.HasPrefix(faults[0].Place, name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestE02NumbersAreReadByTheDeclaredDecimalSign(t *testing.T) {
	const no = "fault"
	for _, c := range []struct{ text, undeclared, point, comma string }{
		{"1234", "1234", "1234", "1234"},
		{"-12.50", "-25/2", "-25/2", no},
		{"1.234", "617/500", "617/500", "1234"},
		{"1,234", no, "1234", "617/500"},
		{"1,23", no, no, "123/100"},
		{"1,234,567", "1234567", "1234567", no},
		{"1,234.5", "2469/2", "2469/2", no},
		{"1.234,5", no, no, "2469/2"},
		{"1.234.567", no, no, "1234567"},
		{"12,34,567", no, no, no},
		{"1234,567", no, no, "1234567/1000"},
		{"0,123", no, no, "123/1000"},
		{"1 234 567", "1234567", "1234567", "1234567"},
		{"1\u202f234,5", no, no, "2469/2"},
		{"\u22125", "-5", "-5", "-5"},
		{"+5", "5", "5", "5"},
		{".5", "1/2", "1/2", no},
		{"5.", no, no, no},
		{"1e3", "1000", "1000", "1000"},
		{"1e999", no, no, no},
		{"1/3", no, no, no},
		{"0x10", no, no, no},
		{"1_000", no, no, no},
		{"--5", no, no, no},
		{"(5)", no, no, no},
		{"12%", no, no, no},
		{"$5", no, no, no},
		{"$", no, no, no},
		{"5 USD", no, no, no},
		{"tbd", no, no, no},
		{"-", no, no, no},
		{"#REF!", no, no, no},
		{"NaN", no, no, no},
		{"Inf", no, no, no},
		{"-Infinity", no, no, no},
		{"٣", no, no, no},
		{strings.Repeat("9", 61), no, no, no},
	} {
		for decimal, want := range map[rune]string{0: c.undeclared, '.': c.point, ',': c.comma} {
			o := options(t)
			o.Decimal = decimal
			p, err := plan.Parse("plan.csv", []byte("metric;2026-10\nlikes;"+c.text+"\n"), o)
			got := no
			if err == nil {
				got = weekly(t, p, o, "likes", "2026-10-25")
			} else if place := "plan.csv:2:7: "; !strings.HasPrefix(err.Error(), place) {
				t.Errorf("%q: %v, want it at %s", c.text, err, place)
			}
			if got != want {
				t.Errorf("%q by decimal %q: got %s (%v), want %s", c.text, decimal, got, err, want)
			}
		}
	}
}

func TestE02BlankIsNoPlan(t *testing.T) {
	o := options(t)
	for _, text := range []string{
		"metric,period,value\nlikes,2026-10,\nlikes,2026-11,5",
		"metric,2026-10,2026-11\nlikes,  ,5",
		"metric,2026-10,2026-11\nlikes,\"\n\",5",
	} {
		p := parse(t, o, text)
		if got := weekly(t, p, o, "likes", "2026-10-25"); got != "unknown" {
			t.Errorf("%q: got %s", text, got)
		}
		if got := weekly(t, p, o, "likes", "2026-11-15"); got != "5" {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

func TestE03WeeksAreNamedByTheDateOnWhichTheyEnd(t *testing.T) {
	for _, c := range []struct {
		starts       time.Weekday
		period, says string
	}{
		{time.Monday, "2026-11-14", "ends on 2026-11-15"},
		{time.Monday, "2026-11-16", "ends on 2026-11-22"},
		{time.Sunday, "2026-11-15", "weeks start on Sunday here, and this one ends on 2026-11-21"},
		{time.Monday, "2026-12-31", "ends on 2027-01-03"},
		{time.Monday, "2026-W53", "such as 2027-01-03"},
		{time.Monday, "2026-W46", "such as 2026-11-15"},
		{time.Monday, "2025-W53", "week number"},
		{time.Sunday, "2026-W46", "week number"},
		{time.Monday, "2026-10-01", "for the whole month write 2026-10"},
		{time.Monday, "2026-02-29", "not a period"},
		{time.Monday, "2026-13", "not a period"},
		{time.Monday, "2026-Q5", "not a period"},
		{time.Monday, "2026", "not a period"},
		{time.Monday, "15/11/2026", "not a period"},
	} {
		o := options(t)
		o.Calendar = company(t, c.starts)
		for _, text := range []string{"metric,period,value\nlikes," + c.period + ",1", "metric," + c.period + "\nlikes,1"} {
			if faults := refused(t, o, text); !strings.Contains(faults[0].Text, c.says) {
				t.Errorf("%s: got %q, want %q", c.period, faults[0].Text, c.says)
			}
		}
	}
}

func TestE03WeekOfTheYearsTurnIsOneWeek(t *testing.T) {
	o := options(t)
	p := parse(t, o, "metric,2026-12-27,2027-01-03,2027-01-10\nlikes,1,2,3\n")
	for ends, want := range map[string]string{"2026-12-27": "1", "2027-01-03": "2", "2027-01-10": "3"} {
		if got := weekly(t, p, o, "likes", ends); got != want {
			t.Errorf("%s: got %s, want %s", ends, got, want)
		}
	}
}

func TestE04NamesAreCheckedBothWays(t *testing.T) {
	o := options(t)
	faults := refused(t, o, "metric,2026-10\nlikse,1\nphotos,2\ncrashes,3\nRevenue,4\nutterly different,5\n")
	want := []string{
		`plan.csv:2:1: metric "likse" is not in the registry (did you mean "likes"?)`,
		`plan.csv:3:1: metric "photos" is called "Photos uploaded" in the plan by the registry`,
		`plan.csv:4:1: metric "crashes" has no plan by the registry (plan: none): remove the row, or that line of the registry`,
		`plan.csv:5:1: metric "Revenue" is not in the registry (did you mean "revenue"?)`,
		`plan.csv:6:1: metric "utterly different" is not in the registry`,
	}
	if got := strings.Split(faults.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got\n%s", faults)
	}

	p := parse(t, o, "metric,2026-10\nPhotos uploaded,2\nlikes,\n")
	if got := weekly(t, p, o, "photos", "2026-10-25"); got != "2" {
		t.Errorf("photos: %s", got)
	}
	var missing []string
	for _, w := range p.Warnings() {
		missing = append(missing, strings.Split(w.Text, `"`)[1])
	}
	if want := []string{"likes", "signups", "revenue", "subscribers", "storage", "conversion", "weekly_users"}; !slices.Equal(missing, want) {
		t.Errorf("warned of %v, want %v", missing, want)
	}
}

func TestE05WhatIsPlannedTwiceNamesBothPlaces(t *testing.T) {
	o := options(t)
	for text, want := range map[string]string{
		"metric,period,value\nlikes,2026-10,1\nlikes,2026-10,1\n": `plan.csv:3:15: likes is planned twice for 2026-10: also at line 2, character 15`,
		"metric,2026-10,2026-11\nlikes,1,\nlikes,2,3\n":           `plan.csv:3:7: likes is planned twice for 2026-10: also at line 2, character 7`,
		"metric,2026-10,2026-11,2026-10\nlikes,1,2,3\n":           `plan.csv:1:24: column "2026-10" is already at line 1, character 8`,
		"metric,metric,2026-10\nlikes,likes,1\n":                  `plan.csv:1:8: column "metric" is already at line 1, character 1`,
	} {
		if got := refused(t, o, text).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	parse(t, o, "metric,2026-10,2026-11\nlikes,1,\nlikes,,3\n") // disjoint halves are one plan
}

func TestE06LabelNamesTheVersionAndChangesWithIt(t *testing.T) {
	o := options(t)
	text := "metric,version,2026-10\nlikes,budget,10\nlikes,reforecast,12\n"
	last := parse(t, o, text)
	o.Version = "budget"
	first := parse(t, o, text)
	if last.Label().Version != "reforecast" || first.Label().Version != "budget" || last.Label().Source != "plan.csv" {
		t.Errorf("labels %+v and %+v", last.Label(), first.Label())
	}
	if last.Label().Hash == first.Label().Hash {
		t.Error("two versions with other figures have one hash")
	}
}

func TestTheLastVersionThatAppearsIsUsed(t *testing.T) {
	o := options(t)
	text := "version,metric,period,value\nQ1,likes,2026-10,10\nQ2,likes,2026-10,20\nQ1,signups,2026-10,31\n"
	p := parse(t, o, text)
	if !slices.Equal(p.Versions(), []string{"Q1", "Q2"}) || weekly(t, p, o, "likes", "2026-10-25") != "20" {
		t.Errorf("versions %v, label %+v", p.Versions(), p.Label())
	}
	if weekly(t, p, o, "signups", "2026-10-25") != "unknown" {
		t.Error("a figure of another version is used")
	}
	o.Version = "Q3"
	if got := refused(t, o, text).Error(); got != `plan.csv: no version "Q3": the plan has Q1, Q2` {
		t.Errorf("got %s", got)
	}
	if got := refused(t, o, "metric,2026-10\nlikes,1\n").Error(); got != `plan.csv: no version "Q3": the plan has no versions` {
		t.Errorf("got %s", got)
	}
}

func TestTextOfAnyUsualOriginIsRead(t *testing.T) {
	o := options(t)
	for name, text := range map[string]string{
		"byte order mark":      "\xef\xbb\xbfmetric,2026-10\nlikes,5\n",
		"CRLF":                 "metric,2026-10\r\nlikes,5\r\n",
		"CR":                   "metric,2026-10\rlikes,5\r",
		"no line end":          "metric,2026-10\nlikes,5",
		"semicolons":           "metric;2026-10\nlikes;5\n",
		"title and blank rows": "Plan, 2026\n\n,,\nMetric,2026-10\n\nlikes,5\n,\n",
		"trailing blanks":      "metric,2026-10,,,\nlikes,5,,,\n",
		"quoted":               "\"metric\",\"2026-10\"\n\"likes\n\",\"5\"\n",
		"other order":          "2026-10,is,metric\n5,daily,likes\n",
	} {
		p, err := plan.Parse("plan.csv", []byte(text), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := weekly(t, p, o, "likes", "2026-10-25"); got != "5" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestCharactersAndNotBytesAreCounted(t *testing.T) {
	o := options(t)
	if got := refused(t, o, "version,metric,2026-10\n\"\nfrühjahr\",likes,tbd\n").Error(); got != `plan.csv:3:17: "tbd" is not a number` {
		t.Errorf("got %s", got)
	}
}
