package googletest

import "slices"

// linkLook is what a text looks like when a link is set on it: blue and underlined, but
// for what the same request says of its colour and its line.
func linkLook(text object) object {
	if words(inner(text, "link"), "uri") == "" {
		return text
	}
	if !has(text, "underline") {
		text["underline"] = true // canonical made a copy
	}
	if !has(text, "foregroundColor") && !has(text, "foregroundColorStyle") {
		text["foregroundColorStyle"] = object{"themeColor": "LINK"}
	}
	return text
}

// linked tells whether a path sets the link of a whole cell and nothing beside it: then
// the look of links is set with it.
func linked(from object, path []string) bool {
	if !slices.Equal(path, []string{"userEnteredFormat", "textFormat", "link"}) {
		return false
	}
	return has(inner(inner(from, "userEnteredFormat"), "textFormat"), "link")
}

// oneLink lets the links of pieces of a text and the link of the whole cell replace each
// other: those of pieces count more if both are written at once.
func oneLink(cell, from object, runs bool) object {
	format := inner(cell, "userEnteredFormat")
	inPieces := func(o object) bool {
		return slices.ContainsFunc(objects(o, "textFormatRuns"), func(run object) bool { return has(inner(run, "format"), "link") })
	}
	switch {
	case runs && inPieces(from):
		if has(inner(format, "textFormat"), "link") {
			text := without(inner(format, "textFormat"), "link")
			return with(cell, "userEnteredFormat", with(format, "textFormat", text))
		}
	case !runs && has(inner(inner(from, "userEnteredFormat"), "textFormat"), "link") && inPieces(cell):
		var plain []any
		for _, run := range objects(cell, "textFormatRuns") {
			plain = append(plain, with(run, "format", without(inner(run, "format"), "link")))
		}
		return with(cell, "textFormatRuns", plain)
	}
	return cell
}
