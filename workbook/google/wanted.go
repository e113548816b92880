package google

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"unicode/utf16"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// wanted is a tab as it should stand.
type wanted struct {
	*workbook.Tab
	key           string // the value of keyTab
	sheet         int64
	title         string
	rows, columns int
	refusals      int                  // of writes before this one
	merged        []workbook.Area      // those of Merged that Google can merge
	cells         [][]*sheets.CellData // with whole formats; nil is blank
	faces         grid
}

// wantedTabs are the tabs of a document as they should stand, and the archived one.
func wantedTabs(document string, book *workbook.Book, o WriteOptions) []*wanted {
	var all []*wanted
	for _, t := range book.Tabs {
		all = append(all, &wanted{Tab: t, key: document + "/" + t.Name})
	}
	if o.Archive != nil && o.Keep > 0 && len(o.Archive.Tabs) > 0 {
		all = append(all, &wanted{Tab: o.Archive.Tabs[0], key: archive(document) + o.ArchiveKey})
	}
	for _, w := range all {
		w.measure()
	}
	return all
}

// archive is how the keys of archived tabs begin.
func archive(document string) string { return document + "/archive/" }

func (w *wanted) measure() {
	reach := func(at workbook.Ref) {
		w.rows, w.columns = max(w.rows, at.Row), max(w.columns, at.Column)
	}
	reach(workbook.Ref{Column: 1, Row: 1})
	for at := range w.Cells {
		reach(at)
	}
	for _, area := range w.Merged {
		reach(area.To)
	}
	for _, rule := range w.Rules {
		reach(rule.Area.To)
	}
	for _, spark := range w.Sparks {
		reach(spark.At)
	}
	if w.Filter != nil {
		reach(w.Filter.To)
	}
}

// place gives each wanted tab its id and its title: those it has, or new ones, which
// nobody has. The id of a new tab follows from its key, so that a write which is done twice
// is refused the second time. After a refusal it is another one: Google may not give the id
// of a deleted tab again.
func place(all []*wanted, s *standing, refusals int) {
	titles := map[string]bool{}
	ids := map[int64]bool{0: true}
	for _, sheet := range s.sheets {
		if p := sheet.Properties; p != nil {
			ids[p.SheetId] = true
			titles[strings.ToLower(p.Title)] = true
		}
	}
	for _, w := range all {
		w.refusals = refusals
		if t := s.tabs[w.key]; t != nil {
			w.sheet, w.title = t.Properties.SheetId, t.Properties.Title
			continue
		}
		for w.sheet = positive(w.key, refusals); ids[w.sheet]; w.sheet = w.sheet%(1<<31-1) + 1 {
		}
		ids[w.sheet] = true
		w.title = w.Name
		for n := 2; titles[strings.ToLower(w.title)]; n++ {
			w.title = fmt.Sprint(w.Name, " ", n)
		}
		titles[strings.ToLower(w.title)] = true
	}
}

// positive is a number of 1 to 2³¹-1 that follows from texts and numbers.
func positive(parts ...any) int64 {
	h := fnv.New64a()
	fmt.Fprintln(h, parts...)
	return int64(h.Sum64()%(1<<31-1)) + 1
}

// fill makes the cells. Places of other tabs are those that place gave them.
func fill(all []*wanted) {
	by := map[string]*wanted{}
	for _, w := range all {
		if by[w.Name] == nil {
			by[w.Name] = w
		}
	}
	for _, w := range all {
		w.fill(func(name string) *wanted {
			if name == w.Name {
				return w
			}
			return by[name]
		})
	}
}

func (w *wanted) fill(tab func(string) *wanted) {
	w.cells = make([][]*sheets.CellData, w.rows)
	for r := range w.cells {
		w.cells[r] = make([]*sheets.CellData, w.columns)
	}
	for at, cell := range w.Cells {
		w.cells[at.Row-1][at.Column-1] = cellOf(cell, tab)
	}
	w.merge()
	for _, spark := range w.Sparks {
		to := tab(spark.Tab)
		if to == nil {
			continue
		}
		cell := w.cells[spark.At.Row-1][spark.At.Column-1]
		if cell == nil {
			cell = &sheets.CellData{}
			w.cells[spark.At.Row-1][spark.At.Column-1] = cell
		}
		formula := "=SPARKLINE(" + quotedTitle(to.title) + "!" + areaName(spark.From) + ")"
		cell.UserEnteredValue = &sheets.ExtendedValue{FormulaValue: &formula}
	}
	w.rule()
	w.faces = make(grid, w.rows)
	for r, row := range w.cells {
		w.faces[r] = make([]face, w.columns)
		for c, cell := range row {
			w.faces[r][c] = faceOf(cell)
		}
	}
	w.faces.join()
}

// merge takes the merges that Google can do: none across the edge of what is frozen. There
// the text runs over its neighbours instead, which are blank.
func (w *wanted) merge() {
	rows, columns := frozen(w.Frozen)
	across := func(from, to int, edge int64) bool { return int64(from) <= edge && int64(to) > edge }
	for _, a := range w.Merged {
		if !across(a.From.Row, a.To.Row, rows) && !across(a.From.Column, a.To.Column, columns) {
			w.merged = append(w.merged, a)
			continue
		}
		if d := w.cells[a.From.Row-1][a.From.Column-1]; d != nil && d.UserEnteredFormat != nil {
			d.UserEnteredFormat.WrapStrategy = ""
		}
	}
}

// rule draws the rules between rows, each as that below the upper row. Where two cells
// disagree the stronger one stands.
func (w *wanted) rule() {
	line := func(row, column int, under bool) workbook.Line {
		cell := w.Cells[workbook.Ref{Column: column, Row: row}]
		switch {
		case cell == nil:
			return workbook.NoLine
		case under:
			return cell.Look.Under
		}
		return cell.Look.Over
	}
	for r := range w.rows {
		for c := range w.columns {
			borders := &sheets.Borders{Bottom: lineOf(max(line(r+1, c+1, true), line(r+2, c+1, false)))}
			if r == 0 {
				borders.Top = lineOf(line(1, c+1, false))
			}
			if borders.Bottom == nil && borders.Top == nil {
				continue
			}
			if w.cells[r][c] == nil {
				w.cells[r][c] = &sheets.CellData{}
			}
			if w.cells[r][c].UserEnteredFormat == nil {
				w.cells[r][c].UserEnteredFormat = &sheets.CellFormat{}
			}
			w.cells[r][c].UserEnteredFormat.Borders = borders
		}
	}
}

// cellOf is a cell as Google knows it, without its rules.
func cellOf(cell *workbook.Cell, tab func(string) *wanted) *sheets.CellData {
	d := &sheets.CellData{}
	if cell.Kind != workbook.Blank || cell.Look != (workbook.Look{}) {
		d.UserEnteredFormat = formatOf(cell.Look)
	}
	switch cell.Kind {
	case workbook.Number:
		if math.IsNaN(cell.Number) || math.IsInf(cell.Number, 0) {
			break // no number, and not 0 either
		}
		d.UserEnteredValue = &sheets.ExtendedValue{NumberValue: &cell.Number}
	case workbook.Text, workbook.Rich:
		text := cell.Text
		if cell.Kind == workbook.Rich {
			text = ""
			for _, run := range cell.Runs {
				text += run.Text
			}
		}
		if tail, _ := tailOf(cell.Look.Format, 0); text != "" {
			text = fitting(text + tail)
			d.UserEnteredValue = &sheets.ExtendedValue{StringValue: &text}
		}
	}
	if cell.Kind == workbook.Rich {
		d.TextFormatRuns = runsOf(cell, d.UserEnteredFormat.TextFormat)
	}
	if cell.Note != nil {
		d.Note = fitting(cell.Note.String())
	}
	if cell.Link != nil {
		if to := tab(cell.Link.Tab); to != nil {
			link := d.UserEnteredFormat
			if link == nil {
				link = formatOf(cell.Look)
				d.UserEnteredFormat = link
			}
			link.TextFormat.Link = &sheets.Link{Uri: fmt.Sprintf("#gid=%d&range=%s", to.sheet, name(cell.Link.To.Column, cell.Link.To.Row))}
			link.TextFormat.ForceSendFields = []string{"Underline"} // a link alone would be underlined
		}
	}
	return d
}

// longest is how many characters a cell of Google's holds.
const longest = 50_000

// lowSurrogates is where the second halves of characters of two UTF-16 units begin.
const lowSurrogates = 0xDC00

// fitting is a text that a cell can hold, with a sign where it was cut. Control characters
// are shown by their pictures: what Google would drop would differ at each run.
func fitting(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t':
			return '␀' + r
		case r == 0x7F:
			return '␡'
		}
		return r
	}, text)
	if units := utf16.Encode([]rune(text)); len(units) > longest {
		end := longest - 2
		if units[end] >= lowSurrogates && utf16.IsSurrogate(rune(units[end])) {
			end-- // not within a character
		}
		return string(utf16.Decode(units[:end])) + "…"
	}
	return text
}

// runsOf tells the faces of pieces of text, by UTF-16 units. The cell itself is only as bold
// and slanted as all of its pieces are, so that no piece must take that back.
func runsOf(cell *workbook.Cell, whole *sheets.TextFormat) []*sheets.TextFormatRun {
	whole.Bold, whole.Italic = true, true
	var runs []*sheets.TextFormatRun
	at := 0
	for _, run := range cell.Runs {
		if run.Text == "" {
			continue
		}
		f := textOf(run.Look)
		f.ForceSendFields = []string{"Bold", "Italic"}
		whole.Bold, whole.Italic = whole.Bold && f.Bold, whole.Italic && f.Italic
		if at < longest-2 {
			runs = append(runs, &sheets.TextFormatRun{StartIndex: int64(at), Format: f})
		}
		at += len(utf16.Encode([]rune(fitting(run.Text))))
	}
	if len(runs) == 0 {
		whole.Bold, whole.Italic = cell.Look.Bold, cell.Look.Italic
	}
	return runs
}

// note is what is noted of a tab when it is written.
func (w *wanted) note(turn int64) string {
	row, column := sums(w.faces)
	text, _ := json.Marshal(wrote{Sheet: w.sheet, Rows: w.rows, Columns: w.columns, Turn: turn, Sum: w.sum(), Form: form(),
		Row: base64.RawStdEncoding.EncodeToString(row), Column: base64.RawStdEncoding.EncodeToString(column)})
	return string(text)
}

// sum sums up all that is wanted of a tab.
func (w *wanted) sum() string {
	h := fnv.New64a()
	for r, row := range w.faces {
		for c, f := range row {
			if f != (face{}) {
				fmt.Fprintln(h, r, c, f.inner(false, false))
			}
		}
	}
	fmt.Fprintln(h, w.merged, w.Rules, w.Frozen, w.NoGrid, w.Widths, w.Heights, w.Hidden)
	if w.Filter != nil {
		fmt.Fprintln(h, *w.Filter)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// name is the name of a cell: C7.
func name(column, row int) string { return columnName(column) + fmt.Sprint(row) }

func columnName(column int) string {
	text := ""
	for ; column > 0; column = (column - 1) / 26 {
		text = string(rune('A'+(column-1)%26)) + text
	}
	return text
}

func areaName(a workbook.Area) string {
	return name(a.From.Column, a.From.Row) + ":" + name(a.To.Column, a.To.Row)
}

// quotedTitle is the title of a tab as formulas and ranges name it.
func quotedTitle(title string) string { return "'" + strings.ReplaceAll(title, "'", "''") + "'" }
