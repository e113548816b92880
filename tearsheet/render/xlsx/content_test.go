package xlsx_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"

	"github.com/xuri/excelize/v2"
)

func ref(t testing.TB, column, row int) string {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// held returns what a cell holds, without its number format.
func held(t testing.TB, f *excelize.File, tab, cell string) string {
	t.Helper()
	text, err := f.GetCellValue(tab, cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// expectNumber checks that a cell holds v unrounded as a number, or, where v is
// unknown, the text instead.
func expectNumber(t testing.TB, f *excelize.File, tab, cell string, v metrics.Value, instead string) {
	t.Helper()
	got := held(t, f, tab, cell)
	want, known := v.Float64()
	if !known {
		if got != instead {
			t.Errorf("%s!%s holds %q, want %q", tab, cell, got, instead)
		}
		return
	}
	number, err := strconv.ParseFloat(got, 64)
	kind, _ := f.GetCellType(tab, cell)
	if err != nil || number != want || kind == excelize.CellTypeSharedString {
		t.Errorf("%s!%s holds %q of type %v, want the number %v", tab, cell, got, kind, want)
	}
}

// sheetRows returns in which row of the first tab each metric stands, found by the
// order of the document.
func sheetRows(doc *tearsheet.Document) map[string]int {
	rows, at := map[string]int{}, 6
	for _, section := range doc.Sections {
		at++
		for _, r := range section.Rows {
			rows[r.Metric] = at
			at++
		}
	}
	return rows
}

func TestSheetHoldsUnroundedNumbers(t *testing.T) {
	doc := rendertest.Sample()
	f := open(t, render(t, doc))
	at := sheetRows(doc)
	for _, r := range rowsOf(doc) {
		row := at[r.Metric]
		if got := held(t, f, "Tearsheet", ref(t, 2, row)); got != r.Title {
			t.Fatalf("row %d is %q, want %q", row, got, r.Title)
		}
		for i, cell := range r.Cells {
			expectNumber(t, f, "Tearsheet", ref(t, 4+2*i, row), cell.Actual, cell.ActualText)
			expectNumber(t, f, "Tearsheet", ref(t, 5+2*i, row), cell.Plan, cell.PlanText)
		}
		latest := r.Latest()
		variance := latest.Percent
		if !variance.Known() {
			variance = latest.Variance
		}
		expectNumber(t, f, "Tearsheet", ref(t, 14, row), variance, r.Variance)
	}
}

func TestDataHoldsEveryDayOfTheWeeks(t *testing.T) {
	doc := rendertest.Sample()
	f := open(t, render(t, doc))
	row, unknown := 1, 0
	for _, section := range doc.Sections {
		for _, r := range section.Rows {
			for i, cell := range r.Cells {
				for j, v := range cell.Daily {
					row++
					day := doc.Weeks[i].Starts.Add(j)
					for column, want := range []string{section.Title, r.Metric, r.Title, string(r.Unit), strconv.Itoa(int(cell.Week) + 25569), strconv.Itoa(int(day) + 25569)} {
						if got := held(t, f, "Data", ref(t, column+1, row)); got != want {
							t.Fatalf("Data!%s holds %q, want %q", ref(t, column+1, row), got, want)
						}
					}
					expectNumber(t, f, "Data", ref(t, 7, row), v, "")
					want := "known"
					if !v.Known() {
						want, unknown = "unknown", unknown+1
					}
					if got := held(t, f, "Data", ref(t, 8, row)); got != want {
						t.Errorf("Data!%s holds %q, want %q", ref(t, 8, row), got, want)
					}
				}
			}
		}
	}
	if row != 1+40*5*7 || unknown == 0 {
		t.Errorf("%d rows, %d unknown days: the sample should have 1401 and some", row, unknown)
	}
	if got := held(t, f, "Data", ref(t, 1, row+1)); got != "" {
		t.Errorf("after the last day stands %q", got)
	}
}

func TestDefinitionsAreWhole(t *testing.T) {
	doc := rendertest.Sample()
	f := open(t, render(t, doc))
	for i, d := range doc.Definitions {
		for column, want := range []string{d.Title, d.Team, d.Text, strings.Join(d.Rules, "\n"), d.Statement, d.Metric, d.Hash} {
			if got := held(t, f, "Definitions", ref(t, column+1, 2+i)); got != want {
				t.Errorf("Definitions!%s holds %q, want %q", ref(t, column+1, 2+i), got, want)
			}
		}
	}
}

func TestNamesAndDefinitionsLinkToEachOther(t *testing.T) {
	doc := rendertest.Sample()
	f := open(t, render(t, doc))
	at, target := sheetRows(doc), regexp.MustCompile(`^'(\w+)'!A(\d+)$`)
	follow := func(tab, cell string) (string, string) {
		ok, link, err := f.GetCellHyperLink(tab, cell)
		m := target.FindStringSubmatch(link)
		if !ok || err != nil || m == nil {
			t.Fatalf("%s!%s has link %q", tab, cell, link)
		}
		return m[1], m[2]
	}
	for i, d := range doc.Definitions {
		tab, row := follow("Tearsheet", ref(t, 2, at[d.Metric]))
		if tab != "Definitions" || held(t, f, tab, "F"+row) != d.Metric {
			t.Errorf("%s leads to %s row %s", d.Metric, tab, row)
		}
		tab, row = follow("Definitions", ref(t, 1, 2+i))
		if tab != "Tearsheet" || row != strconv.Itoa(at[d.Metric]) {
			t.Errorf("the definition of %s leads back to %s row %s", d.Metric, tab, row)
		}
	}
}

func TestDefinitionWithoutRowLeadsNowhere(t *testing.T) {
	doc := rendertest.Sample()
	doc.Definitions = append(doc.Definitions, tearsheet.Definition{Metric: "operand", Title: "Operand", Text: "An operand."})
	f := open(t, render(t, doc))
	if ok, link, _ := f.GetCellHyperLink("Definitions", "A42"); ok {
		t.Errorf("linked to %q", link)
	}
}

func notes(t testing.TB, f *excelize.File) map[string]string {
	t.Helper()
	comments, err := f.GetComments("Tearsheet")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, c := range comments {
		text := c.Text
		for _, run := range c.Paragraph {
			text += run.Text
		}
		texts[c.Cell] = text
	}
	return texts
}

func TestEveryNameCarriesItsDefinition(t *testing.T) {
	doc := rendertest.Sample()
	texts, at := notes(t, open(t, render(t, doc))), sheetRows(doc)
	for _, d := range doc.Definitions {
		want := d.Title + "\n" + d.Text + "\n" + strings.Join(d.Rules, "\n") + "\n" + d.Team + ", " + d.Metric
		if got := texts[ref(t, 2, at[d.Metric])]; got != want {
			t.Errorf("the note of %s is %q, want %q", d.Metric, got, want)
		}
	}
	for _, r := range rowsOf(doc) {
		for i, cell := range r.Cells {
			_, has := texts[ref(t, 4+2*i, at[r.Metric])]
			if should := cell.Provisional || cell.Restated != nil; has != should {
				t.Errorf("%s, week %d: note %v, want %v", r.Metric, i, has, should)
			}
		}
	}
}

// sparkline is one of the first tab, as it stands in its XML.
type sparkline struct {
	Range string `xml:"f"`
	Cell  string `xml:"sqref"`
}

func TestSparklinesDrawTheirOwnRow(t *testing.T) {
	doc := rendertest.Sample()
	data := render(t, doc)
	f := open(t, data)
	text := entries(t, data)["xl/worksheets/sheet1.xml"]
	if n := strings.Count(text, "<x14:sparklineGroup "); n != 1 || !strings.Contains(text, `displayEmptyCellsAs="gap"`) {
		t.Errorf("%d groups of sparklines; want one that leaves gaps", n)
	}
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`<x14:sparkline>.*?</x14:sparkline>`).FindAllString(text, -1) {
		var s sparkline
		if err := xml.Unmarshal([]byte(m), &s); err != nil {
			t.Fatal(err)
		}
		found[s.Cell] = s.Range
	}
	at := sheetRows(doc)
	for i, r := range rowsOf(doc) {
		row := 3 + i
		want := fmt.Sprintf("Weeks!E%d:Q%d", row, row)
		if got := found[ref(t, 15, at[r.Metric])]; got != want {
			t.Errorf("%s draws %q, want %q", r.Metric, got, want)
		}
		if got := held(t, f, "Weeks", ref(t, 2, row)); got != r.Metric {
			t.Errorf("Weeks row %d is %q, want %q", row, got, r.Metric)
		}
		for j, point := range r.Trend {
			expectNumber(t, f, "Weeks", ref(t, 5+j, row), point.Actual, "")
			expectNumber(t, f, "Weeks", ref(t, 18+j, row), point.Plan, "")
		}
	}
}

// The number of a provisional week stays a number and is shown with its coverage.
func TestWeeksShowTheCoverageOfProvisionalWeeks(t *testing.T) {
	doc := rendertest.Sample()
	shown, err := open(t, render(t, doc)).GetRows("Weeks")
	if err != nil {
		t.Fatal(err)
	}
	signs := 0
	for i, r := range rowsOf(doc) {
		for j, point := range r.Trend {
			if got, want := strings.HasSuffix(shown[2+i][4+j], "  6/7"), point.Provisional && point.Actual.Known(); got != want {
				t.Errorf("%s, week %d reads %q, provisional %v", r.Metric, j, shown[2+i][4+j], want)
			} else if got {
				signs++
			}
		}
	}
	if signs != 2 {
		t.Errorf("%d provisional figures, want those of two rows", signs)
	}
}

func TestEachMetricHasItsChart(t *testing.T) {
	doc := rendertest.Sample()
	files := entries(t, render(t, doc))
	for i, r := range rowsOf(doc) {
		text := files[fmt.Sprintf("xl/charts/chart%d.xml", i+1)]
		for _, want := range []string{
			">" + r.Title + "  " + r.UnitLabel + "<",
			fmt.Sprintf("<f>Weeks!$E$%d:$Q$%d</f>", 3+i, 3+i),
			fmt.Sprintf("<f>Weeks!$R$%d:$AD$%d</f>", 3+i, 3+i),
			`<f>Weeks!$E$2:$Q$2</f>`, `prstDash val="dash"`, `dispBlanksAs val="gap"`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the chart of %s lacks %s", r.Metric, want)
			}
		}
	}
	if _, more := files[fmt.Sprintf("xl/charts/chart%d.xml", len(rowsOf(doc))+1)]; more {
		t.Error("there is a chart too many")
	}
}
