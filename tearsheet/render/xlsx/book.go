package xlsx

import (
	"math"
	"strconv"
	"strings"

	"tearsheet/calendar"
	"tearsheet/internal/xlsxfile"
	"tearsheet/metrics"

	"github.com/xuri/excelize/v2"
)

// book is the workbook that is being written. It keeps the first error and goes
// on, so that writing reads as a list of what is written.
type book struct {
	file   *excelize.File
	styles map[look]int
	err    error
}

func newBook() *book {
	b := &book{file: excelize.NewFile(), styles: map[look]int{}}
	b.keep(b.file.SetDefaultFont(fontFamily))
	b.keep(b.file.SetSheetName("Sheet1", tabSheet))
	return b
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

// tab adds a tab, or returns it.
func (b *book) tab(name string) tab {
	_, err := b.file.NewSheet(name)
	b.keep(err)
	return tab{b, name}
}

// tab is one tab of the workbook. Rows and columns count from 1.
type tab struct {
	*book
	name string
}

func (t tab) ref(column, row int) string {
	ref, err := excelize.CoordinatesToCellName(column, row)
	t.keep(err)
	return ref
}

// area returns the name of a range such as A1:C3.
func (t tab) area(fromColumn, fromRow, toColumn, toRow int) string {
	return t.ref(fromColumn, fromRow) + ":" + t.ref(toColumn, toRow)
}

// text writes text that stays text, whatever it begins with.
func (t tab) text(column, row int, text string, l look) {
	if text != "" {
		t.keep(t.file.SetCellStr(t.name, t.ref(column, row), xlsxfile.Escaped(xlsxfile.Printable(text))))
	}
	t.dress(column, row, l)
}

// runs writes text of several faces into one cell.
func (t tab) runs(column, row int, runs []excelize.RichTextRun, l look) {
	t.keep(t.file.SetCellRichText(t.name, t.ref(column, row), runs))
	t.dress(column, row, l)
}

// value writes a number as it is, unrounded. It reports false, and writes
// nothing, for one that a cell cannot hold: an unknown value, or one beyond the
// range of floating point.
func (t tab) value(column, row int, v metrics.Value, l look) bool {
	f, known := v.Float64()
	if !known || math.IsInf(f, 0) {
		return false
	}
	// SetCellFloat would cut the number to 15 digits.
	t.keep(t.file.SetCellDefault(t.name, t.ref(column, row), strconv.FormatFloat(f, 'f', -1, 64)))
	t.dress(column, row, l)
	return true
}

// day writes a date that sorts and filters as one.
func (t tab) day(column, row int, d calendar.Day, l look) {
	l.Format = "yyyy-mm-dd"
	t.keep(t.file.SetCellInt(t.name, t.ref(column, row), int64(d)+serialOf1970))
	t.dress(column, row, l)
}

// serialOf1970 is the number by which workbooks know 1970-01-01.
const serialOf1970 = 25569

func (t tab) dress(column, row int, l look) {
	ref := t.ref(column, row)
	t.keep(t.file.SetCellStyle(t.name, ref, ref, t.style(l)))
}

// dressAll gives a range one look.
func (t tab) dressAll(fromColumn, fromRow, toColumn, toRow int, l look) {
	t.keep(t.file.SetCellStyle(t.name, t.ref(fromColumn, fromRow), t.ref(toColumn, toRow), t.style(l)))
}

// link makes a cell lead to a place in this workbook.
func (t tab) link(column, row int, toTab string, toRow int, tip string) {
	target := "'" + toTab + "'!" + t.ref(1, toRow)
	t.keep(t.file.SetCellHyperLink(t.name, t.ref(column, row), target, "Location", excelize.HyperlinkOpts{Tooltip: &tip}))
}

func (t tab) width(column int, width float64) {
	name, err := excelize.ColumnNumberToName(column)
	t.keep(err)
	t.keep(t.file.SetColWidth(t.name, name, name, width))
}

func (t tab) height(row int, points float64) {
	t.keep(t.file.SetRowHeight(t.name, row, min(points, tallestRow)))
}

// tallestRow is the height in points that a row can have.
const tallestRow = 409

// freeze keeps the rows above and the columns before a cell in view.
func (t tab) freeze(column, row int) {
	ref := t.ref(column, row)
	pane := "bottomRight"
	if column == 1 {
		pane = "bottomLeft"
	}
	t.keep(t.file.SetPanes(t.name, &excelize.Panes{Freeze: true, XSplit: column - 1, YSplit: row - 1,
		TopLeftCell: ref, ActivePane: pane, Selection: []excelize.Selection{{SQRef: ref, ActiveCell: ref, Pane: pane}}}))
}

// withoutGrid hides the grid lines on the screen.
func (t tab) withoutGrid() {
	off := false
	t.keep(t.file.SetSheetView(t.name, 0, &excelize.ViewOptions{ShowGridLines: &off}))
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
