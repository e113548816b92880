// Package workbook describes workbooks as tabs of cells, with looks, notes and links,
// whatever will show them: a file for an office program, or a spreadsheet that lives at
// Google. Who lays out a page fills a Book; who writes one knows the program, and nothing
// of what is laid out.
//
// Text stays text, whatever it begins with; no cell has a formula. A number is kept
// unrounded beside the format in which it is shown, in the notation that Excel, LibreOffice
// and Google share. Rows and columns count from 1.
package workbook

// Book is a workbook.
type Book struct {
	Title, Subject, Company string
	// Day is the day as of which it holds, 2026-11-17: a workbook knows no other clock.
	Day  string
	Tabs []*Tab
}

// Tab is one tab of a workbook.
type Tab struct {
	// Name is the title of the tab, unlike that of all others of its book. Links, sparklines
	// and charts name tabs by it.
	Name    string
	Widths  map[int]float64 // of columns, in characters
	Heights map[int]float64 // of rows, in points
	// Hidden are columns that are not shown. At Google sparklines draw them all the same; in
	// a file none does.
	Hidden map[int]bool
	Cells  map[Ref]*Cell
	Merged []Area
	Rules  []Rule
	Sparks []Spark
	Charts []Chart
	Breaks []int // rows that begin a page in print
	// Frozen is the first cell that moves when the tab is scrolled; 0,0 is none. Column 1
	// or row 1 keeps nothing on that side.
	Frozen Ref
	Filter *Area // the table that readers may filter, with its head
	NoGrid bool  // without grid lines on the screen
	Print  Page
}

// Ref is the place of a cell.
type Ref struct{ Column, Row int }

// Area is a range of cells, both ends included.
type Area struct{ From, To Ref }

// Cell is what stands in a cell, and how it looks. The zero Cell is blank.
type Cell struct {
	Kind   Kind
	Text   string  // of Text; of Rich, its runs joined
	Number float64 // of Number, finite; a day is the number of days since 1899-12-30
	Runs   []Run   // of Rich
	Look   Look
	Note   *Note
	Link   *Link
}

// Kind says what a cell holds.
type Kind int

// The kinds of cells.
const (
	Blank Kind = iota
	Text
	Rich // text of several faces
	Number
)

// Run is a piece of text with a face of its own, of which the size, the weight, the slant
// and the colour count.
type Run struct {
	Text string
	Look Look
}

// Note is what is shown when the pointer rests on a cell.
type Note struct {
	Title, Text, Source string // in bold, plain, and in small italics
}

// String is the note as plain text.
func (n Note) String() string {
	text := n.Title
	for _, part := range []string{n.Text, n.Source} {
		if part != "" {
			text += "\n" + part
		}
	}
	return text
}

// Link leads to a cell of a tab of the same book.
type Link struct {
	Tab string
	To  Ref
	Tip string
}

// Look is how a cell looks. It is comparable, so that equal looks are one style.
type Look struct {
	Size         float64 // points; 0 is 10
	Bold, Italic bool
	Mono         bool
	Color        string // RRGGBB; "" is Ink
	Fill         string // RRGGBB; "" is none
	Format       string // of numbers
	Align        string // left, right, center; "" is that of the kind of cell
	Indent       int
	Middle       bool // else at the bottom, or at the top if wrapped
	Wrap         bool
	Shrink       bool // rather than cut, where the program can
	Under        Line // rule below
	Over         Line // rule above
}

// Line is a rule between rows.
type Line int

// The rules.
const (
	NoLine Line = iota
	Hairline
	ThinLine
	ThickLine
)

// The colours of all that we write. The accent only doubles what shape and weight say.
const (
	Ink    = "111111"
	Grey   = "626262"
	Light  = "8C8C8C"
	Hair   = "D6D6D6" // of hairlines
	Band   = "F0F0F0" // behind what counts most
	Accent = "960C12"
)

// Rule gives the cells of an area a face while a cell of their row holds a text: whoever
// changes a mark sees the row follow.
type Rule struct {
	Area   Area
	Column int    // of the cell that is looked at, in the same row
	Is     string // its text
	Bold   bool
	Color  string // "" changes none
}

// Spark is a line in a cell: the numbers of a row of cells of a tab.
type Spark struct {
	At   Ref
	Tab  string
	From Area // one row
}

// Chart draws rows of numbers as lines, over the cells of a tab.
type Chart struct {
	At            Ref // of its upper left corner
	Width, Height int // pixels
	Title         string
	AltText       string
	Format        string // of the numbers of the axis
	Series        []Series
}

// Series is a line of a chart. All places lie on Tab.
type Series struct {
	Tab        string
	Name       Ref
	Categories Area
	Values     Area
	Color      string
	Width      float64 // points
	Dashed     bool
}

// Page is how a tab is printed: one page wide, as many high as it takes.
type Page struct {
	Paper            string // letter, a4; "" is letter
	Landscape        bool
	Columns, Rows    int    // of the printed area; 0: all of the tab
	HeadFrom, HeadTo int    // rows that are repeated on each page; 0: none
	HeadColumns      int    // columns from the left that are repeated; 0: none
	Wide             int    // pages that the tab is wide; 0 is 1
	Narrow           bool   // with narrow margins, in the middle of the page
	Left, Middle     string // of the foot; the number of the page stands at its right
}
