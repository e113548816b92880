package plan_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/plan"
)

// csvOf writes rows as a person exports them: dates in full, months without a day.
func csvOf(rows [][]any) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		record := []string{""}
		for _, value := range row {
			record = append(record, csvText(value))
		}
		_ = w.Write(record[1:])
	}
	w.Flush()
	return b.Bytes()
}

func csvText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format("2006-01-02")
	case shown:
		if at, ok := v.value.(time.Time); ok {
			return at.Format("2006-01")
		}
		return csvText(v.value)
	}
	return fmt.Sprint(value)
}

// workbookOf writes rows as a workbook.
func workbookOf(t testing.TB, rows [][]any) workbook {
	t.Helper()
	w := newWorkbook(t)
	for i, row := range rows {
		for j, value := range row {
			name := string(rune('A'+j)) + strconv.Itoa(i+1)
			format := ""
			if as, ok := value.(shown); ok {
				value, format = as.value, as.format
			}
			if err, ok := value.(error); ok {
				value = err.Error()
			}
			if value != nil {
				w.must(w.SetCellValue("Plan", name, value))
			}
			if format != "" {
				w.shown(name, format)
			}
		}
	}
	return w
}

// read is what became of reading a document, without its name.
func read(o plan.Options, p *plan.Plan, err error) string {
	if err != nil {
		return strings.NewReplacer("plan.xlsx", "DOC", "Master plan 2027", "DOC").Replace(err.Error())
	}
	label := p.Label()
	if label.Revision != "" && label.Version == "revision "+label.Revision {
		label.Version = ""
	}
	said := []string{label.Hash, label.Version, fmt.Sprint(p.Versions())}
	for _, w := range p.Warnings() {
		said = append(said, w.Text)
	}
	for _, m := range o.Registry.Metrics() {
		w := o.Calendar.WeekOf(calendar.DayOn(2025, time.December, 1))
		for range 70 {
			said = append(said, p.Week(m, w).String())
			w = w.Add(1)
		}
		said = append(said, p.Rule(m))
	}
	return strings.Join(said, "\n")
}

// disagreement says where the rows, once as a workbook and once as a grid, are not read
// alike, and, if they make a plan, as CSV; "" if they are. The grid is changed first.
func disagreement(t testing.TB, rows [][]any, change func(*plan.Grid)) string {
	t.Helper()
	o := options(t)
	g := gridOf(rows...)
	change(&g)
	p, err := g.Plan(o)
	grid := read(o, p, err)
	book, bookErr := plan.Parse("plan.xlsx", workbookOf(t, rows).bytes(), o)
	if got := read(o, book, bookErr); got != grid {
		return "grid and workbook: " + firstDifference(grid, got)
	}
	if err != nil {
		return ""
	}
	text, err := plan.Parse("plan.csv", csvOf(rows), o)
	if got := read(o, text, err); got != grid {
		return "grid and text: " + firstDifference(grid, got)
	}
	return ""
}

// firstDifference returns the first lines in which two texts differ.
func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("line %d is %q and %q", i+1, as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(as), len(bs))
}

func asItIs(*plan.Grid) {}

// drawnPlan draws a plan of either form, with blank rows and columns, and now and then
// what is no figure.
func drawnPlan(t *rapid.T) [][]any {
	rows := make([][]any, rapid.IntRange(0, 3).Draw(t, "rows above"))
	if len(rows) > 0 && rapid.Bool().Draw(t, "titled") {
		rows[0] = []any{"Master plan"}
	}
	versions := []any{nil}
	header := []any{"metric"}
	if rapid.Bool().Draw(t, "versioned") {
		versions, header = []any{"budget", "reforecast"}, []any{"metric", "version"}
	}
	metrics := rapid.Permutation([]string{"likes", "revenue", "signups", "storage", "conversion"}).Draw(t, "metrics")[:rapid.IntRange(1, 5).Draw(t, "so many")]
	periods := rapid.Permutation(drawablePeriods()).Draw(t, "periods")[:rapid.IntRange(1, 6).Draw(t, "as many")]
	long := rapid.Bool().Draw(t, "long")
	if long {
		rows = append(rows, append(header, "period", "value"))
	} else {
		rows = append(rows, append(header, periods...))
	}
	for _, metric := range metrics {
		for _, version := range versions {
			named := []any{metric}
			if version != nil {
				named = append(named, version)
			}
			if !long {
				for range periods {
					named = append(named, drawnFigure(t))
				}
				rows = append(rows, named)
				continue
			}
			for _, period := range periods {
				rows = append(rows, append(slices.Clone(named), period, drawnFigure(t)))
			}
		}
		if rapid.IntRange(0, 4).Draw(t, "gap") == 0 {
			rows = append(rows, nil)
		}
	}
	return rows
}

func drawablePeriods() []any {
	return []any{"2026-09", "2026-Q1", "2026-11-01", shown{date(10, 1), "mmm yyyy"}, shown{date(11, 30), `mm"/"yy`},
		date(11, 15), date(11, 22), shown{date(12, 1), "yyyy-mm"}}
}

func drawnFigure(t *rapid.T) any {
	switch rapid.IntRange(0, 11).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return "1,234,567"
	case 2:
		return strconv.Itoa(rapid.IntRange(-5, 5).Draw(t, "text"))
	case 3:
		if rapid.IntRange(0, 9).Draw(t, "wrong") == 0 {
			return rapid.SampledFrom([]any{"tbd", errors.New("#REF!"), true, "1,234", shown{0.12, "0.0%"}, date(11, 15), "12%"}).Draw(t, "no figure")
		}
		return shown{12.5, "$#,##0.00"}
	}
	cents := rapid.Int64Range(-1e12, 1e12).Draw(t, "cents")
	if rapid.Bool().Draw(t, "small") {
		cents %= 1000
	}
	return float64(cents) / 100
}

func TestTextWorkbookAndGridGiveTheSamePlan(t *testing.T) {
	plans, faults := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawnPlan(rt)
		if found := disagreement(t, rows, asItIs); found != "" {
			rt.Fatalf("%v are read as\n%s", rows, found)
		}
		if _, err := gridOf(rows...).Plan(options(t)); err == nil {
			plans++
		} else {
			faults++
		}
	})
	if plans == 0 || faults == 0 {
		t.Errorf("%d plans and %d faulty documents were drawn", plans, faults)
	}
}

// A spreadsheet stores 100 × 1.1 as 110.00000000000001 and shows 110.
func TestComputedFiguresAreTheSameInAGridAndAWorkbook(t *testing.T) {
	hundred, third := 100.0, 3.0
	rows := [][]any{{"metric", "2026-10", "2026-11", "2026-12"}, {"likes", hundred * 1.1, hundred / third, 1e15 + 0.3}}
	o := options(t)
	grid, err := gridOf(rows...).Plan(o)
	book, bookErr := plan.Parse("plan.xlsx", workbookOf(t, rows).bytes(), o)
	if got, want := read(o, grid, err), read(o, book, bookErr); got != want {
		t.Error(firstDifference(got, want))
	}
}

// The comparison above would see a reader that is wrong in one of these ways.
func TestGridThatIsReadWronglyIsNotTheSamePlan(t *testing.T) {
	rows := [][]any{nil, {"metric", "version", shown{date(10, 1), "mmm yyyy"}, date(11, 15), "2026-Q1"},
		{"likes", "budget", 0.5, 7.0, "12"}, {"conversion", "budget", shown{0.12, "0%"}}}
	sound := slices.Clone(rows)
	sound[3] = []any{"conversion", "budget", 0.12}
	for _, rows := range [][][]any{rows, sound} {
		if found := disagreement(t, rows, asItIs); found != "" {
			t.Fatal(found)
		}
	}
	all := func(change func(*plan.GridCell)) func(*plan.Grid) {
		return func(g *plan.Grid) {
			for i := range g.Cells {
				change(&g.Cells[i])
			}
		}
	}
	for name, change := range map[string]func(*plan.Grid){
		"dates counted from 1904": all(func(c *plan.GridCell) {
			if c.Date {
				c.Number = new(*c.Number + 1462)
			}
		}),
		"every date a day":   all(func(c *plan.GridCell) { c.Day = c.Date }),
		"every date a month": all(func(c *plan.GridCell) { c.Day = false }),
		"dates as numbers":   all(func(c *plan.GridCell) { c.Date = false }),
		"blank as zero": all(func(c *plan.GridCell) {
			if c.Text == "12" {
				c.Text = "0"
			}
		}),
		"a cell lost":     func(g *plan.Grid) { g.Cells = g.Cells[:len(g.Cells)-1] },
		"another version": all(func(c *plan.GridCell) { c.Text = strings.Replace(c.Text, "budget", "Budget", 1) }),
		"figures rounded": all(func(c *plan.GridCell) {
			if c.Number != nil {
				c.Number = new(float64(int(*c.Number)))
			}
		}),
	} {
		if disagreement(t, sound, change) == "" {
			t.Errorf("%s: nobody sees it", name)
		}
	}
	for name, change := range map[string]func(*plan.Grid){
		"percentages as numbers": all(func(c *plan.GridCell) { c.Percent = false }),
		"counted from the range": all(func(c *plan.GridCell) { c.Row-- }),
	} {
		if disagreement(t, rows, change) == "" {
			t.Errorf("%s: nobody sees it", name)
		}
	}
}

// Each broken file of testdata, as far as it has cells at all, has as many faults in a
// grid as in a file, and those of a workbook.
func TestBrokenPlansAreAsBrokenInAGrid(t *testing.T) {
	noCells := []string{"latin1", "nul_byte", "open_quote", "stray_quote", "utf16"}
	files, err := filepath.Glob("testdata/broken/*.csv")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d broken plans, %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(path, ".csv")
		if slices.Contains(noCells, filepath.Base(name)) {
			continue // what is wrong with them is that they are no such text
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			rows := rowsOf(t, path)
			said := gridFaults(t, options(t), gridOf(rows...))
			held := filepath.Base(name) != "unprintable_version" // a workbook cannot hold it
			if found := disagreement(t, rows, asItIs); held && found != "" {
				t.Error(found)
			}
			golden, err := os.ReadFile(name + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Count(said+"\n", "\n"), strings.Count(string(golden), "\n"); got != want {
				t.Errorf("%d faults:\n%s\nwant %d as in\n%s", got, said, want, golden)
			}
		})
	}
}

// rowsOf reads a file of comma-separated text as it stands.
func rowsOf(t testing.TB, path string) [][]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for line := range strings.Lines(string(data)) {
		r := csv.NewReader(strings.NewReader(line))
		record, _ := r.Read()
		var row []any
		for _, field := range record {
			if field == "" {
				row = append(row, nil)
				continue
			}
			row = append(row, field)
		}
		rows = append(rows, row)
	}
	return rows
}
