package plan_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
	"tearsheet/plan"
)

// workbook is a workbook in the making, with one sheet named Plan.
type workbook struct {
	*excelize.File
	t testing.TB
}

func newWorkbook(t testing.TB) workbook {
	t.Helper()
	w := workbook{excelize.NewFile(), t}
	w.must(w.SetSheetName("Sheet1", "Plan"))
	return w
}

func (w workbook) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// rows fills the sheet from its first cell.
func (w workbook) rows(rows ...[]any) workbook {
	w.t.Helper()
	for i, row := range rows {
		name, err := excelize.CoordinatesToCellName(1, i+1)
		w.must(err)
		w.must(w.SetSheetRow("Plan", name, &row))
	}
	return w
}

// shown gives cells a number format.
func (w workbook) shown(cell, format string) {
	w.t.Helper()
	style, err := w.NewStyle(&excelize.Style{CustomNumFmt: &format})
	w.must(err)
	w.must(w.SetCellStyle("Plan", cell, cell, style))
}

func (w workbook) bytes() []byte {
	w.t.Helper()
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	w.must(err)
	return b.Bytes()
}

func (w workbook) plan(o plan.Options) *plan.Plan {
	w.t.Helper()
	p, err := plan.Parse("plan.xlsx", w.bytes(), o)
	w.must(err)
	return p
}

// faults reads the workbook, which must be refused, and returns what is said.
func (w workbook) faults(o plan.Options) string {
	w.t.Helper()
	p, err := plan.Parse("plan.xlsx", w.bytes(), o)
	var faults metrics.Faults
	if p != nil || !errors.As(err, &faults) {
		w.t.Fatalf("got %v and %v, want faults and no plan", p, err)
	}
	return faults.Error()
}

func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

func TestWorkbookCellsCountByTheirTypeAndNotByTheirLook(t *testing.T) {
	o := options(t)
	w := newWorkbook(t).rows(
		[]any{"Master plan 2026"},
		nil,
		[]any{"metric", "is", date(10, 1), date(11, 1), date(11, 15), "2026-Q1", nil},
		[]any{"likes", "daily", 0.1 + 0.2, "1,234,567", 12345678.9, 0, nil},
		nil,
		[]any{"revenue", nil, 310, nil, nil, nil, "  "},
	)
	w.shown("C3", "mmm yyyy")
	w.shown("D3", `[$-409]mmm\-yy;@`)
	w.shown("E3", "d mmm")
	w.shown("E4", `0.0,,"m";[Red]-0`)
	w.shown("C6", `[$$-409]#,##0.00 "per day"`)
	w.must(w.MergeCell("Plan", "A1", "E1"))
	p := w.plan(o)
	for _, c := range []struct{ metric, ends, want string }{
		{"likes", "2026-10-11", "3/10"},
		{"likes", "2026-11-08", "1234567"},
		{"likes", "2026-11-15", "123456789/10"},
		{"likes", "2026-03-08", "0"},
		{"revenue", "2026-10-11", "70"},
		{"revenue", "2026-11-08", "unknown"},
	} {
		if got := weekly(t, p, o, c.metric, c.ends); got != c.want {
			t.Errorf("%s to %s: got %s, want %s", c.metric, c.ends, got, c.want)
		}
	}
	if got := p.Label().Source; got != "plan.xlsx, sheet Plan" {
		t.Errorf("source %q", got)
	}
}

func TestWorkbookAndTextGiveTheSamePlan(t *testing.T) {
	o := options(t)
	text := parse(t, o, "metric,version,period,value\nlikes,v1,2026-10,0.29\nrevenue,v1,2026-11-15,1000000\n")
	w := newWorkbook(t).rows(
		[]any{"version", "metric", "period", "value"},
		[]any{"v1", "revenue", date(11, 15), 1e6},
		[]any{"v1", "likes", date(10, 31), 0.29},
	)
	w.shown("C3", "yyyy-mm")
	if a, b := text.Label(), w.plan(o).Label(); a.Hash != b.Hash || a.Version != b.Version {
		t.Errorf("labels %+v and %+v", a, b)
	}
}

func TestFormulaCountsAsItsSavedValue(t *testing.T) {
	o := options(t)
	w := newWorkbook(t).rows([]any{"metric", "2026-10", "2026-11"}, []any{"likes", 5})
	w.must(w.SetCellFloat("Plan", "C2", 7.5, -1, 64))
	w.must(w.SetCellFormula("Plan", "C2", "B2*1.5"))
	if got := weekly(t, w.plan(o), o, "likes", "2026-11-15"); got != "15/2" {
		t.Errorf("got %s", got)
	}

	unsaved := newWorkbook(t).rows([]any{"metric", "2026-10", "2026-11"}, []any{"likes", 5})
	unsaved.must(unsaved.SetCellFormula("Plan", "C2", "B2*1.5"))
	unsaved.must(unsaved.SetCellFormula("Plan", "B3", `IF(B2>9,B2,"")`)) // blank
	if got := unsaved.faults(o); got != "plan.xlsx: Plan!C2: a formula without a saved value: save the workbook from a spreadsheet program, or clear the cell if there is no plan" {
		t.Errorf("got %s", got)
	}
}

// broken workbooks, each with all that must be said of it.
func TestBrokenWorkbooksSayAllThatIsWrongAndWhere(t *testing.T) {
	header := []any{"metric", "2026-10", "2026-11"}
	for _, c := range []struct {
		name string
		make func(w workbook)
		want []string
	}{
		{"E02 text for a number", func(w workbook) {
			w.rows(nil, nil, nil, nil, nil, header, []any{"likes", 1, "tbd"})
		}, []string{`plan.xlsx: Plan!C7: "tbd" is not a number`}},
		{"E02 error value", func(w workbook) {
			w.rows(header, []any{"likes", nil, 1})
			w.must(w.SetCellFormula("Plan", "B2", "A1/0"))
			w.must(w.SetCellValue("Plan", "B2", "#REF!"))
		}, []string{`plan.xlsx: Plan!B2: "#REF!" is not a number`}},
		{"E02 percentage", func(w workbook) {
			w.rows(header, []any{"conversion", 0.12, "12%"})
			w.shown("B2", "0.0%")
		}, []string{
			`plan.xlsx: Plan!B2: 0.12 is shown as a percentage: write the figure in the metric's own unit, as a plain number`,
			`plan.xlsx: Plan!C2: "12%" is not a number: write the figure in the metric's own unit, without the sign`,
		}},
		{"E02 date for a number", func(w workbook) {
			w.rows(header, []any{"likes", date(10, 5), true})
		}, []string{
			`plan.xlsx: Plan!B2: 2026-10-05 is a date and not a number: set the cell's format to number`,
			`plan.xlsx: Plan!C2: "TRUE" is not a number`,
		}},
		{"E02 ambiguous comma in text", func(w workbook) { w.rows(header, []any{"likes", "1,234"}) },
			[]string{`plan.xlsx: Plan!B2: "1,234" may mean 1234 or 1.234: write it without the comma, or declare the decimal sign of the plan`}},
		{"E03 dates that end no week", func(w workbook) {
			w.rows([]any{"metric", date(10, 1), date(11, 14), 202611})
			w.shown("B1", "yyyy-mm-dd")
		}, []string{
			`plan.xlsx: Plan!B1: 2026-10-01 is a Thursday, not the last day of a week: weeks start on Monday here, and this one ends on 2026-10-04; for the whole month write 2026-10`,
			`plan.xlsx: Plan!C1: 2026-11-14 is a Saturday, not the last day of a week: weeks start on Monday here, and this one ends on 2026-11-15`,
			`plan.xlsx: Plan!D1: "202611" is not a period: write the date on which a week ends (2026-11-15), a month (2026-11) or a quarter (2026-Q4)`,
		}},
		{"E03 a date with an hour", func(w workbook) {
			w.rows([]any{"metric", date(11, 15).Add(12 * time.Hour)})
		}, []string{`plan.xlsx: Plan!B1: "2026-11-15 12:00" is not a period: write the date on which a week ends (2026-11-15), a month (2026-11) or a quarter (2026-Q4)`}},
		{"E04 unknown metric", func(w workbook) { w.rows(header, []any{"likse", 1}) },
			[]string{`plan.xlsx: Plan!A2: metric "likse" is not in the registry (did you mean "likes"?)`}},
		{"E05 a month twice, as text and as a date", func(w workbook) {
			w.rows([]any{"metric", "2026-10", date(10, 1)}, []any{"likes", 1, 2})
			w.shown("C1", "mmm yyyy")
		}, []string{`plan.xlsx: Plan!C1: column "2026-10" is already at Plan!B1`}},
		{"E05 a metric twice", func(w workbook) { w.rows(header, []any{"likes", 1}, []any{"likes", 2}) },
			[]string{`plan.xlsx: Plan!B3: likes is planned twice for 2026-10: also at Plan!B2`}},
		{"notes column", func(w workbook) { w.rows([]any{"metric", "notes", "2026-10"}, []any{"likes", "ask Ann", 1}) },
			[]string{`plan.xlsx: Plan!B1: unknown column "notes": want metric, version, is, period, value or a period such as 2026-11`}},
		{"merged figures", func(w workbook) {
			w.rows(header, []any{"likes", 1, nil})
			w.must(w.MergeCell("Plan", "B2", "C2"))
		}, []string{`plan.xlsx: Plan!B2: is merged with the cells up to C2: unmerge them, one figure to a cell`}},
		{"no header", func(w workbook) { w.rows([]any{"likes", 1}) },
			[]string{`plan.xlsx, sheet Plan: no header in the first 20 rows: want metric,period,value or metric,2026-10,2026-11,…`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorkbook(t)
			c.make(w)
			if got, want := w.faults(options(t)), strings.Join(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestE02StoredErrorValueIsRefused(t *testing.T) {
	w := newWorkbook(t).rows([]any{"metric", "2026-10"}, []any{"likes", 12345})
	data := rewrite(t, w.bytes(), "xl/worksheets/sheet1.xml", func(xml string) string {
		return strings.Replace(xml, `<v>12345</v>`, `<f>A1/0</f><v>#DIV/0!</v>`, 1)
	})
	data = rewrite(t, data, "xl/worksheets/sheet1.xml", func(xml string) string {
		return strings.Replace(xml, `<c r="B2"`, `<c r="B2" t="e"`, 1)
	})
	_, err := plan.Parse("plan.xlsx", data, options(t))
	if err == nil || err.Error() != `plan.xlsx: Plan!B2: "#DIV/0!" is not a number` {
		t.Errorf("got %v", err)
	}
}

func TestDatesFrom1904AreTheSameDates(t *testing.T) {
	o := options(t)
	w := newWorkbook(t).rows([]any{"metric", "x"}, []any{"likes", 5})
	yes := true
	w.must(w.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	w.must(w.SetCellValue("Plan", "B1", 46341-1462)) // 2026-11-15 counted from 1904
	w.shown("B1", "yyyy-mm-dd")
	if got := weekly(t, w.plan(o), o, "likes", "2026-11-15"); got != "5" {
		t.Errorf("got %s", got)
	}
}

func TestE01WrongSheetNameListsTheSheets(t *testing.T) {
	o := options(t)
	w := newWorkbook(t).rows([]any{"metric", "2026-10"}, []any{"likes", 5})
	for _, name := range []string{"Plan 2027", "Notes"} {
		_, err := w.NewSheet(name)
		w.must(err)
	}
	if got := weekly(t, w.plan(o), o, "likes", "2026-10-25"); got != "5" {
		t.Errorf("without a name, the sheet named Plan: got %s", got)
	}
	o.Sheet = "plan"
	if got := w.faults(o); got != `plan.xlsx: no sheet "plan": the workbook has Plan, Plan 2027, Notes` {
		t.Errorf("got %s", got)
	}
	o.Sheet = "Plan 2027"
	w.must(w.SetCellValue("Plan 2027", "A1", "metric"))
	if got := w.faults(o); !strings.HasPrefix(got, `plan.xlsx: 'Plan 2027'!A1: no periods`) {
		t.Errorf("got %s", got)
	}
	o.Sheet = ""
	w.must(w.SetSheetName("Plan", "Master"))
	if got := w.faults(o); got != "plan.xlsx: has several sheets, none of them named Plan: say which one (Master, Plan 2027, Notes)" {
		t.Errorf("got %s", got)
	}
}

func TestE01HalfSavedWorkbookIsRefused(t *testing.T) {
	whole := newWorkbook(t).rows([]any{"metric", "2026-10"}, []any{"likes", 5}).bytes()
	dir := t.TempDir()
	for _, size := range []int{0, 1, 4, 100, len(whole) / 2, len(whole) - 1} {
		path := filepath.Join(dir, "plan.xlsx")
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		var faults metrics.Faults
		if p, err := plan.ReadFile(path, options(t)); p != nil || !errors.As(err, &faults) {
			t.Errorf("%d of %d bytes: got %v and %v", size, len(whole), p, err)
		}
	}
	cut := rewrite(t, whole, "xl/worksheets/sheet1.xml", func(xml string) string { return xml[:strings.Index(xml, `<row r="2"`)] })
	if p, err := plan.Parse("plan.xlsx", cut, options(t)); p != nil || err == nil || !strings.Contains(err.Error(), "Plan") {
		t.Errorf("sheet cut short: got %v and %v", p, err)
	}
}

func TestWorkbookThatUnfoldsWithoutEndIsRefused(t *testing.T) {
	whole := newWorkbook(t).rows([]any{"metric", "2026-10"}, []any{"likes", 5}).bytes()
	bomb := rewrite(t, whole, "xl/worksheets/sheet1.xml", func(xml string) string { return xml + strings.Repeat(" ", 65<<20) })
	if len(bomb) > 1<<20 {
		t.Fatalf("the bomb is %d bytes and no bomb", len(bomb))
	}
	if p, err := plan.Parse("plan.xlsx", bomb, options(t)); p != nil || err == nil || !strings.Contains(err.Error(), "unfolds to more than 64 MB") {
		t.Errorf("got %v and %v", p, err)
	}
}

func TestWorkbookThatSpansTheWholeSheetIsRefused(t *testing.T) {
	whole := newWorkbook(t).rows([]any{"metric", "2026-10"}, []any{"likes", 5}).bytes()
	wide := rewrite(t, whole, "xl/worksheets/sheet1.xml", func(text string) string {
		var rows strings.Builder
		for row := 3; row < 10_000; row++ {
			fmt.Fprintf(&rows, `<row r="%d"><c r="XFD%d"/></row>`, row, row)
		}
		return strings.Replace(text, "</sheetData>", rows.String()+"</sheetData>", 1)
	})
	_, err := plan.Parse("plan.xlsx", wide, options(t))
	if err == nil || !strings.Contains(err.Error(), "spans more than") {
		t.Errorf("got %v", err)
	}
}

// rewrite returns the archive with one of its files changed.
func rewrite(t testing.TB, archive []byte, name string, change func(string) string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	changed := false
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(in); err != nil {
			t.Fatal(err)
		}
		text := content.String()
		if f.Name == name {
			text, changed = change(text), true
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || !changed {
		t.Fatalf("%s: changed %v, %v", name, changed, err)
	}
	return b.Bytes()
}
