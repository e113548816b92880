package letter

import (
	"slices"
	"strings"

	"tearsheet/tearsheet"
)

// width is that of the text, in columns; gap is between two columns of figures.
const (
	width = 76
	gap   = 3
)

// Wrapped returns a text in lines of the width.
func (view) Wrapped(text string) string { return strings.Join(wrapped(text, width), "\n") }

// Attached names the files.
func (v view) Attached() string {
	if len(v.Files) == 0 {
		return ""
	}
	return "Attached: " + strings.Join(v.Files, ", ")
}

// Marks explains the marks.
func (v view) Marks() string {
	var items []string
	for _, item := range v.Legend {
		items = append(items, strings.TrimSpace(item.Mark.Shape()+" "+item.Text))
	}
	return strings.Join(items, "; ")
}

// Text returns what the strip says.
func (s strip) Text() string { return strings.Join(s.Items, " ") }

// Text returns the table in columns; "" if it has no lines.
func (t table) Text() string {
	if len(t.Lines) == 0 {
		return ""
	}
	name, head := strings.ToUpper(t.Mark.Verdict()), []string{"vs plan"}
	if t.Mark == tearsheet.Behind {
		name, head = name+", worst first", []string{"Actual", "Plan", "vs plan"}
	}
	rows := [][]string{head}
	for _, l := range t.Lines {
		rows = append(rows, l.figures(t.Mark))
	}
	widths := widest(rows)
	room := width
	for _, w := range widths {
		room -= gap + w
	}
	lines := []string{beside(name, room, head, widths)}
	for i, l := range t.Lines {
		words := l.words(t.Mark, room-2)
		lines = append(lines, beside(t.Mark.Shape()+" "+words[0], room, rows[i+1], widths))
		for _, more := range words[1:] {
			lines = append(lines, "  "+more)
		}
	}
	if t.More != "" {
		lines = append(lines, "  "+t.More)
	}
	return strings.Join(lines, "\n")
}

// figures are those of the row as they stand in the columns.
func (l line) figures(m tearsheet.Mark) []string {
	if m == tearsheet.Behind {
		return []string{l.Actual, l.Planned, l.Off}
	}
	return []string{l.Off}
}

// words are the name of the row, and in lines under it the team and the note. Of a row
// that is watched, all of it is one text.
func (l line) words(m tearsheet.Mark, room int) []string {
	team := l.Team
	if l.Note != "" {
		team += " · " + l.Note
	}
	if m != tearsheet.Behind {
		return wrapped(l.Title+", "+team, room)
	}
	names := wrapped(strings.TrimSpace(l.Title+" "+l.UnitLabel), room)
	if len(names) == 0 {
		names = []string{""}
	}
	return append(names, wrapped(team, width-2)...)
}

// beside puts figures to the right of a text.
func beside(text string, room int, figures []string, widths []int) string {
	line := text + strings.Repeat(" ", max(room-columns(text), 0))
	for i, figure := range figures {
		line += strings.Repeat(" ", gap+widths[i]-columns(figure)) + figure
	}
	return line
}

// widest returns the widths of columns.
func widest(rows [][]string) []int {
	widths := slices.Repeat([]int{0}, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	return widths
}
