package schemadoc

import (
	"fmt"
	"io"

	"tearsheet/internal/xlsxfile"

	"github.com/xuri/excelize/v2"
)

// The tabs of the workbook, in their order.
const (
	tabTables  = "Tables"
	tabColumns = "Columns"
	tabValues  = "Values"
	tabMissing = "Missing"
)

// XLSX writes the document as a workbook with a tab each for tables, columns, values of
// columns, and gaps. No cell has a formula, and text that looks like one stays text. The
// same document gives the same bytes.
func XLSX(w io.Writer, doc *Document) error {
	b := newBook()
	defer b.file.Close()
	b.properties(doc)
	sheets := []*sheet{b.tables(doc), b.columns(doc), b.values(doc), b.gaps(doc)}
	b.link(doc, sheets)
	if b.err != nil {
		return fmt.Errorf("xlsx: %w", b.err)
	}
	b.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return xlsxfile.NewArchive(w) })
	if _, err := b.file.WriteTo(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

func (b *book) properties(doc *Document) {
	day := doc.AsOf.String() + "T00:00:00Z"
	b.keep(b.file.SetDocProps(&excelize.DocProperties{Title: xlsxfile.Printable(Title), Creator: "Tearsheet", LastModifiedBy: "Tearsheet",
		Created: day, Modified: day, Language: "en"}))
	b.keep(b.file.SetAppProps(&excelize.AppProperties{Application: "Tearsheet", Company: xlsxfile.Printable(doc.Company)}))
}

// tables writes a row for each table, below the title of the document.
func (b *book) tables(doc *Document) *sheet {
	s := b.sheet(tabTables)
	s.wide = 2
	title := Title
	if doc.Company != "" {
		title = doc.Company + ": " + title
	}
	s.line(24, cell{text: title, style: b.style.title})
	s.line(16, cell{text: doc.Subtitle(), style: b.style.note})
	s.line(8)
	columns := []heading{{"Kind", 13}, {"Table", 24}, {"Description", 44}}
	for _, label := range Labels() {
		columns = append(columns, heading{label, widths()[label]})
	}
	s.head(2, columns...)
	for _, g := range doc.Groups {
		for _, t := range g.Tables {
			cells := []cell{b.soft(g.Title), b.bold(t.Name), b.text(t.Description)}
			facts := map[string]Fact{}
			for _, f := range t.Facts() {
				facts[f.Label] = f
			}
			for _, label := range Labels() {
				cells = append(cells, b.fact(facts[label]))
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

func (b *book) columns(doc *Document) *sheet {
	s := b.sheet(tabColumns)
	s.head(2, heading{"Table", 24}, heading{"Column", 22}, heading{"Type", 14}, heading{"Key", 6}, heading{"Description", 62}, heading{"NULL", 13}, heading{"Values", 50})
	each(doc, func(t Table, c Column) {
		key := ""
		if c.Key {
			key = "key"
		}
		s.row(b.soft(t.Name), b.bold(c.Name), b.text(c.Type), b.soft(key), b.text(c.Description), b.soft(c.NullText(t.Counted)), b.text(c.summary(t.Counted)))
	})
	s.finish(doc)
	return s
}

func (b *book) values(doc *Document) *sheet {
	s := b.sheet(tabValues)
	s.head(3, heading{"Table", 24}, heading{"Column", 22}, heading{"Value", 32}, heading{"Rows", 14}, heading{"Share", 9}, heading{"Remark", 14}, heading{"Values from", 44})
	each(doc, func(t Table, c Column) {
		for _, v := range c.Values {
			s.row(b.soft(t.Name), b.soft(c.Name), b.bold(v.Word()), b.fact(Fact{Text: v.RowsText(), Value: v.Rows}),
				cell{text: v.Share(t.Counted), style: b.style.right}, b.alarm(v.Remark()), b.soft(t.Counted.text()))
		}
		if c.More > 0 {
			s.row(b.soft(t.Name), b.soft(c.Name), b.soft(c.MoreText()), b.text(""), b.text(""), b.text(""), b.soft(t.Counted.text()))
		}
	})
	s.finish(doc)
	return s
}

func (b *book) gaps(doc *Document) *sheet {
	s := b.sheet(tabMissing)
	s.head(1, heading{"What", 40}, heading{"Is missing", 60}, heading{"Where", 34})
	for _, m := range doc.Missing {
		s.row(b.bold(m.Name()), b.text(m.Text), b.soft(m.Place))
	}
	s.finish(doc)
	return s
}

// link leads from the rows of columns and of gaps to the tables.
func (b *book) link(doc *Document, sheets []*sheet) {
	rows := map[string]int{}
	for i, name := range doc.tableNames() {
		rows[name] = sheets[0].first + i
	}
	at := sheets[1].first
	each(doc, func(t Table, _ Column) {
		sheets[1].leads(at, rows[t.Name])
		at++
	})
	for i, m := range doc.Missing {
		if row, ok := rows[m.Table]; ok {
			sheets[3].leads(sheets[3].first+i, row)
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
