package googletest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

func requestPlace(i int, kind string) string { return fmt.Sprintf("Invalid requests[%d].%s", i, kind) }

func (b *batch) addSheet(r object) (object, *failure) {
	asked := b.check.canonical("SheetProperties", inner(r, "properties"))
	if kind := words(asked, "sheetType"); kind != "" && kind != "GRID" {
		return nil, invalid("a sheet of type %s cannot be added so", kind)
	}
	id, fail := b.sheetID(asked, "sheetId")
	if fail != nil {
		return nil, fail
	}
	s := newSheet(id, b.freeTitle("Sheet%d"))
	for _, key := range []string{"title", "hidden", "rightToLeft", "tabColor", "tabColorStyle"} {
		if value, ok := asked[key]; ok {
			s.Properties[key] = value
		}
	}
	grid := maps.Clone(inner(s.Properties, "gridProperties"))
	maps.Copy(grid, inner(asked, "gridProperties"))
	s.Properties["gridProperties"] = grid
	index := len(b.Sheets)
	if has(asked, "index") {
		index = number(asked, "index")
	}
	if fail := b.insertSheet(s, index); fail != nil {
		return nil, fail
	}
	return object{"properties": b.shownProperties(s)}, nil
}

// sheetID is the id that was asked for, or a new one.
func (b *batch) sheetID(asked object, key string) (int, *failure) {
	if !has(asked, key) {
		return b.newID(func(id int) bool { return b.sheet(id) != nil }), nil
	}
	id := number(asked, key)
	if id < 0 {
		return 0, invalid("Sheet id %d is negative", id)
	}
	if b.sheet(id) != nil {
		return 0, invalid("A sheet with the id %d already exists. Please use another id.", id)
	}
	return id, nil
}

func (b *book) freeTitle(pattern string) string {
	for n := len(b.Sheets) + 1; ; n++ {
		if title := fmt.Sprintf(pattern, n); b.titled(title) == nil {
			return title
		}
	}
}

func (b *batch) insertSheet(s *sheet, index int) *failure {
	if index < 0 || index > len(b.Sheets) {
		return invalid("index %d is not between 0 and %d", index, len(b.Sheets))
	}
	if fail := b.judge(s); fail != nil {
		return fail
	}
	b.Sheets = slices.Insert(b.Sheets, index, s)
	return b.judgeSize()
}

// judge says what is wrong with the properties of a tab that is in the book or will be.
func (b *batch) judge(s *sheet) *failure {
	title := s.title()
	if title == "" || utf8.RuneCountInString(title) > mostTitle {
		return invalid("A sheet's name must have 1 to %d characters, and %q has not", mostTitle, title)
	}
	// Titles that differ only in their case are one, as references find both.
	taken := func(other *sheet) bool { return other != s && strings.EqualFold(other.title(), title) }
	if slices.ContainsFunc(b.Sheets, taken) {
		return invalid("A sheet with the name %q already exists. Please enter another name.", title)
	}
	if s.rows() < 1 || s.columns() < 1 {
		return invalid("gridProperties: rowCount %d and columnCount %d must be greater than 0", s.rows(), s.columns())
	}
	if s.columns() > 18278 {
		return invalid("This action would increase the number of columns in the sheet above the limit of 18278 columns.")
	}
	for _, frozen := range []struct {
		what       string
		count, all int
	}{{"rows", s.frozenRows(), s.rows()}, {"columns", s.frozenColumns(), s.columns()}} {
		if frozen.count < 0 {
			return invalid("%d frozen %s is less than none", frozen.count, frozen.what)
		}
		if frozen.count >= frozen.all {
			return invalid("You can't freeze all visible %s on the sheet.", frozen.what)
		}
	}
	return s.judgeFrozen()
}

// judgeFrozen refuses a frozen edge through a merge.
func (s *sheet) judgeFrozen() *failure {
	for _, m := range s.Merges {
		if m.From.Row < s.frozenRows() && m.To.Row > s.frozenRows() {
			return invalid("Sorry, you can't freeze rows which contain only part of a merged cell.")
		}
		if m.From.Column < s.frozenColumns() && m.To.Column > s.frozenColumns() {
			return invalid("Sorry, you can't freeze columns which contain only part of a merged cell.")
		}
	}
	return nil
}

func (b *batch) judgeSize() *failure {
	if b.cells() > mostCells {
		return invalid("This action would increase the number of cells in the workbook above the limit of %d cells.", mostCells)
	}
	if !slices.ContainsFunc(b.Sheets, func(s *sheet) bool { return !s.hidden() }) {
		return invalid("You can't hide all the sheets in a document.")
	}
	return nil
}

func (b *batch) deleteSheet(r object) (object, *failure) {
	s := b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", number(r, "sheetId"))
	}
	if len(b.Sheets) == 1 {
		return nil, invalid("You can't remove all the sheets in a document.")
	}
	if fail := b.guarded(s, s.all()); fail != nil {
		return nil, fail
	}
	b.removeSheet(s)
	return nil, b.judgeSize()
}

// removeSheet takes a tab away with what is said of it; formulas lose it.
func (b *book) removeSheet(s *sheet) {
	b.Sheets = slices.DeleteFunc(b.Sheets, func(other *sheet) bool { return other == s })
	b.Metadata = slices.DeleteFunc(b.Metadata, func(m object) bool {
		id, of := metadataSheet(m)
		return of && id == s.id()
	})
	b.rename(s.title(), "")
}

func (b *batch) duplicateSheet(r object) (object, *failure) {
	source := b.sheet(number(r, "sourceSheetId"))
	if source == nil {
		return nil, invalid("No sheet with id: %d", number(r, "sourceSheetId"))
	}
	id, fail := b.sheetID(r, "newSheetId")
	if fail != nil {
		return nil, fail
	}
	title := words(r, "newSheetName")
	if title == "" {
		title = "Copy of " + source.title()
		if b.titled(title) != nil {
			title = b.freeTitle(title + " %d")
		}
	}
	copied := source.clone()
	copied.Properties = with(with(source.Properties, "sheetId", id), "title", title)
	copied.Anchors = nil
	b.moveInto(copied, source)
	if fail := b.insertSheet(copied, number(r, "insertSheetIndex")); fail != nil {
		return nil, fail
	}
	return object{"properties": b.shownProperties(copied)}, nil
}

// moveInto gives what a copied tab holds ids of its own, and lets it say its own tab.
func (b *batch) moveInto(copied, source *sheet) {
	for i, rule := range copied.Rules {
		copied.Rules[i] = retarget(rule, copied.id()).(object)
	}
	if copied.Filter != nil {
		copied.Filter = retarget(copied.Filter, copied.id()).(object)
	}
	for i, p := range copied.Protected {
		copied.Protected[i] = with(retarget(p, copied.id()).(object), "protectedRangeId", b.newID(b.protectedTaken))
	}
	for i, c := range copied.Charts {
		copied.Charts[i] = with(retarget(c, copied.id()).(object), "chartId", b.newID(func(int) bool { return false }))
	}
	if b.drops {
		return
	}
	for _, m := range slices.Clone(b.Metadata) {
		if id, of := metadataSheet(m); of && id == source.id() {
			m = with(m, "location", retarget(m["location"], copied.id()))
			b.Metadata = append(b.Metadata, with(m, "metadataId", b.newID(b.metadataTaken)))
		}
	}
}

// retarget is a copy of a value in which all ranges lie on another tab.
func retarget(v any, id int) any {
	switch v := v.(type) {
	case object:
		copied := object{}
		for key, value := range v {
			copied[key] = retarget(value, id)
		}
		for _, key := range []string{"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex", "sheetId", "rowIndex", "dimension"} {
			if has(copied, key) {
				copied["sheetId"] = id
			}
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, item := range v {
			copied[i] = retarget(item, id)
		}
		return copied
	}
	return v
}

func (b *batch) updateSheet(r object) (object, *failure) {
	asked := inner(r, "properties")
	s := b.sheet(number(asked, "sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", number(asked, "sheetId"))
	}
	paths, fail := b.check.updateMask("UpdateSheetPropertiesRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	old := s.title()
	moves := false
	for _, path := range paths {
		switch path[0] {
		case "index":
			moves = true
		case "sheetId", "sheetType":
			if words(r, "fields") != "*" {
				return nil, invalid("Invalid field: %s cannot be changed", path[0])
			}
		default:
			s.Properties = set(s.Properties, b.check.canonical("SheetProperties", asked), path)
		}
	}
	if fail := b.judge(s); fail != nil {
		return nil, fail
	}
	s.trim()
	b.trimMetadata(s)
	if s.title() != old {
		b.rename(old, s.title())
	}
	if moves {
		index := len(b.Sheets)
		if has(asked, "index") {
			index = number(asked, "index")
		}
		if fail := b.move(s, index); fail != nil {
			return nil, fail
		}
	}
	return nil, b.judgeSize()
}

// move puts a tab before the one that now stands at the index, so that a tab that goes
// to the right is given a place more than it ends up at.
func (b *book) move(s *sheet, index int) *failure {
	if index < 0 || index > len(b.Sheets) {
		return invalid("index %d is not between 0 and %d", index, len(b.Sheets))
	}
	at := slices.Index(b.Sheets, s)
	b.Sheets = slices.Insert(b.Sheets, index, s)
	if at >= index {
		at++
	}
	b.Sheets = slices.Delete(b.Sheets, at, at+1)
	return nil
}

// trim takes away what lies beyond a grid that has shrunk.
func (s *sheet) trim() {
	maps.DeleteFunc(s.Cells, func(at spot, _ object) bool { return !s.all().holds(at) })
	maps.DeleteFunc(s.Rows, func(row int, _ object) bool { return row >= s.rows() })
	maps.DeleteFunc(s.Columns, func(column int, _ object) bool { return column >= s.columns() })
	kept := s.Merges[:0]
	for _, m := range s.Merges {
		if m = s.all().clip(m); !m.empty() && !m.single() {
			kept = append(kept, m)
		}
	}
	s.Merges = kept
	s.trimRanges()
}

var localeName = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)

func (b *batch) updateSpreadsheet(r object) (object, *failure) {
	paths, fail := b.check.updateMask("UpdateSpreadsheetPropertiesRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	for _, path := range paths {
		b.Properties = set(b.Properties, inner(r, "properties"), path)
	}
	if words(b.Properties, "title") == "" {
		return nil, invalid("A spreadsheet must have a title")
	}
	if !localeName.MatchString(words(b.Properties, "locale")) {
		return nil, invalid("Unsupported locale: %s", words(b.Properties, "locale"))
	}
	return nil, nil
}

// shownProperties are the properties of a tab as they are told, with its index.
func (b *book) shownProperties(s *sheet) object {
	return with(s.Properties, "index", slices.Index(b.Sheets, s))
}
