package xlsx

import (
	"strings"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
)

const firstDefinitionRow = 2

// column is a column of a table: its head and width in characters.
type column struct {
	head  string
	width float64
}

// table writes the head of a table and keeps it in view.
func (t tab) table(headRow int, columns []column) {
	for i, c := range columns {
		t.width(i+1, c.width)
		t.text(i+1, headRow, c.head, look{Size: 9, Bold: true, Under: thickLine, Middle: true})
	}
	t.height(headRow, 20)
}

// filter lets readers choose rows of a table by the values of its columns.
func (t tab) filter(headRow, lastRow, columns int) {
	t.keep(t.file.AutoFilter(t.name, t.area(1, headRow, columns, lastRow), []excelize.AutoFilterOptions{}))
}

// writeDefinitions writes what each metric means, how its week is made, and the
// statement that ran.
func writeDefinitions(t tab, doc *tearsheet.Document, p places, paper int) {
	t.withoutGrid()
	columns := []column{{"Metric", 24}, {"Team", 14}, {"Definition", 46}, {"Rules", 46}, {"Statement", 50}, {"Name", 24}, {"Hash", 19}}
	t.table(firstDefinitionRow-1, columns)
	for i, d := range doc.Definitions {
		t.definition(firstDefinitionRow+i, d, columns)
		if at, ok := p.sheet[d.Metric]; ok {
			t.link(1, firstDefinitionRow+i, tabSheet, at, "Back to the sheet")
		}
	}
	last := firstDefinitionRow - 1 + len(doc.Definitions)
	t.filter(firstDefinitionRow-1, last, len(columns))
	t.freeze(2, firstDefinitionRow)
	t.print(page{paper: paper, landscape: true, columns: len(columns), rows: last, headFrom: 1, headTo: firstDefinitionRow - 1}, doc)
}

func (t tab) definition(row int, d tearsheet.Definition, columns []column) {
	name := look{Size: 9, Bold: true, Wrap: true, Under: hairline}
	body := look{Size: 9, Wrap: true, Align: "left", Indent: 1, Under: hairline}
	side, code := body, body
	side.Color = grey
	code.Size, code.Mono = 8, true
	minor := code
	minor.Color = grey
	lines := 1
	for i, c := range []struct {
		text string
		look look
	}{{d.Title, name}, {d.Team, side}, {d.Text, body}, {strings.Join(d.Rules, "\n"), side}, {d.Statement, code}, {d.Metric, minor}, {d.Hash, minor}} {
		t.text(i+1, row, c.text, c.look)
		lines = max(lines, xlsxfile.Lines(c.text, int((columns[i].width-2)*charactersPerWidth)))
	}
	t.height(row, 8+12*float64(lines))
}

// charactersPerWidth is how many characters of small text fit, with some room to
// spare, into a unit of column width.
const charactersPerWidth = 1.1
