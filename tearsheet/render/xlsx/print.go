package xlsx

import (
	"fmt"
	"strings"

	"tearsheet/internal/xlsxfile"
	"tearsheet/tearsheet"

	"github.com/xuri/excelize/v2"
)

// paperCode returns the number by which workbooks know a paper.
func paperCode(paper string) (int, error) {
	switch paper {
	case "", "letter":
		return 1, nil
	case "a4":
		return 9, nil
	}
	return 0, fmt.Errorf("xlsx: unknown paper %q: letter or a4", paper)
}

// page is how a tab is printed: one page wide, as many high as it takes.
type page struct {
	paper     int
	landscape bool
	columns   int // of the print area
	rows      int
	headFrom  int // rows repeated on each page; 0: none
	headTo    int
}

func (t tab) print(p page, doc *tearsheet.Document) {
	orientation, wide, high, fit := "portrait", 1, 0, true
	if p.landscape {
		orientation = "landscape"
	}
	t.keep(t.file.SetSheetProps(t.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	t.keep(t.file.SetPageLayout(t.name, &excelize.PageLayoutOptions{
		Size: &p.paper, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}))
	side, edge, foot, centred := .4, .5, .25, true
	t.keep(t.file.SetPageMargins(t.name, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &edge, Bottom: &edge, Header: &foot, Footer: &foot, Horizontally: &centred}))
	t.keep(t.file.SetHeaderFooter(t.name, &excelize.HeaderFooterOptions{OddFooter: footer(doc)}))
	column, err := excelize.ColumnNumberToName(p.columns)
	t.keep(err)
	t.define("_xlnm.Print_Area", fmt.Sprintf("'%s'!$A$1:$%s$%d", t.name, column, p.rows))
	if p.headFrom > 0 {
		t.define("_xlnm.Print_Titles", fmt.Sprintf("'%s'!$%d:$%d", t.name, p.headFrom, p.headTo))
	}
}

// define gives a range one of the names by which programs know what to print.
func (t tab) define(name, area string) {
	t.keep(t.file.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: area, Scope: t.name}))
}

// longestFooter bounds each half of the footer; workbooks take 255 characters.
const longestFooter = 90

// footer prints the edition, the plan and the page. An ampersand begins a command
// there, and is doubled to stand for itself.
func footer(doc *tearsheet.Document) string {
	left := doc.EditionText() + " · as of " + doc.AsOf.Format("2 January 2006")
	if doc.Company != "" {
		left = doc.Company + " · " + left
	}
	return "&L&8 " + footerText(left) + "&C&8 " + footerText(doc.Plan.Text) + "&R&8 &P / &N"
}

func footerText(text string) string {
	runes := []rune(strings.ReplaceAll(xlsxfile.Printable(text), "\n", " "))
	if len(runes) > longestFooter {
		runes = append(runes[:longestFooter-1], '…')
	}
	return strings.ReplaceAll(string(runes), "&", "&&")
}
