package google

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
	"tearsheet/workbook/google/googletest"
)

// tab returns one of our tabs by its title.
func (d *desk) tab(title string) (int, googletest.Tab) {
	d.t.Helper()
	for id, tab := range d.Snapshot(d.id).Tabs {
		if tab.Title == title {
			return id, tab
		}
	}
	d.t.Fatalf("no tab %q", title)
	return 0, googletest.Tab{}
}

// batch does what a person does by means of a program.
func (d *desk) batch(requests ...*sheets.Request) {
	d.t.Helper()
	if _, err := d.client.writer.Spreadsheets.BatchUpdate(d.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do(); err != nil {
		d.t.Fatal(err)
	}
}

func TestG07_PeoplesWorkBesideOurRectangleSurvivesTenRuns(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	p := d.Person(d.id)
	id, _ := d.tab("Tearsheet")
	link := fmt.Sprintf("#gid=%d", id)
	p.MoveTab("Tearsheet", 3)
	p.MoveTab("Sheet1", 2)
	p.RenameTab("Tearsheet", "Tuesday's sheet")
	p.RenameTab("Data", "Our data")
	p.EditCell("Tuesday's sheet", "F4", "ask Ann")
	p.AddNote("Tuesday's sheet", "G5", "look here")
	p.FormatCell("Tuesday's sheet", "F9")
	p.EditCell("Tuesday's sheet", "B12", "=SUM(C3:C8)")
	p.AddColumn("Tuesday's sheet", "mine", 1, 2)
	p.AddChart("Tuesday's sheet", "C3:C8", "F12")
	p.AddComment("Tuesday's sheet", "C3", "why?")
	p.AddConditionalRule("Tuesday's sheet", "F1:F20", "ask Ann")
	p.Merge("Tuesday's sheet", "F20:G21")
	p.Protect("Tuesday's sheet", "F1:G20", googletest.Account)
	p.ResizeColumn("Tuesday's sheet", "F", 222)
	p.EditCell("Sheet1", "A1", "the plan")
	want := d.foreign()
	if len(want) < 14 {
		t.Fatalf("only %d things are looked at: %v", len(want), want)
	}
	for run := range 10 {
		// The sheet grows and shrinks between 5 and 7 metrics.
		done := d.write(sampleBook(5+run%3, 100+float64(run)))
		if run > 0 && !done.Changed {
			t.Errorf("run %d wrote nothing", run)
		}
		if done.RestoredCount > 0 {
			t.Errorf("run %d restored %v, which nobody edited", run, done.Restored)
		}
		if !strings.HasSuffix(done.URL, link) {
			t.Errorf("run %d: the address is %s, want one that ends with %s", run, done.URL, link)
		}
		if got := d.foreign(); !slices.Equal(got, want) {
			t.Fatalf("run %d: what people made was\n%s\nand is\n%s", run, strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
		if again := d.write(sampleBook(5+run%3, 100+float64(run))); again.Changed {
			t.Fatalf("run %d is not at rest: %v", run, again.Differences)
		}
	}
	_, sheet := d.tab("Tuesday's sheet")
	if got := fmt.Sprint(sheet.Cells["D3"]["userEnteredValue"]); !strings.Contains(got, "'Our data'!B2:I2") {
		t.Errorf("the sparkline is %s", got)
	}
}

// foreign tells what people made in the spreadsheet, in a fixed order.
func (d *desk) foreign() []string {
	shot := d.Snapshot(d.id)
	all := []string{fmt.Sprint(shot.Comments)}
	for _, id := range slices.Sorted(maps.Keys(shot.Tabs)) {
		tab := shot.Tabs[id]
		all = append(all, fmt.Sprint(tab.Index, tab.Title, tab.Charts, tab.Anchors, tab.Columns[5]))
		for _, cell := range slices.Sorted(maps.Keys(tab.Cells)) {
			if tab.Title == "Sheet1" || tab.Title == "Tuesday's sheet" && (cell[0] > 'D' || cell == "B12") {
				all = append(all, cell+fmt.Sprint(tab.Cells[cell]))
			}
		}
		for _, rule := range tab.Rules {
			if text := fmt.Sprint(rule); strings.Contains(text, "ask Ann") {
				all = append(all, text)
			}
		}
		for _, p := range tab.Protected {
			if p["description"] != ours {
				all = append(all, fmt.Sprint(p))
			}
		}
		for _, m := range tab.Merges {
			if m[0] >= 'F' {
				all = append(all, m)
			}
		}
	}
	return all
}

func TestG07_EditsInsideAreRestoredAndTold(t *testing.T) {
	yellow := &sheets.ColorStyle{RgbColor: &sheets.Color{Red: 1, Green: 1}}
	ofCell := func(id int, fields string, cell *sheets.CellData) *sheets.Request {
		return &sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Fields: fields, Cell: cell,
			Range: &sheets.GridRange{SheetId: int64(id), StartRowIndex: 3, EndRowIndex: 4, StartColumnIndex: 2, EndColumnIndex: 3}}}
	}
	for name, edit := range map[string]struct {
		do    func(d *desk, id int)
		where string
	}{
		"a value":        {func(d *desk, id int) { d.Person(d.id).EditCell("Tearsheet", "C3", 7) }, "Tearsheet!C3"},
		"a formula":      {func(d *desk, id int) { d.Person(d.id).EditCell("Tearsheet", "C3", "=1+1") }, "Tearsheet!C3"},
		"a cell cleared": {func(d *desk, id int) { d.Person(d.id).ClearCell("Tearsheet", "B3") }, "Tearsheet!B3"},
		"a blank cell":   {func(d *desk, id int) { d.Person(d.id).EditCell("Data", "C1", "x") }, "Data!C1"},
		"a format":       {func(d *desk, id int) { d.Person(d.id).FormatCell("Tearsheet", "C4") }, "Tearsheet!C4"},
		"a note":         {func(d *desk, id int) { d.Person(d.id).AddNote("Tearsheet", "B3", "other") }, "Tearsheet!B3"},
		"a width":        {func(d *desk, id int) { d.Person(d.id).ResizeColumn("Tearsheet", "B", 30) }, "Tearsheet, column B (width)"},
		"a hidden row":   {func(d *desk, id int) { d.Person(d.id).HideRow("Tearsheet", 4) }, "Tearsheet, row 4 (hidden)"},
		"a merge":        {func(d *desk, id int) { d.Person(d.id).Merge("Definitions", "A2:A3") }, "Definitions!A2"},
		"frozen rows":    {func(d *desk, id int) { d.Person(d.id).Freeze("Tearsheet", 0, 0) }, "Tearsheet (frozen)"},
		"a rule":         {func(d *desk, id int) { d.Person(d.id).AddConditionalRule("Tearsheet", "B3:B4", "x") }, "Tearsheet (conditional formats)"},
		"a drop-down": {func(d *desk, id int) {
			d.batch(ofCell(id, "dataValidation", &sheets.CellData{DataValidation: &sheets.DataValidationRule{Condition: &sheets.BooleanCondition{Type: "BOOLEAN"}}}))
		}, "Tearsheet!C4"},
		"a fill": {func(d *desk, id int) {
			d.batch(ofCell(id, "userEnteredFormat.backgroundColorStyle", &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{BackgroundColorStyle: yellow}}))
		}, "Tearsheet!C4"},
		"a number format": {func(d *desk, id int) {
			d.batch(ofCell(id, "userEnteredFormat.numberFormat", &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: "NUMBER", Pattern: "0"}}}))
		}, "Tearsheet!C4"},
		"the size of text": {func(d *desk, id int) {
			d.batch(ofCell(id, "userEnteredFormat.textFormat.fontSize", &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{TextFormat: &sheets.TextFormat{FontSize: 30}}}))
		}, "Tearsheet!C4"},
		"the protection": {func(d *desk, id int) {
			_, tab := d.tab("Tearsheet")
			d.batch(&sheets.Request{DeleteProtectedRange: &sheets.DeleteProtectedRangeRequest{ProtectedRangeId: whole64(tab.Protected[0]["protectedRangeId"])}})
		}, "Tearsheet (protection)"},
		"the filter": {func(d *desk, id int) {
			data, _ := d.tab("Data")
			d.batch(&sheets.Request{ClearBasicFilter: &sheets.ClearBasicFilterRequest{SheetId: int64(data)}})
		}, "Data (filter)"},
		"grid lines": {func(d *desk, id int) {
			d.batch(&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Fields: "gridProperties.hideGridlines", Properties: &sheets.SheetProperties{SheetId: int64(id), GridProperties: &sheets.GridProperties{}}}})
		}, "Tearsheet (grid lines hidden)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(sampleBook(6, 100))
			before := d.Snapshot(d.id)
			id, _ := d.tab("Tearsheet")
			edit.do(d, id)
			if len(googletest.Diff(before, d.Snapshot(d.id))) == 0 {
				t.Fatal("nothing was edited")
			}
			done := d.write(sampleBook(6, 100))
			if !done.Changed || !slices.Contains(done.Restored, edit.where) {
				t.Errorf("changed %v, restored %v, want %s", done.Changed, done.Restored, edit.where)
			}
			for _, line := range googletest.Diff(before, d.Snapshot(d.id)) {
				if !strings.HasPrefix(line, "/Metadata") && !strings.Contains(line, "protectedRangeId") && !strings.HasSuffix(line, "hiddenByUser: null → false") {
					t.Errorf("is not as it was: %s", line)
				}
			}
			if again := d.write(sampleBook(6, 100)); again.Changed {
				t.Errorf("is not at rest: %v", again.Differences)
			}
		})
	}
}

func whole64(v any) int64 {
	n, _ := v.(int)
	return int64(n)
}

func TestG07_EditsAreToldWhenTheWeekHasChanged(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Person(d.id).EditCell("Tearsheet", "C5", 7)
	if done := d.write(sampleBook(6, 200)); !slices.Equal(done.Restored, []string{"Tearsheet!C5"}) {
		t.Errorf("restored %v", done.Restored)
	}
}

func TestG07_ASheetThatGrowsMovesWhatPeopleWroteBelow(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Person(d.id).EditCell("Tearsheet", "B9", "below")
	d.Person(d.id).EditCell("Tearsheet", "E2", "beside")
	d.write(sampleBook(8, 100))
	_, tab := d.tab("Tearsheet")
	if fmt.Sprint(tab.Cells["B11"]["userEnteredValue"]) != "map[stringValue:below]" || tab.Cells["E2"] == nil {
		t.Errorf("B11 is %v, E2 is %v", tab.Cells["B11"], tab.Cells["E2"])
	}
	if again := d.write(sampleBook(8, 100)); again.Changed {
		t.Errorf("is not at rest: %v", again.Differences)
	}
}

func TestG07_RowsThatPeopleInsertInsideLeaveNothingBehind(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	_, before := d.tab("Tearsheet")
	d.Person(d.id).InsertRows("Tearsheet", 5, 2)
	if done := d.write(sampleBook(6, 100)); done.RestoredCount == 0 {
		t.Error("nothing is told")
	}
	_, after := d.tab("Tearsheet")
	for cell := range after.Cells {
		if before.Cells[cell] == nil && fmt.Sprint(after.Cells[cell]) != "map[]" {
			t.Errorf("%s is left: %v", cell, after.Cells[cell])
		}
	}
	if again := d.write(sampleBook(6, 100)); again.Changed {
		t.Errorf("is not at rest: %v", again.Differences)
	}
}

func TestG07_ACopyOfOurTabBelongsToWhoMadeIt(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	id, _ := d.tab("Tearsheet")
	copied := d.Person(d.id).DuplicateTab("Tearsheet")
	d.Person(d.id).MoveTab(d.Snapshot(d.id).Tabs[copied].Title, 0)
	before := d.Snapshot(d.id).Tabs[copied]
	d.write(sampleBook(6, 200))
	if after := d.Snapshot(d.id).Tabs[copied]; fmt.Sprint(after) != fmt.Sprint(before) {
		t.Error("the copy was written to")
	}
	if fmt.Sprint(d.Snapshot(d.id).Tabs[id].Cells["C3"]["userEnteredValue"]) != "map[numberValue:200]" {
		t.Error("our own tab was not written")
	}
}

func TestG03_ADeletedTabIsNotMadeAgainInSilence(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Person(d.id).DeleteTab("Definitions")
	before := d.Snapshot(d.id)
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(6, 200), WriteOptions{})
	if kind, ok := kindOf(err); !ok || kind != TabGone || !strings.Contains(err.Error(), "the tab Definitions") {
		t.Errorf("%v", err)
	}
	if len(googletest.Diff(before, d.Snapshot(d.id))) > 0 {
		t.Error("it wrote all the same")
	}
	done, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(6, 200), WriteOptions{Anew: true})
	if err != nil || !slices.Equal(done.Created, []string{"Definitions"}) {
		t.Errorf("%v, %v", done.Created, err)
	}
}

func TestTitlesThatPeopleHaveAreLeftToThem(t *testing.T) {
	d := newDesk(t)
	d.Person(d.id).AddTab("tearsheet")
	d.Person(d.id).AddTab("Data")
	done := d.write(sampleBook(2, 1))
	if !slices.Equal(done.Created, []string{"Tearsheet 2", "Definitions", "Data 2"}) {
		t.Errorf("%v", done.Created)
	}
	other, err := d.client.Write(t.Context(), d.id, "schema", sampleBook(2, 1), WriteOptions{})
	if err != nil || !slices.Equal(other.Created, []string{"Tearsheet 3", "Definitions 2", "Data 3"}) {
		t.Errorf("another document: %v, %v", other.Created, err)
	}
}

func TestAFilterOfAnotherTableIsLeftToItsOwner(t *testing.T) {
	d := newDesk(t)
	book := sampleBook(3, 1)
	filter := book.Tabs[2].Filter
	book.Tabs[2].Filter = nil
	d.write(book)
	id, _ := d.tab("Data")
	d.batch(&sheets.Request{SetBasicFilter: &sheets.SetBasicFilterRequest{Filter: &sheets.BasicFilter{Range: &sheets.GridRange{SheetId: int64(id), StartColumnIndex: 12, EndColumnIndex: 14, EndRowIndex: 5}}}})
	book.Tabs[2].Filter = filter
	if done := d.write(book); len(done.Differences) > 0 { // that a filter is wanted now is noted
		t.Errorf("%v", done.Differences)
	}
	if done := d.write(book); done.Changed {
		t.Error("is not at rest")
	}
}

func TestArchivedTabsAreKeptAsManyAsAsked(t *testing.T) {
	d := newDesk(t)
	keep := func(week int) Written {
		t.Helper()
		tab := *sampleBook(3, float64(week)).Tabs[0]
		tab.Name, tab.Sparks = fmt.Sprintf("Tearsheet 2026-11-%02d", week), nil
		done, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(3, float64(week)),
			WriteOptions{Archive: &workbook.Book{Tabs: []*workbook.Tab{&tab}}, ArchiveKey: fmt.Sprintf("2026-11-%02d", week), Keep: 2})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	keep(1)
	keep(8)
	if done := keep(8); done.Changed {
		t.Errorf("the same week again: %v", done.Differences)
	}
	if done := keep(15); !slices.Equal(done.Deleted, []string{"Tearsheet 2026-11-01"}) || !slices.Equal(done.Created, []string{"Tearsheet 2026-11-15"}) {
		t.Errorf("deleted %v, created %v", done.Deleted, done.Created)
	}
	if done := keep(1); len(done.Created)+len(done.Deleted) > 0 {
		t.Errorf("an older week than those that are kept: created %v, deleted %v", done.Created, done.Deleted)
	}
	// What a person deletes in the archive stays deleted, and is no fault.
	d.Person(d.id).DeleteTab("Tearsheet 2026-11-08")
	d.write(sampleBook(3, 16))
	if len(d.Snapshot(d.id).Tabs) != 5 {
		t.Errorf("%d tabs, want Sheet1, 3 of ours and 1 archived", len(d.Snapshot(d.id).Tabs))
	}
}

func TestG07_TabsThatAreRenamedWhileTheyAreReadAreReadAnew(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Fault(googletest.Get, 2).Do(func() { d.Person(d.id).RenameTab("Data", "Our data") })
	if done := d.write(sampleBook(6, 200)); !done.Changed || done.RestoredCount > 0 || len(done.Differences) == 0 {
		t.Errorf("%+v", done)
	}
	d.Fault(googletest.BatchUpdate, 1).Do(func() { d.Person(d.id).DeleteTab("Our data") })
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(6, 300), WriteOptions{})
	if kind, _ := kindOf(err); kind != TabGone || !strings.Contains(err.Error(), "the tab Data") {
		t.Errorf("a tab that is deleted before the write: %v", err)
	}
}

func TestColumnsThatShouldBeHiddenAreHiddenAgain(t *testing.T) {
	d := newDesk(t)
	book := sampleBook(6, 100)
	book.Tabs[2].Hidden = map[int]bool{8: true, 9: true}
	d.write(book)
	id, tab := d.tab("Data")
	if tab.Columns[7]["hiddenByUser"] != true || tab.Columns[6]["hiddenByUser"] == true {
		t.Errorf("%v", tab.Columns)
	}
	if again := d.write(book); again.Changed {
		t.Errorf("%v", again.Differences)
	}
	d.batch(&sheets.Request{UpdateDimensionProperties: &sheets.UpdateDimensionPropertiesRequest{Fields: "hiddenByUser", Properties: &sheets.DimensionProperties{},
		Range: &sheets.DimensionRange{SheetId: int64(id), Dimension: "COLUMNS", StartIndex: 8, EndIndex: 9}}})
	if done := d.write(book); !slices.Equal(done.Restored, []string{"Data, column I (hidden)"}) {
		t.Errorf("%v", done.Restored)
	}
}

func TestOnlyLookingWritesNothing(t *testing.T) {
	d := newDesk(t)
	done, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(2, 1), WriteOptions{Only: true})
	if err != nil || done.Changed || len(done.Differences) == 0 || d.calls(googletest.BatchUpdate) != 0 {
		t.Errorf("%v, %v", done.Changed, err)
	}
}
