package google

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// The parts of cells that we write.
const (
	fieldsFormat = "userEnteredFormat"
	fieldsValue  = "userEnteredValue,note,textFormatRuns,dataValidation"
)

// The room that a new tab has beyond what we write, for whoever works beside it.
const (
	moreRows    = 50
	moreColumns = 10
)

// literal is a text within a formula.
func literal(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// newTab is a tab that is not there yet, as if it were.
func newTab(w *wanted) *stand {
	rows, columns := frozen(w.Frozen)
	return &stand{isNew: true, Sheet: &sheets.Sheet{Properties: &sheets.SheetProperties{SheetId: w.sheet, Title: w.title, GridProperties: &sheets.GridProperties{
		RowCount: int64(w.rows + moreRows), ColumnCount: int64(w.columns + moreColumns),
		FrozenRowCount: rows, FrozenColumnCount: columns, HideGridlines: w.NoGrid}}}}
}

// requests are what changes a tab, in the order in which Google needs it.
func (c *tabChanges) requests() []*sheets.Request {
	var all []*sheets.Request
	add := func(r ...*sheets.Request) { all = append(all, r...) }
	if c.stand.isNew {
		add(&sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: c.stand.Properties}})
	}
	for _, m := range c.strangeMerges() {
		add(&sheets.Request{UnmergeCells: &sheets.UnmergeCellsRequest{Range: m}})
	}
	add(c.room()...)
	if c.sheet {
		rows, columns := frozen(c.Frozen)
		add(&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
			Properties: &sheets.SheetProperties{SheetId: c.wanted.sheet, GridProperties: &sheets.GridProperties{FrozenRowCount: rows, FrozenColumnCount: columns, HideGridlines: c.NoGrid}},
			Fields:     "gridProperties.frozenRowCount,gridProperties.frozenColumnCount,gridProperties.hideGridlines"}})
	}
	if c.cells || c.insertRows+c.insertCols > 0 {
		add(c.cellRequests()...)
	}
	for _, a := range c.missingMerges() {
		add(&sheets.Request{MergeCells: &sheets.MergeCellsRequest{MergeType: "MERGE_ALL", Range: c.wanted.area(a)}})
	}
	add(c.sizeRequests()...)
	if c.rules {
		add(c.ruleRequests()...)
	}
	if c.protection {
		add(c.protectRequest())
	}
	if c.filter != nil {
		add(&sheets.Request{SetBasicFilter: &sheets.SetBasicFilterRequest{Filter: c.filter}})
	}
	return append(all, c.noteRequests()...)
}

// room makes the grid large enough. What others have written where we grow moves down, or
// to the right.
func (c *tabChanges) room() []*sheets.Request {
	var all []*sheets.Request
	grid := c.stand.Properties.GridProperties
	dimension := func(kind string, insert, at int, have, need int64) {
		if insert > 0 {
			all = append(all, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{
				Range: &sheets.DimensionRange{SheetId: c.wanted.sheet, Dimension: kind, StartIndex: int64(at), EndIndex: int64(at + insert)}}})
			have += int64(insert)
		}
		if have < need {
			all = append(all, &sheets.Request{AppendDimension: &sheets.AppendDimensionRequest{SheetId: c.wanted.sheet, Dimension: kind, Length: need - have}})
		}
	}
	rows, columns := frozen(c.Frozen)
	dimension("ROWS", c.insertRows, c.stand.rows, grid.RowCount, max(int64(c.rows), rows+1))
	dimension("COLUMNS", c.insertCols, c.stand.columns, grid.ColumnCount, max(int64(c.columns), columns+1))
	return all
}

// cellRequests write our rectangle anew, and clear what it no longer uses. Looks that many
// cells share are told once. Links and runs of faces belong to what was entered, so such
// cells are written whole, last.
func (c *tabChanges) cellRequests() []*sheets.Request {
	var all []*sheets.Request
	write := func(at *sheets.GridRange, fields string, rows []*sheets.RowData) {
		all = append(all, &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{Range: at, Fields: fields, Rows: rows}})
	}
	if !c.stand.isNew {
		write(c.rectangle(), fieldsFormat, nil)
	}
	all = append(all, c.looks()...)
	rows, repeated := c.values()
	write(c.rectangle(), fieldsValue, rows)
	all = append(all, repeated...)
	for k := range c.columns {
		for r := 0; r < c.rows; r++ {
			from := r
			var rows []*sheets.RowData
			for ; r < c.rows && whole(c.wanted.cells[r][k]); r++ {
				rows = append(rows, &sheets.RowData{Values: []*sheets.CellData{c.wanted.cells[r][k]}})
			}
			if r > from {
				write(c.span(from, k, r, k+1), fieldsValue+","+fieldsFormat, rows)
			}
		}
	}
	if c.stand.rows > c.rows {
		write(c.span(c.rows, 0, c.stand.rows, c.stand.columns), fieldsValue+","+fieldsFormat, nil)
	}
	if c.stand.columns > c.columns {
		write(c.span(0, c.columns, min(c.rows, c.stand.rows), c.stand.columns), fieldsValue+","+fieldsFormat, nil)
	}
	return all
}

// whole says that a cell must be written with its look.
func whole(d *sheets.CellData) bool {
	return d != nil && (len(d.TextFormatRuns) > 0 || d.UserEnteredFormat != nil && d.UserEnteredFormat.TextFormat != nil && d.UserEnteredFormat.TextFormat.Link != nil)
}

// looks gives rectangles of cells that look alike their look.
func (c *tabChanges) looks() []*sheets.Request {
	look := make(grid, c.rows)
	for r, row := range c.wanted.cells {
		look[r] = make([]face, c.columns)
		for k, d := range row {
			if d != nil && d.UserEnteredFormat != nil && !whole(d) {
				look[r][k].dress(d.UserEnteredFormat)
			}
		}
	}
	var all []*sheets.Request
	for r := range look {
		for k, f := range look[r] {
			if f == (face{}) {
				continue
			}
			endRow, endColumn := look.block(r, k)
			all = append(all, &sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Range: c.span(r, k, endRow, endColumn), Fields: fieldsFormat,
				Cell: &sheets.CellData{UserEnteredFormat: c.wanted.cells[r][k].UserEnteredFormat}}})
			for i := r; i < endRow; i++ {
				clear(look[i][k:endColumn])
			}
		}
	}
	return all
}

// block is the end of the rectangle of equal faces that begins at a cell.
func (g grid) block(row, column int) (endRow, endColumn int) {
	f := g[row][column]
	for endColumn = column; endColumn < len(g[row]) && g[row][endColumn] == f; endColumn++ {
	}
	alike := func(r int) bool {
		return !slices.ContainsFunc(g[r][column:endColumn], func(other face) bool { return other != f })
	}
	for endRow = row; endRow < len(g) && alike(endRow); endRow++ {
	}
	return endRow, endColumn
}

// values are what stands in the cells, without their looks. What is left out is cleared.
// What many rows of a column have in common is told once.
func (c *tabChanges) values() ([]*sheets.RowData, []*sheets.Request) {
	rows := make([]*sheets.RowData, c.rows)
	for r := range rows {
		rows[r] = &sheets.RowData{Values: make([]*sheets.CellData, c.columns)}
		for k := range c.columns {
			rows[r].Values[k] = &sheets.CellData{}
		}
	}
	var repeated []*sheets.Request
	for k := range c.columns {
		for r := 0; r < c.rows; {
			n := c.alike(r, k)
			d := c.wanted.cells[r][k]
			switch {
			case d == nil || whole(d):
			case n >= manyRows:
				repeated = append(repeated, &sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Range: c.span(r, k, r+n, k+1),
					Fields: "userEnteredValue", Cell: &sheets.CellData{UserEnteredValue: d.UserEnteredValue}}})
			default:
				n = 1
				rows[r].Values[k] = &sheets.CellData{UserEnteredValue: d.UserEnteredValue, Note: d.Note}
			}
			r += n
		}
	}
	for _, row := range rows {
		for n := len(row.Values); n > 0 && row.Values[n-1].UserEnteredValue == nil && row.Values[n-1].Note == ""; n-- {
			row.Values = row.Values[:n-1]
		}
	}
	return rows, repeated
}

// manyRows is how many rows make it worth to tell a value once.
const manyRows = 6

// alike is how many cells from one downwards hold the same value, and no note.
func (c *tabChanges) alike(row, column int) int {
	value := func(r int) (string, bool) {
		d := c.wanted.cells[r][column]
		if d == nil || whole(d) || d.Note != "" || d.UserEnteredValue == nil || d.UserEnteredValue.FormulaValue != nil {
			return "", false
		}
		if n := d.UserEnteredValue.NumberValue; n != nil {
			return strconv.FormatFloat(*n, 'g', -1, 64), true
		}
		return valueOf(d.UserEnteredValue), true
	}
	first, ok := value(row)
	n := 1
	for ; ok && row+n < c.rows; n++ {
		if next, same := value(row + n); !same || next != first {
			break
		}
	}
	return n
}

// sizeRequests set the sizes of rows and columns. Rows without a size fit what is in them.
func (c *tabChanges) sizeRequests() []*sheets.Request {
	var all []*sheets.Request
	along := func(rows bool, from, to int) *sheets.DimensionRange {
		kind := "COLUMNS"
		if rows {
			kind = "ROWS"
		}
		return &sheets.DimensionRange{SheetId: c.wanted.sheet, Dimension: kind, StartIndex: int64(from), EndIndex: int64(to)}
	}
	for i := 0; i < len(c.sizes); {
		first := c.sizes[i]
		n := 1
		for i+n < len(c.sizes) && c.sizes[i+n] == (size{first.rows, first.index + n, first.pixels, first.turn, first.hide}) {
			n++
		}
		p := &sheets.DimensionProperties{PixelSize: first.pixels}
		fields := []string{}
		if first.pixels > 0 {
			fields = append(fields, "pixelSize")
		}
		if first.turn {
			fields = append(fields, "hiddenByUser")
			p.HiddenByUser = first.hide
			p.ForceSendFields = []string{"HiddenByUser"}
		}
		all = append(all, &sheets.Request{UpdateDimensionProperties: &sheets.UpdateDimensionPropertiesRequest{
			Range: along(first.rows, first.index, first.index+n), Properties: p, Fields: strings.Join(fields, ",")}})
		i += n
	}
	for r := 1; c.cells && !c.stand.isNew && r <= c.rows; r++ {
		from := r
		for ; r <= c.rows && c.Heights[r] == 0; r++ {
		}
		if r > from {
			all = append(all, &sheets.Request{AutoResizeDimensions: &sheets.AutoResizeDimensionsRequest{Dimensions: along(true, from-1, r-1)}})
		}
	}
	return all
}

// ruleRequests put our rules where the first of them stood, or behind those of others.
func (c *tabChanges) ruleRequests() []*sheets.Request {
	var all []*sheets.Request
	old := c.ourRules()
	at := len(c.stand.ConditionalFormats)
	if len(old) > 0 {
		at = old[0]
	}
	for _, i := range slices.Backward(old) {
		all = append(all, &sheets.Request{DeleteConditionalFormatRule: &sheets.DeleteConditionalFormatRuleRequest{
			SheetId: c.wanted.sheet, Index: int64(i), ForceSendFields: []string{"Index"}}})
	}
	for i, r := range c.Rules {
		all = append(all, &sheets.Request{AddConditionalFormatRule: &sheets.AddConditionalFormatRuleRequest{
			Index: int64(at + i), Rule: c.ruleOf(r), ForceSendFields: []string{"Index"}}})
	}
	return all
}

func (c *tabChanges) protectRequest() *sheets.Request {
	p := &sheets.ProtectedRange{Range: c.rectangle(), Description: ours, WarningOnly: true}
	if old := c.stand.protected; old != nil {
		return &sheets.Request{UpdateProtectedRange: &sheets.UpdateProtectedRangeRequest{Fields: "range",
			ProtectedRange: &sheets.ProtectedRange{ProtectedRangeId: old.ProtectedRangeId, Range: p.Range}}}
	}
	return &sheets.Request{AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: p}}
}

// noteRequests note what was written. The id of the note follows from the tab and the turn,
// so that Google refuses a write that follows the same state as another one. After two
// refusals it is another one: the number may have been taken for good, by a version of the spreadsheet
// that somebody has gone back from.
func (c *tabChanges) noteRequests() []*sheets.Request {
	var all []*sheets.Request
	at := &sheets.DeveloperMetadataLocation{SheetId: c.wanted.sheet}
	if c.stand.isNew {
		all = append(all, noteRequest(0, keyTab, c.key, at))
	}
	for _, id := range c.stand.notes {
		all = append(all, forget(id))
	}
	turn := c.stand.wrote.Turn + 1
	id := positive(keyWrote, c.wanted.sheet, turn)
	if c.refusals > 1 {
		id = positive(keyWrote, c.wanted.sheet, turn, c.refusals)
	}
	return append(all, noteRequest(id, keyWrote, c.note(turn), at))
}

func noteRequest(id int64, key, value string, at *sheets.DeveloperMetadataLocation) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: key, MetadataValue: value, Location: at, Visibility: "DOCUMENT"}}}
}

func forget(id int64) *sheets.Request {
	return &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
		DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: id}}}}
}

// documentRequests note which tabs a document has, so that one which is deleted is missed.
func documentRequests(document string, s *standing, book *workbook.Book) []*sheets.Request {
	tabs := slices.Clone(s.had)
	for _, t := range book.Tabs {
		if !slices.Contains(tabs, t.Name) {
			tabs = append(tabs, t.Name)
		}
	}
	if len(tabs) == len(s.had) {
		return nil
	}
	var all []*sheets.Request
	for _, id := range s.noted {
		all = append(all, forget(id))
	}
	text, _ := json.Marshal(documented{document, tabs})
	return append(all, noteRequest(0, keyDocument, string(text), &sheets.DeveloperMetadataLocation{Spreadsheet: true}))
}
