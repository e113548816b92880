package schemadoc_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tearsheet/schemadoc"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

type render func(io.Writer, *schemadoc.Document) error

func renderers() map[string]render {
	return map[string]render{"html": schemadoc.HTML, "xlsx": schemadoc.XLSX, "md": schemadoc.Markdown}
}

func rendered(t testing.TB, r render, doc *schemadoc.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFilesAreAsTheyWereRead(t *testing.T) {
	page := regexp.MustCompile(`(?s)<style>.*</style>|sha256-\S*`).ReplaceAllString(string(rendered(t, schemadoc.HTML, sample())), "")
	for name, got := range map[string]string{
		"sample.html": page,
		"sample.md":   string(rendered(t, schemadoc.Markdown, sample())),
		"sample.txt":  cells(t, rendered(t, schemadoc.XLSX, sample())),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s has changed (-update writes it):\n%s", path, got)
		}
	}
}

// cells writes the cells of a workbook as text.
func cells(t *testing.T, file []byte) string {
	t.Helper()
	f := opened(t, file)
	var b strings.Builder
	for _, tab := range f.GetSheetList() {
		fmt.Fprintf(&b, "-- %s --\n", tab)
		rows, err := f.GetRows(tab)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			b.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	return b.String()
}

func opened(t *testing.T, file []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSameDocumentGivesTheSameBytes(t *testing.T) {
	for name, r := range renderers() {
		first := rendered(t, r, sample())
		for range 4 {
			if !bytes.Equal(first, rendered(t, r, sample())) {
				t.Fatalf("%s: two renders differ", name)
			}
		}
		other := sample()
		other.Groups[0].Tables[0].Columns[4].Values[0].Rows++
		if bytes.Equal(first, rendered(t, r, other)) {
			t.Errorf("%s: one row more gave the same bytes: the comparison sees nothing", name)
		}
	}
}

func TestEmptyDocumentIsWritten(t *testing.T) {
	for name, r := range renderers() {
		if file := rendered(t, r, &schemadoc.Document{}); len(file) == 0 {
			t.Errorf("%s: nothing was written", name)
		}
	}
}
