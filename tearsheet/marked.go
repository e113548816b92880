package tearsheet

import (
	"slices"
	"strings"

	"tearsheet/metrics"
)

// Line is a row by its latest week, as it is told where there is no room for the
// weeks before.
type Line struct {
	Team string // title
	Row
	// Off is the variance as it stands outside of a column of percentages: "−28.1%",
	// "no plan", "–".
	Off string
}

// Marked returns the rows whose latest week has a mark, the largest distance from
// plan first and equal ones in the order of the sheet. Those that are off plan are
// the agenda.
func (d *Document) Marked(m Mark) []Line {
	var lines []Line
	for _, section := range d.Sections {
		for _, row := range section.Rows {
			if row.Mark == m {
				lines = append(lines, Line{Team: section.Title, Row: row, Off: row.off()})
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return b.distance().Cmp(a.distance()) })
	return lines
}

// distance is how far from its plan the row is, in percent, in whichever direction;
// one without a percentage comes after all others.
func (r Row) distance() metrics.Value {
	if percent := r.Latest().Percent; percent.Known() {
		return percent.Abs()
	}
	return metrics.Int(-1)
}

// off is the variance with its percent sign, if it is a percentage.
func (r Row) off() string {
	if !r.Latest().Percent.Known() || strings.HasSuffix(r.Variance, absoluteSuffix) {
		return r.Variance
	}
	return r.Variance + "%"
}
