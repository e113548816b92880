package google

import (
	"fmt"
	"slices"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// Difference is something that does not stand as it should.
type Difference struct {
	Tab   string // its title
	Place string // C7, "column C", "row 7", or "" for the tab as a whole
	Field string // what differs: value, note, fill …
	Want  string
	Got   string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s is %s, should be %s", d.where(), d.Field, shown(d.Got), shown(d.Want))
}

// where is the place with its tab: Tearsheet!C7.
func (d Difference) where() string {
	switch {
	case d.Place == "":
		return d.Tab + " (" + d.Field + ")"
	case d.Field == "width" || d.Field == "height" || d.Field == "hidden":
		return d.Tab + ", " + d.Place + " (" + d.Field + ")"
	}
	return d.Tab + "!" + d.Place
}

func shown(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// size is the size of a row or a column that is not as it should be.
type size struct {
	rows   bool
	index  int // from 0
	pixels int64
	turn   bool // it is hidden and should not be, or the other way round
	hide   bool
}

// tabChanges is what must be done to a tab.
type tabChanges struct {
	*wanted
	stand       *stand
	differences []Difference
	cells       bool
	merges      bool
	sheet       bool // frozen rows and columns, grid lines
	sizes       []size
	rules       bool
	protection  bool
	filter      *sheets.BasicFilter
	outdated    bool // what we noted of the last write
	insertRows  int  // before what others have written there
	insertCols  int
}

func (c *tabChanges) none() bool { return len(c.differences) == 0 && !c.outdated }

func (c *tabChanges) differ(place, field, want, got string) {
	c.differences = append(c.differences, Difference{c.title, place, field, want, got})
}

// compare says in what a tab differs from what is wanted.
func compare(w *wanted, t *stand) *tabChanges {
	c := &tabChanges{wanted: w, stand: t}
	if t.rows == 0 || t.columns == 0 {
		t.rows, t.columns = w.rows, w.columns
	}
	c.outdated = t.wrote.Rows != w.rows || t.wrote.Columns != w.columns || t.wrote.Sheet != w.sheet || t.wrote.Sum != w.sum() || t.wrote.Form != form()
	c.compareCells()
	c.compareMerges()
	c.compareSizes(true)
	c.compareSizes(false)
	c.compareSheet()
	c.compareRules()
	c.compareFilter()
	if p := t.protected; p == nil || p.Range == nil || !same(p.Range, w.rectangle()) {
		c.protection = true
		c.differ("", "protection", "a warning", "none, or of another range")
	}
	return c
}

// compareCells compares our rectangle, what it no longer uses, and what others have written
// where it grows.
func (c *tabChanges) compareCells() {
	t, w := c.stand, c.wanted
	if t.isNew {
		c.cells = true
		c.differ("", "tab", "there", "not there")
		return
	}
	all := gridOf(t.data, max(t.rows, w.rows), max(t.columns, w.columns))
	for r := range all {
		for k := range all[r] {
			got := all[r][k]
			inWanted := r < w.rows && k < w.columns
			if (r >= t.rows || k >= t.columns) && inWanted && got != (face{}) && !c.fresh() {
				if r >= t.rows {
					c.insertRows = w.rows - t.rows
				} else {
					c.insertCols = w.columns - t.columns
				}
			}
			switch {
			case inWanted:
				c.compareCell(r, k, got)
			case r < t.rows && k < t.columns && got.inner(r == t.rows-1, k == t.columns-1) != (face{}):
				c.cells = true
				c.differ(name(k+1, r+1), "value", "", got.Value)
			}
		}
	}
}

func (c *tabChanges) fresh() bool { return c.stand.wrote.Rows == 0 }

func (c *tabChanges) compareCell(r, k int, got face) {
	want := c.faces[r][k]
	if r == c.rows-1 && want.Bottom == "" {
		got.Bottom = "" // that of the neighbour below, perhaps
	}
	if k == c.columns-1 && want.Right == "" {
		got.Right = ""
	}
	for _, x := range want.differences(got) {
		c.cells = true
		c.differ(name(k+1, r+1), x.name, x.want, x.got)
	}
}

// rectangle is the range of a tab that is ours.
func (w *wanted) rectangle() *sheets.GridRange { return w.span(0, 0, w.rows, w.columns) }

func (w *wanted) span(row, column, endRow, endColumn int) *sheets.GridRange {
	return &sheets.GridRange{SheetId: w.sheet, StartRowIndex: int64(row), StartColumnIndex: int64(column), EndRowIndex: int64(endRow), EndColumnIndex: int64(endColumn)}
}

func (w *wanted) area(a workbook.Area) *sheets.GridRange {
	return w.span(a.From.Row-1, a.From.Column-1, a.To.Row, a.To.Column)
}

// same says whether two ranges of a tab are the same.
func same(a, b *sheets.GridRange) bool { return corners(a) == corners(b) }

// corners are the ends of a range. An end of 0 is none.
func corners(r *sheets.GridRange) [4]int64 {
	return [4]int64{r.StartRowIndex, r.StartColumnIndex, r.EndRowIndex, r.EndColumnIndex}
}

// reach is the rectangle in which merges and rules are ours: that of now, and that of the
// last write. Where we make room by inserting, it does not grow over what others have there.
func (c *tabChanges) reach() (rows, columns int64) {
	rows, columns = int64(c.stand.rows), int64(c.stand.columns)
	if c.insertRows == 0 {
		rows = max(rows, int64(c.rows))
	}
	if c.insertCols == 0 {
		columns = max(columns, int64(c.columns))
	}
	return rows, columns
}

// strangeMerges are the merges that touch our rectangle and are not wanted.
func (c *tabChanges) strangeMerges() []*sheets.GridRange {
	rows, columns := c.reach()
	var all []*sheets.GridRange
	for _, m := range c.stand.Merges {
		wanted := slices.ContainsFunc(c.merged, func(a workbook.Area) bool { return same(m, c.wanted.area(a)) })
		if m.StartRowIndex < rows && m.StartColumnIndex < columns && !wanted {
			all = append(all, m)
		}
	}
	return all
}

// missingMerges are the merges that are wanted and not there.
func (c *tabChanges) missingMerges() []workbook.Area {
	var all []workbook.Area
	for _, a := range c.merged {
		if !slices.ContainsFunc(c.stand.Merges, func(m *sheets.GridRange) bool { return same(m, c.wanted.area(a)) }) {
			all = append(all, a)
		}
	}
	return all
}

func (c *tabChanges) compareMerges() {
	for _, m := range c.strangeMerges() {
		c.merges = true
		c.differ(name(int(m.StartColumnIndex)+1, int(m.StartRowIndex)+1), "merge", "", "merged")
	}
	for _, a := range c.missingMerges() {
		c.merges = true
		c.differ(name(a.From.Column, a.From.Row), "merge", "merged with the cells to "+name(a.To.Column, a.To.Row), "")
	}
}

// pixels is the size of a column in pixels by its characters, or of a row by its points.
func pixels(rows bool, size float64) int64 {
	if rows {
		return int64(size*4/3 + .5)
	}
	return int64(size*7 + 5.5)
}

func (c *tabChanges) compareSizes(rows bool) {
	var got []*sheets.DimensionProperties
	wanted, n, field := c.Widths, c.columns, "width"
	if rows {
		wanted, n, field = c.Heights, c.rows, "height"
	}
	if d := c.stand.data; d != nil && rows {
		got = d.RowMetadata
	} else if d != nil {
		got = d.ColumnMetadata
	}
	for i := range n {
		var stands sheets.DimensionProperties
		if i < len(got) && got[i] != nil {
			stands = *got[i]
		}
		place := "row " + fmt.Sprint(i+1)
		if !rows {
			place = "column " + columnName(i+1)
		}
		var want int64
		if size, ok := wanted[i+1]; ok {
			want = pixels(rows, size)
		}
		hide := !rows && c.Hidden[i+1]
		turn := stands.HiddenByUser != hide
		if turn {
			c.differ(place, "hidden", fmt.Sprint(hide), fmt.Sprint(stands.HiddenByUser))
		} else if want == 0 || want == stands.PixelSize {
			continue
		}
		if want != 0 && want != stands.PixelSize {
			c.differ(place, field, fmt.Sprint(want, " pixels"), fmt.Sprint(stands.PixelSize, " pixels"))
		}
		c.sizes = append(c.sizes, size{rows, i, want, turn, hide})
	}
}

func (c *tabChanges) compareSheet() {
	g := c.stand.Properties.GridProperties
	rows, columns := frozen(c.Frozen)
	if g.FrozenRowCount != rows || g.FrozenColumnCount != columns {
		c.sheet = true
		c.differ("", "frozen", fmt.Sprintf("%d rows, %d columns", rows, columns), fmt.Sprintf("%d rows, %d columns", g.FrozenRowCount, g.FrozenColumnCount))
	}
	if g.HideGridlines != c.NoGrid {
		c.sheet = true
		c.differ("", "grid lines hidden", fmt.Sprint(c.NoGrid), fmt.Sprint(g.HideGridlines))
	}
}

// frozen is how many rows and columns stay in view.
func frozen(at workbook.Ref) (rows, columns int64) {
	return int64(max(0, at.Row-1)), int64(max(0, at.Column-1))
}

// ourRules are the places, in their order, of the rules that lie in our rectangle.
func (c *tabChanges) ourRules() []int {
	rows, columns := c.reach()
	var all []int
	for i, rule := range c.stand.ConditionalFormats {
		outside := func(r *sheets.GridRange) bool {
			return r.EndRowIndex == 0 || r.EndRowIndex > rows || r.EndColumnIndex == 0 || r.EndColumnIndex > columns
		}
		if len(rule.Ranges) > 0 && !slices.ContainsFunc(rule.Ranges, outside) {
			all = append(all, i)
		}
	}
	return all
}

// ruleOf is a rule as Google knows it. Its formula has no function and no separator, so that
// it means the same in every language.
func (w *wanted) ruleOf(r workbook.Rule) *sheets.ConditionalFormatRule {
	format := &sheets.CellFormat{TextFormat: &sheets.TextFormat{Bold: r.Bold}}
	if r.Color != "" {
		format.TextFormat.ForegroundColorStyle = colorOf(r.Color)
	}
	formula := fmt.Sprintf("=$%s%d=%s", columnName(r.Column), r.Area.From.Row, literal(r.Is))
	return &sheets.ConditionalFormatRule{Ranges: []*sheets.GridRange{w.area(r.Area)}, BooleanRule: &sheets.BooleanRule{
		Condition: &sheets.BooleanCondition{Type: "CUSTOM_FORMULA", Values: []*sheets.ConditionValue{{UserEnteredValue: formula}}}, Format: format}}
}

// ruleName is the normal form of a rule.
func ruleName(r *sheets.ConditionalFormatRule) string {
	text := ""
	for _, at := range r.Ranges {
		text += fmt.Sprint(corners(at))
	}
	if r.BooleanRule == nil {
		return text + " a colour scale"
	}
	if c := r.BooleanRule.Condition; c != nil {
		text += " " + c.Type
		for _, v := range c.Values {
			text += " " + v.UserEnteredValue
		}
	}
	return text + fmt.Sprint(faceOf(&sheets.CellData{UserEnteredFormat: r.BooleanRule.Format}))
}

func (c *tabChanges) compareRules() {
	var want, got []string
	for _, r := range c.Rules {
		want = append(want, ruleName(c.ruleOf(r)))
	}
	for _, i := range c.ourRules() {
		got = append(got, ruleName(c.stand.ConditionalFormats[i]))
	}
	if !slices.Equal(want, got) {
		c.rules = true
		c.differ("", "conditional formats", fmt.Sprint(len(want), " rules"), fmt.Sprint(len(got), " rules, or other ones"))
	}
}

// compareFilter wants a filter where there is none, and moves the ends of ours. Whatever
// people filter by stays; a filter of another table is theirs.
func (c *tabChanges) compareFilter() {
	if c.Filter == nil {
		return
	}
	at := c.wanted.area(*c.Filter)
	old := c.stand.BasicFilter
	switch {
	case old == nil || old.Range == nil:
		c.filter = &sheets.BasicFilter{Range: at}
		c.differ("", "filter", areaName(*c.Filter), "")
	case same(old.Range, at) || old.Range.StartRowIndex != at.StartRowIndex || old.Range.StartColumnIndex != at.StartColumnIndex:
	default:
		c.filter = &sheets.BasicFilter{Range: at, FilterSpecs: old.FilterSpecs, SortSpecs: old.SortSpecs}
		c.differ("", "filter", areaName(*c.Filter), "of another range")
	}
}

// edited are the places that people have changed since the last write. Where the content
// is as it was, that is all that differs; else it is found by what we noted of rows and
// columns, and of several edits only the rows are known. What a build of another form wrote
// cannot be told from what people changed: then there are none.
func (c *tabChanges) edited() []string {
	var all []string
	t := c.stand
	if t.wrote.Form != form() {
		return nil
	}
	if t.wrote.Sum == c.sum() && t.wrote.Rows == c.rows && t.wrote.Columns == c.columns {
		for _, d := range c.differences {
			if where := d.where(); len(all) == 0 || all[len(all)-1] != where {
				all = append(all, where)
			}
		}
		return all
	}
	row, column := sums(gridOf(t.data, t.wrote.Rows, t.wrote.Columns))
	rows, columns := changed(row, t.wrote.Row), changed(column, t.wrote.Column)
	for _, r := range rows {
		if len(rows) > 1 && len(columns) > 1 {
			all = append(all, fmt.Sprint(c.title, ", row ", r+1))
			continue
		}
		for _, k := range columns {
			all = append(all, c.title+"!"+name(k+1, r+1))
		}
	}
	return all
}
