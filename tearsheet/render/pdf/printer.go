package pdf

import (
	"github.com/go-pdf/fpdf"

	"tearsheet/tearsheet"
)

// Margins of every page in points.
const (
	sideMargin = 28.0
	topMargin  = 30.0
	footMargin = 26.0
)

// printer puts one document on paper.
type printer struct {
	pen
	doc           *tearsheet.Document
	width, height float64
	grid          grid
	links         links
	strips        []tearsheet.Strip
	total         int // of all pages
}

func newPrinter(file *fpdf.Fpdf, size fpdf.SizeType, doc *tearsheet.Document) *printer {
	p := &printer{
		pen: pen{file}, doc: doc, width: size.Wd, height: size.Ht,
		links: newLinks(file, doc), strips: doc.Strips(),
	}
	p.grid = p.fittedGrid()
	return p
}

// print lays out everything before it draws anything, since every page says how
// many there are.
func (p *printer) print() {
	sheets, pitch := p.paginateSheet()
	definitions := p.layOutDefinitions()
	p.total = len(sheets) + len(definitions)
	for i, parts := range sheets {
		p.file.AddPage()
		if i == 0 {
			p.bookmark(0, p.doc.Title, topMargin)
		}
		p.sheetPage(parts, pitch, i == 0)
		p.sheetFooter()
	}
	for i, lines := range definitions {
		p.file.AddPage()
		if i == 0 {
			p.bookmark(0, "Definitions", topMargin)
		}
		p.definitionsPage(lines)
		p.footer()
	}
}

// left and right are the ends of the type area.
func (p *printer) left() float64  { return sideMargin }
func (p *printer) right() float64 { return p.width - sideMargin }

func (p *printer) bookmark(level int, text string, y float64) { p.file.Bookmark(text, level, y) }

// links are the ways between the rows of the sheet and the definitions. A metric
// that stands on one side only has none.
type links struct {
	row, definition map[string]int
}

func newLinks(file *fpdf.Fpdf, doc *tearsheet.Document) links {
	l := links{row: map[string]int{}, definition: map[string]int{}}
	defined := map[string]bool{}
	for _, d := range doc.Definitions {
		defined[d.Metric] = true
	}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if defined[row.Metric] {
				l.row[row.Metric], l.definition[row.Metric] = file.AddLink(), file.AddLink()
			}
		}
	}
	return l
}

// arrive makes this place the target of the metric's links in the table.
func (p *printer) arrive(table map[string]int, metric string, y float64) {
	if id, ok := table[metric]; ok {
		p.file.SetLink(id, y, p.file.PageNo())
	}
}

// depart makes the box lead to the target of the metric in the table.
func (p *printer) depart(table map[string]int, metric string, b box) {
	if id, ok := table[metric]; ok {
		p.file.Link(b.left, b.top, b.right-b.left, b.bottom-b.top, id)
	}
}
