package googletest

// insertDimension makes room for rows or columns. All that begins behind moves on, what
// reaches over the place grows.
func (b *batch) insertDimension(r object) (object, *failure) {
	s, from, to, fail := b.dimension(inner(r, "range"))
	if fail != nil {
		return nil, fail
	}
	if from == 0 && flag(r, "inheritFromBefore") {
		return nil, invalid("inheritFromBefore cannot be true if inserting at the first row or column")
	}
	m := shift{at: from, by: to - from, columns: words(inner(r, "range"), "dimension") == "COLUMNS"}
	s.insert(m)
	key := "rowCount"
	if m.columns {
		key = "columnCount"
	}
	grid := inner(s.Properties, "gridProperties")
	s.Properties = with(s.Properties, "gridProperties", with(grid, key, number(grid, key)+m.by))
	if fail := b.judge(s); fail != nil {
		return nil, fail
	}
	return nil, b.judgeSize()
}

// shift is how places move when rows or columns are inserted.
type shift struct {
	at, by  int
	columns bool
}

func (m shift) start(n int) int {
	if n >= m.at {
		return n + m.by
	}
	return n
}

func (m shift) end(n int) int {
	if n > m.at {
		return n + m.by
	}
	return n
}

func (m shift) spot(s spot) spot {
	if m.columns {
		return spot{s.Row, m.start(s.Column)}
	}
	return spot{m.start(s.Row), s.Column}
}

func (m shift) area(a area) area {
	if m.columns {
		return area{spot{a.From.Row, m.start(a.From.Column)}, spot{a.To.Row, m.end(a.To.Column)}}
	}
	return area{spot{m.start(a.From.Row), a.From.Column}, spot{m.end(a.To.Row), a.To.Column}}
}

// object moves a range as the server writes it; ends that are open stay so.
func (m shift) object(r object) object {
	first, last := "startRowIndex", "endRowIndex"
	if m.columns {
		first, last = "startColumnIndex", "endColumnIndex"
	}
	if has(r, first) {
		r = with(r, first, m.start(number(r, first)))
	}
	if has(r, last) {
		r = with(r, last, m.end(number(r, last)))
	}
	return r
}

func (s *sheet) insert(m shift) {
	cells := map[spot]object{}
	for at, cell := range s.Cells {
		cells[m.spot(at)] = cell
	}
	s.Cells = cells
	known := &s.Rows
	if m.columns {
		known = &s.Columns
	}
	moved := map[int]object{}
	for i, properties := range *known {
		moved[m.start(i)] = properties
	}
	*known = moved
	for i, a := range s.Merges {
		s.Merges[i] = m.area(a)
	}
	for i, rule := range s.Rules {
		var ranges []any
		for _, r := range objects(rule, "ranges") {
			ranges = append(ranges, m.object(r))
		}
		s.Rules[i] = with(rule, "ranges", ranges)
	}
	for i, p := range s.Protected {
		s.Protected[i] = with(p, "range", m.object(inner(p, "range")))
	}
	if s.Filter != nil {
		s.Filter = with(s.Filter, "range", m.object(inner(s.Filter, "range")))
	}
}

// autoResize fits rows and columns to what is in them. How much that is the stand-in does
// not know: they are as in a new tab.
func (b *batch) autoResize(r object) (object, *failure) {
	if has(r, "dataSourceSheetDimensions") {
		return nil, unknownHere("sheets of data sources")
	}
	s, from, to, fail := b.dimension(inner(r, "dimensions"))
	if fail != nil {
		return nil, fail
	}
	known := s.Rows
	if words(inner(r, "dimensions"), "dimension") == "COLUMNS" {
		known = s.Columns
	}
	for i := from; i < to; i++ {
		if has(known[i], "pixelSize") {
			known[i] = without(known[i], "pixelSize")
		}
	}
	return nil, nil
}

// InsertRows inserts empty rows before a row, counted from 1.
func (p Person) InsertRows(tab string, before, n int) {
	id := 0
	p.on(tab, func(_ *book, s *sheet) { id = s.id() })
	p.ask("insertDimension", object{"range": object{"sheetId": id, "dimension": "ROWS", "startIndex": before - 1, "endIndex": before - 1 + n}})
}
