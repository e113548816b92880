package plan

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
)

// readXLSX reads one sheet of a workbook by the types and values of its cells.
func readXLSX(file string, data []byte, wanted string) (*table, error) {
	if err := wholeWorkbook(file, data); err != nil {
		return nil, err
	}
	book, err := openBook(data)
	if err != nil {
		return nil, metrics.Faults{{Place: file, Text: fmt.Sprintf("is not a whole workbook of usual size (%v): save it again as .xlsx", err)}}
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

func openBook(data []byte) (*excelize.File, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	return excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: largestUnzipped, UnzipXMLSizeLimit: largestUnzipped,
	})
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
		if m.GetCellValue() != "" {
			t.refuseMerged(index, cell{row: row, col: col}, lastRow, end)
		}
	}
	return nil
}

// refuseMerged faults the cells from at to end unless they stand above the header,
// which is the row at index.
func (t *table) refuseMerged(index int, at cell, lastRow int, end string) {
	if lastRow < t.rows[index][0].row {
		return
	}
	text := fmt.Sprintf("is merged with the cells up to %s: unmerge them, one figure to a cell", end)
	t.found = append(t.found, placed{at, text})
}
