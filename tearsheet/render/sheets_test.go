package render_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"
	"tearsheet/tearsheet/render/sheets"
	"tearsheet/tearsheet/render/xlsx"
	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// shownCell is what a reader finds in a cell, wherever it lives.
type shownCell struct {
	value, format, note, fill string
	number, bold              bool
}

// namesInFile are the tabs of the file by those of the spreadsheet.
func namesInFile() map[string]string {
	return map[string]string{"Tearsheet": "Tearsheet", "Tearsheet definitions": "Definitions", "Tearsheet data": "Data", "Tearsheet weeks": "Weeks"}
}

// bookCells returns the cells of the tabs for Google Sheets.
func bookCells(b *workbook.Book) map[string]shownCell {
	cells := map[string]shownCell{}
	for _, tab := range b.Tabs {
		for at, c := range tab.Cells {
			name, _ := excelize.CoordinatesToCellName(at.Column, at.Row)
			s := shownCell{value: c.Text, format: c.Look.Format, fill: c.Look.Fill, bold: c.Look.Bold, number: c.Kind == workbook.Number}
			if s.number {
				s.value = strconv.FormatFloat(c.Number, 'g', -1, 64)
			}
			if c.Note != nil {
				s.note = c.Note.String()
			}
			if s != (shownCell{}) {
				cells[namesInFile()[tab.Name]+"!"+name] = s
			}
		}
	}
	return cells
}

// fileCells returns the cells of a file, without those of its charts.
func fileCells(t *testing.T, data []byte) map[string]shownCell {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cells, styles := map[string]shownCell{}, map[int]shownCell{}
	for tab := range maps.Values(namesInFile()) {
		notes, below := fileNotes(t, f, tab), covered(t, f, tab)
		shown, err := f.GetRows(tab, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		const columns = 40 // more than any tab has
		rows := len(shown) + 5
		for i := range columns * rows {
			name, _ := excelize.CoordinatesToCellName(1+i%columns, 1+i/columns)
			s := fileCell(t, f, styles, [2]string{tab, name})
			s.note = notes[name]
			if below[name] {
				s.value = "" // the library tells that of the first cell
			}
			if s != (shownCell{}) {
				cells[tab+"!"+name] = s
			}
		}
	}
	return cells
}

// covered returns the cells that lie below a merged one.
func covered(t *testing.T, f *excelize.File, tab string) map[string]bool {
	t.Helper()
	merged, err := f.GetMergeCells(tab)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]bool{}
	for _, m := range merged {
		left, top, _ := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, _ := excelize.CellNameToCoordinates(m.GetEndAxis())
		for column := left; column <= right; column++ {
			for row := top; row <= bottom; row++ {
				name, _ := excelize.CoordinatesToCellName(column, row)
				cells[name] = name != m.GetStartAxis()
			}
		}
	}
	return cells
}

func fileNotes(t *testing.T, f *excelize.File, tab string) map[string]string {
	t.Helper()
	comments, err := f.GetComments(tab)
	if err != nil {
		t.Fatal(err)
	}
	notes := map[string]string{}
	for _, c := range comments {
		for _, run := range c.Paragraph {
			notes[c.Cell] += run.Text
		}
	}
	return notes
}

// fileCell reads the cell at a tab and a place; styles are those that were read.
func fileCell(t *testing.T, f *excelize.File, styles map[int]shownCell, at [2]string) shownCell {
	t.Helper()
	value, err := f.GetCellValue(at[0], at[1], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	kind, err := f.GetCellType(at[0], at[1])
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.GetCellStyle(at[0], at[1])
	if err != nil {
		t.Fatal(err)
	}
	s, ok := styles[id]
	if !ok {
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if style.Font != nil {
			s.bold = style.Font.Bold
		}
		if len(style.Fill.Color) > 0 {
			s.fill = strings.TrimPrefix(style.Fill.Color[0], "FF")
		}
		if style.CustomNumFmt != nil {
			s.format = *style.CustomNumFmt
		}
		styles[id] = s
	}
	s.value = value
	if number, err := strconv.ParseFloat(value, 64); err == nil && kind != excelize.CellTypeSharedString {
		s.number, s.value = true, strconv.FormatFloat(number, 'g', -1, 64)
	}
	return s
}

// unlike lists the cells in which two workbooks differ.
func unlike(a, b map[string]shownCell) []string {
	var list []string
	for at, x := range a {
		if y := b[at]; x != y {
			list = append(list, fmt.Sprintf("%s: %+v and %+v", at, x, y))
		}
	}
	for at, y := range b {
		if _, ok := a[at]; !ok {
			list = append(list, fmt.Sprintf("%s: nothing and %+v", at, y))
		}
	}
	slices.Sort(list)
	return list
}

func TestSpreadsheetAndFileShowTheSameCells(t *testing.T) {
	for name, doc := range map[string]*tearsheet.Document{"one page": rendertest.Sample(), "long": rendertest.Long(2)} {
		t.Run(name, func(t *testing.T) {
			file := fileCells(t, rendered(t, xlsx.Renderer{}, doc))
			cells := bookCells(sheets.Book(doc))
			found := unlike(cells, file)
			for _, fault := range found[:min(10, len(found))] {
				t.Error(fault)
			}
			if len(found) > 10 {
				t.Errorf("and %d more", len(found)-10)
			}
			if len(cells) < 40*13*2 {
				t.Errorf("only %d cells", len(cells))
			}
		})
	}
}

// Negative control: one change of each kind is found, and no other.
func TestEachDifferenceOfSpreadsheetAndFileIsFound(t *testing.T) {
	doc := rendertest.Sample()
	file := fileCells(t, rendered(t, xlsx.Renderer{}, doc))
	at := workbook.At(4, 7) // a week of the first row
	for name, change := range map[string]func(tab *workbook.Tab){
		"number":  func(tab *workbook.Tab) { tab.Cells[at].Number += 1e-6 },
		"text":    func(tab *workbook.Tab) { tab.Cells[workbook.At(2, 7)].Text += " " },
		"kind":    func(tab *workbook.Tab) { c := tab.Cells[at]; c.Kind, c.Text = workbook.Text, fmt.Sprint(c.Number) },
		"format":  func(tab *workbook.Tab) { tab.Cells[at].Look.Format = "0" },
		"note":    func(tab *workbook.Tab) { tab.Cells[workbook.At(2, 7)].Note.Source = "Nobody" },
		"bold":    func(tab *workbook.Tab) { tab.Cells[at].Look.Bold = true },
		"fill":    func(tab *workbook.Tab) { tab.Cells[at].Look.Fill = workbook.Accent },
		"missing": func(tab *workbook.Tab) { delete(tab.Cells, at) },
		"more":    func(tab *workbook.Tab) { tab.Text(workbook.At(99, 99), "x", workbook.Look{}) },
	} {
		b := sheets.Book(doc)
		change(b.Tabs[0])
		if found := unlike(bookCells(b), file); len(found) != 1 {
			t.Errorf("%s: %d differences found, want 1: %q", name, len(found), found[:min(3, len(found))])
		}
	}
}
