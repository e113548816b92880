package pdf

import (
	"cmp"
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// line is one line of the definitions, laid out but not yet placed.
type line struct {
	height float64               // from the line above
	draw   func(x, y float64)    // y is the bottom of the line
	arrive *tearsheet.Definition // whose first line this is
	team   string                // whose heading this is
}

// block is what stands together if it can: a definition, with its team's heading
// if it is the first.
type block struct {
	lines []line
	lead  int // lines that are not left alone at the end of a column
}

func (b block) height() float64 {
	height := 0.0
	for _, l := range b.lines {
		height += l.height
	}
	return height
}

// placed is a line where it stands.
type placed struct {
	line
	x, y float64
}

const (
	definitionsHead = 36 // from the top margin to the columns
	definitionsFoot = 16
	columnGap       = 26
	blockGap        = 11
	titleHeight     = 12.3
	arrowWidth      = 12
	teamGap         = 20
	paragraphGap    = 1.6
)

func (p *printer) columnWidth() float64 { return (p.right() - p.left() - columnGap) / 2 }

// layOutDefinitions fills two columns a page, of which those of the last page are
// alike in length.
func (p *printer) layOutDefinitions() [][]placed {
	blocks := p.blocks()
	top, bottom := topMargin+definitionsHead, p.height-footMargin-definitionsFoot
	pages := p.flow(blocks, top, func(int) float64 { return bottom })
	const step = 4
	for short := top + step; short < bottom && len(pages) > 0; short += step {
		balanced := p.flow(blocks, top, func(page int) float64 {
			if page == len(pages) {
				return short
			}
			return bottom
		})
		if len(balanced) == len(pages) && p.leftIsLonger(balanced[len(balanced)-1]) {
			return balanced
		}
	}
	return pages
}

// leftIsLonger reports whether the left column of a page reaches as far down as
// the right.
func (p *printer) leftIsLonger(page []placed) bool {
	var left, right float64
	for _, l := range page {
		if l.x == p.left() {
			left = max(left, l.y)
		} else {
			right = max(right, l.y)
		}
	}
	return left >= right
}

// flow places the blocks in columns that reach from top to the bottom of each
// page, counted from 1. A block that fits a column is not broken; a longer one
// runs on.
func (p *printer) flow(blocks []block, top float64, bottom func(page int) float64) [][]placed {
	var pages [][]placed
	column, y, end := 1, top, top
	next := func() {
		if column = (column + 1) % 2; column == 0 {
			pages = append(pages, nil)
		}
		y, end = top, bottom(len(pages))
	}
	for _, b := range blocks {
		whole := b.height() <= bottom(0)-top
		if len(pages) == 0 || y+b.height() > end && (whole || y+b.leadHeight() > end) {
			next()
		}
		for _, l := range b.lines {
			if !whole && y > top && y+l.height > end {
				next()
			}
			if y == top {
				l.height = min(l.height, firstLine)
			}
			y += l.height
			x := p.left() + float64(column)*(p.columnWidth()+columnGap)
			pages[len(pages)-1] = append(pages[len(pages)-1], placed{l, x, y})
		}
	}
	return pages
}

// firstLine is the most that the first line of a column takes: the space above it
// is for what stands above.
const firstLine = titleHeight

func (b block) leadHeight() float64 {
	return block{lines: b.lines[:min(b.lead, len(b.lines))]}.height()
}

const offSheet = "Not on the sheet"

// blocks sets the definitions, under a heading for each team and one for those
// that have no row.
func (p *printer) blocks() []block {
	var blocks []block
	team := ""
	for i := range p.doc.Definitions {
		d := &p.doc.Definitions[i]
		var b block
		heading := d.Team
		if !d.OnSheet {
			heading = offSheet
		}
		if heading != team {
			b.lines = append(b.lines, p.teamLine(heading))
			team = heading
		}
		b.lines = append(b.lines, p.titleLines(d, len(b.lines) > 0)...)
		b.lead = len(b.lines) + 2
		b.lines = append(b.lines, p.textLines(d.Text, style{templates.Regular, 8.4, black}, 11.2)...)
		b.lines = append(b.lines, p.textLines(strings.Join(d.Rules, " "), style{templates.Regular, 7.2, grey}, 9.6)...)
		b.lines = append(b.lines, p.statementLines(d.Statement)...)
		b.lines = append(b.lines, p.hashLine(d))
		blocks = append(blocks, b)
	}
	return blocks
}

func (p *printer) teamLine(team string) line {
	return line{height: teamGap + 8, team: team, draw: func(x, y float64) {
		p.text(x, y-5, team, style{templates.SemiBold, 11, black})
		p.rule(x, x+p.columnWidth(), y, .6, black)
	}}
}

// titleLines are the whole title, which leads back to the row, and at its right
// the name by which files and programs know the metric; a name that is long has a
// line of its own.
func (p *printer) titleLines(d *tearsheet.Definition, underTeam bool) []line {
	title, name := style{templates.SemiBold, 9.4, black}, style{templates.Mono, 6.4, grey}
	column := p.columnWidth()
	beside, room := p.pen.width(d.Metric, name), column-arrowWidth
	if beside <= column/2 {
		room -= beside + 8
	}
	var lines []line
	wrapped := p.wrap(cmp.Or(strings.TrimSpace(d.Title), d.Metric), title, room)
	for i, words := range wrapped {
		lines = append(lines, line{height: titleHeight, draw: func(x, y float64) {
			end := p.text(x, y-2.4, words, title)
			if _, ok := p.links.row[d.Metric]; ok && i == len(wrapped)-1 {
				end = p.text(end+3, y-2.4, "←", style{templates.Regular, 8, light})
			}
			p.depart(p.links.row, d.Metric, box{x, y - titleHeight, end, y + 1})
			if i == 0 && beside <= column/2 {
				p.pen.right(x+column, y-2.4, d.Metric, name)
			}
		}})
	}
	if beside > column/2 {
		for _, piece := range p.chop(d.Metric, name, column) {
			lines = append(lines, line{height: 9.5, draw: func(x, y float64) { p.text(x, y-2.2, piece, name) }})
		}
	}
	lines[0].arrive = d
	lines[0].height += blockGap
	if underTeam {
		lines[0].height = titleHeight + 3
	}
	return lines
}

func (p *printer) textLines(text string, s style, height float64) []line {
	var lines []line
	for _, words := range p.wrap(text, s, p.columnWidth()) {
		lines = append(lines, line{height: height, draw: func(x, y float64) {
			p.text(x, y-height*.24, words, s)
		}})
	}
	if len(lines) > 0 {
		lines[0].height += paragraphGap
	}
	return lines
}

// codeStyle is a little smaller for a statement that fits unbroken then.
func (p *printer) codeStyle(statement string, room float64) style {
	s := style{templates.Mono, statementSize, grey}
	small := s.sized(statementLeast / statementSize)
	widest := 0.0
	for code := range strings.Lines(statement) {
		code = strings.ReplaceAll(strings.TrimRight(code, "\r\n "), "\t", tab)
		widest = max(widest, p.pen.width(code, s))
	}
	if widest <= room || widest*small.size/s.size > room {
		return s
	}
	return s.sized(room / widest * .999) // .999: the breaking counts whole characters
}

const (
	statementSize   = 6.2
	statementLeast  = 5.5
	statementHeight = 8.3
	statementIndent = 8
)

// statementLines sets a statement whole, beside a hairline.
func (p *printer) statementLines(statement string) []line {
	room := p.columnWidth() - statementIndent
	s := p.codeStyle(statement, room)
	var lines []line
	for _, code := range p.wrapCode(statement, s, room) {
		height := statementHeight
		if len(lines) == 0 {
			height += 4
		}
		lines = append(lines, line{height: height, draw: func(x, y float64) {
			p.upright(x+.4, y-statementHeight, y, .8, hair)
			p.text(x+statementIndent, y-2.2, code, s)
		}})
	}
	return lines
}

func (p *printer) hashLine(d *tearsheet.Definition) line {
	return line{height: 9.5, draw: func(x, y float64) {
		if d.Hash == "" {
			return
		}
		s := style{templates.Mono, 5.4, light}
		hash := p.fit("definition "+d.Hash, s, p.columnWidth())
		p.text(x, y-1.4, hash, s)
	}}
}

// definitionsPage draws the lines of a page under a running head.
func (p *printer) definitionsPage(lines []placed) {
	y := topMargin + 10
	title, quiet := style{templates.SemiBold, 12, black}, style{templates.Regular, 8, grey}
	x := p.text(p.left(), y, "Definitions", title)
	head := p.doc.Title
	if p.doc.Company != "" {
		head = p.doc.Company + "  ·  " + head
	}
	p.flush(y, head, quiet, p.right()-x-20)
	p.rule(p.left(), p.right(), topMargin+18, headRule, black)
	for _, l := range lines {
		if l.team != "" {
			p.bookmark(1, l.team, l.y-l.height)
		}
		if l.arrive != nil {
			p.bookmark(2, l.arrive.Title, l.y-15)
			p.arrive(p.links.definition, l.arrive.Metric, l.y-15)
		}
		l.draw(l.x, l.y)
	}
}
