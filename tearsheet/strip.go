package tearsheet

import (
	"fmt"
	"strings"
)

// Strip is a labelled line under the head of a sheet.
type Strip struct {
	Label     string
	Alarm     bool // rows are off plan
	Items     []StripItem
	Separator string // between items
	None      string // stands there if there are no items
}

// StripItem is a row, or what is said of it.
type StripItem struct {
	Metric string // "" for many
	Title  string // may be cut where room is short; "" continues the item before
	Text   string
}

// String returns the item whole.
func (i StripItem) String() string {
	if i.Title == "" {
		return i.Text
	}
	return i.Title + " " + i.Text
}

// Strips returns the lines of a sheet: what is off plan, worst first, and where
// there is any, what is provisional and what was printed differently before.
func (d *Document) Strips() []Strip {
	strips := []Strip{d.offPlan()}
	if d.Provisional {
		strips = append(strips, d.provisional())
	}
	if len(d.Restated) > 0 {
		strips = append(strips, d.restated())
	}
	return strips
}

func (d *Document) offPlan() Strip {
	strip := Strip{Label: "Off plan", Alarm: len(d.Agenda) > 0, Separator: ",", None: "Nothing."}
	for _, item := range d.Agenda {
		strip.Items = append(strip.Items, StripItem{item.Metric, item.Title, strings.TrimSpace(item.Variance + " " + item.Coverage)})
	}
	return strip
}

// provisional lists the rows whose latest week lacks days. Where all lack the same,
// as after a night without a load, it says so once.
func (d *Document) provisional() Strip {
	strip := Strip{Label: "Provisional", Separator: ",", None: "Days are missing."}
	rows, coverages := 0, map[string]bool{}
	for _, section := range d.Sections {
		for _, row := range section.Rows {
			rows++
			if cell := row.Latest(); cell.Provisional {
				coverages[cell.Coverage.String()] = true
				strip.Items = append(strip.Items, StripItem{row.Metric, row.Title, cell.Coverage.String()})
			}
		}
	}
	if rows > 1 && len(strip.Items) == rows && len(coverages) == 1 {
		strip.Items = []StripItem{{Title: fmt.Sprintf("All %d rows", rows), Text: strip.Items[0].Text}}
	}
	return strip
}

func (d *Document) restated() Strip {
	strip := Strip{Label: "Restated", Separator: ";"}
	before := ""
	for _, c := range d.Restated {
		item := StripItem{Metric: c.Metric, Title: c.Title + ":", Text: c.Text}
		if c.Metric == before {
			item.Title = ""
		}
		before = c.Metric
		strip.Items = append(strip.Items, item)
	}
	return strip
}

// First returns as many items as asked for, and words about the rest.
func (s Strip) First(n int) (items []StripItem, more string) {
	n = min(n, len(s.Items))
	return s.Items[:n], others(len(s.Items) - n)
}

// others are the words about n items that are not shown; "" if there are none.
func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("and %d more", n)
}

// briefItems are as many as the head of a page can bear; the notes on the cells
// have the rest.
const briefItems = 12

// Brief returns all that is off plan, which is the agenda, and of other strips the
// first items, with words about the rest.
func (s Strip) Brief() (items []StripItem, more string) {
	if s.Alarm {
		return s.Items, ""
	}
	return s.First(briefItems)
}
