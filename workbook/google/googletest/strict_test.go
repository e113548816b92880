package googletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// send posts requests as they stand, as no client would write some of them.
func send(t *testing.T, s *Server, id, requests string) (int, string) {
	t.Helper()
	return post(t, s, s.URL+"/v4/spreadsheets/"+id+":batchUpdate", `{"requests": [`+requests+`]}`)
}

func post(t *testing.T, s *Server, address, body string) (int, string) {
	t.Helper()
	answer, err := s.HTTPClient(ScopeWrite).Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, answer)
}

// read returns the status of an answer and, if it is an error, its message and the
// violations in its details; else its body.
func read(t *testing.T, answer *http.Response) (int, string) {
	t.Helper()
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var fault struct {
		Error struct {
			Code    int
			Message string
			Status  string
			Details []struct {
				FieldViolations []struct{ Description string }
			}
		}
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&fault); err != nil || fault.Error.Code == 0 {
		return answer.StatusCode, string(text)
	}
	if fault.Error.Code != answer.StatusCode || fault.Error.Status == "" {
		t.Errorf("the error %s came with status %d", text, answer.StatusCode)
	}
	message := fault.Error.Message
	for _, d := range fault.Error.Details {
		for _, v := range d.FieldViolations {
			message += " | " + v.Description
		}
	}
	return answer.StatusCode, message
}

// want compares with parts of a message.
func want(t *testing.T, code, wantCode int, message, part string) {
	t.Helper()
	if code != wantCode || !strings.Contains(message, part) {
		t.Errorf("got %d %s\nwant %d with %q", code, message, wantCode, part)
	}
}

// A law is a wrong request, what is said of it, and a right one that differs in what
// the rule is about.
type law struct{ name, wrong, says, right string }

const (
	cellsFrom = `"start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}`
	boldA1    = `{"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1},
		"cell": {"userEnteredFormat": {"textFormat": {"bold": true}}}, "fields": %q}}`
	rightBold = "userEnteredFormat.textFormat.bold"
)

func shapes() []law {
	cell := func(value string) string {
		return `{"updateCells": {` + cellsFrom + `, "fields": "*", "rows": [{"values": [` + value + `]}]}}`
	}
	meta := func(location string) string {
		return `{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "visibility": "DOCUMENT", "location": ` + location + `}}}`
	}
	sized := func(fields string) string {
		return `{"updateSheetProperties": {"properties": {"sheetId": 0, "title": "New"}, "fields": ` + fields + `}}`
	}
	column := func(properties string) string {
		return `{"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}, "fields": "pixelSize", "properties": ` + properties + `}}`
	}
	return []law{
		{"an unknown request", `{"frobnicate": {}}`, `Unknown name "frobnicate" at 'requests[0]': Cannot find field.`, sized(`"title"`)},
		{"an unknown field", cell(`{"value": 1}`), `Unknown name "value" at 'requests[0].update_cells.rows[0].values[0]'`, cell(`{"note": "n"}`)},
		{"a wrong type", cell(`{"note": 1}`), "(TYPE_STRING), 1", cell(`{"note": "1"}`)},
		{"a number as text", column(`{"pixelSize": "100"}`), "(TYPE_INT32)", column(`{"pixelSize": 100}`)},
		{"a part of a pixel", column(`{"pixelSize": 99.5}`), "(TYPE_INT32)", column(`{"pixelSize": 99}`)},
		{"more than 32 bits", column(`{"pixelSize": 2147483648}`), "(TYPE_INT32)", column(`{"pixelSize": 2147483647}`)},
		{"an unknown enum", cell(`{"userEnteredFormat": {"wrapStrategy": "WARP"}}`), "(TYPE_ENUM)", cell(`{"userEnteredFormat": {"wrapStrategy": "WRAP"}}`)},
		{"an enum that says nothing", cell(`{"userEnteredFormat": {"wrapStrategy": "WRAP_STRATEGY_UNSPECIFIED"}}`), "says nothing", cell(`{"userEnteredFormat": {"wrapStrategy": "CLIP"}}`)},
		{"no mask", sized(`""`), "At least one field must be listed in 'fields'", sized(`"title"`)},
		{"a mask that misses", sized(`"titel"`), "Invalid field: titel", sized(`"title"`)},
		{"a mask with spaces", sized(`"title, hidden"`), "without spaces", sized(`"title,hidden"`)},
		{"a mask with its root", sized(`"properties.title"`), "Invalid field: properties", sized(`"title"`)},
		{"a star in a list", fmt.Sprintf(boldA1, "note,*"), "can only stand alone", fmt.Sprintf(boldA1, "*")},
		{"a star below", fmt.Sprintf(boldA1, "userEnteredFormat.*"), "can only stand alone", fmt.Sprintf(boldA1, "userEnteredFormat")},
		{"a mask below a text", fmt.Sprintf(boldA1, "note.text"), "Invalid field: note.text", fmt.Sprintf(boldA1, "note")},
		{"a read-only field in a mask", fmt.Sprintf(boldA1, "effectiveFormat.textFormat.bold"), "effectiveFormat is read-only", fmt.Sprintf(boldA1, rightBold)},
		{"an open bracket in a mask", fmt.Sprintf(boldA1, "userEnteredFormat(textFormat"), "is wanted", fmt.Sprintf(boldA1, "userEnteredFormat(textFormat,borders)")},
		{"a read-only field by flag", cell(`{"dataSourceFormula": {}}`), "read-only", cell(`{"note": "n"}`)},
		{"a read-only field by prose", cell(`{"hyperlink": "https://example.com"}`), "read-only", cell(`{"userEnteredValue": {"formulaValue": "=HYPERLINK(\"https://example.com\")"}}`)},
		{"a read-only member of a union", cell(`{"userEnteredValue": {"errorValue": {"type": "REF"}}}`), "read-only", cell(`{"userEnteredValue": {"numberValue": 0}}`)},
		{"two values in a cell", cell(`{"userEnteredValue": {"numberValue": 1, "stringValue": "1"}}`), "Cannot set 'stringValue' beside 'numberValue'", cell(`{"userEnteredValue": {"numberValue": 1}}`)},
		{"no value in a value", cell(`{"userEnteredValue": {}}`), "exactly one of", cell(`{"userEnteredValue": {"boolValue": false}}`)},
		{"two colours in one", cell(`{"userEnteredFormat": {"backgroundColorStyle": {"rgbColor": {}, "themeColor": "TEXT"}}}`), "Cannot set 'themeColor'", cell(`{"userEnteredFormat": {"backgroundColorStyle": {"rgbColor": {}}}}`)},
		{"a colour in 256 steps", cell(`{"userEnteredFormat": {"backgroundColor": {"red": 255}}}`), "255 is not between 0 and 1", cell(`{"userEnteredFormat": {"backgroundColor": {"red": 1}}}`)},
		{"two requests in one", `{"clearBasicFilter": {"sheetId": 0}, "deleteSheet": {"sheetId": 0}}`, "oneof", `{"clearBasicFilter": {"sheetId": 0}}`},
		{"an empty request", `{}`, "exactly one of", sized(`"title"`)},
		{"a location without a place", meta(`{}`), "exactly one of dimensionRange, sheetId, spreadsheet", meta(`{"sheetId": 0}`)},
		{"a location with its type", meta(`{"sheetId": 0, "locationType": "SHEET"}`), "read-only", meta(`{"spreadsheet": true}`)},
		{"a number format without its type", cell(`{"userEnteredFormat": {"numberFormat": {"pattern": "0"}}}`), "NumberFormat.type must be set", cell(`{"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0"}}}`)},
		{"a range and a start", `{"updateCells": {"range": {}, ` + cellsFrom + `, "fields": "note"}}`, "Cannot set 'start' beside 'range'", `{"updateCells": {` + cellsFrom + `, "fields": "note"}}`},
		{"metadata found by nothing", `{"deleteDeveloperMetadata": {"dataFilter": {}}}`, "exactly one of", meta(`{"sheetId": 0}`)},
	}
}

func TestEachRuleOfShapeRefusesAndLetsPass(t *testing.T) {
	judge(t, shapes(), func(*Server, string) {})
}

// judge sends each wrong request to a spreadsheet, which must stay as it was, and
// each right one.
func judge(t *testing.T, laws []law, prepare func(s *Server, id string)) {
	s, _, _ := start(t, Options{NoQuota: true})
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			id := s.Create(l.name)
			s.Share(id, Account, Editor)
			prepare(s, id)
			before := s.Snapshot(id)
			code, message := send(t, s, id, l.wrong)
			want(t, code, http.StatusBadRequest, message, l.says)
			if changed := Diff(before, s.Snapshot(id)); changed != nil {
				t.Errorf("a refused request changed %q", changed)
			}
			if code, message := send(t, s, id, l.right); code != http.StatusOK {
				t.Errorf("the right request was refused: %d %s", code, message)
			}
		})
	}
}

func meanings() []law {
	r := func(text string) string { return `"range": ` + text }
	grid := func(from, to, left, right int) string {
		return fmt.Sprintf(`{"sheetId": 0, "startRowIndex": %d, "endRowIndex": %d, "startColumnIndex": %d, "endColumnIndex": %d}`, from, to, left, right)
	}
	merge := func(area string) string { return `{"mergeCells": {"mergeType": "MERGE_ALL", ` + r(area) + `}}` }
	repeat := func(area string) string {
		return `{"repeatCell": {"cell": {"note": "n"}, "fields": "note", ` + r(area) + `}}`
	}
	cells := func(start, values string) string {
		return `{"updateCells": {"start": ` + start + `, "fields": "userEnteredValue,textFormatRuns", "rows": [{"values": [` + values + `]}]}}`
	}
	sheet := func(properties, fields string) string {
		return `{"updateSheetProperties": {"properties": {"sheetId": 0, ` + properties + `}, "fields": "` + fields + `"}}`
	}
	add := func(properties string) string { return `{"addSheet": {"properties": {` + properties + `}}}` }
	rule := func(index int, format string) string {
		return fmt.Sprintf(`{"addConditionalFormatRule": {"index": %d, "rule": {"ranges": [%s], "booleanRule": {"format": %s,
			"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A1=\"x\""}]}}}}}`, index, grid(0, 2, 0, 2), format)
	}
	protect := func(more string) string {
		return `{"addProtectedRange": {"protectedRange": {` + r(grid(5, 6, 5, 6)) + more + `}}}`
	}
	meta := func(location string) string {
		return `{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "visibility": "DOCUMENT", "location": ` + location + `}}}`
	}
	first := `{"sheetId": 0, "rowIndex": 0, "columnIndex": 0}`
	text := `{"userEnteredValue": {"stringValue": "ab"}, "textFormatRuns": [%s]}`
	return []law{
		{"an unknown tab", repeat(`{"sheetId": 7}`), "No grid with id: 7", repeat(`{"sheetId": 0, "startRowIndex": 7}`)},
		{"a range that begins beyond the grid", repeat(grid(10, 11, 0, 1)), "Range (Sheet1!A11) exceeds grid limits. Max rows: 10, max columns: 6", repeat(grid(9, 12, 0, 1))},
		{"an open range beyond the grid", repeat(`{"sheetId": 0, "startRowIndex": 10, "startColumnIndex": 0, "endColumnIndex": 2}`), "Range (Sheet1!A11:B) exceeds", repeat(`{"sheetId": 0, "startRowIndex": 9}`)},
		{"a range that ends before it begins", repeat(grid(3, 2, 0, 1)), "Range is invalid", repeat(grid(2, 3, 0, 1))},
		{"a merge beyond the grid", merge(grid(8, 11, 0, 1)), "exceeds grid limits", merge(grid(8, 10, 0, 1))},
		{"a cell beyond the last column", cells(`{"sheetId": 0, "rowIndex": 0, "columnIndex": 5}`, `{}, {}`), "Attempting to write column: 6, beyond the last requested column of: 5", cells(`{"sheetId": 0, "rowIndex": 0, "columnIndex": 4}`, `{}, {}`)},
		{"a row beyond the last", cells(`{"sheetId": 0, "rowIndex": 10, "columnIndex": 0}`, `{}`), "exceeds grid limits", cells(`{"sheetId": 0, "rowIndex": 9, "columnIndex": 0}`, `{}`)},
		{"a merge that cuts another", merge(grid(3, 4, 3, 5)), "You must select all cells in a merged range to merge or unmerge them.", merge(grid(3, 5, 3, 5))},
		{"an unmerge of a part", `{"unmergeCells": {` + r(grid(3, 4, 3, 5)) + `}}`, "You must select all cells", `{"unmergeCells": {` + r(grid(3, 5, 3, 5)) + `}}`},
		{"a merge over the frozen rows", merge(grid(0, 3, 2, 3)), "You can't merge frozen and non-frozen rows.", merge(grid(0, 2, 2, 3))},
		{"a merge over the frozen columns", merge(grid(0, 1, 0, 2)), "You can't merge frozen and non-frozen columns.", merge(grid(0, 1, 1, 2))},
		{"a frozen edge through a merge", sheet(`"gridProperties": {"frozenRowCount": 4}`, "gridProperties.frozenRowCount"), "you can't freeze rows which contain only part", sheet(`"gridProperties": {"frozenRowCount": 3}`, "gridProperties.frozenRowCount")},
		{"all rows frozen", sheet(`"gridProperties": {"frozenRowCount": 10}`, "gridProperties.frozenRowCount"), "You can't freeze all visible rows", sheet(`"gridProperties": {"frozenRowCount": 9}`, "gridProperties.frozenRowCount")},
		{"a grid without rows", sheet(`"gridProperties": {"columnCount": 5}`, "gridProperties"), "must be greater than 0", sheet(`"gridProperties": {"rowCount": 9, "columnCount": 5}`, "gridProperties")},
		{"a title in use", add(`"title": "Other"`), `A sheet with the name "Other" already exists. Please enter another name.`, add(`"title": "Another"`)},
		{"a tab renamed to another's title", sheet(`"title": "other"`, "title"), "already exists", sheet(`"title": "Sheet1"`, "title")},
		{"an id in use", add(`"sheetId": 0`), "already exists", add(`"sheetId": 5`)},
		{"a tab beyond the last place", add(`"index": 3`), "index 3 is not between 0 and 2", add(`"index": 2`)},
		{"too many cells", add(`"gridProperties": {"rowCount": 1000000, "columnCount": 11}`), "above the limit of 10000000 cells", add(`"gridProperties": {"rowCount": 1000000, "columnCount": 9}`)},
		{"a changed id", sheet(`"title": "x"`, "sheetId,title"), "sheetId cannot be changed", sheet(`"title": "x"`, "title")},
		{"runs on a number", cells(first, `{"userEnteredValue": {"numberValue": 1}, "textFormatRuns": [{"startIndex": 0, "format": {"bold": true}}]}`), "only valid on user entered strings", cells(first, fmt.Sprintf(text, `{"startIndex": 1, "format": {"bold": true}}`))},
		{"a run beyond the text", cells(first, fmt.Sprintf(text, `{"startIndex": 2, "format": {"bold": true}}`)), "startIndex 2", cells(first, fmt.Sprintf(text, `{"startIndex": 1}`))},
		{"runs out of order", cells(first, fmt.Sprintf(text, `{"startIndex": 1}, {"startIndex": 0}`)), "startIndex 0", cells(first, fmt.Sprintf(text, `{"startIndex": 0}, {"startIndex": 1}`))},
		{"a formula without its sign", cells(first, `{"userEnteredValue": {"formulaValue": "A1"}}`), "must begin with '='", cells(first, `{"userEnteredValue": {"formulaValue": "=A2"}}`)},
		{"too long a text", cells(first, `{"userEnteredValue": {"stringValue": "`+strings.Repeat("é", 50001)+`"}}`), "maximum of 50000 characters", cells(first, `{"userEnteredValue": {"stringValue": "`+strings.Repeat("é", 50000)+`"}}`)},
		{"a rule beyond the last", rule(1, `{"textFormat": {"bold": true}}`), "No conditional format on sheet: 0 at index: 1", rule(0, `{"textFormat": {"bold": true}}`)},
		{"a rule that sets a size", rule(0, `{"textFormat": {"fontSize": 8}}`), "textFormat.fontSize cannot be set", rule(0, `{"textFormat": {"italic": true}}`)},
		{"a rule that sets borders", rule(0, `{"borders": {}}`), "borders cannot be set", rule(0, `{"backgroundColor": {}}`)},
		{"a rule deleted twice", `{"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}`, "No conditional format on sheet: 0 at index: 0", rule(0, `{"textFormat": {"bold": true}}`) + `, {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}`},
		{"a warning with editors", protect(`, "warningOnly": true, "editors": {"users": ["a@example.com"]}`), "not supported with warning", protect(`, "warningOnly": true`)},
		{"an unknown protection", `{"deleteProtectedRange": {"protectedRangeId": 9}}`, "No protected range with id: 9", protect(`, "protectedRangeId": 9`) + `, {"deleteProtectedRange": {"protectedRangeId": 9}}`},
		{"a cell that is protected from us", cells(`{"sheetId": 0, "rowIndex": 6, "columnIndex": 2}`, `{}`), "You are trying to edit a protected cell", cells(`{"sheetId": 0, "rowIndex": 7, "columnIndex": 2}`, `{}`)},
		{"metadata of a tab that is gone", meta(`{"sheetId": 9}`), "No grid with id: 9", meta(`{"sheetId": 0}`)},
		{"metadata of two rows", meta(`{"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}}`), "one row or one column", meta(`{"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}`)},
		{"metadata without a reader", `{"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "location": {"sheetId": 0}}}}`, "visibility", meta(`{"sheetId": 0}`)},
		{"metadata that nobody made", `{"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "k"}}}}`, "No developer metadata match", meta(`{"sheetId": 0}`) + `, {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "k"}}}}`},
		{"columns beyond the grid", `{"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 5, "endIndex": 7}, "fields": "pixelSize", "properties": {"pixelSize": 9}}}`, "are not in the grid", `{"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 1}}, {"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 5, "endIndex": 7}, "fields": "pixelSize", "properties": {"pixelSize": 9}}}`},
		{"a copy under a title in use", `{"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Other"}}`, "already exists", `{"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Copy"}}`},
		{"a merge of protected cells", merge(grid(6, 7, 1, 3)), "You are trying to edit a protected cell", merge(grid(7, 8, 1, 3))},
		{"a tab with protected cells deleted", `{"deleteSheet": {"sheetId": 0}}`, "You are trying to edit a protected cell", add(`"sheetId": 5`) + `, {"deleteSheet": {"sheetId": 5}}`},
		{"too much metadata", meta(`{"sheetId": 0}, "metadataValue": "` + strings.Repeat("x", 30_000) + `"`), "above the limit of 30000", meta(`{"sheetId": 0}, "metadataValue": "` + strings.Repeat("x", 29_999) + `"`)},
		{"a locale that is none", `{"updateSpreadsheetProperties": {"properties": {"locale": "German"}, "fields": "locale"}}`, "Unsupported locale: German", `{"updateSpreadsheetProperties": {"properties": {"locale": "de_DE"}, "fields": "locale"}}`},
		{"a filter beyond the grid", `{"setBasicFilter": {"filter": {` + r(grid(0, 11, 0, 1)) + `}}}`, "exceeds grid limits", `{"setBasicFilter": {"filter": {` + r(grid(0, 10, 0, 1)) + `}}}`},
	}
}

// prepared is a spreadsheet with a small tab: two rows and a column frozen, D4:E5
// merged, C7 protected by its owner; and a second tab.
func prepared(s *Server, id string) {
	p := s.Person(id)
	p.AddTab("Other")
	p.s.edit(id, func(b *book) {
		b.Sheets[0].Properties = with(b.Sheets[0].Properties, "gridProperties", object{"rowCount": 10, "columnCount": 6})
	})
	p.Freeze("Sheet1", 2, 1)
	p.Merge("Sheet1", "D4:E5")
	p.Protect("Sheet1", "C7")
}

func TestEachRuleOfMeaningRefusesAndLetsPass(t *testing.T) {
	judge(t, meanings(), prepared)
}

func TestTheLastTabStaysAndIsSeen(t *testing.T) {
	s, id, _ := start(t, Options{})
	code, message := send(t, s, id, `{"deleteSheet": {"sheetId": 0}}`)
	want(t, code, 400, message, "You can't remove all the sheets in a document.")
	code, message = send(t, s, id, `{"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": true}, "fields": "hidden"}}`)
	want(t, code, 400, message, "You can't hide all the sheets in a document.")
}

func TestWhatTheStandInDoesNotKnowIsNeverAccepted(t *testing.T) {
	s, id, _ := start(t, Options{NoQuota: true})
	before := s.Snapshot(id)
	for kind := range s.check.Schemas["Request"].Properties {
		if _, known := changes()[kind]; known {
			continue
		}
		code, message := send(t, s, id, `{"`+kind+`": {}}`)
		if code == http.StatusBadRequest && strings.Contains(message, "must be set") || strings.Contains(message, "exactly one of") {
			continue // its shape is judged first
		}
		want(t, code, http.StatusNotImplemented, message, "the stand-in does not know "+kind)
	}
	code, message := post(t, s, s.URL+"/v4/spreadsheets/"+id+"/values:batchClear", `{"ranges": ["A1"]}`)
	want(t, code, http.StatusNotImplemented, message, "the stand-in does not know sheets.spreadsheets.values.batchClear")
	code, message = post(t, s, s.URL+"/v4/spreadsheets/"+id+":frobnicate", `{}`)
	want(t, code, http.StatusNotFound, message, "Error 404")
	if changed := Diff(before, s.Snapshot(id)); changed != nil {
		t.Errorf("something was done: %q", changed)
	}
}

func TestNoRequestsAndBrokenJSONAreRefused(t *testing.T) {
	s, id, _ := start(t, Options{})
	code, message := send(t, s, id, "")
	want(t, code, 400, message, "Must specify at least one request.")
	code, message = send(t, s, id, "{")
	want(t, code, 400, message, "Invalid JSON payload received.")
	code, message = post(t, s, s.URL+"/v4/spreadsheets/"+id+":batchUpdate", `{"requests": []} {}`)
	want(t, code, 400, message, "after the end")
	code, message = post(t, s, s.URL+"/v4/spreadsheets/"+id+":batchUpdate?dryRun=true", `{}`)
	want(t, code, 400, message, `Unknown name "dryRun"`)
	code, message = post(t, s, s.URL+"/v4/spreadsheets/"+id+":batchUpdate", `{"x": "`+strings.Repeat("x", mostBody)+`"}`)
	want(t, code, http.StatusRequestEntityTooLarge, message, "too large")
}
