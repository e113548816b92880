package googletest

import (
	"fmt"
	"html/template"
)

// spillStyle makes the box of a text as wide as the room over which the text may run: its
// own cell, and on the sides away from its alignment the cells that hold nothing, up to
// the first one that does. It is "" where nothing runs over.
func (b *book) spillStyle(s *sheet, at spot, used area) template.CSS {
	format := b.effectiveFormat(s, at)
	merged, _ := s.mergedAt(at)
	strategy := words(format, "wrapStrategy")
	if !has(b.evaluate(s, s.Cells[at]).value, "stringValue") || strategy != "" && strategy != "OVERFLOW_CELL" || merged.To.Column-at.Column > 1 {
		return ""
	}
	left, right := s.room(at, -1, used), s.room(at, 1, used)
	switch words(format, "horizontalAlignment") {
	case "RIGHT":
		right = 0
	case "CENTER":
		left = min(left, right)
		right = left
	default:
		left = 0
	}
	if left+right == 0 {
		return ""
	}
	return template.CSS(fmt.Sprintf("width: %dpx; margin-left: %dpx", left+s.width(at.Column)+right, -left))
}

// room is how many pixels of cells that hold nothing lie on one side of a cell. Text does
// not run across the edge of the columns that are frozen.
func (s *sheet) room(at spot, step int, used area) int {
	pixels := 0
	for column := at.Column + step; column >= 0 && column < used.To.Column; column += step {
		next := spot{at.Row, column}
		merged, inside := s.mergedAt(next)
		blank := !has(s.Cells[next], "userEnteredValue") && !inside && merged.To.Column-merged.From.Column == 1
		if edge := s.frozenColumns(); !blank || (column < edge) != (at.Column < edge) {
			break
		}
		pixels += s.width(column)
	}
	return pixels
}
