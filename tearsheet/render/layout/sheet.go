package layout

import (
	"fmt"
	"strconv"
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/workbook"
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

// sheet is the first tab.
type sheet struct {
	*workbook.Tab
	layout
	variance int      // column
	spark    int      // column, the last that is seen
	signs    []string // by week: the widest sign in its column
}

// sheet fills the first tab.
func (l layout) sheet(t *workbook.Tab) {
	s := sheet{Tab: t, layout: l, signs: signs(l.doc)}
	s.variance = weekColumn + 2*len(l.doc.Weeks)
	s.spark = s.variance + 1
	s.NoGrid = true
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
	s.Frozen = workbook.At(weekColumn, firstSheetRow)
	s.print(t, workbook.Page{Columns: s.spark, Rows: last, HeadFrom: weekRow, HeadTo: headRow})
}

// signs returns the widest sign in the column of each week.
func signs(doc *tearsheet.Document) []string {
	widest := make([]string, len(doc.Weeks))
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			for i, cell := range row.Cells {
				if tail := tailOf(cell); len([]rune(tail)) > len([]rune(widest[i])) {
					widest[i] = tail
				}
			}
		}
	}
	return widest
}

// run is a piece of text with a face of its own.
func run(text string, l workbook.Look) workbook.Run { return workbook.Run{Text: text, Look: l} }

func (s sheet) columns() {
	s.Width(markColumn, 2.6)
	s.Width(nameColumn, 24)
	s.Width(unitColumn, 8.5)
	for i := range s.doc.Weeks {
		s.Width(weekColumn+2*i, 8.4+.75*float64(len([]rune(s.signs[i]))))
		s.Width(weekColumn+2*i+1, 8.4)
	}
	s.Width(s.variance, 8.8)
	s.Width(s.spark, 15)
	if s.options.Fit {
		s.fit()
	}
}

// head writes what the week comes to: the title with the counts, the week with the
// plan, and the rows that are off plan.
func (s sheet) head() {
	s.Height(titleRow, 27)
	s.Height(subtitleRow, 17)
	s.Text(workbook.At(markColumn, titleRow), s.doc.Title, workbook.Look{Size: 17, Bold: true, Middle: true})
	s.Runs(workbook.At(s.spark, titleRow), counts(s.doc.Counts), workbook.Look{Size: 11, Align: "right", Middle: true})
	s.Text(workbook.At(markColumn, subtitleRow), s.subtitle(), workbook.Look{Size: 9, Color: workbook.Grey, Middle: true})
	s.Text(workbook.At(s.spark, subtitleRow), s.doc.Plan.Text, workbook.Look{Size: 9, Color: workbook.Grey, Align: "right", Middle: true})
	runs, lines := s.strips()
	s.Merge(workbook.At(markColumn, agendaRow).To(s.spark, agendaRow))
	s.DressAll(workbook.At(markColumn, agendaRow).To(s.spark, agendaRow), workbook.Look{Over: workbook.ThinLine})
	s.Runs(workbook.At(markColumn, agendaRow), runs, workbook.Look{Size: 9, Wrap: true, Middle: true, Over: workbook.ThinLine})
	s.Height(agendaRow, 10+12*float64(lines))
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

func counts(c tearsheet.Counts) []workbook.Run {
	var runs []workbook.Run
	for i, tally := range c.Tallies() {
		if i > 0 {
			runs = append(runs, run("    ", workbook.Look{Size: 9}))
		}
		number := workbook.Look{Size: 13, Bold: true}
		switch {
		case tally.Alarm:
			number.Color = workbook.Accent
		case !tally.Judged:
			number.Color = workbook.Grey
		}
		runs = append(runs, run(strconv.Itoa(tally.Count), number), run(" "+tally.Text, workbook.Look{Size: 9, Color: workbook.Grey}))
	}
	return runs
}

// strips returns the lines of the head, which stand in one cell so that the table
// begins in the same row whatever there is to say, and how many lines they take.
func (s sheet) strips() (runs []workbook.Run, lines int) {
	for i, strip := range s.doc.Strips() {
		label := workbook.Look{Size: 9, Bold: true}
		if strip.Alarm {
			label.Color = workbook.Accent
		}
		head, text := strip.Label+"   ", strip.None
		if len(strip.Items) > 0 {
			text = joined(strip)
		}
		lines += workbook.Lines(head+text, s.characters())
		if i > 0 {
			head = "\n" + head
		}
		runs = append(runs, run(head, label), run(text, workbook.Look{Size: 9}))
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
	s.Height(weekRow, 19)
	s.Height(headRow, 15)
	s.DressAll(workbook.At(markColumn, headRow).To(s.spark, headRow), workbook.Look{Under: workbook.ThickLine})
	for i, week := range s.doc.Weeks {
		column, latest := weekColumn+2*i, i == len(s.doc.Weeks)-1
		top := workbook.Look{Color: workbook.Grey, Align: "center", Under: workbook.Hairline}
		head := workbook.Look{Size: 8, Color: workbook.Grey, Align: "right", Under: workbook.ThickLine}
		if latest {
			top.Bold, top.Color, top.Fill, head.Fill = true, workbook.Ink, workbook.Band, workbook.Band
		}
		s.Merge(workbook.At(column, weekRow).To(column+1, weekRow))
		s.DressAll(workbook.At(column, weekRow).To(column+1, weekRow), top)
		s.Text(workbook.At(column, weekRow), week.Label, top)
		s.Text(workbook.At(column+1, headRow), "Plan", head)
		head.Format = "@" + blank(s.signs[i])
		s.Text(workbook.At(column, headRow), "Actual", head)
	}
	s.Text(workbook.At(s.variance, weekRow), "vs plan", workbook.Look{Bold: true, Align: "right", Fill: workbook.Band})
	s.Text(workbook.At(s.variance, headRow), "%", workbook.Look{Size: 8, Color: workbook.Grey, Align: "right", Fill: workbook.Band, Under: workbook.ThickLine})
	s.Text(workbook.At(s.spark, weekRow), fmt.Sprintf("%d weeks", len(s.doc.Trend)), workbook.Look{Color: workbook.Grey, Align: "right"})
}

// foot explains the marks and signs and returns the last row.
func (s sheet) foot(row int) int {
	var runs []workbook.Run
	for _, item := range s.doc.Legend {
		if item.OpenDot { // no sparkline of a workbook has one
			continue
		}
		sign, color := item.Sign, workbook.Ink
		if item.Mark != "" {
			sign, color = item.Mark.Shape(), markColor(item.Mark)
		}
		if len(runs) > 0 {
			runs = append(runs, run("     ", workbook.Look{Size: 8}))
		}
		if sign != "" {
			runs = append(runs, run(sign+" ", workbook.Look{Size: 8, Color: color}))
		}
		runs = append(runs, run(item.Text, workbook.Look{Size: 8, Color: workbook.Grey}))
	}
	if len(runs) > 0 {
		s.Runs(workbook.At(markColumn, row), runs, workbook.Look{Size: 8})
	}
	s.Text(workbook.At(s.spark, row), s.doc.EditionText(), workbook.Look{Size: 8, Color: workbook.Grey, Align: "right"})
	return row
}
