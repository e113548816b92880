package xlsxfile_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tearsheet/workbook"
)

func TestNotesShowTheirPartsAndAreAsHighAsTheirText(t *testing.T) {
	note := workbook.Note{Title: "Likes", Text: "One like.", Source: "Product, likes"}
	b := book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), "Likes", workbook.Look{})
		tab.Note(workbook.At(1, 1), note)
		tab.Note(workbook.At(2, 9), workbook.Note{Title: "_x0041_", Text: strings.Repeat("long words ", 30)})
	})
	comments, err := opened(t, b).GetComments("Sheet")
	if err != nil || len(comments) != 2 {
		t.Fatalf("comments %+v (%v)", comments, err)
	}
	texts := map[string]string{}
	for _, c := range comments {
		if c.Author != "Tearsheet" {
			t.Errorf("the note of %s is by %q", c.Cell, c.Author)
		}
		texts[c.Cell] = c.Text
		for _, run := range c.Paragraph {
			texts[c.Cell] += run.Text
		}
	}
	if texts["A1"] != note.String() || !strings.HasPrefix(texts["B9"], "_x005F_x0041_\nlong words") { // escaped in the file
		t.Errorf("notes %q", texts)
	}
	runs := comments[0].Paragraph
	if len(runs) != 4 || !runs[1].Font.Bold || runs[2].Font.Bold || !runs[3].Font.Italic {
		t.Errorf("faces of the note: %+v", runs)
	}
	var rows []int
	for _, m := range anchor.FindAllStringSubmatch(parts(t, written(t, b))["xl/drawings/vmlDrawing1.vml"], -1) {
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[2])
		rows = append(rows, to-from)
	}
	if !slices.Equal(rows, []int{2, 7}) { // 3 and 8 lines of 15 pixels, in rows of 20
		t.Errorf("notes are %v rows high", rows)
	}
}

// anchor is the place of a note: its first and its last row.
var anchor = regexp.MustCompile(`<x:Anchor>\d+, \d+, (\d+), \d+, \d+, \d+, (\d+), \d+</x:Anchor>`)

func TestLinksLeadToTheirCells(t *testing.T) {
	b := book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), "x", workbook.Look{})
		tab.Link(workbook.At(1, 1), workbook.Link{Tab: "Bob's tab", To: workbook.At(2, 7), Tip: "To Bob"})
	})
	b.Tab("Bob's tab")
	if ok, target, err := opened(t, b).GetCellHyperLink("Sheet", "A1"); !ok || err != nil || target != "'Bob''s tab'!B7" {
		t.Errorf("leads to %q (%v)", target, err)
	}
	if text := parts(t, written(t, b))["xl/worksheets/sheet1.xml"]; !strings.Contains(text, `tooltip="To Bob"`) {
		t.Error("the link has no tip")
	}
}

func TestRulesFollowTheirColumn(t *testing.T) {
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.Rules = []workbook.Rule{
			{Area: workbook.At(2, 6).To(2, 20), Column: 1, Is: "▼", Bold: true, Color: workbook.Accent},
			{Area: workbook.At(2, 6).To(2, 20), Column: 1, Is: "▲", Color: workbook.Light},
			{Area: workbook.At(28, 6).To(28, 20), Column: 27, Is: "▼", Bold: true},
		}
	}))
	formats, err := f.GetConditionalFormats("Sheet")
	if err != nil || len(formats["B6:B20"]) != 2 || len(formats["AB6:AB20"]) != 1 {
		t.Fatalf("rules %+v (%v)", formats, err)
	}
	behind, ahead, far := formats["B6:B20"][0], formats["B6:B20"][1], formats["AB6:AB20"][0]
	if behind.Criteria != `$A6="▼"` || ahead.Criteria != `$A6="▲"` || far.Criteria != `$AA6="▼"` {
		t.Errorf("conditions %q, %q, %q", behind.Criteria, ahead.Criteria, far.Criteria)
	}
	for i, want := range []struct {
		format *int
		bold   bool
		color  string
	}{{behind.Format, true, workbook.Accent}, {ahead.Format, false, workbook.Light}, {far.Format, true, ""}} {
		s, err := f.GetConditionalStyle(*want.format)
		if err != nil || s.Font.Bold != want.bold || !strings.HasSuffix(s.Font.Color, want.color) {
			t.Errorf("rule %d has the face %+v (%v)", i, s.Font, err)
		}
	}
}

func TestSparklinesNameTheirTab(t *testing.T) {
	for name, want := range map[string]string{"Weeks": "Weeks!E3:Q3", "Tearsheet weeks": "'Tearsheet weeks'!E3:Q3", "A1": "'A1'!E3:Q3", "O'Neill": "'O''Neill'!E3:Q3"} {
		b := book(func(tab *workbook.Tab) {
			tab.Sparks = []workbook.Spark{
				{At: workbook.At(15, 7), Tab: name, From: workbook.At(5, 3).To(17, 3)},
				{At: workbook.At(15, 8), Tab: name, From: workbook.At(5, 4).To(17, 4)},
			}
		})
		b.Tab(name)
		text := parts(t, written(t, b))["xl/worksheets/sheet1.xml"]
		text = strings.ReplaceAll(text, "&#39;", "'")
		if strings.Count(text, "<x14:sparklineGroup ") != 1 || !strings.Contains(text, "<xm:f>"+want+"</xm:f><xm:sqref>O7</xm:sqref>") ||
			!strings.Contains(text, `displayEmptyCellsAs="gap"`) {
			t.Errorf("tab %q: want one group with %s that leaves gaps; the tab ends %s", name, want, text[max(0, len(text)-900):])
		}
	}
}

func TestChartsDrawTheirRows(t *testing.T) {
	b := book(func(tab *workbook.Tab) {
		line := workbook.Series{Tab: "Some weeks", Name: workbook.At(2, 1), Categories: workbook.At(2, 2).To(28, 2), Values: workbook.At(2, 3).To(28, 3), Color: workbook.Ink, Width: 1.75}
		plan := line
		plan.Values, plan.Dashed = workbook.At(2, 4).To(28, 4), true
		tab.Charts = []workbook.Chart{{At: workbook.At(1, 4), Width: 392, Height: 206, Title: "Likes", AltText: "Likes, 13 weeks", Format: "#,##0", Series: []workbook.Series{line, plan}}}
		for row := range 20 {
			tab.Height(row+1, 15)
		}
	})
	b.Tab("Some weeks")
	files := parts(t, written(t, b))
	chart := strings.ReplaceAll(files["xl/charts/chart1.xml"], "&#39;", "'")
	for _, want := range []string{">Likes<", "<f>'Some weeks'!$B$1</f>", "<f>'Some weeks'!$B$2:$AB$2</f>", "<f>'Some weeks'!$B$3:$AB$3</f>", "<f>'Some weeks'!$B$4:$AB$4</f>",
		`prstDash val="dash"`, `dispBlanksAs val="gap"`, `formatCode="#,##0"`} {
		if !strings.Contains(chart, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	drawing := files["xl/drawings/drawing1.xml"]
	if !strings.Contains(drawing, "Likes, 13 weeks") {
		t.Error("the chart has no text for those who do not see it")
	}
	// 206 pixels from 8 below the top of row 4 end in the eleventh row, of 20 each.
	if !strings.Contains(drawing, "<xdr:row>14</xdr:row>") {
		t.Errorf("the chart does not end in row 14 (from 0): %s", drawing)
	}
}
