package xlsx_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"
)

// convert lets LibreOffice open a workbook and write it in another format. It
// returns the folder of what was written.
func convert(t testing.TB, data []byte, format string) string {
	t.Helper()
	office, dir := testenv.Tool(t, "soffice"), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "book.xlsx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(office, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--headless", "--convert-to", format, "--outdir", dir, filepath.Join(dir, "book.xlsx"))
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	return dir
}

// asShown writes every tab with its cells as they are shown, one file a tab.
const asShown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"

// shown returns the cells of a tab as LibreOffice shows them, without the blanks
// that hold the place of signs.
func shown(t testing.TB, dir, tab string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "book-"+tab+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = strings.TrimRight(row[i], " ")
		}
	}
	return rows
}

// printed lists the cells of the first tab as the document has them.
func printed(doc *tearsheet.Document) [][]string {
	marks := map[tearsheet.Mark]string{tearsheet.Behind: "▼", tearsheet.Watch: "▽", tearsheet.Ahead: "▲"}
	count := func(n int, words string) string { return fmt.Sprintf("%d %s", n, words) }
	c := doc.Counts
	counts := []string{count(c.Behind, "off plan"), count(c.Watch, "watch"), count(c.OnPlan, "on plan"), count(c.Ahead, "ahead")}
	if c.NoPlan > 0 {
		counts = append(counts, count(c.NoPlan, "not judged"))
	}
	if c.Unknown > 0 {
		counts = append(counts, count(c.Unknown, "no value"))
	}
	var agenda, provisional, legend []string
	for _, item := range doc.Agenda {
		agenda = append(agenda, strings.TrimSpace(item.Title+" "+item.Variance+" "+item.Coverage))
	}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			if row.Latest().Provisional {
				provisional = append(provisional, row.Title+" "+row.Latest().Coverage.String())
			}
		}
	}
	strips := []string{"Off plan   " + cmp.Or(strings.Join(agenda, ",  "), "Nothing.")}
	if doc.Provisional {
		strips = append(strips, "Provisional   "+strings.Join(provisional, ",  "))
	}
	for _, c := range doc.Restated { // at most one in these documents
		strips = append(strips, "Restated   "+c.Title+": "+c.Text)
	}
	for _, item := range doc.Legend {
		if item.OpenDot {
			continue
		}
		legend = append(legend, strings.TrimSpace(marks[item.Mark]+item.Sign+" "+item.Text))
	}
	weeks, heads := []string{"", "", ""}, []string{"", "", ""}
	for _, w := range doc.Weeks {
		weeks, heads = append(weeks, w.Label, ""), append(heads, "Actual", "Plan")
	}
	table := [][]string{
		wide(doc.Title, strings.Join(counts, "    ")),
		wide(doc.Company+". "+doc.Subtitle, doc.Plan.Text),
		wide(strings.Join(strips, "\n"), ""),
		append(weeks, "vs plan", "13 weeks"),
		append(heads, "%", ""),
	}
	for _, section := range doc.Sections {
		head := section.Title
		if section.Behind > 0 {
			head += fmt.Sprintf("   %d of %d off plan", section.Behind, len(section.Rows))
		}
		table = append(table, wide(head, ""))
		for _, r := range section.Rows {
			line := []string{marks[r.Mark], r.Title, r.UnitLabel}
			for _, cell := range r.Cells {
				actual := cell.ActualText
				if cell.Signs != "" {
					actual += "  " + cell.Signs
				}
				line = append(line, actual, cell.PlanText)
			}
			table = append(table, append(line, r.Variance, ""))
		}
	}
	return append(table, wide("", ""), wide(strings.Join(legend, "     "), fmt.Sprintf("Edition %d", doc.Edition)))
}

// wide is a line with text in its first and last cell only.
func wide(first, last string) []string {
	line := make([]string, 15)
	line[0], line[14] = first, last
	return line
}

// differences compares two tables strictly, cell by cell.
func differences(got, want [][]string) []string {
	var list []string
	at := func(table [][]string, row, column int) string {
		if row < len(table) && column < len(table[row]) {
			return table[row][column]
		}
		return ""
	}
	for row := range max(len(got), len(want)) {
		for column := range 15 {
			if g, w := at(got, row, column), at(want, row, column); g != w {
				list = append(list, fmt.Sprintf("row %d, column %d: shows %q, want %q", row+1, column+1, g, w))
			}
		}
	}
	return list
}

func TestLibreOfficeShowsWhatTheDocumentPrints(t *testing.T) {
	doc := rendertest.Sample()
	dir := convert(t, render(t, doc), asShown)
	got := shown(t, dir, "Tearsheet")
	for _, difference := range differences(got, printed(doc)) {
		t.Error(difference)
	}
	for tab, rows := range map[string]int{"Definitions": 41, "Data": 1401, "Weeks": 42} {
		if n := len(shown(t, dir, tab)); n != rows {
			t.Errorf("%s shows %d rows, want %d", tab, n, rows)
		}
	}
	shown(t, dir, "Charts")

	// The comparison can fail: one digit, one sign, one mark.
	doc.Sections[1].Rows[2].Cells[3].ActualText += "1"
	doc.Sections[2].Rows[3].Cells[4].Signs = ""
	doc.Sections[3].Rows[0].Mark = tearsheet.Behind
	if found := differences(got, printed(doc)); len(found) != 3 {
		t.Errorf("three changes in the document, %d differences found: %q", len(found), found)
	}
}

// group writes the digits of v independently of the product: rounded by big.Rat,
// halves away from zero, with commas and a true minus.
func group(v *big.Rat, scale int64, decimals int) string {
	text := new(big.Rat).Quo(v, big.NewRat(scale, 1)).FloatString(decimals)
	sign := ""
	if strings.HasPrefix(text, "-") {
		text = text[1:]
		if strings.Trim(text, "0.") != "" {
			sign = "−"
		}
	}
	whole, fraction, dot := strings.Cut(text, ".")
	var parts []string
	for len(whole) > 3 {
		parts = append([]string{whole[len(whole)-3:]}, parts...)
		whole = whole[:len(whole)-3]
	}
	text = sign + strings.Join(append([]string{whole}, parts...), ",")
	if dot {
		text += "." + fraction
	}
	return text
}

// oddTexts are titles that a program might take for something else.
func oddTexts() []string {
	return []string{"=1+1", "+1", "-1", "@A1", "'quoted", "_x0041_x0042_", "a\tb", "  spaces before", `say "so"`, "<b>&amp;"}
}

// oddRow makes a row of random numbers in every order of size, many of them ties
// of rounding, others small negative numbers that print as 0.
func oddRow(rng *rand.Rand, name string) tearsheet.Row {
	scale, decimals := []int64{1, 1, 1000, 1_000_000}[rng.IntN(4)], rng.IntN(5)
	number := func() (metrics.Value, string) {
		unit := new(big.Rat).Quo(big.NewRat(scale, 1), new(big.Rat).SetInt64([]int64{1, 10, 100, 1000, 10000}[decimals]))
		steps := big.NewRat(rng.Int64N(2_000_000)-1_000_000, 1)
		switch rng.IntN(4) {
		case 0: // a tie; LibreOffice rounds one in the fifth decimal by its binary digits
			if decimals < 4 {
				steps.Add(steps, big.NewRat(1, 2))
			}
		case 1: // a mean of seven days
			steps.Add(steps, big.NewRat(rng.Int64N(7), 7))
		case 2: // about 0
			steps = big.NewRat(rng.Int64N(200)-100, 100)
		}
		v := steps.Mul(steps, unit)
		value, _ := metrics.ParseValue(v.RatString())
		return value, group(v, scale, decimals)
	}
	row := tearsheet.Row{Metric: name, Title: name, Scale: int(scale), Decimals: decimals}
	for week := range 5 {
		var cell tearsheet.Cell
		cell.Actual, cell.ActualText = number()
		cell.Plan, cell.PlanText = number()
		if rng.IntN(5) == 0 {
			cell.Signs = []string{"6/7", "‡", "6/7‡"}[rng.IntN(3)]
		}
		percent := big.NewRat(rng.Int64N(4001)-2000, 100)
		if week == 4 && rng.IntN(2) == 0 {
			percent = big.NewRat(rng.Int64N(21)-10, 100)
		}
		cell.Percent, _ = metrics.ParseValue(percent.RatString())
		row.Variance = group(percent, 1, 1)
		if percent.Sign() > 0 && row.Variance != "0.0" {
			row.Variance = "+" + row.Variance
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

func TestLibreOfficeShowsOddNumbersAndTextsAsPrinted(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	doc := &tearsheet.Document{Title: "Odd", Company: "Odd", Subtitle: "week", Edition: 1, Trend: make([]tearsheet.WeekHead, 13),
		Agenda: []tearsheet.AgendaItem{{Title: "a", Variance: "b"}}, AsOf: calendar.Day(20000)}
	for i := range 5 {
		doc.Weeks = append(doc.Weeks, tearsheet.WeekHead{Label: fmt.Sprintf("w%d", i)})
	}
	section := tearsheet.Section{Title: "Odd"}
	for i := range 300 {
		section.Rows = append(section.Rows, oddRow(rng, fmt.Sprintf("odd_%d", i)))
	}
	for i, text := range oddTexts() {
		section.Rows[i].Title = text
	}
	doc.Sections = []tearsheet.Section{section}
	dir := convert(t, render(t, doc), asShown)
	found := differences(shown(t, dir, "Tearsheet"), printed(doc))
	for _, difference := range found[:min(20, len(found))] {
		t.Error(difference)
	}
	if len(found) > 20 {
		t.Errorf("and %d more", len(found)-20)
	}
}

func TestPrintedSheetTakesOnePageAndRepeatsItsHeads(t *testing.T) {
	text := testenv.Tool(t, "pdftotext")
	for copies, pages := range map[int]int{1: 1, 2: 2} {
		doc := rendertest.Long(copies)
		doc.Definitions = nil
		for _, r := range rowsOf(doc) {
			for i := range r.Cells {
				r.Cells[i].Daily = nil // its pages say nothing here, and take LibreOffice long
			}
		}
		dir := convert(t, render(t, doc), "pdf")
		out, err := exec.Command(text, "-layout", filepath.Join(dir, "book.pdf"), "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		list := strings.Split(string(out), "\f")
		for i, page := range list[:pages+1] {
			if has := strings.Contains(page, "13 weeks") && strings.Contains(page, "Actual"); has != (i < pages) {
				t.Errorf("%d × 40 rows, page %d: week heads %v", copies, i+1, has)
			}
			number := regexp.MustCompile(fmt.Sprintf(`Lumen & Lark · Edition 12 .* %d ?/ ?%d\s*$`, i+1, len(list)-1))
			if !number.MatchString(page) {
				t.Errorf("%d × 40 rows, page %d has no footer", copies, i+1)
			}
		}
	}
}
