package layout

// fit makes the columns of the sheet as wide as what they show, for programs that
// cannot shrink text until it fits. None gets narrower.
func (s sheet) fit() {
	for _, section := range s.doc.Sections {
		for _, r := range section.Rows {
			s.holds(nameColumn, r.Title, 10)
			s.holds(unitColumn, r.UnitLabel, 8)
			s.holds(s.variance, r.Variance, 10)
			for i, cell := range r.Cells {
				s.holds(weekColumn+2*i, cell.ActualText+s.signs[i], 10)
				s.holds(weekColumn+2*i+1, cell.PlanText, 9)
			}
		}
	}
}

// holds makes a column wide enough for text of a size in points. Widths are told in
// characters of 10 points, with one to spare.
func (s sheet) holds(column int, text string, size float64) {
	need := 1 + float64(len([]rune(text)))*size/10
	s.Width(column, max(s.Widths[column], need))
}
