package googletest

import "slices"

// trimRanges cuts what is said of ranges at the end of the grid, and takes away what is
// left of nothing.
func (s *sheet) trimRanges() {
	rules := s.Rules[:0]
	for _, rule := range s.Rules {
		var ranges []any
		for _, r := range objects(rule, "ranges") {
			if r, ok := s.trimmed(r); ok {
				ranges = append(ranges, r)
			}
		}
		if len(ranges) > 0 {
			rules = append(rules, with(rule, "ranges", ranges))
		}
	}
	s.Rules = rules
	protected := s.Protected[:0]
	for _, p := range s.Protected {
		if r, ok := s.trimmed(inner(p, "range")); ok {
			protected = append(protected, with(p, "range", r))
		}
	}
	s.Protected = protected
	if s.Filter == nil {
		return
	}
	if r, ok := s.trimmed(inner(s.Filter, "range")); ok {
		s.Filter = with(s.Filter, "range", r)
	} else {
		s.Filter = nil
	}
}

// trimmed is a range cut at the end of the grid; ends that are open stay open.
func (s *sheet) trimmed(r object) (object, bool) {
	if number(r, "startRowIndex") >= s.rows() || number(r, "startColumnIndex") >= s.columns() {
		return nil, false
	}
	if has(r, "endRowIndex") {
		r = with(r, "endRowIndex", min(number(r, "endRowIndex"), s.rows()))
	}
	if has(r, "endColumnIndex") {
		r = with(r, "endColumnIndex", min(number(r, "endColumnIndex"), s.columns()))
	}
	return r, true
}

// trimMetadata takes away what is said of rows and columns that are gone.
func (b *book) trimMetadata(s *sheet) {
	b.Metadata = slices.DeleteFunc(b.Metadata, func(m object) bool {
		r := inner(inner(m, "location"), "dimensionRange")
		if r == nil || number(r, "sheetId") != s.id() {
			return false
		}
		size := s.rows()
		if words(r, "dimension") == "COLUMNS" {
			size = s.columns()
		}
		return number(r, "startIndex") >= size
	})
}
