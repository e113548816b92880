package google

import (
	"context"
	"encoding/json"
	"slices"

	"google.golang.org/api/sheets/v4"
)

// spreadsheet asks for a spreadsheet, or for parts of it. Lists of the answer hold no nil,
// but in rows of cells, where it is a blank one.
func (j *job) spreadsheet(ctx context.Context, get *sheets.SpreadsheetsGetCall) (*sheets.Spreadsheet, *Error) {
	var answer *sheets.Spreadsheet
	fault := j.call(ctx, j.reads, func(ctx context.Context) (err error) {
		if answer, err = get.Context(ctx).Do(); err == nil && answer == nil {
			return &json.SyntaxError{} // null is JSON, and no spreadsheet
		}
		return err
	})
	if fault != nil {
		return nil, fault
	}
	answer.DeveloperMetadata = known(answer.DeveloperMetadata)
	answer.Sheets = known(answer.Sheets)
	for _, sheet := range answer.Sheets {
		sheet.DeveloperMetadata = known(sheet.DeveloperMetadata)
		sheet.ProtectedRanges = known(sheet.ProtectedRanges)
		sheet.Merges = known(sheet.Merges)
		sheet.Data = known(sheet.Data)
		sheet.ConditionalFormats = known(sheet.ConditionalFormats)
		for _, rule := range sheet.ConditionalFormats {
			rule.Ranges = known(rule.Ranges)
			if rule.BooleanRule != nil && rule.BooleanRule.Condition != nil {
				rule.BooleanRule.Condition.Values = known(rule.BooleanRule.Condition.Values)
			}
		}
	}
	return answer, nil
}

// known is a list without nil.
func known[T any](all []*T) []*T {
	return slices.DeleteFunc(all, func(x *T) bool { return x == nil })
}
