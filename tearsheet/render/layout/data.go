package layout

import (
	"tearsheet/metrics"
	"tearsheet/workbook"
)

// data lists every daily value behind the weeks of the sheet, one a row.
func (l layout) data(t *workbook.Tab) {
	columns := []workbook.Column{{Head: "Team", Width: 15}, {Head: "Metric", Width: 24}, {Head: "Title", Width: 26}, {Head: "Unit", Width: 14},
		{Head: "Week to", Width: 12}, {Head: "Day", Width: 12}, {Head: "Value", Width: 16}, {Head: "State", Width: 11}}
	table(t, 1, columns)
	text := workbook.Look{Size: 9}
	row := 1
	for _, section := range l.doc.Sections {
		for _, r := range section.Rows {
			for _, cell := range r.Cells {
				for i, v := range cell.Daily {
					row++
					for i, name := range []string{section.Title, r.Metric, r.Title, string(r.Unit)} {
						t.Text(workbook.At(1+i, row), name, text)
					}
					t.Day(workbook.At(5, row), int(cell.Week), text)
					t.Day(workbook.At(6, row), int(cell.Week.Add(i+1-len(cell.Daily))), text)
					daily(t, row, v)
				}
			}
		}
	}
	filter := workbook.At(1, 1).To(len(columns), row)
	t.Filter = &filter
	t.Frozen = workbook.At(1, 2)
	l.print(t, workbook.Page{Columns: len(columns), Rows: row, HeadFrom: 1, HeadTo: 1})
}

// daily puts the value of a day, and in words whether there is one: an empty
// cell alone would be read as 0 by a sum.
func daily(t *workbook.Tab, row int, v metrics.Value) {
	word, state := "known", workbook.Look{Size: 9, Align: "left", Indent: 1}
	if !number(t, workbook.At(7, row), v, workbook.Look{Size: 9}) {
		word, state.Color = "unknown", workbook.Grey
	}
	t.Text(workbook.At(8, row), word, state)
}

// table puts the head of a table.
func table(t *workbook.Tab, row int, columns []workbook.Column) {
	t.Head(row, columns, workbook.Look{Size: 9, Bold: true, Under: workbook.ThickLine, Middle: true})
	t.Height(row, 20)
}
