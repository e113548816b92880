package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"
	"tearsheet/tearsheet/render/xlsx"

	"github.com/xuri/excelize/v2"
)

func render(t testing.TB, doc *tearsheet.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (xlsx.Renderer{Paper: "letter"}).Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// entries returns the files inside the workbook.
func entries(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

// rowsOf lists the rows of the sheet in order.
func rowsOf(doc *tearsheet.Document) []tearsheet.Row {
	var rows []tearsheet.Row
	for _, section := range doc.Sections {
		rows = append(rows, section.Rows...)
	}
	return rows
}

func TestSameDocumentGivesSameBytes(t *testing.T) {
	first := render(t, rendertest.Sample())
	for range 5 {
		if !bytes.Equal(first, render(t, rendertest.Sample())) {
			t.Fatal("two builds differ")
		}
	}
	other := rendertest.Sample()
	other.Edition++
	if bytes.Equal(first, render(t, other)) {
		t.Error("another edition gave the same bytes: the comparison sees nothing")
	}
}

func TestEveryPartIsWellFormed(t *testing.T) {
	for name, text := range entries(t, render(t, rendertest.Long(2))) {
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestTabsStandInTheirOrder(t *testing.T) {
	want := []string{"Tearsheet", "Definitions", "Charts", "Data", "Weeks"}
	if got := open(t, render(t, rendertest.Sample())).GetSheetList(); !slices.Equal(got, want) {
		t.Errorf("tabs %q, want %q", got, want)
	}
}

func TestSheetWithoutRowsIsWritten(t *testing.T) {
	f := open(t, render(t, &tearsheet.Document{Title: "Nothing yet"}))
	if got, _ := f.GetCellValue("Tearsheet", "A1"); got != "Nothing yet" {
		t.Errorf("title %q", got)
	}
}

func TestPaperIsTheOneAskedFor(t *testing.T) {
	for paper, code := range map[string]int{"": 1, "letter": 1, "a4": 9} {
		var b bytes.Buffer
		if err := (xlsx.Renderer{Paper: paper}).Render(&b, rendertest.Sample()); err != nil {
			t.Fatal(err)
		}
		f := open(t, b.Bytes())
		for _, tab := range f.GetSheetList() {
			layout, err := f.GetPageLayout(tab)
			if err != nil {
				t.Fatal(err)
			}
			if *layout.Size != code || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
				t.Errorf("paper %q, %s: size %d, %d wide, %d high", paper, tab, *layout.Size, *layout.FitToWidth, *layout.FitToHeight)
			}
		}
	}
}

func TestUnknownPaperIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	var b bytes.Buffer
	err := (xlsx.Renderer{Paper: "foolscap"}).Render(&b, rendertest.Sample())
	if err == nil || !strings.Contains(err.Error(), `"foolscap"`) || b.Len() > 0 {
		t.Errorf("error %v, %d bytes written", err, b.Len())
	}
}

func TestPrintingRepeatsTheWeekHeads(t *testing.T) {
	f := open(t, render(t, rendertest.Sample()))
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	for name, want := range map[string]string{
		"Tearsheet _xlnm.Print_Titles":   "'Tearsheet'!$4:$5",
		"Tearsheet _xlnm.Print_Area":     "'Tearsheet'!$A$1:$O$53",
		"Definitions _xlnm.Print_Titles": "'Definitions'!$1:$1",
	} {
		if names[name] != want {
			t.Errorf("%s is %q, want %q", name, names[name], want)
		}
	}
	panes, err := f.GetPanes("Tearsheet")
	if err != nil || !panes.Freeze || panes.TopLeftCell != "D6" {
		t.Errorf("panes %+v (%v), want frozen at D6", panes, err)
	}
}

func TestFooterShowsAmpersandsAsThemselves(t *testing.T) {
	f := open(t, render(t, rendertest.Sample()))
	footer, err := f.GetHeaderFooter("Tearsheet")
	if err != nil {
		t.Fatal(err)
	}
	want := "&L&8 Lumen && Lark · Edition 12 · as of 17 November 2026&C&8 Plan: master plan 2026, revision 4&R&8 &P / &N"
	if footer.OddFooter != want {
		t.Errorf("footer %q\n want  %q", footer.OddFooter, want)
	}
}

// F08: no name of a person, host or folder; dates come from the document.
func TestF08PropertiesNameNobody(t *testing.T) {
	files := entries(t, render(t, rendertest.Sample()))
	props, err := open(t, render(t, rendertest.Sample())).GetDocProps()
	if err != nil {
		t.Fatal(err)
	}
	if props.Creator != "Tearsheet" || props.LastModifiedBy != "Tearsheet" ||
		props.Created != "2026-11-17T00:00:00Z" || props.Modified != props.Created {
		t.Errorf("properties %+v", props)
	}
	leak := regexp.MustCompile(`(?i)xuri|excelize|root|/tmp|/home|absPath|go1\.|postgres|duckdb`)
	for name, text := range files {
		if found := leak.FindString(strings.ReplaceAll(text, "<root", "")); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
	if authors := files["xl/comments1.xml"]; !strings.Contains(authors, "<authors><author>Tearsheet</author></authors>") {
		t.Error("notes have another author than Tearsheet")
	}
}

// F03: what a cell cannot hold is made visible before the library sees it.
func TestF03ControlCharactersAndLongTextAreSeen(t *testing.T) {
	doc := rendertest.Sample()
	doc.Title = "Bell\a and NUL\x00"
	doc.Sections[0].Rows[0].Title = "broken \xff, escaped _x0041_x0042_"
	doc.Definitions[0].Statement = strings.Repeat("😀", 20_000)
	doc.Definitions[1].Statement = strings.Repeat("x", 32_767)
	f := open(t, render(t, doc))
	for ref, want := range map[string]string{"A1": "Bell␇ and NUL␀", "B7": "broken �, escaped _x0041_x0042_"} {
		if got, _ := f.GetCellValue("Tearsheet", ref); got != want {
			t.Errorf("%s holds %q, want %q", ref, got, want)
		}
	}
	long, _ := f.GetCellValue("Definitions", "E2")
	if !strings.HasSuffix(long, "… [cut here: 40000 characters, a cell holds 32767]") || strings.Contains(long, "�") {
		t.Errorf("the cut is not told: …%q", long[len(long)-80:])
	}
	if whole, _ := f.GetCellValue("Definitions", "E3"); whole != doc.Definitions[1].Statement {
		t.Error("a text that just fits was changed")
	}
}

// F04: text that looks like a formula stays text, in every place for text.
func TestF04FormulaTextIsInert(t *testing.T) {
	doc := rendertest.Sample()
	evil := `=HYPERLINK("http://x","y")`
	doc.Title, doc.Subtitle, doc.Company, doc.Plan.Text = evil, "+1+1", "@SUM(A1)", "-2+3"
	doc.Weeks[0].Label, doc.Trend[0].Label = "=1", "=2"
	doc.Sections[0].Title, doc.Sections[0].Team = evil, evil
	doc.Agenda[0].Title, doc.Legend[0].Text = evil, evil
	row := &doc.Sections[0].Rows[0]
	row.Title, row.UnitLabel, row.Unit = evil, "=3", metrics.Unit("=4")
	d := &doc.Definitions[0]
	d.Title, d.Team, d.Text, d.Rules, d.Statement, d.Hash = evil, evil, evil, []string{evil}, evil, evil
	data := render(t, doc)
	for name, text := range entries(t, data) {
		if strings.HasPrefix(name, "xl/worksheets/sheet") && regexp.MustCompile(`<f[ >]`).MatchString(text) {
			t.Errorf("%s has a formula", name)
		}
	}
	f := open(t, data)
	for _, at := range [][2]string{{"Tearsheet", "A1"}, {"Tearsheet", "B7"}, {"Definitions", "A2"}, {"Definitions", "E2"}, {"Data", "A2"}} {
		kind, _ := f.GetCellType(at[0], at[1])
		if got, _ := f.GetCellValue(at[0], at[1]); got != evil || kind != excelize.CellTypeSharedString {
			t.Errorf("%s!%s holds %q of type %v", at[0], at[1], got, kind)
		}
	}
}

func TestNumberBeyondFloatingPointIsPrintedAsText(t *testing.T) {
	doc := rendertest.Sample()
	huge, err := metrics.ParseValue("1e400")
	if err != nil {
		t.Fatal(err)
	}
	cell := &doc.Sections[0].Rows[0].Cells[0]
	cell.Actual, cell.ActualText, cell.Daily = huge, "huge", []metrics.Value{huge}
	data := render(t, doc)
	if got, _ := open(t, data).GetCellValue("Tearsheet", "D7"); got != "huge" {
		t.Errorf("D7 holds %q", got)
	}
	for name, text := range entries(t, data) {
		if regexp.MustCompile(`<v>[+-]?(Inf|NaN)`).MatchString(text) {
			t.Errorf("%s holds a number that is none", name)
		}
	}
}

func TestCoverageOfAWeekIsExplainedInANote(t *testing.T) {
	doc := rendertest.Sample()
	doc.Sections[0].Rows[0].Cells[1].Provisional = true
	doc.Sections[0].Rows[0].Cells[1].Coverage = calendar.Coverage{Have: 5, Of: 7}
	if note := notes(t, open(t, render(t, doc)))["F7"]; !strings.Contains(note, "5 of 7 days are loaded") {
		t.Errorf("note %q", note)
	}
}

func TestRestatementIsExplainedInANote(t *testing.T) {
	doc := rendertest.Sample()
	cells := doc.Sections[0].Rows[0].Cells
	cells[0].Restated = &tearsheet.Restatement{Was: metrics.Int(7001), WasText: "7,001", Edition: 11, Cause: "late data"}
	cells[1].Restated = &tearsheet.Restatement{Edition: 9, Cause: "correction"}
	texts := notes(t, open(t, render(t, doc)))
	for cell, want := range map[string]string{
		"D7": "Page views, week to 18 Oct\nRestated: edition 11 printed 7,001; late data.",
		"F7": "Page views, week to 25 Oct\nRestated: edition 9 printed no value; correction.",
	} {
		if texts[cell] != want {
			t.Errorf("note at %s: %q, want %q", cell, texts[cell], want)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	doc := rendertest.Sample()
	for b.Loop() {
		if err := (xlsx.Renderer{}).Render(io.Discard, doc); err != nil {
			b.Fatal(err)
		}
	}
}
