package files_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tearsheet/pipeline/source/files"
)

func TestFaultsNameFileLineAndColumn(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv.gz", head+
		"2026-11-13 05:00:00,1,web\r\n"+
		"2026-11-13 05:00:00,abc,web\n"+
		"2015-02-30 05:00:00,1,\"a\nb\"\n"+
		"2015–02–10 05:00:00,1.5,web\n"+
		",1,web\n"+
		"2026-11-13 05:00:00,1\n"+
		"2026-11-13 05:00:00,1,we\x00b\n"+
		"2026-11-13 05:00:00,1,\xff\n"+
		"2026-11-13 05:00:00,1,a\"b\n"+
		"2026-11-13 24:00:00, 1,web\n")
	_, err := p.tryLoad(t, uploads(t, "data/{day}.csv.gz"))
	wantFault(t, err,
		`data/2026-11-13.csv.gz:3:21: "abc" is not a bigint`,
		`data/2026-11-13.csv.gz:4:1: "2015-02-30 05:00:00" is not a timestamp such as 2026-11-15 10:24:31`,
		`data/2026-11-13.csv.gz:6:1: "2015–02–10 05:00:00" is not a timestamp such as 2026-11-15 10:24:31`,
		`data/2026-11-13.csv.gz:6:25: "1.5" is not a bigint`,
		`data/2026-11-13.csv.gz:7:1: occurred_at is empty: the row has no day`,
		`data/2026-11-13.csv.gz:8: 2 fields, not 3`,
		`data/2026-11-13.csv.gz:9:23: "we\x00b" has a NUL`,
		`data/2026-11-13.csv.gz:10:23: "\xff" is not UTF-8`,
		`data/2026-11-13.csv.gz:11:24: bare " in non-quoted-field`,
		`data/2026-11-13.csv.gz:12:1: "2026-11-13 24:00:00" is not a timestamp such as 2026-11-15 10:24:31`,
		`data/2026-11-13.csv.gz:12:21: " 1" is not a bigint`,
	)
	if rows, err := p.db.QueryContext(t.Context(), "select * from uploads"); err == nil {
		rows.Close()
		t.Error("the table was made for a source with faults")
	}
}

func TestFaultyFileLeavesTheTableAsItWas(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv", head+"2026-11-13 05:00:00,1,web\n")
	source := uploads(t, "data/{day}.csv")
	p.load(t, source)
	p.write(t, "data/2026-11-13.csv", head+"2026-11-13 05:00:00,1,web\n2026-11-13 06:00:00,2,web\n")
	p.write(t, "data/2026-11-14.csv", head+"2026-11-14 05:00:00,x,web\n")
	if _, err := p.tryLoad(t, source); err == nil {
		t.Error("a bad file is taken")
	}
	p.want(t, "uploads", "2026-11-13: 1")
	p.write(t, "data/2026-11-14.csv", head+"2026-11-14 05:00:00,7,web\n")
	p.load(t, source)
	p.want(t, "uploads", "2026-11-13: 2", "2026-11-14: 1")
}

func TestTwentyFaultsOfAFileAreTold(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv", head+strings.Repeat("x,y,z\n", 50))
	p.write(t, "data/2026-11-14.csv", head+"x,1,z\n")
	_, err := p.tryLoad(t, uploads(t, "data/{day}.csv"))
	var faults *files.FaultsError
	if !errors.As(err, &faults) || len(faults.Faults) != 21 {
		t.Errorf("error is %v", err)
	}
}

func TestBadBytesAreNamed(t *testing.T) {
	good := head + strings.Repeat("2026-11-13 05:00:00,1,web\n", 1000)
	whole := zipped(t, good)
	flipped := append([]byte{}, whole...)
	flipped[len(flipped)-6] ^= 1
	for name, tt := range map[string]struct {
		file, want string
		data       []byte
	}{
		"empty gzip":    {"a.csv.gz", "a.csv.gz: empty: a gzip file without rows still has its own head", nil},
		"cut gzip":      {"a.csv.gz", "a.csv.gz: ends in the middle: the gzip file is cut off", whole[:len(whole)-20]},
		"damaged gzip":  {"a.csv.gz", "a.csv.gz: damaged: its gzip checksum does not fit", flipped},
		"no gzip":       {"a.csv.gz", "a.csv.gz: not a gzip file, or something follows its end", []byte(good)},
		"gzip and more": {"a.csv.gz", "a.csv.gz: not a gzip file, or something follows its end", append(whole[:len(whole):len(whole)], "trailing text"...)},
		"empty":         {"a.csv", "a.csv: empty: not even a header line", nil},
		"utf-16":        {"a.csv", "a.csv: is UTF-16; save it as UTF-8", []byte("\xff\xfeo\x00")},
		"no column":     {"a.csv", `a.csv:1: no column "occurred_at"; there are at, user_id, client`, []byte("at,user_id,client\n")},
		"twice":         {"a.csv", `a.csv:1: column "client" stands twice`, []byte("occurred_at,user_id,client,client\n")},
		"open quote":    {"a.csv", `a.csv:3:27: extraneous or missing " in quoted-field, in a record that begins on line 2`, []byte(head + "2026-11-13 05:00:00,1,\"web\n2026-11-13 05:00:00,1,web\n")},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, "UTC")
			if err := os.WriteFile(filepath.Join(p.dir, tt.file), tt.data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := p.tryLoad(t, uploads(t, tt.file))
			wantFault(t, err, tt.want)
		})
	}
}

func TestMarkAndLineEndsOfWindowsAreTaken(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "a.csv", "\ufeffoccurred_at,user_id,client\r\n2026-11-13 05:00:00,1,\"say \"\"hi\"\",\r\nthere\"\r\n")
	p.load(t, uploads(t, "a.csv"))
	rows, err := p.db.QueryContext(t.Context(), "select client from uploads")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var client string
	for rows.Next() {
		if err := rows.Scan(&client); err != nil {
			t.Fatal(err)
		}
	}
	if want := "say \"hi\",\r\nthere"; client != want {
		t.Errorf("client is %q, want %q", client, want)
	}
}

// A cell is what stands in the file, wherever the text is cut while it is read.
func TestLineEndsWithinQuotesAreKept(t *testing.T) {
	for _, pad := range []int{0, 1, 16_355, 16_356, 16_357, 16_358, 16_359, 16_360, 16_361} {
		p := newProject(t, "UTC")
		long := strings.Repeat("x", pad)
		p.write(t, "2026-11-13.csv", "note,client\r\n\"\"\"\r\n"+long+"\",\"a\r\n\r\nb\rc\n\"\"\r\n\"\r\n\"\",d\r\ne,f\"\r\n")
		_, err := p.tryLoad(t, files.Source{Table: "u", Path: "{day}.csv", Columns: columns(t, "note", "text", "client", "text")})
		wantFault(t, err, `2026-11-13.csv:9:4: bare " in non-quoted-field`)
		p.write(t, "2026-11-13.csv", "note,client\r\n\"\"\"\r\n"+long+"\",\"a\r\n\r\nb\rc\n\"\"\r\n\"\r\n\"\",d\r\ne,f\r\n")
		p.load(t, files.Source{Table: "u", Path: "{day}.csv", Columns: columns(t, "note", "text", "client", "text")})
		want := []string{"a\r\n\r\nb\rc\n\"\r\n", "d", "f"}
		if got := p.texts(t, "select client from u"); !slices.Equal(got, want) {
			t.Errorf("after %d bytes clients are %q, want %q", pad, got, want)
		}
		if got := p.texts(t, "select note from u limit 1"); !slices.Equal(got, []string{"\"\r\n" + long}) {
			t.Errorf("after %d bytes the note is %q", pad, got)
		}
	}
}

func TestFaultyQuoteLeavesTheLinesAfterItAlone(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "2026-11-13.csv", "a,n\r\nb\"c,1\r\nd,2\r\n\"e\"f,3\r\ng,x\r\n")
	_, err := p.tryLoad(t, files.Source{Table: "u", Path: "{day}.csv", Columns: columns(t, "a", "text", "n", "bigint")})
	wantFault(t, err, `2026-11-13.csv:2:2: bare " in non-quoted-field`, `2026-11-13.csv:4:3: extraneous or missing " in quoted-field`, `2026-11-13.csv:5:3: "x" is not a bigint`)
}

func TestEmptyLineOfAFileOfOneColumnIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	source := files.Source{Table: "u", Path: "{day}.csv", Columns: columns(t, "name", "text")}
	p.write(t, "2026-11-13.csv", "name\n\n\"a\r\nb\"\r\nb\"c\nc\n\n\nd\n\"\"\n\n")
	_, err := p.tryLoad(t, source)
	const empty = `:1: an empty line: of one column, it may be a row without a value, which is written "", or none`
	wantFault(t, err, `2026-11-13.csv:2`+empty, `2026-11-13.csv:5:2: bare " in non-quoted-field`, `2026-11-13.csv:7`+empty, `2026-11-13.csv:11`+empty)

	p.write(t, "2026-11-13.csv", "\nname\n\"a\nb\"\n\"\"\nd")
	p.load(t, source)
	if got := p.texts(t, "select name from u"); !slices.Equal(got, []string{"a\nb", "", "d"}) {
		t.Errorf("names are %q", got)
	}
	p = newProject(t, "UTC")
	source.Columns = columns(t, "name", "text", "n", "bigint") // here it is nobody's row
	p.write(t, "2026-11-13.csv", "name,n\n\na,1\n\n")
	if report := p.load(t, source); report.Rows != 1 {
		t.Errorf("report: %+v", report)
	}
}

func TestFileNamedByNoDateIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "data/2026-11-13.csv", head)
	p.write(t, "data/2026-02-30.csv", head)
	p.write(t, "data/2026-11-13 (copy).csv", head)
	_, err := p.tryLoad(t, uploads(t, "data/{day}.csv"))
	wantFault(t, err,
		`data/2026-02-30.csv: "2026-02-30" is not a date such as 2026-11-15`,
		`data/2026-11-13 (copy).csv: "2026-11-13 (copy)" is not a date such as 2026-11-15`)
}

func TestSourceThatSaysTooMuchOrTooLittleIsRefused(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "a.csv", head)
	from := day(t, "2026-11-13")
	for want, source := range map[string]files.Source{
		"has no path":              {Table: "t", At: "at", Columns: columns(t, "n", "bigint")},
		"names no columns":         {Table: "t", Path: "{day}.csv"},
		"has both at: and day:":    {Table: "t", Path: "a.csv", At: "at", Day: "day", Columns: columns(t, "n", "bigint")},
		"has neither at:":          {Table: "t", Path: "a.csv", Columns: columns(t, "n", "bigint")},
		"column at is a text":      {Table: "t", Path: "a.csv", At: "at", Columns: columns(t, "at", "text")},
		"each file says its day":   {Table: "t", Path: "{day}.csv", From: &from, Columns: columns(t, "n", "bigint")},
		"{day} stands twice":       {Table: "t", Path: "{day}/{day}.csv", Columns: columns(t, "n", "bigint")},
		"{day} does not go with":   {Table: "t", Path: "*/{day}.csv", Columns: columns(t, "n", "bigint")},
		`table "T": a name has`:    {Table: "T", Path: "a.csv", At: "at", Columns: columns(t, "n", "bigint")},
		`column "n n": a name has`: {Table: "t", Path: "a.csv", At: "at", Columns: columns(t, "n n", "bigint")},
		`column "n" stands twice`:  {Table: "t", Path: "a.csv", At: "at", Columns: columns(t, "n", "bigint", "N", "bigint")},
	} {
		if _, err := p.tryLoad(t, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

func TestPipeIsNoSource(t *testing.T) {
	p := newProject(t, "UTC")
	if err := syscall.Mkfifo(filepath.Join(p.dir, "a.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.tryLoad(t, uploads(t, "a.csv")); err == nil || !strings.Contains(err.Error(), "a.csv: it is no regular file") {
		t.Errorf("a pipe is read: %v", err)
	}
}

func TestFileThatChangesUnderReadingIsNotLoaded(t *testing.T) {
	p := newProject(t, "UTC")
	line := "2026-11-13 05:00:00,%d,web\n"
	var text strings.Builder
	text.WriteString(head)
	for i := range 10_000 {
		fmt.Fprintf(&text, line, i)
	}
	p.write(t, "a.csv", text.String())
	options := p.options()
	options.Progress = func(at files.Progress) {
		if at.Step == "loading" {
			p.write(t, "a.csv", text.String()+"2026-11-13 05:00:00,7,web\n")
		}
	}
	_, err := files.Load(t.Context(), p.db, p.cal, uploads(t, "a.csv"), options)
	if err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("error is %v", err)
	}
	p.want(t, "uploads")
}

func TestQuoteThatIsNeverClosedIsGivenUp(t *testing.T) {
	long := strings.Repeat("2026-11-13 05:00:00,1,web\n", 100_000)
	for name, tt := range map[string]struct{ text, want string }{
		"open quote":  {head + "2026-11-13 05:00:00,1,\"web\n" + long, "a.csv:2: a record of more than 1 MB; is a closing quote missing?"},
		"long line":   {head + "2026-11-13 05:00:00,1,web\n" + strings.Repeat("x", 3<<20) + "\n", "a.csv:3: a record of more than 1 MB; is a closing quote missing?"},
		"long header": {strings.ReplaceAll(long, "\n", ","), "a.csv:1: a record of more than 1 MB; is a closing quote missing?"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, "UTC")
			p.write(t, "a.csv", tt.text)
			_, err := p.tryLoad(t, uploads(t, "a.csv"))
			wantFault(t, err, tt.want)
		})
	}
	p := newProject(t, "UTC")
	p.write(t, "a.csv", head+long+"2026-11-13 05:00:00,1,\""+strings.Repeat("web\n", 200_000)+"\"\n"+long)
	if report := p.load(t, uploads(t, "a.csv")); report.Rows != 200_001 {
		t.Errorf("a file with a record of 0.8 MB: %d rows", report.Rows)
	}
}

// The file becomes one that the kernel refuses to read.
func TestErrorOfTheDiskIsNoFaultOfTheFile(t *testing.T) {
	const unreadable = "/proc/self/mem"
	if _, err := os.Stat(unreadable); err != nil {
		t.Skip("no ", unreadable)
	}
	for _, name := range []string{"a.csv", "a.csv.gz"} {
		for _, before := range []string{"weighing", "checking"} {
			p := newProject(t, "UTC")
			p.write(t, name, head+"2026-11-13 05:00:00,1,web\n")
			options := p.options()
			options.Progress = func(at files.Progress) {
				path := filepath.Join(p.dir, name)
				if at.Step != before {
					return
				}
				if err := errors.Join(os.RemoveAll(path), os.Symlink(unreadable, path)); err != nil {
					t.Error(err)
				}
			}
			_, err := files.Load(t.Context(), p.db, p.cal, uploads(t, name), options)
			if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), name) {
				t.Errorf("after %s: error is %v", before, err)
			}
		}
	}
}
