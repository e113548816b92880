package googletest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFormulasFollowATabThatIsRenamedAndLoseOneThatIsDeleted(t *testing.T) {
	s, id, api := start(t, Options{NoQuota: true})
	p := s.Person(id)
	p.AddTab("My data")
	p.EditCell("My data", "A1", 1)
	p.EditCell("My data", "B1", 3)
	p.EditCell("Sheet1", "A1", `=SPARKLINE('My data'!A1:B1,{"color","My data!A1"})`)
	formula := func() string {
		return *get(t, api, id, "sheets.data.rowData.values").Sheets[0].Data[0].RowData[0].Values[0].UserEnteredValue.FormulaValue
	}
	effective := func() string {
		value := get(t, api, id, "sheets.data.rowData.values").Sheets[0].Data[0].RowData[0].Values[0].EffectiveValue
		if value == nil {
			return ""
		}
		return value.ErrorValue.Type
	}
	if effective() != "" {
		t.Errorf("a line is %s", effective())
	}
	p.RenameTab("My data", "Bob's")
	if got := formula(); got != `=SPARKLINE('Bob''s'!A1:B1,{"color","My data!A1"})` {
		t.Errorf("renamed: %s", got)
	}
	p.RenameTab("Bob's", "Data")
	if got := formula(); got != `=SPARKLINE(Data!A1:B1,{"color","My data!A1"})` || effective() != "" {
		t.Errorf("renamed again: %s %s", got, effective())
	}
	p.SetLocale("de_DE")
	if effective() != "ERROR" {
		t.Error("where numbers have commas, a comma separated arguments")
	}
	p.SetLocale("en_US")
	p.DeleteTab("Data")
	if got := formula(); got != `=SPARKLINE(#REF!,{"color","My data!A1"})` || effective() != "REF" {
		t.Errorf("deleted: %s %s", got, effective())
	}
	p.EditCell("Sheet1", "A1", "=SPARKLINE(Nowhere!A1:B1)")
	if effective() != "REF" {
		t.Errorf("a tab that never was: %s", effective())
	}
	p.EditCell("Sheet1", "A1", "=SPARKLINE(A2:B2)")
	if effective() != "" {
		t.Errorf("cells of the own tab: %s", effective())
	}
}

func TestEachActOfAPersonIsSeenByTheSnapshot(t *testing.T) {
	acts := map[string]func(Person){
		"EditCell": func(p Person) { p.EditCell("Sheet1", "B2", 7) }, "ClearCell": func(p Person) { p.ClearCell("Sheet1", "A1") },
		"FormatCell": func(p Person) { p.FormatCell("Sheet1", "A1") }, "AddNote": func(p Person) { p.AddNote("Sheet1", "A1", "n") },
		"AddColumn": func(p Person) { p.AddColumn("Sheet1", 1, "x") }, "ResizeColumn": func(p Person) { p.ResizeColumn("Sheet1", "B", 50) },
		"HideRow": func(p Person) { p.HideRow("Sheet1", 3) }, "Merge": func(p Person) { p.Merge("Sheet1", "A1:B2") },
		"AddTab": func(p Person) { p.AddTab("New") }, "DeleteTab": func(p Person) { p.DeleteTab("Other") },
		"RenameTab": func(p Person) { p.RenameTab("Other", "Else") }, "MoveTab": func(p Person) { p.MoveTab("Other", 0) },
		"DuplicateTab": func(p Person) { p.DuplicateTab("Sheet1") }, "AddChart": func(p Person) { p.AddChart("Sheet1", "A1:B2", "D4") },
		"AddComment": func(p Person) { p.AddComment("Sheet1", "A1", "why?") }, "AddConditionalRule": func(p Person) { p.AddConditionalRule("Sheet1", "A1:A3", "x") },
		"Protect": func(p Person) { p.Protect("Sheet1", "A1") }, "SetLocale": func(p Person) { p.SetLocale("fr_FR") }, "Freeze": func(p Person) { p.Freeze("Sheet1", 1, 1) },
	}
	s, _, _ := start(t, Options{State: filepath.Join(t.TempDir(), "state.json")})
	for _, name := range sortedKeys(acts) {
		id := s.Create(name)
		p := s.Person(id)
		p.AddTab("Other")
		p.EditCell("Sheet1", "A1", "first")
		before := s.Snapshot(id)
		if same := Diff(before, s.Snapshot(id)); same != nil {
			t.Errorf("%s: nothing happened, and %q differ", name, same)
		}
		acts[name](p)
		if Diff(before, s.Snapshot(id)) == nil {
			t.Errorf("%s is not seen", name)
		}
	}
	if err := s.SaveError(); err != nil {
		t.Fatal(err)
	}
	again, err := New(Options{State: s.file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	if !slices.Equal(s.Spreadsheets(), again.Spreadsheets()) {
		t.Fatalf("after a restart there are %q", again.Spreadsheets())
	}
	for _, id := range s.Spreadsheets() {
		if changed := Diff(s.Snapshot(id), again.Snapshot(id)); changed != nil {
			t.Errorf("a restart changed %q", changed)
		}
		if _, isInt := again.Snapshot(id).Tabs[0].Properties["sheetId"].(int); !isInt {
			t.Errorf("after a restart an id is no int")
		}
	}
}

func TestATabThatShrinksLosesItsCells(t *testing.T) {
	s, id, _ := start(t, Options{})
	s.Person(id).EditCell("Sheet1", "Z9", "mine")
	before := s.Snapshot(id)
	code, message := send(t, s, id, `{"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"columnCount": 25}}, "fields": "gridProperties.columnCount"}}`)
	if code != 200 {
		t.Fatal(message)
	}
	if lost := strings.Join(Diff(before, s.Snapshot(id)), "\n"); !strings.Contains(lost, "/Tabs/0/Cells/Z9") {
		t.Errorf("the difference is %s", lost)
	}
}

func TestWhatIsSaidOfRangesIsCutWithTheGrid(t *testing.T) {
	s, id, _ := start(t, Options{})
	p := s.Person(id)
	p.AddConditionalRule("Sheet1", "A1:C20", "x")
	p.AddConditionalRule("Sheet1", "A15:C20", "gone")
	p.Protect("Sheet1", "A9:A12", Account)
	code, message := send(t, s, id, `{"setBasicFilter": {"filter": {"range": {"sheetId": 0, "startRowIndex": 11}}}},
		{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"dimensionRange": {"dimension": "ROWS", "startIndex": 10, "endIndex": 11}}}}},
		{"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"rowCount": 10}}, "fields": "gridProperties.rowCount"}}`)
	if code != 200 {
		t.Fatal(message)
	}
	shot := s.Snapshot(id)
	tab := shot.Tabs[0]
	if len(tab.Rules) != 1 || number(objects(tab.Rules[0], "ranges")[0], "endRowIndex") != 10 || number(inner(tab.Protected[0], "range"), "endRowIndex") != 10 ||
		tab.Filter != nil || len(shot.Metadata) != 0 {
		t.Errorf("left are %+v and %v", tab, shot.Metadata)
	}
}

func TestMovingTabsGoesByThePlacesOfBefore(t *testing.T) {
	for index, want := range map[string]string{"0": "Sheet1 A B", "1": "Sheet1 A B", "2": "A Sheet1 B", "3": "A B Sheet1"} {
		s, id, api := start(t, Options{})
		s.Person(id).AddTab("A")
		s.Person(id).AddTab("B")
		code, message := send(t, s, id, `{"updateSheetProperties": {"properties": {"sheetId": 0, "index": `+index+`}, "fields": "index"}}`)
		if code != 200 {
			t.Fatal(message)
		}
		var titles []string
		for _, tab := range get(t, api, id, "sheets.properties").Sheets {
			titles = append(titles, tab.Properties.Title)
		}
		if got := strings.Join(titles, " "); got != want {
			t.Errorf("index %s: %s", index, got)
		}
	}
}
