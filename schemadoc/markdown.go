package schemadoc

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Markdown writes the document as GitHub reads it. Names and values stand in code
// spans; what people wrote is escaped, so that it is text and never markup. The same
// document gives the same bytes.
func Markdown(w io.Writer, doc *Document) error {
	m := &markdown{bufio.NewWriter(w)}
	title := Title
	if doc.Company != "" {
		title = doc.Company + ": " + title
	}
	m.line("# %s", prose(title))
	m.line("%s", prose(doc.Subtitle()))
	var counts []string
	for _, t := range doc.Tallies() {
		counts = append(counts, t.Count+" "+t.Text)
	}
	m.line("%s.", strings.Join(counts, ", "))
	for _, g := range doc.Groups {
		m.line("## %s", g.Title)
		m.line("%s", prose(g.Note))
		for _, t := range g.Tables {
			m.table(t)
		}
	}
	if len(doc.Missing) > 0 {
		m.line("## Missing")
		for _, gap := range doc.Missing {
			m.item("- %s %s", code(gap.Name()), prose(gap.Text))
			if gap.Place != "" {
				m.item(" %s", code(gap.Place))
			}
			m.item("\n")
		}
	}
	if err := m.Flush(); err != nil {
		return fmt.Errorf("markdown: %w", err)
	}
	return nil
}

// markdown keeps the first error until it is flushed.
type markdown struct{ *bufio.Writer }

func (m *markdown) item(format string, args ...any) { fmt.Fprintf(m, format, args...) }

// line writes a paragraph.
func (m *markdown) line(format string, args ...any) { m.item(format+"\n\n", args...) }

func (m *markdown) table(t Table) {
	m.line("### %s", code(t.Name))
	if t.Description != "" {
		m.line("%s", prose(t.Description))
	}
	for _, f := range t.Facts() {
		m.item("- **%s:** %s\n", f.Label, prose(f.Text))
	}
	m.item("\n| Column | Type | Key | Description | NULL |\n|---|---|---|---|---|\n")
	for _, c := range t.Columns {
		key := ""
		if c.Key {
			key = "key"
		}
		m.item("| %s | %s | %s | %s | %s |\n", code(c.Name), prose(c.Type), key, prose(c.Description), prose(c.NullText(t.Counted)))
	}
	m.item("\n")
	for _, c := range t.Columns {
		m.values(t, c)
	}
}

func (m *markdown) values(t Table, c Column) {
	if len(c.Values) == 0 {
		return
	}
	m.item("| Values of %s | Rows | Share | |\n|---|--:|--:|---|\n", code(c.Name))
	for _, v := range c.Values {
		word := code(v.Word())
		if v.Null {
			word = "*NULL*"
		}
		m.item("| %s | %s | %s | %s |\n", word, v.RowsText(), prose(v.Share(t.Counted)), v.Remark())
	}
	if more := c.MoreText(); more != "" {
		m.item("| %s | | | |\n", more)
	}
	m.item("\n")
}

// code returns a code span that holds text in a cell as it is. A cell ends at a bar
// even in a code span, and takes one with a backslash.
func code(text string) string {
	text = strings.ReplaceAll(oneLine(text), "|", `\|`)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if fence != "`" || strings.TrimSpace(text) != text || text == "" {
		text = " " + text + " "
	}
	return fence + text + fence
}

// prose escapes what could be markup. An underscore inside a word is none.
func prose(text string) string {
	var b strings.Builder
	runes := []rune(oneLine(text))
	for i, r := range runes {
		inside := i > 0 && i+1 < len(runes) && wordRune(runes[i-1]) && wordRune(runes[i+1])
		switch {
		case strings.ContainsRune("\\`*[]<>|~&$", r), r == '_' && !inside, i == 0 && strings.ContainsRune("#+-=", r):
			b.WriteByte('\\')
		case r == '.' && i > 0 && strings.Trim(string(runes[:i]), "0123456789") == "" && (i+1 == len(runes) || runes[i+1] == ' '):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func wordRune(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// oneLine keeps text on one line, where tables and lists need it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
