package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// facts are what a rendered file says, cell by cell, under names that are the same
// for all formats: "row 3, week 4, actual". A format states what it can show;
// "exact" is an unrounded number, all others are as printed.
type facts map[string]string

func (f facts) row(n int, field, text string) {
	f[fmt.Sprintf("row %d, %s", n, field)] = text
}

func (f facts) cell(row, week int, field, text string) {
	f.row(row, fmt.Sprintf("week %d, %s", week, field), text)
}

// exactly keeps an unrounded number; "" and null are unknown.
func (f facts) exactly(row, week int, field, number string) {
	if number == "" || number == "null" {
		number = "unknown"
	}
	f.cell(row, week, field+" exact", number)
}

// disagreements lists where both speak of a fact and differ.
func (f facts) disagreements(other facts) []string {
	var list []string
	for name, text := range f {
		if theirs, ok := other[name]; ok && !sameFact(name, text, theirs) {
			list = append(list, fmt.Sprintf("%s: %q and %q", name, text, theirs))
		}
	}
	slices.Sort(list)
	return list
}

// workbookDigits is the relative precision of a number read from a workbook, which
// keeps 15 digits.
const workbookDigits = 1e-14

func sameFact(name, a, b string) bool {
	if a == b || !strings.HasSuffix(name, " exact") {
		return a == b
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= workbookDigits*math.Max(math.Abs(x), math.Abs(y))
}

// jsonFacts reads the document as a stranger would, without our types.
func jsonFacts(t *testing.T, file []byte) facts {
	t.Helper()
	var doc struct {
		jsonHead
		Weeks []struct {
			Label string
			Ends  string
		}
		Sections []struct {
			Title string
			Rows  []struct {
				Title, Variance, Mark string
				UnitLabel             string `json:"unit_label"`
				Cells                 []struct {
					Actual, Plan *json.Number
					Percent      *json.Number `json:"variance_percent"`
					Coverage     struct{ Days, Of int }
					Mark         string
					Provisional  bool
					Signs        string
					ActualText   string `json:"actual_text"`
					PlanText     string `json:"plan_text"`
					Restated     *jsonRestated
				}
			}
		}
	}
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	f, n := facts{}, 0
	doc.facts(f)
	var provisional []string
	for i, week := range doc.Weeks {
		f[fmt.Sprintf("week %d, label", i)] = week.Label
		f[fmt.Sprintf("week %d, ends", i)] = week.Ends
	}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			f.row(n, "team", section.Title)
			f.row(n, "name", strings.TrimSpace(row.Title+" "+row.UnitLabel))
			f.row(n, "title", row.Title)
			f.row(n, "variance", row.Variance)
			f.row(n, "mark", row.Mark)
			f.row(n, "shape", shapeOf(row.Mark))
			for i, cell := range row.Cells {
				f.cell(n, i, "actual", cell.ActualText)
				f.cell(n, i, "plan", cell.PlanText)
				f.cell(n, i, "signs", cell.Signs)
				f.cell(n, i, "mark", cell.Mark)
				f.cell(n, i, "coverage", fmt.Sprintf("%d/%d", cell.Coverage.Days, cell.Coverage.Of))
				f.cell(n, i, "provisional", strconv.FormatBool(cell.Provisional))
				f.exactly(n, i, "actual", number(cell.Actual))
				f.exactly(n, i, "plan", number(cell.Plan))
				f.exactly(n, i, "percent", number(cell.Percent))
				f.cell(n, i, "note", jsonNote(cell.Provisional, cell.Coverage.Days, cell.Coverage.Of, cell.Restated))
			}
			if latest := row.Cells[len(row.Cells)-1]; latest.Provisional {
				provisional = append(provisional, fmt.Sprintf("%s %d/%d", row.Title, latest.Coverage.Days, latest.Coverage.Of))
			}
			n++
		}
	}
	f.strip("Provisional", provisional, 0)
	return f
}

func number(n *json.Number) string {
	if n == nil {
		return ""
	}
	return n.String()
}

// shapeOf is the drawn shape of a mark, "" for none.
func shapeOf(mark string) string {
	if mark == "behind" || mark == "watch" || mark == "ahead" {
		return mark
	}
	return ""
}

// csvFacts reads the table by its column names. A row ends where its metric does.
func csvFacts(t *testing.T, file []byte) facts {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f, row, week, metric := facts{}, -1, 0, ""
	for _, line := range lines[1:] {
		at := map[string]string{}
		for i, name := range lines[0] {
			at[name] = line[i]
		}
		week++
		if at["metric"] != metric {
			row, week, metric = row+1, 0, at["metric"]
		}
		f[fmt.Sprintf("week %d, ends", week)] = at["week_ends"]
		f.row(row, "title", at["title"])
		f.cell(row, week, "mark", at["mark"])
		f.cell(row, week, "coverage", at["days"]+"/"+at["of"])
		f.cell(row, week, "provisional", at["provisional"])
		f.exactly(row, week, "actual", at["actual"])
		f.exactly(row, week, "plan", at["plan"])
		f.exactly(row, week, "percent", at["variance_percent"])
	}
	return f
}
