package main

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tearsheet/workbook/google/googletest"
)

// seen is what a person sees of a tab, whichever program shows it.
type seen struct {
	Cells  map[string]seenCell
	Merges []string
	Rules  []string
	Frozen string
}

// seenCell is what a person sees of a cell.
type seenCell struct {
	Number       string // unrounded; "" if it holds none
	Shown        string // as it is formatted, without room at its end
	Faces        string // of its pieces: text, weight, slant, colour, size
	Fill, Align  string
	Note, LeadTo string
}

// asTheProgramLikes is how a number without a format is shown: each program has its own
// rule for its digits. The number itself is compared.
const asTheProgramLikes = "\x00"

// inBoth are the tabs of a file, and their names at Google. Charts are only in the file:
// at Google the sparklines draw the same weeks.
func inBoth() map[string]string {
	return map[string]string{"Tearsheet": "Tearsheet", "Definitions": "Tearsheet definitions", "Data": "Tearsheet data", "Weeks": "Tearsheet weeks"}
}

// unlike lists in what a tab at Google and the same tab of a file differ.
func unlike(name string, file, google seen) []string {
	if name == "Tearsheet" {
		// Google merges no cells across a frozen edge, and cuts text off there: columns move.
		if file.Frozen != "5 rows, 3 columns" || google.Frozen != "5 rows, 0 columns" {
			return []string{name + ": frozen in the file " + file.Frozen + ", at Google " + google.Frozen}
		}
		file.Frozen = google.Frozen
	}
	var lines []string
	for _, c := range []struct{ what, file, google string }{
		{"frozen", file.Frozen, google.Frozen}, {"merged", strings.Join(file.Merges, " "), strings.Join(google.Merges, " ")},
		{"rules", strings.Join(file.Rules, "; "), strings.Join(google.Rules, "; ")},
	} {
		if c.file != c.google {
			lines = append(lines, fmt.Sprintf("%s: %s: in the file %s, at Google %s", name, c.what, c.file, c.google))
		}
	}
	all := maps.Clone(file.Cells)
	maps.Copy(all, google.Cells)
	for _, at := range slices.Sorted(maps.Keys(all)) {
		if a, b := file.Cells[at], google.Cells[at]; a != b {
			lines = append(lines, fmt.Sprintf("%s!%s: in the file %+v, at Google %+v", name, at, a, b))
		}
	}
	return lines
}

// fileTabs reads the tabs of a workbook by a library of others.
func fileTabs(t *testing.T, path string) map[string]seen {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tabs := map[string]seen{}
	for name := range inBoth() {
		tab := seen{Cells: map[string]seenCell{}}
		merged, err := f.GetMergeCells(name)
		must(t, err)
		for _, m := range merged {
			tab.Merges = append(tab.Merges, m.GetStartAxis()+":"+m.GetEndAxis())
		}
		slices.Sort(tab.Merges)
		covered, exact := coveredBy(t, tab.Merges), exactNumbers(t, path, f, name)
		panes, err := f.GetPanes(name)
		must(t, err)
		tab.Frozen = fmt.Sprintf("%d rows, %d columns", panes.YSplit, panes.XSplit)
		rules, err := f.GetConditionalFormats(name)
		must(t, err)
		for area, list := range rules {
			for _, rule := range list {
				tab.Rules = append(tab.Rules, area+" "+rule.Criteria)
			}
		}
		slices.Sort(tab.Rules)
		comments, err := f.GetComments(name)
		must(t, err)
		notes := map[string]string{}
		for _, c := range comments {
			for _, run := range c.Paragraph {
				notes[c.Cell] += run.Text
			}
		}
		rows, err := f.GetRows(name)
		must(t, err)
		columns := 0
		for _, row := range rows {
			columns = max(columns, len(row))
		}
		for row := range len(rows) + 2 {
			for column := range columns + 2 {
				at, err := excelize.CoordinatesToCellName(column+1, row+1)
				must(t, err)
				cell := fileCell(t, f, name, at)
				if covered[at] { // for which the library tells what the first cell of the merge holds
					cell = seenCell{Fill: cell.Fill}
				}
				cell.Note, cell.Number = notes[at], exact[at]
				if cell.Shown == asTheProgramLikes {
					cell.Shown = cell.Number
				}
				if cell != (seenCell{}) {
					tab.Cells[at] = cell
				}
			}
		}
		tabs[name] = tab
	}
	return tabs
}

// coveredBy are the cells of merges but for the first of each.
func coveredBy(t *testing.T, merges []string) map[string]bool {
	t.Helper()
	covered := map[string]bool{}
	for _, m := range merges {
		first, last, _ := strings.Cut(m, ":")
		left, top, err := excelize.CellNameToCoordinates(first)
		must(t, err)
		right, bottom, err := excelize.CellNameToCoordinates(last)
		must(t, err)
		for row := top; row <= bottom; row++ {
			for column := left; column <= right; column++ {
				at, err := excelize.CoordinatesToCellName(column, row)
				must(t, err)
				covered[at] = at != first
			}
		}
	}
	return covered
}

var numberInFile = regexp.MustCompile(`<c r="([A-Z]+[0-9]+)"(?: s="[0-9]+")?><v>([^<]+)</v>`)

// exactNumbers are the numbers of a tab as they stand in the file. The library rounds them
// to 15 digits.
func exactNumbers(t *testing.T, path string, f *excelize.File, name string) map[string]string {
	t.Helper()
	index, err := f.GetSheetIndex(name)
	must(t, err)
	archive, err := zip.OpenReader(path)
	must(t, err)
	defer archive.Close()
	part, err := archive.Open(fmt.Sprintf("xl/worksheets/sheet%d.xml", index+1))
	must(t, err)
	defer part.Close()
	text, err := io.ReadAll(part)
	must(t, err)
	exact := map[string]string{}
	for _, found := range numberInFile.FindAllStringSubmatch(string(text), -1) {
		number, err := strconv.ParseFloat(found[2], 64)
		must(t, err)
		exact[found[1]] = strconv.FormatFloat(number, 'g', -1, 64)
	}
	return exact
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fileCell(t *testing.T, f *excelize.File, tab, at string) (c seenCell) {
	t.Helper()
	shown, err := f.GetCellValue(tab, at)
	must(t, err)
	raw, err := f.GetCellValue(tab, at, excelize.Options{RawCellValue: true})
	must(t, err)
	kind, err := f.GetCellType(tab, at)
	must(t, err)
	id, err := f.GetCellStyle(tab, at)
	must(t, err)
	style, err := f.GetStyle(id)
	must(t, err)
	if style.Fill.Pattern == 1 {
		c.Fill = style.Fill.Color[0]
	}
	if raw == "" {
		return c
	}
	c.Shown = strings.TrimRight(shown, " ")
	if _, err := strconv.ParseFloat(raw, 64); err == nil && style.NumFmt == 0 && style.CustomNumFmt == nil && kind != excelize.CellTypeSharedString {
		c.Shown = asTheProgramLikes
	}
	if style.Alignment != nil {
		c.Align = style.Alignment.Horizontal
	}
	runs, err := f.GetCellRichText(tab, at)
	must(t, err)
	if len(runs) == 0 || runs[0].Font == nil {
		runs = []excelize.RichTextRun{{Font: style.Font}}
	}
	var pieces []piece
	for _, run := range runs {
		if len(runs) == 1 {
			run.Text = "" // all of it
		}
		pieces = append(pieces, piece{run.Text, face(run.Font.Bold, run.Font.Italic, run.Font.Color, run.Font.Size, run.Font.Family)})
	}
	c.Faces = joinedPieces(pieces)
	if on, to, err := f.GetCellHyperLink(tab, at); on && err == nil {
		c.LeadTo = strings.ReplaceAll(to, "'", "")
	}
	return c
}

// piece is a text of one face; of a text that has but one, "".
type piece struct{ text, face string }

func face(bold, italic bool, color string, size float64, family string) string {
	return fmt.Sprintf("bold %t, italic %t, %s, %g, %s", bold, italic, strings.ToUpper(color), size, family)
}

// joinedPieces tells the faces of a text. Neighbours of one face are one piece.
func joinedPieces(pieces []piece) string {
	var lines []piece
	for _, p := range pieces {
		if n := len(lines); n > 0 && lines[n-1].face == p.face {
			lines[n-1].text += p.text
			continue
		}
		lines = append(lines, p)
	}
	return fmt.Sprint(lines)
}

// equalsItsFile wants what stands at Google to be what stands in the file, cell by cell.
func (s *standIn) equalsItsFile(t *testing.T, dir string) {
	t.Helper()
	file := fileTabs(t, filepath.Join(dir, "sheets", "tearsheet-2026-11-15.xlsx"))
	compare := func() (lines []string) {
		google := s.googleTabsSeen(t)
		for name := range inBoth() {
			if len(google[name].Cells) == 0 {
				t.Fatalf("no tab %s", name)
			}
			lines = append(lines, unlike(name, file[name], google[name])...)
		}
		return lines
	}
	lines := compare()
	for _, line := range lines[:min(len(lines), 30)] {
		t.Error(line)
	}
	if len(lines) > 0 {
		t.Fatalf("%d things differ", len(lines))
	}
	seen := 0
	for what, change := range map[string]func(p googletest.Person){
		"number": func(p googletest.Person) { p.EditCell("Tearsheet data", "G4", 1.5) },
		"face":   func(p googletest.Person) { p.FormatCell("Tearsheet weeks", "B5") },
		"note":   func(p googletest.Person) { p.AddNote("Tearsheet", "C7", "read me") },
		"merge":  func(p googletest.Person) { p.Merge("Tearsheet definitions", "F3:G3") },
	} {
		change(s.Person(s.id))
		before := seen
		if seen = len(compare()); seen <= before {
			t.Errorf("another %s at Google was not seen", what)
		}
	}
}

// atStandIn is the tearsheet.yaml of the example, with the spreadsheet.
func atStandIn(t *testing.T, s *standIn, config string) string {
	t.Helper()
	before, after, ok := strings.Cut(config, "outputs:\n")
	if !ok {
		t.Fatal("the example has no outputs")
	}
	return fmt.Sprintf("%sgoogle: {credentials: '%s', endpoint: '%s'}\noutputs:\n  sheets: {spreadsheet: %s}\n%s", before, s.key, s.URL, s.id, after)
}
