package pdf

import (
	"fmt"
	"testing"

	"tearsheet/tearsheet"
)

// teams makes sections with so many rows each.
func teams(rows ...int) []tearsheet.Section {
	var sections []tearsheet.Section
	for i, n := range rows {
		sections = append(sections, tearsheet.Section{Team: fmt.Sprint(i), Rows: make([]tearsheet.Row, n)})
	}
	return sections
}

// outline writes a pagination as team:rows, with + where a team continues and |
// between pages.
func outline(pages [][]part) string {
	text := ""
	for i, page := range pages {
		if i > 0 {
			text += "| "
		}
		for _, p := range page {
			if p.continued {
				text += "+"
			}
			text += fmt.Sprintf("%s:%d ", p.section.Team, len(p.section.Rows))
		}
	}
	return text
}

func TestPagesBreakBetweenTeams(t *testing.T) {
	for _, c := range []struct {
		rows        []int
		first, rest float64 // in rows of the least pitch
		want        string
	}{
		{nil, 20, 20, ""},
		{[]int{5, 5}, 20, 20, "0:5 1:5 "},
		{[]int{8, 8}, 18.44, 20, "0:8 1:8 "},          // two headings of 1.22 rows fit just
		{[]int{8, 8}, 18.43, 20, "0:8 | 1:8 "},        // and here just do not
		{[]int{5, 30}, 20, 20, "0:5 | 1:15 | +1:15 "}, // as wide as two pages allow
		{[]int{30, 5}, 20, 20, "0:18 | +0:12 1:5 "},   // what follows a rest shares its page
		{[]int{60}, 20, 30, "0:15 | +0:23 | +0:22 "},
		{[]int{3}, 1, 1, "0:1 | +0:1 | +0:1 "}, // no page is ever empty
	} {
		pages, pitch := paginate(teams(c.rows...), c.first*leastPitch, c.rest*leastPitch)
		if got := outline(pages); got != c.want {
			t.Errorf("%v on %v and %v: %q, want %q", c.rows, c.first, c.rest, got, c.want)
		}
		if pitch < leastPitch || pitch > mostPitch {
			t.Errorf("%v: a pitch of %v", c.rows, pitch)
		}
	}
}

func TestRowsStandAsWideAsThePagesAllow(t *testing.T) {
	if _, pitch := paginate(teams(5), 1000, 1000); pitch != mostPitch {
		t.Errorf("a short sheet has a pitch of %v, want %v", pitch, mostPitch)
	}
	_, pitch := paginate(teams(38), 500, 500) // 39.22 rows in 500 points
	if room := 500 / 39.22; pitch > room || pitch < room-2*pitchStep {
		t.Errorf("a full sheet has a pitch of %v, want just below %v", pitch, room)
	}
}
