package plan

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
)

// largestUnzipped is the size to which a workbook may unfold: far above any plan,
// far below what a crafted archive can reach.
const largestUnzipped = 64 << 20

// readXLSX reads one sheet of a workbook by the types and values of its cells.
func readXLSX(file string, data []byte, wanted string) (*table, error) {
	if err := wholeWorkbook(file, data); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: largestUnzipped, UnzipXMLSizeLimit: largestUnzipped,
	})
	if err != nil {
		return nil, metrics.Faults{{Place: file, Text: fmt.Sprintf("is not a whole workbook (%v): save it again as .xlsx", err)}}
	}
	defer book.Close()
	sheet, err := chooseSheet(book, wanted)
	if err != nil {
		return nil, metrics.Faults{{Place: file, Text: err.Error()}}
	}
	t, err := readSheet(book, file, sheet)
	if err != nil {
		return nil, metrics.Faults{{Place: file, Text: fmt.Sprintf("sheet %q cannot be read (%v): save the workbook again as .xlsx", sheet, err)}}
	}
	return t, t.findMerged(book)
}

// wholeWorkbook tells by its first bytes what a file is that is no workbook.
func wholeWorkbook(file string, data []byte) error {
	text := ""
	switch {
	case len(data) == 0:
		text = "is empty: the workbook was not saved to its end"
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		text = "is protected by a password, or an .xls of old: save it as .xlsx without a password"
	case !bytes.HasPrefix(data, []byte("PK")):
		text = "is not a workbook: save it as .xlsx, or name it .csv if it is text"
	default:
		return nil
	}
	return metrics.Faults{{Place: file, Text: text}}
}

// chooseSheet returns the wanted sheet; without a wish the only one, or the one
// named Plan.
func chooseSheet(book *excelize.File, wanted string) (string, error) {
	sheets := book.GetSheetList()
	for _, sheet := range sheets {
		if sheet == wanted || wanted == "" && (len(sheets) == 1 || strings.EqualFold(sheet, "plan")) {
			return sheet, nil
		}
	}
	if wanted == "" {
		return "", fmt.Errorf("has several sheets, none of them named Plan: say which one (%s)", strings.Join(sheets, ", "))
	}
	return "", fmt.Errorf("no sheet %q: the workbook has %s", wanted, strings.Join(sheets, ", "))
}

func readSheet(book *excelize.File, file, sheet string) (*table, error) {
	// The dimension is asked for first because it parses the whole sheet: the
	// rows below end silently where its XML is cut.
	if _, err := book.GetSheetDimension(sheet); err != nil {
		return nil, err
	}
	styles, err := newStyles(book)
	if err != nil {
		return nil, err
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &table{file: file, sheet: sheet}
	cells := 0
	for row := 1; rows.Next(); row++ {
		columns, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		var kept []cell
		for i, raw := range columns {
			c, err := styles.cell(sheet, i+1, row, raw)
			if err != nil {
				return nil, err
			}
			if c.text != "" || c.wrong != "" {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 {
			t.rows = append(t.rows, kept)
		}
		if cells += len(kept); cells > mostCells {
			return nil, fmt.Errorf("it has more than %d cells", mostCells)
		}
	}
	return t, rows.Error()
}

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
	case excelize.CellTypeUnset, excelize.CellTypeNumber, excelize.CellTypeFormula:
		if c.text == "" {
			formula, err := s.book.GetCellFormula(sheet, name)
			c.wrong = emptyFormula(formula)
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

// emptyFormula says what is wrong with a formula that has no saved value. One that
// can give the empty text, such as =IF(A1="","",A1), is blank and nothing is wrong:
// a workbook stores that as it stores a formula that was never computed.
func emptyFormula(formula string) string {
	if formula == "" || strings.Contains(formula, `""`) {
		return ""
	}
	return "a formula without a saved value: save the workbook from a spreadsheet program, or clear the cell if there is no plan"
}

// number reads the typed number of c as its format says: a date, a percentage or
// a plain number.
func (s *styles) number(c *cell, f format) {
	stored, err := strconv.ParseFloat(c.text, 64)
	if err != nil {
		return
	}
	switch f {
	case percentFormat:
		c.wrong = fmt.Sprintf("%s is shown as a percentage: write the figure in the metric's own unit, as a plain number", c.text)
	case monthFormat, dayFormat:
		at, err := excelize.ExcelDateToTime(stored, s.date1904)
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

// findMerged finds each merged range with a value that reaches below the header:
// a figure that spans cells does not say which of them it is.
func (t *table) findMerged(book *excelize.File) error {
	index := t.headerIndex()
	if index < 0 {
		return nil
	}
	merged, err := book.GetMergeCells(t.sheet)
	if err != nil {
		return fmt.Errorf("%s: %w", t.source(), err)
	}
	for _, m := range merged {
		start, end := m.GetStartAxis(), m.GetEndAxis()
		col, row, err := excelize.CellNameToCoordinates(start)
		if err != nil {
			return fmt.Errorf("%s: %w", t.source(), err)
		}
		_, lastRow, err := excelize.CellNameToCoordinates(end)
		if err != nil {
			return fmt.Errorf("%s: %w", t.source(), err)
		}
		if lastRow < t.rows[index][0].row || m.GetCellValue() == "" {
			continue
		}
		text := fmt.Sprintf("is merged with the cells up to %s: unmerge them, one figure to a cell", end)
		t.found = append(t.found, placed{cell{row: row, col: col}, text})
	}
	return nil
}
