// Package xlsx writes a tearsheet as a workbook: the sheet itself, its
// definitions, a chart of each metric, and the daily values behind the five weeks
// for whoever wants to check.
//
// A cell shows what the document prints and holds the number unrounded. Nothing
// is computed here: no cell has a formula, and text that looks like one stays
// text.
package xlsx

import (
	"fmt"
	"io"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/layout"
)

// Renderer writes workbooks. The same document gives the same bytes.
type Renderer struct {
	Paper string // for printing: "letter" or "a4"; "" is letter
}

// Render writes doc as a workbook. Nothing is written if it returns an error of
// the document or of the renderer.
func (r Renderer) Render(w io.Writer, doc *tearsheet.Document) error {
	if err := xlsxfile.Write(w, layout.Book(doc, layout.Options{Paper: r.Paper})); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}
