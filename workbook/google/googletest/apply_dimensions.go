package googletest

import "slices"

func (b *batch) updateDimension(r object) (object, *failure) {
	if has(r, "dataSourceSheetRange") {
		return nil, unknownHere("sheets of data sources")
	}
	paths, fail := b.check.updateMask("UpdateDimensionPropertiesRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	s, from, to, fail := b.dimension(inner(r, "range"))
	if fail != nil {
		return nil, fail
	}
	asked := inner(r, "properties")
	if has(asked, "pixelSize") && number(asked, "pixelSize") < 1 {
		return nil, invalid("pixelSize %d must be greater than 0", number(asked, "pixelSize"))
	}
	known := s.Rows
	if words(inner(r, "range"), "dimension") == "COLUMNS" {
		known = s.Columns
	}
	for i := from; i < to; i++ {
		for _, path := range paths {
			if path[0] == "developerMetadata" {
				if has(asked, "developerMetadata") {
					return nil, unknownHere("developerMetadata in updateDimensionProperties; createDeveloperMetadata makes it")
				}
				continue
			}
			known[i] = set(known[i], asked, path)
		}
	}
	return nil, nil
}

func (b *batch) appendDimension(r object) (object, *failure) {
	s := b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, invalid("No grid with id: %d", number(r, "sheetId"))
	}
	if number(r, "length") < 1 {
		return nil, invalid("length %d must be greater than 0", number(r, "length"))
	}
	key := "rowCount"
	if words(r, "dimension") == "COLUMNS" {
		key = "columnCount"
	}
	grid := inner(s.Properties, "gridProperties")
	s.Properties = with(s.Properties, "gridProperties", with(grid, key, number(grid, key)+number(r, "length")))
	if fail := b.judge(s); fail != nil {
		return nil, fail
	}
	return nil, b.judgeSize()
}

// mergeCells merges an area whole, by rows or by columns. A merge that lies in the area
// gives way; one that sticks out, or an area over a frozen edge, is refused.
func (b *batch) mergeCells(r object) (object, *failure) {
	s, a, fail := b.inside(inner(r, "range"))
	if fail == nil {
		fail = b.guarded(s, a)
	}
	if fail != nil {
		return nil, fail
	}
	if a.empty() {
		return nil, invalid("the range holds no cell")
	}
	parts := split(a, words(r, "mergeType"))
	for _, m := range s.Merges {
		if m.meets(a) && !a.covers(m) {
			return nil, invalid("You must select all cells in a merged range to merge or unmerge them.")
		}
	}
	s.Merges = slices.DeleteFunc(s.Merges, a.covers)
	for _, part := range parts {
		if part.single() {
			continue
		}
		if part.From.Row < s.frozenRows() && part.To.Row > s.frozenRows() {
			return nil, invalid("You can't merge frozen and non-frozen rows.")
		}
		if part.From.Column < s.frozenColumns() && part.To.Column > s.frozenColumns() {
			return nil, invalid("You can't merge frozen and non-frozen columns.")
		}
		s.Merges = append(s.Merges, part)
		s.keepFirst(part)
	}
	return nil, nil
}

func split(a area, how string) []area {
	switch how {
	case "MERGE_ROWS":
		var parts []area
		for row := a.From.Row; row < a.To.Row; row++ {
			parts = append(parts, area{spot{row, a.From.Column}, spot{row + 1, a.To.Column}})
		}
		return parts
	case "MERGE_COLUMNS":
		var parts []area
		for column := a.From.Column; column < a.To.Column; column++ {
			parts = append(parts, area{spot{a.From.Row, column}, spot{a.To.Row, column + 1}})
		}
		return parts
	}
	return []area{a}
}

// keepFirst takes the values away that a merge hides.
func (s *sheet) keepFirst(merged area) {
	for at, cell := range s.Cells {
		if merged.holds(at) && at != merged.From {
			s.Cells[at] = without(without(cell, "userEnteredValue"), "textFormatRuns")
		}
	}
}

func (b *batch) unmergeCells(r object) (object, *failure) {
	s, a, fail := b.starting(inner(r, "range"))
	if fail == nil {
		fail = b.guarded(s, a)
	}
	if fail != nil {
		return nil, fail
	}
	for _, m := range s.Merges {
		if m.meets(a) && !a.covers(m) {
			return nil, invalid("You must select all cells in a merged range to merge or unmerge them.")
		}
	}
	s.Merges = slices.DeleteFunc(s.Merges, a.covers)
	return nil, nil
}
