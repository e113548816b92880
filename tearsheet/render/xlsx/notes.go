package xlsx

import (
	"strings"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
)

// explain hangs notes on a row: what its name means, and what its signs stand for.
func (s sheet) explain(row int, r tearsheet.Row) {
	for _, d := range s.doc.Definitions {
		if d.Metric == r.Metric {
			s.note(nameColumn, row, r.Title, strings.Join(append([]string{d.Text}, d.Rules...), "\n"), d.Team+", "+d.Metric)
			break
		}
	}
	for i, cell := range r.Cells {
		if text := cell.Note(); text != "" {
			s.note(weekColumn+2*i, row, r.Title+", week to "+s.doc.Weeks[i].Label, text, "")
		}
	}
}

// The measures of a note, in pixels and characters.
const (
	noteWidth      = 330
	noteLine       = 15
	noteCharacters = 54
)

// note hangs a note on a cell, as high as its text needs.
func (s sheet) note(column, row int, title, text, source string) {
	lines := xlsxfile.Lines(title, noteCharacters) + xlsxfile.Lines(text, noteCharacters)
	runs := []excelize.RichTextRun{
		{}, // LibreOffice drops the face of the first run
		run(title, look{Size: 9, Bold: true}),
		run("\n"+text, look{Size: 9}),
	}
	if source != "" {
		runs = append(runs, run("\n"+source, look{Size: 8, Italic: true, Color: grey}))
		lines += xlsxfile.Lines(source, noteCharacters)
	}
	for i := range runs {
		runs[i].Text = xlsxfile.Escaped(runs[i].Text)
	}
	s.keep(s.file.AddComment(s.name, excelize.Comment{Author: program, Cell: s.ref(column, row), Paragraph: runs,
		Width: noteWidth, Height: uint(noteLine*lines + noteLine/2)}))
}
