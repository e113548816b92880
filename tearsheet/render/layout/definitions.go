package layout

import (
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

const firstDefinitionRow = 2

// definitions lists what each metric means, how its week is made, and the statement
// that ran.
func (l layout) definitions(t *workbook.Tab) {
	t.NoGrid = true
	columns := []workbook.Column{{Head: "Metric", Width: 24}, {Head: "Team", Width: 14}, {Head: "Definition", Width: 46}, {Head: "Rules", Width: 46},
		{Head: "Statement", Width: 50}, {Head: "Name", Width: 24}, {Head: "Hash", Width: 19}}
	table(t, firstDefinitionRow-1, columns)
	for i, d := range l.doc.Definitions {
		row := firstDefinitionRow + i
		definition(t, row, d, columns)
		if at, ok := l.rows.sheet[d.Metric]; ok && l.options.Names.Sheet != "" {
			t.Link(workbook.At(1, row), workbook.Link{Tab: l.options.Names.Sheet, To: workbook.At(1, at), Tip: "Back to the sheet"})
		}
	}
	last := firstDefinitionRow - 1 + len(l.doc.Definitions)
	filter := workbook.At(1, firstDefinitionRow-1).To(len(columns), last)
	t.Filter = &filter
	t.Frozen = workbook.At(2, firstDefinitionRow)
	l.print(t, workbook.Page{Landscape: true, Columns: len(columns), Rows: last, HeadFrom: 1, HeadTo: firstDefinitionRow - 1})
}

func definition(t *workbook.Tab, row int, d tearsheet.Definition, columns []workbook.Column) {
	name := workbook.Look{Size: 9, Bold: true, Wrap: true, Under: workbook.Hairline}
	body := workbook.Look{Size: 9, Wrap: true, Align: "left", Indent: 1, Under: workbook.Hairline}
	side, code := body, body
	side.Color = workbook.Grey
	code.Size, code.Mono = 8, true
	minor := code
	minor.Color = workbook.Grey
	lines := 1
	for i, c := range []struct {
		text string
		look workbook.Look
	}{{d.Title, name}, {d.Team, side}, {d.Text, body}, {strings.Join(d.Rules, "\n"), side}, {d.Statement, code}, {d.Metric, minor}, {d.Hash, minor}} {
		t.Text(workbook.At(i+1, row), c.text, c.look)
		lines = max(lines, workbook.Lines(c.text, int((columns[i].Width-2)*charactersPerWidth)))
	}
	t.Height(row, 8+12*float64(lines))
}

// charactersPerWidth is how many characters of small text fit, with some room to
// spare, into a unit of column width.
const charactersPerWidth = 1.1
