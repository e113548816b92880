package google

import (
	"strings"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// The distances that Google leaves around what stands in a cell, in pixels.
const (
	padTop, padRight, padBottom, padLeft = 2, 3, 2, 3
	indentPixels                         = 9
)

// The families of the faces.
const (
	fontFamily = "Arial"
	monoFamily = "Courier New"
)

// formatOf translates a look into a format of Google's, without its rules: these are shared
// with the neighbours.
//
// Google knows no indent, which becomes padding; and nothing that shrinks, so that what is
// too wide is cut.
func formatOf(l workbook.Look) *sheets.CellFormat {
	f := &sheets.CellFormat{TextFormat: textOf(l), HorizontalAlignment: strings.ToUpper(l.Align)}
	if l.Fill != "" {
		f.BackgroundColorStyle = colorOf(l.Fill)
	}
	switch {
	case l.Middle:
		f.VerticalAlignment = "MIDDLE"
	case l.Wrap:
		f.VerticalAlignment = "TOP"
	}
	switch {
	case l.Wrap:
		f.WrapStrategy = "WRAP"
	case l.Shrink:
		f.WrapStrategy = "CLIP"
	}
	var room int64
	f.NumberFormat, room = numberOf(l.Format, l.Size)
	if l.Indent > 0 || room > 0 {
		f.Padding = &sheets.Padding{Top: padTop, Right: padRight + room, Bottom: padBottom, Left: padLeft + indentPixels*int64(l.Indent)}
	}
	return f
}

// textOf is the face of a text.
func textOf(l workbook.Look) *sheets.TextFormat {
	f := &sheets.TextFormat{FontFamily: fontFamily, FontSize: 10, Bold: l.Bold, Italic: l.Italic, ForegroundColorStyle: colorOf(workbook.Ink)}
	if l.Mono {
		f.FontFamily = monoFamily
	}
	if l.Size != 0 {
		f.FontSize = int64(l.Size + .5)
	}
	if l.Color != "" {
		f.ForegroundColorStyle = colorOf(l.Color)
	}
	return f
}

// colorOf turns RRGGBB into a colour.
func colorOf(hex string) *sheets.ColorStyle {
	part := func(i int) float64 {
		var n int
		for _, r := range strings.ToUpper(hex[i : i+2]) {
			n = n*16 + strings.IndexRune("0123456789ABCDEF", r)
		}
		return float64(n) / 255
	}
	return &sheets.ColorStyle{RgbColor: &sheets.Color{Red: part(0), Green: part(2), Blue: part(4)}}
}

// numberOf translates a number format. Google knows digits, grouping, scaling by commas,
// quoted text, sections and room left by an underscore as Excel does. A format of text, "@",
// cannot be joined with others there: its literal text becomes part of the text of the cell,
// and its room is returned as pixels at the right of the cell, where the digits of its column
// have it.
func numberOf(format string, size float64) (*sheets.NumberFormat, int64) {
	if format == "" {
		return nil, 0
	}
	if strings.HasPrefix(format, "@") {
		_, room := tailOf(format, size)
		return nil, room
	}
	if isDate(format) {
		return &sheets.NumberFormat{Type: "DATE", Pattern: format}, 0
	}
	return &sheets.NumberFormat{Type: "NUMBER", Pattern: format}, 0
}

// isDate says whether a pattern has a day or a year in it.
func isDate(pattern string) bool { return strings.ContainsAny(tokens(pattern), "dDyY") }

// showsDay says whether a pattern of a date shows the day of the month.
func showsDay(pattern string) bool { return strings.ContainsAny(tokens(pattern), "dD") }

// tokens is a pattern without what stands there literally, and without what is in brackets:
// a colour, or a language such as [$-de-DE].
func tokens(pattern string) string {
	var b strings.Builder
	quoted, skip, bracket := false, false, false
	for _, r := range pattern {
		switch {
		case skip:
			skip = false
		case bracket:
			bracket = r != ']'
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			bracket = true
		case r == '\\' || r == '_' || r == '*':
			skip = true
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// tailOf cuts what follows "@" in a format of text into its literal text and the room
// behind it in pixels, by the widths of Arial: a digit has 0.556 of the size, a space and
// a slash half of that.
func tailOf(format string, size float64) (text string, room int64) {
	tail, ok := strings.CutPrefix(format, "@")
	if !ok {
		return "", 0
	}
	if size == 0 {
		size = 10
	}
	em, quoted, spaced := 0.0, false, false
	for _, r := range tail {
		switch {
		case spaced:
			spaced = false
			em += .556
			if strings.ContainsRune(" /.,", r) {
				em -= .278
			}
		case r == '"':
			quoted = !quoted
		case quoted:
			text += string(r)
		case r == '_':
			spaced = true
		}
	}
	return text, int64(em*size*4/3 + .5)
}

// lineOf is a rule as a border.
func lineOf(l workbook.Line) *sheets.Border {
	switch l {
	case workbook.Hairline:
		return &sheets.Border{Style: "SOLID", ColorStyle: colorOf(workbook.Hair)}
	case workbook.ThinLine:
		return &sheets.Border{Style: "SOLID", ColorStyle: colorOf(workbook.Ink)}
	case workbook.ThickLine:
		return &sheets.Border{Style: "SOLID_MEDIUM", ColorStyle: colorOf(workbook.Ink)}
	}
	return nil
}
