package xlsxfile

import (
	"cmp"

	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// fontFamily is on every office machine, and its digits are all of one width.
const (
	fontFamily = "Arial"
	monoFamily = "Courier New"
)

func font(l workbook.Look) *excelize.Font {
	font := &excelize.Font{Family: fontFamily, Size: cmp.Or(l.Size, 10), Bold: l.Bold, Italic: l.Italic, Color: cmp.Or(l.Color, workbook.Ink)}
	if l.Mono {
		font.Family = monoFamily
	}
	return font
}

// style returns the number of a look in the file.
func (f *file) style(l workbook.Look) int {
	if id, ok := f.styles[l]; ok {
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
		Font:      font(l),
		Alignment: &excelize.Alignment{Horizontal: l.Align, Indent: l.Indent, Vertical: vertical, WrapText: l.Wrap, ShrinkToFit: l.Shrink},
	}
	if l.Fill != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.Fill}}
	}
	if l.Format != "" {
		style.CustomNumFmt = &l.Format
	}
	style.Border = append(border("bottom", l.Under), border("top", l.Over)...)
	id, err := f.NewStyle(style)
	f.keep(err)
	f.styles[l] = id
	return id
}

func border(side string, l workbook.Line) []excelize.Border {
	switch l {
	case workbook.Hairline:
		return []excelize.Border{{Type: side, Color: workbook.Hair, Style: 1}}
	case workbook.ThinLine:
		return []excelize.Border{{Type: side, Color: workbook.Ink, Style: 1}}
	case workbook.ThickLine:
		return []excelize.Border{{Type: side, Color: workbook.Ink, Style: 2}}
	}
	return nil
}

// face is what a rule changes.
type face struct {
	bold  bool
	color string
}

// face returns the number of a face in the file.
func (f *file) face(as face) int {
	if id, ok := f.faces[as]; ok {
		return id
	}
	id, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: as.bold, Color: as.color}})
	f.keep(err)
	f.faces[as] = id
	return id
}
