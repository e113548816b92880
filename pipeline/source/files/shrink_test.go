package files_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
)

// hours returns rows of every hour in from ≤ at < to.
func hours(t *testing.T, from, to string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(head)
	at, err := time.Parse(time.DateTime, from)
	if err != nil {
		t.Fatal(err)
	}
	for ; at.Format(time.DateTime) < to; at = at.Add(time.Hour) {
		fmt.Fprintf(&b, "%s,1,web\n", at.Format(time.DateTime))
	}
	return b.String()
}

func wantHeld(t *testing.T, err error, want string) {
	t.Helper()
	var held *files.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("error is %v, want %s", err, want)
	}
	if want += "; what is loaded stays until this is mended or accepted"; held.Error() != want {
		t.Errorf("held:\n%s\nwant\n%s", held, want)
	}
}

func (p project) in(t *testing.T, zone string) project {
	t.Helper()
	var err error
	if p.cal, err = calendar.New(zone, time.Monday); err != nil {
		t.Fatal(err)
	}
	return p
}

// In Toronto the rows begin on the evening before, and no file has that day in UTC.
func TestAnotherZoneCutsAllDaysAnew(t *testing.T) {
	p := newProject(t, "America/Toronto")
	p.write(t, "history.csv", hours(t, "2026-11-11 00:00:00", "2026-11-13 00:00:00"))
	source := uploads(t, "history.csv")
	p.load(t, source)
	p.want(t, "uploads", "2026-11-10: 5", "2026-11-11: 24", "2026-11-12: 19")
	report := p.in(t, "UTC").load(t, source)
	p.want(t, "uploads", "2026-11-11: 24", "2026-11-12: 24")
	if !slices.Equal(report.Forgotten, []calendar.Day{day(t, "2026-11-10")}) {
		t.Errorf("forgotten: %v", report.Forgotten)
	}
	p.in(t, "Asia/Tokyo").load(t, source)
	p.want(t, "uploads", "2026-11-11: 15", "2026-11-12: 24", "2026-11-13: 9")
}

// Its days cannot be cut anew, and beside those of the other zone rows would count twice.
func TestAnotherZoneForgetsWhatAFileThatIsGoneLeft(t *testing.T) {
	p := newProject(t, "America/Toronto")
	p.write(t, "in/a.csv", hours(t, "2026-11-11 05:00:00", "2026-11-12 05:00:00"))
	p.write(t, "in/b.csv", hours(t, "2026-11-12 05:00:00", "2026-11-14 05:00:00"))
	source := uploads(t, "in/*.csv")
	p.load(t, source)
	p.remove(t, "in/a.csv")
	p.load(t, source)
	before := p.days(t, "uploads")
	_, err := p.in(t, "UTC").tryLoad(t, source)
	wantHeld(t, err, "in/*.csv: cut into days anew, by another timezone: or another column, it has 48 rows where it had 72: 24 are gone, more than 5 %")
	p.want(t, "uploads", before...)
	options := p.options()
	options.Accept = []string{"uploads"}
	if _, err := files.Load(t.Context(), p.db, p.in(t, "UTC").cal, source, options); err != nil {
		t.Fatal(err)
	}
	p.want(t, "uploads", "2026-11-12: 19", "2026-11-13: 24", "2026-11-14: 5")
}

func TestFileThatBecameShorterLosesItsDays(t *testing.T) {
	p := newProject(t, "UTC")
	source := uploads(t, "history.csv")
	p.write(t, "history.csv", hours(t, "2026-11-01 23:00:00", "2026-11-05 01:00:00"))
	p.load(t, source)
	p.want(t, "uploads", "2026-11-01: 1", "2026-11-02: 24", "2026-11-03: 24", "2026-11-04: 24", "2026-11-05: 1")
	p.write(t, "history.csv", hours(t, "2026-11-02 00:00:00", "2026-11-05 00:00:00"))
	report := p.load(t, source)
	p.want(t, "uploads", "2026-11-02: 24", "2026-11-03: 24", "2026-11-04: 24")
	if want := []calendar.Day{day(t, "2026-11-01"), day(t, "2026-11-05")}; !slices.Equal(report.Forgotten, want) {
		t.Errorf("forgotten: %v", report.Forgotten)
	}
}

func TestHistoryOfWhichMuchIsGoneIsHeld(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"its header": {head, "history.csv: it is empty, and had 72 rows"},
		"its end":    {hours(t, "2026-11-02 00:00:00", "2026-11-04 00:00:00"), "history.csv: it has 48 rows where it had 72: 24 are gone, more than 5 %"},
		"its middle": {hours(t, "2026-11-02 00:00:00", "2026-11-03 00:00:00") + "2026-11-04 23:00:00,1,web\n", "history.csv: it has 25 rows where it had 72: 47 are gone, more than 5 %"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, "UTC")
			source := uploads(t, "history.csv")
			p.write(t, "history.csv", hours(t, "2026-11-02 00:00:00", "2026-11-05 00:00:00"))
			p.load(t, source)
			p.write(t, "history.csv", tt.text)
			for range 2 {
				_, err := p.tryLoad(t, source)
				wantHeld(t, err, tt.want)
				p.want(t, "uploads", "2026-11-02: 24", "2026-11-03: 24", "2026-11-04: 24")
			}
			all := 1.0
			source.MaxShrink = &all
			p.load(t, source)
			if days := p.days(t, "uploads"); slices.Contains(days, "2026-11-03: 24") && slices.Contains(days, "2026-11-04: 24") {
				t.Errorf("with a limit of 100 %%: %v", days)
			}
		})
	}
}

func TestWholeTableOfWhichMuchIsGoneIsHeld(t *testing.T) {
	users := func(n int) string { return "id,name\n" + strings.Repeat("1,x\n", n) }
	source := files.Source{Table: "users", Path: "users.csv", Whole: true, Columns: columns(t, "id", "bigint", "name", "text")}
	for name, tt := range map[string]struct {
		rows int
		want string
	}{
		"empty": {0, "users.csv: it is empty, and had 100 rows"},
		"most":  {3, "users.csv: it has 3 rows where it had 100: 97 are gone, more than 5 %"},
		"some":  {94, "users.csv: it has 94 rows where it had 100: 6 are gone, more than 5 %"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, "UTC")
			p.write(t, "users.csv", users(100))
			p.load(t, source)
			p.write(t, "users.csv", users(tt.rows))
			_, err := p.tryLoad(t, source)
			wantHeld(t, err, tt.want)
			none := source
			none.MaxShrink = new(float64)
			p.write(t, "users.csv", users(99))
			_, err = p.tryLoad(t, none)
			wantHeld(t, err, "users.csv: it has 99 rows where it had 100: 1 are gone, more than 0 %")
			p.write(t, "users.csv", users(95))
			if report := p.load(t, source); report.Rows != 95 {
				t.Errorf("just the limit: %+v", report)
			}
			p.write(t, "users.csv", users(tt.rows))
			options := p.options()
			options.Accept = []string{"users"}
			report, err := files.Load(t.Context(), p.db, p.cal, source, options)
			if err != nil || report.Rows != int64(tt.rows) {
				t.Errorf("accepted: %+v, %v", report, err)
			}
			if again := p.load(t, source); again.Unchanged != 1 {
				t.Errorf("the next night: %+v", again)
			}
		})
	}
}

func TestOtherRulesAreNoShrinking(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "history.csv", hours(t, "2026-11-02 00:00:00", "2026-11-05 00:00:00"))
	source := uploads(t, "history.csv")
	p.load(t, source)
	p.write(t, "sample.csv", hours(t, "2026-11-02 00:00:00", "2026-11-02 05:00:00"))
	source.Path = "sample.csv"
	p.load(t, source)
	p.write(t, "sample.csv", head)
	_, err := p.tryLoad(t, source)
	wantHeld(t, err, "sample.csv: it is empty, and had 5 rows")
}

// What stays of a file that is gone was read by the rules of its time, which says nothing
// of the others.
func TestGuardHoldsBesideAFileThatIsGone(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "in/a.csv", hours(t, "2026-11-02 00:00:00", "2026-11-03 00:00:00"))
	p.write(t, "in/b.csv", hours(t, "2026-11-03 00:00:00", "2026-11-04 00:00:00"))
	source := uploads(t, "in/*.csv")
	p.load(t, source)
	p.remove(t, "in/a.csv")
	source.Columns = source.Columns[:2]
	p.load(t, source)
	p.write(t, "in/b.csv", hours(t, "2026-11-03 00:00:00", "2026-11-03 05:00:00"))
	_, err := p.tryLoad(t, source)
	wantHeld(t, err, "in/*.csv: it has 5 rows where it had 24: 19 are gone, more than 5 %")
}
