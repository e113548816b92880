// Package sheets lays out a tearsheet for Google Sheets: the same cells in the same
// places as in the file of render/xlsx, in tabs that can stand beside tabs of others.
// Google cannot shrink text that is too wide; columns are as wide as what they show.
// What speaks to Google is left to others.
package sheets

import (
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/layout"
	"tearsheet/workbook"
)

// Book lays out a document as the tabs Tearsheet, Tearsheet definitions, Tearsheet data
// and Tearsheet weeks. There are no charts: the sparklines draw the same weeks.
func Book(doc *tearsheet.Document) *workbook.Book {
	return unlocked(layout.Book(doc, layout.Options{Fit: true, Names: layout.Names{
		Sheet: "Tearsheet", Definitions: "Tearsheet definitions", Data: "Tearsheet data", Weeks: "Tearsheet weeks"}}))
}

// unlocked lets the columns of the sheet move, and keeps its head in view: Google merges
// no cells across a frozen edge, and cuts text off there, and the head needs both.
func unlocked(b *workbook.Book) *workbook.Book {
	b.Tabs[0].Frozen.Column = 1
	return b
}

// Archive lays out the sheet of a document alone, to be kept: one tab, named by the day
// on which its latest week ends, such as Tearsheet 2026-11-15. It needs no other tab:
// the weeks that its sparklines draw stand at its right in hidden columns.
func Archive(doc *tearsheet.Document) *workbook.Book {
	day := doc.AsOf
	if n := len(doc.Weeks); n > 0 {
		day = doc.Weeks[n-1].Ends
	}
	return unlocked(layout.Book(doc, layout.Options{Fit: true, Names: layout.Names{Sheet: "Tearsheet " + day.String()}}))
}
