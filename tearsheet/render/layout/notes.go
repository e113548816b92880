package layout

import (
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

// explain hangs notes on a row: what its name means, and what its signs stand for.
func (s sheet) explain(row int, r tearsheet.Row) {
	for _, d := range s.doc.Definitions {
		if d.Metric == r.Metric {
			s.Note(workbook.At(nameColumn, row), workbook.Note{Title: r.Title,
				Text: strings.Join(append([]string{d.Text}, d.Rules...), "\n"), Source: d.Team + ", " + d.Metric})
			break
		}
	}
	for i, cell := range r.Cells {
		if text := cell.Note(); text != "" {
			s.Note(workbook.At(weekColumn+2*i, row), workbook.Note{Title: r.Title + ", week to " + s.doc.Weeks[i].Label, Text: text})
		}
	}
}
