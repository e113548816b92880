package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tearsheet/internal/xlsxfile"
	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// book returns a workbook of one tab with a cell each of what f puts.
func book(f func(t *workbook.Tab)) *workbook.Book {
	b := &workbook.Book{Title: "Title", Day: "2026-11-17"}
	f(b.Tab("Sheet"))
	return b
}

func written(t testing.TB, b *workbook.Book) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := xlsxfile.Write(&file, b); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func opened(t testing.TB, b *workbook.Book) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(written(t, b)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// parts returns the files inside of a file.
func parts(t testing.TB, data []byte) map[string]string {
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

// held returns what a cell of the first tab holds, without its format.
func held(t testing.TB, f *excelize.File, cell string) string {
	t.Helper()
	text, err := f.GetCellValue(f.GetSheetName(0), cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func style(t testing.TB, f *excelize.File, cell string) *excelize.Style {
	t.Helper()
	id, err := f.GetCellStyle(f.GetSheetName(0), cell)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCellsHoldWhatWasPut(t *testing.T) {
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), "text", workbook.Look{})
		tab.Runs(workbook.At(2, 1), []workbook.Run{{Text: "two ", Look: workbook.Look{Bold: true}}, {Text: "faces", Look: workbook.Look{Size: 8, Color: workbook.Grey}}}, workbook.Look{})
		tab.Number(workbook.At(3, 1), 0.1234567890123456789, workbook.Look{Format: "0.0"})
		tab.Number(workbook.At(4, 1), -1e300, workbook.Look{})
		tab.Day(workbook.At(5, 1), 20774, workbook.Look{})
		tab.Dress(workbook.At(6, 1), workbook.Look{Fill: workbook.Band})
		tab.Text(workbook.At(1, 2), "007", workbook.Look{})
	}))
	for cell, want := range map[string]string{"A1": "text", "B1": "two faces", "C1": "0.12345678901234568", "E1": "46343", "F1": "", "A2": "007"} {
		if got := held(t, f, cell); got != want {
			t.Errorf("%s holds %q, want %q", cell, got, want)
		}
	}
	if got := held(t, f, "D1"); !strings.HasPrefix(got, "-1000") || len(got) != 302 {
		t.Errorf("D1 holds %q, want −10³⁰⁰", got)
	}
	if shown, _ := f.GetCellValue("Sheet", "E1"); shown != "2026-11-17" {
		t.Errorf("the day is shown as %q", shown)
	}
	if kind, _ := f.GetCellType("Sheet", "A2"); kind != excelize.CellTypeSharedString {
		t.Errorf("007 became of type %v", kind)
	}
	runs, err := f.GetCellRichText("Sheet", "B1")
	if err != nil || len(runs) != 2 || !runs[0].Font.Bold || runs[1].Font.Bold || runs[1].Font.Size != 8 || runs[1].Font.Color != "FF626262" && runs[1].Font.Color != "626262" {
		t.Errorf("runs %+v (%v)", runs, err)
	}
}

func TestLooksAreStyles(t *testing.T) {
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), "x", workbook.Look{Size: 17, Bold: true, Italic: true, Mono: true, Color: workbook.Accent, Fill: workbook.Band,
			Align: "right", Indent: 1, Middle: true, Wrap: true, Shrink: true, Under: workbook.ThickLine, Over: workbook.ThinLine})
		tab.Number(workbook.At(2, 1), 1, workbook.Look{Format: `#,##0;"−"#,##0`, Under: workbook.Hairline})
		tab.Text(workbook.At(3, 1), "x", workbook.Look{Wrap: true})
	}))
	s := style(t, f, "A1")
	if font := s.Font; font.Size != 17 || !font.Bold || !font.Italic || font.Family != "Courier New" || !strings.HasSuffix(font.Color, workbook.Accent) {
		t.Errorf("font %+v", font)
	}
	if a := s.Alignment; a.Horizontal != "right" || a.Indent != 1 || a.Vertical != "center" || !a.WrapText || !a.ShrinkToFit {
		t.Errorf("alignment %+v", a)
	}
	if len(s.Fill.Color) != 1 || !strings.HasSuffix(s.Fill.Color[0], workbook.Band) {
		t.Errorf("fill %+v", s.Fill)
	}
	lines := map[string]int{}
	for _, b := range s.Border {
		lines[b.Type] = b.Style
	}
	if !maps.Equal(lines, map[string]int{"bottom": 2, "top": 1}) {
		t.Errorf("borders %v", lines)
	}
	s = style(t, f, "B1")
	if s.CustomNumFmt == nil || *s.CustomNumFmt != `#,##0;"−"#,##0` || s.Font.Size != 10 || s.Font.Family != "Arial" || !strings.HasSuffix(s.Font.Color, workbook.Ink) {
		t.Errorf("style %+v of font %+v", s, s.Font)
	}
	if len(s.Border) != 1 || !strings.HasSuffix(s.Border[0].Color, workbook.Hair) {
		t.Errorf("borders %+v", s.Border)
	}
	if got := style(t, f, "C1").Alignment.Vertical; got != "top" {
		t.Errorf("wrapped text stands at the %s", got)
	}
}

// F03: what a cell cannot hold is made visible before the library sees it.
func TestF03TextThatNoCellCanHoldIsSeen(t *testing.T) {
	half := strings.Repeat("😀", 10_000)
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), "bell\a, _x0041_, broken \xff", workbook.Look{})
		tab.Text(workbook.At(1, 2), strings.Repeat("x", 40_000), workbook.Look{})
		tab.Runs(workbook.At(1, 3), []workbook.Run{{Text: half, Look: workbook.Look{Bold: true}}, {Text: half}}, workbook.Look{})
		tab.Height(4, 5000)
	}))
	if got := held(t, f, "A1"); got != "bell␇, _x0041_, broken �" {
		t.Errorf("A1 holds %q", got)
	}
	for _, cell := range []string{"A2", "A3"} {
		if got := held(t, f, cell); !strings.HasSuffix(got, "… [cut here: 40000 characters, a cell holds 32767]") {
			t.Errorf("the cut of %s is not told: …%q", cell, got[max(0, len(got)-60):])
		}
	}
	if height, _ := f.GetRowHeight("Sheet", 4); height != 409 {
		t.Errorf("row 4 is %v high", height)
	}
}

// F04: text that looks like a formula stays text, in every place for text.
func TestF04FormulaTextIsInert(t *testing.T) {
	evil := `=HYPERLINK("http://x","y")`
	b := book(func(tab *workbook.Tab) {
		tab.Text(workbook.At(1, 1), evil, workbook.Look{})
		tab.Runs(workbook.At(2, 1), []workbook.Run{{Text: evil}}, workbook.Look{})
		tab.Text(workbook.At(3, 1), "+1+1", workbook.Look{})
		tab.Text(workbook.At(4, 1), "@SUM(A1)", workbook.Look{})
		tab.Note(workbook.At(1, 1), workbook.Note{Title: evil, Text: "=1"})
		tab.Rules = append(tab.Rules, workbook.Rule{Area: workbook.At(1, 1).To(1, 9), Column: 1, Is: `"&A1&"`, Bold: true})
	})
	data := parts(t, written(t, b))["xl/worksheets/sheet1.xml"]
	if regexp.MustCompile(`<f[ >]`).MatchString(data) {
		t.Error("the tab has a formula")
	}
	if !strings.Contains(data, `$A1=&#34;&#34;&#34;&amp;A1&amp;&#34;&#34;&#34;`) {
		t.Error("the text of a rule is not quoted")
	}
	f := opened(t, b)
	for cell, want := range map[string]string{"A1": evil, "B1": evil, "C1": "+1+1", "D1": "@SUM(A1)"} {
		kind, _ := f.GetCellType("Sheet", cell)
		if got := held(t, f, cell); got != want || kind != excelize.CellTypeSharedString {
			t.Errorf("%s holds %q of type %v", cell, got, kind)
		}
	}
}

func TestSameWorkbookGivesTheSameBytes(t *testing.T) {
	whole := func(last string) []byte {
		return written(t, book(func(tab *workbook.Tab) {
			for i := range 200 {
				tab.Text(workbook.At(1+i%7, 1+i/7), strings.Repeat("x", i+1), workbook.Look{Size: float64(8 + i%5)})
				tab.Width(1+i%7, 9)
				tab.Height(1+i/7, 16)
			}
			tab.Text(workbook.At(9, 9), last, workbook.Look{})
		}))
	}
	first := whole("a")
	for range 4 {
		if !bytes.Equal(first, whole("a")) {
			t.Fatal("two files of one workbook differ")
		}
	}
	if bytes.Equal(first, whole("b")) {
		t.Error("another letter gave the same bytes: the comparison sees nothing")
	}
}

func TestWorkbookThatNoFileCanHoldIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	tabs := func(names ...string) *workbook.Book {
		b := &workbook.Book{}
		for _, name := range names {
			b.Tab(name)
		}
		return b
	}
	paper := tabs("A")
	paper.Tabs[0].Print.Paper = "foolscap"
	for want, b := range map[string]*workbook.Book{
		"the workbook has no tab":                         tabs(),
		`tab "data": another tab has this name`:           tabs("Data", "data"),
		`tab "A": unknown paper "foolscap": letter or a4`: paper,
		`tab "Sheet", cell B3: NaN is no number`:          book(func(t *workbook.Tab) { t.Number(workbook.At(2, 3), math.NaN(), workbook.Look{}) }),
		`+Inf is no number`:                               book(func(t *workbook.Tab) { t.Number(workbook.At(2, 3), math.Inf(1), workbook.Look{}) }),
		"column 0, row 1: ":                               book(func(t *workbook.Tab) { t.Text(workbook.At(0, 1), "x", workbook.Look{}) }),
		`sheet name length exceeds`:                       tabs(strings.Repeat("n", 40)),
		`sheet can not contain any of the characters`:     tabs("A", "a/b"),
	} {
		var file bytes.Buffer
		err := xlsxfile.Write(&file, b)
		if err == nil || !strings.Contains(err.Error(), want) || file.Len() > 0 {
			t.Errorf("error %v, %d bytes written; want %q", err, file.Len(), want)
		}
	}
}

func TestTabsStandInTheirOrder(t *testing.T) {
	b := &workbook.Book{}
	want := []string{"Zebra", "Apple", "Tearsheet 2026-11-15"}
	for _, name := range want {
		b.Tab(name)
	}
	if got := opened(t, b).GetSheetList(); !slices.Equal(got, want) {
		t.Errorf("tabs %q, want %q", got, want)
	}
}

// F08: no name of a person, host or folder; dates come from the workbook.
func TestF08PropertiesNameNobody(t *testing.T) {
	b := &workbook.Book{Title: "T\a", Subject: "S", Company: "C", Day: "2026-11-17"}
	b.Tab("A")
	f := opened(t, b)
	props, err := f.GetDocProps()
	if err != nil || props.Title != "T␇" || props.Subject != "S" || props.Creator != "Tearsheet" || props.LastModifiedBy != "Tearsheet" ||
		props.Created != "2026-11-17T00:00:00Z" || props.Modified != props.Created {
		t.Errorf("properties %+v (%v)", props, err)
	}
	if app, err := f.GetAppProps(); err != nil || app.Company != "C" || app.Application != "Tearsheet" {
		t.Errorf("properties %+v (%v)", app, err)
	}
	leak := regexp.MustCompile(`(?i)xuri|excelize|/tmp|/home|absPath|go1\.`)
	for name, text := range parts(t, written(t, b)) {
		if found := leak.FindString(text); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
}
