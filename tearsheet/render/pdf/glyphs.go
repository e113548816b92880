package pdf

import (
	"fmt"
	"strings"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// checkGlyphs returns an error that names the first character that would come
// out as a blank, and where it stands.
func checkGlyphs(doc *tearsheet.Document) error {
	for place, text := range texts(doc) {
		for _, r := range text {
			if !templates.Printable(r) {
				return fmt.Errorf("pdf: %s: the fonts have no character %q (%U); write it otherwise", place, r, r)
			}
		}
	}
	return nil
}

// texts yields every text that is printed, with its place.
func texts(doc *tearsheet.Document) func(yield func(place, text string) bool) {
	return func(yield func(place, text string) bool) {
		sheet := []string{doc.Company, doc.Title, doc.Subtitle, doc.Timezone, doc.Plan.Text, doc.Plan.Hash}
		for _, week := range doc.Weeks {
			sheet = append(sheet, week.Label)
		}
		for _, item := range doc.Legend {
			sheet = append(sheet, item.Sign, item.Text)
		}
		for _, item := range doc.Agenda {
			sheet = append(sheet, item.Title, item.Variance)
		}
		for _, item := range doc.Restated {
			sheet = append(sheet, item.Title, item.Text)
		}
		if !yield("sheet", strings.Join(sheet, "")) {
			return
		}
		for _, section := range doc.Sections {
			if !yield(fmt.Sprintf("team %q", section.Team), section.Title) {
				return
			}
			for _, row := range section.Rows {
				if !yield(fmt.Sprintf("metric %q", row.Metric), rowText(row)) {
					return
				}
			}
		}
		for _, d := range doc.Definitions {
			text := d.Metric + d.Title + d.Team + d.Text + strings.Join(d.Rules, "") + d.Hash
			if !yield(fmt.Sprintf("metric %q, definition", d.Metric), unbroken(text)) ||
				!yield(fmt.Sprintf("metric %q, statement", d.Metric), unbroken(d.Statement)) {
				return
			}
		}
	}
}

func rowText(row tearsheet.Row) string {
	text := row.Metric + row.Title + row.UnitLabel + row.Variance
	for _, cell := range row.Cells {
		text += cell.ActualText + cell.PlanText + cell.Signs
	}
	return text
}

// unbroken is the text without what is printed as space: line ends and tabs.
func unbroken(text string) string {
	return strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(text)
}
