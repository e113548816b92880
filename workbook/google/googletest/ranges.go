package googletest

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

const endless = math.MaxInt32

// gridRange reads a GridRange: the tab and the area, whose open ends are endless.
func (b *book) gridRange(r object) (*sheet, area, *failure) {
	s := b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, area{}, invalid("No grid with id: %d", number(r, "sheetId"))
	}
	a := area{To: spot{endless, endless}}
	a.From.Row, a.From.Column = number(r, "startRowIndex"), number(r, "startColumnIndex")
	if has(r, "endRowIndex") {
		a.To.Row = number(r, "endRowIndex")
	}
	if has(r, "endColumnIndex") {
		a.To.Column = number(r, "endColumnIndex")
	}
	if a.From.Row < 0 || a.From.Column < 0 || a.To.Row < a.From.Row || a.To.Column < a.From.Column {
		return nil, area{}, invalid("Range is invalid: rows [%d, %d), columns [%d, %d)", a.From.Row, a.To.Row, a.From.Column, a.To.Column)
	}
	return s, a, nil
}

// starting is gridRange of an area that begins inside the grid; it is cut at the end
// of the grid, as the server does with formats that are repeated.
func (b *book) starting(r object) (*sheet, area, *failure) {
	s, a, fail := b.gridRange(r)
	if fail != nil {
		return nil, area{}, fail
	}
	if a.From.Row >= s.rows() || a.From.Column >= s.columns() {
		return nil, area{}, s.beyond(a)
	}
	return s, s.all().clip(a), nil
}

// inside is gridRange of an area that lies in the grid as far as it is bounded.
func (b *book) inside(r object) (*sheet, area, *failure) {
	s, a, fail := b.starting(r)
	if fail != nil {
		return nil, area{}, fail
	}
	if number(r, "endRowIndex") > s.rows() || number(r, "endColumnIndex") > s.columns() {
		_, whole, _ := b.gridRange(r) // it was read without fault above
		return nil, area{}, s.beyond(whole)
	}
	return s, a, nil
}

func (s *sheet) beyond(a area) *failure {
	return invalid("Range (%s) exceeds grid limits. Max rows: %d, max columns: %d", s.name(a), s.rows(), s.columns())
}

// rangeObject writes an area as the server does: the id of the first tab, 0, is left
// out.
func (s *sheet) rangeObject(a area) object {
	r := object{"startRowIndex": a.From.Row, "endRowIndex": a.To.Row,
		"startColumnIndex": a.From.Column, "endColumnIndex": a.To.Column}
	if s.id() != 0 {
		r["sheetId"] = s.id()
	}
	return r
}

// name is an area in A1 notation with its tab.
func (s *sheet) name(a area) string {
	from := cellName(a.From.Row, a.From.Column)
	if a.single() {
		return quotedTitle(s.title()) + "!" + from
	}
	return quotedTitle(s.title()) + "!" + from + ":" + cellName(bound(a.To.Row), bound(a.To.Column))
}

func bound(n int) int {
	if n == endless {
		return -1
	}
	return n - 1
}

// cellName writes a place; -1 is left out.
func cellName(row, column int) string {
	name := ""
	if column >= 0 {
		name = columnName(column)
	}
	if row >= 0 {
		name += strconv.Itoa(row + 1)
	}
	return name
}

func columnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

var plainTitle = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func quotedTitle(title string) string {
	if plainTitle.MatchString(title) && !oneEnd.MatchString(title) {
		return title
	}
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}

var oneEnd = regexp.MustCompile(`^\$?([A-Za-z]{1,3})?\$?([1-9][0-9]{0,7})?$`)

// parseRange reads A1 notation: a title, an area of the first tab, or both.
func (b *book) parseRange(text string) (*sheet, area, *failure) {
	unknown := invalid("Unable to parse range: %s", text)
	title, rest, qualified := cutTitle(text)
	if !qualified {
		if s := b.titled(title); s != nil {
			return s, area{To: spot{endless, endless}}, nil
		}
		title, rest = b.Sheets[0].title(), text
	}
	s := b.titled(title)
	a, ok := parseArea(rest)
	if s == nil || !ok {
		return nil, area{}, unknown
	}
	return s, a, nil
}

// cutTitle cuts "'My tab'!A1" at its "!". Without one the whole text may be a title.
func cutTitle(text string) (title, rest string, qualified bool) {
	if !strings.HasPrefix(text, "'") {
		if at := strings.LastIndex(text, "!"); at >= 0 {
			return text[:at], text[at+1:], true
		}
		return text, "", false
	}
	var name strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '\'':
			name.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == '\'':
			name.WriteByte('\'')
			i++
		case i+1 < len(text) && text[i+1] == '!':
			return name.String(), text[i+2:], true
		case i+1 == len(text):
			return name.String(), "", false
		default:
			return text, "", false
		}
	}
	return text, "", false
}

// parseArea reads A1, A1:B2, A:C, 1:3 and A2:C.
func parseArea(text string) (area, bool) {
	first, second, isRange := strings.Cut(text, ":")
	from, ok := parseEnd(first)
	if !ok {
		return area{}, false
	}
	if !isRange {
		if from.Row < 0 || from.Column < 0 {
			return area{}, false
		}
		return area{from, spot{from.Row + 1, from.Column + 1}}, true
	}
	to, ok := parseEnd(second)
	if !ok || from.Row < 0 && from.Column < 0 {
		return area{}, false
	}
	if from.Row >= 0 && to.Row >= 0 && from.Row > to.Row {
		from.Row, to.Row = to.Row, from.Row
	}
	if from.Column >= 0 && to.Column >= 0 && from.Column > to.Column {
		from.Column, to.Column = to.Column, from.Column
	}
	a := area{spot{max(from.Row, 0), max(from.Column, 0)}, spot{to.Row + 1, to.Column + 1}}
	if to.Row < 0 {
		a.To.Row = endless
	}
	if to.Column < 0 {
		a.To.Column = endless
	}
	return a, true
}

// parseEnd reads a cell, a column or a row; what is missing is -1.
func parseEnd(text string) (spot, bool) {
	match := oneEnd.FindStringSubmatch(text)
	if match == nil || text == "" || text == "$" {
		return spot{}, false
	}
	end := spot{-1, -1}
	if match[1] != "" {
		column := 0
		for _, r := range strings.ToUpper(match[1]) {
			column = column*26 + int(r-'A') + 1
		}
		end.Column = column - 1
	}
	if match[2] != "" {
		row, err := strconv.Atoi(match[2])
		if err != nil {
			return spot{}, false
		}
		end.Row = row - 1
	}
	return end, true
}

// dimension reads a DimensionRange that lies in the grid.
func (b *book) dimension(r object) (s *sheet, from, to int, fail *failure) {
	s = b.sheet(number(r, "sheetId"))
	if s == nil {
		return nil, 0, 0, invalid("No grid with id: %d", number(r, "sheetId"))
	}
	size := s.rows()
	if words(r, "dimension") == "COLUMNS" {
		size = s.columns()
	}
	from, to = number(r, "startIndex"), size
	if has(r, "endIndex") {
		to = number(r, "endIndex")
	}
	if from < 0 || to <= from || to > size {
		return nil, 0, 0, invalid("%s [%d, %d) are not in the grid, which has %d", words(r, "dimension"), from, to, size)
	}
	return s, from, to, nil
}

func (s spot) String() string { return fmt.Sprint(cellName(s.Row, s.Column)) }
