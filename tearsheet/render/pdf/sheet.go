package pdf

import (
	"fmt"

	"tearsheet/templates"
)

// Heights of the head of a sheet in points, from the top margin down.
const (
	titleDrop     = 13   // to the baseline of the title
	subtitleDrop  = 27.5 // to the baseline of the line below it
	headRuleDrop  = 35.5
	headRule      = 0.9
	stripDrop     = 11.5 // from the rule, or the strip above, to the strip's baseline
	columnsDrop   = 17   // from the last strip to the baseline of the weeks
	columnsHeight = 33   // from the last strip to the rule below the columns' heads
	laterDrop     = 17   // on later pages: to the rule
	footHeight    = 34   // of the sheet's footer, with the legend
)

// headHeight is what the head of a page takes, down to the rule under the columns'
// heads.
func (p *printer) headHeight(first bool) float64 {
	if !first {
		return laterDrop + columnsHeight - 4
	}
	return headRuleDrop + float64(len(p.strips))*stripDrop + columnsHeight
}

func (p *printer) paginateSheet() (pages [][]part, pitch float64) {
	room := p.height - topMargin - footMargin - footHeight
	return paginate(p.doc.Sections, room-p.headHeight(true), room-p.headHeight(false))
}

// sheetPage draws the sheet, or one page of it.
func (p *printer) sheetPage(parts []part, pitch float64, first bool) {
	y := topMargin + p.headHeight(first)
	rows := 0.0
	for _, part := range parts {
		rows += part.height()
	}
	if len(p.grid.weeks) > 0 {
		p.fill(p.grid.band, y-columnsHeight+7, p.grid.bandEnd, y+rows*pitch, band)
	}
	if first {
		p.sheetHead()
	} else {
		p.laterHead()
	}
	p.columnHeads(y)
	for _, part := range parts {
		p.sectionHead(part, y, pitch)
		y += headingRows * pitch
		for i, row := range part.section.Rows {
			if i > 0 {
				p.rule(p.grid.name, p.grid.end, y, .25, hair)
			}
			p.row(row, y, pitch)
			y += pitch
		}
	}
}

// sheetHead draws the head of the first page: what and when it is, the counts of
// the latest week, and the strips.
func (p *printer) sheetHead() {
	y := topMargin + titleDrop
	title := style{templates.SemiBold, 17, black}
	p.text(p.left(), y, p.fit(p.doc.Title, title, p.counts(y)-16-p.left()), title)

	y = topMargin + subtitleDrop
	end := p.flush(y, p.doc.Plan.Text, style{templates.Regular, 8, grey}, p.width*.3) - 12
	x := p.left()
	if p.doc.Company != "" {
		company := style{templates.Medium, 9, black}
		x = p.text(x, y, p.fit(p.doc.Company, company, p.width*.25), company) + 7
	}
	subtitle, s := p.squeeze(p.doc.Subtitle, style{templates.Regular, 9, grey}, end-x)
	p.text(x, y, subtitle, s)

	y = topMargin + headRuleDrop
	p.rule(p.left(), p.right(), y, headRule, black)
	for i, strip := range p.strips {
		p.strip(strip, y+float64(i+1)*stripDrop)
	}
}

// flush sets a text against the right margin, cut to width, and returns where it
// begins.
func (p *printer) flush(y float64, text string, s style, width float64) float64 {
	return p.pen.right(p.right(), y, p.fit(text, s, width), s)
}

// laterHead draws the head of the pages after the first.
func (p *printer) laterHead() {
	y := topMargin + 9
	title := style{templates.SemiBold, 10, black}
	x := p.text(p.left(), y, p.fit(p.doc.Title, title, p.width*.4), title)
	company := style{templates.Regular, 10, light}
	x = p.text(x+5, y, p.fit(p.doc.Company, company, p.width*.2), company)
	p.flush(y, p.doc.Subtitle, style{templates.Regular, 8, grey}, p.right()-x-12)
	p.rule(p.left(), p.right(), topMargin+laterDrop, headRule, black)
}

// counts sets the numbers of rows by mark against the right margin and returns
// where they begin.
func (p *printer) counts(y float64) float64 {
	items := p.doc.Counts.Tallies()
	x := p.right()
	for i := len(items) - 1; i >= 0; i-- {
		number := style{templates.SemiBold, 13, black}
		switch {
		case items[i].Alarm:
			number.ink = accent
		case !items[i].Judged:
			number.ink = grey
		}
		x = p.pen.right(x, y, items[i].Text, style{templates.Regular, 9, grey})
		x = p.pen.right(x-3.5, y, fmt.Sprint(items[i].Count), number)
		x -= 11
	}
	return x + 11
}

// columnHeads draws the heads over the columns; y is the rule under them.
func (p *printer) columnHeads(y float64) {
	top, below := y-columnsHeight+columnsDrop, y-5.5
	small, smallGrey := style{templates.Regular, 6.6, black}, style{templates.Regular, 6.6, grey}
	for i, week := range p.doc.Weeks {
		pair := p.grid.weeks[i]
		head, actual := style{templates.Regular, 7.5, grey}, smallGrey
		line := light
		if i == len(p.doc.Weeks)-1 {
			head, actual, line = style{templates.SemiBold, 7.5, black}, small, black
		}
		p.centre(pair.centre, top, week.Label, head)
		p.rule(pair.centre-pair.width/2, pair.plan, top+3.2, .35, line)
		p.pen.right(pair.actual, below, "Actual", actual)
		p.pen.right(pair.plan, below, "Plan", smallGrey)
	}
	p.pen.right(p.grid.variance, top, "vs plan", style{templates.SemiBold, 7.5, black})
	p.pen.right(p.grid.variance, below, "%", small)
	p.pen.right(p.grid.end, top, fmt.Sprintf("%d weeks", len(p.doc.Trend)), style{templates.Regular, 7.5, grey})
	p.pen.right(p.grid.end, below, "plan dashed", smallGrey)
	p.rule(p.left(), p.right(), y, .6, black)
}

// sectionHead draws a team's heading with its top at y.
func (p *printer) sectionHead(part part, y, pitch float64) {
	bottom := y + headingRows*pitch
	baseline := bottom - .31*pitch
	title := style{templates.SemiBold, 9, black}
	x := p.text(p.left(), baseline, p.fit(part.section.Title, title, p.grid.nameEnd-p.left()), title)
	note := fmt.Sprintf("%d of %d off plan", part.section.Behind, part.rows)
	if part.continued {
		note = "(continued)"
	}
	p.text(x+6, baseline, note, style{templates.Regular, 7.5, grey})
	p.rule(p.left(), p.right(), bottom, .35, black)
	if !part.continued {
		p.bookmark(1, part.section.Title, y)
	}
}
