package xlsx

import (
	"fmt"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
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

// writeCharts draws each metric over the weeks of the trend, its plan dashed. In
// print each team has a page of its own, and no chart is cut in two.
func writeCharts(t tab, doc *tearsheet.Document, p places, paper int) {
	t.withoutGrid()
	columns := chartsAcross * chartColumns
	for c := 1; c <= columns; c++ {
		t.width(c, chartCell)
	}
	t.height(1, 27)
	t.text(1, 1, fmt.Sprintf("%d weeks to %s", len(doc.Trend), lastLabel(doc)), look{Size: 17, Bold: true, Middle: true})
	t.text(1, 2, "Solid: actual. Dashed: plan. A gap is a week without a value. Weeks with missing days are marked on the tab Weeks.", look{Size: 9, Color: grey})
	row := 4
	for i, section := range doc.Sections {
		if i > 0 {
			t.pageBreak(row)
		}
		t.height(row, 23)
		t.dressAll(1, row, columns, row, look{Under: thinLine})
		t.text(1, row, section.Title, look{Size: 11, Bold: true, Under: thinLine})
		for i, r := range section.Rows {
			column, line := 1+i%chartsAcross*chartColumns, row+1+i/chartsAcross*chartRows
			t.chart(column, line, r, p.weeks[r.Metric], len(doc.Trend))
		}
		lines := (len(section.Rows) + chartsAcross - 1) / chartsAcross
		for i := range lines * chartRows {
			t.height(row+1+i, chartPitch)
			if i > 0 && i%(chartsDown*chartRows) == 0 {
				t.pageBreak(row + 1 + i)
			}
		}
		row += 1 + lines*chartRows
	}
	t.freeze(1, 4)
	t.print(page{paper: paper, columns: columns, rows: row - 1, headFrom: 1, headTo: 2}, doc)
}

func (t tab) pageBreak(row int) { t.keep(t.file.InsertPageBreak(t.name, t.ref(1, row))) }

func lastLabel(doc *tearsheet.Document) string {
	if len(doc.Trend) == 0 {
		return doc.AsOf.Format("2 Jan")
	}
	return doc.Trend[len(doc.Trend)-1].Label
}

// chart draws one metric from its row of the weeks.
func (t tab) chart(column, row int, r tearsheet.Row, at, weeks int) {
	small := excelize.Font{Family: fontFamily, Size: 8, Color: grey}
	series := func(from int, color string, width float64, dash excelize.LineDashType) excelize.ChartSeries {
		return excelize.ChartSeries{
			Name:       tabWeeks + "!" + absolute(t.ref(from, 1)),
			Categories: tabWeeks + "!" + absolute(t.area(trendColumn, firstWeeksRow-1, trendColumn+weeks-1, firstWeeksRow-1)),
			Values:     tabWeeks + "!" + absolute(t.area(from, at, from+weeks-1, at)),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}},
			Line:       excelize.LineOptions{Type: excelize.LineSolid, Width: width, Dash: dash},
			Marker:     excelize.ChartMarker{Symbol: "none"},
		}
	}
	title := []excelize.RichTextRun{run(r.Title+"  "+r.UnitLabel, look{Size: 10, Bold: true})}
	t.keep(t.file.AddChart(t.name, t.ref(column, row), &excelize.Chart{
		Type: excelize.Line,
		Series: []excelize.ChartSeries{
			series(trendColumn, ink, 1.75, excelize.LineDashUnset),
			series(trendColumn+weeks, light, 1, excelize.LineDashDash),
		},
		Title:        excelize.ChartTitle{Paragraph: title},
		Legend:       excelize.ChartLegend{Position: "none"},
		Dimension:    excelize.ChartDimension{Width: chartWidth, Height: chartHeight},
		Format:       excelize.GraphicOptions{OffsetX: 2, OffsetY: 8, AltText: xlsxfile.Printable(fmt.Sprintf("%s, %d weeks, actual and plan", r.Title, weeks))},
		ShowBlanksAs: "gap",
		Border:       excelize.LineOptions{Type: excelize.LineNone},
		XAxis:        excelize.ChartAxis{Font: small, TickLabelSkip: 3, TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis: excelize.ChartAxis{Font: small, MajorGridLines: true,
			NumFmt: excelize.ChartNumFmt{CustomNumFmt: pattern(r) + `;"` + minus + `"` + pattern(r)}},
	}))
}
