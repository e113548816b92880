package googletest

import "strconv"

// values answers spreadsheets.values.get. A range that begins in the grid is cut at its
// end; empty rows and cells at the ends are left out.
func (b *book) values(text string, query object) (object, *failure) {
	s, a, fail := b.parseRange(text)
	if fail != nil {
		return nil, fail
	}
	if a.From.Row >= s.rows() || a.From.Column >= s.columns() {
		return nil, s.beyond(a)
	}
	a = s.all().clip(a)
	o := object{"range": s.name(a), "majorDimension": "ROWS"}
	outer, innerCount := a.To.Row-a.From.Row, a.To.Column-a.From.Column
	columns := words(query, "majorDimension") == "COLUMNS"
	if columns {
		o["majorDimension"] = "COLUMNS"
		outer, innerCount = innerCount, outer
	}
	lines := []any{}
	filled := 0
	for i := range outer {
		line := []any{}
		last := 0
		for j := range innerCount {
			at := spot{a.From.Row + i, a.From.Column + j}
			if columns {
				at = spot{a.From.Row + j, a.From.Column + i}
			}
			value := b.plainValue(s, at, query)
			line = append(line, value)
			if value != "" {
				last = len(line)
			}
		}
		lines = append(lines, line[:last])
		if last > 0 {
			filled = len(lines)
		}
	}
	if filled > 0 {
		o["values"] = lines[:filled]
	}
	return o, nil
}

// plainValue is a cell as valueRenderOption wants it.
func (b *book) plainValue(s *sheet, at spot, query object) any {
	cell := s.Cells[at]
	entered := inner(cell, "userEnteredValue")
	value := b.evaluate(s, cell).value
	option := words(query, "valueRenderOption")
	switch {
	case option == "FORMULA" && has(entered, "formulaValue"):
		return words(entered, "formulaValue")
	case option == "FORMULA" || option == "UNFORMATTED_VALUE":
		if has(value, "numberValue") && words(query, "dateTimeRenderOption") == "FORMATTED_STRING" && isDay(cell) {
			break
		}
		if has(value, "numberValue") {
			return decimal(value, "numberValue")
		}
		if has(value, "boolValue") {
			return flag(value, "boolValue")
		}
	}
	return formatted(value, inner(cell, "userEnteredFormat"))
}

func isDay(cell object) bool {
	return isDate(words(inner(inner(cell, "userEnteredFormat"), "numberFormat"), "pattern"))
}

func (b *book) manyValues(ranges []string, query object) (object, *failure) {
	var all []any
	for _, text := range ranges {
		o, fail := b.values(text, query)
		if fail != nil {
			return nil, fail
		}
		all = append(all, o)
	}
	return object{"spreadsheetId": b.ID, "valueRanges": all}, nil
}

// search answers developerMetadata.search.
func (b *book) search(body object) (object, *failure) {
	var matched []any
	for _, filter := range objects(body, "dataFilters") {
		found, fail := b.matching(filter)
		if fail != nil {
			return nil, fail
		}
		for _, i := range found {
			matched = append(matched, object{"developerMetadata": bare(shownMetadata(b.Metadata[i])), "dataFilters": []any{filter}})
		}
	}
	if len(matched) == 0 {
		return object{}, nil
	}
	return object{"matchedDeveloperMetadata": matched}, nil
}

func (b *book) metadata(text string) (object, *failure) {
	id, err := strconv.Atoi(text)
	if err != nil {
		return nil, invalid("Invalid value at 'metadata_id' (TYPE_INT32), %q", text)
	}
	for _, m := range b.Metadata {
		if number(m, "metadataId") == id {
			told, _ := bare(shownMetadata(m)).(object)
			return told, nil
		}
	}
	return nil, notFound()
}
