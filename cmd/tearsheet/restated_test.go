package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/tearsheet"
)

// openedAgain writes the files of an edition again and returns them by extension.
func openedAgain(t *testing.T, dir, number string) map[string][]byte {
	t.Helper()
	out := t.TempDir()
	mustRun(t, dir, "editions", "open", number, "-o", out)
	return filesIn(t, out)
}

// filesIn returns the files of a folder by extension.
func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Ext(entry.Name())] = content
	}
	return files
}

func wantSameFiles(t *testing.T, what string, got, want map[string][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
	for ext, content := range want {
		if !bytes.Equal(got[ext], content) {
			t.Errorf("%s: the %s file has other bytes (%d and %d)", what, ext, len(got[ext]), len(content))
		}
	}
}

func wantRestated(t *testing.T, row tearsheet.Row, ends, was, cause string, edition int) {
	t.Helper()
	cell := cellOf(t, row, ends)
	r := cell.Restated
	if r == nil || r.Was.Decimal() != decimal(t, was) || r.Cause != cause || r.Edition != edition || !strings.Contains(cell.Signs, "‡") {
		t.Errorf("%s, week to %s: restated as %+v, signs %q; want %s, edition %d, %s", row.Metric, ends, r, cell.Signs, was, edition, cause)
	}
}

func TestFileThatComesLaterRestatesItsWeek(t *testing.T) { // A02
	files := dayFiles(t, "visits", "2026-11-02", append(steady, 1, 2, 3, 4, 5, 6, 7)...)
	late := filepath.Join("data", "visits", "2026-11-05.csv")
	text := files[late]
	delete(files, late)
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits"),
		[2]string{"of_week", "week: sum\nfrom: visits\nmeasure: count(*)\nday: day"}), files)
	formats := []string{"sheet", "--week", "2026-11-15", "--to", "pdf,xlsx,html,csv,json"}
	mustRun(t, dir, formats...)
	printed := filesIn(t, filepath.Join(dir, "sheets"))

	overwrite(t, dir, late, text)
	second := sheetOf(t, dir, "2026-11-15")
	wantCell(t, rowOf(t, second, "visits"), "2026-11-08", "4", "7/7")
	if cellOf(t, rowOf(t, second, "visits"), "2026-11-08").Restated != nil { // 24/6 is 4 too
		t.Error("a figure that stayed as it was is restated")
	}
	wantRestated(t, rowOf(t, second, "of_week"), "2026-11-08", "unknown", "late data", 1)
	if cellOf(t, rowOf(t, second, "visits"), "2026-11-15").Restated != nil {
		t.Error("a week that did not change is restated")
	}
	wantSameFiles(t, "edition 1, opened again", openedAgain(t, dir, "1"), printed)

	// The next week's sheet still says it, and issuing it twice changes nothing.
	mustRun(t, dir, append(formats, "-o", filepath.Join(dir, "again"))...)
	again := filesIn(t, filepath.Join(dir, "again"))
	wantSameFiles(t, "edition 2, opened again", openedAgain(t, dir, "2"), again)
	if maps.EqualFunc(printed, again, bytes.Equal) {
		t.Error("the restated sheet has the bytes of the first one")
	}
}

func TestCorrectedFileRestatesItsWeek(t *testing.T) { // A04
	files := dayFiles(t, "visits", "2026-11-09", steady...)
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")), files)
	sheetOf(t, dir, "2026-11-15")
	maps.Copy(files, dayFiles(t, "visits", "2026-11-15", 14))
	overwrite(t, dir, "data/visits/2026-11-15.csv", files["data/visits/2026-11-15.csv"])
	row := rowOf(t, sheetOf(t, dir, "2026-11-15"), "visits")
	wantCell(t, row, "2026-11-15", "5", "7/7", "1 2 3 4 5 6 14")
	wantRestated(t, row, "2026-11-15", "4", "correction", 1)
}

func TestChangedDefinitionRestatesItsHistory(t *testing.T) { // D13
	dir := scenario(t, dailyConfig("", "visits"), registry(counted("visits")), dayFiles(t, "visits", "2026-11-09", steady...))
	sheetOf(t, dir, "2026-11-15")
	before := openedAgain(t, dir, "1")
	overwrite(t, dir, registryName, registry([2]string{"visits", counted("visits")[1] + "\nwhere: n > 1"}))
	doc := sheetOf(t, dir, "2026-11-15")
	row := rowOf(t, doc, "visits")
	wantCell(t, row, "2026-11-15", "3", "7/7", "0 1 2 3 4 5 6")
	wantRestated(t, row, "2026-11-15", "4", "definition changed", 1)
	wantSameFiles(t, "edition 1", openedAgain(t, dir, "1"), before)
	if !strings.Contains(doc.Definitions[0].Statement, "n > 1") || bytes.Contains(before[".json"], []byte("n > 1")) {
		t.Error("the editions do not each keep their own definition")
	}

	// Back to the first definition, the sheet says what the first edition said.
	overwrite(t, dir, registryName, registry(counted("visits")))
	if back := sheetOf(t, dir, "2026-11-15"); back.Edition != 1 {
		t.Errorf("the first definition again is edition %d", back.Edition)
	}
}

// New words for the same figure are another edition, and no restatement.
func TestNewWordingRestatesNothing(t *testing.T) {
	text := registry(counted("visits"))
	dir := scenario(t, dailyConfig("", "visits"), text, dayFiles(t, "visits", "2026-11-09", steady...))
	sheetOf(t, dir, "2026-11-15")
	overwrite(t, dir, registryName, strings.Replace(text, "What happened on the day", "Each visit of the day", 1))
	doc := sheetOf(t, dir, "2026-11-15")
	if doc.Edition != 2 || rowOf(t, doc, "visits").Restated {
		t.Errorf("edition %d, restated %t", doc.Edition, rowOf(t, doc, "visits").Restated)
	}
}
