package xlsxfile

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf16"

	"tearsheet/workbook"

	"github.com/xuri/excelize/v2"
)

// view sets what is seen of a tab on the screen.
func (t tab) view(from *workbook.Tab) {
	if from.NoGrid {
		off := false
		t.keep(t.SetSheetView(t.name, 0, &excelize.ViewOptions{ShowGridLines: &off}))
	}
	if from.Filter != nil {
		t.keep(t.AutoFilter(t.name, t.area(*from.Filter), nil))
	}
	if from.Frozen != (workbook.Ref{}) {
		t.freeze(from.Frozen)
	}
}

// freeze keeps the rows above and the columns before a cell in view.
func (t tab) freeze(at workbook.Ref) {
	pane := "bottomRight"
	switch {
	case at.Column == 1 && at.Row == 1:
		return
	case at.Column == 1:
		pane = "bottomLeft"
	case at.Row == 1:
		pane = "topRight"
	}
	t.keep(t.SetPanes(t.name, &excelize.Panes{Freeze: true, XSplit: at.Column - 1, YSplit: at.Row - 1,
		TopLeftCell: t.ref(at), ActivePane: pane, Selection: []excelize.Selection{{SQRef: t.ref(at), ActiveCell: t.ref(at), Pane: pane}}}))
}

// papers returns the number by which workbooks know a paper.
func papers(name string) (int, bool) {
	switch name {
	case "", "letter":
		return 1, true
	case "a4":
		return 9, true
	}
	return 0, false
}

func (t tab) print(p workbook.Page) {
	paper, _ := papers(p.Paper)
	orientation, wide, high, fit := "portrait", cmp.Or(p.Wide, 1), 0, true
	if p.Landscape {
		orientation = "landscape"
	}
	t.keep(t.SetSheetProps(t.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	t.keep(t.SetPageLayout(t.name, &excelize.PageLayoutOptions{
		Size: &paper, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}))
	if p.Narrow {
		side, edge, foot, centred := .4, .5, .25, true
		t.keep(t.SetPageMargins(t.name, &excelize.PageLayoutMarginsOptions{
			Left: &side, Right: &side, Top: &edge, Bottom: &edge, Header: &foot, Footer: &foot, Horizontally: &centred}))
	}
	foot := "&L&8 " + footerText(p.Left) + "&C&8 " + footerText(p.Middle) + "&R&8 &P / &N"
	t.keep(t.SetHeaderFooter(t.name, &excelize.HeaderFooterOptions{OddFooter: foot}))
	if p.Columns > 0 && p.Rows > 0 {
		t.define("_xlnm.Print_Area", fmt.Sprintf("%s!$A$1:$%s$%d", quoted(t.name), t.column(p.Columns), p.Rows))
	}
	var titles []string
	if p.HeadColumns > 0 {
		titles = append(titles, fmt.Sprintf("%s!$A:$%s", quoted(t.name), t.column(p.HeadColumns)))
	}
	if p.HeadFrom > 0 {
		titles = append(titles, fmt.Sprintf("%s!$%d:$%d", quoted(t.name), p.HeadFrom, p.HeadTo))
	}
	if len(titles) > 0 {
		t.define("_xlnm.Print_Titles", strings.Join(titles, ","))
	}
}

// define gives a range one of the names by which programs know what to print.
func (t tab) define(name, area string) {
	t.keep(t.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: area, Scope: t.name}))
}

// longestFooter bounds each half of the footer; workbooks take 255 UTF-16 units.
const longestFooter = 90

// footerText is text as a footer shows it. An ampersand begins a command there, and is
// doubled to stand for itself.
func footerText(text string) string {
	var shown []string
	units := 0
	for _, r := range strings.ReplaceAll(Printable(text), "\n", " ") {
		sign := string(r)
		if r == '&' {
			sign = "&&"
		}
		shown = append(shown, sign)
		units += len(utf16.Encode([]rune(sign)))
	}
	if units <= longestFooter {
		return strings.Join(shown, "")
	}
	for units > longestFooter-1 {
		last := len(shown) - 1
		units -= len(utf16.Encode([]rune(shown[last])))
		shown = shown[:last]
	}
	return strings.Join(shown, "") + "…"
}
