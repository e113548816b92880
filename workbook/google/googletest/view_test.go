package googletest

import (
	"bytes"
	"strings"
	"testing"
)

func TestThePageShowsWhatIsInTheSpreadsheet(t *testing.T) {
	s, id, _ := start(t, Options{})
	p := s.Person(id)
	p.AddTab("Data")
	p.EditCell("Data", "A1", 1)
	p.EditCell("Data", "B1", 3)
	p.EditCell("Sheet1", "A1", "off plan")
	p.EditCell("Sheet1", "B1", "=SPARKLINE(Data!A1:B1)")
	p.EditCell("Sheet1", "C1", `<script>alert("x")</script>`)
	p.AddNote("Sheet1", "C1", `a "note"`)
	p.EditCell("Sheet1", "A3", "=SPARKLINE(Nowhere!A1)")
	p.Merge("Sheet1", "A5:C6")
	p.EditCell("Sheet1", "A5", "merged")
	p.AddConditionalRule("Sheet1", "A1:A3", "off plan")
	p.ResizeColumn("Sheet1", "B", 137)
	p.HideRow("Sheet1", 2)
	p.Protect("Sheet1", "A5:C6")
	p.AddChart("Sheet1", "A1:B1", "D4")
	p.Freeze("Sheet1", 1, 0)
	code, message := send(t, s, id, `{"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 3, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 1}, "fields": "*", "cell":
		{"userEnteredValue": {"numberValue": 1234.5}, "userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.0"}, "horizontalAlignment": "CENTER",
		"borders": {"bottom": {"style": "DASHED"}}, "textFormat": {"bold": true, "fontSize": 13, "fontFamily": "x;}</style>", "link": {"uri": "javascript:alert(1)"}}}}}}`)
	if code != 200 {
		t.Fatal(message)
	}
	var page bytes.Buffer
	if err := s.HTML(&page, id); err != nil {
		t.Fatal(err)
	}
	html := page.String()
	for _, part := range []string{"<polyline points=\"2.00,18.00 98.00,2.00\"", "#REF!", "&lt;script&gt;", `title="a &#34;note&#34;"`, `colspan="3" rowspan="2"`,
		"1,234.5", "background: #ff0000", "width: 137px", "font-weight: bold", "font-size: 13pt", "text-align: center", "border-bottom: 1px dashed #000000",
		"protected: Sheet1!A5:C6", "Chart By hand", `class="frozenrow"`, "1 conditional formats"} {
		if !strings.Contains(html, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	for _, part := range []string{"<script", "</style>\"", "javascript:", "x;}", "ZgotmplZ"} {
		if strings.Contains(html, part) {
			t.Errorf("the page has %s", part)
		}
	}
	if n := strings.Count(html, "<th>2</th>"); n != 1 {
		t.Errorf("%d tabs show row 2, which one of the two hides", n)
	}
	if err := s.HTML(&page, "nowhere"); err == nil {
		t.Error("a page of nothing was drawn")
	}
}

func TestTextRunsOverBlankCellsToTheNextOneThatHoldsSomething(t *testing.T) {
	s, id, _ := start(t, Options{})
	p := s.Person(id)
	p.EditCell("Sheet1", "A1", "a title that is long")
	p.EditCell("Sheet1", "D1", "d")
	p.EditCell("Sheet1", "A2", "a title whose neighbour is taken")
	p.EditCell("Sheet1", "B2", 0)
	p.EditCell("Sheet1", "D3", "at the right")
	p.EditCell("Sheet1", "D4", 12)
	p.EditCell("Sheet1", "A5", "up to what is merged")
	p.Merge("Sheet1", "C5:D5")
	p.Freeze("Sheet1", 0, 2)
	p.EditCell("Sheet1", "A6", "up to the edge")
	p.ResizeColumn("Sheet1", "B", 30)
	code, message := send(t, s, id, `{"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 3, "endColumnIndex": 4},
		"fields": "userEnteredFormat.horizontalAlignment", "cell": {"userEnteredFormat": {"horizontalAlignment": "RIGHT"}}}}`)
	if code != 200 {
		t.Fatal(message)
	}
	for _, c := range []struct {
		columns   int // that are frozen
		at, style string
	}{
		{0, "A1", "width: 230px; margin-left: 0px"}, {0, "A2", ""}, {0, "D3", "width: 330px; margin-left: -230px"}, {0, "D4", ""},
		{0, "A5", "width: 130px; margin-left: 0px"}, {0, "D1", "width: 200px; margin-left: 0px"}, {2, "A6", "width: 130px; margin-left: 0px"},
		{2, "D3", "width: 200px; margin-left: -100px"}, {1, "A6", ""},
	} {
		p.Freeze("Sheet1", 0, c.columns)
		b := s.books[id]
		sheet := b.Sheets[0]
		cell := spot{int(c.at[1] - '1'), int(c.at[0] - 'A')}
		if got := string(b.spillStyle(sheet, cell, sheet.used())); got != c.style {
			t.Errorf("%s beside %d frozen columns: %q, want %q", c.at, c.columns, got, c.style)
		}
	}
}
