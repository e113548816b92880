package layout

import (
	"fmt"

	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

// The grid of the charts: so many a line, each so many cells wide and high.
const (
	chartsAcross = 3
	chartsDown   = 6 // lines on a printed page
	chartColumns = 6
	chartRows    = 11
	chartCell    = 9.0 // width of a column in characters
	chartWidth   = chartColumns*68 - 16
	chartHeight  = chartRows*20 - 14
	chartPitch   = 15.0 // height of a row in points, 20 pixels
)

// charts draws each metric over the weeks of the trend, its plan dashed. In
// print each team has a page of its own, and no chart is cut in two.
func (l layout) charts(t *workbook.Tab) {
	t.NoGrid = true
	columns := chartsAcross * chartColumns
	for c := 1; c <= columns; c++ {
		t.Width(c, chartCell)
	}
	t.Height(1, 27)
	t.Text(workbook.At(1, 1), fmt.Sprintf("%d weeks to %s", len(l.doc.Trend), l.lastLabel()), workbook.Look{Size: 17, Bold: true, Middle: true})
	t.Text(workbook.At(1, 2), "Solid: actual. Dashed: plan. A gap is a week without a value. Weeks with missing days are marked on the tab "+l.options.Names.Weeks+".",
		workbook.Look{Size: 9, Color: workbook.Grey})
	row := 4
	for i, section := range l.doc.Sections {
		if i > 0 {
			t.Breaks = append(t.Breaks, row)
		}
		t.Height(row, 23)
		t.DressAll(workbook.At(1, row).To(columns, row), workbook.Look{Under: workbook.ThinLine})
		t.Text(workbook.At(1, row), section.Title, workbook.Look{Size: 11, Bold: true, Under: workbook.ThinLine})
		for i, r := range section.Rows {
			at := workbook.At(1+i%chartsAcross*chartColumns, row+1+i/chartsAcross*chartRows)
			t.Charts = append(t.Charts, l.chart(at, r))
		}
		lines := (len(section.Rows) + chartsAcross - 1) / chartsAcross
		for i := range lines * chartRows {
			t.Height(row+1+i, chartPitch)
			if i > 0 && i%(chartsDown*chartRows) == 0 {
				t.Breaks = append(t.Breaks, row+1+i)
			}
		}
		row += 1 + lines*chartRows
	}
	t.Frozen = workbook.At(1, 4)
	l.print(t, workbook.Page{Columns: columns, Rows: row - 1, HeadFrom: 1, HeadTo: 2})
}

func (l layout) lastLabel() string {
	if len(l.doc.Trend) == 0 {
		return l.doc.AsOf.Format("2 Jan")
	}
	return l.doc.Trend[len(l.doc.Trend)-1].Label
}

// chart draws one metric from its row of the weeks.
func (l layout) chart(at workbook.Ref, r tearsheet.Row) workbook.Chart {
	row, weeks := l.rows.weeks[r.Metric], len(l.doc.Trend)
	actual := workbook.Series{
		Tab:        l.options.Names.Weeks,
		Name:       workbook.At(trendColumn, 1),
		Categories: workbook.At(trendColumn, firstWeeksRow-1).To(trendColumn+weeks-1, firstWeeksRow-1),
		Values:     workbook.At(trendColumn, row).To(trendColumn+weeks-1, row),
		Color:      workbook.Ink, Width: 1.75,
	}
	plan := actual
	plan.Name = workbook.At(trendColumn+weeks, 1)
	plan.Values = workbook.At(trendColumn+weeks, row).To(trendColumn+2*weeks-1, row)
	plan.Color, plan.Width, plan.Dashed = workbook.Light, 1, true
	return workbook.Chart{At: at, Width: chartWidth, Height: chartHeight,
		Title:   r.Title + "  " + r.UnitLabel,
		AltText: fmt.Sprintf("%s, %d weeks, actual and plan", r.Title, weeks),
		Format:  withMinus(pattern(r)),
		Series:  []workbook.Series{actual, plan},
	}
}
