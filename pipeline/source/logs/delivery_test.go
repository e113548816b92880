package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

// meanwhile is a warehouse that does something before it takes the first files: they are
// listed, and not read yet.
type meanwhile struct {
	warehouse.Warehouse
	once sync.Once
	do   func()
}

func (m *meanwhile) LoadFiles(ctx context.Context, loads ...warehouse.FileLoad) error {
	m.once.Do(m.do)
	return m.Warehouse.LoadFiles(ctx, loads...)
}

// onceListed does something in the next load when its files are listed.
func (p *place) onceListed(do func()) { p.w = &meanwhile{Warehouse: p.w, do: do} }

func TestA17FileThatGrowsWhileItIsReadIsLeftForLater(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(1)), zip(events(hour(1), 7, 3)))
	second := "web-1/2026-11-11-02.log"
	p.put(second, []byte(events(hour(2), 1, 3)))
	p.onceListed(func() {
		p.put(second, []byte(events(hour(2), 1, 4)))
	})
	report := p.load()
	if report.Loaded != 1 || report.Growing != 1 || len(report.Broken) != 0 {
		t.Errorf("report: %+v", report)
	}
	p.wantRows(3)
	p.load()
	p.wantRows(3 + 4)
}

func TestA18LinkToNothingIsTold(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill(key("web-1", hour(3)))
	if err := os.Symlink(filepath.Join(p.dir, "nothing"), filepath.Join(p.dir, key("web-1", hour(3)))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wantProblem(t, p.load().Broken, "logs/"+key("web-1", hour(3)), "is a link to a file that is not there")
		p.wantCoverage(wednesday, 23, 24)
	}
}

// Where an hour without a file is one without events, one whose file is put off is not.
func TestHourOfAFileThatIsPutOffIsNotEmpty(t *testing.T) {
	p := newPlace(t, "web-1")
	p.source.MissingIsEmpty = true
	p.fill(key("web-1", hour(5))) // this one is empty
	late := key("web-1", hour(3))
	p.onceListed(func() { p.put(late, zip(events(hour(3), 3, 40))) })
	report := p.load()
	if report.Growing != 1 || len(report.Missing) != 1 || !slices.Equal(report.Missing[0].Hours, []time.Time{hour(3)}) {
		t.Errorf("report: %+v", report)
	}
	p.wantCoverage(wednesday, 23, 24)
	p.load()
	p.wantCoverage(wednesday, 24, 24)
	p.wantRows(22*3 + 40)
}

// An hour in several files is there when all of them are.
func TestA06HourOfWhichAPartIsBrokenIsOpen(t *testing.T) {
	p := newPlace(t, "web-1")
	p.fill()
	part := "web-1/2026-11-11-03.b.log.gz"
	whole := zip(events(hour(3), 77, 500))
	p.put(part, whole[:len(whole)/2])
	wantProblem(t, p.load().Broken, "logs/"+part, "cut off")
	p.wantCoverage(wednesday, 23, 24)
	p.put(part, whole)
	p.load()
	p.wantCoverage(wednesday, 24, 24)
	p.wantRows(24*3 + 500)
	p.put(part, whole[:len(whole)/2])
	p.load()
	p.wantCoverage(wednesday, 23, 24)
	if err := os.Remove(filepath.Join(p.dir, part)); err != nil { // it was a mistake
		t.Fatal(err)
	}
	p.load()
	p.wantCoverage(wednesday, 24, 24)
	p.wantRows(24 * 3)
}

func TestA18VanishedFileIsToldAndTheOthersAreLoaded(t *testing.T) {
	p := newPlace(t, "web-1")
	p.put(key("web-1", hour(1)), zip(events(hour(1), 7, 3)))
	p.put(key("web-1", hour(2)), zip(events(hour(2), 1, 3)))
	p.put(key("web-1", hour(3)), zip(events(hour(3), 1, 3)))
	p.onceListed(func() {
		if err := os.Remove(filepath.Join(p.dir, key("web-1", hour(2)))); err != nil {
			t.Error(err)
		}
	})
	report := p.load()
	wantProblem(t, report.Odd, "logs/"+key("web-1", hour(2)), "vanished since it was listed")
	if report.Loaded != 2 {
		t.Errorf("report: %+v", report)
	}
	if report = p.load(); len(report.Odd)+len(report.Broken) != 0 {
		t.Errorf("it is not there, and that is all: %+v", report)
	}
	// What was loaded of a file that vanishes stays.
	if err := os.Remove(filepath.Join(p.dir, key("web-1", hour(3)))); err != nil {
		t.Fatal(err)
	}
	p.load()
	p.wantRows(3 + 3)
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
