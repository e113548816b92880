package googletest

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"net/http"
	"strings"
	"unicode/utf16"
)

//go:embed view.html
var viewPage string

// viewAir are the empty rows and columns that are drawn beyond the last one in use.
const viewAir = 1

type pageOf struct {
	Title, ID, Locale, Zone string
	Metadata                []string
	Tabs                    []tabPage
	Comments                []string
}

type tabPage struct {
	ID, Rows, Columns, Width int
	Title, Color             string
	Grid                     bool
	Said                     []string
	Heads                    []headOf
	Lines                    []lineOf
	Charts                   []string
}

type headOf struct {
	Name   string
	Pixels int
}

type lineOf struct {
	Name   string
	Pixels int
	Frozen bool
	Cells  []cellPage
}

type cellPage struct {
	Class, Note, Link string
	Across, Down      int
	Height            int // of a line
	Style, Box        template.CSS
	Line, Stroke      string
	Runs              []runPage
}

type runPage struct {
	Text  string
	Style template.CSS
}

// HTML draws a spreadsheet as a page: its tabs below each other, each as far as it is
// in use, with what would be seen at Google. Text of cells is text on the page,
// whatever it holds.
func (s *Server) HTML(w io.Writer, id string) error {
	s.mu.Lock()
	b := s.books[id]
	s.mu.Unlock()
	if b == nil {
		return fmt.Errorf("no spreadsheet %s", id)
	}
	page, err := template.New("view").Parse(viewPage)
	if err != nil {
		return err
	}
	return page.Execute(w, b.page()) // nobody changes a book, they replace it
}

func (s *Server) view(w http.ResponseWriter, id string) {
	var page bytes.Buffer
	if err := s.HTML(&page, id); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	_, _ = w.Write(page.Bytes()) // a reader who has gone away needs no page
}

func (b *book) page() pageOf {
	p := pageOf{Title: words(b.Properties, "title"), ID: b.ID, Locale: words(b.Properties, "locale"), Zone: words(b.Properties, "timeZone")}
	for _, m := range b.Metadata {
		if has(inner(m, "location"), "spreadsheet") {
			p.Metadata = append(p.Metadata, words(m, "metadataKey")+"="+brief(words(m, "metadataValue")))
		}
	}
	for _, s := range b.Sheets {
		p.Tabs = append(p.Tabs, b.tabPage(s))
	}
	for _, thread := range b.Comments {
		p.Comments = append(p.Comments, words(inner(thread, "headPost"), "contentHtml"))
	}
	return p
}

func (b *book) tabPage(s *sheet) tabPage {
	used := s.used()
	grid := inner(s.Properties, "gridProperties")
	t := tabPage{ID: s.id(), Title: s.title(), Rows: s.rows(), Columns: s.columns(), Width: 34,
		Grid: !flag(grid, "hideGridlines"), Said: b.said(s)}
	if color := inner(s.Properties, "tabColor"); color != nil {
		t.Color = css(color)
	}
	for column := range used.To.Column {
		if pixels := s.width(column); pixels > 0 {
			t.Heads = append(t.Heads, headOf{columnName(column), pixels})
			t.Width += pixels
		}
	}
	for row := range used.To.Row {
		pixels := usualHeight
		if has(s.Rows[row], "pixelSize") {
			pixels = number(s.Rows[row], "pixelSize")
		}
		if !flag(s.Rows[row], "hiddenByUser") {
			t.Lines = append(t.Lines, lineOf{fmt.Sprint(row + 1), pixels, row+1 == s.frozenRows(), b.linePage(s, row, used, pixels)})
		}
	}
	for _, chart := range s.Charts {
		t.Charts = append(t.Charts, "Chart "+words(inner(chart, "spec"), "title"))
	}
	return t
}

// width is that of a column in pixels, 0 if it is hidden.
func (s *sheet) width(column int) int {
	known := s.Columns[column]
	switch {
	case flag(known, "hiddenByUser"):
		return 0
	case has(known, "pixelSize"):
		return number(known, "pixelSize")
	}
	return usualWidth
}

// said tells what is not drawn.
func (b *book) said(s *sheet) []string {
	var said []string
	if s.hidden() {
		said = append(said, "hidden")
	}
	if s.frozenRows()+s.frozenColumns() > 0 {
		said = append(said, fmt.Sprintf("%d rows and %d columns frozen", s.frozenRows(), s.frozenColumns()))
	}
	for _, p := range s.Protected {
		how := "protected"
		if flag(p, "warningOnly") {
			how = "protected by a warning"
		}
		_, a, fail := b.gridRange(inner(p, "range"))
		if fail == nil {
			said = append(said, how+": "+s.name(s.all().clip(a))+" "+words(p, "description"))
		}
	}
	if s.Filter != nil {
		if _, a, fail := b.gridRange(inner(s.Filter, "range")); fail == nil {
			said = append(said, "filter on "+s.name(s.all().clip(a)))
		}
	}
	if len(s.Rules) > 0 {
		said = append(said, fmt.Sprintf("%d conditional formats", len(s.Rules)))
	}
	for _, m := range b.Metadata {
		if id, on := metadataSheet(m); on && id == s.id() {
			said = append(said, words(m, "metadataKey")+"="+brief(words(m, "metadataValue")))
		}
	}
	return said
}

// mostSaid is how many bytes of a note for programs are shown.
const mostSaid = 120

func brief(text string) string {
	if len(text) <= mostSaid {
		return text
	}
	return strings.ToValidUTF8(text[:mostSaid], "") + "…"
}

// used is the area that is drawn.
func (s *sheet) used() area {
	last := spot{}
	for at := range s.Cells {
		last = spot{max(last.Row, at.Row), max(last.Column, at.Column)}
	}
	return s.all().clip(area{To: spot{last.Row + 1 + viewAir, last.Column + 1 + viewAir}})
}

func (b *book) linePage(s *sheet, row int, used area, pixels int) []cellPage {
	var cells []cellPage
	for column := 0; column < used.To.Column; column++ {
		at := spot{row, column}
		merged, hidden := s.mergedAt(at)
		if hidden || s.width(column) == 0 {
			continue
		}
		cell := b.cellPage(s, at)
		cell.Height = max(pixels-4, 4)
		cell.Across = min(merged.To.Column, used.To.Column) - column
		cell.Down = min(merged.To.Row, used.To.Row) - row
		if cell.Box = b.spillStyle(s, at, used); cell.Box != "" {
			cell.Class += " spills"
		}
		if merged.To.Column == s.frozenColumns() {
			cell.Class += " frozencolumn"
		}
		cell.Class = strings.TrimSpace(cell.Class)
		cells = append(cells, cell)
	}
	return cells
}

// mergedAt is the merge that a cell begins, or the cell itself; hidden are the others
// of a merge.
func (s *sheet) mergedAt(at spot) (area, bool) {
	for _, m := range s.Merges {
		if m.holds(at) {
			return m, m.From != at
		}
	}
	return area{at, spot{at.Row + 1, at.Column + 1}}, false
}

func (b *book) cellPage(s *sheet, at spot) cellPage {
	cell := s.Cells[at]
	format := b.effectiveFormat(s, at)
	shown := b.evaluate(s, cell)
	page := cellPage{Style: cellStyle(format, shown.value), Note: words(cell, "note"), Link: followed(linkOf(cell, shown))}
	if page.Note != "" {
		page.Class = "noted"
	}
	if words(format, "wrapStrategy") == "WRAP" {
		page.Class += " wrap"
	}
	if shown.line != nil {
		page.Line, page.Stroke = points(shown.line), css(inner(inner(format, "textFormat"), "foregroundColor"))
		return page
	}
	page.Runs = runsOf(formatted(shown.value, inner(cell, "userEnteredFormat")), objects(cell, "textFormatRuns"))
	return page
}

// followed is a link that a click may follow.
func followed(link string) string {
	for _, begin := range []string{"#", "https://", "http://"} {
		if strings.HasPrefix(link, begin) {
			return link
		}
	}
	return ""
}

// runsOf cuts a text where its face changes.
func runsOf(text string, runs []object) []runPage {
	units := utf16.Encode([]rune(text))
	var pages []runPage
	from, face := 0, object(nil)
	for _, run := range append(runs, object{"startIndex": len(units)}) {
		to := min(number(run, "startIndex"), len(units))
		if to > from {
			pages = append(pages, runPage{string(utf16.Decode(units[from:to])), template.CSS(faceStyle(face))})
		}
		from, face = to, inner(run, "format")
	}
	return pages
}

// points is a line through numbers, drawn 100 wide and 20 high; gaps are left out.
func points(line []float64) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range line {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	var out []string
	for i, v := range line {
		if math.IsNaN(v) {
			continue
		}
		x, y := 50.0, 10.0
		if len(line) > 1 {
			x = 2 + 96*float64(i)/float64(len(line)-1)
		}
		if high > low {
			y = 18 - 16*(v-low)/(high-low)
		}
		out = append(out, fmt.Sprintf("%.2f,%.2f", x, y))
	}
	return strings.Join(out, " ")
}
