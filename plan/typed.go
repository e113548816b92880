package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
)

// styles reads cells with the help of the number formats of their workbook.
type styles struct {
	book     *excelize.File
	date1904 bool
	formats  map[int]format
}

func newStyles(book *excelize.File) (*styles, error) {
	props, err := book.GetWorkbookProps()
	if err != nil {
		return nil, err
	}
	return &styles{book, props.Date1904 != nil && *props.Date1904, map[int]format{}}, nil
}

// cell returns the cell of which raw is the stored value; a blank one has neither
// text nor a wrong.
func (s *styles) cell(sheet string, col, row int, raw string) (cell, error) {
	c := cell{row: row, col: col, text: strings.TrimSpace(raw)}
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return c, err
	}
	kind, err := s.book.GetCellType(sheet, name)
	if err != nil {
		return c, err
	}
	switch kind {
	case excelize.CellTypeBool:
		c.text = map[bool]string{true: "TRUE", false: "FALSE"}[c.text == "1"]
	case excelize.CellTypeDate:
		c.text = strings.TrimSuffix(strings.TrimSuffix(c.text, "Z"), "T00:00:00")
	case excelize.CellTypeFormula: // one that gives a text
		c.wrong, err = s.blankFormula(c, sheet, name)
		return c, err
	case excelize.CellTypeUnset, excelize.CellTypeNumber:
		if c.text == "" {
			c.wrong, err = s.blankFormula(c, sheet, name)
			return c, err
		}
		style, err := s.format(sheet, name)
		if err != nil {
			return c, err
		}
		s.number(&c, style)
	}
	return c, nil
}

// blankFormula says what is wrong with a formula that has no saved value. One that
// can give the empty text, such as =IF(A1="","",A1), is blank and nothing is wrong:
// a workbook stores that as it stores a formula that was never computed.
func (s *styles) blankFormula(c cell, sheet, name string) (wrong string, err error) {
	if c.text != "" {
		return "", nil
	}
	formula, err := s.book.GetCellFormula(sheet, name)
	if formula == "" || strings.Contains(formula, `""`) {
		return "", err
	}
	return "a formula without a saved value: save the workbook from a spreadsheet program, or clear the cell if there is no plan", err
}

// number reads the typed number of c as its format says: a date, a percentage or
// a plain number.
func (s *styles) number(c *cell, f format) {
	stored, err := strconv.ParseFloat(c.text, 64)
	if err != nil {
		return
	}
	c.typed(stored, f, func(serial float64) (time.Time, error) { return excelize.ExcelDateToTime(serial, s.date1904) })
}

// typed gives c the number that is stored in it, as its format says; dated returns
// the date of which it is the serial number.
func (c *cell) typed(stored float64, f format, dated func(serial float64) (time.Time, error)) {
	switch f {
	case percentFormat:
		c.wrong = fmt.Sprintf("%s is shown as a percentage: write the figure in the metric's own unit, as a plain number", c.text)
	case monthFormat, dayFormat:
		at, err := dated(stored)
		if err != nil {
			return
		}
		layout := "2006-01"
		if f == dayFormat && stored == math.Trunc(stored) {
			layout = "2006-01-02"
		} else if f == dayFormat {
			layout = "2006-01-02 15:04"
		}
		c.text = at.Format(layout)
		c.wrong = fmt.Sprintf("%s is a date and not a number: set the cell's format to number", c.text)
	default:
		c.text = typedNumber(stored)
		c.number, _ = metrics.ParseValue(c.text)
	}
}

// typedNumber writes a stored number with the fifteen digits that a spreadsheet
// keeps, so that 0.1 + 0.2 is 0.3 as shown; integers are written whole.
func typedNumber(stored float64) string {
	if stored == math.Trunc(stored) && math.Abs(stored) < 1<<53 {
		return strconv.FormatFloat(stored, 'f', -1, 64)
	}
	return strconv.FormatFloat(stored, 'g', 15, 64)
}
