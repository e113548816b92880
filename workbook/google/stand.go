package google

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// The keys under which we note what is ours, for all who may see the spreadsheet.
const (
	keyTab      = "tearsheet.tab"      // on a tab: which one it is, document/name
	keyWrote    = "tearsheet.wrote"    // on a tab: what we last wrote there
	keyDocument = "tearsheet.document" // on the spreadsheet: the tabs that a document has had
)

// ours is the description of the protected ranges that we keep.
const ours = "Written by Tearsheet"

const (
	maskOutline = "spreadsheetUrl,properties(title,locale,timeZone),developerMetadata," +
		"sheets(properties,developerMetadata,protectedRanges,conditionalFormats,merges,basicFilter)"
	maskCells = "sheets(properties(sheetId,title),data(startRow,startColumn,rowMetadata(pixelSize,hiddenByUser),columnMetadata(pixelSize,hiddenByUser)," +
		"rowData(values(userEnteredValue,note,dataValidation,textFormatRuns,userEnteredFormat(numberFormat,backgroundColorStyle,borders,padding," +
		"horizontalAlignment,verticalAlignment,wrapStrategy,textDirection,textFormat,textRotation)))))"
)

// wrote is what we note of the last write to a tab.
type wrote struct {
	Sheet   int64  `json:"sheet"` // where it was; a copy of the tab has another id
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
	Turn    int64  `json:"turn"` // counts the writes
	Sum     string `json:"sum"`  // of all that was written
	// Form names the way in which the program wrote and summed up: that of another build
	// may be another one.
	Form string `json:"form,omitempty"`
	// Row and Column sum up each row and column in two bytes, by which edits are found even
	// when the content has changed.
	Row    string `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
}

// mostSummed is how many rows are summed up: metadata has room for 30,000 characters a tab.
const mostSummed = 8000

// documented is what we note of a document.
type documented struct {
	Document string   `json:"document"`
	Tabs     []string `json:"tabs"`
}

// standing is a spreadsheet as it stands.
type standing struct {
	url, title, locale string
	sheets             []*sheets.Sheet
	tabs               map[string]*stand // ours, by the value of keyTab
	had                []string          // tabs that the document has had
	noted              []int64           // the metadata that says so
}

// stand is one of our tabs as it stands.
type stand struct {
	*sheets.Sheet
	isNew     bool // it is not there yet
	wrote     wrote
	notes     []int64 // ids of the metadata that says what we wrote
	protected *sheets.ProtectedRange
	rows      int // of the rectangle that is ours
	columns   int
	data      *sheets.GridData
}

// outline reads what a spreadsheet has, but for the cells.
func (j *job) outline(ctx context.Context, service *sheets.Service, id, document string) (*standing, *Error) {
	answer, fault := j.spreadsheet(ctx, service.Spreadsheets.Get(id).Fields(googleapi.Field(maskOutline)))
	if fault != nil {
		return nil, fault
	}
	if answer.Properties == nil {
		return nil, &Error{Kind: Answer, Doing: j.doing, Says: "the answer is JSON, and no spreadsheet"}
	}
	s := &standing{url: answer.SpreadsheetUrl, title: answer.Properties.Title, locale: answer.Properties.Locale,
		sheets: answer.Sheets, tabs: map[string]*stand{}}
	for _, m := range answer.DeveloperMetadata {
		var d documented
		if m.MetadataKey == keyDocument && json.Unmarshal([]byte(m.MetadataValue), &d) == nil && d.Document == document {
			s.had = append(s.had, d.Tabs...)
			s.noted = append(s.noted, m.MetadataId)
		}
	}
	for _, sheet := range answer.Sheets {
		if sheet.Properties == nil {
			continue
		}
		s.find(sheet, document)
	}
	return s, nil
}

// find takes a tab for one of ours if it is noted there. A copy has the notes of its
// original, and with them the number of another tab: it belongs to who made it, even when
// the original is deleted.
func (s *standing) find(sheet *sheets.Sheet, document string) {
	t := &stand{Sheet: sheet}
	key := ""
	for _, m := range sheet.DeveloperMetadata {
		switch m.MetadataKey {
		case keyTab:
			key = m.MetadataValue
		case keyWrote:
			t.notes = append(t.notes, m.MetadataId)
			var w wrote
			if json.Unmarshal([]byte(m.MetadataValue), &w) == nil && w.Turn >= t.wrote.Turn {
				t.wrote = w
			}
		}
	}
	if !strings.HasPrefix(key, document+"/") || sheet.Properties.GridProperties == nil {
		return
	}
	copied := t.wrote.Sheet != 0 && t.wrote.Sheet != sheet.Properties.SheetId
	if copied || s.tabs[key] != nil && t.wrote.Sheet == 0 {
		return
	}
	for _, p := range sheet.ProtectedRanges {
		if p.Description == ours && p.WarningOnly && t.protected == nil {
			t.protected = p
		}
	}
	s.tabs[key] = t
}

// cells reads what stands in our tabs, in the rectangles that the wanted tabs and the last
// write need. It reports false if a tab has another title now: begin anew.
func (j *job) cells(ctx context.Context, service *sheets.Service, id string, s *standing, wanted []*wanted) (bool, *Error) {
	var ranges []string
	for _, w := range wanted {
		t := s.tabs[w.key]
		if t == nil {
			continue
		}
		grid := t.Properties.GridProperties
		rows, columns := max(w.rows, t.wrote.Rows, t.end(true)), max(w.columns, t.wrote.Columns, t.end(false))
		ranges = append(ranges, quotedTitle(t.Properties.Title)+"!A1:"+name(min(columns, int(grid.ColumnCount)), min(rows, int(grid.RowCount))))
	}
	if len(ranges) == 0 {
		return true, nil
	}
	answer, fault := j.spreadsheet(ctx, service.Spreadsheets.Get(id).Ranges(ranges...).Fields(googleapi.Field(maskCells)))
	if fault != nil {
		return !fault.stale, fault
	}
	data := map[int64]*sheets.GridData{}
	for _, sheet := range answer.Sheets {
		if sheet.Properties != nil && len(sheet.Data) == 1 {
			data[sheet.Properties.SheetId] = sheet.Data[0]
		}
	}
	for _, w := range wanted {
		if t := s.tabs[w.key]; t != nil {
			if t.data = data[t.Properties.SheetId]; t.data == nil {
				return false, nil
			}
			t.measure()
		}
	}
	return true, nil
}

// end is where our protected range ends; 0 if there is none, or if it ends nowhere. One that
// begins beyond A1 is not looked at, unless rows or columns in front have moved it as it was.
func (t *stand) end(rows bool) int {
	if t.protected == nil || t.protected.Range == nil {
		return 0
	}
	r := t.protected.Range
	moved := int(r.EndRowIndex-r.StartRowIndex) == t.wrote.Rows && int(r.EndColumnIndex-r.StartColumnIndex) == t.wrote.Columns
	if r.StartRowIndex+r.StartColumnIndex > 0 && !moved {
		return 0
	}
	if rows {
		return int(r.EndRowIndex)
	}
	return int(r.EndColumnIndex)
}

// measure says which rectangle is ours. People who insert or delete rows in its midst move
// its end, and with it that of our protected range, which therefore counts. If it ends
// earlier than what we wrote, and what follows is as we wrote it, then somebody has only
// changed the protection. It never ends beyond the grid, which people may have cut short.
func (t *stand) measure() {
	t.rows, t.columns = t.wrote.Rows, t.wrote.Columns
	if rows, columns := t.end(true), t.end(false); rows > 0 && columns > 0 {
		row, column := sums(gridOf(t.data, t.wrote.Rows, t.wrote.Columns))
		if rows > t.rows || t.wrote.Row == "" || !sameSum(row, t.wrote.Row, rows) {
			t.rows = rows
		}
		if columns > t.columns || t.wrote.Column == "" || !sameSum(column, t.wrote.Column, columns) {
			t.columns = columns
		}
	}
	grid := t.Properties.GridProperties
	t.rows, t.columns = min(t.rows, int(grid.RowCount)), min(t.columns, int(grid.ColumnCount))
}

// sums sums up the rows and the columns of a grid. The rules at its outer edges do not
// count, since they may be those of neighbours. Formulas count without the title of a tab.
func sums(g grid) (rows, columns []byte) {
	if len(g) == 0 || len(g) > mostSummed {
		return nil, nil
	}
	rows = make([]byte, 0, 2*len(g))
	across := make([]uint64, len(g[0]))
	for r := range g {
		h := fnv.New64a()
		for c, f := range g[r] {
			if f == (face{}) {
				continue
			}
			cell := fnv.New64a()
			fmt.Fprintf(cell, "%v", f.inner(r == len(g)-1, c == len(g[r])-1))
			sum := cell.Sum64()
			fmt.Fprint(h, c, sum)
			across[c] = across[c]*1099511628211 + sum ^ uint64(r)
		}
		rows = append(rows, byte(h.Sum64()), byte(h.Sum64()>>8))
	}
	for _, sum := range across {
		columns = append(columns, byte(sum>>20), byte(sum>>28))
	}
	return rows, columns
}

// inner is a face without rules at the outer edges, and without the title in a formula.
func (f face) inner(lastRow, lastColumn bool) face {
	if lastRow {
		f.Bottom = ""
	}
	if lastColumn {
		f.Right = ""
	}
	if i := strings.LastIndex(f.Value, "!"); strings.HasPrefix(f.Value, "=SPARKLINE(") && i > 0 {
		f.Value = "=SPARKLINE(" + f.Value[i:]
	}
	return f
}

// sameSum says whether a row or column is as it was noted.
func sameSum(sum []byte, noted string, i int) bool {
	old, err := base64.RawStdEncoding.DecodeString(noted)
	return err == nil && 2*i+2 <= len(old) && 2*i+2 <= len(sum) && slices.Equal(sum[2*i:2*i+2], old[2*i:2*i+2])
}

// changed returns the rows or columns that are not as they were noted.
func changed(sum []byte, noted string) []int {
	var all []int
	if noted == "" {
		return nil
	}
	for i := range len(sum) / 2 {
		if !sameSum(sum, noted, i) {
			all = append(all, i)
		}
	}
	return all
}
