package google

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
	"tearsheet/workbook/google/googletest"
)

func TestReadGivesCellsAsTheyAreTyped(t *testing.T) {
	d := newDesk(t)
	d.Share(d.id, googletest.Account, googletest.Editor)
	p := d.Person(d.id)
	p.AddTab("Q1")
	p.EditCell("Q1", "B2", "metric")
	p.EditCell("Q1", "C2", 46344)
	p.EditCell("Q1", "D2", 46344)
	p.EditCell("Q1", "B3", "1,234")
	p.EditCell("Q1", "C3", 1234.5)
	p.EditCell("Q1", "D3", true)
	id, _ := d.tab("Q1")
	for column, pattern := range []string{"yyyy-mm-dd", "mmm yyyy"} {
		d.batch(&sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Fields: "userEnteredFormat.numberFormat",
			Range: &sheets.GridRange{SheetId: int64(id), StartRowIndex: 1, EndRowIndex: 2, StartColumnIndex: int64(2 + column), EndColumnIndex: int64(3 + column)},
			Cell:  &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: "DATE", Pattern: pattern}}}}})
	}
	d.Share(d.id, googletest.Account, googletest.Viewer) // to look is enough
	before := d.calls(googletest.Get)
	g, err := d.client.Read(t.Context(), d.id, "Q1")
	if err != nil {
		t.Fatal(err)
	}
	if d.calls(googletest.Get) != before+1 {
		t.Errorf("%d calls, want 1", d.calls(googletest.Get)-before)
	}
	if g.Document != "Executive metrics" || g.Tab != "Q1" || g.Locale != "en_US" || len(g.Cells) != 6 {
		t.Fatalf("%+v", g)
	}
	number := func(c Cell) float64 {
		if c.Number == nil {
			return -1
		}
		return *c.Number
	}
	for i, want := range []struct {
		name, text string
		number     float64
		date, day  bool
	}{{"B2", "metric", -1, false, false}, {"C2", "", 46344, true, true}, {"D2", "", 46344, true, false}, {"B3", "1,234", -1, false, false}, {"C3", "1234.5", 1234.5, false, false}, {"D3", "TRUE", -1, false, false}} {
		c := g.Cells[i]
		if c.Name() != want.name || number(c) != want.number || c.Date != want.date || c.Day != want.day || want.text != "" && c.Text != want.text || c.Wrong != "" {
			t.Errorf("%s %+v, want %+v", c.Name(), c, want)
		}
	}
}

func TestReadOfARangeThatIsNotThereNamesTheTabs(t *testing.T) {
	d := newDesk(t)
	d.Person(d.id).AddTab("Plan 2026")
	for _, area := range []string{"Plan", "Plan!A1:B9", "'Plan'"} {
		_, err := d.client.Read(t.Context(), d.id, area)
		if kind, _ := kindOf(err); kind != TabGone || !strings.Contains(err.Error(), "its tabs are: Sheet1, Plan 2026") {
			t.Errorf("%s: %v", area, err)
		}
	}
}

func TestReadWithoutARangeReadsTheFirstTab(t *testing.T) {
	d := newDesk(t)
	d.Person(d.id).AddTab("Plan 2026")
	d.Person(d.id).MoveTab("Plan 2026", 0)
	d.Person(d.id).EditCell("Plan 2026", "B2", "12")
	d.Person(d.id).Merge("Plan 2026", "A1:C1")
	grid, err := d.client.Read(t.Context(), d.id, " ")
	if err != nil || grid.Tab != "Plan 2026" || len(grid.Cells) != 1 || grid.Cells[0].Name() != "B2" {
		t.Errorf("%+v, %v", grid, err)
	}
	if want := workbook.At(1, 1).To(3, 1); len(grid.Merged) != 1 || grid.Merged[0] != want {
		t.Errorf("merged are %v, want %v", grid.Merged, want)
	}
}

func TestReadTellsFormulasThatFail(t *testing.T) {
	cell, ok := cellRead(&sheets.CellData{FormattedValue: "#REF!", EffectiveValue: &sheets.ExtendedValue{ErrorValue: &sheets.ErrorValue{Type: "REF", Message: "Reference does not exist"}}})
	if !ok || cell.Wrong != "#REF!" || cell.Number != nil {
		t.Errorf("%+v, %v", cell, ok)
	}
}

func TestReadTellsPercentagesWhicheverWayGoogleDoes(t *testing.T) {
	for kind, pattern := range map[string]string{"PERCENT": "", "NUMBER": "0.0%"} {
		cell, ok := cellRead(&sheets.CellData{FormattedValue: "12.0%", EffectiveValue: &sheets.ExtendedValue{NumberValue: new(.12)},
			EffectiveFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: kind, Pattern: pattern}}})
		if !ok || !cell.Percent {
			t.Errorf("%s %q: %+v", kind, pattern, cell)
		}
	}
	cell, _ := cellRead(&sheets.CellData{EffectiveValue: &sheets.ExtendedValue{NumberValue: new(.12)},
		EffectiveFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: "NUMBER", Pattern: `0.00" % of plan"`}}})
	if cell.Percent {
		t.Error("a sign in quotes makes no percentage")
	}
}

func TestReadWithoutARangePassesOverChartsAndConnectedTabs(t *testing.T) {
	d := newDesk(t)
	b := newBetween(t, d)
	b.change = func(text []byte) []byte {
		if !strings.Contains(string(text), "sheetType") {
			return text
		}
		return []byte(`{"sheets":[{"properties":{"title":"A chart","sheetType":"OBJECT"}},{"properties":{"title":"A query","sheetType":"DATA_SOURCE"}},{"properties":{"title":"Sheet1","sheetType":"GRID"}}]}`)
	}
	client := d.openAt(b.URL)
	if grid, err := client.Read(t.Context(), d.id, ""); err != nil || grid.Tab != "Sheet1" {
		t.Errorf("%q, %v", grid.Tab, err)
	}
	b.change = func([]byte) []byte {
		return []byte(`{"sheets":[{"properties":{"title":"A chart","sheetType":"OBJECT"}}]}`)
	}
	if _, err := client.Read(t.Context(), d.id, ""); err == nil || !strings.Contains(err.Error(), "has no tab with cells; ") {
		t.Errorf("%v", err)
	}
}

func TestRangesAreNamedAsGoogleReadsThem(t *testing.T) {
	for area, want := range map[string]string{"Plan": "'Plan'", "Q1": "'Q1'", "Ann's plan": "'Ann''s plan'", "'Plan'": "'Plan'", "Plan!A1:B2": "'Plan'!A1:B2", "My plan!A1:B2": "'My plan'!A1:B2",
		"'My plan'!A1:B2": "'My plan'!A1:B2", "Plan!B": "'Plan!B'", "Plan!B:D": "'Plan'!B:D", "Plan!2:9": "'Plan'!2:9", "Plan!C7": "'Plan'!C7", "Wow! 2027": "'Wow! 2027'", "Ann's!$A$1:$B2": "'Ann''s'!$A$1:$B2", "A1:B2": "A1:B2", "A:C": "A:C", "2:9": "2:9", "": ""} {
		if got := rangeOf(area); got != want {
			t.Errorf("%q is %q, want %q", area, got, want)
		}
	}
}

func TestReadWaitsForAFaultThatPasses(t *testing.T) {
	d := newDesk(t)
	d.Fault(googletest.Get, 1).Status(503)
	if _, err := d.client.Read(t.Context(), d.id, "Sheet1"); err != nil || len(d.clock.slept) != 1 {
		t.Errorf("slept %v, %v", d.clock.slept, err)
	}
}

func TestVerifyTriesWhatOnlyGoogleCanShowAndLeavesNothing(t *testing.T) {
	d := newDesk(t)
	before := d.Snapshot(d.id)
	var names, failed []string
	err := d.client.Verify(t.Context(), d.id, func(s Step) {
		names = append(names, s.Name)
		if !s.OK {
			failed = append(failed, s.Name+": want "+s.Want+", got "+s.Got)
		}
	})
	if err != nil || len(names) < 15 {
		t.Errorf("%d steps, %v", len(names), err)
	}
	if len(failed) > 0 {
		t.Errorf("steps that failed:\n%s", strings.Join(failed, "\n"))
	}
	left := slices.DeleteFunc(googletest.Diff(before, d.Snapshot(d.id)), func(line string) bool { return line == "/Metadata: null → []" })
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if !slices.Contains(names, "the sparkline is drawn") {
		t.Errorf("%q", names)
	}
}

// Negative control: a step that cannot fail shows nothing.
func TestVerifySeesAServerThatForgets(t *testing.T) {
	d := newDesk(t)
	d.Fault(googletest.Get, 3).Do(func() {
		d.Person(d.id).FormatCell("Tearsheet check", "B2")
		d.Person(d.id).EditCell("Tearsheet check", "B3", 1)
	})
	failed := 0
	if err := d.client.Verify(t.Context(), d.id, func(s Step) {
		if !s.OK {
			failed++
		}
	}); err != nil || failed < 3 {
		t.Errorf("%d steps failed, %v", failed, err)
	}
}

func TestVerifyNamesWhatItLeavesWhenItIsBrokenOff(t *testing.T) {
	d := newDesk(t)
	d.Fault(googletest.Get, 3).Do(func() { d.Share(d.id, googletest.Account, googletest.NoRole) })
	err := d.client.Verify(t.Context(), d.id, func(Step) {})
	if kind, _ := kindOf(err); kind != NotShared || !strings.Contains(err.Error(), "the tabs “Tearsheet check” and “Tearsheet check data” may be left") {
		t.Errorf("%v", err)
	}
}

func TestNumbersOfOtherLanguagesAreComparedByTheirDigits(t *testing.T) {
	for _, c := range []struct {
		got, want, locale string
		same              bool
	}{
		{"1,234.6", "1,234.6", "en_US", true}, {"1.234,6", "1,234.6", "en_US", false}, {"1.234,6", "1,234.6", "de_DE", true},
		{"1\u00a0234,6", "1,234.6", "sv_SE", true}, {"1’234.6", "1,234.6", "de_CH", true}, {"−1 234,6", "−1,234.6", "pl_PL", true},
		{"1 234,7", "1,234.6", "pl_PL", false}, {"-1 234,6", "−1,234.6", "pl_PL", false}, {"1234,56", "1,234.6", "pl_PL", false},
	} {
		if printedAs(c.got, c.want, c.locale) != c.same {
			t.Errorf("%q for %q in %s: want %v", c.got, c.want, c.locale, c.same)
		}
	}
}
