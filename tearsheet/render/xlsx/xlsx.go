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

	"github.com/xuri/excelize/v2"
)

// Renderer writes workbooks. The same document gives the same bytes.
type Renderer struct {
	Paper string // for printing: "letter" or "a4"; "" is letter
}

// The tabs, in their order.
const (
	tabSheet       = "Tearsheet"
	tabDefinitions = "Definitions"
	tabCharts      = "Charts"
	tabData        = "Data"
	tabWeeks       = "Weeks"
)

// Render writes doc as a workbook. Nothing is written if it returns an error of
// the document or of the renderer.
func (r Renderer) Render(w io.Writer, doc *tearsheet.Document) error {
	paper, err := paperCode(r.Paper)
	if err != nil {
		return err
	}
	b := newBook()
	defer b.file.Close()
	b.properties(doc)
	places := placesOf(doc)
	newSheet(b.tab(tabSheet), doc, places).write(paper)
	writeDefinitions(b.tab(tabDefinitions), doc, places, paper)
	charts := b.tab(tabCharts)
	writeData(b.tab(tabData), doc, paper)
	writeWeeks(b.tab(tabWeeks), doc, places, paper)
	writeCharts(charts, doc, places, paper)
	if b.err != nil {
		return fmt.Errorf("xlsx: %w", b.err)
	}
	b.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return xlsxfile.NewArchive(w) })
	if _, err := b.file.WriteTo(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

// places says in which rows of the tabs each metric stands.
type places struct {
	sheet, definition, weeks map[string]int
}

func placesOf(doc *tearsheet.Document) places {
	p := places{sheet: map[string]int{}, definition: map[string]int{}, weeks: map[string]int{}}
	row, weeks := firstSheetRow, firstWeeksRow
	for _, section := range doc.Sections {
		row++ // the team's
		for _, r := range section.Rows {
			p.sheet[r.Metric], p.weeks[r.Metric] = row, weeks
			row, weeks = row+1, weeks+1
		}
	}
	for i, d := range doc.Definitions {
		p.definition[d.Metric] = firstDefinitionRow + i
	}
	return p
}

// properties names the document and its day, and no person, folder or host.
func (b *book) properties(doc *tearsheet.Document) {
	day := doc.AsOf.Format("2006-01-02") + "T00:00:00Z"
	title := doc.Title
	if doc.Company != "" {
		title = doc.Company + ": " + doc.Title
	}
	b.keep(b.file.SetDocProps(&excelize.DocProperties{
		Title: xlsxfile.Printable(title), Subject: xlsxfile.Printable(doc.Subtitle), Creator: program, LastModifiedBy: program,
		Created: day, Modified: day, Language: "en",
	}))
	b.keep(b.file.SetAppProps(&excelize.AppProperties{Application: program, Company: xlsxfile.Printable(doc.Company)}))
}

// program is the author of the workbook and of its notes.
const program = "Tearsheet"
