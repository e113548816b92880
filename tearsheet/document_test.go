package tearsheet_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// printedBefore says what an earlier edition printed for the week before the latest.
func (c company) printedBefore(metric, actual string, edit func(*tearsheet.Printed)) {
	v, _ := metrics.ParseValue(actual)
	printed := tearsheet.Printed{Edition: 3, Actual: v, Coverage: calendar.Coverage{Have: 7, Of: 7},
		Figure: c.Registry.FigureHash(c.Registry.Metric(metric), c.Calendar)}
	if edit != nil {
		edit(&printed)
	}
	c.Printed[tearsheet.PrintedKey{Metric: metric, Week: c.Last.Add(-1).Last()}] = printed
}

func TestRestatementNamesItsCause(t *testing.T) {
	for _, tt := range []struct {
		name, was string
		edit      func(*tearsheet.Printed)
		cause     string
	}{
		{"the same figure", "100", nil, ""},
		{"the same figure, computed otherwise", "100", func(p *tearsheet.Printed) { p.Figure = "other" }, ""},
		{"another figure of the same days", "90", nil, "correction"},
		{"another figure of fewer days", "90", func(p *tearsheet.Printed) { p.Coverage.Have = 6 }, "late data"},
		{"another figure of more days", "90", func(p *tearsheet.Printed) { p.Coverage.Have = 8 }, "days taken away"},
		{"another computation", "90", func(p *tearsheet.Printed) { p.Figure = "other" }, "definition changed"},
		{"another computation and fewer days", "90", func(p *tearsheet.Printed) { p.Figure, p.Coverage.Have = "other", 6 }, "definition changed"},
		{"no figure then", "", func(p *tearsheet.Printed) { p.Coverage.Have = 0 }, "late data"},
		{"a figure of 0", "0", nil, "correction"},
		{"digits of another row", "90", func(p *tearsheet.Printed) { p.ActualText = "0.09k" }, "correction"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany(t, count("visits", "web"))
			c.Printed = map[tearsheet.PrintedKey]tearsheet.Printed{}
			c.printedBefore("visits", tt.was, tt.edit)
			r := row(t, tearsheet.Build(c.Inputs), "visits")
			cell := r.Cells[3]
			if tt.cause == "" {
				if cell.Restated != nil || r.Restated || cell.Signs != "" {
					t.Errorf("restated as %+v", cell.Restated)
				}
				return
			}
			if cell.Restated == nil || cell.Restated.Cause != tt.cause || cell.Restated.Edition != 3 || !r.Restated || cell.Signs != "‡" {
				t.Errorf("restated as %+v, signs %q, want %s", cell.Restated, cell.Signs, tt.cause)
			}
			if r.Latest().Restated != nil {
				t.Error("another week is restated")
			}
			if tt.name == "digits of another row" && cell.Restated.WasText != "0.09k" {
				t.Errorf("it says %q was printed", cell.Restated.WasText)
			}
		})
	}
}

// A plan that changed after a week was printed is said in words; it puts no sign on
// the actual.
func TestChangedPlanIsSaid(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.Printed = map[tearsheet.PrintedKey]tearsheet.Printed{}
	before := row(t, tearsheet.Build(c.Inputs), "visits").Cells[3]
	c.printedBefore("visits", before.Actual.String(), func(p *tearsheet.Printed) { p.Plan = before.Plan })
	if same := tearsheet.Build(c.Inputs); len(same.Restated) != 0 {
		t.Errorf("nothing changed, and %+v is restated", same.Restated)
	}
	c.printedBefore("visits", before.Actual.String(), func(p *tearsheet.Printed) { p.Plan = metrics.Int(77) })
	doc := tearsheet.Build(c.Inputs)
	cell := row(t, doc, "visits").Cells[3]
	if cell.PlanWas == nil || cell.PlanWas.Cause != "plan changed" || cell.Restated != nil || cell.Signs != "" {
		t.Errorf("plan was %+v, restated %+v, signs %q", cell.PlanWas, cell.Restated, cell.Signs)
	}
	want := doc.Weeks[3].Label + " plan was 77, now " + cell.PlanText + " (edition 3; plan changed)"
	if len(doc.Restated) != 1 || doc.Restated[0].Text != want {
		t.Errorf("the sheet says %+v, want %q", doc.Restated, want)
	}
}

func TestRestatedWeekWithMissingDaysShowsBothSigns(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.Printed = map[tearsheet.PrintedKey]tearsheet.Printed{}
	c.printedBefore("visits", "90", nil)
	c.set("visits", c.Last.Add(-1).First(), "")
	if signs := row(t, tearsheet.Build(c.Inputs), "visits").Cells[3].Signs; signs != "6/7‡" {
		t.Errorf("the signs are %q", signs)
	}
}

// A ratio has no statement of its own: its definition changes with its operands'.
func TestRatioIsDefinedByItsOperands(t *testing.T) {
	hash := func(where string) string {
		c := newCompany(t, likesPerVisit(where)...)
		return c.Registry.FigureHash(c.Registry.Metric("per"), c.Calendar)
	}
	if first, again := hash("x"), hash("x"); first != again || first == hash("") {
		t.Error("another filter of an operand leaves the definition of the ratio as it was")
	}
}

func likesPerVisit(where string) []*metrics.Metric {
	likes := count("likes", "web")
	likes.Supporting, likes.Where = true, where
	per := &metrics.Metric{Name: "per", Title: "Likes per visit", Team: "web", Definition: "Likes by visits.", Unit: "likes",
		Better: metrics.Neither, Roll: metrics.Ratio, RatioOf: metrics.Operands{Of: "likes", To: "visits"}}
	return []*metrics.Metric{count("visits", "web"), per, likes}
}

func TestDefinitionsExplainTheSheetAndItsOperands(t *testing.T) {
	list := likesPerVisit("")
	since := calendar.DayOn(2026, 3, 1)
	rating := count("rating", "sales")
	rating.Roll, rating.Empty, rating.Better, rating.Since = metrics.Last, metrics.EmptyUnknown, metrics.Down, &since
	c := newCompany(t, append(list, rating)...)
	c.Plan = plan{"visits": {"": "100"}}
	var got []string
	for _, d := range tearsheet.Build(c.Inputs).Definitions {
		if d.Hash == "" || d.Statement != "select "+d.Metric {
			t.Errorf("%s has the hash %q and the statement %q", d.Metric, d.Hash, d.Statement)
		}
		got = append(got, fmt.Sprintf("%s, %s, on sheet %v: %s %s", d.Title, d.Team, d.OnSheet, d.Text, strings.Join(d.Rules, " ")))
	}
	want := []string{
		"Rating, Sales, on sheet true: All rating. Week: the level on its last day. A loaded day without rows has no value. Counted since 1 March 2026. " +
			"Lower is better: watch from 2% worse than plan, off plan from 5%, ahead from 5% better.",
		"Visits, Web, on sheet true: All visits. Week: the mean of the seven days. A loaded day without rows is 0. " +
			"Higher is better: watch from 2% worse than plan, off plan from 5%, ahead from 5% better. Plan: as the test says.",
		`Likes per visit, Web, on sheet true: Likes by visits. Week: the week’s “Likes” divided by the week’s “Visits”. Neither higher nor lower is better.`,
		"Likes, Web, on sheet false: All likes. Week: the mean of the seven days. A loaded day without rows is 0. " +
			"Higher is better: watch from 2% worse than plan, off plan from 5%, ahead from 5% better.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the definitions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLegendExplainsWhatTheSheetUses(t *testing.T) {
	signs := func(c company) string {
		var list []string
		for _, item := range tearsheet.Build(c.Inputs).Legend {
			sign := string(item.Mark) + item.Sign
			if item.OpenDot {
				sign = "(open dot)"
			}
			list = append(list, sign+": "+item.Text)
		}
		return strings.Join(list, "; ")
	}
	full := newCompany(t, count("visits", "web"))
	full.Plan = plan{"visits": {"": "100"}}
	marks := "behind: off plan, 5% or more; watch: watch, 2% to 5%; ahead: ahead, 5% or more"
	if got := signs(full); got != marks {
		t.Errorf("of a full sheet it is %q", got)
	}
	full.set("visits", full.Last.First(), "")
	full.Printed = map[tearsheet.PrintedKey]tearsheet.Printed{}
	full.printedBefore("visits", "90", nil)
	full.setWeek("visits", full.Last.Add(-4), "")
	want := marks + "; –: no value; ‡: restated since it was first printed; 6/7: days loaded: provisional; (open dot): provisional week"
	if got := signs(full); got != want {
		t.Errorf("of a sheet with gaps it is %q", got)
	}
}

func TestUnitLabelsSayPerWhat(t *testing.T) {
	for _, tt := range []struct {
		unit     metrics.Unit
		roll     metrics.Roll
		additive bool
		size     string
		want     string
	}{
		{"visits", metrics.Mean, true, "100", "/day"}, {"visits", metrics.Mean, true, "5000000", "k/day"},
		{"visits", metrics.Sum, true, "1", "/week"}, {"USD", metrics.Mean, true, "5000000000", "$M/day"},
		{"USD", metrics.Last, false, "5000000", "$k"}, {"stars", metrics.Last, false, "4.5", "stars"},
		{"percent", metrics.Mean, false, "4.5", "%"}, {"users", metrics.Last, true, "5000000", "k users"},
		{"seconds", metrics.Mean, false, "4.5", "s"},
	} {
		m := count("m", "web")
		m.Unit, m.Roll, m.Additive = tt.unit, tt.roll, tt.additive
		c := newCompany(t, m)
		c.setWeek("m", c.Last, tt.size)
		if got := row(t, tearsheet.Build(c.Inputs), "m").UnitLabel; got != tt.want {
			t.Errorf("%s %s of %s is labelled %q, want %q", tt.roll, tt.unit, tt.size, got, tt.want)
		}
	}
}

func TestLargeNumbersArePrintedInThousands(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.setWeek("visits", c.Last, "3400500")
	c.Plan = plan{"visits": {"": "3434000"}}
	r := row(t, tearsheet.Build(c.Inputs), "visits")
	if r.Scale != 1000 || r.Latest().ActualText != "3,401" || r.Latest().PlanText != "3,434" || r.Cells[0].ActualText != "0" || r.Variance != "−1.0" {
		t.Errorf("printed is %s by %d, variance %s", printed(r), r.Scale, r.Variance)
	}
	if !r.Latest().Actual.Equal(metrics.Int(3_400_500)) {
		t.Errorf("the actual itself became %s", r.Latest().Actual)
	}
}

// The keys of DESIGN §7, checked in the JSON itself and not through our types.
func TestDocumentKeepsItsContractAsJSON(t *testing.T) {
	c := newCompany(t, count("visits", "web"))
	c.set("visits", c.Last.First(), "")
	c.set("visits", c.Last.Last(), "101")
	c.Plan = plan{"visits": {"": "243748.0"}}
	text, err := json.Marshal(tearsheet.Build(c.Inputs))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	weeks, sections := doc["weeks"].([]any), doc["sections"].([]any)
	section := sections[0].(map[string]any)
	r := section["rows"].([]any)[0].(map[string]any)
	cells := r["cells"].([]any)
	last := cells[4].(map[string]any)
	for key, pair := range map[string][2]any{
		"as_of":       {doc["as_of"], "2026-11-17"},
		"weeks":       {len(weeks), 5},
		"ends":        {weeks[0].(map[string]any)["ends"], "2026-10-18"},
		"team":        {section["team"], "web"},
		"metric":      {r["metric"], "visits"},
		"unit":        {r["unit"], "visits"},
		"cells":       {len(cells), 5},
		"week":        {last["week"], "2026-11-15"},
		"actual":      {last["actual"], 601.0 / 6},
		"plan":        {last["plan"], 243748.0},
		"coverage":    {last["coverage"], map[string]any{"days": 6.0, "of": 7.0}},
		"daily":       {last["daily"], []any{nil, 100.0, 100.0, 100.0, 100.0, 100.0, 101.0}},
		"mark":        {last["mark"], "behind"},
		"provisional": {last["provisional"], true},
		"first week":  {cells[0].(map[string]any)["provisional"], false},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s is %v, want %v", key, pair[0], pair[1])
		}
	}
}

func TestEmptyListsAreListsInJSON(t *testing.T) {
	text, err := json.Marshal(tearsheet.Build(newCompany(t).Inputs))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), ":null") {
		t.Errorf("a document without rows has a null: %s", text)
	}
}

func TestDocumentReadsBackAndIsTheSameEachTime(t *testing.T) {
	c := newCompany(t, append(likesPerVisit(""), count("orders", "sales"))...)
	c.Plan = plan{"visits": {"": "100.05"}, "orders": {"": "120"}}
	c.set("orders", c.Last.First(), "33.333333333333333333")
	c.setWeek("visits", c.Last.Add(-3), "")
	first, err := json.Marshal(tearsheet.Build(c.Inputs))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := json.Marshal(tearsheet.Build(c.Inputs)); string(again) != string(first) {
			t.Fatal("the same inputs gave another document")
		}
	}
	var doc tearsheet.Document
	if err := json.Unmarshal(first, &doc); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(doc); string(again) != string(first) {
		t.Errorf("reads back as\n%s\nwant\n%s", again, first)
	}
}

func TestPlanNoteNamesTheVersion(t *testing.T) {
	for want, note := range map[string]tearsheet.PlanNote{
		"No plan": {}, "Plan: plan.csv": {Source: "plan.csv"}, "Plan: plan.xlsx, revision 4": {Source: "plan.xlsx", Version: "revision 4"},
	} {
		c := newCompany(t, count("visits", "web"))
		c.PlanNote = note
		if got := tearsheet.Build(c.Inputs).Plan.Text; got != want {
			t.Errorf("the plan is noted as %q, want %q", got, want)
		}
	}
}
