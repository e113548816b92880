package xlsxfile

import (
	"fmt"
	"strings"

	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// The measures of a note, in pixels and characters.
const (
	noteWidth      = 330
	noteLine       = 15
	noteCharacters = 54
)

// note hangs a note on a cell, as high as its text needs.
func (t tab) note(at string, note workbook.Note) {
	list := []excelize.RichTextRun{{}} // LibreOffice drops the face of the first run
	lines := 0
	for _, part := range []workbook.Run{
		{Text: note.Title, Look: workbook.Look{Size: 9, Bold: true}},
		{Text: note.Text, Look: workbook.Look{Size: 9}},
		{Text: note.Source, Look: workbook.Look{Size: 8, Italic: true, Color: workbook.Grey}},
	} {
		if part.Text == "" {
			continue
		}
		lines += workbook.Lines(part.Text, noteCharacters)
		if len(list) > 1 {
			part.Text = "\n" + part.Text
		}
		r := run(part.Text, part.Look)
		r.Text = Escaped(r.Text)
		list = append(list, r)
	}
	t.keep(t.AddComment(t.name, excelize.Comment{Author: program, Cell: at, Paragraph: list,
		Width: noteWidth, Height: uint(noteLine*lines + noteLine/2)}))
}

// rules colours and weighs cells by what stands in their row.
func (t tab) rules(rules []workbook.Rule) {
	for _, r := range rules {
		style := t.face(face{r.Bold, r.Color})
		formula := fmt.Sprintf(`$%s%d="%s"`, t.column(r.Column), r.Area.From.Row, strings.ReplaceAll(Printable(r.Is), `"`, `""`))
		t.keep(t.SetConditionalFormat(t.name, t.area(r.Area),
			[]excelize.ConditionalFormatOptions{{Type: "formula", Criteria: formula, Format: &style}}))
	}
}

// sparks draws lines in cells, all in one group.
func (t tab) sparks(sparks []workbook.Spark) {
	if len(sparks) == 0 {
		return
	}
	options := &excelize.SparklineOptions{Type: "line", Style: 25, SeriesColor: workbook.Ink, Last: true}
	for _, s := range sparks {
		options.Location = append(options.Location, t.ref(s.At))
		options.Range = append(options.Range, named(s.Tab)+"!"+t.area(s.From))
	}
	t.keep(t.AddSparkline(t.name, options))
}

// chart draws rows of numbers as lines, with a gap where there is none.
func (t tab) chart(c workbook.Chart) {
	small := excelize.Font{Family: fontFamily, Size: 8, Color: workbook.Grey}
	var list []excelize.ChartSeries
	for _, s := range c.Series {
		list = append(list, t.series(s))
	}
	t.keep(t.AddChart(t.name, t.ref(c.At), &excelize.Chart{
		Type:         excelize.Line,
		Series:       list,
		Title:        excelize.ChartTitle{Paragraph: []excelize.RichTextRun{run(c.Title, workbook.Look{Size: 10, Bold: true})}},
		Legend:       excelize.ChartLegend{Position: "none"},
		Dimension:    excelize.ChartDimension{Width: uint(c.Width), Height: uint(c.Height)},
		Format:       excelize.GraphicOptions{OffsetX: 2, OffsetY: 8, AltText: Printable(c.AltText)},
		ShowBlanksAs: "gap",
		Border:       excelize.LineOptions{Type: excelize.LineNone},
		XAxis:        excelize.ChartAxis{Font: small, TickLabelSkip: 3, TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:        excelize.ChartAxis{Font: small, MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: c.Format}},
	}))
}

func (t tab) series(s workbook.Series) excelize.ChartSeries {
	dash := excelize.LineDashUnset
	if s.Dashed {
		dash = excelize.LineDashDash
	}
	from := named(s.Tab) + "!"
	return excelize.ChartSeries{
		Name:       from + absolute(t.ref(s.Name)),
		Categories: from + absolute(t.area(s.Categories)),
		Values:     from + absolute(t.area(s.Values)),
		Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{s.Color}},
		Line:       excelize.LineOptions{Type: excelize.LineSolid, Width: s.Width, Dash: dash},
		Marker:     excelize.ChartMarker{Symbol: "none"},
	}
}
