package google

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

func TestNumberFormatsOfTheSheetAreThoseOfGoogle(t *testing.T) {
	for _, c := range []struct {
		format, kind, pattern string
		room                  int64
	}{
		{"", "", "", 0},
		{`#,##0.0;"−"#,##0.0`, "NUMBER", `#,##0.0;"−"#,##0.0`, 0},
		{`"+"0.0;"−"0.0;0.0`, "NUMBER", `"+"0.0;"−"0.0;0.0`, 0},
		{`#,##0,"  6/7";"−"#,##0,"  6/7"`, "NUMBER", `#,##0,"  6/7";"−"#,##0,"  6/7"`, 0},
		{"#,##0_ _ _d_/_y", "NUMBER", "#,##0_ _ _d_/_y", 0}, // room for letters makes no date
		{`0" days"`, "NUMBER", `0" days"`, 0},
		{"yyyy-mm-dd", "DATE", "yyyy-mm-dd", 0},
		{"d mmmm yyyy", "DATE", "d mmmm yyyy", 0},
		{"[Red]0.0", "NUMBER", "[Red]0.0", 0},
		{"[$-de-DE]0.0", "NUMBER", "[$-de-DE]0.0", 0},
		{"@", "", "", 0},
		{"@_ _ _6_/_7", "", "", 26}, // 1.946 em of 10 points
		{`@"  6/7"_†`, "", "", 7},   // what it says stands in the cell
	} {
		got, room := numberOf(c.format, 0)
		if got == nil {
			got = &sheets.NumberFormat{}
		}
		if got.Type != c.kind || got.Pattern != c.pattern || room != c.room {
			t.Errorf("%q: %s %q with %d pixels, want %s %q with %d", c.format, got.Type, got.Pattern, room, c.kind, c.pattern, c.room)
		}
	}
	for pattern, want := range map[string]bool{"yyyy-mm-dd": true, `mmm yyyy`: false, `"day" mmm yy`: false, "d": true, `yyyy\d`: false,
		"[$-de-DE]mmm yyyy": false, "[$-de-DE]d. mmm yyyy": true} {
		if showsDay(pattern) != want {
			t.Errorf("showsDay(%q) = %v", pattern, !want)
		}
	}
}

func TestFacesAreEqualWhicheverWayGoogleTellsThem(t *testing.T) {
	text, number := "a", 0.1
	red := &sheets.Color{Red: 1}
	for name, pair := range map[string][2]*sheets.CellData{
		"a blank cell": {nil, {UserEnteredFormat: &sheets.CellFormat{VerticalAlignment: "BOTTOM", WrapStrategy: "OVERFLOW_CELL",
			Padding: &sheets.Padding{Top: 2, Right: 3, Bottom: 2, Left: 3}, BackgroundColorStyle: &sheets.ColorStyle{RgbColor: &sheets.Color{Red: 1, Green: 1, Blue: 1}}}}},
		"a colour told twice": {{UserEnteredFormat: &sheets.CellFormat{BackgroundColorStyle: &sheets.ColorStyle{RgbColor: red}}},
			{UserEnteredFormat: &sheets.CellFormat{BackgroundColor: red, BackgroundColorStyle: &sheets.ColorStyle{RgbColor: red}}}},
		"the width of a border": {{UserEnteredFormat: &sheets.CellFormat{Borders: &sheets.Borders{Top: &sheets.Border{Style: "SOLID"}}}},
			{UserEnteredFormat: &sheets.CellFormat{Borders: &sheets.Borders{Top: &sheets.Border{Style: "SOLID", Width: 1, Color: &sheets.Color{}}}}}},
		"nothing, and minus nothing": {{UserEnteredValue: &sheets.ExtendedValue{NumberValue: new(math.Copysign(0, -1))}}, {UserEnteredValue: &sheets.ExtendedValue{NumberValue: new(0.0)}}},
		"a number of 17 digits":      {{UserEnteredValue: &sheets.ExtendedValue{NumberValue: &number}}, {UserEnteredValue: &sheets.ExtendedValue{NumberValue: new(0.1 + 1e-17)}}},
		"runs that say nothing new":  {{UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}, TextFormatRuns: []*sheets.TextFormatRun{{}}}, {UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}}},
		"a link of the cell, or of its text": {{UserEnteredFormat: &sheets.CellFormat{TextFormat: &sheets.TextFormat{Link: &sheets.Link{Uri: "#gid=1"}}}},
			{TextFormatRuns: []*sheets.TextFormatRun{{Format: &sheets.TextFormat{Link: &sheets.Link{Uri: "#gid=1"}}}}}},
		"runs told in full, or in part": {
			{UserEnteredFormat: &sheets.CellFormat{TextFormat: &sheets.TextFormat{FontSize: 9}}, TextFormatRuns: []*sheets.TextFormatRun{{Format: &sheets.TextFormat{Bold: true, FontSize: 9}}, {StartIndex: 3, Format: &sheets.TextFormat{FontSize: 9}}}},
			{UserEnteredFormat: &sheets.CellFormat{TextFormat: &sheets.TextFormat{FontSize: 9}}, TextFormatRuns: []*sheets.TextFormatRun{{Format: &sheets.TextFormat{Bold: true}}, {StartIndex: 3}}}},
	} {
		if a, b := faceOf(pair[0]), faceOf(pair[1]); a != b {
			t.Errorf("%s: %v", name, a.differences(b))
		}
	}
}

// Negative control: a normal form that forgets something would find nothing to restore.
func TestEachThingThatAPersonCanChangeMakesAnotherFace(t *testing.T) {
	text, formula, yes := "a", "=1", true
	color := &sheets.ColorStyle{RgbColor: &sheets.Color{Blue: 1}}
	border := &sheets.Border{Style: "DOTTED", ColorStyle: color}
	looks := []sheets.CellFormat{{BackgroundColorStyle: color}, {HorizontalAlignment: "RIGHT"}, {VerticalAlignment: "TOP"}, {WrapStrategy: "WRAP"},
		{NumberFormat: &sheets.NumberFormat{Type: "PERCENT"}}, {Padding: &sheets.Padding{Left: 20}}, {TextDirection: "RIGHT_TO_LEFT"}, {TextRotation: &sheets.TextRotation{Angle: 45}},
		{Borders: &sheets.Borders{Top: border}}, {Borders: &sheets.Borders{Bottom: border}}, {Borders: &sheets.Borders{Left: border}}, {Borders: &sheets.Borders{Right: border}}}
	for _, f := range []sheets.TextFormat{{Bold: true}, {Italic: true}, {Underline: true}, {Strikethrough: true}, {FontSize: 12}, {FontFamily: "Lobster"}, {ForegroundColorStyle: color}, {Link: &sheets.Link{Uri: "https://example.com"}}} {
		looks = append(looks, sheets.CellFormat{TextFormat: &f})
	}
	cells := []*sheets.CellData{nil, {Note: "n"}, {DataValidation: &sheets.DataValidationRule{}}, {TextFormatRuns: []*sheets.TextFormatRun{{StartIndex: 1, Format: &sheets.TextFormat{Bold: true}}}},
		{UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}}, {UserEnteredValue: &sheets.ExtendedValue{FormulaValue: &formula}}, {UserEnteredValue: &sheets.ExtendedValue{BoolValue: &yes}}}
	for i := range looks {
		cells = append(cells, &sheets.CellData{UserEnteredFormat: &looks[i]})
	}
	seen := map[face]int{}
	for i, c := range cells {
		f := faceOf(c)
		if other, ok := seen[f]; ok {
			t.Errorf("cells %d and %d have the same face: %v", other, i, f)
		}
		seen[f] = i
		if i > 0 && len(face{}.differences(f)) == 0 {
			t.Errorf("cell %d differs from a blank one, and nothing is told of it", i)
		}
	}
}

func TestARuleBetweenTwoRowsIsOneRule(t *testing.T) {
	border := &sheets.Border{Style: "SOLID"}
	row := func(f *sheets.CellFormat) *sheets.RowData {
		return &sheets.RowData{Values: []*sheets.CellData{{UserEnteredFormat: f}}}
	}
	above := gridOf(&sheets.GridData{RowData: []*sheets.RowData{row(&sheets.CellFormat{Borders: &sheets.Borders{Bottom: border}}), row(nil)}}, 2, 1)
	both := gridOf(&sheets.GridData{RowData: []*sheets.RowData{row(&sheets.CellFormat{Borders: &sheets.Borders{Bottom: border}}), row(&sheets.CellFormat{Borders: &sheets.Borders{Top: border}})}}, 2, 1)
	below := gridOf(&sheets.GridData{RowData: []*sheets.RowData{row(nil), row(&sheets.CellFormat{Borders: &sheets.Borders{Top: border}})}}, 2, 1)
	for r := range above {
		if above[r][0] != both[r][0] || above[r][0] != below[r][0] {
			t.Errorf("row %d: %v, %v, %v", r+1, above[r][0], both[r][0], below[r][0])
		}
	}
}

func TestColumnsAreNamedAsPeopleNameThem(t *testing.T) {
	for column, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 53: "BA", 702: "ZZ", 703: "AAA"} {
		if got := columnName(column); got != want {
			t.Errorf("column %d is %s, want %s", column, got, want)
		}
	}
}

func TestTextIsCutWhereACellEndsAndNotInACharacter(t *testing.T) {
	long := ""
	for range 30_000 {
		long += "😀"
	}
	got := []rune(fitting(long))
	if len(got) != 25_000 || got[24_999] != '…' || got[24_998] != '😀' {
		t.Errorf("%d characters, the last ones %q", len(got), string(got[24_990:]))
	}
	if got := fitting("a" + long); strings.ContainsRune(got, '\uFFFD') || !strings.HasSuffix(got, "😀…") {
		t.Errorf("cut within a character: %q", got[len(got)-12:])
	}
	if got := fitting("a\a\x00b\r\nc\rd\te\xff\x7f"); got != "a␇␀b\nc\nd\te\uFFFD␡" {
		t.Errorf("%q", got)
	}
	run := workbook.Run{Text: "😀"}
	runs := runsOf(&workbook.Cell{Runs: []workbook.Run{run, run}}, &sheets.TextFormat{})
	if runs[1].StartIndex != 2 {
		t.Errorf("the second run begins at %d, want 2: Google counts in UTF-16", runs[1].StartIndex)
	}
}

// A week without a figure says of how many days it knows: "– 6/7". Google shows no text
// beside "@".
func TestLiteralTextBesideATextStandsInTheCell(t *testing.T) {
	dash := cellOf(&workbook.Cell{Kind: workbook.Text, Text: "–", Look: workbook.Look{Format: `@"  6/7"`}}, nil)
	if got := *dash.UserEnteredValue.StringValue; got != "–  6/7" {
		t.Errorf("the cell holds %q", got)
	}
	if blank := cellOf(&workbook.Cell{Look: workbook.Look{Format: `@"  6/7"`}}, nil); blank.UserEnteredValue != nil {
		t.Errorf("a blank cell holds %+v", blank.UserEnteredValue)
	}
}
