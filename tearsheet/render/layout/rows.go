package layout

import (
	"fmt"

	"tearsheet/tearsheet"
	"tearsheet/workbook"
)

// team writes the head of a section.
func (s sheet) team(row int, section tearsheet.Section) {
	s.Height(row, 25)
	s.DressAll(workbook.At(markColumn, row).To(s.spark, row), workbook.Look{Under: workbook.ThinLine})
	s.DressAll(workbook.At(s.variance-2, row).To(s.variance, row), workbook.Look{Under: workbook.ThinLine, Fill: workbook.Band})
	runs := []workbook.Run{run(section.Title, workbook.Look{Size: 11, Bold: true})}
	if section.Behind > 0 {
		words := fmt.Sprintf("   %d of %d off plan", section.Behind, len(section.Rows))
		runs = append(runs, run(words, workbook.Look{Size: 8, Color: workbook.Grey}))
	}
	s.Runs(workbook.At(markColumn, row), runs, workbook.Look{Size: 11, Under: workbook.ThinLine})
}

// row writes a metric. The last one of a team has no rule below.
func (s sheet) row(row int, r tearsheet.Row, last bool) {
	s.Height(row, 16.5)
	under := workbook.Hairline
	if last {
		under = workbook.NoLine
	}
	s.Text(workbook.At(markColumn, row), r.Mark.Shape(), workbook.Look{Size: 9, Color: markColor(r.Mark), Align: "center", Under: under, Middle: true})
	s.Text(workbook.At(nameColumn, row), r.Title, workbook.Look{Under: under, Middle: true, Shrink: true})
	s.Text(workbook.At(unitColumn, row), r.UnitLabel, workbook.Look{Size: 8, Color: workbook.Grey, Under: under, Middle: true, Shrink: true})
	if at, ok := s.rows.definition[r.Metric]; ok && s.options.Names.Definitions != "" {
		s.Link(workbook.At(nameColumn, row), workbook.Link{Tab: s.options.Names.Definitions, To: workbook.At(1, at), Tip: "To the definition"})
	}
	for i, cell := range r.Cells {
		actual := workbook.Look{Align: "right", Under: under, Middle: true, Shrink: true}
		plan := workbook.Look{Size: 9, Color: workbook.Grey, Align: "right", Under: under, Middle: true, Shrink: true}
		if i == len(r.Cells)-1 {
			actual.Bold, actual.Fill, plan.Fill = true, workbook.Band, workbook.Band
		}
		s.actual(weekColumn+2*i, row, r, i, actual)
		plan.Format = plain(pattern(r), "", cell.Plan, cell.PlanText)
		if !number(s.Tab, workbook.At(weekColumn+2*i+1, row), cell.Plan, plan) {
			s.missing(weekColumn+2*i+1, row, cell.PlanText, plan)
		}
	}
	s.deviation(row, r, workbook.Look{Align: "right", Fill: workbook.Band, Under: under, Middle: true, Shrink: true})
	s.Dress(workbook.At(s.spark, row), workbook.Look{Under: under})
	s.explain(row, r)
}

// actual writes the figure of a week. Its signs are part of the number format, so
// that the number stays a number; all others of the column leave their room, so
// that digits stand below digits.
func (s sheet) actual(column, row int, r tearsheet.Row, week int, l workbook.Look) {
	cell := r.Cells[week]
	tail := blank(s.signs[week])
	if signs := tailOf(cell); signs != "" {
		rest := []rune(s.signs[week])[len([]rune(signs)):]
		tail = quoted(signs) + blank(string(rest))
	}
	l.Format = plain(pattern(r), tail, cell.Actual, cell.ActualText)
	if number(s.Tab, workbook.At(column, row), cell.Actual, l) {
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
func (s sheet) missing(column, row int, text string, l workbook.Look) {
	l.Bold, l.Color = false, workbook.Grey
	s.Text(workbook.At(column, row), text, l)
}

// deviation writes the variance of the latest week: in percent of the plan, or
// where the plan admits none, in the row's own digits.
func (s sheet) deviation(row int, r tearsheet.Row, l workbook.Look) {
	latest := r.Latest()
	l.Format = signed("0.0", "", r.Variance)
	if number(s.Tab, workbook.At(s.variance, row), latest.Percent, l) {
		return
	}
	l.Format = signed(pattern(r), quoted(" abs"), r.Variance)
	if number(s.Tab, workbook.At(s.variance, row), latest.Variance, l) {
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
	for _, r := range []struct {
		column int
		mark   tearsheet.Mark
		bold   bool
		color  string
	}{
		{markColumn, tearsheet.Behind, true, workbook.Accent},
		{markColumn, tearsheet.Ahead, false, workbook.Light},
		{nameColumn, tearsheet.Behind, true, ""},
		{s.variance, tearsheet.Behind, true, workbook.Accent},
	} {
		s.Rules = append(s.Rules, workbook.Rule{Area: workbook.At(r.column, firstSheetRow).To(r.column, last),
			Column: markColumn, Is: r.mark.Shape(), Bold: r.bold, Color: r.color})
	}
}

// sparklines draws the actual of each row over the weeks of the trend. Without a tab
// of weeks it puts them at the right of the sheet, in hidden columns.
func (s sheet) sparklines() {
	weeks := len(s.doc.Trend)
	if s.options.Names.Weeks == "" {
		for i, week := range s.doc.Trend {
			s.Hide(s.spark + 1 + i)
			s.Text(workbook.At(s.spark+1+i, headRow), week.Label, workbook.Look{Size: 8, Color: workbook.Grey, Align: "right", Under: workbook.ThickLine})
		}
	}
	signs := coverages(s.doc)
	for _, section := range s.doc.Sections {
		for _, r := range section.Rows {
			row, tab, from := s.rows.sheet[r.Metric], s.options.Names.Weeks, workbook.At(trendColumn, s.rows.weeks[r.Metric])
			if tab == "" {
				tab, from = s.options.Names.Sheet, workbook.At(s.spark+1, row)
				trend(s.Tab, from, r, signs)
			}
			s.Sparks = append(s.Sparks, workbook.Spark{At: workbook.At(s.spark, row), Tab: tab, From: from.To(from.Column+weeks-1, from.Row)})
		}
	}
}

func markColor(m tearsheet.Mark) string {
	switch m {
	case tearsheet.Behind:
		return workbook.Accent
	case tearsheet.Ahead:
		return workbook.Light
	}
	return workbook.Ink
}
