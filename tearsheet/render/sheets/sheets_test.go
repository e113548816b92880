package sheets_test

import (
	"slices"
	"strings"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/layout"
	"tearsheet/tearsheet/render/rendertest"
	"tearsheet/tearsheet/render/sheets"
	"tearsheet/workbook"
)

func names(b *workbook.Book) []string {
	var list []string
	for _, tab := range b.Tabs {
		list = append(list, tab.Name)
	}
	return list
}

// strays lists what leads out of a workbook: links and sparklines to tabs or cells that
// it does not have.
func strays(b *workbook.Book) []string {
	tabs := map[string]*workbook.Tab{}
	for _, tab := range b.Tabs {
		tabs[tab.Name] = tab
	}
	var list []string
	missing := func(tab string, at workbook.Ref) bool { return tabs[tab] == nil || tabs[tab].Cells[at] == nil }
	for _, tab := range b.Tabs {
		for _, c := range tab.Cells {
			if c.Link != nil && missing(c.Link.Tab, c.Link.To) {
				list = append(list, "link to "+c.Link.Tab)
			}
		}
		for _, s := range tab.Sparks {
			if missing(s.Tab, workbook.At(s.From.From.Column, s.From.From.Row)) {
				list = append(list, "sparkline of "+s.Tab)
			}
		}
	}
	return list
}

func TestTabsAreNamedForASpreadsheetOfOthers(t *testing.T) {
	b := sheets.Book(rendertest.Sample())
	if got, want := names(b), []string{"Tearsheet", "Tearsheet definitions", "Tearsheet data", "Tearsheet weeks"}; !slices.Equal(got, want) {
		t.Errorf("tabs %q, want %q", got, want)
	}
	for _, tab := range b.Tabs {
		if len(tab.Charts) > 0 {
			t.Errorf("%s has charts", tab.Name)
		}
	}
	if n := len(b.Tabs[0].Sparks); n != 40 || b.Tabs[0].Sparks[0].Tab != "Tearsheet weeks" {
		t.Errorf("%d sparklines, the first of %q", n, b.Tabs[0].Sparks[0].Tab)
	}
}

func TestNothingLeadsOutOfTheBook(t *testing.T) {
	for name, doc := range map[string]*tearsheet.Document{"sample": rendertest.Sample(), "long": rendertest.Long(2), "empty": {}} {
		for _, b := range []*workbook.Book{sheets.Book(doc), sheets.Archive(doc)} {
			if found := strays(b); len(found) > 0 {
				t.Errorf("%s, %q: %q", name, names(b), found)
			}
		}
	}
	b := sheets.Book(rendertest.Sample())
	b.Tabs[3].Name = "Weeks"
	if found := strays(b); len(found) != 40 {
		t.Errorf("a tab of weeks under another name gave %d strays, want the 40 sparklines", len(found))
	}
}

func TestArchiveNeedsNoOtherTab(t *testing.T) {
	doc := rendertest.Sample()
	b, live := sheets.Archive(doc), sheets.Book(doc).Tabs[0]
	if got := names(b); !slices.Equal(got, []string{"Tearsheet 2026-11-15"}) {
		t.Fatalf("tabs %q", got)
	}
	tab := b.Tabs[0]
	for at, c := range tab.Cells {
		if c.Link != nil {
			t.Errorf("the cell at %v leads to %q", at, c.Link.Tab)
		}
		if hidden := at.Column > tab.Print.Columns; hidden != tab.Hidden[at.Column] {
			t.Errorf("the cell at %v lies outside of the printed area: %v, and is hidden: %v", at, hidden, tab.Hidden[at.Column])
		}
	}
	for at, want := range live.Cells {
		got := tab.Cells[at]
		if got == nil || got.Kind != want.Kind || got.Text != want.Text || got.Number != want.Number || got.Look != want.Look || (got.Note == nil) != (want.Note == nil) {
			t.Errorf("the cell at %v is %+v, on the live tab %+v", at, got, want)
		}
	}
	if tab.Print != live.Print || len(tab.Hidden) != len(doc.Trend) {
		t.Errorf("prints %+v, hides %v", tab.Print, tab.Hidden)
	}
}

func TestArchiveDrawsItsOwnWeeks(t *testing.T) {
	doc := rendertest.Sample()
	tab := sheets.Archive(doc).Tabs[0]
	var rows []tearsheet.Row
	for _, section := range doc.Sections {
		rows = append(rows, section.Rows...)
	}
	if len(tab.Sparks) != len(rows) {
		t.Fatalf("%d sparklines of %d rows", len(tab.Sparks), len(rows))
	}
	unknown := 0
	for i, s := range tab.Sparks {
		if title := tab.Cells[workbook.At(2, s.At.Row)].Text; title != rows[i].Title || s.Tab != tab.Name || s.From.From.Row != s.At.Row {
			t.Errorf("the sparkline of %s stands beside %q and draws row %d of %q", rows[i].Title, title, s.From.From.Row, s.Tab)
		}
		if n := s.From.To.Column - s.From.From.Column + 1; n != len(doc.Trend) {
			t.Errorf("%s: draws %d weeks", rows[i].Title, n)
		}
		for j, point := range rows[i].Trend {
			want, known := point.Actual.Float64()
			c := tab.Cells[workbook.At(s.From.From.Column+j, s.At.Row)]
			if known != (c != nil) || known && (c.Kind != workbook.Number || c.Number != want) {
				t.Errorf("%s, week %d: %+v, want %v", rows[i].Title, j, c, point.Actual)
			}
			if !known {
				unknown++
			}
		}
	}
	if unknown == 0 {
		t.Error("no week is unknown: the sample shows no gap")
	}
}

// Google shows no text smaller so that it fits.
func TestColumnsAreAsWideAsWhatTheyShow(t *testing.T) {
	doc := rendertest.Sample()
	row := &doc.Sections[2].Rows[1]
	row.Title, row.UnitLabel, row.Cells[3].PlanText = strings.Repeat("t", 40), strings.Repeat("u", 20), "1,234,567,890.12"
	file := layout.Book(doc, layout.Options{}).Tabs[0].Widths
	for _, b := range []*workbook.Book{sheets.Book(doc), sheets.Archive(doc)} {
		widths := b.Tabs[0].Widths
		for column, least := range map[int]float64{2: 40, 3: 16, 11: 14.4} {
			if widths[column] < least || file[column] >= least {
				t.Errorf("%q: column %d is %v wide, in the file %v; want at least %v here alone", names(b), column, widths[column], file[column], least)
			}
		}
		if widths[4] != file[4] || widths[15] != file[15] {
			t.Errorf("%q: columns with room have other widths: %v, in the file %v", names(b), widths, file)
		}
	}
}

func TestArchiveOfNoWeekIsNamedByItsDay(t *testing.T) {
	doc := rendertest.Sample()
	doc.Weeks = nil
	doc.Sections = nil
	if got := names(sheets.Archive(doc)); !slices.Equal(got, []string{"Tearsheet 2026-11-17"}) {
		t.Errorf("tabs %q", got)
	}
}

// F04: text stays text: no cell of the model is made a formula by what it begins with.
func TestF04FormulaTextStaysText(t *testing.T) {
	doc := rendertest.Sample()
	evil := `=IMPORTXML("http://x","y")`
	doc.Title, doc.Company, doc.Sections[0].Title, doc.Sections[0].Rows[0].Title = evil, evil, evil, evil
	doc.Definitions[0].Statement = evil
	found := 0
	for _, tab := range sheets.Book(doc).Tabs {
		for at, c := range tab.Cells {
			if strings.HasPrefix(c.Text, "=") {
				found++
				if c.Kind != workbook.Text && c.Kind != workbook.Rich {
					t.Errorf("%s, %v is %+v", tab.Name, at, c)
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("%d cells begin with =, want those of the title, the team, the row and the statement", found)
	}
}
