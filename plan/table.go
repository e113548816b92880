package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tearsheet/metrics"
)

// mostCells is more than any plan has; beyond it a file is not a plan, and
// reading it would only cost memory.
const mostCells = 500_000

// cell is one cell of the document that is not blank.
type cell struct {
	row, col  int // of the table, from 1
	line, pos int // of a text file, from 1; a workbook has none
	text      string
	number    metrics.Value // of a typed number
	wrong     string        // why the cell cannot be a figure, whatever it looks like
}

// table is a document as its cells, row by row, blank cells left out.
type table struct {
	file    string // as faults name it
	sheet   string // of a workbook or a grid
	printed string // how the document is printed, if not as faults name it
	revised bool   // whether the document has a revision, made of its figures
	rows    [][]cell
	found   []placed // what is wrong with the form of the file
}

// place names a cell as a person finds it: plan.csv:7:3 (line and character) or
// plan.xlsx: Plan!C7.
func (t *table) place(c cell) string {
	if c.line > 0 {
		return t.file + ":" + strconv.Itoa(c.line) + ":" + strconv.Itoa(c.pos)
	}
	return t.file + ": " + t.name(c)
}

// name is the place of c without the file.
func (t *table) name(c cell) string {
	if c.line > 0 {
		return "line " + strconv.Itoa(c.line) + ", character " + strconv.Itoa(c.pos)
	}
	name, err := excelize.CoordinatesToCellName(c.col, c.row)
	if err != nil {
		name = "row " + strconv.Itoa(c.row) + ", column " + strconv.Itoa(c.col)
	}
	return quoteSheet(t.sheet) + "!" + name
}

// start is the place of what is wrong with the document as a whole.
func (t *table) start() string {
	if t.sheet == "" {
		return t.file + ":1:1"
	}
	return t.source()
}

// source names the document without a cell.
func (t *table) source() string {
	if t.sheet == "" {
		return t.file
	}
	return t.file + ", sheet " + t.sheet
}

// quoteSheet writes the name of a sheet as a formula would.
func quoteSheet(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return strings.ContainsRune(" '!,;()-+&", r) }) {
		return "'" + strings.ReplaceAll(name, "'", "''") + "'"
	}
	return name
}

// placed is a fault with the cell that it is in, so that faults can be put in the
// order of the document.
type placed struct {
	cell cell
	text string
}

// faults returns found in the order of the document, each once.
func (t *table) faults(found []placed) metrics.Faults {
	slices.SortStableFunc(found, func(a, b placed) int {
		if a.cell.row != b.cell.row {
			return a.cell.row - b.cell.row
		}
		return a.cell.col - b.cell.col
	})
	var faults metrics.Faults
	for _, f := range found {
		fault := metrics.Fault{Place: t.place(f.cell), Text: f.text}
		if len(faults) == 0 || faults[len(faults)-1] != fault {
			faults = append(faults, fault)
		}
	}
	return faults
}
