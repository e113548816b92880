package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook/google/googletest"
)

// googleTabsSeen reads the tabs of the spreadsheet as a program of others would.
func (s *standIn) googleTabsSeen(t *testing.T) map[string]seen {
	t.Helper()
	answer, err := s.HTTPClient(googletest.ScopeRead).Get(s.URL + "/v4/spreadsheets/" + s.id + "?includeGridData=true")
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s", text)
	}
	var book sheets.Spreadsheet
	must(t, json.Unmarshal(text, &book))
	names := map[string]string{}
	for file, title := range inBoth() {
		for _, sheet := range book.Sheets {
			if sheet.Properties.Title == title {
				names[fmt.Sprint(sheet.Properties.SheetId)] = file
			}
		}
	}
	tabs := map[string]seen{}
	for _, sheet := range book.Sheets {
		name, ok := names[fmt.Sprint(sheet.Properties.SheetId)]
		if !ok {
			continue
		}
		grid := sheet.Properties.GridProperties
		tab := seen{Cells: map[string]seenCell{}, Frozen: fmt.Sprintf("%d rows, %d columns", grid.FrozenRowCount, grid.FrozenColumnCount)}
		for _, m := range sheet.Merges {
			tab.Merges = append(tab.Merges, rangeName(t, m))
		}
		for _, rule := range sheet.ConditionalFormats {
			tab.Rules = append(tab.Rules, rangeName(t, rule.Ranges[0])+" "+strings.TrimPrefix(rule.BooleanRule.Condition.Values[0].UserEnteredValue, "="))
		}
		slices.Sort(tab.Merges)
		slices.Sort(tab.Rules)
		for row, line := range sheet.Data[0].RowData {
			for column, value := range line.Values {
				at, err := excelize.CoordinatesToCellName(column+1, row+1)
				must(t, err)
				if cell := googleCell(value, names); cell != (seenCell{}) {
					tab.Cells[at] = cell
				}
			}
		}
		tabs[name] = tab
	}
	return tabs
}

func rangeName(t *testing.T, r *sheets.GridRange) string {
	t.Helper()
	from, err := excelize.CoordinatesToCellName(int(r.StartColumnIndex)+1, int(r.StartRowIndex)+1)
	must(t, err)
	to, err := excelize.CoordinatesToCellName(int(r.EndColumnIndex), int(r.EndRowIndex))
	must(t, err)
	return from + ":" + to
}

func googleCell(d *sheets.CellData, names map[string]string) (c seenCell) {
	c.Note = d.Note
	f := d.UserEnteredFormat
	if f != nil && f.BackgroundColorStyle != nil {
		c.Fill = hexOf(f.BackgroundColorStyle)
	}
	v := d.UserEnteredValue
	if v == nil || v.FormulaValue != nil && strings.HasPrefix(*v.FormulaValue, "=SPARKLINE(") {
		return c // in the file a sparkline lies over a blank cell
	}
	c.Shown = strings.TrimRight(d.FormattedValue, " ")
	if v.NumberValue != nil {
		c.Number = strconv.FormatFloat(*v.NumberValue, 'g', -1, 64)
		if f == nil || f.NumberFormat == nil {
			c.Shown = c.Number
		}
	}
	if f == nil || f.TextFormat == nil {
		return c
	}
	c.Align = strings.ToLower(f.HorizontalAlignment)
	if link := f.TextFormat.Link; link != nil {
		for id, name := range names {
			if at, ok := strings.CutPrefix(link.Uri, "#gid="+id+"&range="); ok {
				c.LeadTo = name + "!" + at
			}
		}
	}
	pieces := []piece{{"", faceOf(f.TextFormat, f.TextFormat)}}
	if len(d.TextFormatRuns) > 1 {
		pieces = nil
		for i, run := range d.TextFormatRuns {
			text := []rune(*v.StringValue) // none lies beyond the first plane
			if i+1 < len(d.TextFormatRuns) {
				text = text[:d.TextFormatRuns[i+1].StartIndex]
			}
			pieces = append(pieces, piece{string(text[run.StartIndex:]), faceOf(run.Format, f.TextFormat)})
		}
	}
	c.Faces = joinedPieces(pieces)
	return c
}

// faceOf is a face; where it says nothing, that of the whole cell stands.
func faceOf(f, whole *sheets.TextFormat) string {
	color, size, family := f.ForegroundColorStyle, f.FontSize, f.FontFamily
	if color == nil {
		color = whole.ForegroundColorStyle
	}
	if size == 0 {
		size = whole.FontSize
	}
	if family == "" {
		family = whole.FontFamily
	}
	return face(f.Bold, f.Italic, hexOf(color), float64(size), family)
}

func hexOf(c *sheets.ColorStyle) string {
	part := func(v float64) int { return int(v*255 + .5) }
	return fmt.Sprintf("%02X%02X%02X", part(c.RgbColor.Red), part(c.RgbColor.Green), part(c.RgbColor.Blue))
}
