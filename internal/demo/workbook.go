package demo

import (
	"bytes"
	"errors"

	"github.com/xuri/excelize/v2"
)

const (
	planSheet   = "Plan"
	planVersion = "master plan 2026"
	headerRow   = 4
)

// Plan returns the plan as somebody in finance would write it: a workbook with a
// title, a header row, and a row for each metric with a figure for each month.
func Plan() (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	b := workbook{File: f}
	b.do(f.SetSheetName("Sheet1", planSheet))
	b.do(f.SetDocProps(&excelize.DocProperties{
		Creator: "Finance", Title: "Master plan 2026", Created: "2026-04-20T09:00:00Z", Modified: "2026-04-20T09:00:00Z",
	}))
	b.head()
	b.body()
	b.layOut()
	if b.err != nil {
		return nil, b.err
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// workbook keeps the first error, so that its steps can be read as a list.
type workbook struct {
	*excelize.File
	err error
}

func (b *workbook) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *workbook) set(column, row int, value any, style *excelize.Style) {
	cell, err := excelize.CoordinatesToCellName(column, row)
	b.do(err)
	b.do(b.SetCellValue(planSheet, cell, value))
	id, err := b.NewStyle(style)
	b.do(err)
	b.do(b.SetCellStyle(planSheet, cell, cell, id))
}

func (b *workbook) head() {
	b.set(1, 1, "Lumen & Lark: master plan 2026", &excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	b.set(1, 2, "daily: what a day of the month is to bring, or what the metric is to be. total: the whole month.",
		&excelize.Style{Font: &excelize.Font{Italic: true, Color: "666666"}})
	titles := []string{"metric", "version", "is"}
	for _, month := range planMonths() {
		titles = append(titles, month.String())
	}
	for i, title := range titles {
		align := "right"
		if i < 3 {
			align = "left"
		}
		b.set(i+1, headerRow, title, &excelize.Style{
			Font:      &excelize.Font{Bold: true, Color: "FFFFFF"},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"333F50"}},
			Alignment: &excelize.Alignment{Horizontal: align},
		})
	}
}

func (b *workbook) body() {
	trends, months := trends(), planMonths()
	thin := []excelize.Border{{Type: "bottom", Style: 1, Color: "DDDDDD"}}
	for i, line := range lines() {
		row, is := headerRow+1+i, line.is
		if is == level {
			is = daily
		}
		for column, text := range []string{line.metric, planVersion, is} {
			b.set(column+1, row, text, &excelize.Style{Border: thin})
		}
		for column, month := range months {
			b.set(4+column, row, line.figure(month, trends), &excelize.Style{Border: thin, CustomNumFmt: &line.format})
		}
	}
}

// layOut sets widths, freezes the names and the header, and fits the print on a page.
func (b *workbook) layOut() {
	b.do(b.SetColWidth(planSheet, "A", "A", 28))
	b.do(b.SetColWidth(planSheet, "B", "B", 18))
	b.do(b.SetColWidth(planSheet, "C", "C", 8))
	b.do(b.SetColWidth(planSheet, "D", "K", 11))
	b.do(b.SetPanes(planSheet, &excelize.Panes{
		Freeze: true, XSplit: 3, YSplit: headerRow, TopLeftCell: "D5", ActivePane: "bottomRight",
	}))
	landscape, one, fit := "landscape", 1, true
	b.do(b.SetPageLayout(planSheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &one}))
	b.do(b.SetSheetProps(planSheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
}
