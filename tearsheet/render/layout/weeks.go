package layout

import (
	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

// The columns of the weeks: names, and then the actual and the plan of each week.
const (
	firstWeeksRow = 3
	trendColumn   = 5
)

// weeks lists the weekly figures that the sparklines and charts draw. The coverage of
// a provisional week is part of its number format: the number stays one.
func (l layout) weeks(t *workbook.Tab) {
	columns := []workbook.Column{{Head: "Team", Width: 15}, {Head: "Metric", Width: 24}, {Head: "Title", Width: 26}, {Head: "Unit", Width: 10}}
	n := len(l.doc.Trend)
	signs := coverages(l.doc)
	for i, week := range l.doc.Trend {
		columns = append(columns, workbook.Column{Head: week.Label, Width: 10 + .75*float64(len(signs[i]))})
	}
	for _, week := range l.doc.Trend {
		columns = append(columns, workbook.Column{Head: week.Label, Width: 10})
	}
	table(t, firstWeeksRow-1, columns)
	small, grey := workbook.Look{Size: 9}, workbook.Look{Size: 9, Color: workbook.Grey}
	t.Text(workbook.At(1, 1), "Weeks by the day on which they end; 6/7: days loaded", grey)
	t.Text(workbook.At(trendColumn, 1), "Actual", workbook.Look{Size: 9, Bold: true})
	t.Text(workbook.At(trendColumn+n, 1), "Plan", workbook.Look{Size: 9, Bold: true, Color: workbook.Grey})
	for _, section := range l.doc.Sections {
		for _, r := range section.Rows {
			row := l.rows.weeks[r.Metric]
			t.Text(workbook.At(1, row), section.Title, small)
			t.Text(workbook.At(2, row), r.Metric, small)
			t.Text(workbook.At(3, row), r.Title, small)
			t.Text(workbook.At(4, row), r.UnitLabel, grey)
			trend(t, workbook.At(trendColumn, row), r, signs)
			for i, point := range r.Trend {
				plan := grey
				plan.Format = withMinus(pattern(r))
				number(t, workbook.At(trendColumn+n+i, row), point.Plan, plan)
			}
		}
	}
	t.Frozen = workbook.At(trendColumn, firstWeeksRow)
	l.print(t, workbook.Page{Landscape: true, Columns: len(columns), Rows: firstWeeksRow - 1 + len(l.rows.weeks), HeadFrom: 1, HeadTo: firstWeeksRow - 1})
}

// trend puts the actual of each week of a row from a cell to the right.
func trend(t *workbook.Tab, from workbook.Ref, r tearsheet.Row, signs []string) {
	for i, point := range r.Trend {
		number(t, workbook.At(from.Column+i, from.Row), point.Actual, workbook.Look{Size: 9, Format: weekly(r, coverageOf(point), signs[i])})
	}
}

// coverageOf returns the sign of a week with missing days, with the room before it;
// "" if none is missing.
func coverageOf(p tearsheet.Point) string {
	if !p.Open() {
		return ""
	}
	return "  " + p.Coverage.String()
}

// coverages returns the widest sign of each week of the trend.
func coverages(doc *tearsheet.Document) []string {
	widest := make([]string, len(doc.Trend))
	for _, section := range doc.Sections {
		for _, r := range section.Rows {
			for i, point := range r.Trend {
				if sign := coverageOf(point); len(sign) > len(widest[i]) {
					widest[i] = sign
				}
			}
		}
	}
	return widest
}
