package files_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// project is a folder with a warehouse beside its files.
type project struct {
	dir string
	db  *duck.DB
	cal calendar.Calendar
}

func newProject(t *testing.T, zone string) project {
	t.Helper()
	dir := t.TempDir()
	db, err := duck.Open(t.Context(), filepath.Join(dir, "warehouse.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	cal, err := calendar.New(zone, time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return project{dir, db, cal}
}

func (p project) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		data = zipped(t, text)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (p project) options() files.Options {
	return files.Options{Dir: p.dir, RunID: "run", Now: time.Date(2026, time.November, 17, 6, 0, 0, 0, time.UTC)}
}

func (p project) tryLoad(t *testing.T, source files.Source) (files.Report, error) {
	t.Helper()
	return files.Load(t.Context(), p.db, p.cal, source, p.options())
}

func (p project) load(t *testing.T, source files.Source) files.Report {
	t.Helper()
	report, err := p.tryLoad(t, source)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// days returns what is in a table, as "2026-11-13: 2" for each loaded day.
func (p project) days(t *testing.T, table string) []string {
	t.Helper()
	counts := map[string]string{}
	rows, err := p.db.QueryContext(t.Context(), "select cast(day as varchar), cast(count(*) as varchar) from "+table+" group by 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var day, count string
		if err := rows.Scan(&day, &count); err != nil {
			t.Fatal(err)
		}
		counts[day] = count
	}
	loads, err := p.db.Loaded(t.Context(), table, day(t, "0001-01-01"), day(t, "9999-12-31"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for d, load := range loads {
		count, ok := counts[d.String()]
		if !ok {
			count = "0"
		}
		delete(counts, d.String())
		if !load.Complete() {
			t.Errorf("%s is loaded %s", d, load.Coverage)
		}
		texts = append(texts, d.String()+": "+count)
	}
	for d := range counts {
		t.Errorf("%s has rows, but is not loaded", d)
	}
	slices.Sort(texts)
	return texts
}

func (p project) want(t *testing.T, table string, want ...string) {
	t.Helper()
	if got := p.days(t, table); !slices.Equal(got, want) {
		t.Errorf("%s has\n%s\nwant\n%s", table, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func day(t *testing.T, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func columns(t *testing.T, pairs ...string) []files.Column {
	t.Helper()
	var list []files.Column
	for i := 0; i < len(pairs); i += 2 {
		typ, err := warehouse.ParseType(pairs[i+1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, files.Column{Name: pairs[i], Type: typ})
	}
	return list
}

func uploads(t *testing.T, path string) files.Source {
	return files.Source{Table: "uploads", Path: path, At: "occurred_at", Columns: columns(t, "occurred_at", "timestamp", "user_id", "bigint", "client", "text")}
}

const head = "occurred_at,user_id,client\n"

func TestDailyFilesAreLocalDays(t *testing.T) {
	p := newProject(t, "America/Toronto")
	// Midnight in Toronto is 05:00 UTC in November.
	p.write(t, "data/2026-11-13.csv.gz", head+"2026-11-13 05:00:00,1,web\n2026-11-14T04:59:59.999Z,2,ios\n")
	p.write(t, "data/2026-11-14.csv.gz", head)
	p.write(t, "data/2026-11-16.csv.gz", head+"2026-11-16 12:00:00,,\n")
	report := p.load(t, uploads(t, "data/{day}.csv.gz"))
	p.want(t, "uploads", "2026-11-13: 2", "2026-11-14: 0", "2026-11-16: 1") // the 15th has no file
	if report.Files != 3 || report.Rows != 3 || len(report.Replaced) != 3 {
		t.Errorf("report: %+v", report)
	}
}

func TestRowOfAnotherDayInADailyFileIsAFault(t *testing.T) {
	p := newProject(t, "America/Toronto")
	p.write(t, "data/2026-11-13.csv", head+"2026-11-13 04:59:59,1,web\n")
	_, err := p.tryLoad(t, uploads(t, "data/{day}.csv"))
	wantFault(t, err, `data/2026-11-13.csv:2:1: a row of 2026-11-12 in the file of 2026-11-13 (in America/Toronto); where files are not local days, write * for {day}`)
}

func TestUnchangedFilesAreNotReadAgain(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv", head+"2026-11-13 05:00:00,1,web\n")
	p.write(t, "data/2026-11-14.csv", head+"2026-11-14 05:00:00,1,web\n")
	source := uploads(t, "data/{day}.csv")
	p.load(t, source)
	options := p.options()
	options.Progress = func(at files.Progress) {
		if at.Step != "weighing" {
			t.Errorf("%s %s", at.Step, at.Path)
		}
	}
	report, err := files.Load(t.Context(), p.db, p.cal, source, options)
	if err != nil || report.Unchanged != 2 || report.Rows != 0 {
		t.Errorf("report: %+v, %v", report, err)
	}
}

func TestOnlyChangedDaysOfAHistoryAreReplaced(t *testing.T) {
	p := newProject(t, "UTC")
	rows := []string{"2026-11-11 01:00:00,1,web", "2026-11-12 01:00:00,2,web", "2026-11-14 01:00:00,3,web"}
	source := uploads(t, "history.csv")
	p.write(t, "history.csv", head+strings.Join(rows, "\n"))
	p.load(t, source)
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 1", "2026-11-13: 0", "2026-11-14: 1")

	slices.Reverse(rows)
	p.write(t, "history.csv", head+strings.Join(rows, "\n"))
	if report := p.load(t, source); report.Unchanged != 0 || len(report.Replaced) != 0 {
		t.Errorf("the same rows in another order: %+v", report)
	}
	p.write(t, "history.csv", head+strings.Join(rows, "\n")+"\n2026-11-13 09:00:00,4,web")
	if report := p.load(t, source); !slices.Equal(report.Replaced, []calendar.Day{day(t, "2026-11-13")}) || report.Rows != 1 {
		t.Errorf("a late row: %+v", report)
	}
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 1", "2026-11-13: 1", "2026-11-14: 1")
}

func TestDayMayLieInTwoFilesOfAPattern(t *testing.T) {
	p := newProject(t, "America/Toronto")
	// Files of UTC months, so the last evening of October is in the second.
	p.write(t, "in/2026-10.csv", head+"2026-10-30 20:00:00,7,web\n2026-10-31 20:00:00,1,web\n")
	p.write(t, "in/2026-11.csv", head+"2026-11-01 01:00:00,2,web\n2026-11-02 12:00:00,3,web\n")
	source := uploads(t, "in/*.csv")
	p.load(t, source)
	p.want(t, "uploads", "2026-10-30: 1", "2026-10-31: 2", "2026-11-01: 0", "2026-11-02: 1")

	p.write(t, "in/2026-11.csv", head+"2026-11-01 01:00:00,2,web\n2026-11-01 02:00:00,9,web\n2026-11-02 12:00:00,3,web\n")
	p.load(t, source)
	p.want(t, "uploads", "2026-10-30: 1", "2026-10-31: 3", "2026-11-01: 0", "2026-11-02: 1")

	if err := os.Remove(filepath.Join(p.dir, "in/2026-10.csv")); err != nil {
		t.Fatal(err)
	}
	p.write(t, "in/2026-11.csv", head+"2026-11-01 01:00:00,2,web\n2026-11-03 12:00:00,3,web\n")
	report := p.load(t, source)
	if !slices.Equal(report.Kept, []string{"in/2026-10.csv"}) {
		t.Errorf("kept: %v", report.Kept)
	}
	p.want(t, "uploads", "2026-10-30: 1", "2026-10-31: 3", "2026-11-01: 0", "2026-11-02: 0", "2026-11-03: 1") // the 31st stays whole
}

func TestRenamedFileIsStillFollowed(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "in/a.csv", head+"2026-11-11 01:00:00,1,web\n2026-11-12 01:00:00,2,web\n")
	source := uploads(t, "in/*.csv")
	p.load(t, source)
	rename := func(to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(p.dir, "in/a.csv"), filepath.Join(p.dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	rename("in/b.csv")
	if report := p.load(t, source); len(report.Kept) != 0 || len(report.Replaced) != 0 {
		t.Errorf("after the renaming: %+v", report)
	}
	p.write(t, "in/b.csv", head+"2026-11-11 01:00:00,1,web\n2026-11-12 01:00:00,2,web\n2026-11-11 09:00:00,3,web\n")
	if report := p.load(t, source); len(report.Kept) != 0 || len(report.Replaced) != 1 {
		t.Errorf("after a late row: %+v", report)
	}
	p.want(t, "uploads", "2026-11-11: 2", "2026-11-12: 1")

	p.write(t, "all.csv", head+"2026-11-11 01:00:00,1,web\n")
	p.load(t, uploads(t, "all.csv")) // the source has moved, the old files mean nothing any more
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 1")
}

func TestCopyOfAFileIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "in/a.csv", head+"2026-11-11 01:00:00,1,web\n")
	p.write(t, "in/b.csv", head) // two months without anything are no copies
	p.write(t, "in/c.csv", head)
	p.load(t, uploads(t, "in/*.csv"))
	p.write(t, "in/a (copy).csv", head+"2026-11-11 01:00:00,1,web\n")
	_, err := p.tryLoad(t, uploads(t, "in/*.csv"))
	wantFault(t, err, `in/a.csv: the same bytes as in/a (copy).csv: its rows would count twice`)
	p.want(t, "uploads", "2026-11-11: 1")
}

// Rows that do not say on which day they are may be alike on two days.
func TestUndatedDailyFilesMayBeAlike(t *testing.T) {
	p := newProject(t, "America/Toronto")
	p.write(t, "counts/2026-11-12.csv", "plan,subscribers\npro,7\n")
	p.write(t, "counts/2026-11-13.csv", "plan,subscribers\npro,7\n")
	p.write(t, "counts/2026-11-14.csv", "plan,subscribers\n") // without rows there is nothing to tell
	p.write(t, "counts/2026-11-15.csv", "plan,subscribers\n")
	source := files.Source{Table: "counts", Path: "counts/{day}.csv", Columns: columns(t, "plan", "text", "subscribers", "bigint")}
	p.load(t, source)
	p.want(t, "counts", "2026-11-12: 1", "2026-11-13: 1", "2026-11-14: 0", "2026-11-15: 0")

	p.write(t, "counts/2026-11-16.csv", "plan,subscribers\npro,7\n")
	for range 2 { // also when nothing changed
		report := p.load(t, source)
		if want := []string{"counts/2026-11-12.csv", "counts/2026-11-13.csv", "counts/2026-11-16.csv"}; len(report.Alike) != 1 || !slices.Equal(report.Alike[0], want) {
			t.Errorf("alike: %v", report.Alike)
		}
	}
}

func TestCopyOfAFileOfAWholeTableIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	source := files.Source{Table: "users", Path: "users*.csv", Whole: true, Columns: columns(t, "id", "bigint")}
	p.write(t, "users.csv", "id\n1\n2\n")
	p.write(t, "users (1).csv", "id\n1\n2\n")
	_, err := p.tryLoad(t, source)
	wantFault(t, err, `users.csv: the same bytes as users (1).csv: its rows would count twice`)
}

func TestFromAndThroughBoundADailyHistory(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "likes.csv", "Day,N\n2026-11-10,1\n2026-11-12,2\n2026-11-14,3\n")
	source := files.Source{Table: "likes", Path: "likes.csv", Day: "Day", Columns: columns(t, "N", "bigint")}
	p.load(t, source)
	p.want(t, "likes", "2026-11-10: 1", "2026-11-11: 0", "2026-11-12: 1", "2026-11-13: 0", "2026-11-14: 1")
	from, through := day(t, "2026-11-09"), day(t, "2026-11-13")
	source.From, source.Through = &from, &through
	report := p.load(t, source)
	p.want(t, "likes", "2026-11-09: 0", "2026-11-10: 1", "2026-11-11: 0", "2026-11-12: 1", "2026-11-13: 0")
	if !slices.Equal(report.Forgotten, []calendar.Day{day(t, "2026-11-14")}) {
		t.Errorf("forgotten: %v", report.Forgotten)
	}
}

func TestMistypedYearIsRefused(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "likes.csv", "day,n\n2026-11-10,1\n9026-11-12,2\n")
	_, err := p.tryLoad(t, files.Source{Table: "likes", Path: "likes.csv", Day: "day", Columns: columns(t, "n", "bigint")})
	if err == nil || !strings.Contains(err.Error(), "rows from 2026-11-10 to 9026-11-12: more than a hundred years") {
		t.Errorf("error is %v", err)
	}
}

func TestChangedRulesReadAllAgain(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv", head+"2026-11-13 05:00:00,1,web\n")
	source := uploads(t, "data/{day}.csv")
	p.load(t, source)
	source.Columns = source.Columns[:2]
	if report := p.load(t, source); report.Unchanged != 0 || len(report.Replaced) != 1 {
		t.Errorf("a column less: %+v", report)
	}
}

func TestNoFileIsAnError(t *testing.T) {
	p := newProject(t, "UTC")
	for _, path := range []string{"data/{day}.csv", "history.csv", "in/*.csv"} {
		if _, err := p.tryLoad(t, uploads(t, path)); err == nil || !strings.Contains(err.Error(), path+": no such file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFolderNameIsNoPattern(t *testing.T) {
	p := newProject(t, "UTC")
	p.dir = filepath.Join(p.dir, "a [b] *")
	p.write(t, "2026-11-13.csv", head+"2026-11-13 05:00:00,1,web\n")
	if report := p.load(t, uploads(t, "./{day}.csv")); report.Rows != 1 {
		t.Errorf("report: %+v", report)
	}
}

func wantFault(t *testing.T, err error, want ...string) {
	t.Helper()
	var faults *files.FaultsError
	if !errors.As(err, &faults) {
		t.Fatalf("error is %v, want the faults\n%s", err, strings.Join(want, "\n"))
	}
	if got := faults.Error(); got != strings.Join(want, "\n") {
		t.Errorf("faults are\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
