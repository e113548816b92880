package plan

import (
	"fmt"
	"strings"

	"tearsheet/calendar"
)

// headerWithin is the number of rows in which the header must stand; what stands
// above it is a title and is not read.
const headerWithin = 20

// header says what the columns of a table hold.
type header struct {
	row     int            // index into table.rows
	columns map[string]int // of metric, version, is, period, value
	periods map[int]period // of the wide form, by column
}

// headerIndex returns the index of the row with a cell "metric", or -1.
func (t *table) headerIndex() int {
	for i, row := range t.rows {
		for _, c := range row {
			if c.row > headerWithin {
				return -1
			}
			if strings.EqualFold(c.text, "metric") {
				return i
			}
		}
	}
	return -1
}

// readHeader reads the header row at index, with everything that is wrong in it.
func (t *table) readHeader(index int, c calendar.Calendar) (header, []placed) {
	h := header{index, map[string]int{}, map[int]period{}}
	var found []placed
	first := map[any]cell{}
	for _, at := range t.rows[index] {
		var key any
		switch name := strings.ToLower(at.text); name {
		case "metric", "version", "is", "period", "value":
			key = name
		default:
			p, err := parsePeriod(at.text, c)
			if err != nil {
				found = append(found, placed{at, headerFault(at.text, err)})
				continue
			}
			key = p
		}
		if other, twice := first[key]; twice {
			found = append(found, placed{at, fmt.Sprintf("column %q is already at %s", at.text, t.name(other))})
			continue
		}
		first[key] = at
		if p, ok := key.(period); ok {
			h.periods[at.col] = p
		} else {
			h.columns[key.(string)] = at.col
		}
	}
	if len(found) > 0 { // the form cannot be told from a header that is half read
		return h, found
	}
	return h, t.formFaults(h, first)
}

// headerFault explains a header that is neither a column's name nor a period.
func headerFault(text string, err error) string {
	if strings.ContainsAny(text, "0123456789") {
		return err.Error()
	}
	return fmt.Sprintf("unknown column %q: want metric, version, is, period, value or a period such as 2026-11", text)
}

// formFaults says what a header lacks to be long or wide, or that it is both.
func (t *table) formFaults(h header, first map[any]cell) []placed {
	period, hasPeriod := first["period"]
	value, hasValue := first["value"]
	switch {
	case len(h.periods) > 0 && hasPeriod:
		return []placed{{period, "column period in a header that has periods as columns: use one form or the other"}}
	case len(h.periods) > 0 && hasValue:
		return []placed{{value, "column value in a header that has periods as columns: use one form or the other"}}
	case len(h.periods) > 0 || hasPeriod && hasValue:
		return nil
	case hasPeriod:
		return []placed{{period, "no column value beside it"}}
	case hasValue:
		return []placed{{value, "no column period beside it"}}
	}
	return []placed{{first["metric"], "no periods beside it: want the columns period and value, or periods as columns (2026-10, 2026-11, …)"}}
}
