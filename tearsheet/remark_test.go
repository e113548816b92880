package tearsheet_test

import (
	"testing"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/rendertest"
)

func TestNoteSaysWhatTheSignsOfACellMean(t *testing.T) {
	restated := func(was metrics.Value, text string) *tearsheet.Restatement {
		return &tearsheet.Restatement{Was: was, WasText: text, Edition: 11, Cause: "late data"}
	}
	for _, test := range []struct {
		cell tearsheet.Cell
		want string
	}{
		{tearsheet.Cell{}, ""},
		{tearsheet.Cell{Provisional: true, Coverage: calendar.Coverage{Have: 6, Of: 7}}, "Provisional: 6 of 7 days are loaded."},
		{tearsheet.Cell{ActualText: "6,635", Restated: restated(metrics.Int(7001), "7,001")}, "Restated: edition 11 printed 7,001; late data."},
		{tearsheet.Cell{ActualText: "6,635", Restated: restated(metrics.Value{}, "–")}, "Restated: edition 11 printed no value; late data."},
		{tearsheet.Cell{ActualText: "6.6", Restated: restated(metrics.Float(6.625), "6.6")}, "Restated: edition 11 printed 6.625 before rounding; late data."},
		{tearsheet.Cell{ActualText: "5", Provisional: true, Coverage: calendar.Coverage{Have: 1, Of: 7}, Restated: restated(metrics.Int(4), "4")},
			"Provisional: 1 of 7 days are loaded. Restated: edition 11 printed 4; late data."},
	} {
		if got := test.cell.Note(); got != test.want {
			t.Errorf("the note is %q, want %q", got, test.want)
		}
	}
}

func TestTalliesNameOnlyVerdictsUnlessThereIsMore(t *testing.T) {
	if got := (tearsheet.Counts{OnPlan: 3}).Tallies(); len(got) != 4 || got[0].Alarm || got[2] != (tearsheet.Tally{Count: 3, Text: "on plan", Judged: true}) {
		t.Errorf("tallies %v", got)
	}
	got := (tearsheet.Counts{Behind: 1, NoPlan: 2, Unknown: 4}).Tallies()
	if len(got) != 6 || !got[0].Alarm || got[4] != (tearsheet.Tally{Count: 2, Text: "not judged"}) || got[5] != (tearsheet.Tally{Count: 4, Text: "no value"}) {
		t.Errorf("tallies %v", got)
	}
}

func labels(strips []tearsheet.Strip) (list []string) {
	for _, s := range strips {
		list = append(list, s.Label)
	}
	return list
}

func TestStripsSpeakOnlyOfWhatThereIs(t *testing.T) {
	doc := rendertest.Sample()
	if got := labels(doc.Strips()); len(got) != 3 || got[1] != "Provisional" || got[2] != "Restated" {
		t.Errorf("strips %v", got)
	}
	doc.Provisional, doc.Restated, doc.Agenda = false, nil, nil
	got := doc.Strips()
	if len(got) != 1 || got[0].Label != "Off plan" || got[0].Alarm || len(got[0].Items) != 0 || got[0].None == "" {
		t.Errorf("strips %+v", got)
	}
}

// After a night without a load every row lacks the same day: one item says it, but
// only if it is true of all.
func TestADayThatAllRowsLackIsSaidOnce(t *testing.T) {
	doc := rendertest.Sample()
	for i := range doc.Sections {
		for j := range doc.Sections[i].Rows {
			cell := &doc.Sections[i].Rows[j].Cells[4]
			cell.Provisional, cell.Coverage = true, calendar.Coverage{Have: 5, Of: 7}
		}
	}
	if items := doc.Strips()[1].Items; len(items) != 1 || items[0].String() != "All 40 rows 5/7" {
		t.Errorf("items %v", items)
	}
	doc.Sections[3].Rows[2].Cells[4].Coverage.Have = 6
	if items := doc.Strips()[1].Items; len(items) != 40 || items[0].String() != "Page views 5/7" {
		t.Errorf("%d items, the first %v", len(items), items[0])
	}
}

func TestAMetricIsNamedOnceForItsRestatedWeeks(t *testing.T) {
	doc := rendertest.Sample()
	one := doc.Restated[0]
	doc.Restated = []tearsheet.Correction{one, one, {Metric: "other", Title: one.Title, Text: one.Text}}
	items := doc.Strips()[2].Items
	if len(items) != 3 || items[0].Title != one.Title+":" || items[1].String() != one.Text || items[2].Title != one.Title+":" {
		t.Errorf("items %+v", items)
	}
}

func TestFirstItemsSayHowManyFollow(t *testing.T) {
	strip := tearsheet.Strip{Items: make([]tearsheet.StripItem, 5)}
	for n, want := range map[int]string{1: "and 4 more", 4: "and 1 more", 5: "", 9: ""} {
		if items, more := strip.First(n); len(items) != min(n, 5) || more != want {
			t.Errorf("the first %d: %d items, %q, want %q", n, len(items), more, want)
		}
	}
}

func TestBriefStripsKeepTheAgendaWhole(t *testing.T) {
	strip := tearsheet.Strip{Items: make([]tearsheet.StripItem, 40)}
	if items, more := strip.Brief(); len(items) != 12 || more != "and 28 more" {
		t.Errorf("%d items, %q", len(items), more)
	}
	strip.Alarm = true
	if items, more := strip.Brief(); len(items) != 40 || more != "" {
		t.Errorf("of what is off plan %d items, %q", len(items), more)
	}
}
