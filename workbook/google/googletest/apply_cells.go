package googletest

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// updateCells writes rows of cells from a place on, or into a range: there the cells
// that the rows lack are cleared of what the mask names.
func (b *batch) updateCells(r object) (object, *failure) {
	paths, fail := b.check.updateMask("UpdateCellsRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	s, to, fail := b.target(r)
	if fail != nil {
		return nil, fail
	}
	rows := objects(r, "rows")
	if at := to.From.Row + len(rows); len(rows) > 0 && at > to.To.Row {
		return nil, invalid("Attempting to write row: %d, beyond the last requested row of: %d", to.To.Row, to.To.Row-1)
	}
	for i, row := range rows {
		cells := objects(row, "values")
		if to.From.Column+len(cells) > to.To.Column {
			return nil, invalid("Attempting to write column: %d, beyond the last requested column of: %d", to.To.Column, to.To.Column-1)
		}
		for j, cell := range cells {
			at := spot{to.From.Row + i, to.From.Column + j}
			if fail := b.write(s, at, cell, paths); fail != nil {
				return nil, fail
			}
		}
	}
	if !has(r, "range") {
		return nil, nil
	}
	return nil, b.clearRest(s, to, rows, paths)
}

// target is where updateCells may write.
func (b *batch) target(r object) (*sheet, area, *failure) {
	if has(r, "range") {
		s, a, fail := b.inside(inner(r, "range"))
		if fail != nil {
			return nil, area{}, fail
		}
		return s, a, b.guarded(s, a)
	}
	start := inner(r, "start")
	s := b.sheet(number(start, "sheetId"))
	if s == nil {
		return nil, area{}, invalid("No grid with id: %d", number(start, "sheetId"))
	}
	a := area{spot{number(start, "rowIndex"), number(start, "columnIndex")}, spot{s.rows(), s.columns()}}
	if !s.all().holds(a.From) {
		return nil, area{}, s.beyond(area{a.From, spot{a.From.Row + 1, a.From.Column + 1}})
	}
	written := a
	written.To.Row = min(a.To.Row, a.From.Row+len(items(r, "rows")))
	return s, a, b.guarded(s, written)
}

func (b *batch) clearRest(s *sheet, to area, rows []object, paths [][]string) *failure {
	for row := to.From.Row; row < to.To.Row; row++ {
		from := to.From.Column
		if i := row - to.From.Row; i < len(rows) {
			from += len(items(rows[i], "values"))
		}
		for column := from; column < to.To.Column; column++ {
			if _, ok := s.Cells[spot{row, column}]; !ok {
				continue
			}
			if fail := b.write(s, spot{row, column}, nil, paths); fail != nil {
				return fail
			}
		}
	}
	return nil
}

func (b *batch) repeatCell(r object) (object, *failure) {
	paths, fail := b.check.updateMask("RepeatCellRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	s, a, fail := b.starting(inner(r, "range"))
	if fail == nil {
		fail = b.guarded(s, a)
	}
	if fail != nil {
		return nil, fail
	}
	if has(inner(inner(r, "cell"), "userEnteredValue"), "formulaValue") && !a.single() {
		return nil, unknownHere("repeatCell of a formula over several cells, whose ranges would move")
	}
	for row := a.From.Row; row < a.To.Row; row++ {
		for column := a.From.Column; column < a.To.Column; column++ {
			if fail := b.write(s, spot{row, column}, inner(r, "cell"), paths); fail != nil {
				return nil, fail
			}
		}
	}
	return nil, nil
}

// write changes the fields of one cell that the paths name, and judges what comes out.
func (b *batch) write(s *sheet, at spot, from object, paths [][]string) *failure {
	from = b.check.canonical("CellData", from)
	cell := s.Cells[at]
	var value, runs bool
	for _, path := range paths {
		value = value || path[0] == "userEnteredValue"
		runs = runs || path[0] == "textFormatRuns"
		cell = set(cell, from, path)
		if linked(from, path) {
			for _, key := range []string{"underline", "foregroundColor", "foregroundColorStyle"} {
				cell = set(cell, from, append(slices.Clone(path[:len(path)-1]), key))
			}
		}
	}
	cell = oneLink(cell, from, runs)
	if value && !runs {
		cell = without(cell, "textFormatRuns")
	}
	for _, key := range []string{"pivotTable", "dataSourceTable", "chipRuns"} {
		if has(cell, key) {
			return unknownHere(key + " in a cell")
		}
	}
	if words(cell, "note") == "" {
		delete(cell, "note") // set made a copy
	}
	if v := inner(cell, "userEnteredValue"); has(v, "stringValue") && words(v, "stringValue") == "" {
		delete(cell, "userEnteredValue")
	}
	if fail := judgeCell(cell); fail != nil {
		return fail
	}
	if len(cell) == 0 {
		delete(s.Cells, at)
		return nil
	}
	s.Cells[at] = cell
	return nil
}

func judgeCell(cell object) *failure {
	value := inner(cell, "userEnteredValue")
	if utf8.RuneCountInString(words(value, "stringValue")) > mostCharacters {
		return invalid("Your input contains more than the maximum of %d characters in a single cell.", mostCharacters)
	}
	if has(value, "formulaValue") && !strings.HasPrefix(words(value, "formulaValue"), "=") {
		return invalid("formulaValue %q must begin with '='", words(value, "formulaValue"))
	}
	runs := objects(cell, "textFormatRuns")
	if len(runs) == 0 {
		return nil
	}
	if !has(value, "stringValue") {
		return invalid("textFormatRuns are only valid on user entered strings, not on formulas, bools, numbers or empty cells")
	}
	length := len(utf16.Encode([]rune(words(value, "stringValue"))))
	last := -1
	for _, run := range runs {
		start := number(run, "startIndex")
		if start <= last || start >= length {
			return invalid("textFormatRuns: startIndex %d must be greater than %d and less than the text's length %d", start, last, length)
		}
		last = start
	}
	return nil
}

// guarded refuses writing over cells that are protected from the caller. A protection
// that only warns lets everyone pass.
func (b *batch) guarded(s *sheet, a area) *failure {
	for _, p := range s.Protected {
		_, covered, fail := b.gridRange(inner(p, "range"))
		if fail != nil || flag(p, "warningOnly") || !covered.meets(a) || b.mayEdit(p) {
			continue
		}
		return invalid("You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.")
	}
	return nil
}

func (b *batch) mayEdit(protected object) bool {
	return slices.Contains(items(inner(protected, "editors"), "users"), any(b.caller))
}

func (b *batch) setValidation(r object) (object, *failure) {
	s, a, fail := b.starting(inner(r, "range"))
	if fail == nil {
		fail = b.guarded(s, a)
	}
	if fail != nil {
		return nil, fail
	}
	from := object{}
	if has(r, "rule") {
		from["dataValidation"] = r["rule"]
	}
	for row := a.From.Row; row < a.To.Row; row++ {
		for column := a.From.Column; column < a.To.Column; column++ {
			if fail := b.write(s, spot{row, column}, from, [][]string{{"dataValidation"}}); fail != nil {
				return nil, fail
			}
		}
	}
	return nil, nil
}

// updateBorders draws the edges of an area and the lines within.
func (b *batch) updateBorders(r object) (object, *failure) {
	s, a, fail := b.starting(inner(r, "range"))
	if fail == nil {
		fail = b.guarded(s, a)
	}
	if fail != nil {
		return nil, fail
	}
	for row := a.From.Row; row < a.To.Row; row++ {
		for column := a.From.Column; column < a.To.Column; column++ {
			for side, from := range sides(a, row, column) {
				if !has(r, from) {
					continue
				}
				cell := object{"userEnteredFormat": object{"borders": object{side: r[from]}}}
				path := []string{"userEnteredFormat", "borders", side}
				if fail := b.write(s, spot{row, column}, cell, [][]string{path}); fail != nil {
					return nil, fail
				}
			}
		}
	}
	return nil, nil
}

// sides tells, for each side of a cell in the area, which border of the request it is.
func sides(a area, row, column int) map[string]string {
	sides := map[string]string{"top": "innerHorizontal", "bottom": "innerHorizontal", "left": "innerVertical", "right": "innerVertical"}
	if row == a.From.Row {
		sides["top"] = "top"
	}
	if row == a.To.Row-1 {
		sides["bottom"] = "bottom"
	}
	if column == a.From.Column {
		sides["left"] = "left"
	}
	if column == a.To.Column-1 {
		sides["right"] = "right"
	}
	return sides
}
