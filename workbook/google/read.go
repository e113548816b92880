package google

import (
	"context"
	"regexp"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// Grid is what stands in a range of a tab.
type Grid struct {
	Document string // title of the spreadsheet
	Tab      string // title of the tab
	Locale   string // such as en_US
	// Cells are those in which something stands, by rows.
	Cells []Cell
	// Merged are the merged ranges of the tab.
	Merged []workbook.Area
}

// Cell is what stands in a cell.
type Cell struct {
	Row, Column int      // of the tab, from 1
	Text        string   // as people see it
	Number      *float64 // of a number or a date; a day is the number of days since 1899-12-30
	Date        bool     // its format is that of a date
	Day         bool     // and shows the day of the month
	Percent     bool     // its format is that of a percentage: 12% is 0.12
	Wrong       string   // the fault that a formula came to: #REF!
}

// Name is the name of the cell: C7.
func (c Cell) Name() string { return name(c.Column, c.Row) }

const maskValues = "properties(title,locale),sheets(properties(title),merges,data(startRow,startColumn,rowData(values(effectiveValue,formattedValue,effectiveFormat(numberFormat)))))"

// cellsForm is how a range looks without its tab: C7, A1:B2, A:C, 2:9.
var cellsForm = regexp.MustCompile(`^\$?([A-Za-z]{1,3}\$?[0-9]+|([A-Za-z]{1,3}\$?[0-9]*|[0-9]+):\$?[A-Za-z]{0,3}\$?[0-9]*)$`)

// Read returns what stands in a range: "Plan!A1:Z60", or a tab's title for all of it, or ""
// for the whole first tab that has cells. It reads as an account that may only look. If there
// is no such tab, the error names those that there are. Errors are of type *Error.
func (c *Client) Read(ctx context.Context, id, area string) (Grid, error) {
	key, err := ID(id)
	if err != nil {
		return Grid{}, err
	}
	j := &job{Client: c, doing: "reading " + short(key), role: "Viewer"}
	if area = strings.TrimSpace(area); area == "" {
		titles, fault := j.titles(ctx, key)
		if fault != nil {
			return Grid{}, fault
		}
		area = quotedTitle(titles[0])
	}
	j.doing = "reading " + area + " of " + short(key)
	at := rangeOf(area)
	answer, fault := j.spreadsheet(ctx, j.reader.Spreadsheets.Get(key).Ranges(at).Fields(googleapi.Field(maskValues)))
	if fault != nil && fault.stale {
		return Grid{}, j.noTab(ctx, key, fault)
	}
	if fault != nil {
		return Grid{}, fault
	}
	if answer.Properties == nil || len(answer.Sheets) == 0 || answer.Sheets[0].Properties == nil {
		return Grid{}, &Error{Kind: Answer, Doing: j.doing, Says: "the answer is JSON, and no spreadsheet"}
	}
	sheet := answer.Sheets[0]
	g := Grid{Document: answer.Properties.Title, Locale: answer.Properties.Locale, Tab: sheet.Properties.Title}
	for _, data := range sheet.Data {
		g.add(data)
	}
	for _, m := range sheet.Merges {
		g.Merged = append(g.Merged, workbook.At(int(m.StartColumnIndex)+1, int(m.StartRowIndex)+1).To(int(m.EndColumnIndex), int(m.EndRowIndex)))
	}
	return g, nil
}

// rangeOf is a range as Google takes it. The title of a tab is put in quotes, since one such
// as Q1 is the name of a cell, too, and one of two words needs them. Several cells without a
// tab are those of the first one.
func rangeOf(area string) string {
	area = strings.TrimSpace(area)
	if area == "" || strings.Contains(area, ":") && cellsForm.MatchString(area) {
		return area
	}
	title, cells := area, ""
	if i := strings.LastIndex(area, "!"); i > 0 && cellsForm.MatchString(area[i+1:]) {
		title, cells = area[:i], area[i:]
	}
	if len(title) > 1 && strings.HasPrefix(title, "'") && strings.HasSuffix(title, "'") {
		return area
	}
	return quotedTitle(title) + cells
}

// noTab says which tabs there are, after a range that Google does not know.
func (j *job) noTab(ctx context.Context, id string, fault *Error) *Error {
	titles, again := j.titles(ctx, id)
	if again != nil {
		return fault
	}
	return &Error{Kind: TabGone, Doing: j.doing, Status: fault.Status, Says: "there is no such tab or range; its tabs are: " + strings.Join(titles, ", "),
		Do: "name one of them, or a range such as Plan!A1:Z60"}
}

// titles returns the titles of the tabs that hold cells, in their order: one at least.
func (j *job) titles(ctx context.Context, id string) ([]string, *Error) {
	answer, fault := j.spreadsheet(ctx, j.reader.Spreadsheets.Get(id).Fields("sheets(properties(title,sheetType))"))
	if fault != nil {
		return nil, fault
	}
	var titles []string
	for _, sheet := range answer.Sheets {
		if sheet.Properties != nil && (sheet.Properties.SheetType == "" || sheet.Properties.SheetType == "GRID") {
			titles = append(titles, sheet.Properties.Title)
		}
	}
	if len(titles) == 0 {
		return nil, &Error{Kind: Answer, Doing: j.doing, Says: "the spreadsheet has no tab with cells",
			Do: "add one in the browser, or look whether its address is the right one"}
	}
	return titles, nil
}

func (g *Grid) add(data *sheets.GridData) {
	for i, row := range data.RowData {
		if row == nil {
			continue
		}
		for k, d := range row.Values {
			cell, ok := cellRead(d)
			if !ok {
				continue
			}
			cell.Row, cell.Column = int(data.StartRow)+i+1, int(data.StartColumn)+k+1
			g.Cells = append(g.Cells, cell)
		}
	}
}

// cellRead is what stands in a cell; false if nothing does.
func cellRead(d *sheets.CellData) (Cell, bool) {
	if d == nil || d.EffectiveValue == nil {
		return Cell{}, false
	}
	cell := Cell{Text: d.FormattedValue}
	switch v := d.EffectiveValue; {
	case v.ErrorValue != nil:
		cell.Wrong = d.FormattedValue
		if cell.Wrong == "" {
			cell.Wrong = "#" + v.ErrorValue.Type
		}
	case v.NumberValue != nil:
		cell.Number = v.NumberValue
		if f := d.EffectiveFormat; f != nil && f.NumberFormat != nil {
			n := f.NumberFormat
			cell.Percent = n.Type == "PERCENT" || strings.Contains(tokens(n.Pattern), "%")
			cell.Date = n.Type == "DATE" || n.Type == "DATE_TIME"
			cell.Day = cell.Date && (n.Pattern == "" || showsDay(n.Pattern))
		}
	case v.StringValue != nil:
		cell.Text = *v.StringValue
		return cell, cell.Text != ""
	}
	return cell, true
}
