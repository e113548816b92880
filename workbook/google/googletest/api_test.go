package googletest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// update sends a batch by the real client.
func update(t *testing.T, api *sheets.Service, id string, requests ...*sheets.Request) *sheets.BatchUpdateSpreadsheetResponse {
	t.Helper()
	answer, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func get(t *testing.T, api *sheets.Service, id, fields string, ranges ...string) *sheets.Spreadsheet {
	t.Helper()
	call := api.Spreadsheets.Get(id).Ranges(ranges...)
	if fields != "" {
		call = call.Fields(googleapi.Field(fields))
	}
	answer, err := call.Do()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestANumberThatTheClientLeavesOutIsSeen(t *testing.T) {
	_, id, api := start(t, Options{})
	location := &sheets.DeveloperMetadataLocation{SheetId: 0}
	request := &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataKey: "tearsheet.tab", Visibility: "DOCUMENT", Location: location}}}
	_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{request}}).Do()
	if err == nil || !strings.Contains(err.Error(), "exactly one of dimensionRange, sheetId, spreadsheet") {
		t.Fatalf("a lost sheet id: %v", err)
	}
	location.ForceSendFields = []string{"SheetId"}
	made := update(t, api, id, request).Replies[0].CreateDeveloperMetadata.DeveloperMetadata
	if made.MetadataId == 0 || made.Location.LocationType != "SHEET" {
		t.Errorf("got %+v", made)
	}
	book := get(t, api, id, "sheets(developerMetadata)")
	if found := book.Sheets[0].DeveloperMetadata; len(found) != 1 || found[0].MetadataId != made.MetadataId {
		t.Errorf("got %+v", found)
	}
}

func TestABatchIsAppliedWholeOrNotAtAll(t *testing.T) {
	s, id, api := start(t, Options{NoQuota: true})
	s.Person(id).EditCell("Sheet1", "A1", "before")
	good := []*sheets.Request{
		{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{Title: "New"}}},
		{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: &sheets.SheetProperties{Title: "Old"}, Fields: "title"}},
		{RepeatCell: &sheets.RepeatCellRequest{Range: &sheets.GridRange{EndRowIndex: 3, EndColumnIndex: 3}, Cell: &sheets.CellData{Note: "n"}, Fields: "*"}},
		{MergeCells: &sheets.MergeCellsRequest{Range: &sheets.GridRange{EndRowIndex: 2, EndColumnIndex: 2}, MergeType: "MERGE_ALL"}},
	}
	bad := &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 99}}
	before := s.Snapshot(id)
	for at := range len(good) + 1 {
		batch := slices.Insert(slices.Clone(good), at, bad)
		_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: batch}).Do()
		if fault, ok := err.(*googleapi.Error); !ok || fault.Code != 400 || !strings.Contains(fault.Message, "No sheet with id: 99") {
			t.Fatalf("a bad request at %d: %v", at, err)
		}
		if changed := Diff(before, s.Snapshot(id)); changed != nil {
			t.Errorf("a batch that is bad at %d changed %q", at, changed)
		}
	}
	update(t, api, id, good...)
	if changed := Diff(before, s.Snapshot(id)); len(changed) < 4 {
		t.Errorf("negative control: the good batch changed only %q", changed)
	}
}

func TestRepliesComeInOrderWithIDs(t *testing.T) {
	_, id, api := start(t, Options{})
	area := &sheets.GridRange{EndRowIndex: 1, EndColumnIndex: 1}
	answer, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{IncludeSpreadsheetInResponse: true, Requests: []*sheets.Request{
		{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{Title: "A"}}},
		{UpdateBorders: &sheets.UpdateBordersRequest{Range: area, Top: &sheets.Border{Style: "SOLID"}}},
		{AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: &sheets.ProtectedRange{Range: area, WarningOnly: true}}},
		{DuplicateSheet: &sheets.DuplicateSheetRequest{InsertSheetIndex: 2}},
	}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	r := answer.Replies
	if len(r) != 4 || r[0].AddSheet.Properties.SheetId == 0 || r[1].AddSheet != nil || r[2].AddProtectedRange.ProtectedRange.ProtectedRangeId == 0 ||
		r[3].DuplicateSheet.Properties.Title != "Copy of Sheet1" || r[3].DuplicateSheet.Properties.Index != 2 {
		t.Errorf("got %+v", r)
	}
	var titles []string
	for _, tab := range answer.UpdatedSpreadsheet.Sheets {
		titles = append(titles, tab.Properties.Title)
	}
	if !slices.Equal(titles, []string{"Sheet1", "A", "Copy of Sheet1"}) || answer.UpdatedSpreadsheet.Sheets[0].Data != nil {
		t.Errorf("the spreadsheet in the answer has %q", titles)
	}
	copied, first := answer.UpdatedSpreadsheet.Sheets[2].ProtectedRanges[0], answer.UpdatedSpreadsheet.Sheets[0].ProtectedRanges[0]
	if copied.ProtectedRangeId == first.ProtectedRangeId || copied.Range.SheetId != answer.UpdatedSpreadsheet.Sheets[2].Properties.SheetId {
		t.Errorf("the copy protects %+v", copied)
	}
}

func TestAMaskGivesWhatItNamesAndNothingElse(t *testing.T) {
	s, id, api := start(t, Options{NoQuota: true})
	s.Person(id).EditCell("Sheet1", "B2", 5)
	for _, fields := range []string{"sheets.propertees", "sheets(properties,datta)", "properties.title.x", "properties, sheets", "sheets(properties", "*.title"} {
		_, err := api.Spreadsheets.Get(id).Fields(googleapi.Field(fields)).Do()
		if fault, ok := err.(*googleapi.Error); !ok || fault.Code != 400 || fault.Message != "Request contains an invalid argument." {
			t.Errorf("fields=%s: %v", fields, err)
		}
	}
	for fields, data := range map[string]bool{"": false, "sheets.properties": false, "sheets(properties,merges)": false,
		"sheets": true, "*": true, "sheets.data": true, "sheets/data/rowData/values/userEnteredValue": true} {
		book := get(t, api, id, fields)
		if got := book.Sheets[0].Data != nil; got != data {
			t.Errorf("fields=%s: cells came: %v", fields, got)
		}
		if wantTitle := fields == "" || fields == "*"; (book.Properties != nil) != wantTitle {
			t.Errorf("fields=%s: properties %v", fields, book.Properties)
		}
	}
	if got := get(t, api, id, "sheets.data.rowData.values.userEnteredValue").Sheets[0]; got.Properties != nil || got.Data[0].RowData[1].Values[1].EffectiveValue != nil {
		t.Errorf("the mask let through %+v", got)
	}
	book, err := api.Spreadsheets.Get(id).IncludeGridData(true).Do()
	if err != nil || book.Sheets[0].Data == nil {
		t.Errorf("includeGridData: %v", err)
	}
}

func TestRangesAreReadInA1NotationWithQuotedTitles(t *testing.T) {
	s, id, api := start(t, Options{NoQuota: true})
	p := s.Person(id)
	p.RenameTab("Sheet1", "Bob's \"plan\" A1")
	p.EditCell("Bob's \"plan\" A1", "B2", 5)
	for text, want := range map[string]string{
		"B2": "'Bob''s \"plan\" A1'!B2", "'Bob''s \"plan\" A1'!A:B": "'Bob''s \"plan\" A1'!A1:B1000",
		"'Bob''s \"plan\" A1'": "'Bob''s \"plan\" A1'!A1:Z1000", "2:2": "'Bob''s \"plan\" A1'!A2:Z2",
		"$B$2:C": "'Bob''s \"plan\" A1'!B2:C1000", "C3:A1": "'Bob''s \"plan\" A1'!A1:C3",
	} {
		got, err := api.Spreadsheets.Values.Get(id, text).Do()
		if err != nil || got.Range != want || !strings.Contains(text, ":") && text != "B2" && len(got.Values) != 2 {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"Nowhere!A1", "'Nowhere'", "A1:B2:C3", "A0", "'Bob's'!A1", "!A1", "A", ""} {
		if text == "" {
			continue
		}
		_, err := api.Spreadsheets.Get(id).Ranges(text).Do()
		if fault, ok := err.(*googleapi.Error); !ok || fault.Code != 400 || fault.Message != "Unable to parse range: "+text {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := api.Spreadsheets.Values.Get(id, "A1001").Do()
	if fault, ok := err.(*googleapi.Error); !ok || !strings.Contains(fault.Message, "exceeds grid limits. Max rows: 1000, max columns: 26") {
		t.Errorf("beyond the grid: %v", err)
	}
}

func TestFormatsComeBackAsTheServerTellsThem(t *testing.T) {
	_, id, api := start(t, Options{})
	one := 0.0
	update(t, api, id, &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{Start: &sheets.GridCoordinate{}, Fields: "*",
		Rows: []*sheets.RowData{{Values: []*sheets.CellData{{
			UserEnteredValue: &sheets.ExtendedValue{NumberValue: &one},
			UserEnteredFormat: &sheets.CellFormat{
				BackgroundColorStyle: &sheets.ColorStyle{RgbColor: &sheets.Color{Red: 214.0 / 255, Green: 0.5}},
				Borders:              &sheets.Borders{Bottom: &sheets.Border{Style: "SOLID_MEDIUM"}, Top: &sheets.Border{Style: "NONE"}},
				TextFormat: &sheets.TextFormat{Bold: false, ForceSendFields: []string{"Bold"}, FontSize: 9,
					Link: &sheets.Link{Uri: "#gid=0"}, ForegroundColor: &sheets.Color{}},
			}}}}}}})
	cell := get(t, api, id, "sheets.data.rowData.values").Sheets[0].Data[0].RowData[0].Values[0]
	f := cell.UserEnteredFormat
	if f.BackgroundColor == nil || f.BackgroundColor.Red != 0.8392157 || f.BackgroundColor.Green != 0.5019608 || f.BackgroundColorStyle.RgbColor.Red != f.BackgroundColor.Red {
		t.Errorf("the ground is %+v and %+v", f.BackgroundColor, f.BackgroundColorStyle)
	}
	if f.TextFormat.ForegroundColorStyle == nil || f.TextFormat.ForegroundColorStyle.RgbColor == nil || f.TextFormat.Link.Uri != "#gid=0" || cell.Hyperlink != "#gid=0" {
		t.Errorf("the text is %+v", f.TextFormat)
	}
	if b := f.Borders; b.Top != nil || b.Bottom.Width != 2 || b.Bottom.ColorStyle == nil {
		t.Errorf("the borders are %+v", b)
	}
	if cell.UserEnteredValue.NumberValue == nil || *cell.UserEnteredValue.NumberValue != 0 || cell.FormattedValue != "0" {
		t.Errorf("the value is %+v, shown as %q", cell.UserEnteredValue, cell.FormattedValue)
	}
	if cell.EffectiveFormat.TextFormat.FontFamily != "arial,sans,sans-serif" || cell.EffectiveFormat.TextFormat.FontSize != 9 {
		t.Errorf("what counts is %+v", cell.EffectiveFormat.TextFormat)
	}
}

func TestALinkIsBlueAndUnderlinedUnlessTheRequestSaysOtherwise(t *testing.T) {
	s, id, api := start(t, Options{NoQuota: true})
	write := func(fields, cell string) *sheets.CellData {
		t.Helper()
		code, message := send(t, s, id, `{"updateCells": {`+cellsFrom+`, "fields": "`+fields+`", "rows": [{"values": [`+cell+`]}]}}`)
		if code != http.StatusOK {
			t.Fatal(message)
		}
		return get(t, api, id, "sheets.data.rowData.values").Sheets[0].Data[0].RowData[0].Values[0]
	}
	link := `"link": {"uri": "#gid=0"}`
	cell := write("*", `{"userEnteredValue": {"stringValue": "ab"}, "userEnteredFormat": {"textFormat": {`+link+`}}}`)
	if f := cell.UserEnteredFormat.TextFormat; !f.Underline || f.ForegroundColorStyle.ThemeColor != "LINK" || f.ForegroundColor.Blue != 0.8 {
		t.Errorf("a link that says nothing: %+v", f)
	}
	cell = write("*", `{"userEnteredValue": {"stringValue": "ab"}, "userEnteredFormat": {"textFormat": {`+link+`, "underline": false, "foregroundColor": {"red": 1}}}}`)
	if f := cell.UserEnteredFormat.TextFormat; f.Underline || f.ForegroundColor.Red != 1 || f.ForegroundColorStyle.RgbColor == nil {
		t.Errorf("a link that says its look: %+v", f)
	}
	cell = write("userEnteredFormat.textFormat.link", `{"userEnteredFormat": {"textFormat": {"link": {"uri": "#gid=1"}}}}`)
	if f := cell.UserEnteredFormat.TextFormat; !f.Underline || f.ForegroundColorStyle.ThemeColor != "LINK" {
		t.Errorf("a mask of only the link: %+v", f)
	}
	cell = write("textFormatRuns", `{"textFormatRuns": [{"startIndex": 1, "format": {`+link+`}}]}`)
	if cell.UserEnteredFormat.TextFormat.Link != nil || cell.Hyperlink != "#gid=0" || !cell.TextFormatRuns[0].Format.Underline {
		t.Errorf("a link on a piece: %+v", cell)
	}
	cell = write("userEnteredFormat.textFormat.link", `{"userEnteredFormat": {"textFormat": {"link": {"uri": "#gid=1"}}}}`)
	if cell.TextFormatRuns[0].Format.Link != nil || cell.Hyperlink != "#gid=1" {
		t.Errorf("a link on the whole cell again: %+v", cell)
	}
}

// All that the stand-in says fits the schema of the answer, by the checker that judges
// requests; the negative control is a field that the schema lacks.
func TestAnswersAreSuchAsTheDocumentDescribes(t *testing.T) {
	s, id, _ := start(t, Options{})
	prepared(s, id)
	p := s.Person(id)
	p.AddChart("Sheet1", "A1:B2", "D4")
	p.AddComment("Sheet1", "A1", "why?")
	p.AddConditionalRule("Sheet1", "A1:A9", "x")
	p.FormatCell("Sheet1", "B2")
	p.EditCell("Sheet1", "B3", "=SPARKLINE(Nowhere!A1:B2)")
	p.AddColumn("Sheet1", 1, true, "x")
	code, message := send(t, s, id, `{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "visibility": "PROJECT", "location": {"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}}},
		{"setBasicFilter": {"filter": {"range": {"sheetId": 0}, "filterSpecs": [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["x"]}}]}}}`)
	if code != http.StatusOK {
		t.Fatal(message)
	}
	answer, err := s.HTTPClient(ScopeRead).Get(s.URL + "/v4/spreadsheets/" + id + "?includeGridData=true&commentsViewMode=COMMENTS_VIEW_MODE_INCLUDED")
	if err != nil {
		t.Fatal(err)
	}
	_, text := read(t, answer)
	v, err := decodeJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	answers := *s.check
	answers.answers = true
	if _, fail := answers.message("Spreadsheet", v, ""); fail != nil {
		t.Error(fail)
	}
	v.(map[string]any)["sheets"].([]any)[0].(map[string]any)["colour"] = "red"
	if _, fail := answers.message("Spreadsheet", v, ""); fail == nil {
		t.Error("a field that the schema lacks was not seen")
	}
}
