package schemadoc

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/internal/xlsxfile"

	"github.com/xuri/excelize/v2"
)

// book is the workbook that is being written. It keeps the first error and goes on.
type book struct {
	file  *excelize.File
	style struct{ title, note, head, rightHead, text, soft, bold, alarm, number, day, right int }
	err   error
}

// The look of the workbook.
const (
	inkColor    = "111111"
	softColor   = "626262"
	hairColor   = "D6D6D6"
	accentColor = "960C12"
	fontFamily  = "Arial" // on every office machine
)

func newBook() *book {
	b := &book{file: excelize.NewFile()}
	b.keep(b.file.SetDefaultFont(fontFamily))
	b.keep(b.file.SetSheetName("Sheet1", tabTables))
	hair := []excelize.Border{{Type: "bottom", Color: hairColor, Style: 1}}
	styled := func(font excelize.Font, align, format string, border []excelize.Border) int {
		indent := 0
		if align == "right" {
			indent = 1 // apart from the text that follows
		}
		font.Family = fontFamily
		if font.Size == 0 {
			font.Size = 9
		}
		s := &excelize.Style{Font: &font, Border: border, Alignment: &excelize.Alignment{Vertical: "top", WrapText: font.Size == 9, Horizontal: align, Indent: indent}}
		if format != "" {
			s.CustomNumFmt = &format
		}
		id, err := b.file.NewStyle(s)
		b.keep(err)
		return id
	}
	b.style.title = styled(excelize.Font{Size: 16, Bold: true, Color: inkColor}, "", "", nil)
	b.style.note = styled(excelize.Font{Size: 10, Color: softColor}, "", "", nil)
	rule := []excelize.Border{{Type: "bottom", Color: inkColor, Style: 2}}
	b.style.head = styled(excelize.Font{Bold: true, Color: inkColor}, "left", "", rule)
	b.style.rightHead = styled(excelize.Font{Bold: true, Color: inkColor}, "right", "", rule)
	b.style.text = styled(excelize.Font{Color: inkColor}, "left", "", hair)
	b.style.soft = styled(excelize.Font{Color: softColor}, "left", "", hair)
	b.style.bold = styled(excelize.Font{Bold: true, Color: inkColor}, "left", "", hair)
	b.style.alarm = styled(excelize.Font{Color: accentColor}, "left", "", hair)
	b.style.number = styled(excelize.Font{Color: inkColor}, "right", "#,##0", hair)
	b.style.right = styled(excelize.Font{Color: inkColor}, "right", "", hair)
	b.style.day = styled(excelize.Font{Color: inkColor}, "left", "d mmmm yyyy", hair)
	return b
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

// cell is what a cell holds: text that stays text, or a number.
type cell struct {
	text   string
	number *int64
	style  int
}

func (b *book) text(text string) cell  { return cell{text: text, style: b.style.text} }
func (b *book) soft(text string) cell  { return cell{text: text, style: b.style.soft} }
func (b *book) bold(text string) cell  { return cell{text: text, style: b.style.bold} }
func (b *book) alarm(text string) cell { return cell{text: text, style: b.style.alarm} }

// fact is a cell that sorts as what the fact is.
func (b *book) fact(f Fact) cell {
	switch v := f.Value.(type) {
	case int64:
		return cell{text: f.Text, number: &v, style: b.style.number}
	case calendar.Day:
		serial := int64(v) + serialOf1970
		return cell{text: f.Text, number: &serial, style: b.style.day}
	}
	return b.text(f.Text)
}

// serialOf1970 is the number by which workbooks know 1970-01-01.
const serialOf1970 = 25569

// heading is the head of a column and its width in characters.
type heading struct {
	text  string
	width float64
}

// sheet is a tab that is written from above. Rows count from 1.
type sheet struct {
	*book
	name     string
	columns  []heading
	last     int // row that was written
	headRow  int
	first    int // row below the head
	keepLeft int // columns that stay in view
	wide     int // pages of print
}

func (b *book) sheet(name string) *sheet {
	_, err := b.file.NewSheet(name)
	b.keep(err)
	off := false
	b.keep(b.file.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &off}))
	return &sheet{book: b, name: name, wide: 1}
}

func (s *sheet) ref(column, row int) string {
	ref, err := excelize.CoordinatesToCellName(column, row)
	s.keep(err)
	return ref
}

// line writes cells into the next row.
func (s *sheet) line(height float64, cells ...cell) {
	s.last++
	for i, c := range cells {
		ref := s.ref(i+1, s.last)
		switch {
		case c.number != nil:
			s.keep(s.file.SetCellInt(s.name, ref, *c.number))
		case c.text != "":
			s.keep(s.file.SetCellStr(s.name, ref, xlsxfile.Escaped(xlsxfile.Printable(c.text))))
		}
		s.keep(s.file.SetCellStyle(s.name, ref, ref, c.style))
	}
	s.keep(s.file.SetRowHeight(s.name, s.last, min(height, 409)))
}

// head writes the head of the table that follows.
func (s *sheet) head(keepLeft int, columns ...heading) {
	var cells []cell
	for i, c := range columns {
		look := s.style.head
		if slices.Contains([]string{labelDays, labelRows, "Share"}, c.text) {
			look = s.style.rightHead
		}
		cells = append(cells, cell{text: c.text, style: look})
		name, err := excelize.ColumnNumberToName(i + 1)
		s.keep(err)
		s.keep(s.file.SetColWidth(s.name, name, name, c.width))
	}
	s.line(16, cells...)
	s.columns, s.headRow, s.first, s.keepLeft = columns, s.last, s.last+1, keepLeft
}

// row writes a row of the table, as high as its text.
func (s *sheet) row(cells ...cell) {
	lines := 1
	for i, c := range cells {
		lines = max(lines, xlsxfile.Lines(c.text, int(s.columns[i].width*1.2)))
	}
	s.line(5+11.5*float64(lines), cells...)
}

// leads makes the first cell of a row lead to a row of the tables.
func (s *sheet) leads(row, to int) {
	tip := "To the table"
	s.keep(s.file.SetCellHyperLink(s.name, s.ref(1, row), "'"+tabTables+"'!"+s.ref(2, to), "Location", excelize.HyperlinkOpts{Tooltip: &tip}))
}

// finish makes the table one that can be filtered, read and printed.
func (s *sheet) finish(doc *Document) {
	end := s.ref(len(s.columns), max(s.last, s.first))
	s.keep(s.file.AutoFilter(s.name, s.ref(1, s.headRow)+":"+end, nil))
	corner := s.ref(s.keepLeft+1, s.first)
	s.keep(s.file.SetPanes(s.name, &excelize.Panes{Freeze: true, XSplit: s.keepLeft, YSplit: s.headRow, TopLeftCell: corner, ActivePane: "bottomRight",
		Selection: []excelize.Selection{{SQRef: corner, ActiveCell: corner, Pane: "bottomRight"}}}))
	orientation, paper, high, fit := "landscape", 9, 0, true
	s.keep(s.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	s.keep(s.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &paper, Orientation: &orientation, FitToWidth: &s.wide, FitToHeight: &high}))
	footer := strings.ReplaceAll(doc.Company, "&", "&&")
	if runes := []rune(footer); len(runes) > 80 {
		footer = string(runes[:80])
	}
	s.keep(s.file.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: "&L&8 " + xlsxfile.Printable(footer) + "&C&8 &A, " + longDate(doc.AsOf) + "&R&8 &P / &N"}))
	s.keep(s.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: s.name, RefersTo: s.titles()}))
}

// titles are the columns and rows that are printed on each page.
func (s *sheet) titles() string {
	column, err := excelize.ColumnNumberToName(s.keepLeft)
	s.keep(err)
	return fmt.Sprintf("'%s'!$A:$%s,'%s'!$%d:$%d", s.name, column, s.name, s.headRow, s.headRow)
}
