package pdf

import "strings"

// wrap breaks a text into lines between words; a word that is longer than a line
// is broken where it must be. Nothing is left out.
func (p pen) wrap(text string, s style, width float64) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(text) {
		if current != "" && p.width(current+" "+word, s) <= width {
			current += " " + word
			continue
		}
		if current != "" {
			lines = append(lines, current)
		}
		pieces := p.chop(word, s, width)
		lines = append(lines, pieces[:len(pieces)-1]...)
		current = pieces[len(pieces)-1]
	}
	if current != "" {
		lines = append(lines, current)
	}
	return lines
}

// chop divides a text into pieces that fit, each with at least one character.
func (p pen) chop(text string, s style, width float64) []string {
	var pieces []string
	start := 0
	for i := range text {
		end := i + len(string([]rune(text[i:])[0]))
		if i > start && p.width(text[start:end], s) > width {
			pieces = append(pieces, text[start:i])
			start = i
		}
	}
	return append(pieces, text[start:])
}

const (
	tab          = "    "
	continuation = "    " // what the rest of a long line is indented by, beyond its beginning
)

// wrapCode keeps the lines and indents of a statement and breaks those that are
// too long, at a space if it can. Only spaces at the breaks are left out.
func (p pen) wrapCode(code string, s style, width float64) []string {
	code = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", tab).Replace(code)
	fits := int(width / p.width("0", s)) // characters, all of one width
	var lines []string
	for whole := range strings.Lines(strings.TrimSpace(code)) {
		lines = append(lines, breakLine(strings.TrimRight(whole, " \n"), fits)...)
	}
	return lines
}

// breakLine divides a line of code into lines of at most so many characters.
func breakLine(whole string, fits int) []string {
	var lines []string
	code := strings.TrimLeft(whole, " ")
	indent := min(len(whole)-len(code), fits/2) // deeper ones would leave no room
	rest := []rune(strings.Repeat(" ", indent) + code)
	lead := min(indent+len(continuation), fits/2)
	for len(rest) > fits {
		at := breakAt(rest, indent, fits)
		lines = append(lines, strings.TrimRight(string(rest[:at]), " "))
		rest = []rune(strings.Repeat(" ", lead) + strings.TrimLeft(string(rest[at:]), " "))
		indent = lead
	}
	return append(lines, string(rest))
}

// breakAt returns where a line that is too long is cut: after the last space that
// fits, or where the line ends if there is none behind the indent.
func breakAt(line []rune, indent, fits int) int {
	for at := fits; at > indent; at-- {
		if at < len(line) && line[at] == ' ' {
			return at
		}
	}
	return fits
}
