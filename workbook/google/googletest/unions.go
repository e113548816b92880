package googletest

// The document says of few fields by a flag that only the server writes them; of the
// others it says so in prose. Two of those can be written after all and are not here:
// SheetProperties.gridProperties (read-only on sheets of data sources) and
// ProtectedRange.protectedRangeId (chosen when a range is added, named when it is
// changed).
func readOnlyFields() map[string][]string {
	return map[string][]string{
		"CellData":                  {"dataSourceFormula", "effectiveFormat", "effectiveValue", "formattedValue", "hyperlink"},
		"CommentAnchor":             {"anchorId"},
		"DeveloperMetadataLocation": {"locationType"},
		"DimensionProperties":       {"hiddenByFilter"},
		"ExtendedValue":             {"errorValue"},
		"Post": {"author", "contentHtml", "createTime", "deleted", "fromCopiedSpreadsheet",
			"fromImportedSpreadsheet", "postId", "updateTime"},
		"ProtectedRange":        {"requestingUserCanEdit"},
		"Spreadsheet":           {"commentsViewMode", "spreadsheetId", "spreadsheetUrl"},
		"SpreadsheetProperties": {"defaultFormat"},
	}
}

// union is a set of fields of which a message has some number.
type union struct {
	fields []string
	least  int // 1, or 0 where the message may do without
}

// unions lists the unions by the message that has them; the document knows them only
// in prose. A number that is 0 is left out by the Go client unless it is forced, which
// empties a union: that is refused here, though the live server may forgive it.
func (d *discovery) unions() map[string]union {
	exactly := func(fields ...string) union { return union{fields, 1} }
	all := func(name string) union {
		var fields []string
		for field := range d.Schemas[name].Properties {
			fields = append(fields, field)
		}
		return union{fields, 1}
	}
	return map[string]union{
		"Request":                            all("Request"),
		"ExtendedValue":                      all("ExtendedValue"),
		"ColorStyle":                         all("ColorStyle"),
		"DataFilter":                         all("DataFilter"),
		"ConditionValue":                     all("ConditionValue"),
		"DeveloperMetadataLocation":          exactly("dimensionRange", "sheetId", "spreadsheet"),
		"ConditionalFormatRule":              exactly("booleanRule", "gradientRule"),
		"FilterSpec":                         exactly("columnIndex", "dataSourceColumnReference"),
		"SortSpec":                           exactly("dimensionIndex", "dataSourceColumnReference"),
		"UpdateCellsRequest":                 exactly("range", "start"),
		"UpdateDimensionPropertiesRequest":   exactly("range", "dataSourceSheetRange"),
		"UpdateConditionalFormatRuleRequest": exactly("rule", "newIndex"),
		"EmbeddedObjectPosition":             exactly("newSheet", "overlayPosition", "sheetId"),
		"ProtectedRange":                     {[]string{"namedRangeId", "range", "tableId"}, 0},
		"BasicFilter":                        {[]string{"range", "tableId"}, 0},
		"TextRotation":                       {[]string{"angle", "vertical"}, 0},
	}
}

// required lists fields without which a message says nothing.
func required() map[string][]string {
	return map[string][]string{
		"NumberFormat":                    {"type"},
		"BooleanRule":                     {"condition"},
		"BooleanCondition":                {"type"},
		"RepeatCellRequest":               {"range"},
		"MergeCellsRequest":               {"range", "mergeType"},
		"UnmergeCellsRequest":             {"range"},
		"DimensionRange":                  {"dimension"},
		"AppendDimensionRequest":          {"dimension", "length"},
		"InsertDimensionRequest":          {"range"},
		"AddConditionalFormatRuleRequest": {"rule"},
		"AddProtectedRangeRequest":        {"protectedRange"},
		"UpdateProtectedRangeRequest":     {"protectedRange"},
		"DeleteProtectedRangeRequest":     {"protectedRangeId"},
		"SetBasicFilterRequest":           {"filter"},
		"CreateDeveloperMetadataRequest":  {"developerMetadata"},
		"UpdateDeveloperMetadataRequest":  {"developerMetadata", "dataFilters"},
		"DeleteDeveloperMetadataRequest":  {"dataFilter"},
		"UpdateBordersRequest":            {"range"},
		"SetDataValidationRequest":        {"range"},
		"UpdateSheetPropertiesRequest":    {"properties"},
		"TextFormatRun":                   {},
	}
}

// updated names, for each request with a mask, the message that the mask is about:
// the field that is the root, or the name of a schema where it is not a field.
func updated() map[string]string {
	return map[string]string{
		"AppendCellsRequest":                  "CellData",
		"RepeatCellRequest":                   "CellData",
		"UpdateBandingRequest":                "BandedRange",
		"UpdateCellsRequest":                  "CellData",
		"UpdateDataSourceRequest":             "DataSource",
		"UpdateDeveloperMetadataRequest":      "DeveloperMetadata",
		"UpdateDimensionGroupRequest":         "DimensionGroup",
		"UpdateDimensionPropertiesRequest":    "DimensionProperties",
		"UpdateEmbeddedObjectBorderRequest":   "EmbeddedObjectBorder",
		"UpdateEmbeddedObjectPositionRequest": "OverlayPosition",
		"UpdateFilterViewRequest":             "FilterView",
		"UpdateNamedRangeRequest":             "NamedRange",
		"UpdateProtectedRangeRequest":         "ProtectedRange",
		"UpdateSheetPropertiesRequest":        "SheetProperties",
		"UpdateSlicerSpecRequest":             "SlicerSpec",
		"UpdateSpreadsheetPropertiesRequest":  "SpreadsheetProperties",
		"UpdateTableRequest":                  "Table",
	}
}
