// Package pdf prints a Document on paper: the sheet itself, drawn to be read at
// arm's length in colour or in grey, and after it the definitions, linked both
// ways. The same Document gives the same bytes.
package pdf

import (
	"fmt"
	"io"
	"time"

	"github.com/go-pdf/fpdf"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// Paper is the size of a page, upright.
type Paper string

// The papers.
const (
	Letter Paper = "letter"
	A4     Paper = "a4"
)

// Renderer prints on one kind of paper; the zero Renderer on Letter.
type Renderer struct {
	Paper Paper
}

// Render writes the document as a PDF. Nothing is written if it cannot be
// printed whole: a character that the fonts lack is an error that names where it
// stands.
func (r Renderer) Render(w io.Writer, doc *tearsheet.Document) (err error) {
	size, err := r.Paper.size()
	if err != nil {
		return err
	}
	if err := checkGlyphs(doc); err != nil {
		return err
	}
	file := newFile(size, doc)
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("pdf, page %d: %v", file.PageNo(), caught)
		}
	}()
	newPrinter(file, size, doc).print()
	if err := file.Error(); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	if err := file.Output(w); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	return nil
}

func (p Paper) size() (fpdf.SizeType, error) {
	switch p {
	case Letter, "":
		return fpdf.SizeType{Wd: 612, Ht: 792}, nil
	case A4:
		return fpdf.SizeType{Wd: 595.28, Ht: 841.89}, nil
	}
	return fpdf.SizeType{}, fmt.Errorf("pdf: unknown paper %q: letter or a4", p)
}

// newFile returns a file without pages. All that it says about itself comes from
// the document, its dates too.
func newFile(size fpdf.SizeType, doc *tearsheet.Document) *fpdf.Fpdf {
	file := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "pt", Size: size})
	file.SetMargins(0, 0, 0)
	file.SetAutoPageBreak(false, 0)
	file.SetCatalogSort(true) // otherwise fonts come in the order of a map
	year, month, day := doc.AsOf.Date()
	file.SetCreationDate(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	file.SetModificationDate(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	file.SetTitle(titleLine(doc), true)
	file.SetAuthor(doc.Company, true)
	file.SetSubject(doc.Subtitle, true)
	file.SetCreator("Tearsheet", true)
	file.SetProducer("Tearsheet", true)
	file.SetLang("en")
	file.SetDisplayMode("fullpage", "single")
	for _, face := range templates.Faces() {
		file.AddUTF8FontFromBytes(face.String(), "", face.TrueType())
	}
	return file
}

// titleLine is the document's name in a list of files.
func titleLine(doc *tearsheet.Document) string {
	title := doc.Title
	if doc.Company != "" {
		title = doc.Company + ": " + title
	}
	if len(doc.Weeks) > 0 {
		title += ", week ending " + doc.Weeks[len(doc.Weeks)-1].Ends.Format("2 January 2006")
	}
	return title
}
