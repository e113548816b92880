package googletest

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strings"
)

// css writes a colour.
func css(color object) string {
	part := func(key string) int { return int(math.Round(decimal(color, key) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part("red"), part("green"), part("blue"))
}

// cellStyle is made of numbers, of words that the schema lists and of checked names of
// fonts, so nothing that a user typed can leave it.
func cellStyle(format, value object) template.CSS {
	var b strings.Builder
	// White is left out: a text that runs over its neighbour must not be covered by it.
	if ground := css(inner(format, "backgroundColor")); ground != "#ffffff" {
		fmt.Fprintf(&b, "background: %s; ", ground)
	}
	b.WriteString(faceStyle(inner(format, "textFormat")))
	align := strings.ToLower(words(format, "horizontalAlignment"))
	if align == "" && has(value, "numberValue") {
		align = "right"
	}
	if align != "" {
		fmt.Fprintf(&b, "text-align: %s; ", align)
	}
	fmt.Fprintf(&b, "vertical-align: %s; ", strings.ToLower(words(format, "verticalAlignment")))
	if padding := inner(format, "padding"); padding != nil {
		fmt.Fprintf(&b, "padding: %dpx %dpx %dpx %dpx; ", max(number(padding, "top")-2, 0), max(number(padding, "right")-3, 0),
			max(number(padding, "bottom")-2, 0), max(number(padding, "left")-3, 0))
	}
	for _, side := range []string{"top", "right", "bottom", "left"} {
		border := inner(inner(format, "borders"), side)
		if border == nil {
			continue
		}
		kind := map[string]string{"DOTTED": "dotted", "DASHED": "dashed", "DOUBLE": "double"}[words(border, "style")]
		if kind == "" {
			kind = "solid"
		}
		fmt.Fprintf(&b, "border-%s: %dpx %s %s; ", side, number(border, "width"), kind, css(inner(border, "color")))
	}
	return template.CSS(b.String())
}

var fontName = regexp.MustCompile(`^[A-Za-z0-9 ,-]+$`)

// faceStyle says of a text what its format says.
func faceStyle(face object) string {
	var b strings.Builder
	if family := words(face, "fontFamily"); fontName.MatchString(family) {
		b.WriteString("font-family: " + families(family) + "; ")
	}
	if size := number(face, "fontSize"); size > 0 {
		fmt.Fprintf(&b, "font-size: %dpt; ", size)
	}
	for _, on := range []struct{ key, yes, no string }{
		{"bold", "font-weight: bold; ", "font-weight: normal; "},
		{"italic", "font-style: italic; ", "font-style: normal; "},
		{"underline", "text-decoration: underline; ", ""},
		{"strikethrough", "text-decoration: line-through; ", ""},
	} {
		if flag(face, on.key) {
			b.WriteString(on.yes)
		} else if has(face, on.key) {
			b.WriteString(on.no)
		}
	}
	if color := inner(face, "foregroundColor"); color != nil {
		fmt.Fprintf(&b, "color: %s; ", css(color))
	}
	return b.String()
}

// families are the fonts of a text, and those of the same widths where a machine lacks them.
func families(list string) string {
	var quoted []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if strings.Contains(name, " ") {
			name = "'" + name + "'"
		}
		quoted = append(quoted, name)
	}
	if list == "Courier New" {
		return strings.Join(append(quoted, "'Liberation Mono'", "Cousine", "monospace"), ", ")
	}
	return strings.Join(append(quoted, "'Liberation Sans'", "Arimo", "narrowed", "sans-serif"), ", ")
}
