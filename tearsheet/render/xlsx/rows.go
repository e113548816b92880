package xlsx

import (
	"fmt"

	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
)

// team writes the head of a section.
func (s sheet) team(row int, section tearsheet.Section) {
	s.height(row, 25)
	s.dressAll(markColumn, row, s.spark, row, look{Under: thinLine})
	s.dressAll(s.variance-2, row, s.variance, row, look{Under: thinLine, Fill: band})
	runs := []excelize.RichTextRun{run(section.Title, look{Size: 11, Bold: true})}
	if section.Behind > 0 {
		words := fmt.Sprintf("   %d of %d off plan", section.Behind, len(section.Rows))
		runs = append(runs, run(words, look{Size: 8, Color: grey}))
	}
	s.runs(markColumn, row, runs, look{Size: 11, Under: thinLine})
}

// row writes a metric. The last one of a team has no rule below.
func (s sheet) row(row int, r tearsheet.Row, last bool) {
	s.height(row, 16.5)
	under := hairline
	if last {
		under = noLine
	}
	s.text(markColumn, row, glyph(r.Mark), look{Size: 9, Color: markColor(r.Mark), Align: "center", Under: under, Middle: true})
	s.text(nameColumn, row, r.Title, look{Under: under, Middle: true, Shrink: true})
	s.text(unitColumn, row, r.UnitLabel, look{Size: 8, Color: grey, Under: under, Middle: true, Shrink: true})
	if at, ok := s.places.definition[r.Metric]; ok {
		s.link(nameColumn, row, tabDefinitions, at, "To the definition")
	}
	for i, cell := range r.Cells {
		actual := look{Align: "right", Under: under, Middle: true, Shrink: true}
		plan := look{Size: 9, Color: grey, Align: "right", Under: under, Middle: true, Shrink: true}
		if i == len(r.Cells)-1 {
			actual.Bold, actual.Fill, plan.Fill = true, band, band
		}
		s.actual(weekColumn+2*i, row, r, i, actual)
		plan.Format = plain(pattern(r), "", cell.Plan, cell.PlanText)
		if !s.value(weekColumn+2*i+1, row, cell.Plan, plan) {
			s.missing(weekColumn+2*i+1, row, cell.PlanText, plan)
		}
	}
	s.deviation(row, r, look{Align: "right", Fill: band, Under: under, Middle: true, Shrink: true})
	s.dress(s.spark, row, look{Under: under})
	s.explain(row, r)
}

// actual writes the figure of a week. Its signs are part of the number format, so
// that the number stays a number; all others of the column leave their room, so
// that digits stand below digits.
func (s sheet) actual(column, row int, r tearsheet.Row, week int, l look) {
	cell := r.Cells[week]
	tail := blank(s.signs[week])
	if signs := tailOf(cell); signs != "" {
		rest := []rune(s.signs[week])[len([]rune(signs)):]
		tail = quoted(signs) + blank(string(rest))
	}
	l.Format = plain(pattern(r), tail, cell.Actual, cell.ActualText)
	if s.value(column, row, cell.Actual, l) {
		return
	}
	l.Format = "@" + tail
	s.missing(column, row, cell.ActualText, l)
}

// tailOf returns the signs of a cell with the room before them, without which 6/7
// would read as a fraction.
func tailOf(cell tearsheet.Cell) string {
	if cell.Signs == "" {
		return ""
	}
	return "  " + cell.Signs
}

// missing writes what the document prints where there is no number: text, as an
// empty cell or a 0 would say something else.
func (s sheet) missing(column, row int, text string, l look) {
	l.Bold, l.Color = false, grey
	s.text(column, row, text, l)
}

// deviation writes the variance of the latest week: in percent of the plan, or
// where the plan admits none, in the row's own digits.
func (s sheet) deviation(row int, r tearsheet.Row, l look) {
	latest := r.Latest()
	l.Format = signed("0.0", "", r.Variance)
	if s.value(s.variance, row, latest.Percent, l) {
		return
	}
	l.Format = signed(pattern(r), quoted(" abs"), r.Variance)
	if s.value(s.variance, row, latest.Variance, l) {
		return
	}
	s.missing(s.variance, row, r.Variance, l)
}

// emphasis colours and weighs rows by their mark, by rules: whoever changes a mark
// sees the row follow.
func (s sheet) emphasis(last int) {
	if last < firstSheetRow {
		return
	}
	behind, err := s.file.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: accent}})
	s.keep(err)
	bold, err := s.file.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	s.keep(err)
	ahead, err := s.file.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: light}})
	s.keep(err)
	s.rule(markColumn, last, tearsheet.Behind, behind)
	s.rule(markColumn, last, tearsheet.Ahead, ahead)
	s.rule(nameColumn, last, tearsheet.Behind, bold)
	s.rule(s.variance, last, tearsheet.Behind, behind)
}

func (s sheet) rule(column, last int, m tearsheet.Mark, style int) {
	formula := fmt.Sprintf(`$A%d="%s"`, firstSheetRow, glyph(m))
	s.keep(s.file.SetConditionalFormat(s.name, s.area(column, firstSheetRow, column, last),
		[]excelize.ConditionalFormatOptions{{Type: "formula", Criteria: formula, Format: &style}}))
}

// sparklines draws the actual of each row over the weeks of the trend.
func (s sheet) sparklines() {
	options := &excelize.SparklineOptions{Type: "line", Style: 25, SeriesColor: ink, Last: true}
	for _, section := range s.doc.Sections {
		for _, r := range section.Rows {
			at := s.places.weeks[r.Metric]
			options.Location = append(options.Location, s.ref(s.spark, s.places.sheet[r.Metric]))
			options.Range = append(options.Range, tabWeeks+"!"+s.area(trendColumn, at, trendColumn+len(s.doc.Trend)-1, at))
		}
	}
	if len(options.Location) > 0 {
		s.keep(s.file.AddSparkline(s.name, options))
	}
}

// glyph is the shape of a mark.
func glyph(m tearsheet.Mark) string {
	switch m {
	case tearsheet.Behind:
		return "▼"
	case tearsheet.Watch:
		return "▽"
	case tearsheet.Ahead:
		return "▲"
	}
	return ""
}

func markColor(m tearsheet.Mark) string {
	switch m {
	case tearsheet.Behind:
		return accent
	case tearsheet.Ahead:
		return light
	}
	return ink
}
