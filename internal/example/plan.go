package example

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/xuri/excelize/v2"

	"tearsheet/calendar"
)

// planned is a row of the plan: what the planners expected, which is the calm world
// times how optimistic they were.
type planned struct {
	metric   string
	optimism float64  // 1 plans what will come
	ratio    []string // of, to; the factor of percent
	level    bool     // the month's end counts, not its mean
}

var plannedRows = []planned{
	{"visitors", 0.99, nil, false}, {"signups", 1.005, nil, false}, {"daily_active_users", 1.032, nil, false},
	{"daily_engaged_users", 0.99, nil, false}, {"weekly_active_users", 1.008, nil, false},
	{"active_subscribers", 1.002, nil, true}, {"revenue", 1.01, nil, false},
	{"uploads", 1.005, nil, false}, {"uploads_per_uploader", 1, []string{"uploads", "uploaders"}, false},
	{"uploader_share", 1, []string{"uploaders", "daily_active_users", "100"}, false},
	{"likes", 1.015, nil, false}, {"likes_per_active_user", 1, []string{"likes", "daily_active_users"}, false},
	{"follows", 1, nil, false},
	{"web_visitors", 0.995, nil, false}, {"web_active_users", 1.004, nil, false}, {"web_signups", 1.01, nil, false},
	{"web_signup_rate", 1, []string{"web_signups", "web_visitors", "100"}, false},
	{"web_uploads", 1.01, nil, false}, {"web_load_time", 1, nil, false},
	{"ios_active_users", 1.005, nil, false}, {"android_active_users", 0.99, nil, false},
	{"ios_signups", 0.99, nil, false}, {"android_signups", 1.01, nil, false}, {"mobile_uploads", 1.0, nil, false},
	{"crash_free_visits", 1, []string{"uncrashed_visits", "mobile_visits", "100"}, false},
	{"visits_from_search", 1.0, nil, false}, {"visits_from_social", 1.01, nil, false},
	{"visitor_signup_rate", 1, []string{"signups", "visitors", "100"}, false},
	{"campaign_signups", 0.98, nil, false}, {"ad_spend", 1, nil, false},
	{"cost_per_campaign_signup", 1.02, []string{"ad_spend", "campaign_signups"}, false},
	{"marketplace_submissions", 1.0, nil, false}, {"photos_sold", 1.01, nil, false}, {"gross_sales", 1.01, nil, false},
	{"average_sale", 1, []string{"gross_sales", "photos_sold"}, false},
	{"refund_rate", 1, []string{"photos_refunded", "photos_sold", "100"}, false},
	{"new_subscriptions", 1.0, nil, false}, {"cancelled_subscriptions", 1, nil, false}, {"first_reply_time", 1.0, nil, false},
}

// forgotten is the one figure that the planners left out.
var forgotten = struct {
	metric string
	month  calendar.Month
}{"follows", calendar.Month{Year: 2026, Month: time.October}}

// planMonths are the months of the plan.
func planMonths() []calendar.Month {
	var months []calendar.Month
	for m := First.Month(); m != (calendar.Month{Year: 2027, Month: time.January}); m = m.Add(1) {
		months = append(months, m)
	}
	return months
}

// straighten replaces the figures of a row by the straight line nearest to them:
// planners draw lines.
func straighten(figures []map[string]float64, metric string) {
	n, sumX, sumY, sumXX, sumXY := float64(len(figures)), 0.0, 0.0, 0.0, 0.0
	for i, f := range figures {
		x, y := float64(i), f[metric]
		sumX, sumY, sumXX, sumXY = sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	slope := (n*sumXY - sumX*sumY) / (n*sumXX - sumX*sumX)
	for i, f := range figures {
		f[metric] = sumY/n + slope*(float64(i)-sumX/n)
	}
}

// monthly returns what happens in a month of the planners' world, by row.
func monthly(w world, month calendar.Month) map[string]float64 {
	sums := map[string]float64{}
	days := 0.0
	for day := month.First(); day <= month.Last(); day += 2 { // enough for a plan; all weekdays come around
		for name, value := range tally(w.events(day)) {
			sums[name] += value
		}
		days++
	}
	sums["weekly_active_users"] = days * weeklyActives(w, month.First().Add(10))
	figures := map[string]float64{}
	for _, row := range plannedRows {
		switch {
		case row.level:
			figures[row.metric] = tally(w.events(month.Last()))[row.metric]
		case row.ratio != nil:
			figures[row.metric] = sums[row.ratio[0]] / sums[row.ratio[1]]
			if len(row.ratio) == 3 {
				figures[row.metric] *= 100
			}
		default:
			figures[row.metric] = sums[row.metric] / days
		}
		figures[row.metric] *= row.optimism
	}
	return figures
}

func weeklyActives(w world, from calendar.Day) float64 {
	users := people{}
	for day := from; day < from+calendar.DaysPerWeek; day++ {
		for _, v := range w.events(day).visits {
			if v.user != 0 {
				users[v.user] = true
			}
		}
	}
	return float64(len(users))
}

// asPlanned rounds to three significant figures, four above a thousand, as a
// planner would.
func asPlanned(f float64) float64 {
	if f == 0 {
		return 0
	}
	figures := 3.0
	if math.Abs(f) >= 1000 || math.Abs(f) > 90 && math.Abs(f) < 100 {
		figures = 4
	}
	scale := math.Pow(10, figures-1-math.Floor(math.Log10(math.Abs(f))))
	return math.Round(f*scale) / scale
}

// Plan returns the plan as a workbook: one row a metric, one column a month, daily
// figures.
func Plan() ([]byte, error) {
	w, err := newWorld(false)
	if err != nil {
		return nil, err
	}
	book := excelize.NewFile()
	defer book.Close()
	const sheet = "Plan"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	months := planMonths()
	header := []any{"metric", "version"}
	figures := make([]map[string]float64, len(months))
	for i, month := range months {
		header = append(header, month.String())
		figures[i] = monthly(w, month)
	}
	if err := book.SetSheetRow(sheet, "A1", &header); err != nil {
		return nil, err
	}
	for i, row := range plannedRows {
		straighten(figures, row.metric)
		cells := []any{row.metric, "master plan 2026, revision 4"}
		for j, month := range months {
			if row.metric == forgotten.metric && month == forgotten.month {
				cells = append(cells, nil)
				continue
			}
			cells = append(cells, asPlanned(figures[j][row.metric]))
		}
		if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &cells); err != nil {
			return nil, err
		}
	}
	if err := dress(book, sheet, len(header), len(plannedRows)+1); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// dress makes the workbook pleasant: a frozen bold head, wide names, grouped
// thousands.
func dress(book *excelize.File, sheet string, columns, rows int) error {
	head, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Border:    []excelize.Border{{Type: "bottom", Style: 1, Color: "000000"}},
		Alignment: &excelize.Alignment{Horizontal: "center"}})
	if err != nil {
		return err
	}
	format := "#,##0.###"
	number, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	end, err := excelize.ColumnNumberToName(columns)
	if err != nil {
		return err
	}
	steps := []error{
		book.SetCellStyle(sheet, "A1", end+"1", head),
		book.SetCellStyle(sheet, "C2", fmt.Sprintf("%s%d", end, rows), number),
		book.SetColWidth(sheet, "A", "B", 28),
		book.SetColWidth(sheet, "C", end, 11),
		book.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}),
		book.SetDocProps(&excelize.DocProperties{Creator: "Finance", Title: "Master plan 2026",
			Created: "2026-04-01T00:00:00Z", Modified: "2026-09-01T00:00:00Z"}),
	}
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}
