package schemadoc

import (
	"fmt"
	"io"

	"tearsheet/internal/xlsxfile"
	"tearsheet/workbook"
)

// tabs are the names of the tabs, in their order.
type tabs struct{ tables, columns, values, missing string }

func fileTabs() tabs { return tabs{"Tables", "Columns", "Values", "Missing"} }

// XLSX writes the document as the workbook of Book. No cell has a formula, and text that
// looks like one stays text. The same document gives the same bytes.
func XLSX(w io.Writer, doc *Document) error {
	if err := xlsxfile.Write(w, Book(doc)); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

// Book lays out the document as a workbook with a tab each for tables, columns, values
// of columns, and gaps.
func Book(doc *Document) *workbook.Book { return bookOf(doc, fileTabs()) }

// Sheets is Book for a spreadsheet at Google: in tabs that can stand beside tabs of others.
// The columns of the first one move, since Google cuts text off at the edge of what is
// frozen, and the title runs over it.
func Sheets(doc *Document) *workbook.Book {
	book := bookOf(doc, tabs{"Schema tables", "Schema columns", "Schema values", "Schema missing"})
	book.Tabs[0].Frozen.Column = 1
	return book
}

func bookOf(doc *Document, names tabs) *workbook.Book {
	book := &workbook.Book{Title: Title, Company: doc.Company, Day: doc.AsOf.String()}
	leads(doc, []*sheet{tables(doc, newSheet(book, names.tables)), columns(doc, newSheet(book, names.columns)),
		values(doc, newSheet(book, names.values)), gaps(doc, newSheet(book, names.missing))})
	return book
}

// tables writes a row for each table, below the title of the document.
func tables(doc *Document, s *sheet) *sheet {
	s.wide = 2
	title := Title
	if doc.Company != "" {
		title = doc.Company + ": " + title
	}
	s.line(24, cell{text: title, look: titleLook()})
	s.line(16, cell{text: doc.Subtitle(), look: noteLook()})
	s.line(8)
	columns := []workbook.Column{{Head: "Kind", Width: 13}, {Head: "Table", Width: 24}, {Head: "Description", Width: 44}}
	for _, label := range Labels() {
		columns = append(columns, workbook.Column{Head: label, Width: widths()[label]})
	}
	s.head(2, columns...)
	for _, g := range doc.Groups {
		for _, t := range g.Tables {
			cells := []cell{soft(g.Title), bold(t.Name), text(t.Description)}
			facts := map[string]Fact{}
			for _, f := range t.Facts() {
				facts[f.Label] = f
			}
			for _, label := range Labels() {
				cells = append(cells, fact(facts[label]))
			}
			s.row(cells...)
		}
	}
	s.finish(doc)
	return s
}

// widths are those of the columns of facts, in characters.
func widths() map[string]float64 {
	return map[string]float64{labelGrain: 22, labelPartition: 12, labelSource: 24, labelMadeOf: 26, labelUsedBy: 22, labelOwner: 12,
		labelLast: 17, labelCoverage: 11, labelFirst: 17, labelDays: 7, labelRows: 14, labelLoadedAt: 19, labelCounted: 24}
}

func columns(doc *Document, s *sheet) *sheet {
	s.head(2, workbook.Column{Head: "Table", Width: 24}, workbook.Column{Head: "Column", Width: 22}, workbook.Column{Head: "Type", Width: 14}, workbook.Column{Head: "Key", Width: 6}, workbook.Column{Head: "Description", Width: 62}, workbook.Column{Head: "NULL", Width: 13}, workbook.Column{Head: "Values", Width: 50})
	each(doc, func(t Table, c Column) {
		key := ""
		if c.Key {
			key = "key"
		}
		s.row(soft(t.Name), bold(c.Name), text(c.Type), soft(key), text(c.Description), soft(c.NullText(t.Counted)), text(c.summary(t.Counted)))
	})
	s.finish(doc)
	return s
}

func values(doc *Document, s *sheet) *sheet {
	s.head(3, workbook.Column{Head: "Table", Width: 24}, workbook.Column{Head: "Column", Width: 22}, workbook.Column{Head: "Value", Width: 32}, workbook.Column{Head: "Rows", Width: 14}, workbook.Column{Head: "Share", Width: 9}, workbook.Column{Head: "Remark", Width: 14}, workbook.Column{Head: "Values from", Width: 44})
	each(doc, func(t Table, c Column) {
		for _, v := range c.Values {
			s.row(soft(t.Name), soft(c.Name), bold(v.Word()), fact(Fact{Text: v.RowsText(), Value: v.Rows}),
				right(v.Share(t.Counted)), alarm(v.Remark()), soft(t.Counted.text()))
		}
		if c.More > 0 {
			s.row(soft(t.Name), soft(c.Name), soft(c.MoreText()), text(""), text(""), text(""), soft(t.Counted.text()))
		}
	})
	s.finish(doc)
	return s
}

func gaps(doc *Document, s *sheet) *sheet {
	s.head(1, workbook.Column{Head: "What", Width: 40}, workbook.Column{Head: "Is missing", Width: 60}, workbook.Column{Head: "Where", Width: 34})
	for _, m := range doc.Missing {
		s.row(bold(m.Name()), text(m.Text), soft(m.Place))
	}
	s.finish(doc)
	return s
}

// leads makes the rows of columns and of gaps lead to the tables.
func leads(doc *Document, sheets []*sheet) {
	rows := map[string]int{}
	for i, name := range doc.tableNames() {
		rows[name] = sheets[0].first + i
	}
	at := sheets[1].first
	each(doc, func(t Table, _ Column) {
		sheets[1].leads(at, sheets[0], rows[t.Name])
		at++
	})
	for i, m := range doc.Missing {
		if row, ok := rows[m.Table]; ok {
			sheets[3].leads(sheets[3].first+i, sheets[0], row)
		}
	}
}

// each calls f with all columns of the document, in their order.
func each(doc *Document, f func(t Table, c Column)) {
	for _, g := range doc.Groups {
		for _, t := range g.Tables {
			for _, c := range t.Columns {
				f(t, c)
			}
		}
	}
}
