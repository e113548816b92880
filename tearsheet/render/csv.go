package render

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// CSV renders the cells as a long table for spreadsheets: one line for each
// metric and week, in the order of the sheet, under a line of column names. It is
// UTF-8 with CRLF (RFC 4180). Numbers are unrounded and unscaled, and what is
// unknown is empty. Text that a spreadsheet would take for a formula begins with
// an apostrophe.
type CSV struct{}

// Render writes doc as CSV.
func (CSV) Render(w io.Writer, doc *tearsheet.Document) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	lines := [][]string{{"team", "metric", "title", "unit", "week_ends", "actual", "plan", "variance", "variance_percent",
		"mark", "days", "of", "provisional", "restated_from", "restated_cause"}}
	for _, section := range doc.Sections {
		for _, row := range section.Rows {
			for _, cell := range row.Cells {
				lines = append(lines, csvLine(section, row, cell))
			}
		}
	}
	if err := table.WriteAll(lines); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	return nil
}

func csvLine(section tearsheet.Section, row tearsheet.Row, cell tearsheet.Cell) []string {
	was, cause := "", ""
	if cell.Restated != nil {
		was, cause = csvNumber(cell.Restated.Was), cell.Restated.Cause
	}
	return []string{
		inert(section.Team), inert(row.Metric), inert(row.Title), inert(string(row.Unit)), cell.Week.String(),
		csvNumber(cell.Actual), csvNumber(cell.Plan), csvNumber(cell.Variance), csvNumber(cell.Percent),
		string(cell.Mark), strconv.Itoa(cell.Coverage.Have), strconv.Itoa(cell.Coverage.Of),
		strconv.FormatBool(cell.Provisional), was, inert(cause),
	}
}

func csvNumber(v metrics.Value) string {
	if !v.Known() {
		return ""
	}
	return v.Decimal()
}

// inert returns text that no spreadsheet runs. Only text passes through it: a
// guarded −2.5 would be text itself.
func inert(text string) string {
	const formulaStarts = "=+-@|%\t\r\n＝＋－＠"
	first := strings.TrimLeft(text, " \u00a0\u3000")
	if first != "" && strings.ContainsRune(formulaStarts, []rune(first)[0]) {
		return "'" + text
	}
	return text
}
