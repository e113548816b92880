package googletest

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// canonical is a message as the server keeps it: each colour in both of its fields, in
// 256 steps, and each border with the width of its style, black where it says no
// colour. The newer field of a colour counts where both are given.
func (c *checker) canonical(name string, o object) object {
	if o == nil {
		return nil
	}
	kept := object{}
	for key, value := range o {
		property := c.Schemas[name].Properties[key]
		switch {
		case name == "Color":
			kept[key] = stepped(value)
		case property.Ref != "":
			below, _ := value.(object)
			kept[key] = c.canonical(property.Ref, below)
		case property.Items != nil && property.Items.Ref != "":
			list := items(o, key)
			below := make([]any, len(list))
			for i := range list {
				item, _ := list[i].(object)
				below[i] = c.canonical(property.Items.Ref, item)
			}
			kept[key] = below
		default:
			kept[key] = value
		}
	}
	if name == "TextFormat" {
		kept = linkLook(kept)
	}
	for key, property := range c.Schemas[name].Properties {
		if property.Ref == "Color" && c.hasStyle(name, key) {
			pair(kept, key)
		}
	}
	if name == "Border" {
		return drawn(kept)
	}
	if name == "Borders" {
		return sidesOf(kept)
	}
	return kept
}

func (c *checker) hasStyle(name, key string) bool {
	_, ok := c.Schemas[name].Properties[key+"Style"]
	return ok
}

// pair fills the two fields of a colour from each other.
func pair(o object, key string) {
	style := inner(o, key+"Style")
	switch {
	case has(style, "rgbColor"):
		o[key] = style["rgbColor"]
	case has(style, "themeColor"):
		o[key] = themeColor(words(style, "themeColor"))
	case has(o, key):
		o[key+"Style"] = object{"rgbColor": o[key]}
	}
}

// stepped is a part of a colour in 256 steps, in single precision: 0.8509803921568627
// comes back as 0.8509804.
func stepped(v any) any {
	f, ok := v.(float64)
	if !ok {
		return v
	}
	step := math.Round(min(max(f, 0), 1)*255) / 255
	short, err := strconv.ParseFloat(strconv.FormatFloat(step, 'g', -1, 32), 64)
	if err != nil {
		return step
	}
	return short
}

func themeColor(name string) object {
	rgb := map[string][3]float64{"TEXT": {0, 0, 0}, "BACKGROUND": {255, 255, 255}, "ACCENT1": {66, 133, 244},
		"ACCENT2": {234, 67, 53}, "ACCENT3": {251, 188, 4}, "ACCENT4": {52, 168, 83}, "ACCENT5": {255, 109, 1},
		"ACCENT6": {70, 189, 198}, "LINK": {17, 85, 204}}[name]
	return object{"red": stepped(rgb[0] / 255), "green": stepped(rgb[1] / 255), "blue": stepped(rgb[2] / 255)}
}

func drawn(border object) object {
	width := map[string]int{"DOTTED": 1, "DASHED": 1, "SOLID": 1, "SOLID_MEDIUM": 2, "SOLID_THICK": 3, "DOUBLE": 3}
	border["width"] = width[words(border, "style")]
	if !has(border, "color") {
		border["color"] = object{}
		border["colorStyle"] = object{"rgbColor": object{}}
	}
	return border
}

// sidesOf leaves out the sides that have no border.
func sidesOf(borders object) object {
	for side, border := range borders {
		b, _ := border.(object)
		if style := words(b, "style"); style == "NONE" || style == "" {
			delete(borders, side) // canonical made a copy
		}
	}
	return borders
}

// partners adds, for each path through one field of a colour, the path through the
// other.
func (c *checker) partners(root string, paths [][]string) [][]string {
	all := slices.Clone(paths)
	for _, path := range paths {
		name := root
		for i, key := range path {
			property := c.Schemas[name].Properties[key]
			other := ""
			switch {
			case property.Ref == "Color" && c.hasStyle(name, key):
				other = key + "Style"
			case property.Ref == "ColorStyle":
				other, _ = strings.CutSuffix(key, "Style")
			}
			if other != "" {
				all = append(all, append(slices.Clone(path[:i]), other))
				all = append(all, path[:i+1])
				break
			}
			name = property.Ref
		}
	}
	return all
}

// bare is a value as the server tells it: zeros, false and empty texts are left out,
// but for values of cells and the numbers by which things are found.
func bare(v any) any {
	switch v := v.(type) {
	case object:
		kept := object{}
		for key, value := range v {
			if isZero(value) && !spoken(key) {
				continue
			}
			if key == "userEnteredValue" || key == "effectiveValue" {
				kept[key] = value
				continue
			}
			kept[key] = bare(value)
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, item := range v {
			kept[i] = bare(item)
		}
		return kept
	}
	return v
}

func isZero(v any) bool {
	switch v := v.(type) {
	case int:
		return v == 0
	case float64:
		return v == 0
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// spoken tells whether a field is told even where it is 0.
func spoken(key string) bool {
	return slices.Contains([]string{"index", "startRowIndex", "startColumnIndex", "startIndex", "columnIndex", "rowIndex"}, key)
}
