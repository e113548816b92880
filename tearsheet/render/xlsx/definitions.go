package xlsx

import (
	"strings"

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
	columns := []column{{"Metric", 24}, {"Team", 14}, {"Definition", 48}, {"Rules", 46}, {"Statement", 52}, {"Name", 22}, {"Hash", 16}}
	t.table(firstDefinitionRow-1, columns)
	for i, d := range doc.Definitions {
		row := firstDefinitionRow + i
		rules := strings.Join(d.Rules, "\n")
		body := look{Size: 9, Wrap: true, Under: hairline}
		side := look{Size: 9, Color: grey, Wrap: true, Under: hairline}
		t.text(1, row, d.Title, look{Size: 9, Bold: true, Wrap: true, Under: hairline})
		if at, ok := p.sheet[d.Metric]; ok {
			t.link(1, row, tabSheet, at, "Back to the sheet")
		}
		t.text(2, row, d.Team, side)
		t.text(3, row, d.Text, body)
		t.text(4, row, rules, side)
		t.text(5, row, d.Statement, look{Size: 8, Mono: true, Wrap: true, Under: hairline})
		t.text(6, row, d.Metric, look{Size: 8, Mono: true, Color: grey, Wrap: true, Under: hairline})
		t.text(7, row, d.Hash, look{Size: 8, Mono: true, Color: grey, Wrap: true, Under: hairline})
		lines := max(linesOf(d.Title, 22), linesOf(d.Text, 50), linesOf(rules, 48), linesOf(d.Statement, 54),
			linesOf(d.Metric, 21), linesOf(d.Hash, 15))
		t.height(row, 6+12*float64(lines))
	}
	last := firstDefinitionRow - 1 + len(doc.Definitions)
	t.filter(firstDefinitionRow-1, last, len(columns))
	t.freeze(2, firstDefinitionRow)
	t.print(page{paper: paper, landscape: true, columns: len(columns), rows: last, headFrom: 1, headTo: firstDefinitionRow - 1}, doc)
}
