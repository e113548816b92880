package schemadoc_test

import (
	"fmt"
	"strings"
	"testing"

	"tearsheet/schemadoc"
)

// markdownFacts reads the file line by line, as GitHub would.
func markdownFacts(t *testing.T, doc *schemadoc.Document) facts {
	f, kind, table, values, gaps, places := facts{}, "", "", "", 0, 0
	for line := range strings.Lines(string(rendered(t, schemadoc.Markdown, doc))) {
		line = strings.TrimSuffix(line, "\n")
		cells := barCells(line)
		switch {
		case strings.HasPrefix(line, "## "):
			kind, table = line[3:], ""
		case strings.HasPrefix(line, "### "):
			table, values, places = unmarked(line[4:]), "", 0
			f.put(kind, table, "kind")
		case strings.HasPrefix(line, "- **"):
			label, text, _ := strings.Cut(line[4:], ":** ")
			f.put(unmarked(text), table, label)
		case strings.HasPrefix(line, "- "):
			f.put(unmarked(line[2:]), "missing", fmt.Sprint(gaps))
			gaps++
		case cells == nil:
			if table != "" && line != "" {
				f.put(unmarked(line), table, "description")
			}
		case strings.HasPrefix(cells[0], "---") || cells[0] == "Column":
		case strings.HasPrefix(cells[0], "Values of "):
			values = unmarked(strings.TrimPrefix(cells[0], "Values of "))
		case values == "":
			places++
			column := unmarked(cells[0])
			f.put(fmt.Sprint(places), table, column, "place")
			for i, fact := range []string{1: "type", 2: "key", 3: "description", 4: "null"} {
				if fact != "" {
					f.put(unmarked(cells[i]), table, column, fact)
				}
			}
		case cells[1] == "":
			f.put(unmarked(cells[0]), table, values, "more")
		default:
			word := unmarked(strings.Trim(cells[0], "*"))
			f.put(unmarked(cells[1]), table, values, word, "rows")
			f.put(unmarked(cells[2]), table, values, word, "share")
			f.put(unmarked(cells[3]), table, values, word, "remark")
		}
	}
	return f
}

// barCells splits a row of a table at the bars without a backslash, or returns nil.
func barCells(line string) []string {
	if !strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "|-") {
		return nil
	}
	var cells []string
	cell := ""
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '|' && line[i-1] != '\\':
			cells, cell = append(cells, strings.TrimSpace(cell)), ""
		default:
			cell += line[i : i+1]
		}
	}
	return cells
}

// unmarked reads text with code spans and backslashes. A span of more than one
// backquote begins and ends with a blank.
func unmarked(text string) string {
	var b strings.Builder
	for text != "" {
		if text[0] == '`' {
			fence := text[:len(text)-len(strings.TrimLeft(text, "`"))]
			inner, rest, ok := strings.Cut(text[len(fence):], fence)
			if ok {
				b.WriteString(strings.ReplaceAll(strings.TrimSpace(inner), `\|`, "|"))
				text = rest
				continue
			}
		}
		if text[0] == '\\' && len(text) > 1 {
			text = text[1:]
		}
		b.WriteByte(text[0])
		text = text[1:]
	}
	return b.String()
}
