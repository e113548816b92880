package google

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// face is all that a person can see or change in a cell, in a normal form: equal faces are
// equal cells, whichever way Google tells them. Colours that are told twice are read once;
// what equals Google's default is "".
type face struct {
	Value, Note, Runs, Choice        string
	Number, Fill, Align, Vertical    string
	Wrap, Direction, Rotation        string
	Padding, Font, Size, Color, Link string
	Bold, Italic, Strike, Underline  bool
	Top, Bottom, Left, Right         string
}

// facet is one thing that may differ between two cells.
type facet struct{ name, want, got string }

// differences are the things in which two cells differ.
func (f face) differences(got face) []facet {
	if f == got {
		return nil
	}
	yes := func(b bool) string { return strconv.FormatBool(b) }
	var all []facet
	for _, x := range []facet{
		{"value", f.Value, got.Value}, {"note", f.Note, got.Note}, {"runs of text", f.Runs, got.Runs}, {"drop-down", f.Choice, got.Choice},
		{"number format", f.Number, got.Number}, {"fill", f.Fill, got.Fill}, {"alignment", f.Align, got.Align}, {"vertical alignment", f.Vertical, got.Vertical},
		{"wrapping", f.Wrap, got.Wrap}, {"direction", f.Direction, got.Direction}, {"rotation", f.Rotation, got.Rotation}, {"padding", f.Padding, got.Padding},
		{"font", f.Font, got.Font}, {"size", f.Size, got.Size}, {"colour", f.Color, got.Color}, {"link", f.Link, got.Link},
		{"bold", yes(f.Bold), yes(got.Bold)}, {"italic", yes(f.Italic), yes(got.Italic)}, {"struck through", yes(f.Strike), yes(got.Strike)},
		{"underlined", yes(f.Underline), yes(got.Underline)},
		{"rule above", f.Top, got.Top}, {"rule below", f.Bottom, got.Bottom}, {"rule at the left", f.Left, got.Left}, {"rule at the right", f.Right, got.Right},
	} {
		if x.want != x.got {
			all = append(all, x)
		}
	}
	return all
}

// faceOf is the normal form of a cell; nil is a blank one.
func faceOf(c *sheets.CellData) face {
	if c == nil {
		return face{}
	}
	f := face{Value: valueOf(c.UserEnteredValue), Note: strings.ReplaceAll(c.Note, "\r\n", "\n")}
	if c.DataValidation != nil {
		f.Choice = "yes"
	}
	if c.UserEnteredFormat != nil {
		f.dress(c.UserEnteredFormat)
	}
	runs := known(c.TextFormatRuns)
	if len(runs) == 1 && runs[0].StartIndex == 0 {
		f.wear(runs[0].Format) // one face for all of it is that of the cell
		runs = nil
	}
	f.Runs = f.runsOf(runs)
	return f
}

func (f *face) dress(c *sheets.CellFormat) {
	f.Fill = colorName(c.BackgroundColorStyle, c.BackgroundColor)
	if f.Fill == "FFFFFF" {
		f.Fill = ""
	}
	f.Align = without(c.HorizontalAlignment, "HORIZONTAL_ALIGN_UNSPECIFIED")
	f.Vertical = without(c.VerticalAlignment, "BOTTOM")
	f.Wrap = without(without(c.WrapStrategy, "OVERFLOW_CELL"), "LEGACY_WRAP")
	f.Direction = without(c.TextDirection, "LEFT_TO_RIGHT")
	if n := c.NumberFormat; n != nil && n.Type != "NUMBER_FORMAT_TYPE_UNSPECIFIED" && n.Type+n.Pattern != "" {
		f.Number = strings.TrimSpace(n.Type + " " + n.Pattern)
	}
	if p := c.Padding; p != nil && p.Top+p.Right+p.Bottom+p.Left > 0 {
		f.Padding = fmt.Sprintf("%d %d %d %d", p.Top, p.Right, p.Bottom, p.Left)
	}
	f.Padding = without(f.Padding, fmt.Sprintf("%d %d %d %d", padTop, padRight, padBottom, padLeft))
	if r := c.TextRotation; r != nil && (r.Angle != 0 || r.Vertical) {
		f.Rotation = fmt.Sprint(r.Angle, r.Vertical)
	}
	if b := c.Borders; b != nil {
		f.Top, f.Bottom, f.Left, f.Right = borderName(b.Top), borderName(b.Bottom), borderName(b.Left), borderName(b.Right)
	}
	f.wear(c.TextFormat)
}

// wear takes what a text format says.
func (f *face) wear(t *sheets.TextFormat) {
	if t == nil {
		return
	}
	if t.FontFamily != "" {
		f.Font = t.FontFamily
	}
	if color := colorName(t.ForegroundColorStyle, t.ForegroundColor); color != "" {
		f.Color = color
	}
	if t.FontSize != 0 {
		f.Size = strconv.FormatInt(t.FontSize, 10)
	}
	if t.Link != nil {
		f.Link = t.Link.Uri
	}
	f.Bold, f.Italic, f.Strike, f.Underline = f.Bold || t.Bold, f.Italic || t.Italic, f.Strike || t.Strikethrough, f.Underline || t.Underline
}

// runsOf tells pieces of text of other faces than that of the cell. Google may leave out
// what a piece has in common with its cell, so each is told in full.
func (f face) runsOf(runs []*sheets.TextFormatRun) string {
	var told []string
	last := ""
	plain := f.piece(nil)
	if len(runs) > 0 && runs[0].StartIndex > 0 {
		last = plain
		told = append(told, "0 "+plain)
	}
	for _, r := range runs {
		if piece := f.piece(r.Format); piece != last {
			told = append(told, fmt.Sprintf("%d %s", r.StartIndex, piece))
			last = piece
		}
	}
	if len(told) == 1 && told[0] == "0 "+plain {
		return ""
	}
	return strings.Join(told, "; ")
}

func (f face) piece(t *sheets.TextFormat) string {
	f.wear(t)
	return fmt.Sprint(f.Font, " ", f.Size, " ", f.Color, f.Bold, f.Italic, f.Strike, f.Underline, " ", f.Link)
}

// without is a text, or "" if it is the default.
func without(text, standard string) string {
	if text == standard {
		return ""
	}
	return text
}

// valueOf tells what was entered: text in quotes, numbers to 15 digits, formulas with =.
func valueOf(v *sheets.ExtendedValue) string {
	switch {
	case v == nil:
		return ""
	case v.FormulaValue != nil:
		return plainFormula(*v.FormulaValue)
	case v.NumberValue != nil:
		return strconv.FormatFloat(*v.NumberValue+0, 'g', 15, 64) // -0 + 0 is 0
	case v.BoolValue != nil:
		return strings.ToUpper(strconv.FormatBool(*v.BoolValue))
	case v.ErrorValue != nil:
		return "#" + v.ErrorValue.Type
	case v.StringValue != nil && *v.StringValue != "":
		return strconv.Quote(*v.StringValue)
	}
	return ""
}

// simpleTitle is a title that Google may tell without its quotes.
var simpleTitle = regexp.MustCompile(`'([A-Za-z_][A-Za-z0-9_]*)'!`)

func plainFormula(formula string) string { return simpleTitle.ReplaceAllString(formula, "$1!") }

// colorName is a colour as RRGGBB, or as the name of the theme's.
func colorName(style *sheets.ColorStyle, old *sheets.Color) string {
	if style != nil && style.ThemeColor != "" {
		return style.ThemeColor
	}
	c := old
	if style != nil && style.RgbColor != nil {
		c = style.RgbColor
	}
	if c == nil {
		return ""
	}
	part := func(x float64) int { return int(math.Round(min(max(x, 0), 1) * 255)) }
	return fmt.Sprintf("%02X%02X%02X", part(c.Red), part(c.Green), part(c.Blue))
}

func borderName(b *sheets.Border) string {
	if b == nil || b.Style == "" || b.Style == "NONE" || b.Style == "STYLE_UNSPECIFIED" {
		return ""
	}
	color := colorName(b.ColorStyle, b.Color)
	if color == "" {
		color = "000000"
	}
	return b.Style + " " + color
}

// grid is a rectangle of faces, by rows. A rule between two cells belongs to the upper and
// to the left one, whichever Google tells it of.
type grid [][]face

// gridOf is what stands in the rectangle from A1. Cells that Google does not tell are blank.
func gridOf(data *sheets.GridData, rows, columns int) grid {
	g := make(grid, rows)
	for i := range g {
		g[i] = make([]face, columns)
	}
	if data == nil {
		return g
	}
	for i, row := range data.RowData {
		r := i + int(data.StartRow)
		if r >= rows || row == nil {
			continue
		}
		for j, cell := range row.Values {
			if c := j + int(data.StartColumn); c < columns {
				g[r][c] = faceOf(cell)
			}
		}
	}
	g.join()
	return g
}

// join gives each rule between two cells to the upper or left one.
func (g grid) join() {
	for r := range g {
		for c := range g[r] {
			if r+1 < len(g) {
				if g[r][c].Bottom == "" {
					g[r][c].Bottom = g[r+1][c].Top
				}
				g[r+1][c].Top = ""
			}
			if c+1 < len(g[r]) {
				if g[r][c].Right == "" {
					g[r][c].Right = g[r][c+1].Left
				}
				g[r][c+1].Left = ""
			}
		}
	}
}
