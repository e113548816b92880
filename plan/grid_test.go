package plan_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"tearsheet/metrics"
	"tearsheet/plan"
)

// shown is a value of a grid or a workbook with the number format that it has there.
type shown struct {
	value  any // a float64 or a time.Time
	format string
}

// gridOf is the grid that a spreadsheet on a server gives for rows from A1 on: nil is a
// blank cell, an error is one that stands in place of a value.
func gridOf(rows ...[]any) plan.Grid {
	g := plan.Grid{Document: "Master plan 2027", Source: "Master plan 2027 (Google Sheets)", Tab: "Plan"}
	for i, row := range rows {
		for j, value := range row {
			if value != nil {
				g.Cells = append(g.Cells, gridCell(i+1, j+1, value))
			}
		}
	}
	return g
}

func gridCell(row, column int, value any) plan.GridCell {
	c := plan.GridCell{Row: row, Column: column}
	switch v := value.(type) {
	case string:
		c.Text = v
	case bool:
		c.Text = strings.ToUpper(map[bool]string{true: "true", false: "false"}[v])
	case error:
		c.Wrong = v.Error()
	case int:
		c.Number = new(float64(v))
	case float64:
		c.Number = new(v)
	case time.Time:
		since := v.Sub(time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC))
		c.Number, c.Date, c.Day = new(since.Hours()/24), true, true
	case shown:
		c = gridCell(row, column, v.value)
		c.Percent = strings.Contains(v.format, "%")
		c.Day = c.Date && strings.Contains(v.format, "d")
	}
	return c
}

func gridPlan(t testing.TB, o plan.Options, g plan.Grid) *plan.Plan {
	t.Helper()
	p, err := g.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// gridFaults reads a grid that must be refused, and returns what is said.
func gridFaults(t testing.TB, o plan.Options, g plan.Grid) string {
	t.Helper()
	p, err := g.Plan(o)
	var faults metrics.Faults
	if p != nil || !errors.As(err, &faults) {
		t.Fatalf("got %v and %v, want faults and no plan", p, err)
	}
	return faults.Error()
}

func TestGridCellsCountByTheirTypeAndNotByTheirLook(t *testing.T) {
	o := options(t)
	p := gridPlan(t, o, gridOf(
		[]any{"Master plan 2026"},
		nil,
		[]any{"metric", "is", shown{date(10, 1), "mmm yyyy"}, shown{date(11, 30), "mm/yy"}, date(11, 15), "2026-Q1"},
		[]any{"likes", "daily", 0.1 + 0.2, "1,234,567", 12345678.9, 0},
		nil,
		[]any{"revenue", nil, shown{310.0, "$#,##0.00"}, nil, nil, nil, "  "},
		[]any{"storage", nil, 100 * 1.1, 0.1, nil, -4},
	))
	for _, c := range []struct{ metric, ends, want string }{
		{"likes", "2026-10-11", "3/10"},
		{"likes", "2026-11-08", "1234567"},
		{"likes", "2026-11-15", "123456789/10"},
		{"likes", "2026-03-08", "0"}, // E07
		{"revenue", "2026-10-11", "70"},
		{"revenue", "2026-11-08", "unknown"},
	} {
		if got := weekly(t, p, o, c.metric, c.ends); got != c.want {
			t.Errorf("%s to %s: got %s, want %s", c.metric, c.ends, got, c.want)
		}
	}
	storage := o.Registry.Metric("storage")
	for ends, want := range map[string]string{"2026-10-31": "110", "2026-11-30": "1/10", "2026-03-31": "-4"} {
		if got := p.Day(storage, day(t, ends)).String(); got != want {
			t.Errorf("E07 storage on %s: got %s, want %s", ends, got, want)
		}
	}
}

func TestGridSaysAllThatIsWrongAndWhere(t *testing.T) {
	header := []any{"metric", "2026-10", "2026-11"}
	for _, c := range []struct {
		name string
		grid plan.Grid
		want []string
	}{
		{"E02 text for a number", gridOf(nil, nil, nil, nil, nil, header, []any{"likes", 1, "tbd"}),
			[]string{`Master plan 2027: Plan!C7: "tbd" is not a number`}},
		{"E02 error values", gridOf([]any{"metric", errors.New("#N/A"), "2026-10"}, []any{"likes", nil, errors.New("#REF!")}, []any{errors.New("#NAME?"), nil, 1}),
			[]string{
				`Master plan 2027: Plan!B1: unknown column "#N/A": want metric, version, is, period, value or a period such as 2026-11`,
				`Master plan 2027: Plan!C2: "#REF!" is not a number`,
				`Master plan 2027: Plan!A3: metric "#NAME?" is not in the registry`,
			}},
		{"E02 percentage", gridOf(header, []any{"conversion", shown{0.12, "0%"}, "12%"}), []string{
			`Master plan 2027: Plan!B2: 0.12 is shown as a percentage: write the figure in the metric's own unit, as a plain number`,
			`Master plan 2027: Plan!C2: "12%" is not a number: write the figure in the metric's own unit, without the sign`,
		}},
		{"E02 dates and truths for numbers", gridOf(header, []any{"likes", date(10, 5), true}, []any{"revenue", shown{date(10, 5), "mmm"}, shown{date(10, 5).Add(90 * time.Minute), "d hh:mm"}}), []string{
			`Master plan 2027: Plan!B2: 2026-10-05 is a date and not a number: set the cell's format to number`,
			`Master plan 2027: Plan!C2: "TRUE" is not a number`,
			`Master plan 2027: Plan!B3: 2026-10 is a date and not a number: set the cell's format to number`,
			`Master plan 2027: Plan!C3: 2026-10-05 01:30 is a date and not a number: set the cell's format to number`,
		}},
		{"E02 ambiguous comma in text", gridOf(header, []any{"likes", "1,234"}),
			[]string{`Master plan 2027: Plan!B2: "1,234" may mean 1234 or 1.234: write it without the comma, or declare the decimal sign of the plan`}},
		{"E03 dates that end no week", gridOf([]any{"metric", date(10, 1), date(11, 14), 202611, date(11, 15).Add(12 * time.Hour)}), []string{
			`Master plan 2027: Plan!B1: 2026-10-01 is a Thursday, not the last day of a week: weeks start on Monday here, and this one ends on 2026-10-04; for the whole month write 2026-10`,
			`Master plan 2027: Plan!C1: 2026-11-14 is a Saturday, not the last day of a week: weeks start on Monday here, and this one ends on 2026-11-15`,
			`Master plan 2027: Plan!D1: "202611" is not a period: write the date on which a week ends (2026-11-15), a month (2026-11) or a quarter (2026-Q4)`,
			`Master plan 2027: Plan!E1: "2026-11-15 12:00" is not a period: write the date on which a week ends (2026-11-15), a month (2026-11) or a quarter (2026-Q4)`,
		}},
		{"E04 unknown metric", gridOf(header, []any{"likse", 1}),
			[]string{`Master plan 2027: Plan!A2: metric "likse" is not in the registry (did you mean "likes"?)`}},
		{"E05 a month twice, as text and as a date", gridOf([]any{"metric", "2026-10", shown{date(10, 1), "mmm yyyy"}}, []any{"likes", 1, 2}),
			[]string{`Master plan 2027: Plan!C1: column "2026-10" is already at Plan!B1`}},
		{"E05 a metric twice", gridOf(header, []any{"likes", 1}, []any{"likes", 2}),
			[]string{`Master plan 2027: Plan!B3: likes is planned twice for 2026-10: also at Plan!B2`}},
		{"no header", gridOf([]any{"likes", 1}),
			[]string{`Master plan 2027, sheet Plan: no header in the first 20 rows: want metric,period,value or metric,2026-10,2026-11,…`}},
		{"nothing", gridOf(),
			[]string{`Master plan 2027, sheet Plan: no header in the first 20 rows: want metric,period,value or metric,2026-10,2026-11,…`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, want := gridFaults(t, options(t), c.grid), strings.Join(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestGridNamesCellsAsTheTabHasThem(t *testing.T) {
	g := gridOf([]any{"metric", "2026-10"}, []any{"likes", "tbd"})
	g.Tab = "Plan 2027"
	for i := range g.Cells { // a range that begins at AB3
		g.Cells[i].Row, g.Cells[i].Column = g.Cells[i].Row+2, g.Cells[i].Column+27
	}
	if got := gridFaults(t, options(t), g); got != `Master plan 2027: 'Plan 2027'!AC4: "tbd" is not a number` {
		t.Errorf("got %s", got)
	}
	for i := range g.Cells {
		g.Cells[i].Row += 18
	}
	if got := gridFaults(t, options(t), g); !strings.Contains(got, "no header in the first 20 rows") {
		t.Errorf("a header in row 21: got %s", got)
	}
}

func TestGridNumbersInTextsAreReadByTheDeclaredDecimalSign(t *testing.T) { // E02
	for decimal, want := range map[rune]string{'.': "1234", ',': "617/500"} {
		o := options(t)
		o.Decimal = decimal
		p := gridPlan(t, o, gridOf([]any{"metric", "2026-10", "2026-11"}, []any{"likes", "1,234", 2.5}))
		if got := weekly(t, p, o, "likes", "2026-10-25"); got != want {
			t.Errorf("decimal %q: got %s, want %s", decimal, got, want)
		}
		if got := weekly(t, p, o, "likes", "2026-11-15"); got != "5/2" {
			t.Errorf("decimal %q: a typed number is %s", decimal, got)
		}
	}
}

func TestMergedFiguresOfAGridAreRefused(t *testing.T) {
	g := gridOf([]any{"Plan", nil}, []any{"metric", "2026-10", "2026-11"}, []any{"likes", 1, nil})
	g.Merged = []plan.GridMerge{{1, 1, 1, 3}, {3, 3, 4, 3}}
	gridPlan(t, options(t), g) // a title, and blank cells
	g.Merged = append(g.Merged, plan.GridMerge{3, 2, 3, 3})
	if got := gridFaults(t, options(t), g); got != `Master plan 2027: Plan!B3: is merged with the cells up to C3: unmerge them, one figure to a cell` {
		t.Errorf("got %s", got)
	}
}

func TestGridBeyondAnyPlanIsRefused(t *testing.T) {
	g := gridOf([]any{"metric", "2026-10"})
	for row := 2; len(g.Cells) <= 500_000; row++ {
		g.Cells = append(g.Cells, plan.GridCell{Row: row, Column: 1, Text: "likes"})
	}
	if got := gridFaults(t, options(t), g); got != "Master plan 2027, sheet Plan: more than 500000 cells: this is not a plan" {
		t.Errorf("got %s", got)
	}
}

func TestGridThatNoSpreadsheetHasIsAnError(t *testing.T) {
	whole := gridOf([]any{"metric", "2026-10"}, []any{"likes", 1})
	twice, outside, untabbed, endless := whole, whole, whole, whole
	twice.Cells = append(twice.Cells[:len(twice.Cells):len(twice.Cells)], twice.Cells[0])
	outside.Cells = append([]plan.GridCell{{Row: 0, Column: 1, Text: "x"}}, whole.Cells...)
	untabbed.Tab = ""
	endless.Cells = append([]plan.GridCell{{Row: 3, Column: 1, Text: "revenue"}, {Row: 3, Column: 2, Number: new(math.Inf(1)), Date: true}}, whole.Cells...)
	for name, g := range map[string]plan.Grid{"twice": twice, "outside": outside, "untabbed": untabbed, "endless": endless} {
		if p, err := g.Plan(options(t)); p != nil || err == nil {
			t.Errorf("%s: got %v and %v", name, p, err)
		}
	}
	gridPlan(t, options(t), whole)
}

func TestGridOfAHostileNameMovesNoCursor(t *testing.T) {
	g := gridOf([]any{"metric", "2026-10"}, []any{"likes", "tbd"})
	g.Document, g.Tab = "Plan\x1b[2J", "a\nb"
	if got := gridFaults(t, options(t), g); strings.ContainsAny(got, "\x1b\n") {
		t.Errorf("got %q", got)
	}
}
