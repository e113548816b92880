package render_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tearsheet/internal/testenv"

	"github.com/xuri/excelize/v2"
)

// The workbook's columns: mark, name, unit, five pairs of actual and plan, variance.
const (
	workbookPairs    = 3
	workbookVariance = 13
	workbookFirstRow = 5
)

// xlsxFacts reads the first tab twice: as a spreadsheet shows it, and the numbers
// below.
func xlsxFacts(t *testing.T, file []byte) facts {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	shown, err := book.GetRows("Tearsheet")
	if err != nil {
		t.Fatal(err)
	}
	below, err := book.GetRows("Tearsheet", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	comments, err := book.GetComments("Tearsheet")
	if err != nil {
		t.Fatal(err)
	}
	notes := map[string]string{}
	for _, c := range comments {
		text := c.Text
		for _, run := range c.Paragraph {
			text += run.Text
		}
		_, notes[c.Cell], _ = strings.Cut(text, "\n")
	}
	f, n, team := facts{}, 0, ""
	f.xlsxHead(shown)
	foot := shown[len(shown)-1]
	f["edition"] = foot[len(foot)-1]
	for week := range 5 {
		f[fmt.Sprintf("week %d, label", week)] = shown[workbookFirstRow-2][workbookPairs+2*week]
	}
	for i, cells := range shown[workbookFirstRow:] {
		if len(cells) > 0 && cells[0] != "" && len(cells) < workbookVariance {
			team, _, _ = strings.Cut(cells[0], "   ")
		}
		if len(cells) <= workbookVariance || cells[1] == "" {
			continue // a team, or the legend
		}
		f.row(n, "team", team)
		f.xlsxRow(n, cells, below[workbookFirstRow+i])
		for week := range 5 {
			at, err := excelize.CoordinatesToCellName(1+workbookPairs+2*week, 1+workbookFirstRow+i)
			if err != nil {
				t.Fatal(err)
			}
			f.cell(n, week, "note", notes[at])
		}
		n++
	}
	return f
}

func (f facts) xlsxHead(shown [][]string) {
	f.countsLine(shown[0][len(shown[0])-1])
	for line := range strings.SplitSeq(shown[2][0], "\n") {
		label, items, _ := strings.Cut(line, "   ")
		f.stripLine(label, items)
	}
	for i, item := range strings.Split(shown[len(shown)-1][0], "     ") {
		shape, words := "", item
		for mark, name := range shapes {
			if rest, found := strings.CutPrefix(item, mark+" "); found {
				shape, words = name, rest
			}
		}
		f[fmt.Sprintf("legend %d", i)], f[fmt.Sprintf("legend %d, shape", i)] = words, shape
	}
}

var shapes = map[string]string{"▼": "behind", "▽": "watch", "▲": "ahead"}

func (f facts) xlsxRow(n int, shown, below []string) {
	f.row(n, "shape", shapes[shown[0]])
	f.row(n, "title", shown[1])
	f.row(n, "name", strings.TrimSpace(shown[1]+" "+shown[2]))
	f.row(n, "variance", shown[workbookVariance])
	for week := range 5 {
		at := workbookPairs + 2*week
		actual, signs, _ := strings.Cut(shown[at], " ")
		f.cell(n, week, "actual", actual)
		f.cell(n, week, "signs", strings.TrimSpace(signs))
		f.cell(n, week, "plan", strings.TrimSpace(shown[at+1]))
		f.exactly(n, week, "actual", strings.Trim(below[at], "–"))
		f.exactly(n, week, "plan", strings.Trim(below[at+1], "–"))
	}
}

var (
	paperCell   = `\s+(−?[\d,.]+|–)(?:\s*(\d/7‡?|‡))?\s+(−?[\d,.]+|–)`
	paperRow    = regexp.MustCompile(`^\s+(\S.*?)` + strings.Repeat(paperCell, 5) + `\s+(no plan|–|[+−]?[\d,.]+(?: abs)?)$`)
	paperStrip  = regexp.MustCompile(`^(Off plan|Provisional|Restated)\s+(\S.*)$`)
	paperCounts = regexp.MustCompile(`\s(\d+ off plan\s+\d+ watch\s.*)$`)
	// editionWords are those of the foot of a page.
	editionWords = regexp.MustCompile(`Draft, not issued|Edition \d+`)
	paperTeam    = regexp.MustCompile(`^(\S.*) \d+ of \d+ off plan$`)
)

// pdfFacts reads the lines of the pages as they lie on paper. Marks are drawn, not
// printed, and are left to the pictures.
func pdfFacts(t *testing.T, file []byte) facts {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.Command(testenv.Tool(t, "pdftotext"), "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	f, n, team := facts{}, 0, ""
	for line := range strings.SplitSeq(string(printed), "\n") {
		line = strings.TrimPrefix(line, "\f")
		if match := paperCounts.FindStringSubmatch(line); match != nil {
			f.countsLine(match[1])
		}
		if match := paperStrip.FindStringSubmatch(line); match != nil && n == 0 {
			f.stripLine(match[1], match[2])
		}
		if match := paperTeam.FindStringSubmatch(line); match != nil {
			team = match[1]
		}
		if words := editionWords.FindString(line); words != "" && n > 0 {
			f["edition"] = words
		}
		match := paperRow.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		f.row(n, "team", team)
		f.row(n, "name", match[1])
		f.row(n, "variance", match[len(match)-1])
		for week := range 5 {
			f.cell(n, week, "actual", match[2+3*week])
			f.cell(n, week, "signs", match[3+3*week])
			f.cell(n, week, "plan", match[4+3*week])
		}
		n++
	}
	return f
}
