package workbook

// Tab adds a tab behind the others and returns it, empty.
func (b *Book) Tab(name string) *Tab {
	t := &Tab{Name: name, Widths: map[int]float64{}, Heights: map[int]float64{}, Hidden: map[int]bool{}, Cells: map[Ref]*Cell{}}
	b.Tabs = append(b.Tabs, t)
	return t
}

// At is the place in a column and a row.
func At(column, row int) Ref { return Ref{Column: column, Row: row} }

// To is the area from a place to another, both included.
func (r Ref) To(column, row int) Area { return Area{From: r, To: At(column, row)} }

// Cell returns the cell at a place. Where there is none, a blank one is put.
func (t *Tab) Cell(at Ref) *Cell {
	if t.Cells == nil {
		t.Cells = map[Ref]*Cell{}
	}
	c, ok := t.Cells[at]
	if !ok {
		c = &Cell{}
		t.Cells[at] = c
	}
	return c
}

// hold changes what a cell holds and how it looks. Its note and link stay.
func (t *Tab) hold(at Ref, held Cell) {
	c := t.Cell(at)
	held.Note, held.Link = c.Note, c.Link
	*c = held
}

// Text puts text; without a letter the cell is blank.
func (t *Tab) Text(at Ref, text string, l Look) {
	if text == "" {
		t.hold(at, Cell{Look: l})
		return
	}
	t.hold(at, Cell{Kind: Text, Text: text, Look: l})
}

// Runs puts text of several faces; without a letter the cell is blank.
func (t *Tab) Runs(at Ref, runs []Run, l Look) {
	text := ""
	for _, run := range runs {
		text += run.Text
	}
	if text == "" {
		t.hold(at, Cell{Look: l})
		return
	}
	t.hold(at, Cell{Kind: Rich, Text: text, Runs: runs, Look: l})
}

// Number puts a number, which is finite.
func (t *Tab) Number(at Ref, number float64, l Look) {
	t.hold(at, Cell{Kind: Number, Number: number, Look: l})
}

// Day puts a date, told in days since 1970-01-01, that sorts and filters as one. It is
// shown as 2026-11-17 unless the look has a format.
func (t *Tab) Day(at Ref, day int, l Look) {
	if l.Format == "" {
		l.Format = "yyyy-mm-dd"
	}
	t.Number(at, float64(day+serialOf1970), l)
}

// serialOf1970 is the number by which workbooks know 1970-01-01.
const serialOf1970 = 25569

// Dress gives a cell a look. What it holds stays.
func (t *Tab) Dress(at Ref, l Look) { t.Cell(at).Look = l }

// DressAll gives the cells of an area one look.
func (t *Tab) DressAll(area Area, l Look) {
	for row := area.From.Row; row <= area.To.Row; row++ {
		for column := area.From.Column; column <= area.To.Column; column++ {
			t.Dress(At(column, row), l)
		}
	}
}

// Merge makes an area one cell. What its first cell holds is shown.
func (t *Tab) Merge(area Area) { t.Merged = append(t.Merged, area) }

// Link makes a cell lead to another.
func (t *Tab) Link(at Ref, link Link) { t.Cell(at).Link = &link }

// Note hangs a note on a cell.
func (t *Tab) Note(at Ref, note Note) { t.Cell(at).Note = &note }

// Width sets that of a column, in characters.
func (t *Tab) Width(column int, characters float64) {
	if t.Widths == nil {
		t.Widths = map[int]float64{}
	}
	t.Widths[column] = characters
}

// Height sets that of a row, in points. A program that knows a bound keeps to it.
func (t *Tab) Height(row int, points float64) {
	if t.Heights == nil {
		t.Heights = map[int]float64{}
	}
	t.Heights[row] = points
}

// Hide keeps a column from being shown.
func (t *Tab) Hide(column int) {
	if t.Hidden == nil {
		t.Hidden = map[int]bool{}
	}
	t.Hidden[column] = true
}

// Column is a column of a table: its head, and its width in characters.
type Column struct {
	Head  string
	Width float64
}

// Head writes the heads of a table into a row, and sets the widths of its columns, which
// begin with the first of the tab.
func (t *Tab) Head(row int, columns []Column, l Look) {
	for i, c := range columns {
		t.Width(i+1, c.Width)
		t.Text(At(i+1, row), c.Head, l)
	}
}
