// Package render prints a Document as a web page (HTML), as a table for
// spreadsheets (CSV) and for programs (JSON). Renderers compute nothing and query
// nothing: every digit, word and mark stands in the Document already. The same
// Document gives the same bytes. Paper and workbooks have packages of their own
// below this one.
package render

import (
	"io"

	"tearsheet/tearsheet"
)

// Renderer prints a Document in one format. It may be used by several goroutines
// at once.
type Renderer interface {
	Render(w io.Writer, doc *tearsheet.Document) error
}
