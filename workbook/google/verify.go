package google

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// Step is one thing that Verify tried.
type Step struct {
	Name      string
	Want, Got string
	OK        bool
}

// The names of the scratch document and its tabs.
const (
	checkDocument = "check"
	checkTab      = "Tearsheet check"
	checkData     = "Tearsheet check data"
)

// trial is a cell of the scratch tab, and what people should see there.
type trial struct {
	name  string
	cell  workbook.Cell
	shown string
}

// trials are what only Google itself can show: how it prints our formats, and whether it
// keeps what it was given.
func trials() []trial {
	number := func(x float64, format string) workbook.Cell {
		return workbook.Cell{Kind: workbook.Number, Number: x, Look: workbook.Look{Format: format, Align: "right", Shrink: true}}
	}
	text := func(s string) workbook.Cell { return workbook.Cell{Kind: workbook.Text, Text: s} }
	signed := func(p string) string { return p + `;"−"` + p }
	return []trial{
		{"thousands are grouped", number(1234567, signed("#,##0")), "1,234,567"},
		{"a minus sign is a true one", number(-1234.56, signed("#,##0.0")), "−1,234.6"},
		{"a plus sign by the format", number(12.34, `"+"0.0;"−"0.0;0.0`), "+12.3"},
		{"a comma at the end divides by a thousand", number(1234567, signed("#,##0.0,")), "1,234.6"},
		{"missing days stand behind the digits", number(1234, signed(`#,##0"  6/7"`)), "1,234  6/7"},
		{"room is left for missing days", number(1234, signed("#,##0_ _ _6_/_7")), "1,234"},
		{"a day is printed year first", number(46344, "yyyy-mm-dd"), "2026-11-18"},
		{"text like a formula stays text", text("=1+1"), "=1+1"},
		{"text like a number stays text", text("007"), "007"},
		{"an apostrophe in front stays", text("'quoted"), "'quoted"},
		{"room before text", workbook.Cell{Kind: workbook.Text, Text: "no data", Look: workbook.Look{Format: "@_ _ _6_/_7", Align: "right"}}, "no data"},
	}
}

// checkBook is the scratch document. Beside the trials, which stand in column B from row 2,
// it has one of everything else that we write.
func checkBook() *workbook.Book {
	cells := map[workbook.Ref]*workbook.Cell{
		{Column: 1, Row: 1}: {Kind: workbook.Rich, Runs: []workbook.Run{{Text: "Tearsheet check", Look: workbook.Look{Bold: true}}, {Text: "  😀 goes by itself", Look: workbook.Look{Size: 8, Color: workbook.Grey}}}},
		{Column: 1, Row: 2}: {Kind: workbook.Text, Text: "▼", Look: workbook.Look{Under: workbook.Hairline}, Note: &workbook.Note{Title: "A note", Text: "of two lines"}},
		{Column: 1, Row: 3}: {Kind: workbook.Text, Text: "a link", Link: &workbook.Link{Tab: checkData, To: workbook.Ref{Column: 1, Row: 2}}},
		{Column: 1, Row: 4}: {Kind: workbook.Text, Text: "over two rows", Look: workbook.Look{Fill: workbook.Band, Wrap: true, Over: workbook.ThinLine}},
		{Column: 1, Row: 6}: {Kind: workbook.Text, Text: "small, bold, as code", Look: workbook.Look{Size: 8.5, Mono: true, Bold: true, Italic: true, Indent: 1, Middle: true, Align: "center", Under: workbook.ThickLine}},
	}
	for i, t := range trials() {
		cells[workbook.Ref{Column: 2, Row: 2 + i}] = &t.cell
	}
	data := map[workbook.Ref]*workbook.Cell{}
	for i := range 5 {
		data[workbook.Ref{Column: 1 + i, Row: 2}] = &workbook.Cell{Kind: workbook.Number, Number: float64(i * i)}
	}
	area := func(c, r, c2, r2 int) workbook.Area {
		return workbook.Area{From: workbook.Ref{Column: c, Row: r}, To: workbook.Ref{Column: c2, Row: r2}}
	}
	return &workbook.Book{Tabs: []*workbook.Tab{
		{Name: checkTab, Cells: cells, Widths: map[int]float64{1: 24, 2: 18}, Heights: map[int]float64{1: 25.5, 2: 16.5},
			Merged: []workbook.Area{area(1, 4, 1, 5)}, Frozen: workbook.Ref{Column: 2, Row: 2}, NoGrid: true,
			Rules:  []workbook.Rule{{Area: area(1, 2, 2, 4), Column: 1, Is: "▼", Bold: true, Color: workbook.Accent}},
			Sparks: []workbook.Spark{{At: workbook.Ref{Column: 3, Row: 2}, Tab: checkData, From: area(1, 2, 5, 2)}}},
		{Name: checkData, Cells: data, Filter: &workbook.Area{From: workbook.Ref{Column: 1, Row: 1}, To: workbook.Ref{Column: 5, Row: 2}}},
	}}
}

// Verify tries on two scratch tabs of a spreadsheet what only Google itself can show, and
// removes them again. Each step is said; a step that is not as it should be is no error of
// Verify. What it could not remove it names in its error.
func (c *Client) Verify(ctx context.Context, id string, step func(Step)) error {
	key, err := ID(id)
	if err != nil {
		return err
	}
	v := &verifying{job: job{Client: c, doing: "verifying " + short(key), role: "Editor"}, id: key, step: step}
	fault := v.run(ctx)
	if left := v.remove(ctx); left != nil {
		if fault == nil {
			fault = left
		}
		fault.Says = "the tabs “" + checkTab + "” and “" + checkData + "” may be left: " + fault.Says
	}
	if fault != nil {
		return fault
	}
	return nil
}

type verifying struct {
	job
	id   string
	step func(Step)
}

func (v *verifying) say(name string, ok bool, want, got string) {
	v.step(Step{Name: name, Want: want, Got: got, OK: ok})
}

func (v *verifying) run(ctx context.Context) *Error {
	if fault := v.remove(ctx); fault != nil {
		return fault
	}
	v.say("the spreadsheet can be read", true, "an answer", "an answer")
	book := checkBook()
	if _, fault := v.write(ctx, v.id, checkDocument, book, WriteOptions{Anew: true}); fault != nil {
		return fault
	}
	v.say("two tabs are written", true, "one write", "one write")
	second, fault := v.write(ctx, v.id, checkDocument, book, WriteOptions{Only: true})
	if fault != nil {
		return fault
	}
	v.differences(second.Differences)
	return v.shown(ctx)
}

// differences says what Google does not give back as it was given. Then each run would
// write again, although nothing has changed.
func (v *verifying) differences(all []Difference) {
	if len(all) == 0 {
		v.say("Google gives back all that was written, so that a second run writes nothing", true, "no difference", "no difference")
	}
	for _, d := range all {
		v.say("Google gives back the "+d.Field+" of "+d.where(), false, shown(d.Want), shown(d.Got))
	}
}

// shown looks at what people see.
func (v *verifying) shown(ctx context.Context) *Error {
	s, fault := v.outline(ctx, v.writer, v.id, checkDocument)
	if fault != nil {
		return fault
	}
	t := s.tabs[checkDocument+"/"+checkTab]
	v.say("the tab is found by what is noted on it", t != nil, "found", map[bool]string{true: "found", false: "not found"}[t != nil])
	if t == nil {
		return nil
	}
	v.say("the language of the spreadsheet", true, "any", s.locale)
	answer, fault := v.spreadsheet(ctx, v.writer.Spreadsheets.Get(v.id).Ranges(quotedTitle(t.Properties.Title)+"!A1:C20").
		Fields("sheets(data(rowData(values(effectiveValue,formattedValue,hyperlink,note))))"))
	if fault != nil {
		return fault
	}
	at := func(column, row int) *sheets.CellData {
		if len(answer.Sheets) > 0 && len(answer.Sheets[0].Data) > 0 {
			if rows := answer.Sheets[0].Data[0].RowData; row <= len(rows) && rows[row-1] != nil && column <= len(rows[row-1].Values) {
				if d := rows[row-1].Values[column-1]; d != nil {
					return d
				}
			}
		}
		return &sheets.CellData{}
	}
	for i, trial := range trials() {
		got := at(2, 2+i).FormattedValue
		v.say(trial.name, printedAs(got, trial.shown, s.locale), trial.shown, got)
	}
	spark := at(3, 2)
	wrong := ""
	if e := spark.EffectiveValue; e != nil && e.ErrorValue != nil {
		wrong = e.ErrorValue.Type + " " + e.ErrorValue.Message
	}
	v.say("the sparkline is drawn", wrong == "", "no error", cmp.Or(strings.TrimSpace(wrong), "no error"))
	note := at(1, 2).Note
	v.say("the note is there", strings.HasPrefix(note, "A note"), "A note …", shown(note))
	link := at(1, 3).Hyperlink
	v.say("the link leads to the other tab", strings.Contains(link, "#gid="), "#gid=…&range=A2", shown(link))
	return nil
}

// printedAs says whether a cell shows what it should. What stands between the digits in
// languages other than English is not looked at.
func printedAs(got, want, locale string) bool {
	got = strings.TrimRight(got, " ")
	if locale == "" || strings.HasPrefix(locale, "en") {
		return got == want
	}
	between := func(r rune) rune {
		if strings.ContainsRune(".,'’ \u00a0\u202f", r) {
			return -1
		}
		return r
	}
	return strings.Map(between, got) == strings.Map(between, want)
}

// remove deletes the scratch tabs, which are known by what is noted on them, and the note of
// the document.
func (v *verifying) remove(ctx context.Context) *Error {
	s, fault := v.outline(ctx, v.writer, v.id, checkDocument)
	if fault != nil {
		return fault
	}
	var requests []*sheets.Request
	for _, t := range s.tabs {
		requests = append(requests, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: t.Properties.SheetId}})
	}
	for _, id := range s.noted {
		requests = append(requests, forget(id))
	}
	if len(requests) == 0 {
		return nil
	}
	fault = v.call(ctx, v.writes, func(ctx context.Context) error {
		_, err := v.writer.Spreadsheets.BatchUpdate(v.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Context(ctx).Do()
		return err
	})
	if fault != nil && fault.stale {
		return v.left(ctx)
	}
	return fault
}

// left says whether the scratch tabs are still there after a removal that was refused.
func (v *verifying) left(ctx context.Context) *Error {
	s, fault := v.outline(ctx, v.writer, v.id, checkDocument)
	if fault != nil || len(s.tabs) == 0 {
		return fault
	}
	return &Error{Kind: Refused, Doing: v.doing, Says: fmt.Sprint(len(s.tabs), " scratch tabs cannot be deleted"), Do: "delete them by hand"}
}
