package metrics

import (
	"slices"

	"tearsheet/internal/sqltext"
)

// Tables returns the tables that the statement of m reads, each once, in the order
// in which they appear: those after FROM and JOIN, without CTEs and functions. A
// bare name is in lower case, a quoted one without its quotes. A ratio has none:
// its operands have.
func (m *Metric) Tables() []string {
	if m.SQL != "" {
		return sqltext.Tables(m.SQL)
	}
	if m.From == "" {
		return nil
	}
	// As a condition and a measure can hold subqueries, look into them too.
	tables := sqltext.Tables("select * from " + m.From)
	for _, part := range []string{m.Measure, m.Where} {
		for _, table := range sqltext.Tables(part) {
			if !slices.Contains(tables, table) {
				tables = append(tables, table)
			}
		}
	}
	return tables
}
