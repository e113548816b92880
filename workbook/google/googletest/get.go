package googletest

import (
	"maps"
	"slices"
)

// ask is what a reader wants of a spreadsheet.
type ask struct {
	ranges   []string
	grid     bool
	comments bool
	fields   mask // nil: all but the grid
	caller   string
}

// data tells whether cells are wanted: where a mask is given, only the mask decides.
func (a ask) data() bool {
	if a.fields != nil {
		return a.fields.asks("sheets", "data")
	}
	return a.grid
}

// shown is the spreadsheet as the API tells it.
func (b *book) shown(a ask) (object, *failure) {
	wanted, fail := b.wanted(a.ranges)
	if fail != nil {
		return nil, fail
	}
	o := object{
		"spreadsheetId":  b.ID,
		"spreadsheetUrl": documentsAddress + b.ID + "/edit",
		"properties":     with(b.Properties, "defaultFormat", defaultFormat()),
	}
	var tabs []any
	for _, s := range b.Sheets {
		areas, ok := wanted[s]
		if len(a.ranges) > 0 && !ok {
			continue
		}
		if len(areas) == 0 {
			areas = []area{s.all()}
		}
		tabs = append(tabs, b.shownSheet(s, areas, a))
	}
	o["sheets"] = tabs
	if list := b.metadataOn(func(location object) bool { return has(location, "spreadsheet") }); list != nil {
		o["developerMetadata"] = list
	}
	if a.comments && len(b.Comments) > 0 {
		o["comments"] = list(b.Comments)
	}
	told, _ := bare(o).(object)
	if a.fields != nil {
		told, _ = a.fields.keep(told).(object)
	}
	return told, nil
}

func list(all []object) []any {
	var listed []any
	for _, o := range all {
		listed = append(listed, o)
	}
	return listed
}

func (b *book) wanted(ranges []string) (map[*sheet][]area, *failure) {
	wanted := map[*sheet][]area{}
	for _, text := range ranges {
		s, a, fail := b.parseRange(text)
		if fail != nil {
			return nil, fail
		}
		if a.From.Row >= s.rows() || a.From.Column >= s.columns() {
			return nil, s.beyond(a)
		}
		wanted[s] = append(wanted[s], s.all().clip(a))
	}
	return wanted, nil
}

func (b *book) metadataOn(on func(location object) bool) []any {
	var found []any
	for _, m := range b.Metadata {
		if on(inner(m, "location")) {
			found = append(found, shownMetadata(m))
		}
	}
	return found
}

func (b *book) shownSheet(s *sheet, areas []area, a ask) object {
	o := object{"properties": b.shownProperties(s)}
	var merges []any
	for _, m := range s.Merges {
		merges = append(merges, s.rangeObject(m))
	}
	var protected []any
	for _, p := range s.Protected {
		protected = append(protected, (&batch{book: b, caller: a.caller}).shownProtected(p))
	}
	for key, value := range map[string][]any{
		"merges": merges, "conditionalFormats": list(s.Rules), "protectedRanges": protected,
		"charts": list(s.Charts), "commentAnchors": list(s.Anchors),
		"developerMetadata": b.metadataOn(func(location object) bool {
			return has(location, "sheetId") && number(location, "sheetId") == s.id()
		}),
	} {
		if len(value) > 0 && (key != "commentAnchors" || a.comments) {
			o[key] = value
		}
	}
	if s.Filter != nil {
		o["basicFilter"] = s.Filter
	}
	if a.data() {
		var data []any
		for _, asked := range areas {
			data = append(data, b.gridData(s, asked, a.fields.asks("sheets", "data", "rowData", "values", "effectiveFormat")))
		}
		o["data"] = data
	}
	return o
}

// gridData tells the cells of an area; empty cells at the ends are left out.
func (b *book) gridData(s *sheet, a area, looks bool) object {
	o := object{"startRow": a.From.Row, "startColumn": a.From.Column}
	var rows []any
	filled := 0
	for row := a.From.Row; row < a.To.Row; row++ {
		var cells []any
		last := 0
		for column := a.From.Column; column < a.To.Column; column++ {
			cell := b.shownCell(s, spot{row, column}, looks)
			cells = append(cells, cell)
			if len(cell) > 0 {
				last = len(cells)
			}
		}
		if last > 0 {
			rows = append(rows, object{"values": cells[:last]})
			filled = len(rows)
		} else {
			rows = append(rows, object{})
		}
	}
	if filled > 0 {
		o["rowData"] = rows[:filled]
	}
	o["rowMetadata"] = b.dimensions(s, "ROWS", a.From.Row, a.To.Row)
	o["columnMetadata"] = b.dimensions(s, "COLUMNS", a.From.Column, a.To.Column)
	return o
}

func (b *book) dimensions(s *sheet, dimension string, from, to int) []any {
	known, usual := s.Rows, usualHeight
	if dimension == "COLUMNS" {
		known, usual = s.Columns, usualWidth
	}
	on := map[int][]any{}
	for _, m := range b.Metadata {
		if r := inner(inner(m, "location"), "dimensionRange"); r != nil && number(r, "sheetId") == s.id() && words(r, "dimension") == dimension {
			on[number(r, "startIndex")] = append(on[number(r, "startIndex")], shownMetadata(m))
		}
	}
	var all []any
	for i := from; i < to; i++ {
		o := object{"pixelSize": usual}
		maps.Copy(o, known[i])
		if len(on[i]) > 0 {
			o["developerMetadata"] = on[i]
		}
		all = append(all, o)
	}
	return all
}

// shownCell tells a cell; what it looks like in the end is told only if it is wanted,
// as it takes the longest.
func (b *book) shownCell(s *sheet, at spot, looks bool) object {
	cell, ok := s.Cells[at]
	if !ok {
		return nil
	}
	o := maps.Clone(cell)
	r := b.evaluate(s, cell)
	if r.value != nil {
		o["effectiveValue"] = r.value
		o["formattedValue"] = formatted(r.value, inner(cell, "userEnteredFormat"))
	}
	if link := linkOf(cell, r); link != "" {
		o["hyperlink"] = link
	}
	if looks {
		o["effectiveFormat"] = b.effectiveFormat(s, at)
	}
	return o
}

// linkOf is the one link of a cell: none where its text has several.
func linkOf(cell object, r result) string {
	if r.link != "" {
		return r.link
	}
	if uri := words(inner(inner(inner(cell, "userEnteredFormat"), "textFormat"), "link"), "uri"); uri != "" {
		return uri
	}
	uri := ""
	for _, run := range objects(cell, "textFormatRuns") {
		next := words(inner(inner(run, "format"), "link"), "uri")
		if next != "" && uri != "" && next != uri {
			return ""
		}
		if next != "" {
			uri = next
		}
	}
	return uri
}

func defaultFormat() object {
	color := object{"red": white, "green": white, "blue": white}
	return object{
		"backgroundColor": color, "backgroundColorStyle": object{"rgbColor": color},
		"padding":           object{"top": 2, "right": 3, "bottom": 2, "left": 3},
		"verticalAlignment": "BOTTOM", "wrapStrategy": "OVERFLOW_CELL",
		"textFormat": object{"foregroundColor": object{}, "foregroundColorStyle": object{"rgbColor": object{}},
			"fontFamily": "arial,sans,sans-serif", "fontSize": 10},
	}
}

// effectiveFormat lays what the user entered over the default, and what conditional
// formats say over both.
func (b *book) effectiveFormat(s *sheet, at spot) object {
	format := overlaid(defaultFormat(), inner(s.Cells[at], "userEnteredFormat"))
	for _, rule := range slices.Backward(s.Rules) { // the first counts most
		if b.applies(s, rule, at) {
			format = overlaid(format, inner(inner(rule, "booleanRule"), "format"))
		}
	}
	return format
}

func overlaid(under, over object) object {
	laid := maps.Clone(under)
	if laid == nil {
		laid = object{}
	}
	for key, value := range over {
		below, isObject := value.(object)
		old, wasObject := laid[key].(object)
		if isObject && wasObject && key != "rgbColor" && !isColor(key) {
			value = overlaid(old, below)
		}
		laid[key] = value
	}
	return laid
}

func isColor(key string) bool {
	return slices.Contains([]string{"backgroundColor", "foregroundColor", "color", "backgroundColorStyle", "foregroundColorStyle", "colorStyle"}, key)
}
