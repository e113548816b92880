package pdf

import "tearsheet/tearsheet"

// Heights on the sheet in points: a row's pitch, and what a team's heading takes
// in rows.
const (
	mostPitch   = 14.2
	leastPitch  = 11.6
	pitchStep   = 0.05
	headingRows = 1.22
)

// part is a section, or as much of it as stands on one page.
type part struct {
	section   tearsheet.Section // with the rows of this part
	rows      int               // of the whole section
	continued bool
}

func (p part) height() float64 { return headingRows + float64(len(p.section.Rows)) }

// paginate spreads the sections over pages, of which the first has room for first
// points of rows and headings and each other for rest. It takes as few pages as
// the least pitch allows and then the widest pitch that needs no more. Pages break
// between teams; only a team that is longer than a page is split.
func paginate(sections []tearsheet.Section, first, rest float64) (pages [][]part, pitch float64) {
	least := spread(sections, first/leastPitch, rest/leastPitch)
	for pitch = mostPitch; pitch > leastPitch; pitch -= pitchStep {
		if pages := spread(sections, first/pitch, rest/pitch); len(pages) == len(least) {
			return pages, pitch
		}
	}
	return least, leastPitch
}

// spread fills pages of so many rows, one section after another.
func spread(sections []tearsheet.Section, first, rest float64) [][]part {
	pages := [][]part{nil}
	left := first
	turn := func() {
		pages = append(pages, nil)
		left = rest
	}
	for _, section := range sections {
		whole := part{section: section, rows: len(section.Rows)}
		if whole.height() > left && len(pages[len(pages)-1]) > 0 {
			turn()
		}
		for {
			here, after := whole.cut(left)
			pages[len(pages)-1] = append(pages[len(pages)-1], here)
			left -= here.height()
			if len(after.section.Rows) == 0 {
				break
			}
			whole = after
			turn()
		}
	}
	return pages
}

// cut divides a part at the end of a page with room for so many rows; at least
// one row stays.
func (p part) cut(room float64) (here, after part) {
	fits := max(int(room-headingRows), 1)
	if p.height() <= room || fits >= len(p.section.Rows) {
		return p, part{}
	}
	here, after = p, p
	here.section.Rows = p.section.Rows[:fits]
	after.section.Rows = p.section.Rows[fits:]
	after.continued = true
	return here, after
}
