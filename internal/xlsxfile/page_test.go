package xlsxfile_test

import (
	"strings"
	"testing"

	"tearsheet/workbook"
)

func TestPrintIsSetUp(t *testing.T) {
	b := book(func(tab *workbook.Tab) {
		tab.Print = workbook.Page{Paper: "a4", Landscape: true, Columns: 28, Rows: 90, HeadFrom: 4, HeadTo: 5, HeadColumns: 2, Wide: 2, Narrow: true, Left: "Lumen & Lark\nInc", Middle: "Plan"}
		tab.Breaks = []int{12, 40}
	})
	b.Tab("Bare")
	f := opened(t, b)
	page, err := f.GetPageLayout("Sheet")
	if err != nil || *page.Size != 9 || *page.Orientation != "landscape" || *page.FitToWidth != 2 || *page.FitToHeight != 0 {
		t.Errorf("page %+v (%v)", page, err)
	}
	if margins, err := f.GetPageMargins("Sheet"); err != nil || *margins.Left != .4 || !*margins.Horizontally {
		t.Errorf("margins %+v (%v)", margins, err)
	}
	if foot, err := f.GetHeaderFooter("Sheet"); err != nil || foot.OddFooter != "&L&8 Lumen && Lark Inc&C&8 Plan&R&8 &P / &N" {
		t.Errorf("foot %+v (%v)", foot, err)
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	if got := names["Sheet _xlnm.Print_Area"]; got != "'Sheet'!$A$1:$AB$90" {
		t.Errorf("printed area %q", got)
	}
	if got := names["Sheet _xlnm.Print_Titles"]; got != "'Sheet'!$A:$B,'Sheet'!$4:$5" {
		t.Errorf("repeated %q", got)
	}
	if len(names) != 2 {
		t.Errorf("names %v: a tab without heads or area has none", names)
	}
	if bare, err := f.GetPageLayout("Bare"); err != nil || *bare.Size != 1 || *bare.FitToWidth != 1 {
		t.Errorf("a page without wishes is %+v (%v), want letter, one wide", bare, err)
	}
	text := parts(t, written(t, b))["xl/worksheets/sheet1.xml"]
	if !strings.Contains(text, `<brk id="11"`) || !strings.Contains(text, `<brk id="39"`) {
		t.Error("pages do not begin with rows 12 and 40")
	}
}

// An ampersand begins a command of a foot, which holds 255 characters in all.
func TestFootIsCutBetweenSigns(t *testing.T) {
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.Print.Left, tab.Print.Middle = strings.Repeat("&", 300), strings.Repeat("😀", 300)
	}))
	foot, err := f.GetHeaderFooter("Sheet")
	want := "&L&8 " + strings.Repeat("&&", 44) + "…&C&8 " + strings.Repeat("😀", 44) + "…&R&8 &P / &N"
	if err != nil || foot.OddFooter != want {
		t.Errorf("foot %q (%v)\nwant %q", foot.OddFooter, err, want)
	}
}

func TestViewIsAsTheTabSays(t *testing.T) {
	for want, at := range map[string]workbook.Ref{"bottomRight": workbook.At(4, 6), "bottomLeft": workbook.At(1, 4), "topRight": workbook.At(3, 1)} {
		f := opened(t, book(func(tab *workbook.Tab) { tab.Frozen = at }))
		panes, err := f.GetPanes("Sheet")
		if err != nil || !panes.Freeze || panes.XSplit != at.Column-1 || panes.YSplit != at.Row-1 || panes.ActivePane != want {
			t.Errorf("frozen at %v: %+v (%v), want %s", at, panes, err, want)
		}
	}
	f := opened(t, book(func(tab *workbook.Tab) {
		tab.NoGrid = true
		filter := workbook.At(1, 2).To(8, 90)
		tab.Filter = &filter
		tab.Width(2, 24)
		tab.Height(3, 25)
		tab.Hide(4)
		tab.Merge(workbook.At(1, 3).To(9, 3))
		tab.Text(workbook.At(1, 3), "merged", workbook.Look{})
	}))
	if view, err := f.GetSheetView("Sheet", 0); err != nil || *view.ShowGridLines {
		t.Errorf("view %+v (%v)", view, err)
	}
	if panes, _ := f.GetPanes("Sheet"); panes.Freeze {
		t.Error("frozen without being asked")
	}
	if width, _ := f.GetColWidth("Sheet", "B"); width != 24 {
		t.Errorf("column B is %v wide", width)
	}
	if height, _ := f.GetRowHeight("Sheet", 3); height != 25 {
		t.Errorf("row 3 is %v high", height)
	}
	for column, want := range map[string]bool{"C": true, "D": false, "E": true} {
		if got, _ := f.GetColVisible("Sheet", column); got != want {
			t.Errorf("column %s is visible: %v", column, got)
		}
	}
	if merged, err := f.GetMergeCells("Sheet"); err != nil || len(merged) != 1 || merged[0].GetStartAxis() != "A3" || merged[0].GetEndAxis() != "I3" || merged[0].GetCellValue() != "merged" {
		t.Errorf("merged %v (%v)", merged, err)
	}
	if n := f.GetDefinedName(); len(n) != 1 || n[0].Name != "_xlnm._FilterDatabase" || n[0].RefersTo != "Sheet!$A$2:$H$90" && n[0].RefersTo != "'Sheet'!$A$2:$H$90" {
		t.Errorf("the filter is %+v", n)
	}
}
