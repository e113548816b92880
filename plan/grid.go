package plan

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
)

// Grid is a planning document as typed cells that came from elsewhere than a file: a
// tab, or a range of it, of a spreadsheet on a server.
type Grid struct {
	Document string // its name, as faults say it: Master plan 2027
	Source   string // how it is printed: Master plan 2027 (Google Sheets); "" is Document
	Tab      string // never ""
	Cells    []GridCell
	Merged   []GridMerge
}

// GridCell is a cell with a value. Blank ones may be left out. Its row and its column
// are those of the tab and not of the range, from 1, so that faults name the cell as a
// person finds it.
type GridCell struct {
	Row, Column int
	Text        string   // what is in a cell without a typed number; TRUE and FALSE are texts
	Number      *float64 // the typed number; that of a date counts the days since 1899-12-30
	Date        bool     // the number is shown as a date
	Day         bool     // the date is shown with its day of the month; otherwise it is a month
	Percent     bool     // the number is shown as a percentage: 12% is 0.12
	Wrong       string   // the error that stands in place of a value: #REF!
}

// GridMerge is a range of merged cells. Its value, if any, is that of the first one.
type GridMerge struct {
	Row, Column, LastRow, LastColumn int
}

// Plan reads the plan in g. Both forms, all rules and all limits are those of a
// workbook; of the options, Sheet does not matter. What a person can mend in the
// document comes as metrics.Faults, all at once, each with its cell; with any fault
// there is no plan. A grid without versions has its revision as version.
func (g Grid) Plan(o Options) (*Plan, error) {
	t, err := g.table()
	if err != nil {
		return nil, err
	}
	return t.plan(o)
}

func (g Grid) table() (*table, error) {
	t := &table{file: plain(g.Document), sheet: plain(g.Tab), printed: g.Source, revised: true}
	t.printed = cmp.Or(t.printed, g.Document)
	if t.sheet == "" {
		return nil, errors.New("plan: a grid names no tab")
	}
	var cells []cell
	for _, from := range g.Cells {
		if c := from.cell(); c.text != "" || c.wrong != "" {
			cells = append(cells, c)
		}
	}
	if len(cells) > mostCells {
		return nil, metrics.Faults{{Place: t.source(), Text: fmt.Sprintf("more than %d cells: this is not a plan", mostCells)}}
	}
	slices.SortFunc(cells, byPlace)
	for i, c := range cells {
		if c.row < 1 || c.col < 1 || i > 0 && byPlace(cells[i-1], c) == 0 {
			return nil, fmt.Errorf("plan: %s: row %d, column %d is before the first, or comes twice", t.source(), c.row, c.col)
		}
		if i == 0 || cells[i-1].row != c.row {
			t.rows = append(t.rows, nil)
		}
		t.rows[len(t.rows)-1] = append(t.rows[len(t.rows)-1], c)
	}
	return t, t.findGridMerged(g.Merged)
}

func byPlace(a, b cell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) }

// plain is a name without what would move the cursor of a terminal.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, name)
}

// cell returns g as the cells of a workbook are read; a blank one has neither text nor a
// wrong.
func (g GridCell) cell() cell {
	c := cell{row: g.Row, col: g.Column, text: strings.TrimSpace(g.Text)}
	switch {
	case g.Wrong != "":
		c.text = g.Wrong
		c.wrong = fmt.Sprintf("%q is not a number", g.Wrong)
	case g.Number != nil:
		c.text = typedNumber(*g.Number)
		c.typed(*g.Number, g.format(), gridDate)
	}
	return c
}

func (g GridCell) format() format {
	switch {
	case g.Date && g.Day:
		return dayFormat
	case g.Date:
		return monthFormat
	case g.Percent:
		return percentFormat
	}
	return plainFormat
}

// gridDate returns the date and time that a spreadsheet counts in days since 1899-12-30,
// to the minute. It gives no error: whatever is shown as a date is no figure.
func gridDate(serial float64) (time.Time, error) {
	const farthest = 100_000_000 // days; some 270,000 years
	day := math.Floor(max(-farthest, min(serial, farthest)))
	minutes := math.Round((serial - math.Floor(serial)) * 24 * 60)
	return time.Date(1899, time.December, 30+int(day), 0, int(minutes), 0, 0, time.UTC), nil
}

// findGridMerged finds each merged range with a value that reaches below the header.
func (t *table) findGridMerged(merged []GridMerge) error {
	index := t.headerIndex()
	if index < 0 {
		return nil
	}
	for _, m := range merged {
		end, err := excelize.CoordinatesToCellName(m.LastColumn, m.LastRow)
		if err != nil {
			return fmt.Errorf("plan: %s: %w", t.source(), err)
		}
		at := cell{row: m.Row, col: m.Column}
		if t.has(at) {
			t.refuseMerged(index, at, m.LastRow, end)
		}
	}
	return nil
}

// has reports whether there is a cell at the place of at.
func (t *table) has(at cell) bool {
	row, found := slices.BinarySearchFunc(t.rows, at.row, func(row []cell, number int) int { return row[0].row - number })
	return found && slices.ContainsFunc(t.rows[row], func(c cell) bool { return c.col == at.col })
}
