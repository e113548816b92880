package letter_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/letter"
	"tearsheet/tearsheet/render/rendertest"
)

// told is what a file tells of the rows that are off plan, one line each, worst first,
// and of those that are watched.
type told struct{ behind, watch []string }

func (a told) equals(b told) bool {
	return slices.Equal(a.behind, b.behind) && slices.Equal(a.watch, b.watch)
}

// jsonTold reads the JSON file as a stranger would, without our types. Rows of the
// sample that are off plan are named in its agenda, in order.
func jsonTold(t *testing.T, doc *tearsheet.Document) told {
	t.Helper()
	var file struct {
		OffPlan  []struct{ Metric, Variance string } `json:"off_plan"`
		Sections []struct {
			Title string
			Rows  []struct {
				Metric, Title, Variance, Mark string
				Cells                         []struct {
					Actual  string  `json:"actual_text"`
					Plan    string  `json:"plan_text"`
					Percent float64 `json:"variance_percent"`
				}
			}
		}
	}
	if err := json.Unmarshal(rendered(t, render.JSON{}, doc), &file); err != nil {
		t.Fatal(err)
	}
	behind := map[string]string{}
	type watched struct {
		text    string
		percent float64
	}
	var watch []watched
	for _, section := range file.Sections {
		for _, row := range section.Rows {
			cell := row.Cells[len(row.Cells)-1]
			switch row.Mark {
			case "behind":
				behind[row.Metric] = strings.Join([]string{row.Title, section.Title, cell.Actual, cell.Plan, row.Variance + "%"}, " | ")
			case "watch":
				watch = append(watch, watched{strings.Join([]string{row.Title, section.Title, row.Variance + "%"}, " | "), math.Abs(cell.Percent)})
			}
		}
	}
	slices.SortStableFunc(watch, func(a, b watched) int { return int(math.Copysign(1, b.percent-a.percent)) })
	var all told
	for _, item := range file.OffPlan {
		all.behind = append(all.behind, behind[item.Metric])
	}
	for _, w := range watch {
		all.watch = append(all.watch, w.text)
	}
	return all
}

// pageTold reads the tables of the page.
func pageTold(t *testing.T, page string) told {
	t.Helper()
	var all told
	for _, table := range elements(parsed(t, page), "table") {
		if attribute(table, "class") != "figures" {
			continue
		}
		head := content(elements(table, "th")[0])
		rows := elements(table, "tr")[1:]
		for i, tr := range rows {
			if len(elements(tr, "th")) == 0 {
				continue
			}
			name, cells := elements(tr, "th")[0], elements(tr, "td")
			mark := attribute(elements(cells[0], "span")[0], "aria-label")
			switch {
			case strings.HasPrefix(head, "Off plan") && mark == "off plan":
				team, _, _ := strings.Cut(content(elements(rows[i+1], "td")[1]), " ·")
				all.behind = append(all.behind, strings.Join([]string{content(name), team, content(cells[1]), content(cells[2]), content(cells[3])}, " | "))
			case head == "Watch" && mark == "watch":
				team := content(elements(name, "span")[0])
				title := strings.TrimSuffix(content(name), " "+team)
				team, _, _ = strings.Cut(team, " ·")
				all.watch = append(all.watch, strings.Join([]string{title, team, content(cells[1])}, " | "))
			default:
				t.Errorf("the row %q under %q has the mark %q", content(name), head, mark)
			}
		}
	}
	return all
}

// between the columns of the text are three spaces at least.
var between = regexp.MustCompile(` {3,}`)

// textTold reads the columns of the text. Units stand behind titles there.
func textTold(text string, doc *tearsheet.Document) told {
	unit := map[string]string{}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			unit[row.Title] = row.UnitLabel
		}
	}
	var all told
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		columns := between.Split(line, -1)
		switch {
		case strings.HasPrefix(line, "▼ ") && len(columns) == 4:
			title := strings.TrimPrefix(columns[0], "▼ ")
			if at := strings.LastIndex(title, " "); at > 0 && unit[title[:at]] == title[at+1:] {
				title = title[:at]
			}
			team, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ·")
			all.behind = append(all.behind, strings.Join([]string{title, team, columns[1], columns[2], columns[3]}, " | "))
		case strings.HasPrefix(line, "▽ ") && len(columns) == 2:
			name, _, _ := strings.Cut(strings.TrimPrefix(columns[0], "▽ "), " ·")
			at := strings.LastIndex(name, ", ")
			all.watch = append(all.watch, strings.Join([]string{name[:at], name[at+2:], columns[1]}, " | "))
		}
	}
	return all
}

func TestLetterAgreesWithTheJSONFile(t *testing.T) {
	doc := rendertest.Sample()
	want, l := jsonTold(t, doc), written(t, doc, options())
	if len(want.behind) != 10 || len(want.watch) != 4 {
		t.Fatalf("the file has %d rows that are off plan and %d that are watched", len(want.behind), len(want.watch))
	}
	if got := pageTold(t, l.HTML); !got.equals(want) {
		t.Errorf("the page tells\n%q, the file\n%q", got, want)
	}
	if got := textTold(l.Text, doc); !got.equals(want) {
		t.Errorf("the text tells\n%q, the file\n%q", got, want)
	}
}

// Negative control: letters of sheets that differ in one place are told apart.
func TestDisagreementOfLetterAndFileIsSeen(t *testing.T) {
	doc := rendertest.Sample()
	want := jsonTold(t, doc)
	first := func(d *tearsheet.Document, m tearsheet.Mark) *tearsheet.Row {
		for s := range d.Sections {
			for r := range d.Sections[s].Rows {
				if d.Sections[s].Rows[r].Mark == m {
					return &d.Sections[s].Rows[r]
				}
			}
		}
		return nil
	}
	latest := func(d *tearsheet.Document) *tearsheet.Cell { return &first(d, tearsheet.Behind).Cells[4] }
	for name, change := range map[string]func(*tearsheet.Document){
		"actual":   func(d *tearsheet.Document) { latest(d).ActualText = "75,870" },
		"plan":     func(d *tearsheet.Document) { latest(d).PlanText = "96,593" },
		"week":     func(d *tearsheet.Document) { *latest(d) = first(d, tearsheet.Behind).Cells[3] },
		"variance": func(d *tearsheet.Document) { first(d, tearsheet.Behind).Variance = "+21.5" },
		"title":    func(d *tearsheet.Document) { first(d, tearsheet.Behind).Title = "Visits" },
		"team":     func(d *tearsheet.Document) { d.Sections[0].Title = "Sales" },
		"left out": func(d *tearsheet.Document) { first(d, tearsheet.Behind).Mark = tearsheet.OnPlan },
		"order":    func(d *tearsheet.Document) { latest(d).Percent = latest(d).Percent.Sub(latest(d).Percent) },
		"watch":    func(d *tearsheet.Document) { first(d, tearsheet.Watch).Variance = "−2.2" },
		"promoted": func(d *tearsheet.Document) { first(d, tearsheet.Watch).Mark = tearsheet.Behind },
	} {
		other := rendertest.Sample()
		change(other)
		l := written(t, other, options())
		if pageTold(t, l.HTML).equals(want) || textTold(l.Text, doc).equals(want) {
			t.Errorf("another %s is not seen", name)
		}
	}
}

// The figures of the letter are those of the CSV file, rounded.
func TestLetterAgreesWithTheCSVFile(t *testing.T) {
	doc := rendertest.Sample()
	lines, err := csv.NewReader(bytes.NewReader(rendered(t, render.CSV{}, doc))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	exact := map[string][]string{}
	for _, line := range lines {
		if line[9] == "behind" && line[4] == "2026-11-15" {
			exact[line[2]] = []string{line[5], line[6], line[8]}
		}
	}
	rows := pageTold(t, written(t, doc, options()).HTML).behind
	if len(rows) != len(exact) {
		t.Errorf("%d rows, %d in the file", len(rows), len(exact))
	}
	for _, row := range rows {
		cells := strings.Split(row, " | ")
		for i, printed := range cells[2:] {
			if fault := unlike(printed, exact[cells[0]][i]); fault != "" {
				t.Errorf("%s: %s", row, fault)
			}
		}
	}
	for printed, exactly := range map[string]string{"4,372": "4373", "−27.8%": "27.8", "0.40": "0.4051"} {
		if unlike(printed, exactly) == "" {
			t.Errorf("%s passes for %s", printed, exactly)
		}
	}
}

// unlike tells whether a printed figure is not the exact one, rounded to its decimals. A
// percentage is that of the printed digits, and may differ by one more.
func unlike(printed, exact string) string {
	figure := strings.NewReplacer(",", "", "−", "-", "%", "").Replace(printed)
	p, errP := strconv.ParseFloat(figure, 64)
	e, errE := strconv.ParseFloat(exact, 64)
	_, decimals, _ := strings.Cut(figure, ".")
	tolerance := .5000001
	if strings.HasSuffix(printed, "%") {
		tolerance = 1
	}
	if errP != nil || errE != nil || math.Abs(p-e) > tolerance*math.Pow10(-len(decimals)) {
		return fmt.Sprintf("%q is printed for %q", printed, exact)
	}
	return ""
}

// Off plan rows that lack days say so, and so do the strips.
func TestLetterSaysWhatIsProvisionalAndRestated(t *testing.T) {
	doc := rendertest.Sample()
	l := written(t, doc, options())
	texts := map[string]string{"text": strings.Join(strings.Fields(l.Text), " "), "page": content(elements(parsed(t, l.HTML), "body")[0])}
	for name, text := range texts {
		for _, want := range []string{
			"Provisional: 6 of 7 days are loaded.", "Web uploads 6/7, Photos sold 6/7, Average order value 6/7",
			"Paid media spend: 8 Nov was 7,001, now 6,635 (edition 11; definition changed)",
			"▼ off plan, 5% or more", "▽ watch, 2% to 5%", "Edition 12. As of 17 November 2026, America/Toronto.",
			"Plan: master plan 2026, revision 4", "Late 3 h", "The machine was off", "To be taken off,",
			"Attached: tearsheet-2026-11-15.pdf, tearsheet-2026-11-15.xlsx",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the %s does not say %q", name, want)
			}
		}
		if n := strings.Count(text, "Provisional: 6 of 7 days are loaded."); n != 2 {
			t.Errorf("the %s says it of %d rows, want 2", name, n)
		}
	}
	if !strings.Contains(l.Text, "\nhttps://docs.google.com/spreadsheets/d/1AbC/edit#gid=0\n") ||
		!slices.ContainsFunc(elements(parsed(t, l.HTML), "a"), func(a *html.Node) bool {
			return attribute(a, "href") == "https://docs.google.com/spreadsheets/d/1AbC/edit#gid=0"
		}) {
		t.Error("the link is not there")
	}
	if calm := written(t, quiet(), letter.Options{}); strings.Contains(calm.Text, "PROVISIONAL") || !strings.Contains(calm.Text, "OFF PLAN\nNothing.\n") ||
		strings.Contains(calm.HTML, "whole sheet") {
		t.Error("a quiet week tells more than there is")
	}
}

func rendered(t *testing.T, r render.Renderer, doc *tearsheet.Document) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := r.Render(&file, doc); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
