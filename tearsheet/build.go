package tearsheet

import (
	"cmp"
	"fmt"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// Weeks and TrendWeeks are the numbers of weeks in the columns and in the
// sparklines of a sheet.
const (
	Weeks      = 5
	TrendWeeks = 13
)

// Inputs are all that a sheet is made of.
type Inputs struct {
	Company    string
	Title      string // "" prints "Executive tearsheet"
	Calendar   calendar.Calendar
	AsOf       calendar.Day
	Last       calendar.Week // the latest week shown
	Registry   *metrics.Registry
	History    metrics.History
	Plan       Planned
	PlanNote   PlanNote               // its Text is written by Build
	Statements map[string]string      // by metric: the text that ran
	Printed    map[PrintedKey]Printed // what earlier editions printed; may be nil
}

// Planned is what a sheet asks of a plan.
type Planned interface {
	// Week returns the planned figure of a week, unknown if the plan has none.
	Week(*metrics.Metric, calendar.Week) metrics.Value
	// Rule returns the sentence that says how the plan's figures become weeks, or "".
	Rule(*metrics.Metric) string
}

// PrintedKey names a cell across editions.
type PrintedKey struct {
	Metric string
	Week   calendar.Day // on which it ends
}

// Printed is a cell as the first edition that showed it had it.
type Printed struct {
	Edition              int
	Actual               metrics.Value
	Plan                 metrics.Value
	Coverage             calendar.Coverage
	ActualText, PlanText string // as printed then
	Figure               string // hash of how it was computed
}

// Build makes the document. The same inputs give the same document.
func Build(in Inputs) *Document {
	b := builder{Inputs: in,
		weeks: in.Calendar.WeeksTo(Weeks, in.Last),
		trend: in.Calendar.WeeksTo(TrendWeeks, in.Last)}
	doc := &Document{
		Company:  in.Company,
		Title:    cmp.Or(in.Title, "Executive tearsheet"),
		Subtitle: subtitle(in.Calendar, in.Last),
		AsOf:     in.AsOf,
		Timezone: in.Calendar.Zone().String(),
		Plan:     planNote(in.PlanNote),
		Weeks:    heads(b.weeks),
		Trend:    heads(b.trend),
		Agenda:   []AgendaItem{},
		Sections: []Section{},
	}
	for _, team := range in.Registry.Teams() {
		if section := b.section(team); len(section.Rows) > 0 {
			doc.Sections = append(doc.Sections, section)
		}
	}
	doc.summarise()
	doc.Restated = doc.corrections()
	doc.Definitions = b.definitions(doc)
	doc.Legend = legend(doc, in.Registry)
	return doc
}

type builder struct {
	Inputs
	weeks, trend []calendar.Week
}

func (b builder) section(team metrics.Team) Section {
	section := Section{Team: team.Name, Title: team.Title}
	for _, m := range b.Registry.Metrics() {
		if m.Team != team.Name || m.Supporting {
			continue
		}
		row := b.row(m)
		if row.Mark == Behind {
			section.Behind++
		}
		section.Rows = append(section.Rows, row)
	}
	return section
}

func (b builder) row(m *metrics.Metric) Row {
	row := Row{Metric: m.Name, Title: m.Title, Unit: m.Unit, Better: m.Better, Roll: m.Roll}
	var shown []metrics.Value
	for _, w := range b.weeks {
		cell := b.cell(m, w)
		row.Cells = append(row.Cells, cell)
		row.Provisional = row.Provisional || cell.Provisional
		row.Restated = row.Restated || cell.Restated != nil
		shown = append(shown, cell.Actual, cell.Plan)
	}
	row.Trend = b.points(m)
	row.TrendLow, row.TrendHigh = trendScale(row.Trend)
	row.print(m, shown)
	return row
}

func (b builder) cell(m *metrics.Metric, w calendar.Week) Cell {
	week := b.Registry.Week(b.History, m, w)
	cell := Cell{
		Week:        w.Last(),
		Actual:      week.Actual,
		Plan:        b.Plan.Week(m, w),
		Coverage:    week.Coverage,
		Daily:       week.Daily[:],
		Loads:       week.Loads,
		Provisional: week.Provisional(),
		Restated:    b.restatement(m, w, week),
	}
	cell.PlanWas = b.replanning(m, w, cell.Plan)
	cell.Variance, cell.Percent = variance(cell.Actual, cell.Plan)
	cell.Mark = judge(m, cell.Actual, cell.Plan)
	if cell.Provisional && cell.Coverage.Have > 0 {
		cell.Signs += cell.Coverage.String()
	}
	if cell.Restated != nil {
		cell.Signs += signRestated
	}
	return cell
}

// restatement compares a week with its first print.
func (b builder) restatement(m *metrics.Metric, w calendar.Week, now metrics.Weekly) *Restatement {
	then, ok := b.Printed[PrintedKey{m.Name, w.Last()}]
	if !ok || then.Actual.Decimal() == now.Actual.Decimal() {
		return nil
	}
	cause := "correction"
	switch {
	case then.Figure != b.Registry.FigureHash(m, b.Calendar):
		cause = "definition changed"
	case then.Coverage.Have > now.Coverage.Have:
		cause = "days taken away"
	case then.Coverage != now.Coverage:
		cause = "late data"
	}
	return &Restatement{Was: then.Actual, WasText: then.ActualText, Edition: then.Edition, Cause: cause}
}

// replanning compares the plan of a week with its first print.
func (b builder) replanning(m *metrics.Metric, w calendar.Week, now metrics.Value) *Restatement {
	then, ok := b.Printed[PrintedKey{m.Name, w.Last()}]
	if !ok || then.Plan.Decimal() == now.Decimal() {
		return nil
	}
	cause := "plan changed"
	if then.Figure != b.Registry.FigureHash(m, b.Calendar) {
		cause = "definition changed" // by another roll, say, the same plan gives another figure
	}
	return &Restatement{Was: then.Plan, WasText: then.PlanText, Edition: then.Edition, Cause: cause}
}

// print chooses the digits of the row and writes them into its cells.
func (r *Row) print(m *metrics.Metric, shown []metrics.Value) {
	r.Scale = scaleOf(shown)
	r.UnitLabel = unitLabel(m, r.Scale)
	by := metrics.Int(int64(r.Scale))
	scaled := make([]metrics.Value, len(shown))
	for i, v := range shown {
		scaled[i] = v.Div(by)
	}
	actual, plan := r.Latest().Actual.Div(by), r.Latest().Plan.Div(by)
	decimals, ok := decimalsOf(m.Unit, scaled, actual, plan)
	for i := range r.Cells {
		cell := &r.Cells[i]
		cell.ActualText = format(cell.Actual.Div(by), decimals)
		cell.PlanText = format(cell.Plan.Div(by), decimals)
		cell.Restated.print(by, decimals)
		cell.PlanWas.print(by, decimals)
	}
	if !ok { // then the verdict is that on the printed digits
		actual, plan = actual.Round(decimals), plan.Round(decimals)
	}
	r.Decimals = decimals
	r.Mark = judge(m, actual, plan)
	r.Cells[len(r.Cells)-1].Mark = r.Mark
	r.Variance = varianceText(actual, plan, decimals)
}

// print writes the earlier figure in the digits of the row if nobody knows in which it
// was printed. There may be no restatement.
func (r *Restatement) print(by metrics.Value, decimals int) {
	if r != nil && r.WasText == "" {
		r.WasText = format(r.Was.Div(by), decimals)
	}
}

// varianceText writes the variance of an actual from its plan: in percent, or where
// the plan admits none, in the digits of the two.
func varianceText(actual, plan metrics.Value, decimals int) string {
	absolute, percent := variance(actual, plan)
	switch {
	case !actual.Known():
		return noValue
	case !plan.Known():
		return "no plan"
	case !percent.Known():
		return formatSigned(absolute, decimals) + absoluteSuffix
	}
	return formatSigned(percent, varianceDecimals)
}

// summarise counts the marks and lists what is off plan, the largest first.
func (d *Document) summarise() {
	for _, section := range d.Sections {
		for _, row := range section.Rows {
			d.Counts.add(row.Mark)
			d.Provisional = d.Provisional || row.Latest().Provisional
		}
	}
	for _, line := range d.Marked(Behind) {
		item := AgendaItem{Metric: line.Metric, Title: line.Title, Variance: line.Off}
		if latest := line.Latest(); latest.Provisional {
			item.Coverage = latest.Coverage.String()
		}
		d.Agenda = append(d.Agenda, item)
	}
}

// corrections lists the restated figures in the order of the sheet, the latest week
// first, and after each week's actual its plan.
func (d *Document) corrections() []Correction {
	list := []Correction{}
	for _, section := range d.Sections {
		for _, row := range section.Rows {
			for i := len(row.Cells) - 1; i >= 0; i-- {
				cell, week := row.Cells[i], d.Weeks[i].Label
				if cell.Restated != nil {
					list = append(list, Correction{row.Metric, row.Title, cell.Restated.words(week, cell.ActualText)})
				}
				if cell.PlanWas != nil {
					list = append(list, Correction{row.Metric, row.Title, cell.PlanWas.words(week+" plan", cell.PlanText)})
				}
			}
		}
	}
	return list
}

// words says what was printed of something, and what is now.
func (r Restatement) words(what, now string) string {
	was := r.WasText
	if was == now { // the difference lies in digits that are not printed
		was = r.Was.Decimal() + " before rounding"
	}
	return fmt.Sprintf("%s was %s, now %s (edition %d; %s)", what, was, now, r.Edition, r.Cause)
}
