package pdf_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/rendertest"
)

func itoa(n int) string { return strconv.Itoa(n) }

// word is a word of a page and the box in which its letters stand.
type word struct {
	Left   float64 `xml:"xMin,attr"`
	Top    float64 `xml:"yMin,attr"`
	Right  float64 `xml:"xMax,attr"`
	Bottom float64 `xml:"yMax,attr"`
	Text   string  `xml:",chardata"`
}

type wordPage struct {
	Width  float64 `xml:"width,attr"`
	Height float64 `xml:"height,attr"`
	Words  []word  `xml:"word"`
}

func words(t testing.TB, path string) []wordPage {
	t.Helper()
	out := output(t, "pdftotext", "-bbox", path, "-")
	var html struct {
		Pages []wordPage `xml:"body>doc>page"`
	}
	decoder := xml.NewDecoder(strings.NewReader(out))
	decoder.Strict = false
	decoder.Entity = xml.HTMLEntity
	if err := decoder.Decode(&html); err != nil {
		t.Fatal(err)
	}
	return html.Pages
}

// clashes returns the pairs of words that share more than a hair of the page, and
// the words that leave the margins.
func clashes(pages []wordPage) []string {
	const hair = 0.15 // points
	var list []string
	for n, page := range pages {
		for i, a := range page.Words {
			if a.Left < 28-hair || a.Right > page.Width-28+hair || a.Top < 20 || a.Bottom > page.Height-18 {
				list = append(list, fmt.Sprintf("page %d: %q leaves the margins: %.1f to %.1f, %.1f to %.1f", n+1, a.Text, a.Left, a.Right, a.Top, a.Bottom))
			}
			for _, b := range page.Words[i+1:] {
				if min(a.Right, b.Right)-max(a.Left, b.Left) > hair && min(a.Bottom, b.Bottom)-max(a.Top, b.Top) > hair {
					list = append(list, fmt.Sprintf("page %d: %q and %q", n+1, a.Text, b.Text))
				}
			}
		}
	}
	return list
}

// F01: whatever is too long is cut or set smaller, by rule.
func TestNothingOverlaps(t *testing.T) {
	documents := map[string]*tearsheet.Document{
		"sample": rendertest.Sample(), "three times": rendertest.Long(3), "too long": overlong(),
	}
	for name, doc := range documents {
		for _, paper := range papers() {
			pages := words(t, file(t, paper, doc))
			if len(pages) < 2 || len(pages[0].Words) < 400 {
				t.Fatalf("%s: %d pages read", name, len(pages))
			}
			for _, clash := range clashes(pages) {
				t.Errorf("%s, %s: %s", name, paper, clash)
			}
		}
	}
}

// Negative control: a checker that sees nothing would pass above for ever.
func TestOverlapsAreSeen(t *testing.T) {
	page := wordPage{Width: 612, Height: 792, Words: []word{
		{100, 100, 130, 110, "a"}, {129, 101, 150, 111, "b"}, {130, 100, 150, 101, "c"}, {590, 300, 600, 310, "d"}}}
	if got := clashes([]wordPage{page}); len(got) != 2 {
		t.Errorf("%d clashes, want a with b, and d in the margin: %q", len(got), got)
	}
}

// overlong is a sheet on which every text is longer than its place.
func overlong() *tearsheet.Document {
	doc := rendertest.Sample()
	long := strings.Repeat("Extraordinarily long-winded ", 9)
	doc.Title, doc.Company = long+"title", long+"& Company"
	doc.Plan.Text, doc.Plan.Hash = "Plan: "+long, strings.Repeat("0123456789abcdef", 4)
	doc.Subtitle += " " + long
	doc.Sections[0].Title = long
	for i := range doc.Agenda {
		doc.Agenda[i].Title = long
	}
	for i := range doc.Legend {
		doc.Legend[i].Text += " " + long[:40]
	}
	for i := range doc.Sections {
		for j := range doc.Sections[i].Rows {
			row := &doc.Sections[i].Rows[j]
			switch (i + j) % 3 {
			case 0:
				row.Title, row.UnitLabel = long, "parts per hundred thousand a day"
			case 1:
				row.Variance = "−123,456,789.0"
				for k := range row.Cells {
					row.Cells[k].ActualText, row.Cells[k].PlanText = "−123,456,789,012", "123,456,789,012.50"
					row.Cells[k].Signs = "6/7‡"
				}
			}
		}
	}
	for i := range doc.Definitions {
		d := &doc.Definitions[i]
		switch i % 3 {
		case 0:
			d.Title, d.Metric = long, strings.Repeat("a_long_name_", 12)+itoa(i)
		case 1:
			d.Text = strings.Repeat(long+strings.Repeat("unbroken", 30)+" ", 3)
		case 2:
			d.Statement = "select\n\t" + strings.Repeat("sum(case when a_column is not null then 1 else 0 end) + ", 40) + strings.Repeat("x", 300)
		}
	}
	return doc
}

func TestFortyRowsTakeOnePage(t *testing.T) {
	for _, paper := range papers() {
		if got := len(sheetPages(pages(t, file(t, paper, rendertest.Sample())))); got != 1 {
			t.Errorf("%s: the sheet takes %d pages, want 1", paper, got)
		}
	}
}

func TestLongSheetBreaksBetweenTeamsAndRepeatsTheHeads(t *testing.T) {
	doc := rendertest.Long(3)
	sheet := sheetPages(pages(t, file(t, pdf.Letter, doc)))
	if len(sheet) != 3 {
		t.Fatalf("%d pages, want 3", len(sheet))
	}
	flat := make([]string, len(sheet))
	for i, page := range sheet {
		flat[i] = strings.Join(strings.Fields(page), " ")
		for _, want := range []string{"18 Oct 25 Oct 1 Nov 8 Nov 15 Nov vs plan 13 weeks",
			"Actual Plan Actual Plan Actual Plan Actual Plan Actual Plan % plan dashed", doc.Title, "watch, 2% to 5%"} {
			if !strings.Contains(flat[i], want) {
				t.Errorf("page %d lacks %q", i+1, want)
			}
		}
		if strings.Contains(page, "(continued)") {
			t.Errorf("page %d continues a team", i+1)
		}
	}
	for _, section := range doc.Sections {
		heading := fmt.Sprintf("%s %d of %d off plan", section.Title, section.Behind, len(section.Rows))
		on := -1
		for i := range flat {
			if strings.Contains(flat[i], heading) {
				on = i
			}
		}
		if on < 0 {
			t.Errorf("no heading %q", heading)
			continue
		}
		first, last := section.Rows[0], section.Rows[len(section.Rows)-1]
		for _, row := range []tearsheet.Row{first, last} {
			if !strings.Contains(flat[on], row.Title+" "+row.UnitLabel+" "+row.Cells[0].ActualText) {
				t.Errorf("%s: %q is not on the page of its heading", section.Title, row.Title)
			}
		}
	}
}

func TestTeamLongerThanAPageIsContinued(t *testing.T) {
	doc := rendertest.Long(3)
	all := doc.Sections[0]
	all.Rows = rows(doc)
	doc.Sections = []tearsheet.Section{all}
	sheet := sheetPages(pages(t, file(t, pdf.Letter, doc)))
	if len(sheet) != 3 {
		t.Fatalf("%d pages, want 3", len(sheet))
	}
	for i, page := range sheet {
		if continued := regexp.MustCompile(`Marketing +\(continued\)`).MatchString(page); continued != (i > 0) {
			t.Errorf("page %d: continued %v", i+1, continued)
		}
	}
	if !regexp.MustCompile(`Marketing +2 of 120 off plan`).MatchString(sheet[0]) {
		t.Error("the heading does not count all rows of the team")
	}
}

func TestDefinitionsArePrintedWhole(t *testing.T) {
	doc := overlong()
	path := file(t, pdf.Letter, doc)
	text := output(t, "pdftotext", "-raw", path, "-")
	text = strings.Join(strings.Fields(text), "")
	for _, d := range doc.Definitions {
		parts := []string{d.Title, d.Metric, d.Text, strings.Join(d.Rules, " "), d.Statement, "definition" + d.Hash}
		for _, part := range parts {
			if len(part) > 1500 {
				part = part[:1500] // the rest may stand in the next column, after a foot
			}
			if want := strings.Join(strings.Fields(part), ""); !strings.Contains(text, want) {
				t.Errorf("%s: not printed whole: %s", d.Metric, part)
			}
		}
	}
	if got := strings.Count(text, strings.Repeat("x", 20)); got == 0 {
		t.Error("the end of a long statement is missing")
	}
}
