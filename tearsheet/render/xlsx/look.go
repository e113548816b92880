package xlsx

import (
	"tearsheet/internal/xlsxfile"

	"github.com/xuri/excelize/v2"
)

// fontFamily is on every office machine, and its digits are all of one width.
const (
	fontFamily = "Arial"
	monoFamily = "Courier New"
)

// The colours of the sheet. The accent only doubles what shape and weight say.
const (
	ink    = "111111"
	grey   = "626262"
	light  = "8C8C8C"
	rule   = "D6D6D6"
	band   = "F0F0F0"
	accent = "960C12"
)

// look is how a cell looks.
type look struct {
	Size         float64 // points; 0 is 10
	Bold, Italic bool
	Mono         bool
	Color        string // "" is ink
	Fill         string
	Format       string // of numbers
	Align        string // left, right, center
	Indent       int
	Middle       bool // else at the bottom, or at the top if wrapped
	Wrap         bool
	Shrink       bool // rather than cut
	Under        line // rule below
	Over         line // rule above
}

// line is a rule between rows.
type line int

const (
	noLine line = iota
	hairline
	thinLine
	thickLine
)

func (l look) font() *excelize.Font {
	font := &excelize.Font{Family: fontFamily, Size: l.Size, Bold: l.Bold, Italic: l.Italic, Color: l.Color}
	if l.Mono {
		font.Family = monoFamily
	}
	if l.Size == 0 {
		font.Size = 10
	}
	if l.Color == "" {
		font.Color = ink
	}
	return font
}

// style returns the number of a look in the workbook.
func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	vertical := "bottom"
	switch {
	case l.Middle:
		vertical = "center"
	case l.Wrap:
		vertical = "top"
	}
	style := &excelize.Style{
		Font:      l.font(),
		Alignment: &excelize.Alignment{Horizontal: l.Align, Indent: l.Indent, Vertical: vertical, WrapText: l.Wrap, ShrinkToFit: l.Shrink},
	}
	if l.Fill != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.Fill}}
	}
	if l.Format != "" {
		style.CustomNumFmt = &l.Format
	}
	style.Border = append(border("bottom", l.Under), border("top", l.Over)...)
	id, err := b.file.NewStyle(style)
	b.keep(err)
	b.styles[l] = id
	return id
}

func border(side string, l line) []excelize.Border {
	switch l {
	case hairline:
		return []excelize.Border{{Type: side, Color: rule, Style: 1}}
	case thinLine:
		return []excelize.Border{{Type: side, Color: ink, Style: 1}}
	case thickLine:
		return []excelize.Border{{Type: side, Color: ink, Style: 2}}
	}
	return nil
}

// run is a piece of text with a face of its own.
func run(text string, l look) excelize.RichTextRun {
	return excelize.RichTextRun{Text: xlsxfile.Printable(text), Font: l.font()}
}
