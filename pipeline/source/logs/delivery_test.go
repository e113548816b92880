package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

func TestA01MissingHourLeavesTheDayOpen(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.fill(key("web-2", hour(10)), key("web-2", hour(11)), key("web-2", hour(13)))
	report := p.load()
	p.wantRows(45 * 3)
	p.wantCoverage(wednesday, 45, 48)
	if report.Found != 45 || report.Loaded != 45 || report.Rows != 45*3 || !slices.Equal(report.Changed, []calendar.Day{wednesday}) {
		t.Errorf("report: %+v", report)
	}
	if len(report.Missing) != 1 || report.Missing[0].Host != "web-2" || report.Missing[0].String() != "2026-11-11 10:00–12:00, 13:00–14:00 UTC" {
		t.Errorf("missing: %v", report.Missing)
	}
	p.fill()
	if report = p.load(); report.Loaded != 3 || len(report.Missing) != 0 {
		t.Errorf("after they came: %+v", report)
	}
	if p.wantCoverage(wednesday, 48, 48); !p.day(wednesday).Complete() {
		t.Error("the day is not complete")
	}
}

func TestA01MissingHourIsEmptyOnceALaterOneIsThere(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.MissingIsEmpty = true
	p.fill(key("web-1", hour(10)), key("web-1", hour(23)))
	p.put(key("web-1", hour(5)), []byte("broken"))
	report := p.load()
	p.wantCoverage(wednesday, 22, 24) // 05 is broken; 23 may still come
	if len(report.Missing) != 1 || report.Missing[0].String() != "2026-11-11 05:00–06:00, 23:00–24:00 UTC" {
		t.Errorf("missing: %v", report.Missing)
	}
	p.put(key("web-1", hour(24)), zip(events(hour(24), 1, 1)))
	p.load()
	p.wantCoverage(wednesday, 23, 24)
	p.wantCoverage(wednesday+1, 1, 24) // today, so far
}

func TestA02LateFileRestatesItsDayOnly(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.Since = wednesday - 1
	late := key("web-1", hour(-6))
	for n := -24; n < 0; n++ {
		if k := key("web-1", hour(n)); k != late {
			p.put(k, zip(events(hour(n), 50-n, 3)))
		}
	}
	p.fill()
	p.load()
	tuesday, other := p.day(wednesday-1), p.day(wednesday)
	p.put(late, zip(events(hour(-6), 9, 5)))
	p.now = p.now.Add(72 * time.Hour)
	report := p.load()
	if !slices.Equal(report.Changed, []calendar.Day{wednesday - 1}) || report.Loaded != 1 || report.Rows != 5 {
		t.Errorf("report: %+v", report)
	}
	if p.day(wednesday-1).Version == tuesday.Version || p.day(wednesday) != other {
		t.Error("the late file has changed the version of another day, or not of its own")
	}
	p.wantCoverage(wednesday-1, 24, 24)
}

func TestA03SameFileIsNotLoadedTwice(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	before := p.dump()
	again := p.load()
	if again.Unchanged != 24 || again.Loaded != 0 || len(again.Changed) != 0 {
		t.Errorf("the second run: %+v", again)
	}
	p.fill() // the same bytes, written again
	p.date(key("web-1", hour(3)), p.now.Add(-5*time.Hour))
	for range 2 { // once hashed, and then known by its time
		if again = p.load(); again.Unchanged != 24 || again.Loaded != 0 {
			t.Errorf("after it was touched: %+v", again)
		}
	}
	if after := p.dump(); after != before {
		t.Error("the same files have changed the warehouse")
	}
	if got := p.one("select count(*) from etl.file where run_id = 'run 1' and hour = timestamp '2026-11-11 03:00:00'"); got != 1 {
		t.Error("the ledger does not name the run that loaded the file")
	}
	p.put(key("web-1", hour(3)), zip(events(hour(3), 4, 3))) // a checker that sees nothing would pass so far
	if again = p.load(); again.Loaded != 1 || p.dump() == before {
		t.Errorf("another content: %+v", again)
	}
}

func TestA04NewContentUnderAnOldNameTakesItsPlace(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	k := key("web-1", hour(10))
	info, err := os.Stat(filepath.Join(p.dir, k))
	if err != nil {
		t.Fatal(err)
	}
	p.put(k, zip(events(hour(10), 77, 5)))
	if report := p.load(); report.Loaded != 1 || report.Rows != 5 || len(report.Changed) != 1 {
		t.Errorf("report: %+v", report)
	}
	p.wantRows(23*3 + 5)
	if got := p.one("select count(*) from staging.events where photo_id between 7700 and 7704"); got != 5 {
		t.Errorf("%d of the new rows", got)
	}
	// A file of the same size and time is another one if its bytes are.
	one, two := []byte(events(hour(10), 111, 3)), []byte(events(hour(10), 222, 3))
	plain := "web-1/2026-11-11-10.log"
	for i, content := range [][]byte{one, two} {
		p.put(plain, content)
		p.date(plain, info.ModTime())
		p.load()
		if got := p.one(fmt.Sprintf("select count(*) from staging.events where photo_id between %d and %d", 11100*(i+1), 11100*(i+1)+2)); got != 3 {
			t.Errorf("content %d of the same size and time: %d rows", i, got)
		}
	}
	p.wantRows(23*3 + 5 + 3)
}

func TestA05SameContentUnderAnotherNameIsHeld(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.fill()
	content := zip(events(hour(10), 5, 7))
	p.put(key("web-1", hour(10)), content)
	p.load()
	copied := "web-1/2026-11-11-10.1.log.gz"
	p.put(copied, content)
	for range 2 { // it is told every night
		report := p.load()
		wantProblem(t, report.Held, "logs/"+copied, "the same bytes as logs/web-1/2026-11-11-10.log.gz")
		if len(report.Held) == 1 && !strings.Contains(report.Held[0].Hint, "--accept logs/"+copied) {
			t.Errorf("hint: %s", report.Held[0].Hint)
		}
		p.wantRows(47*3 + 7)
	}
	p.accept = []string{"logs/" + copied}
	if report := p.load(); report.Loaded != 1 || len(report.Held) != 0 {
		t.Errorf("accepted: %+v", report)
	}
	p.wantRows(47*3 + 14)
	p.accept = nil
	p.source.Drop = map[string][]string{"action": {"nothing"}} // all is read again by other rules
	if report := p.load(); report.Loaded != 49 || len(report.Held) != 0 {
		t.Errorf("what was accepted is asked again: %+v", report)
	}
	p.wantRows(47*3 + 14)
}

func TestA05RenamedFileIsHeldAndTheOldOneStays(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	p.load()
	renamed := "web-1/2026-11-11-10.renamed.gz"
	if err := os.Rename(filepath.Join(p.dir, key("web-1", hour(10))), filepath.Join(p.dir, renamed)); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, p.load().Held, "logs/"+renamed, "the same bytes")
	p.wantRows(24 * 3)
	p.wantCoverage(wednesday, 24, 24)
	// When what it copies is replaced, it is a copy no more.
	p.put(key("web-1", hour(10)), zip(events(hour(10), 66, 4)))
	p.load()
	if report := p.load(); len(report.Held) != 0 || report.Loaded != 1 {
		t.Errorf("nothing has its bytes any more: %+v", report)
	}
	p.wantRows(24*3 + 4)
}

func TestA05TwoNewCopiesAndEmptyFiles(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	content := zip(events(hour(10), 5, 7))
	for _, host := range p.source.Hosts {
		p.put(key(host, hour(10)), content)
		p.put(key(host, hour(11)), zip(""))
	}
	report := p.load()
	wantProblem(t, report.Held, "logs/"+key("web-2", hour(10)), "the same bytes as logs/web-1")
	p.wantRows(7)
	if report.Loaded != 3 {
		t.Errorf("%d files are loaded: two without lines are no copies of each other", report.Loaded)
	}
}

func TestA17GrowingFileIsLeftForLater(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.now = utc(t, "2026-11-12 10:15")
	for _, host := range p.source.Hosts {
		p.put(key(host, hour(31)), zip(events(hour(31), len(host), 3)))
		p.put(key(host, hour(32)), zip(events(hour(32), 3, 2))[:20]) // half of it is there
		p.date(key(host, hour(32)), p.now.Add(-time.Minute))
	}
	p.source.Hosts = []string{"web-1"}
	report := p.load()
	if report.Growing != 1 || report.Loaded != 1 || len(report.Broken) != 0 {
		t.Errorf("one minute after it was changed: %+v", report)
	}
	p.put(key("web-1", hour(32)), zip(events(hour(32), 3, 2)))
	p.date(key("web-1", hour(32)), p.now.Add(-time.Minute))
	p.put(key("web-1", hour(32))+".done", nil)
	if report = p.load(); report.Growing != 0 || report.Loaded != 1 {
		t.Errorf("with a marker beside it: %+v", report)
	}
	p.put(key("web-1", hour(33)), zip(events(hour(33), 3, 2)))
	p.date(key("web-1", hour(33)), p.now.Add(-time.Minute))
	if report = p.load(); report.Growing != 1 {
		t.Errorf("without a marker: %+v", report)
	}
	p.now = p.now.Add(90 * time.Second)
	if report = p.load(); report.Growing != 0 || report.Loaded != 1 {
		t.Errorf("two and a half minutes after it was changed: %+v", report)
	}
}

// large is a file that goes into a transaction of its own: its text is hard to pack.
func large(t testing.TB, at time.Time) []byte {
	t.Helper()
	var b strings.Builder
	state := uint64(1)
	for i := range 120_000 {
		state = state*6364136223846793005 + 1442695040888963407
		fmt.Fprintf(&b, "%s %d photo_like %d 192.0.2.1 /like?n=%x\n", at.Add(time.Duration(i%3600)*time.Second).Format("2006-01-02 15:04:05"), state>>20, state>>33, state*state)
	}
	packed := zip(b.String())
	if len(packed) < groupBytes {
		t.Fatalf("%d bytes are too few", len(packed))
	}
	return packed
}

// afterTheFirst does something when the first file is loaded and the second one listed.
func (p *place) afterTheFirst(do func()) {
	p.workers = 1
	p.progress = func(done, _ int, _ string) {
		if done == 1 {
			do()
		}
	}
}

func TestA17FileThatGrowsWhileItIsReadIsLeftForLater(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(1)), large(t, hour(1)))
	second := "web-1/2026-11-11-02.log"
	p.put(second, []byte(events(hour(2), 1, 3)))
	p.afterTheFirst(func() {
		p.put(second, []byte(events(hour(2), 1, 4)))
	})
	report := p.load()
	if report.Loaded != 1 || report.Growing != 1 || len(report.Broken) != 0 {
		t.Errorf("report: %+v", report)
	}
	p.wantRows(120_000)
	p.progress = nil
	p.load()
	p.wantRows(120_004)
}

func TestA18VanishedFileIsToldAndTheOthersAreLoaded(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(1)), large(t, hour(1)))
	p.put(key("web-1", hour(2)), zip(events(hour(2), 1, 3)))
	p.put(key("web-1", hour(3)), zip(events(hour(3), 1, 3)))
	p.afterTheFirst(func() {
		if err := os.Remove(filepath.Join(p.dir, key("web-1", hour(2)))); err != nil {
			t.Error(err)
		}
	})
	report := p.load()
	wantProblem(t, report.Odd, "logs/"+key("web-1", hour(2)), "vanished since it was listed")
	if report.Loaded != 2 {
		t.Errorf("report: %+v", report)
	}
	p.progress = nil
	if report = p.load(); len(report.Odd)+len(report.Broken) != 0 {
		t.Errorf("it is not there, and that is all: %+v", report)
	}
	// What was loaded of a file that vanishes stays.
	if err := os.Remove(filepath.Join(p.dir, key("web-1", hour(3)))); err != nil {
		t.Fatal(err)
	}
	p.load()
	p.wantRows(120_003)
	p.wantCoverage(wednesday, 2, 24)
}

func TestA18PlaceThatIsGoneIsAnErrorWithItsName(t *testing.T) {
	p := newPlace(t, "web-1")
	if err := p.source.Bucket.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.try(t.Context()); err == nil || !strings.HasPrefix(err.Error(), `source of table "staging.events": logs: `) {
		t.Errorf("error is %v", err)
	}
}

func TestA19SilentHostIsNamedInTheSameHour(t *testing.T) {
	var hosts []string
	for i := range 10 {
		hosts = append(hosts, fmt.Sprintf("web-%d", i))
	}
	p := newPlace(t, hosts...)
	p.source.Since = wednesday + 1
	for n := 24; n < 32; n++ { // until 08:00 of thursday
		for i, host := range hosts {
			if host != "web-7" || n < 29 {
				p.put(key(host, hour(n)), zip(events(hour(n), 10*n+i, 2)))
			}
		}
	}
	p.now = utc(t, "2026-11-12 08:30")
	report := p.load()
	if len(report.Missing) != 1 || report.Missing[0].Host != "web-7" || !report.Missing[0].Silent || report.Missing[0].String() != "2026-11-12 05:00–07:00 UTC" {
		t.Errorf("missing: %+v", report.Missing) // 07:00–08:00 may be on its way
	}
	p.wantCoverage(wednesday+1, 77, 240)
	p.now = utc(t, "2026-11-12 09:01")
	if report = p.load(); len(report.Missing) != 1 || report.Missing[0].String() != "2026-11-12 05:00–08:00 UTC" {
		t.Errorf("missing half an hour later: %+v", report.Missing)
	}
}

func TestUnknownHostsAndNamesAreToldOnce(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	for n := range 3 {
		p.put(key("web-9", hour(n)), zip(events(hour(n), 8, 3)))
	}
	p.put("web-1/readme", nil)
	report := p.load()
	if len(report.Odd) != 2 || !strings.Contains(report.Odd[0].Text, `host "web-9" is not one of hosts: its files, 3 of them`) || !strings.Contains(report.Odd[1].Text, "1 files are not called as path says, such as web-1/readme") {
		t.Errorf("odd: %+v", report.Odd)
	}
	p.wantRows(24 * 3)
}

func TestFilesBeforeSinceAreNotRead(t *testing.T) {
	p := newPlace(t, "web-1")
	p.c = zone(t, "Asia/Kolkata") // its days begin at 18:30
	for n := -7; n < -3; n++ {    // 17:00, 18:00, 19:00, 20:00
		p.put(key("web-1", hour(n)), zip(events(hour(n), 1-n, 1)))
	}
	if report := p.load(); report.Found != 3 {
		t.Errorf("report: %+v", report)
	}
	p.source.Since--
	if report := p.load(); report.Loaded != 1 {
		t.Errorf("from a day earlier: %+v", report)
	}
}

// TestGridOfLocalDays counts the hours of days by hand: 25 and 23 of them where clocks
// change, and 25 files for 24 hours that begin at half past.
func TestGridOfLocalDays(t *testing.T) {
	for _, c := range []struct {
		zone        string
		day         calendar.Day
		first, last string
		hours       int
	}{
		{"UTC", calendar.DayOn(2026, 11, 1), "2026-11-01 00:00", "2026-11-01 23:00", 24},
		{"America/Toronto", calendar.DayOn(2026, 11, 1), "2026-11-01 04:00", "2026-11-02 04:00", 25},
		{"America/Toronto", calendar.DayOn(2026, 3, 8), "2026-03-08 05:00", "2026-03-09 03:00", 23},
		{"Asia/Kolkata", calendar.DayOn(2026, 11, 1), "2026-10-31 18:00", "2026-11-01 18:00", 25},
		{"Australia/Lord_Howe", calendar.DayOn(2026, 4, 5), "2026-04-04 13:00", "2026-04-05 13:00", 25}, // 24½ hours
		{"America/Toronto", calendar.DayOn(2027, 1, 1), "2027-01-01 05:00", "2027-01-02 04:00", 24},
		{"Pacific/Apia", calendar.DayOn(2011, 12, 30), "", "", 0}, // it did not exist
	} {
		cells := Source{Hosts: []string{"a", "b"}}.Grid(zone(t, c.zone), nil, c.day)
		if len(cells) != 2*c.hours {
			t.Errorf("%s in %s: %d cells, not 2 × %d", c.day, c.zone, len(cells), c.hours)
			continue
		}
		if c.hours > 0 && (!cells[0].Hour.Equal(utc(t, c.first)) || !cells[len(cells)-1].Hour.Equal(utc(t, c.last))) {
			t.Errorf("%s in %s: from %s to %s", c.day, c.zone, cells[0].Hour, cells[len(cells)-1].Hour)
		}
	}
}

func TestGridTellsWhatBecameOfEachHour(t *testing.T) {
	p := newPlace(t, "web-1", "web-2")
	p.put(key("web-1", hour(0)), zip(events(hour(0), 1, 3)))
	p.put(key("web-2", hour(0)), []byte("broken"))
	p.put("web-1/2026-11-11-01.copy.gz", zip(events(hour(0), 1, 3)))
	p.load()
	files, err := warehouse.Files(t.Context(), p.w, p.source.Table)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, cell := range p.source.Grid(p.c, files, wednesday)[:4] {
		state := "missing"
		for _, f := range cell.Files {
			state = fmt.Sprintf("%s %s %d", f.State, f.Path, f.Lines)
		}
		states = append(states, fmt.Sprintf("%s %s %t: %s", cell.Hour.Format("15"), cell.Host, cell.There, state))
	}
	want := []string{"00 web-1 true: loaded logs/web-1/2026-11-11-00.log.gz 3", "00 web-2 false: broken logs/web-2/2026-11-11-00.log.gz 0",
		"01 web-1 false: held logs/web-1/2026-11-11-01.copy.gz 0", "01 web-2 false: missing"}
	if !slices.Equal(states, want) {
		t.Errorf("cells:\n%s", strings.Join(states, "\n"))
	}
}

func TestDayChangesAcrossClockChange(t *testing.T) {
	p := newPlace(t, "web-1")
	p.c, p.source.Since, p.now = zone(t, "America/Toronto"), calendar.DayOn(2026, 10, 31), utc(t, "2026-11-03 12:00")
	for at := utc(t, "2026-10-31 04:00"); at.Before(utc(t, "2026-11-03 05:00")); at = at.Add(time.Hour) {
		p.put(key("web-1", at), zip(events(at, at.Hour(), 1+at.Day()%2)))
	}
	p.load()
	for day, want := range map[calendar.Day]int{calendar.DayOn(2026, 10, 31): 24, calendar.DayOn(2026, 11, 1): 25, calendar.DayOn(2026, 11, 2): 24} {
		p.wantCoverage(day, want, want)
	}
	// Sunday is 04:00 of the 1st to 05:00 of the 2nd: 20 hours with two events and 5 with one.
	if got := p.one("select count(*) from staging.events where day = date '2026-11-01'"); got != 20*2+5*1 {
		t.Errorf("%d events on the day with 25 hours", got)
	}
}

// TestRunKilledBeforeItsSealIsMadeGood ends a run when all files are loaded and no day
// is sealed.
func TestRunKilledBeforeItsSealIsMadeGood(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	ctx, cancel := context.WithCancel(t.Context())
	p.progress = func(done, total int, _ string) {
		if done == total {
			cancel()
		}
	}
	if _, err := p.try(ctx); err == nil {
		t.Fatal("the run was not ended")
	}
	p.wantRows(24 * 3)
	if got := p.day(wednesday); got != (calendar.Load{}) {
		t.Errorf("the day is sealed: %+v", got)
	}
	p.progress = nil
	if report := p.load(); report.Unchanged != 24 || len(report.Changed) != 1 {
		t.Errorf("report: %+v", report)
	}
	p.wantCoverage(wednesday, 24, 24)
}

func TestHoursInWords(t *testing.T) {
	for want, hours := range map[string][]int{
		"2026-11-11 03:00–06:00 UTC":                         {3, 4, 5},
		"2026-11-11 03:00–04:00, 06:00–07:00 UTC":            {3, 6},
		"2026-11-11 00:00–24:00 UTC":                         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23},
		"2026-11-11 23:00–24:00, 2026-11-12 01:00–02:00 UTC": {23, 25},
		"2026-11-11 22:00–2026-11-12 02:00, 03:00–04:00 UTC": {22, 23, 24, 25, 27},
	} {
		var h Hours
		for _, n := range hours {
			h.Hours = append(h.Hours, hour(n))
		}
		if got := h.String(); got != want {
			t.Errorf("%v: %s, not %s", hours, got, want)
		}
	}
}
