package render_test

import (
	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// hostile is text as a registry should refuse it and as a page must survive it.
const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)' </style></title>{{.}} javascript:alert(4)`

// smallDocument holds every kind of cell in two weeks: known, provisional,
// restated, unknown, a plan of 0 and no plan; and names that a spreadsheet or a
// page could take for more than text.
func smallDocument() *tearsheet.Document {
	week, before := calendar.DayOn(2026, 1, 4), calendar.DayOn(2025, 12, 28)
	whole, partial := calendar.Coverage{Have: 7, Of: 7}, calendar.Coverage{Have: 6, Of: 7}
	third := metrics.Int(1000).Div(metrics.Int(3))
	rows := []tearsheet.Row{
		{Metric: "likes", Title: "Mögen, täglich 照片", Unit: "likes", UnitLabel: "/day", Scale: 1, Decimals: 1,
			Variance: "−16.7", Mark: tearsheet.Behind, Provisional: true, Restated: true,
			Cells: []tearsheet.Cell{
				{Week: before, Actual: metrics.Float(12.5), Plan: metrics.Int(12), Coverage: whole, Daily: days(12.5), Mark: tearsheet.OnPlan,
					Variance: metrics.Float(.5), Percent: metrics.Int(50).Div(metrics.Int(12)), ActualText: "12.5", PlanText: "12.0", Signs: "‡",
					Restated: &tearsheet.Restatement{Was: metrics.Int(11), WasText: "11.0", Edition: 3, Cause: "late data"}},
				{Week: week, Actual: third, Plan: metrics.Int(400), Coverage: partial, Daily: days(333), Mark: tearsheet.Behind, Provisional: true,
					Variance: third.Sub(metrics.Int(400)), Percent: metrics.Int(-50).Div(metrics.Int(3)), ActualText: "333.3", PlanText: "400.0", Signs: "6/7"},
			}},
		{Metric: "refunds", Title: `=HYPERLINK("http://x","pay")`, Unit: "@refunds", UnitLabel: "/day", Scale: 1,
			Variance: "–", Mark: tearsheet.NoValue,
			Cells: []tearsheet.Cell{
				{Week: before, Actual: metrics.Int(-2), Plan: metrics.Int(0), Coverage: whole, Daily: days(-2), Mark: tearsheet.Unjudged,
					Variance: metrics.Int(-2), ActualText: "−2", PlanText: "0"},
				{Week: week, Coverage: calendar.Coverage{Of: 7}, Daily: make([]metrics.Value, 7), Mark: tearsheet.NoValue, Provisional: true,
					ActualText: "–", PlanText: "–"},
			}},
	}
	for i := range rows {
		for _, cell := range rows[i].Cells {
			rows[i].Trend = append(rows[i].Trend, tearsheet.Point{
				Actual: cell.Actual, Plan: cell.Plan, Coverage: cell.Coverage, Provisional: cell.Provisional})
		}
	}
	rows[0].TrendLow, rows[0].TrendHigh = metrics.Int(12), metrics.Int(400)
	rows[1].TrendLow, rows[1].TrendHigh = metrics.Int(-2), metrics.Int(0)
	heads := []tearsheet.WeekHead{{Starts: before.Add(-6), Ends: before, Label: "28 Dec", ISO: "2025-W52"},
		{Starts: week.Add(-6), Ends: week, Label: "4 Jan", ISO: "2026-W01"}}
	return &tearsheet.Document{
		Company: "Lumen & Lark", Title: "Executive tearsheet", Subtitle: "Week ending Sunday 4 January 2026.",
		AsOf: week.Add(2), Timezone: "UTC", Plan: tearsheet.PlanNote{Text: "No plan"}, Counts: tearsheet.Counts{Behind: 1, Unknown: 1},
		Provisional: true, Weeks: heads, Trend: heads,
		Agenda:   []tearsheet.AgendaItem{{Metric: "likes", Title: rows[0].Title, Variance: "−16.7%", Coverage: "6/7"}},
		Restated: []tearsheet.Correction{{Metric: "likes", Title: rows[0].Title, Text: "28 Dec was 11.0, now 12.5 (edition 3; late data)"}},
		Sections: []tearsheet.Section{{Team: "product", Title: "Product", Behind: 1, Rows: rows}},
		Definitions: []tearsheet.Definition{
			{Metric: "likes", Title: rows[0].Title, Team: "Product", Text: "Likes.", Rules: []string{"Week: the mean."}, Statement: "select 1 where a < b && c > d", OnSheet: true},
			{Metric: "refunds", Title: rows[1].Title, Team: "Product", Text: "Refunds.", Rules: []string{}, OnSheet: true},
			{Metric: "operand", Title: "Operand", Team: "Product", Text: "Only a part of others.", Rules: []string{}}},
		Legend: []tearsheet.LegendItem{{Mark: tearsheet.Behind, Text: "off plan"}, {Sign: "‡", Text: "restated"}},
	}
}

func days(f float64) []metrics.Value {
	list := make([]metrics.Value, 7)
	for i := range list {
		list[i] = metrics.Float(f)
	}
	return list
}

// hostileDocument has hostile text wherever a person can type.
func hostileDocument() *tearsheet.Document {
	doc := smallDocument()
	doc.Company, doc.Title, doc.Subtitle, doc.Timezone, doc.Plan.Text = hostile, hostile, hostile, hostile, hostile
	doc.Agenda[0].Title, doc.Agenda[0].Metric = hostile, hostile
	doc.Restated[0] = tearsheet.Correction{Metric: hostile, Title: hostile, Text: hostile}
	doc.Legend[0].Text, doc.Legend[1].Sign = hostile, hostile
	section := &doc.Sections[0]
	section.Team, section.Title = hostile, hostile
	row := &section.Rows[0]
	row.Metric, row.Title, row.Unit, row.UnitLabel, row.Variance = hostile, hostile, hostile, hostile, hostile
	row.Mark = hostile
	row.Cells[0].ActualText, row.Cells[0].PlanText, row.Cells[0].Signs = hostile, hostile, hostile
	row.Cells[0].Restated.Cause, row.Cells[0].Restated.WasText = hostile, hostile
	doc.Weeks[0].Label, doc.Weeks[0].ISO = hostile, hostile
	doc.Definitions[0] = tearsheet.Definition{Metric: hostile, Title: hostile, Team: hostile, Text: hostile,
		Rules: []string{hostile}, Statement: hostile, OnSheet: true}
	return doc
}
