package googletest

import (
	"slices"
	"unicode/utf8"
)

// metadataSheet is the id of the tab that metadata lie on, or in.
func metadataSheet(m object) (int, bool) {
	location := inner(m, "location")
	switch {
	case has(location, "sheetId"):
		return number(location, "sheetId"), true
	case has(location, "dimensionRange"):
		return number(inner(location, "dimensionRange"), "sheetId"), true
	}
	return 0, false
}

func (b *batch) metadataTaken(id int) bool {
	return slices.ContainsFunc(b.Metadata, func(m object) bool { return number(m, "metadataId") == id })
}

func (b *batch) createMetadata(r object) (object, *failure) {
	m := inner(r, "developerMetadata")
	id := number(m, "metadataId")
	switch {
	case !has(m, "metadataId"):
		id = b.newID(b.metadataTaken)
	case id <= 0:
		return nil, invalid("developerMetadata.metadataId %d must be positive", id)
	case b.metadataTaken(id):
		return nil, invalid("developerMetadata with the id %d already exists", id)
	}
	m = with(m, "metadataId", id)
	if fail := b.judgeMetadata(m); fail != nil {
		return nil, fail
	}
	b.Metadata = append(b.Metadata, m)
	if fail := b.judgeRoom(m); fail != nil {
		return nil, fail
	}
	return object{"developerMetadata": shownMetadata(m)}, nil
}

func (b *batch) judgeMetadata(m object) *failure {
	for _, key := range []string{"metadataKey", "visibility", "location"} {
		if !has(m, key) || words(m, key) == "" && key == "metadataKey" {
			return invalid("developerMetadata must have %s specified", key)
		}
	}
	location := inner(m, "location")
	switch {
	case has(location, "spreadsheet") && !flag(location, "spreadsheet"):
		return invalid("developerMetadata.location.spreadsheet can only be true")
	case has(location, "sheetId") && b.sheet(number(location, "sheetId")) == nil:
		return invalid("No grid with id: %d", number(location, "sheetId"))
	case has(location, "dimensionRange"):
		_, from, to, fail := b.dimension(inner(location, "dimensionRange"))
		if fail != nil {
			return fail
		}
		if to-from != 1 || !has(inner(location, "dimensionRange"), "endIndex") {
			return invalid("developerMetadata.location.dimensionRange must be one row or one column")
		}
	}
	return nil
}

// judgeRoom counts the characters of the metadata of the spreadsheet itself, or of a tab
// with its rows and columns: Google's limit is the same for both.
func (b *batch) judgeRoom(m object) *failure {
	id, on := metadataSheet(m)
	size := 0
	for _, other := range b.Metadata {
		if otherID, otherOn := metadataSheet(other); otherOn == on && otherID == id {
			size += utf8.RuneCountInString(words(other, "metadataKey")) + utf8.RuneCountInString(words(other, "metadataValue"))
		}
	}
	if size > mostMetadata {
		return invalid("Developer metadata would have %d characters, above the limit of %d", size, mostMetadata)
	}
	return nil
}

func shownMetadata(m object) object {
	location := inner(m, "location")
	return with(m, "location", with(location, "locationType", locationType(location)))
}

func locationType(location object) string {
	switch {
	case has(location, "sheetId"):
		return "SHEET"
	case has(location, "spreadsheet"):
		return "SPREADSHEET"
	case words(inner(location, "dimensionRange"), "dimension") == "ROWS":
		return "ROW"
	}
	return "COLUMN"
}

// matching returns the places in the list of the metadata that a filter finds.
func (b *book) matching(filter object) ([]int, *failure) {
	lookup := inner(filter, "developerMetadataLookup")
	if lookup == nil {
		return nil, unknownHere("metadata found by ranges; developerMetadataLookup finds them")
	}
	if len(lookup) == 0 {
		return nil, invalid("developerMetadataLookup must say at least one thing")
	}
	if has(lookup, "locationMatchingStrategy") && !has(lookup, "metadataLocation") {
		return nil, invalid("locationMatchingStrategy needs metadataLocation")
	}
	var found []int
	for i, m := range b.Metadata {
		ok, fail := looksLike(m, lookup)
		if fail != nil {
			return nil, fail
		}
		if ok {
			found = append(found, i)
		}
	}
	return found, nil
}

func looksLike(m, lookup object) (bool, *failure) {
	for _, key := range []string{"metadataId", "metadataKey", "metadataValue", "visibility"} {
		if has(lookup, key) && lookup[key] != m[key] {
			return false, nil
		}
	}
	if has(lookup, "locationType") && words(lookup, "locationType") != locationType(inner(m, "location")) {
		return false, nil
	}
	if !has(lookup, "metadataLocation") {
		return true, nil
	}
	where := inner(lookup, "metadataLocation")
	if locationType(where) == "ROW" || locationType(where) == "COLUMN" {
		return false, unknownHere("metadata found by rows or columns")
	}
	id, onSheet := metadataSheet(m)
	if locationType(where) == "SPREADSHEET" {
		return locationType(inner(m, "location")) == "SPREADSHEET" || words(lookup, "locationMatchingStrategy") != "EXACT_LOCATION", nil
	}
	exact := words(lookup, "locationMatchingStrategy") == "EXACT_LOCATION"
	return onSheet && id == number(where, "sheetId") && (!exact || has(inner(m, "location"), "sheetId")), nil
}

func (b *batch) updateMetadata(r object) (object, *failure) {
	paths, fail := b.check.updateMask("UpdateDeveloperMetadataRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	var changed []any
	for _, filter := range objects(r, "dataFilters") {
		found, fail := b.matching(filter)
		if fail != nil {
			return nil, fail
		}
		for _, i := range found {
			m := b.Metadata[i]
			for _, path := range paths {
				if path[0] != "metadataId" {
					m = set(m, inner(r, "developerMetadata"), path)
				}
			}
			if fail := b.judgeMetadata(m); fail != nil {
				return nil, fail
			}
			b.Metadata[i] = m
			if fail := b.judgeRoom(m); fail != nil {
				return nil, fail
			}
			changed = append(changed, shownMetadata(m))
		}
	}
	if len(changed) == 0 {
		return nil, invalid("No developer metadata match the filters")
	}
	return object{"developerMetadata": changed}, nil
}

func (b *batch) deleteMetadata(r object) (object, *failure) {
	found, fail := b.matching(inner(r, "dataFilter"))
	if fail != nil {
		return nil, fail
	}
	if len(found) == 0 {
		return nil, invalid("No developer metadata match the filter")
	}
	var gone []any
	for _, i := range slices.Backward(found) {
		gone = append(gone, shownMetadata(b.Metadata[i]))
		b.Metadata = slices.Delete(b.Metadata, i, i+1)
	}
	return object{"deletedDeveloperMetadata": gone}, nil
}
