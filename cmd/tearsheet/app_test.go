package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tearsheet/tearsheet"
)

func TestMain(m *testing.M) { testscript.Main(suite{m}, programs()) }

// outcome is what a run of the program came to.
type outcome struct {
	out, errOut string
	code        int
}

// tuesday is the instant at which tests run the program: 17 November 2026 in
// Toronto.
var tuesday = time.Date(2026, time.November, 17, 14, 0, 0, 0, time.UTC)

// tearsheetAt runs the program in a folder at an instant.
func tearsheetAt(t testing.TB, now time.Time, dir string, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{out: &out, errOut: &errOut, now: func() time.Time { return now }, codes: exitCodes{}}
	root := a.command()
	root.SetArgs(append([]string{"-C", dir}, args...))
	err := root.ExecuteContext(context.Background())
	a.report(err)
	return outcome{out.String(), errOut.String(), exitCode(err)}
}

// mustRun runs the program and wants it to succeed.
func mustRun(t testing.TB, dir string, args ...string) outcome {
	t.Helper()
	o := tearsheetAt(t, tuesday, dir, args...)
	if o.code != exitDone {
		t.Fatalf("tearsheet %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.out, o.errOut)
	}
	return o
}

// writeProject writes the files of a project and returns its folder.
func writeProject(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil { // a configuration may hold a password
			t.Fatal(err)
		}
	}
	return dir
}

// sheetOf makes the sheet of a week and reads its JSON.
func sheetOf(t testing.TB, dir, week string, args ...string) *tearsheet.Document {
	t.Helper()
	mustRun(t, dir, append([]string{"sheet", "--week", week, "--to", "json"}, args...)...)
	return readSheet(t, dir, week)
}

// readSheet reads the JSON of a sheet that was made.
func readSheet(t testing.TB, dir, week string) *tearsheet.Document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "sheets", "tearsheet-"+week+".json"))
	if err != nil {
		t.Fatal(err)
	}
	doc := new(tearsheet.Document)
	if err := json.Unmarshal(text, doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// rowOf returns the row of a metric.
func rowOf(t testing.TB, doc *tearsheet.Document, metric string) tearsheet.Row {
	t.Helper()
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if row.Metric == metric {
				return row
			}
		}
	}
	t.Fatalf("the sheet has no row %s", metric)
	return tearsheet.Row{}
}
