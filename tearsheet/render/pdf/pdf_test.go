package pdf_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/rendertest"
)

func papers() []pdf.Paper { return []pdf.Paper{pdf.Letter, pdf.A4} }

func render(t testing.TB, paper pdf.Paper, doc *tearsheet.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (pdf.Renderer{Paper: paper}).Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// file renders into a file for the tools that read it.
func file(t testing.TB, paper pdf.Paper, doc *tearsheet.Document) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(path, render(t, paper, doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func output(t testing.TB, tool string, args ...string) string {
	t.Helper()
	out, err := exec.Command(testenv.Tool(t, tool), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// pages returns the text of each page as a reader of the file sees it.
func pages(t testing.TB, path string) []string {
	t.Helper()
	text := output(t, "pdftotext", "-layout", path, "-")
	return strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

func rows(doc *tearsheet.Document) []tearsheet.Row {
	var rows []tearsheet.Row
	for _, section := range doc.Sections {
		rows = append(rows, section.Rows...)
	}
	return rows
}

func sheetPages(pages []string) []string {
	for i, page := range pages {
		if strings.HasPrefix(strings.TrimSpace(page), "Definitions") {
			return pages[:i]
		}
	}
	return pages
}

func TestEveryFigureStandsInItsRowInOrder(t *testing.T) {
	for _, paper := range papers() {
		for _, doc := range []*tearsheet.Document{rendertest.Sample(), rendertest.Long(3)} {
			var lines []string
			for _, page := range sheetPages(pages(t, file(t, paper, doc))) {
				lines = append(lines, strings.Split(page, "\n")...)
			}
			at := 0
			for _, row := range rows(doc) {
				want := strings.Fields(row.Title + " " + row.UnitLabel)
				for _, cell := range row.Cells {
					want = append(want, strings.Fields(cell.ActualText+" "+cell.Signs+" "+cell.PlanText)...)
				}
				want = append(want, strings.Fields(row.Variance)...)
				for at < len(lines) && strings.Join(strings.Fields(lines[at]), " ") != strings.Join(want, " ") {
					at++
				}
				if at == len(lines) {
					t.Fatalf("%s, %d rows: no line, or not in its place: %s", paper, len(rows(doc)), strings.Join(want, " "))
				}
			}
		}
	}
}

func TestHeadAndFootSayWhatIsPrinted(t *testing.T) {
	doc := rendertest.Sample()
	all := pages(t, file(t, pdf.Letter, doc))
	for _, want := range []string{
		doc.Title, doc.Company, doc.Subtitle, doc.Plan.Text, "10 off plan", "4 watch", "16 on plan", "4 ahead", "4 not judged", "2 no value",
		"Off plan", doc.Agenda[0].Title + " " + doc.Agenda[0].Variance, "and 5 more",
		"Provisional Web uploads 6/7, Photos sold 6/7, Average order value 6/7",
		"Restated Paid media spend: 8 Nov was 7,001, now 6,635 (edition 11; definition changed)",
		"off plan, 5% or more", "6/7 days loaded: provisional", "‡ restated since it was first printed", "– no value",
	} {
		if !strings.Contains(strings.Join(strings.Fields(all[0]), " "), want) {
			t.Errorf("page 1 lacks %q", want)
		}
	}
	for i, page := range all {
		for _, want := range []string{"Edition 12", "As of 17 November 2026", "revision 4 (1f0c)"} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d lacks %q", i+1, want)
			}
		}
		if number := regexp.MustCompile(`(\d+) ?/ ?(\d+)\n*$`).FindStringSubmatch(page); number == nil ||
			number[1] != itoa(i+1) || number[2] != itoa(len(all)) {
			t.Errorf("page %d of %d is numbered %q", i+1, len(all), number)
		}
	}
}

func TestASheetThatIsNotIssuedIsADraftAndACompleteOneIsNotProvisional(t *testing.T) {
	doc := rendertest.Sample()
	doc.Edition, doc.Provisional = 0, false
	page := pages(t, file(t, pdf.Letter, doc))[0]
	if !strings.Contains(page, "Draft, not issued") || strings.Contains(page, "Edition") {
		t.Error("the foot does not say that the sheet is a draft")
	}
	if strings.Contains(page, "Provisional") {
		t.Error("the head says that a complete sheet is provisional")
	}
}

func TestASheetWithoutRestatedFiguresSaysNothingOfThem(t *testing.T) {
	doc := rendertest.Sample()
	doc.Restated = nil
	if page := pages(t, file(t, pdf.Letter, doc))[0]; strings.Contains(page, "Restated") {
		t.Error("the head speaks of restated figures")
	}
}

func TestStripSaysHowManyItemsItLeavesOut(t *testing.T) {
	doc := rendertest.Sample()
	for range 4 {
		doc.Restated = append(doc.Restated, doc.Restated[0])
	}
	doc.Restated = append(doc.Restated, tearsheet.Correction{Metric: "web_0", Title: "Web active users", Text: "1 Nov was 1, now 2 (edition 9; late data)"})
	page := strings.Join(strings.Fields(pages(t, file(t, pdf.Letter, doc))[0]), " ")
	shown := strings.Count(page, "8 Nov was 7,001")
	if want := fmt.Sprintf("changed); and %d more", 6-shown); shown == 0 || !strings.Contains(page, want) {
		t.Errorf("%d of 6 are shown, and the strip does not end with %q", shown, want)
	}
	if strings.Count(page, "Paid media spend:") != 1 {
		t.Error("a metric is named for each of its figures")
	}
}

// Forty rows under three strips are the most that the sheet promises for one page.
func TestFortyRowsUnderThreeStripsStandOnOnePage(t *testing.T) {
	doc := rendertest.Sample()
	if len(rows(doc)) != 40 || !doc.Provisional || len(doc.Restated) == 0 || len(doc.Agenda) == 0 {
		t.Fatal("the sample is not what the test is about")
	}
	for _, paper := range papers() {
		if n := len(sheetPages(pages(t, file(t, paper, doc)))); n != 1 {
			t.Errorf("%s: %d pages", paper, n)
		}
	}
}

// An item of the legend without a mark or sign begins where others begin theirs.
func TestLegendWithoutASignLeavesNoHole(t *testing.T) {
	doc := rendertest.Sample()
	doc.Legend = []tearsheet.LegendItem{{Text: "alone"}, {Sign: "‡", Text: "restated"}}
	for _, w := range words(t, file(t, pdf.Letter, doc))[0].Words {
		if w.Text == "alone" && math.Abs(w.Left-28) > .1 {
			t.Errorf("the item begins at %.1f, the margin at 28", w.Left)
		}
	}
}

// F02: a week without a value, a provisional one and a zero look different.
func TestMissingAndProvisionalWeeksAreNeverZero(t *testing.T) {
	doc := rendertest.Sample()
	page := pages(t, file(t, pdf.Letter, doc))[0]
	for title, want := range map[string]string{
		"Marketplace visits": " – 28,808",     // a week without a day
		"Photos sold":        " – 6/7 2,414",  // a sum with a day missing
		"Web uploads":        " 10,899 6/7 ",  // a mean with a day missing
		"First reply time":   " – 5.20 –",     // days without a value
		"Refunds":            " 4.06 0.00 +4", // a plan that is zero
		"Likes":              " 1,398 – no plan",
	} {
		line := regexp.MustCompile(`(?m)^ *` + title + ` .*$`).FindString(page)
		if !strings.Contains(strings.Join(strings.Fields(line), " "), want) {
			t.Errorf("%s: %q lacks %q", title, line, want)
		}
	}
}

func TestFileIsSoundAndSetInItsOwnFonts(t *testing.T) {
	for _, paper := range papers() {
		path := file(t, paper, rendertest.Sample())
		if info, err := os.Stat(path); err != nil || info.Size() > 150_000 {
			t.Errorf("%s: %d bytes: fonts embedded whole? %v", paper, info.Size(), err)
		}
		if out := output(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
			t.Errorf("%s: %s", paper, out)
		}
		fonts := output(t, "pdffonts", path)
		for _, line := range strings.Split(strings.TrimSpace(fonts), "\n")[2:] {
			if !regexp.MustCompile(`yes +(no|yes) +yes +\d+ +0$`).MatchString(line) {
				t.Errorf("%s: a font that is not embedded, or does not tell its characters: %s", paper, line)
			}
		}
	}
}

func TestSameDocumentGivesTheSameBytes(t *testing.T) {
	doc := rendertest.Sample()
	want := render(t, pdf.Letter, doc)
	for range 4 {
		if !bytes.Equal(render(t, pdf.Letter, doc), want) {
			t.Fatal("two renders differ")
		}
	}
	other := rendertest.Sample()
	other.Edition++
	if bytes.Equal(render(t, pdf.Letter, other), want) {
		t.Fatal("another edition gives the same bytes")
	}
}

// childVar asks the test program to print the hash of a render, and end.
const childVar = "TEARSHEET_TEST_PDF_HASH"

func TestSameDocumentGivesTheSameBytesInEveryProcess(t *testing.T) {
	sum := sha256.Sum256(render(t, pdf.A4, rendertest.Sample()))
	hash := hex.EncodeToString(sum[:])
	if os.Getenv(childVar) != "" {
		os.Stdout.WriteString("hash=" + hash + "\n")
		return
	}
	for range 4 {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), childVar+"=1", "TZ=Asia/Tokyo")
		out, err := child.Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(out), "hash="+hash) {
			t.Fatalf("this process: %s\nanother: %s", hash, out)
		}
	}
}

func TestRendersAtTheSameTimeDoNotDisturbEachOther(t *testing.T) {
	doc := rendertest.Sample()
	want := render(t, pdf.Letter, doc)
	results := make(chan []byte)
	for range 8 {
		go func() {
			var b bytes.Buffer
			if err := (pdf.Renderer{}).Render(&b, doc); err != nil {
				t.Error(err)
			}
			results <- b.Bytes()
		}()
	}
	for range 8 {
		if !bytes.Equal(<-results, want) {
			t.Error("a render beside others differs")
		}
	}
}

// F08
func TestMetadataNamesTheSheetAndNobodyElse(t *testing.T) {
	doc := rendertest.Sample()
	path := file(t, pdf.Letter, doc)
	info := output(t, "pdfinfo", "-isodates", path)
	for _, want := range []string{
		"Lumen & Lark: Executive tearsheet, week ending 15 November 2026", "Lumen & Lark\n", doc.Subtitle,
		"2026-11-17T00:00:00", "Letter", "612 x 792",
	} {
		if !strings.Contains(strings.ReplaceAll(info, "(letter)", "Letter"), want) {
			t.Errorf("metadata lacks %q:\n%s", want, info)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain.pdf")
	output(t, "qpdf", "--qdf", "--object-streams=disable", path, plain)
	content, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	directory, _ := os.Getwd()
	secrets := []string{directory, os.TempDir() + "/", "/go/", ".ttf"}
	if len(home) > 1 {
		secrets = append(secrets, home+"/")
	}
	if me, err := user.Current(); err == nil {
		secrets = append(secrets, "("+me.Username+")", "/"+me.Username+"/")
	}
	for _, secret := range secrets {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if !bytes.Contains(content, []byte("/Lang (en)")) {
		t.Error("the file does not tell its language")
	}
}

func TestA4IsA4(t *testing.T) {
	if info := output(t, "pdfinfo", file(t, pdf.A4, rendertest.Sample())); !strings.Contains(info, "(A4)") {
		t.Errorf("not A4:\n%s", info)
	}
}

func TestUnknownPaperIsAnError(t *testing.T) {
	var b bytes.Buffer
	err := (pdf.Renderer{Paper: "legal"}).Render(&b, rendertest.Sample())
	if err == nil || err.Error() != `pdf: unknown paper "legal": letter or a4` || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}

// F01: a character without a glyph would be a blank, and one above U+FFFF a panic.
func TestCharacterWithoutGlyphIsAnErrorWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		spoil func(*tearsheet.Document)
		want  string
	}{
		{func(d *tearsheet.Document) { d.Sections[0].Rows[1].Title = "Growth 📈" }, `metric "marketing_1": the fonts have no character '📈' (U+1F4C8)`},
		{func(d *tearsheet.Document) { d.Sections[1].Rows[0].UnitLabel = "円/day" }, `metric "product_0": the fonts have no character '円' (U+5186)`},
		{func(d *tearsheet.Document) { d.Sections[1].Title = "Prodüct\x07" }, `team "product": the fonts have no character '\a' (U+0007)`},
		{func(d *tearsheet.Document) { d.Definitions[2].Text = "日" }, `metric "marketing_2", definition: the fonts have no character '日' (U+65E5)`},
		{func(d *tearsheet.Document) { d.Definitions[2].Statement = "select\t1\r\n-- ☃" }, `metric "marketing_2", statement: the fonts have no character '☃' (U+2603)`},
		{func(d *tearsheet.Document) { d.Company = "Lumen\u200b" }, `sheet: the fonts have no character '\u200b' (U+200B)`},
	} {
		doc := rendertest.Sample()
		c.spoil(doc)
		var b bytes.Buffer
		err := (pdf.Renderer{}).Render(&b, doc)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", c.want, b.Len())
		}
	}
}

func TestDocumentThatCannotBeDrawnIsAnErrorAndNoPanic(t *testing.T) {
	doc := rendertest.Sample()
	doc.Sections[0].Rows[0].Cells = append(doc.Sections[0].Rows[0].Cells, tearsheet.Cell{})
	var b bytes.Buffer
	err := (pdf.Renderer{}).Render(&b, doc)
	if err == nil || !strings.HasPrefix(err.Error(), "pdf, page 1: ") || b.Len() > 0 {
		t.Errorf("error %v, %d bytes; want an error of page 1 and nothing written", err, b.Len())
	}
}

func TestEmptySheetIsStillAPage(t *testing.T) {
	doc := &tearsheet.Document{Title: "Executive tearsheet", AsOf: calendar.DayOn(2026, 11, 17)}
	if got := len(pages(t, file(t, pdf.Letter, doc))); got != 1 {
		t.Errorf("%d pages, want 1", got)
	}
}

func BenchmarkRender(b *testing.B) {
	doc := rendertest.Sample()
	for b.Loop() {
		render(b, pdf.Letter, doc)
	}
}
