package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/rendertest"
	"tearsheet/tearsheet/render/xlsx"
)

// format is a renderer with the reader of its files, and what it must show of each
// row, of each week of a row, and once.
type format struct {
	name               string
	renderer           render.Renderer
	read               func(*testing.T, []byte) facts
	rows, cells, sheet []string
}

func formats() []format {
	printedRow, printedCell := []string{"team", "name", "variance"}, []string{"actual", "plan", "signs"}
	exactCell := []string{"actual exact", "plan exact"}
	head := []string{"count, off plan", "count, not judged", "count, no value",
		"strip Off plan, items", "strip Provisional, items", "strip Restated, items", "strip Restated, item 0"}
	whole := append(head, "strip Off plan, item 9", "strip Provisional, item 2", "legend 6")
	return []format{
		{"json", render.JSON{}, jsonFacts, append(printedRow, "title", "mark", "shape"),
			append(append(printedCell, exactCell...), "percent exact", "mark", "coverage", "provisional", "note"), whole},
		{"csv", render.CSV{}, csvFacts, []string{"title"}, append(exactCell, "percent exact", "mark", "coverage", "provisional"), nil},
		{"html", render.HTML{}, htmlFacts, append(printedRow, "title", "mark", "shape"), append(printedCell, "note"), whole},
		{"xlsx", xlsx.Renderer{Paper: "letter"}, xlsxFacts, append(printedRow, "title", "shape"), append(append(printedCell, exactCell...), "note"), whole},
		{"pdf", pdf.Renderer{Paper: "letter"}, pdfFacts, printedRow, printedCell, head},
		{"pdf a4", pdf.Renderer{Paper: "a4"}, pdfFacts, printedRow, printedCell, head},
	}
}

func (f format) facts(t *testing.T, doc *tearsheet.Document) facts {
	t.Helper()
	return f.read(t, rendered(t, f.renderer, doc))
}

func rendered(t testing.TB, r render.Renderer, doc *tearsheet.Document) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := r.Render(&file, doc); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestAllFormatsShowTheSameCells(t *testing.T) {
	for name, doc := range map[string]*tearsheet.Document{"one page": rendertest.Sample(), "long": rendertest.Long(2)} {
		t.Run(name, func(t *testing.T) {
			all := formats()
			said := map[string]facts{}
			for _, f := range all {
				t.Run(f.name, func(t *testing.T) {
					said[f.name] = f.facts(t, doc)
					f.complete(t, said[f.name], doc)
				})
			}
			for i, a := range all {
				for _, b := range all[i+1:] {
					for _, fault := range said[a.name].disagreements(said[b.name]) {
						t.Errorf("%s and %s: %s", a.name, b.name, fault)
					}
				}
			}
		})
	}
}

// complete holds that the format says something of every row and cell, and of no
// row more: what is missing could not disagree.
func (f format) complete(t *testing.T, said facts, doc *tearsheet.Document) {
	t.Helper()
	n, missing := 0, 0
	for _, name := range f.sheet {
		if _, ok := said[name]; !ok {
			missing++
			t.Logf("no %s", name)
		}
	}
	for _, section := range doc.Sections {
		for range section.Rows {
			for _, field := range f.rows {
				if _, ok := said[fmt.Sprintf("row %d, %s", n, field)]; !ok {
					missing++
					t.Logf("row %d has no %s", n, field)
				}
			}
			for week := range doc.Weeks {
				for _, field := range f.cells {
					if _, ok := said[fmt.Sprintf("row %d, week %d, %s", n, week, field)]; !ok {
						missing++
						t.Logf("row %d, week %d has no %s", n, week, field)
					}
				}
			}
			n++
		}
	}
	for name := range said {
		if strings.HasPrefix(name, fmt.Sprintf("row %d,", n)) {
			t.Errorf("more rows than the %d of the document: %s", n, name)
		}
	}
	if missing > 0 {
		t.Errorf("%d facts are missing", missing)
	}
}

// alteration changes one thing of a document, of which every format that shows the
// named fact must then disagree with the original.
type alteration struct {
	fact  string
	alter func(*tearsheet.Document)
}

func alterations() []alteration {
	row := func(doc *tearsheet.Document) *tearsheet.Row { return &doc.Sections[1].Rows[0] } // the 9th: row 8
	return []alteration{
		{"row 8, week 2, actual", func(doc *tearsheet.Document) {
			cell := &row(doc).Cells[2]
			cell.Actual, cell.ActualText = metrics.Int(99_999), "99,999"
		}},
		{"row 8, week 2, actual exact", func(doc *tearsheet.Document) {
			cell := &row(doc).Cells[2]
			cell.Actual = cell.Actual.Add(metrics.Int(1)).Mul(metrics.Int(2))
		}},
		{"row 8, week 4, plan", func(doc *tearsheet.Document) {
			cell := &row(doc).Cells[4]
			cell.Plan, cell.PlanText = metrics.Value{}, "–"
		}},
		{"row 8, week 0, signs", func(doc *tearsheet.Document) { row(doc).Cells[0].Signs = "6/7" }},
		{"row 8, week 1, coverage", func(doc *tearsheet.Document) { row(doc).Cells[1].Coverage.Have = 3 }},
		{"row 8, variance", func(doc *tearsheet.Document) {
			latest := &row(doc).Cells[4]
			row(doc).Variance, latest.Percent = "+77.7", metrics.Float(77.7)
		}},
		{"row 6, week 3, note", func(doc *tearsheet.Document) { doc.Sections[0].Rows[6].Cells[3].Restated.WasText = "7,002" }},
		{"count, on plan", func(doc *tearsheet.Document) { doc.Counts.OnPlan++ }},
		{"count, no value", func(doc *tearsheet.Document) { doc.Counts.Unknown++ }},
		{"strip Off plan, item 1", func(doc *tearsheet.Document) { doc.Agenda[1].Variance = "+23.2%" }},
		{"strip Provisional, item 0", func(doc *tearsheet.Document) { doc.Sections[2].Rows[3].Cells[4].Coverage.Have = 5 }},
		{"strip Restated, item 0", func(doc *tearsheet.Document) {
			doc.Restated[0].Text = strings.Replace(doc.Restated[0].Text, "7,001", "7,002", 1)
		}},
		{"strip Restated, items", func(doc *tearsheet.Document) { doc.Restated = append(doc.Restated, doc.Restated[0]) }},
		{"legend 1", func(doc *tearsheet.Document) { doc.Legend[1].Text = "watch, 3% to 5%" }},
		{"legend 3, shape", func(doc *tearsheet.Document) {
			doc.Legend[3] = tearsheet.LegendItem{Mark: tearsheet.Ahead, Text: "new"}
		}},
		{"row 8, shape", func(doc *tearsheet.Document) { row(doc).Mark = tearsheet.Behind }},
		{"row 8, name", func(doc *tearsheet.Document) { row(doc).Title = "Daily passive users" }},
		{"row 8, team", func(doc *tearsheet.Document) { doc.Sections[1].Title = "Products" }},
	}
}

func TestOneAlteredCellIsNoticedInEveryFormat(t *testing.T) {
	truth := jsonFacts(t, rendered(t, render.JSON{}, rendertest.Sample()))
	for _, f := range formats() {
		t.Run(f.name, func(t *testing.T) {
			shown := f.facts(t, rendertest.Sample())
			noticed := 0
			for _, a := range alterations() {
				if _, ok := shown[a.fact]; !ok {
					continue
				}
				doc := rendertest.Sample()
				a.alter(doc)
				faults := strings.Join(truth.disagreements(f.facts(t, doc)), "\n")
				if !strings.Contains(faults, a.fact+":") {
					t.Errorf("%s was altered and nobody noticed: %q", a.fact, faults)
				}
				noticed++
			}
			if noticed < 2 {
				t.Errorf("only %d alterations were tried", noticed)
			}
		})
	}
}

// The foot says which edition a sheet is in one wording.
func TestEveryPrintedFormatNamesTheEditionAlike(t *testing.T) {
	for edition, want := range map[int]string{0: "Draft, not issued", 12: "Edition 12"} {
		doc := rendertest.Sample()
		doc.Edition = edition
		for _, f := range formats() {
			if f.name == "json" || f.name == "csv" { // of which the one has the number, and the other figures only
				continue
			}
			if got := f.facts(t, doc)["edition"]; got != want {
				t.Errorf("%s: edition %d is called %q, want %q", f.name, edition, got, want)
			}
		}
	}
}

// TestJSONKeepsItsContract holds the names and kinds that programs outside rely on.
func TestJSONKeepsItsContract(t *testing.T) {
	var doc struct {
		AsOf     string `json:"as_of"`
		Weeks    []struct{ Ends string }
		Sections []struct {
			Team string
			Rows []struct {
				Metric, Unit string
				Cells        []map[string]any
			}
		}
	}
	if err := json.Unmarshal(rendered(t, render.JSON{}, rendertest.Sample()), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.AsOf != "2026-11-17" || len(doc.Weeks) != 5 || doc.Weeks[4].Ends != "2026-11-15" {
		t.Errorf("as of %s, weeks %v", doc.AsOf, doc.Weeks)
	}
	section := doc.Sections[4]
	if section.Team != "sales" || section.Rows[0].Metric != "sales_0" || section.Rows[0].Unit != "visits" {
		t.Errorf("section %s, row %s in %s", section.Team, section.Rows[0].Metric, section.Rows[0].Unit)
	}
	missing := section.Rows[0].Cells[1] // a week of which nothing was loaded
	for name, want := range map[string]string{"week": `"2026-10-25"`, "actual": "null",
		"coverage": `{"days":0,"of":7}`, "daily": "[null,null,null,null,null,null,null]",
		"mark": `"unknown"`, "provisional": "true"} {
		value, ok := missing[name]
		got, err := json.Marshal(value)
		if !ok || err != nil || string(got) != want {
			t.Errorf("%s is %s (%t, %v), want %s", name, got, ok, err, want)
		}
	}
	if plan, ok := missing["plan"].(float64); !ok || plan == math.Trunc(plan) {
		t.Errorf("the plan of cents is %v", missing["plan"])
	}
	daily, ok := section.Rows[1].Cells[4]["daily"].([]any)
	if !ok || len(daily) != 7 {
		t.Fatalf("daily is %v", section.Rows[1].Cells[4]["daily"])
	}
	sum := 0.0
	for _, v := range daily {
		sum += v.(float64)
	}
	if actual := section.Rows[1].Cells[4]["actual"].(float64); math.Abs(actual-sum/7) > 1e-9 {
		t.Errorf("actual %v is not the unrounded mean of %v", actual, daily)
	}
}
