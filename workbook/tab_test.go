package workbook_test

import (
	"testing"

	"tearsheet/workbook"
)

func TestCellsAreBlankUntilSomethingIsPut(t *testing.T) {
	tab := (&workbook.Book{}).Tab("A")
	bold := workbook.Look{Bold: true}
	tab.DressAll(workbook.At(1, 1).To(2, 3), bold)
	if len(tab.Cells) != 6 {
		t.Errorf("%d cells of an area of 2 × 3", len(tab.Cells))
	}
	tab.Text(workbook.At(1, 1), "", bold)
	tab.Runs(workbook.At(2, 1), nil, bold)
	for at, c := range tab.Cells {
		if c.Kind != workbook.Blank || c.Look != bold {
			t.Errorf("%v is %+v, want blank and bold", at, c)
		}
	}
}

func TestLatestContentCountsAndNotesStay(t *testing.T) {
	tab := &workbook.Tab{} // maps are made when they are needed
	at := workbook.At(2, 5)
	tab.Runs(at, []workbook.Run{{Text: "a"}, {Text: "b"}}, workbook.Look{})
	if c := tab.Cell(at); c.Kind != workbook.Rich || c.Text != "ab" {
		t.Errorf("runs are %+v", c)
	}
	tab.Note(at, workbook.Note{Title: "t"})
	tab.Link(at, workbook.Link{Tab: "A", To: workbook.At(1, 1)})
	tab.Number(at, 1.5, workbook.Look{Format: "0.0"})
	tab.Dress(at, workbook.Look{Bold: true})
	c := tab.Cell(at)
	if c.Kind != workbook.Number || c.Number != 1.5 || c.Text != "" || c.Runs != nil || c.Look != (workbook.Look{Bold: true}) {
		t.Errorf("the number is %+v", c)
	}
	if c.Note == nil || c.Note.Title != "t" || c.Link == nil || c.Link.Tab != "A" {
		t.Errorf("note %v, link %v: lost by a number", c.Note, c.Link)
	}
}

func TestDayIsTheNumberOfWorkbooks(t *testing.T) {
	tab := &workbook.Tab{}
	for day, want := range map[int]float64{0: 25569, -25569: 0, 20774: 46343} { // 1970-01-01, 1899-12-30, 2026-11-17
		at := workbook.At(1, 1)
		tab.Day(at, day, workbook.Look{})
		if c := tab.Cell(at); c.Number != want || c.Look.Format != "yyyy-mm-dd" {
			t.Errorf("day %d is %v as %q, want %v", day, c.Number, c.Look.Format, want)
		}
	}
	tab.Day(workbook.At(1, 2), 0, workbook.Look{Format: "d mmmm yyyy"})
	if got := tab.Cell(workbook.At(1, 2)).Look.Format; got != "d mmmm yyyy" {
		t.Errorf("its own format became %q", got)
	}
}

func TestHeadSetsWidths(t *testing.T) {
	tab := &workbook.Tab{}
	tab.Head(3, []workbook.Column{{Head: "A", Width: 4}, {Head: "B", Width: 5}}, workbook.Look{Bold: true})
	if tab.Widths[1] != 4 || tab.Widths[2] != 5 || tab.Cell(workbook.At(2, 3)).Text != "B" {
		t.Errorf("widths %v, cells %v", tab.Widths, tab.Cells)
	}
}

func TestLinesBreakAtSpaces(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  int
	}{
		{"", 10, 1},
		{"ten digits", 10, 1},
		{"ten digits more", 10, 2},
		{"a\nb\n\nc", 10, 4},
		{"a word of unbreakable0123456789", 10, 4},
		{"éèêëéèêëéè", 10, 1}, // characters, not bytes
	} {
		if got := workbook.Lines(c.text, c.width); got != c.want {
			t.Errorf("%q takes %d lines of %d, want %d", c.text, got, c.width, c.want)
		}
	}
}
