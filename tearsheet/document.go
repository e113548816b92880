// Package tearsheet is the sheet itself: the document that executives read, and
// the rules by which daily values and a plan become its cells, marks and words.
// Build is pure: it reads no warehouse, no file and no clock. Renderers print a
// Document and compute nothing.
package tearsheet

import (
	"tearsheet/calendar"
	"tearsheet/metrics"
)

// Document is one tearsheet, complete: every number with the digits in which it
// is printed, every definition with the statement that ran. Its JSON form is a
// contract with programs; it reads back without loss.
type Document struct {
	Company  string       `json:"company"`
	Title    string       `json:"title"`
	Subtitle string       `json:"subtitle"` // "Week ending Sunday 15 November 2026. …"
	AsOf     calendar.Day `json:"as_of"`
	Edition  int          `json:"edition"` // 0: not issued
	Timezone string       `json:"timezone"`
	Plan     PlanNote     `json:"plan"`
	Counts   Counts       `json:"counts"` // of the latest week
	// Provisional says that the latest week of some row has missing days.
	Provisional bool         `json:"provisional"`
	Weeks       []WeekHead   `json:"weeks"`    // five, oldest first
	Trend       []WeekHead   `json:"trend"`    // of the sparklines, oldest first
	Agenda      []AgendaItem `json:"off_plan"` // rows that are off plan, worst first
	Restated    []Correction `json:"restated"` // figures that earlier editions printed differently
	Sections    []Section    `json:"sections"`
	Definitions []Definition `json:"definitions"`
	Legend      []LegendItem `json:"legend"`
}

// PlanNote says which plan the sheet was held against.
type PlanNote struct {
	Source  string `json:"source"`  // "plan.xlsx"; "" without a plan
	Version string `json:"version"` // as printed; "" if the plan names none
	Hash    string `json:"hash"`    // of the figures
	Text    string `json:"text"`    // "Plan: plan.xlsx, revision 4"
}

// Counts are the numbers of rows by the mark of their latest week.
type Counts struct {
	Behind  int `json:"behind"`
	Watch   int `json:"watch"`
	OnPlan  int `json:"on_plan"`
	Ahead   int `json:"ahead"`
	NoPlan  int `json:"no_plan"`
	Unknown int `json:"unknown"`
}

// WeekHead is a week as a column head.
type WeekHead struct {
	Starts calendar.Day `json:"starts"`
	Ends   calendar.Day `json:"ends"`
	Label  string       `json:"label"`         // "15 Nov"
	ISO    string       `json:"iso,omitempty"` // "2026-W46", where weeks start on Monday
}

// AgendaItem is a row that is off plan in the latest week.
type AgendaItem struct {
	Metric   string `json:"metric"`
	Title    string `json:"title"`
	Variance string `json:"variance"` // "−28.1%"
	// Coverage is that of a provisional week, "6/7"; "" if no day is missing.
	Coverage string `json:"coverage,omitempty"`
}

// Correction is a figure that an earlier edition printed differently.
type Correction struct {
	Metric string `json:"metric"`
	Title  string `json:"title"`
	Text   string `json:"text"` // "8 Nov was 7,001, now 6,635 (edition 11; late data)"
}

// LegendItem explains one mark or sign that the sheet uses.
type LegendItem struct {
	Mark    Mark   `json:"mark,omitempty"`     // drawn, if set
	Sign    string `json:"sign,omitempty"`     // printed: 6/7, ‡, –
	OpenDot bool   `json:"open_dot,omitempty"` // of a sparkline, drawn where sparklines have one
	Text    string `json:"text"`
}

// Section is a team with its rows.
type Section struct {
	Team   string `json:"team"`
	Title  string `json:"title"`
	Behind int    `json:"behind"` // rows that are off plan
	Rows   []Row  `json:"rows"`
}

// Row is a metric over the weeks of the sheet.
type Row struct {
	Metric    string         `json:"metric"`
	Title     string         `json:"title"`
	Unit      metrics.Unit   `json:"unit"`
	UnitLabel string         `json:"unit_label"` // beside the name: "/day", "k/day", "%"
	Better    metrics.Better `json:"better"`
	Roll      metrics.Roll   `json:"week"`
	// Scale divides printed numbers (1, 1000, 1000000) and Decimals rounds them; both
	// are the same for the whole row, and such that Variance follows from the
	// digits that are printed.
	Scale    int     `json:"scale"`
	Decimals int     `json:"decimals"`
	Cells    []Cell  `json:"cells"` // one for each of Document.Weeks
	Trend    []Point `json:"trend"` // one for each of Document.Trend
	// TrendLow and TrendHigh are the ends of the scale in which the trend is drawn;
	// unknown if there is nothing to draw.
	TrendLow  metrics.Value `json:"trend_low"`
	TrendHigh metrics.Value `json:"trend_high"`
	Variance  string        `json:"variance"` // of the latest week, as printed: "−22.6", "no plan", "–"
	Mark      Mark          `json:"mark"`     // of the latest week
	// Provisional and Restated hold for any of the five weeks.
	Provisional bool `json:"provisional"`
	Restated    bool `json:"restated"`
}

// Latest returns the cell of the latest week.
func (r Row) Latest() Cell { return r.Cells[len(r.Cells)-1] }

// Cell is a metric in a week.
type Cell struct {
	Week     calendar.Day      `json:"week"`   // on which it ends
	Actual   metrics.Value     `json:"actual"` // unrounded
	Plan     metrics.Value     `json:"plan"`
	Coverage calendar.Coverage `json:"coverage"`
	Daily    []metrics.Value   `json:"daily"` // seven
	// Loads identifies what was loaded when the figure was computed. It is kept with
	// the edition and is no part of what the sheet says.
	Loads       string        `json:"-"`
	Mark        Mark          `json:"mark"`
	Provisional bool          `json:"provisional"`      // days are missing
	Variance    metrics.Value `json:"variance"`         // actual − plan
	Percent     metrics.Value `json:"variance_percent"` // of the plan; unknown if the plan is 0 or negative
	ActualText  string        `json:"actual_text"`      // as printed, scaled and rounded; "–" if unknown
	PlanText    string        `json:"plan_text"`
	Signs       string        `json:"signs,omitempty"` // raised after the actual: 6/7 provisional, ‡ restated
	Restated    *Restatement  `json:"restated,omitempty"`
	// PlanWas is set if the plan of the cell was another when it was first printed.
	PlanWas *Restatement `json:"plan_was,omitempty"`
}

// Restatement says that an earlier edition printed another figure for a cell.
type Restatement struct {
	Was     metrics.Value `json:"was"`      // as first printed
	WasText string        `json:"was_text"` // as it was printed
	Edition int           `json:"edition"`
	Cause   string        `json:"cause"` // late data, days taken away, definition changed, correction, plan changed
}

// Point is a week of a sparkline.
type Point struct {
	Actual      metrics.Value     `json:"actual"`
	Plan        metrics.Value     `json:"plan"`
	Coverage    calendar.Coverage `json:"coverage"`
	Provisional bool              `json:"provisional"` // days are missing: drawn open, never as a full dot
}

// Definition says what a metric of the sheet means, for readers and for whoever
// checks it.
type Definition struct {
	Metric    string   `json:"metric"`
	Title     string   `json:"title"`
	Team      string   `json:"team"` // title
	Text      string   `json:"definition"`
	Rules     []string `json:"rules"`       // sentences: the week, empty days, the direction, the plan
	Statement string   `json:"statement"`   // SQL, or the quotient
	Hash      string   `json:"hash"`        // of all that says what the metric means
	Figure    string   `json:"figure_hash"` // of how its figure is computed, whatever the wording
	OnSheet   bool     `json:"on_sheet"`    // false: an operand that has no row
}
