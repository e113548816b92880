package googletest

import (
	"fmt"
	"slices"
	"strings"
)

// Share gives an address a role; NoRole takes it away.
func (s *Server) Share(id, address string, role Role) {
	s.edit(id, func(b *book) {
		b.Shares[address] = role
		if role == NoRole {
			delete(b.Shares, address)
		}
	})
}

// FillStorage uses up the storage of the owner of a spreadsheet, or frees it again.
func (s *Server) FillStorage(id string, full bool) { s.edit(id, func(b *book) { b.Full = full }) }

// Trash takes a spreadsheet away: from now on nobody finds it.
func (s *Server) Trash(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.books, id)
	s.save()
}

// edit changes a clone of a spreadsheet and puts it in its place. That there is none is
// a mistake of the test.
func (s *Server) edit(id string, change func(*book)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.books[id]
	if b == nil {
		panic("googletest: no spreadsheet " + id)
	}
	b = b.clone()
	change(b)
	s.books[id] = b
	s.save()
}

// Person is someone at the browser. He owns the spreadsheet and may do all; tabs are
// named by their titles, cells as in "B3". What he cannot do, such as to edit a tab
// that is not there, is a mistake of the test, and panics.
type Person struct {
	s  *Server
	id string
}

// Person returns someone who has the spreadsheet open.
func (s *Server) Person(id string) Person { return Person{s, id} }

func (p Person) on(tab string, change func(*book, *sheet)) {
	p.s.edit(p.id, func(b *book) {
		s := b.titled(tab)
		if s == nil {
			panic(fmt.Sprintf("googletest: no tab %q", tab))
		}
		change(b, s)
	})
}

func (p Person) ask(kind string, request object) object {
	var reply object
	p.s.edit(p.id, func(b *book) {
		work := &batch{book: b, check: p.s.check, caller: "owner@example.com"}
		replies, fail := work.apply([]object{{kind: request}})
		if fail != nil {
			panic("googletest: " + fail.message)
		}
		reply = inner(replies[0].(object), kind)
	})
	return reply
}

// cellAt panics unless the name is that of a cell.
func cellAt(name string) spot {
	a, ok := parseArea(name)
	if !ok || !a.single() {
		panic("googletest: no cell " + name)
	}
	return a.From
}

func areaOf(name string) area {
	a, ok := parseArea(name)
	if !ok {
		panic("googletest: no range " + name)
	}
	return a
}

// EditCell types something into a cell: a number (float64 or int), a bool, a text, or a
// formula, which begins with "=". Its format and note stay.
func (p Person) EditCell(tab, cell string, value any) {
	p.on(tab, func(_ *book, s *sheet) {
		at := cellAt(cell)
		s.Cells[at] = without(with(s.Cells[at], "userEnteredValue", typed(value)), "textFormatRuns")
	})
}

func typed(value any) object {
	switch v := value.(type) {
	case float64:
		return object{"numberValue": v}
	case int:
		return object{"numberValue": float64(v)}
	case bool:
		return object{"boolValue": v}
	case string:
		if strings.HasPrefix(v, "=") {
			return object{"formulaValue": v}
		}
		return object{"stringValue": v}
	}
	panic(fmt.Sprintf("googletest: nobody can type %v", value))
}

// ClearCell takes away all of a cell: value, format and note.
func (p Person) ClearCell(tab, cell string) {
	p.on(tab, func(_ *book, s *sheet) { delete(s.Cells, cellAt(cell)) })
}

// FormatCell makes a cell bold, with a yellow ground.
func (p Person) FormatCell(tab, cell string) {
	p.on(tab, func(_ *book, s *sheet) {
		at := cellAt(cell)
		yellow := object{"red": 1.0, "green": 1.0}
		format := overlaid(inner(s.Cells[at], "userEnteredFormat"), object{"textFormat": object{"bold": true},
			"backgroundColor": yellow, "backgroundColorStyle": object{"rgbColor": yellow}})
		s.Cells[at] = with(s.Cells[at], "userEnteredFormat", format)
	})
}

// AddNote puts a note on a cell.
func (p Person) AddNote(tab, cell, note string) {
	p.on(tab, func(_ *book, s *sheet) { s.Cells[cellAt(cell)] = with(s.Cells[cellAt(cell)], "note", note) })
}

// AddColumn adds a column at the right end of the grid and fills it from its first row
// on. It returns the letters of the column.
func (p Person) AddColumn(tab string, values ...any) string {
	name := ""
	p.on(tab, func(_ *book, s *sheet) {
		column := s.columns()
		name = columnName(column)
		grid := inner(s.Properties, "gridProperties")
		s.Properties = with(s.Properties, "gridProperties", with(grid, "columnCount", column+1))
		for row, value := range values {
			s.Cells[spot{row, column}] = object{"userEnteredValue": typed(value)}
		}
	})
	return name
}

// ResizeColumn makes a column so many pixels wide.
func (p Person) ResizeColumn(tab, column string, pixels int) {
	p.on(tab, func(_ *book, s *sheet) {
		at := areaOf(column + ":" + column).From.Column
		s.Columns[at] = with(s.Columns[at], "pixelSize", pixels)
	})
}

// HideRow hides a row, counted from 1.
func (p Person) HideRow(tab string, row int) {
	p.on(tab, func(_ *book, s *sheet) { s.Rows[row-1] = with(s.Rows[row-1], "hiddenByUser", true) })
}

// Merge merges the cells of a range.
func (p Person) Merge(tab, cells string) {
	p.ask("mergeCells", object{"range": p.rangeOn(tab, cells), "mergeType": "MERGE_ALL"})
}

func (p Person) rangeOn(tab, cells string) object {
	var r object
	p.on(tab, func(_ *book, s *sheet) { r = with(s.rangeObject(s.all().clip(areaOf(cells))), "sheetId", s.id()) })
	return r
}

// AddTab adds an empty tab at the end and returns its id.
func (p Person) AddTab(title string) int {
	return number(inner(p.ask("addSheet", object{"properties": object{"title": title}}), "properties"), "sheetId")
}

// DeleteTab deletes a tab.
func (p Person) DeleteTab(title string) {
	p.on(title, func(b *book, s *sheet) {
		if len(b.Sheets) == 1 {
			panic("googletest: the last tab cannot be deleted")
		}
		b.removeSheet(s)
	})
}

// RenameTab gives a tab another title; formulas follow.
func (p Person) RenameTab(old, title string) {
	p.on(old, func(b *book, s *sheet) {
		if b.titled(title) != nil {
			panic(fmt.Sprintf("googletest: there is a tab %q", title))
		}
		s.Properties = with(s.Properties, "title", title)
		b.rename(old, title)
	})
}

// MoveTab drags a tab to a place, counted from 0.
func (p Person) MoveTab(title string, index int) {
	p.on(title, func(b *book, s *sheet) {
		at := slices.Index(b.Sheets, s)
		b.Sheets = slices.Insert(slices.Delete(b.Sheets, at, at+1), index, s)
	})
}

// DuplicateTab duplicates a tab beside it, under a title of its own, and returns the id
// of the copy.
func (p Person) DuplicateTab(title string) int {
	request := object{}
	p.on(title, func(b *book, s *sheet) {
		request["sourceSheetId"], request["insertSheetIndex"] = s.id(), slices.Index(b.Sheets, s)+1
	})
	return number(inner(p.ask("duplicateSheet", request), "properties"), "sheetId")
}

// AddChart draws a line chart of a range, at a cell, and returns its id.
func (p Person) AddChart(tab, cells, at string) int {
	id := 0
	p.on(tab, func(b *book, s *sheet) {
		id = b.newID(func(int) bool { return false })
		source := object{"sourceRange": object{"sources": []any{s.rangeObject(areaOf(cells))}}}
		anchor := cellAt(at)
		s.Charts = append(s.Charts, object{"chartId": id,
			"spec": object{"title": "By hand", "basicChart": object{"chartType": "LINE", "series": []any{object{"series": source}}}},
			"position": object{"overlayPosition": object{"widthPixels": 600, "heightPixels": 371,
				"anchorCell": object{"sheetId": s.id(), "rowIndex": anchor.Row, "columnIndex": anchor.Column}}}})
	})
	return id
}

// AddComment begins a thread on a cell. Readers see it if they ask for comments.
func (p Person) AddComment(tab, cell, text string) {
	p.on(tab, func(b *book, s *sheet) {
		at := cellAt(cell)
		id := fmt.Sprintf("anchor%d", b.newID(func(int) bool { return false }))
		s.Anchors = append(s.Anchors, object{"anchorId": id, "range": s.rangeObject(area{at, spot{at.Row + 1, at.Column + 1}})})
		b.Comments = append(b.Comments, object{"anchorId": id, "headPost": object{"contentHtml": text}})
	})
}

// AddConditionalRule adds a rule, as the first, that shows the cells of a range that
// hold a text on a red ground.
func (p Person) AddConditionalRule(tab, cells, text string) {
	red := object{"red": 1.0}
	p.ask("addConditionalFormatRule", object{"index": 0, "rule": object{
		"ranges": []any{p.rangeOn(tab, cells)},
		"booleanRule": object{
			"condition": object{"type": "TEXT_EQ", "values": []any{object{"userEnteredValue": text}}},
			"format":    object{"backgroundColor": red},
		}}})
}

// Protect lets only the owner and the given addresses edit a range, and returns the id
// of the protection.
func (p Person) Protect(tab, cells string, editors ...any) int {
	reply := p.ask("addProtectedRange", object{"protectedRange": object{
		"range": p.rangeOn(tab, cells), "editors": object{"users": editors}}})
	return number(inner(reply, "protectedRange"), "protectedRangeId")
}

// SetLocale changes the language of numbers and formulas, as in "de_DE".
func (p Person) SetLocale(locale string) {
	p.s.edit(p.id, func(b *book) { b.Properties = with(b.Properties, "locale", locale) })
}

// Freeze keeps the first rows and columns of a tab in view.
func (p Person) Freeze(tab string, rows, columns int) {
	p.on(tab, func(_ *book, s *sheet) {
		grid := with(with(inner(s.Properties, "gridProperties"), "frozenRowCount", rows), "frozenColumnCount", columns)
		s.Properties = with(s.Properties, "gridProperties", grid)
	})
}
