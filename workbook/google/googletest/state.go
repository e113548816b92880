package googletest

import (
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
)

// Role is what someone may do with a spreadsheet.
type Role string

// The roles. Who has none is told that the caller does not have permission.
const (
	NoRole Role = ""
	Viewer Role = "viewer"
	Editor Role = "editor"
)

// book is a spreadsheet. A change is made on a clone, which takes the place of the
// book when all of it went well. The fields are exported for the file of the state.
type book struct {
	ID         string
	Properties object
	Sheets     []*sheet // in the order of the tabs
	Metadata   []object // of all places, in the order they were made
	Comments   []object // threads
	Shares     map[string]Role
	Given      int  // how many ids were given out
	Full       bool // the owner's storage is used up
}

// sheet is a tab. All objects in it are replaced when they change.
type sheet struct {
	Properties object // without the index, which is the place in the book
	Cells      map[spot]object
	Rows       map[int]object // properties of rows that are not as usual
	Columns    map[int]object
	Merges     []area
	Rules      []object
	Protected  []object
	Filter     object
	Charts     []object
	Anchors    []object // of comments
}

// spot is the place of a cell. Rows and columns count from 0, as in the API.
type spot struct{ Row, Column int }

// area is a range of cells; To is the first row and the first column beyond it.
type area struct{ From, To spot }

func (a area) holds(s spot) bool {
	return s.Row >= a.From.Row && s.Row < a.To.Row && s.Column >= a.From.Column && s.Column < a.To.Column
}

func (a area) meets(b area) bool {
	return a.From.Row < b.To.Row && b.From.Row < a.To.Row && a.From.Column < b.To.Column && b.From.Column < a.To.Column
}

func (a area) covers(b area) bool { return a.clip(b) == b }

// clip is the part of b inside a.
func (a area) clip(b area) area {
	return area{
		spot{max(a.From.Row, b.From.Row), max(a.From.Column, b.From.Column)},
		spot{min(a.To.Row, b.To.Row), min(a.To.Column, b.To.Column)},
	}
}

func (a area) empty() bool { return a.From.Row >= a.To.Row || a.From.Column >= a.To.Column }

func (a area) single() bool {
	return a.To.Row-a.From.Row == 1 && a.To.Column-a.From.Column == 1
}

// The size of a new tab, and what rows and columns measure in it.
const (
	usualRows, usualColumns  = 1000, 26
	usualHeight, usualWidth  = 21, 100
	mostCells                = 10_000_000
	mostCharacters           = 50_000
	white                    = 1.0
	mostTitle                = 100
	mostMetadata             = 30_000
	documentsAddress, tabOne = "https://docs.google.com/spreadsheets/d/", "Sheet1"
)

func newBook(id, title string) *book {
	b := &book{ID: id, Shares: map[string]Role{}, Properties: object{
		"title": title, "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT",
	}}
	b.Sheets = []*sheet{newSheet(0, tabOne)}
	return b
}

func newSheet(id int, title string) *sheet {
	return &sheet{
		Properties: object{"sheetId": id, "title": title, "sheetType": "GRID",
			"gridProperties": object{"rowCount": usualRows, "columnCount": usualColumns}},
		Cells: map[spot]object{}, Rows: map[int]object{}, Columns: map[int]object{},
	}
}

// clone copies what a change replaces; the objects themselves are shared.
func (b *book) clone() *book {
	copied := *b
	copied.Sheets = make([]*sheet, len(b.Sheets))
	for i, s := range b.Sheets {
		copied.Sheets[i] = s.clone()
	}
	copied.Metadata = slices.Clone(b.Metadata)
	copied.Comments = slices.Clone(b.Comments)
	copied.Shares = maps.Clone(b.Shares)
	return &copied
}

func (s *sheet) clone() *sheet {
	copied := *s
	copied.Cells = maps.Clone(s.Cells)
	copied.Rows = maps.Clone(s.Rows)
	copied.Columns = maps.Clone(s.Columns)
	copied.Merges = slices.Clone(s.Merges)
	copied.Rules = slices.Clone(s.Rules)
	copied.Protected = slices.Clone(s.Protected)
	copied.Charts = slices.Clone(s.Charts)
	copied.Anchors = slices.Clone(s.Anchors)
	return &copied
}

// newID gives out ids that look as random as the server's and are the same in each run.
func (b *book) newID(taken func(int) bool) int {
	for {
		b.Given++
		h := fnv.New32a()
		_, _ = h.Write([]byte(b.ID + strconv.Itoa(b.Given))) // a hash takes all
		id := int(h.Sum32() >> 1)
		if id != 0 && !taken(id) {
			return id
		}
	}
}

func (b *book) sheet(id int) *sheet {
	for _, s := range b.Sheets {
		if s.id() == id {
			return s
		}
	}
	return nil
}

func (b *book) titled(title string) *sheet {
	for _, s := range b.Sheets {
		if s.title() == title {
			return s
		}
	}
	return nil
}

func (b *book) cells() int {
	n := 0
	for _, s := range b.Sheets {
		n += s.rows() * s.columns()
	}
	return n
}

func (s *sheet) id() int       { return number(s.Properties, "sheetId") }
func (s *sheet) title() string { return words(s.Properties, "title") }
func (s *sheet) hidden() bool  { return flag(s.Properties, "hidden") }
func (s *sheet) rows() int     { return number(inner(s.Properties, "gridProperties"), "rowCount") }
func (s *sheet) columns() int  { return number(inner(s.Properties, "gridProperties"), "columnCount") }
func (s *sheet) frozenRows() int {
	return number(inner(s.Properties, "gridProperties"), "frozenRowCount")
}
func (s *sheet) frozenColumns() int {
	return number(inner(s.Properties, "gridProperties"), "frozenColumnCount")
}
func (s *sheet) all() area { return area{To: spot{s.rows(), s.columns()}} }

// Readers of objects: what is missing is zero.
func number(o object, key string) int      { n, _ := o[key].(int); return n }
func words(o object, key string) string    { t, _ := o[key].(string); return t }
func flag(o object, key string) bool       { b, _ := o[key].(bool); return b }
func inner(o object, key string) object    { i, _ := o[key].(object); return i }
func items(o object, key string) []any     { l, _ := o[key].([]any); return l }
func decimal(o object, key string) float64 { f, _ := o[key].(float64); return f }
func has(o object, key string) bool        { _, ok := o[key]; return ok }
func objects(o object, key string) (all []object) {
	for _, item := range items(o, key) {
		if i, ok := item.(object); ok {
			all = append(all, i)
		}
	}
	return all
}

// with is a copy of an object with one more field.
func with(o object, key string, value any) object {
	copied := maps.Clone(o)
	if copied == nil {
		copied = object{}
	}
	copied[key] = value
	return copied
}

func without(o object, key string) object {
	copied := maps.Clone(o)
	delete(copied, key)
	return copied
}
