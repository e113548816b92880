package schemadoc

import (
	"slices"

	"tearsheet/calendar"
	"tearsheet/workbook"
)

// The faces of the workbook.
func titleLook() workbook.Look { return workbook.Look{Size: 16, Bold: true, Middle: true} }
func noteLook() workbook.Look  { return workbook.Look{Color: workbook.Grey, Middle: true} }
func headLook() workbook.Look {
	return workbook.Look{Size: 9, Bold: true, Align: "left", Wrap: true, Under: workbook.ThickLine}
}

// bodyLook is that of the cells of a table.
func bodyLook() workbook.Look {
	return workbook.Look{Size: 9, Align: "left", Wrap: true, Under: workbook.Hairline}
}

// cell is what a cell holds: text that stays text, a number, or a day.
type cell struct {
	text  string
	value any // as of a Fact
	look  workbook.Look
}

func text(text string) cell { return cell{text: text, look: bodyLook()} }

func soft(of string) cell {
	c := text(of)
	c.look.Color = workbook.Grey
	return c
}

func bold(of string) cell {
	c := text(of)
	c.look.Bold = true
	return c
}

func alarm(of string) cell {
	c := text(of)
	c.look.Color = workbook.Accent
	return c
}

// right is text on the right, as numbers stand, apart from what follows.
func right(of string) cell {
	c := text(of)
	c.look.Align, c.look.Indent = "right", 1
	return c
}

// fact is a cell that sorts as what the fact is.
func fact(f Fact) cell {
	switch f.Value.(type) {
	case int64:
		c := right(f.Text)
		c.value, c.look.Format = f.Value, "#,##0"
		return c
	case calendar.Day:
		c := text(f.Text)
		c.value, c.look.Format = f.Value, "d mmmm yyyy"
		return c
	}
	return text(f.Text)
}

// sheet is a tab that is filled from above. Rows count from 1.
type sheet struct {
	*workbook.Tab
	columns  []workbook.Column
	last     int // row that is filled
	headRow  int
	first    int // row below the head
	keepLeft int // columns that stay in view
	wide     int // pages of print
}

func newSheet(book *workbook.Book, name string) *sheet {
	s := &sheet{Tab: book.Tab(name), wide: 1}
	s.NoGrid = true
	return s
}

// line puts cells into the next row.
func (s *sheet) line(height float64, cells ...cell) {
	s.last++
	for i, c := range cells {
		at := workbook.At(i+1, s.last)
		switch v := c.value.(type) {
		case int64:
			s.Number(at, float64(v), c.look)
		case calendar.Day:
			s.Day(at, int(v), c.look)
		default:
			s.Text(at, c.text, c.look)
		}
	}
	s.Height(s.last, height)
}

// head puts the head of the table that follows.
func (s *sheet) head(keepLeft int, columns ...workbook.Column) {
	s.line(16)
	s.Head(s.last, columns, headLook())
	for i, c := range columns {
		if slices.Contains([]string{labelDays, labelRows, "Share"}, c.Head) {
			look := headLook()
			look.Align, look.Indent = "right", 1
			s.Dress(workbook.At(i+1, s.last), look)
		}
	}
	s.columns, s.headRow, s.first, s.keepLeft = columns, s.last, s.last+1, keepLeft
}

// row puts a row of the table, as high as its text.
func (s *sheet) row(cells ...cell) {
	lines := 1
	for i, c := range cells {
		lines = max(lines, workbook.Lines(c.text, int(s.columns[i].Width*1.2)))
	}
	s.line(5+11.5*float64(lines), cells...)
}

// leads makes the first cell of a row lead to a row of the tables.
func (s *sheet) leads(row int, tables *sheet, to int) {
	s.Link(workbook.At(1, row), workbook.Link{Tab: tables.Name, To: workbook.At(2, to), Tip: "To the table"})
}

// finish makes the table one that can be filtered, read and printed.
func (s *sheet) finish(doc *Document) {
	filter := workbook.At(1, s.headRow).To(len(s.columns), max(s.last, s.first))
	s.Filter = &filter
	s.Frozen = workbook.At(s.keepLeft+1, s.first)
	s.Print = workbook.Page{Paper: "a4", Landscape: true, Wide: s.wide, HeadFrom: s.headRow, HeadTo: s.headRow, HeadColumns: s.keepLeft,
		Left: doc.Company, Middle: s.Name + ", " + longDate(doc.AsOf)}
}
