package pdf_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/rendertest"
)

// link is a box of a page that leads to a height of a page; heights are counted
// from the top.
type link struct {
	page, target             int
	top, bottom, left, right float64
	aims                     float64
}

// outline is what qpdf tells of bookmarks.
type outline struct {
	Title string    `json:"title"`
	Page  int       `json:"destpageposfrom1"`
	Kids  []outline `json:"kids"`
}

type structure struct {
	Pages []struct {
		Object string `json:"object"`
	} `json:"pages"`
	Outlines []outline         `json:"outlines"`
	QPDF     []json.RawMessage `json:"qpdf"`
}

func structureOf(t *testing.T, path string) (structure, []link) {
	t.Helper()
	// Warnings would go to stderr; only stdout is JSON.
	out, err := exec.Command(testenv.Tool(t, "qpdf"), "--json=2", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var s structure
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	var objects map[string]struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(s.QPDF[1], &objects); err != nil {
		t.Fatal(err)
	}
	number := map[string]int{}
	for i, page := range s.Pages {
		number[page.Object] = i + 1
	}
	var links []link
	for i, page := range s.Pages {
		var dictionary struct {
			Annots []struct {
				Rect []float64 `json:"/Rect"`
				Dest []any     `json:"/Dest"`
			} `json:"/Annots"`
		}
		if err := json.Unmarshal(objects["obj:"+page.Object].Value, &dictionary); err != nil {
			t.Fatal(err)
		}
		const height = 792
		for _, a := range dictionary.Annots {
			target, y := number[fmt.Sprint(a.Dest[0])], a.Dest[3].(float64)
			links = append(links, link{page: i + 1, target: target, left: a.Rect[0], right: a.Rect[2],
				top: height - max(a.Rect[1], a.Rect[3]), bottom: height - min(a.Rect[1], a.Rect[3]), aims: height - y})
		}
	}
	return s, links
}

// Every link is followed by where the words stand that it covers and leads to.
func TestRowsAndDefinitionsLeadToEachOther(t *testing.T) {
	doc := rendertest.Long(2)
	path := file(t, pdf.Letter, doc)
	_, links := structureOf(t, path)
	text := words(t, path)
	sheets := len(sheetPages(pages(t, path)))
	all := rows(doc)
	var there, back int
	for _, l := range links {
		from := linesIn(text[l.page-1], box{l.left, l.top, l.right, l.bottom})
		switch {
		case l.page <= sheets && l.target > sheets:
			row := all[there]
			there++
			to := linesIn(text[l.target-1], box{0, l.aims, 612, l.aims + 18})
			if from != strings.TrimSpace(row.Title+" "+row.UnitLabel) || !strings.Contains(to, row.Title+" ← "+row.Metric) {
				t.Errorf("%s: the row %q leads to %q", row.Metric, from, to)
			}
		case l.page > sheets && l.target <= sheets:
			row := all[back]
			back++
			to := linesIn(text[l.target-1], box{0, l.aims, 612, l.aims + 60})
			if from != row.Title+" ←" || !strings.Contains(to, strings.TrimSpace(row.Title+" "+row.UnitLabel)+" "+row.Cells[0].ActualText) {
				t.Errorf("%s: the definition %q leads to %q", row.Metric, from, to)
			}
		}
	}
	if there != len(all) || back != len(all) {
		t.Errorf("%d links to definitions and %d back, want %d of each", there, back, len(all))
	}
}

type box struct{ left, top, right, bottom float64 }

// linesIn returns the words whose middle lies in the box, as one reads them.
func linesIn(page wordPage, b box) string {
	var found []word
	for _, w := range page.Words {
		x, y := (w.Left+w.Right)/2, (w.Top+w.Bottom)/2
		if x > b.left && x < b.right && y > b.top && y < b.bottom {
			found = append(found, w)
		}
	}
	const line = 5 // points: no two lines are as close
	slices.SortStableFunc(found, func(v, w word) int {
		if difference := v.Bottom - w.Bottom; difference > line || difference < -line {
			return cmp.Compare(v.Bottom, w.Bottom)
		}
		return cmp.Compare(v.Left, w.Left)
	})
	var texts []string
	for _, w := range found {
		texts = append(texts, w.Text)
	}
	return strings.Join(texts, " ")
}

func TestBookmarksNestByTeamAndMetric(t *testing.T) {
	doc := rendertest.Sample()
	doc.Definitions = append(doc.Definitions, tearsheet.Definition{Metric: "sessions", Title: "Sessions", Team: "Web", Text: "Operand."})
	s, links := structureOf(t, file(t, pdf.Letter, doc))
	if len(s.Outlines) != 2 || s.Outlines[0].Title != doc.Title || s.Outlines[1].Title != "Definitions" {
		t.Fatalf("outlines: %+v", s.Outlines)
	}
	for i, part := range s.Outlines {
		for j, section := range doc.Sections {
			team := part.Kids[j]
			if team.Title != section.Title || len(team.Kids) != len(section.Rows) {
				t.Fatalf("%s: %q has %d bookmarks, want %q with %d", part.Title, team.Title, len(team.Kids), section.Title, len(section.Rows))
			}
			for k, row := range section.Rows {
				if kid := team.Kids[k]; kid.Title != row.Title || (kid.Page == 1) != (i == 0) {
					t.Errorf("%s: bookmark %q on page %d", part.Title, kid.Title, kid.Page)
				}
			}
		}
	}
	last := s.Outlines[1].Kids[len(doc.Sections)]
	if last.Title != "Not on the sheet" || len(last.Kids) != 1 || last.Kids[0].Title != "Sessions" {
		t.Errorf("the operand's bookmark: %+v", last)
	}
	for _, l := range links {
		if l.target == 0 {
			t.Errorf("a link on page %d leads nowhere", l.page)
		}
	}
}
