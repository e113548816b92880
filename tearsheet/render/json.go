package render

import (
	"encoding/json"
	"fmt"
	"io"

	"tearsheet/tearsheet"
)

// JSON renders the Document itself, indented: numbers unrounded, what is unknown
// as null, text as it was typed. It reads back into a Document that renders to
// the same bytes.
type JSON struct{}

// Render writes doc as JSON.
func (JSON) Render(w io.Writer, doc *tearsheet.Document) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("json: %w", err)
	}
	return nil
}
