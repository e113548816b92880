package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
)

// The rows and columns of the first tab.
const (
	titleRow      = 1
	subtitleRow   = 2
	agendaRow     = 3
	weekRow       = 4
	headRow       = 5
	firstSheetRow = 6

	markColumn = 1
	nameColumn = 2
	unitColumn = 3
	weekColumn = 4 // of the first week; each has two
)

// sheet writes the first tab.
type sheet struct {
	tab
	doc      *tearsheet.Document
	places   places
	variance int      // column
	spark    int      // column, the last
	signs    []string // by week: the widest sign in its column
}

func newSheet(t tab, doc *tearsheet.Document, p places) sheet {
	s := sheet{tab: t, doc: doc, places: p, signs: make([]string, len(doc.Weeks))}
	s.variance = weekColumn + 2*len(doc.Weeks)
	s.spark = s.variance + 1
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			for i, cell := range row.Cells {
				if tail := tailOf(cell); len([]rune(tail)) > len([]rune(s.signs[i])) {
					s.signs[i] = tail
				}
			}
		}
	}
	return s
}

func (s sheet) write(paper int) {
	s.withoutGrid()
	s.columns()
	s.head()
	s.weekHeads()
	row := firstSheetRow
	for _, section := range s.doc.Sections {
		s.team(row, section)
		for i, r := range section.Rows {
			s.row(row+1+i, r, i == len(section.Rows)-1)
		}
		row += 1 + len(section.Rows)
	}
	s.emphasis(row - 1)
	s.sparklines()
	last := s.foot(row + 1)
	s.freeze(weekColumn, firstSheetRow)
	s.print(page{paper: paper, columns: s.spark, rows: last, headFrom: weekRow, headTo: headRow}, s.doc)
}

func (s sheet) columns() {
	s.width(markColumn, 2.6)
	s.width(nameColumn, 24)
	s.width(unitColumn, 8.5)
	for i := range s.doc.Weeks {
		s.width(weekColumn+2*i, 8.4+.75*float64(len([]rune(s.signs[i]))))
		s.width(weekColumn+2*i+1, 8.4)
	}
	s.width(s.variance, 8.8)
	s.width(s.spark, 15)
}

// head writes what the week comes to: the title with the counts, the week with the
// plan, and the rows that are off plan.
func (s sheet) head() {
	s.height(titleRow, 27)
	s.height(subtitleRow, 17)
	s.text(markColumn, titleRow, s.doc.Title, look{Size: 17, Bold: true, Middle: true})
	s.runs(s.spark, titleRow, counts(s.doc.Counts), look{Size: 11, Align: "right", Middle: true})
	s.text(markColumn, subtitleRow, s.subtitle(), look{Size: 9, Color: grey, Middle: true})
	s.text(s.spark, subtitleRow, s.doc.Plan.Text, look{Size: 9, Color: grey, Align: "right", Middle: true})
	runs, lines := s.strips()
	s.keep(s.file.MergeCell(s.name, s.ref(markColumn, agendaRow), s.ref(s.spark, agendaRow)))
	s.dressAll(markColumn, agendaRow, s.spark, agendaRow, look{Over: thinLine})
	s.runs(markColumn, agendaRow, runs, look{Size: 9, Wrap: true, Middle: true, Over: thinLine})
	s.height(agendaRow, 10+12*float64(lines))
}

// subtitle adds the company, since a workbook is read far from its folder.
func (s sheet) subtitle() string {
	if s.doc.Company == "" {
		return s.doc.Subtitle
	}
	return s.doc.Company + ". " + s.doc.Subtitle
}

// characters is about how many characters of small text fit across the sheet.
func (s sheet) characters() int { return 58 + 20*len(s.doc.Weeks) }

func counts(c tearsheet.Counts) []excelize.RichTextRun {
	var runs []excelize.RichTextRun
	for i, tally := range c.Tallies() {
		if i > 0 {
			runs = append(runs, run("    ", look{Size: 9}))
		}
		number := look{Size: 13, Bold: true}
		switch {
		case tally.Alarm:
			number.Color = accent
		case !tally.Judged:
			number.Color = grey
		}
		runs = append(runs, run(strconv.Itoa(tally.Count), number), run(" "+tally.Text, look{Size: 9, Color: grey}))
	}
	return runs
}

// strips returns the lines of the head, which stand in one cell so that the table
// begins in the same row whatever there is to say, and how many lines they take.
func (s sheet) strips() (runs []excelize.RichTextRun, lines int) {
	for i, strip := range s.doc.Strips() {
		label := look{Size: 9, Bold: true}
		if strip.Alarm {
			label.Color = accent
		}
		head, text := strip.Label+"   ", strip.None
		if len(strip.Items) > 0 {
			text = joined(strip)
		}
		lines += xlsxfile.Lines(head+text, s.characters())
		if i > 0 {
			head = "\n" + head
		}
		runs = append(runs, run(head, label), run(text, look{Size: 9}))
	}
	return runs, lines
}

func joined(strip tearsheet.Strip) string {
	items, more := strip.Brief()
	var words []string
	for _, item := range items {
		words = append(words, item.String())
	}
	if more != "" {
		words = append(words, more)
	}
	return strings.Join(words, strip.Separator+"  ")
}

func (s sheet) weekHeads() {
	s.height(weekRow, 19)
	s.height(headRow, 15)
	s.dressAll(markColumn, headRow, s.spark, headRow, look{Under: thickLine})
	for i, week := range s.doc.Weeks {
		column, latest := weekColumn+2*i, i == len(s.doc.Weeks)-1
		top := look{Color: grey, Align: "center", Under: hairline}
		head := look{Size: 8, Color: grey, Align: "right", Under: thickLine}
		if latest {
			top.Bold, top.Color, top.Fill, head.Fill = true, ink, band, band
		}
		s.keep(s.file.MergeCell(s.name, s.ref(column, weekRow), s.ref(column+1, weekRow)))
		s.dressAll(column, weekRow, column+1, weekRow, top)
		s.text(column, weekRow, week.Label, top)
		s.text(column+1, headRow, "Plan", head)
		head.Format = "@" + blank(s.signs[i])
		s.text(column, headRow, "Actual", head)
	}
	s.text(s.variance, weekRow, "vs plan", look{Bold: true, Align: "right", Fill: band})
	s.text(s.variance, headRow, "%", look{Size: 8, Color: grey, Align: "right", Fill: band, Under: thickLine})
	s.text(s.spark, weekRow, fmt.Sprintf("%d weeks", len(s.doc.Trend)), look{Color: grey, Align: "right"})
}

// foot explains the marks and signs and returns the last row.
func (s sheet) foot(row int) int {
	var runs []excelize.RichTextRun
	for _, item := range s.doc.Legend {
		if item.OpenDot { // no sparkline of a workbook has one
			continue
		}
		sign, color := item.Sign, ink
		if item.Mark != "" {
			sign, color = glyph(item.Mark), markColor(item.Mark)
		}
		if len(runs) > 0 {
			runs = append(runs, run("     ", look{Size: 8}))
		}
		if sign != "" {
			runs = append(runs, run(sign+" ", look{Size: 8, Color: color}))
		}
		runs = append(runs, run(item.Text, look{Size: 8, Color: grey}))
	}
	if len(runs) > 0 {
		s.runs(markColumn, row, runs, look{Size: 8})
	}
	s.text(s.spark, row, s.doc.EditionText(), look{Size: 8, Color: grey, Align: "right"})
	return row
}
