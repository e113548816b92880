package googletest

// batch applies the requests of a batchUpdate to a clone of a book, in their order.
type batch struct {
	*book
	check  *checker
	caller string // the address of who asks
	drops  bool   // duplicated tabs have no metadata
}

// change applies one request and returns its reply.
type change func(*batch, object) (object, *failure)

// changes lists the requests that the stand-in knows. All others of the API are
// answered by 501.
func changes() map[string]change {
	return map[string]change{
		"addConditionalFormatRule":    (*batch).addRule,
		"addProtectedRange":           (*batch).addProtected,
		"addSheet":                    (*batch).addSheet,
		"appendDimension":             (*batch).appendDimension,
		"autoResizeDimensions":        (*batch).autoResize,
		"clearBasicFilter":            (*batch).clearFilter,
		"createDeveloperMetadata":     (*batch).createMetadata,
		"deleteConditionalFormatRule": (*batch).deleteRule,
		"deleteDeveloperMetadata":     (*batch).deleteMetadata,
		"deleteProtectedRange":        (*batch).deleteProtected,
		"deleteSheet":                 (*batch).deleteSheet,
		"duplicateSheet":              (*batch).duplicateSheet,
		"insertDimension":             (*batch).insertDimension,
		"mergeCells":                  (*batch).mergeCells,
		"repeatCell":                  (*batch).repeatCell,
		"setBasicFilter":              (*batch).setFilter,
		"setDataValidation":           (*batch).setValidation,
		"unmergeCells":                (*batch).unmergeCells,
		"updateBorders":               (*batch).updateBorders,
		"updateCells":                 (*batch).updateCells,
		"updateConditionalFormatRule": (*batch).updateRule,
		"updateDeveloperMetadata":     (*batch).updateMetadata,
		"updateDimensionProperties":   (*batch).updateDimension,
		"updateProtectedRange":        (*batch).updateProtected,
		"updateSheetProperties":       (*batch).updateSheet,
		"updateSpreadsheetProperties": (*batch).updateSpreadsheet,
	}
}

// apply applies all requests and returns their replies, or says which one is wrong:
// then nothing of the clone may be kept.
func (b *batch) apply(requests []object) ([]any, *failure) {
	if len(requests) == 0 {
		return nil, invalid("Must specify at least one request.")
	}
	known := changes()
	replies := make([]any, 0, len(requests))
	for i, request := range requests {
		kind := sortedKeys(request)[0] // the union of the request has one member
		apply, ok := known[kind]
		if !ok {
			return nil, unknownHere(kind)
		}
		reply, fail := apply(b, inner(request, kind))
		if fail != nil {
			fail.message = requestPlace(i, kind) + ": " + fail.message
			return nil, fail
		}
		if reply == nil {
			replies = append(replies, object{})
			continue
		}
		replies = append(replies, object{kind: reply})
	}
	return replies, nil
}
