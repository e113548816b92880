package google

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"tearsheet/workbook"
	"tearsheet/workbook/google/googletest"
)

// anyTab draws a small tab of cells of all kinds.
func anyTab(t *rapid.T, name string) *workbook.Tab {
	tab := &workbook.Tab{Name: name, Cells: map[workbook.Ref]*workbook.Cell{}, Widths: map[int]float64{}, Heights: map[int]float64{}}
	rows, columns := rapid.IntRange(1, 7).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
	lines := rapid.SampledFrom([]workbook.Line{workbook.NoLine, workbook.NoLine, workbook.Hairline, workbook.ThinLine, workbook.ThickLine})
	for r := 1; r <= rows; r++ {
		if rapid.Bool().Draw(t, "high") {
			tab.Heights[r] = float64(rapid.IntRange(10, 40).Draw(t, "height"))
		}
		for c := 1; c <= columns; c++ {
			cell := &workbook.Cell{Kind: workbook.Kind(rapid.IntRange(0, 3).Draw(t, "kind")), Text: rapid.SampledFrom([]string{"", "a", "=1+1", "😀 b", "x\ny", "'q"}).Draw(t, "text"),
				Number: rapid.Float64().Draw(t, "number"), Look: workbook.Look{Bold: rapid.Bool().Draw(t, "bold"), Wrap: rapid.Bool().Draw(t, "wrap"),
					Under: lines.Draw(t, "under"), Over: lines.Draw(t, "over"), Fill: rapid.SampledFrom([]string{"", workbook.Band}).Draw(t, "fill"),
					Format: rapid.SampledFrom([]string{"", "0.0", "@_6", "yyyy-mm-dd"}).Draw(t, "format"), Indent: rapid.IntRange(0, 1).Draw(t, "indent")}}
			switch rapid.IntRange(0, 5).Draw(t, "more") {
			case 0:
				cell.Note = &workbook.Note{Title: "n", Text: cell.Text}
			case 1:
				cell.Link = &workbook.Link{Tab: name, To: at(1, 1)}
			case 2:
				continue // nothing stands here
			}
			if cell.Kind == workbook.Rich {
				cell.Runs = []workbook.Run{{Text: "one", Look: workbook.Look{Bold: rapid.Bool().Draw(t, "first")}}, {Text: cell.Text, Look: workbook.Look{Size: 8}}}
			}
			tab.Cells[at(c, r)] = cell
		}
	}
	if rows > 2 && columns > 1 && rapid.Bool().Draw(t, "merge") {
		tab.Merged = []workbook.Area{area(1, rows, 2, rows)}
		delete(tab.Cells, at(2, rows))
	}
	if rapid.Bool().Draw(t, "rule") {
		tab.Rules = []workbook.Rule{{Area: area(1, 1, columns, rows), Column: 1, Is: `a"b`, Bold: true}}
	}
	if rows > 1 {
		tab.Frozen = at(1, rapid.IntRange(1, 2).Draw(t, "frozen"))
	}
	return tab
}

func TestAnyTabAfterAnyOtherStandsAsItShould(t *testing.T) {
	d := newDeskWith(t, googletest.Options{NoQuota: true})
	rapid.Check(t, func(t *rapid.T) {
		d.client.reads.at, d.client.writes.at = nil, nil // quotas are tried elsewhere
		tab := anyTab(t, "Any")
		book := &workbook.Book{Tabs: []*workbook.Tab{tab}}
		if _, err := d.client.Write(d.t.Context(), d.id, "any", book, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		again, err := d.client.Write(d.t.Context(), d.id, "any", book, WriteOptions{Only: true})
		if err != nil || len(again.Differences) > 0 {
			t.Fatalf("%v, %v", again.Differences, err)
		}
		w := wantedTabs("any", book, WriteOptions{})[0]
		_, stands := d.tab("Any")
		for cell, data := range stands.Cells {
			var column, row int
			for _, r := range strings.TrimRight(cell, "0123456789") {
				column = column*26 + int(r-'A') + 1
			}
			fmt.Sscan(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), &row)
			if (row > w.rows || column > w.columns) && len(data) > 0 {
				t.Fatalf("%s is left behind: %v", cell, data)
			}
			if text := fmt.Sprint(data["userEnteredValue"]); strings.Contains(text, "formulaValue") {
				t.Fatalf("%s is a formula: %s", cell, text)
			}
		}
	})
}
