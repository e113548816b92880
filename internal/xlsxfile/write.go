// Package xlsxfile writes workbooks as files for office programs. It gives what the
// library does not: a file that is the same bytes for the same content, and text that a
// cell holds as it was typed. What stands in the cells is left to others.
package xlsxfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// Write writes a workbook as an .xlsx file. The same workbook gives the same bytes.
// Nothing is written if it returns an error of the workbook: no tab, two tabs of one
// name, a name that no tab can have, an unknown paper, or a number that is not finite.
//
// Control characters are shown by their pictures, and text that is too long for a cell
// is cut with a word that says so. A row is at most 409 points high.
func Write(w io.Writer, book *workbook.Book) error {
	if err := check(book); err != nil {
		return err
	}
	f := &file{File: excelize.NewFile(), styles: map[workbook.Look]int{}, faces: map[face]int{}}
	defer f.Close()
	f.keep(f.SetDefaultFont(fontFamily))
	f.properties(book)
	f.keep(f.SetSheetName("Sheet1", book.Tabs[0].Name))
	for _, t := range book.Tabs[1:] {
		_, err := f.NewSheet(t.Name)
		f.keep(err)
	}
	for _, t := range book.Tabs {
		tab{f, t.Name}.write(t)
	}
	if f.err != nil {
		return f.err
	}
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return NewArchive(w) })
	_, err := f.WriteTo(w)
	return err
}

// check finds what would give a file that is broken or lacks a tab.
func check(book *workbook.Book) error {
	if len(book.Tabs) == 0 {
		return errors.New("the workbook has no tab")
	}
	names := map[string]bool{}
	for _, t := range book.Tabs {
		if _, ok := papers(t.Print.Paper); !ok {
			return fmt.Errorf("tab %q: unknown paper %q: letter or a4", t.Name, t.Print.Paper)
		}
		name := strings.ToLower(t.Name)
		if names[name] {
			return fmt.Errorf("tab %q: another tab has this name", t.Name)
		}
		names[name] = true
	}
	return nil
}

// file is the file that is being made. It keeps the first error and goes on, so that
// writing reads as a list of what is written.
type file struct {
	*excelize.File
	styles map[workbook.Look]int
	faces  map[face]int
	err    error
}

func (f *file) keep(err error) {
	if f.err == nil {
		f.err = err
	}
}

// properties names the document and its day, and no person, folder or host.
func (f *file) properties(book *workbook.Book) {
	day := ""
	if book.Day != "" {
		day = book.Day + "T00:00:00Z"
	}
	f.keep(f.SetDocProps(&excelize.DocProperties{
		Title: Printable(book.Title), Subject: Printable(book.Subject), Creator: program, LastModifiedBy: program,
		Created: day, Modified: day, Language: "en",
	}))
	f.keep(f.SetAppProps(&excelize.AppProperties{Application: program, Company: Printable(book.Company)}))
}

// program is the author of the workbook and of its notes.
const program = "Tearsheet"

// tab is one tab of the file.
type tab struct {
	*file
	name string
}

func (t tab) write(from *workbook.Tab) {
	for _, column := range slices.Sorted(maps.Keys(from.Widths)) {
		name := t.column(column)
		t.keep(t.SetColWidth(t.name, name, name, from.Widths[column]))
	}
	for _, column := range slices.Sorted(maps.Keys(from.Hidden)) {
		t.keep(t.SetColVisible(t.name, t.column(column), !from.Hidden[column]))
	}
	for _, area := range from.Merged {
		t.keep(t.MergeCell(t.name, t.ref(area.From), t.ref(area.To)))
	}
	for _, at := range slices.SortedFunc(maps.Keys(from.Cells), byRows) {
		t.cell(t.ref(at), from.Cells[at])
	}
	t.rules(from.Rules)
	t.sparks(from.Sparks)
	for _, chart := range from.Charts {
		t.chart(chart)
	}
	// After all that lies over the cells, since the library takes a row with a height for
	// less high than it is, and would draw a chart too long.
	for _, row := range slices.Sorted(maps.Keys(from.Heights)) {
		t.keep(t.SetRowHeight(t.name, row, min(from.Heights[row], tallestRow)))
	}
	t.view(from)
	t.print(from.Print)
	for _, row := range from.Breaks {
		t.keep(t.InsertPageBreak(t.name, t.ref(workbook.At(1, row))))
	}
}

// tallestRow is the height in points that a row can have.
const tallestRow = 409

// byRows orders cells as they are read.
func byRows(a, b workbook.Ref) int {
	return cmp.Or(a.Row-b.Row, a.Column-b.Column)
}

func (t tab) cell(at string, c *workbook.Cell) {
	switch c.Kind {
	case workbook.Text:
		t.keep(t.SetCellStr(t.name, at, Escaped(Printable(c.Text))))
	case workbook.Rich:
		t.keep(t.SetCellRichText(t.name, at, runs(c.Runs)))
	case workbook.Number:
		if math.IsNaN(c.Number) || math.IsInf(c.Number, 0) {
			t.keep(fmt.Errorf("tab %q, cell %s: %v is no number that a cell can hold", t.name, at, c.Number))
			return
		}
		// SetCellFloat would cut the number to 15 digits.
		t.keep(t.SetCellDefault(t.name, at, strconv.FormatFloat(c.Number, 'f', -1, 64)))
	}
	t.keep(t.SetCellStyle(t.name, at, at, t.style(c.Look)))
	if c.Link != nil {
		target := quoted(c.Link.Tab) + "!" + t.ref(c.Link.To)
		t.keep(t.SetCellHyperLink(t.name, at, target, "Location", excelize.HyperlinkOpts{Tooltip: &c.Link.Tip}))
	}
	if c.Note != nil {
		t.note(at, *c.Note)
	}
}

// runs returns text of several faces as the library takes it, and in the face of the
// first what is too long for one cell and must be cut.
func runs(from []workbook.Run) []excelize.RichTextRun {
	var list []excelize.RichTextRun
	whole := ""
	for _, r := range from {
		list = append(list, run(r.Text, r.Look))
		whole += list[len(list)-1].Text
	}
	if cut := Printable(whole); cut != whole {
		return []excelize.RichTextRun{run(cut, from[0].Look)}
	}
	return list
}

// run is a piece of text with a face of its own.
func run(text string, l workbook.Look) excelize.RichTextRun {
	return excelize.RichTextRun{Text: Printable(text), Font: font(l)}
}

// ref returns the name of a cell, such as A1.
func (f *file) ref(at workbook.Ref) string {
	name, err := excelize.CoordinatesToCellName(at.Column, at.Row)
	if err != nil {
		f.keep(fmt.Errorf("column %d, row %d: %w", at.Column, at.Row, err))
	}
	return name
}

// area returns the name of a range, such as A1:C3.
func (f *file) area(a workbook.Area) string { return f.ref(a.From) + ":" + f.ref(a.To) }

func (t tab) column(number int) string {
	name, err := excelize.ColumnNumberToName(number)
	t.keep(err)
	return name
}

// quoted returns the name of a tab as references have it in any case.
func quoted(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// named returns the name of a tab as programs write it before a reference: with quotes
// only where it must have them.
func named(name string) string {
	letters := strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
	if letters && len(name) > 4 { // shorter ones could be a cell, a row or TRUE
		return name
	}
	return quoted(name)
}

// absolute turns A1:B2 into $A$1:$B$2, as charts name their ranges.
func absolute(area string) string {
	var b strings.Builder
	letter := false
	for _, r := range area {
		isLetter := 'A' <= r && r <= 'Z'
		if r != ':' && isLetter != letter {
			b.WriteByte('$')
		}
		letter = isLetter
		b.WriteRune(r)
	}
	return b.String()
}
