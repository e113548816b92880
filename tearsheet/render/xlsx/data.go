package xlsx

import (
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// The columns of the weeks: names, and then the actual and the plan of each week.
const (
	firstWeeksRow = 3
	trendColumn   = 5
)

// writeData writes every daily value behind the weeks of the sheet, one a row.
func writeData(t tab, doc *tearsheet.Document, paper int) {
	columns := []column{{"Team", 15}, {"Metric", 24}, {"Title", 26}, {"Unit", 14}, {"Week to", 12}, {"Day", 12}, {"Value", 16}, {"State", 11}}
	t.table(1, columns)
	text := look{Size: 9}
	row := 1
	for _, section := range doc.Sections {
		for _, r := range section.Rows {
			for _, cell := range r.Cells {
				for i, v := range cell.Daily {
					row++
					t.text(1, row, section.Title, text)
					t.text(2, row, r.Metric, text)
					t.text(3, row, r.Title, text)
					t.text(4, row, string(r.Unit), text)
					t.day(5, row, cell.Week, text)
					t.day(6, row, cell.Week.Add(i+1-len(cell.Daily)), text)
					t.daily(row, v)
				}
			}
		}
	}
	t.filter(1, row, len(columns))
	t.freeze(1, 2)
	t.print(page{paper: paper, columns: len(columns), rows: row, headFrom: 1, headTo: 1}, doc)
}

// daily writes the value of a day, and in words whether there is one: an empty
// cell alone would be read as 0 by a sum.
func (t tab) daily(row int, v metrics.Value) {
	if t.value(7, row, v, look{Size: 9}) {
		t.text(8, row, "known", look{Size: 9, Align: "left", Indent: 1})
		return
	}
	t.text(8, row, "unknown", look{Size: 9, Color: grey, Align: "left", Indent: 1})
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

// weekly formats a week of a row. Its sign follows the digits; without one it leaves
// the room of the widest, so that digits stand below digits.
func weekly(r tearsheet.Row, sign, widest string) string {
	positive := pattern(r) + quoted(sign) + blank(widest[len(sign):])
	return positive + `;"` + minus + `"` + positive
}

// writeWeeks writes the weekly figures that the sparklines and charts draw. The
// coverage of a provisional week is part of its number format: the number stays one.
func writeWeeks(t tab, doc *tearsheet.Document, p places, paper int) {
	columns := []column{{"Team", 15}, {"Metric", 24}, {"Title", 26}, {"Unit", 10}}
	n := len(doc.Trend)
	signs := coverages(doc)
	for i, week := range doc.Trend {
		columns = append(columns, column{week.Label, 10 + .75*float64(len(signs[i]))})
	}
	for _, week := range doc.Trend {
		columns = append(columns, column{week.Label, 10})
	}
	t.table(firstWeeksRow-1, columns)
	t.text(1, 1, "Weeks by the day on which they end; 6/7: days loaded", look{Size: 9, Color: grey})
	t.text(trendColumn, 1, "Actual", look{Size: 9, Bold: true})
	t.text(trendColumn+n, 1, "Plan", look{Size: 9, Bold: true, Color: grey})
	for _, section := range doc.Sections {
		for _, r := range section.Rows {
			row := p.weeks[r.Metric]
			t.text(1, row, section.Title, look{Size: 9})
			t.text(2, row, r.Metric, look{Size: 9})
			t.text(3, row, r.Title, look{Size: 9})
			t.text(4, row, r.UnitLabel, look{Size: 9, Color: grey})
			for i, point := range r.Trend {
				t.value(trendColumn+i, row, point.Actual, look{Size: 9, Format: weekly(r, coverageOf(point), signs[i])})
				t.value(trendColumn+n+i, row, point.Plan, look{Size: 9, Color: grey, Format: weekly(r, "", "")})
			}
		}
	}
	t.freeze(trendColumn, firstWeeksRow)
	t.print(page{paper: paper, landscape: true, columns: len(columns), rows: firstWeeksRow - 1 + len(p.weeks), headFrom: 1, headTo: firstWeeksRow - 1}, doc)
}
