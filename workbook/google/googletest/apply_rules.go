package googletest

import (
	"slices"
)

func (b *batch) addRule(r object) (object, *failure) {
	rule := inner(r, "rule")
	s, fail := b.judgeRule(rule)
	if fail != nil {
		return nil, fail
	}
	index := number(r, "index")
	if index < 0 || index > len(s.Rules) {
		return nil, invalid("No conditional format on sheet: %d at index: %d", s.id(), index)
	}
	s.Rules = slices.Insert(s.Rules, index, b.check.canonical("ConditionalFormatRule", rule))
	return nil, nil
}

// judgeRule finds the tab of a rule. A rule sees no other tab, and can change only
// some of a format.
func (b *batch) judgeRule(rule object) (*sheet, *failure) {
	ranges := objects(rule, "ranges")
	if len(ranges) == 0 {
		return nil, invalid("a conditional format needs ranges")
	}
	var on *sheet
	for _, r := range ranges {
		s, _, fail := b.inside(r)
		if fail != nil {
			return nil, fail
		}
		if on != nil && s != on {
			return nil, invalid("All ranges of a conditional format must be on the same sheet.")
		}
		on = s
	}
	boolean := inner(rule, "booleanRule")
	if boolean == nil {
		return on, nil
	}
	if fail := judgeCondition(inner(boolean, "condition")); fail != nil {
		return nil, fail
	}
	for _, key := range sortedKeys(inner(boolean, "format")) {
		if !slices.Contains([]string{"backgroundColor", "backgroundColorStyle", "textFormat"}, key) {
			return nil, invalid("ConditionalFormatRule.format: %s cannot be set by a conditional format", key)
		}
	}
	able := []string{"bold", "italic", "strikethrough", "underline", "foregroundColor", "foregroundColorStyle"}
	for _, key := range sortedKeys(inner(inner(boolean, "format"), "textFormat")) {
		if !slices.Contains(able, key) {
			return nil, invalid("ConditionalFormatRule.format: textFormat.%s cannot be set by a conditional format", key)
		}
	}
	return on, nil
}

// judgeCondition counts the values of a condition, where their number is known.
func judgeCondition(condition object) *failure {
	counts := map[string]int{"BLANK": 0, "NOT_BLANK": 0, "TEXT_IS_EMAIL": 0, "TEXT_IS_URL": 0, "DATE_IS_VALID": 0,
		"NUMBER_GREATER": 1, "NUMBER_GREATER_THAN_EQ": 1, "NUMBER_LESS": 1, "NUMBER_LESS_THAN_EQ": 1,
		"NUMBER_EQ": 1, "NUMBER_NOT_EQ": 1, "TEXT_CONTAINS": 1, "TEXT_NOT_CONTAINS": 1, "TEXT_STARTS_WITH": 1,
		"TEXT_ENDS_WITH": 1, "TEXT_EQ": 1, "CUSTOM_FORMULA": 1, "NUMBER_BETWEEN": 2, "NUMBER_NOT_BETWEEN": 2}
	kind := words(condition, "type")
	want, known := counts[kind]
	values := objects(condition, "values")
	if known && len(values) != want {
		return invalid("condition %s takes %d values, and %d are given", kind, want, len(values))
	}
	if kind == "CUSTOM_FORMULA" && (words(values[0], "userEnteredValue") + " ")[0] != '=' {
		return invalid("Invalid ConditionValue.userEnteredValue: %s", words(values[0], "userEnteredValue"))
	}
	return nil
}

func (b *batch) ruleAt(r object) (*sheet, int, *failure) {
	s := b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, 0, invalid("No grid with id: %d", number(r, "sheetId"))
	}
	index := number(r, "index")
	if index < 0 || index >= len(s.Rules) {
		return nil, 0, invalid("No conditional format on sheet: %d at index: %d", s.id(), index)
	}
	return s, index, nil
}

func (b *batch) deleteRule(r object) (object, *failure) {
	s, index, fail := b.ruleAt(r)
	if fail != nil {
		return nil, fail
	}
	old := s.Rules[index]
	s.Rules = slices.Delete(s.Rules, index, index+1)
	return object{"rule": old}, nil
}

// updateRule replaces a rule, which then may name the tab by its ranges, or moves it.
func (b *batch) updateRule(r object) (object, *failure) {
	rule := inner(r, "rule")
	if rule != nil {
		on, fail := b.judgeRule(rule)
		if fail != nil {
			return nil, fail
		}
		r = with(r, "sheetId", on.id())
	}
	s, index, fail := b.ruleAt(r)
	if fail != nil {
		return nil, fail
	}
	old := s.Rules[index]
	if rule != nil {
		s.Rules[index] = b.check.canonical("ConditionalFormatRule", rule)
		return object{"newIndex": index, "newRule": s.Rules[index], "oldRule": old}, nil
	}
	to := number(r, "newIndex")
	if to < 0 || to >= len(s.Rules) {
		return nil, invalid("No conditional format on sheet: %d at index: %d", s.id(), to)
	}
	s.Rules = slices.Insert(slices.Delete(s.Rules, index, index+1), to, old)
	return object{"newIndex": to, "oldIndex": index, "newRule": old}, nil
}

func (b *batch) protectedTaken(id int) bool {
	s, _ := b.protected(id)
	return s != nil
}

func (b *book) protected(id int) (*sheet, int) {
	for _, s := range b.Sheets {
		for i, p := range s.Protected {
			if number(p, "protectedRangeId") == id {
				return s, i
			}
		}
	}
	return nil, 0
}

func (b *batch) addProtected(r object) (object, *failure) {
	p := inner(r, "protectedRange")
	id := number(p, "protectedRangeId")
	if has(p, "protectedRangeId") && b.protectedTaken(id) {
		return nil, invalid("A protected range with the id %d already exists.", id)
	}
	if !has(p, "protectedRangeId") {
		id = b.newID(b.protectedTaken)
	}
	s, fail := b.judgeProtected(p)
	if fail != nil {
		return nil, fail
	}
	p = with(p, "protectedRangeId", id)
	s.Protected = append(s.Protected, b.editable(p))
	return object{"protectedRange": b.shownProtected(s.Protected[len(s.Protected)-1])}, nil
}

func (b *batch) judgeProtected(p object) (*sheet, *failure) {
	if !has(p, "range") {
		return nil, unknownHere("protected ranges that are not given by range")
	}
	s, _, fail := b.inside(inner(p, "range"))
	if fail != nil {
		return nil, fail
	}
	if flag(p, "warningOnly") && has(p, "editors") {
		return nil, invalid("Editors are not supported with warning-only protection.")
	}
	if has(p, "unprotectedRanges") && len(inner(p, "range")) > 1 {
		return nil, invalid("Unprotected ranges are only supported on protected sheets.")
	}
	return s, nil
}

// editable makes whoever protects a range its first editor.
func (b *batch) editable(p object) object {
	if flag(p, "warningOnly") {
		return without(p, "editors")
	}
	users := items(inner(p, "editors"), "users")
	if !slices.Contains(users, any(b.caller)) {
		users = append(slices.Clone(users), b.caller)
	}
	return with(p, "editors", with(inner(p, "editors"), "users", users))
}

func (b *batch) shownProtected(p object) object {
	if !flag(p, "warningOnly") && !b.mayEdit(p) {
		return without(p, "editors")
	}
	return with(p, "requestingUserCanEdit", true)
}

func (b *batch) updateProtected(r object) (object, *failure) {
	asked := inner(r, "protectedRange")
	s, i := b.protected(number(asked, "protectedRangeId"))
	if s == nil {
		return nil, invalid("No protected range with id: %d", number(asked, "protectedRangeId"))
	}
	paths, fail := b.check.updateMask("UpdateProtectedRangeRequest", words(r, "fields"))
	if fail != nil {
		return nil, fail
	}
	p := s.Protected[i]
	if !flag(p, "warningOnly") && !b.mayEdit(p) {
		return nil, invalid("You do not have permission to change this protected range.")
	}
	for _, path := range paths {
		if path[0] != "protectedRangeId" {
			p = set(p, asked, path)
		}
	}
	to, fail := b.judgeProtected(p)
	if fail != nil {
		return nil, fail
	}
	if to != s {
		return nil, invalid("A protected range cannot move to another sheet.")
	}
	s.Protected[i] = b.editable(p)
	return nil, nil
}

func (b *batch) deleteProtected(r object) (object, *failure) {
	s, i := b.protected(number(r, "protectedRangeId"))
	if s == nil {
		return nil, invalid("No protected range with id: %d", number(r, "protectedRangeId"))
	}
	if p := s.Protected[i]; !flag(p, "warningOnly") && !b.mayEdit(p) {
		return nil, invalid("You do not have permission to remove this protected range.")
	}
	s.Protected = slices.Delete(s.Protected, i, i+1)
	return nil, nil
}

func (b *batch) setFilter(r object) (object, *failure) {
	filter := inner(r, "filter")
	if !has(filter, "range") {
		return nil, unknownHere("filters that are not given by range")
	}
	s, a, fail := b.inside(inner(filter, "range"))
	if fail != nil {
		return nil, fail
	}
	if a.empty() {
		return nil, invalid("the range holds no cell")
	}
	s.Filter = filter
	return nil, nil
}

func (b *batch) clearFilter(r object) (object, *failure) {
	s := b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, invalid("No grid with id: %d", number(r, "sheetId"))
	}
	s.Filter = nil
	return nil, nil
}
