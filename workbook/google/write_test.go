package google

import (
	"testing"

	"tearsheet/workbook"

	"tearsheet/workbook/google/googletest"
)

func TestWriteFillsASpreadsheetByOneGetAndOneUpdate(t *testing.T) {
	d := newDesk(t)
	done := d.write(sampleBook(6, 100))
	if !done.Changed || len(done.Created) != 3 || done.RestoredCount != 0 {
		t.Errorf("%+v", done)
	}
	if get, update := d.calls(googletest.Get), d.calls(googletest.BatchUpdate); get != 1 || update != 1 {
		t.Errorf("%d gets and %d updates, want 1 and 1", get, update)
	}
}

func TestWriteAgainWritesNothing(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	before := d.Snapshot(d.id)
	done := d.write(sampleBook(6, 100))
	if done.Changed || len(done.Differences) > 0 || d.calls(googletest.BatchUpdate) != 1 {
		t.Errorf("changed %v, %d updates; differences: %v", done.Changed, d.calls(googletest.BatchUpdate), done.Differences)
	}
	if len(before.Tabs) != 4 {
		t.Errorf("%d tabs, want Sheet1 and 3 of ours", len(before.Tabs))
	}
	if changes := googletest.Diff(before, d.Snapshot(d.id)); len(changes) > 0 {
		t.Errorf("the second run changed %v", changes)
	}
}

// A sheet of 60 metrics: 53 rows and more on the first tab, and 60 × 5 × 7 days of data.
func TestAWriteOfSixtyMetricsStaysBelowTwoMegabytes(t *testing.T) {
	d := newDesk(t)
	book := sampleBook(60, 100)
	days := &workbook.Tab{Name: "Days", Cells: map[workbook.Ref]*workbook.Cell{}}
	look := workbook.Look{Size: 9}
	for row := 1; row <= 60*5*7; row++ {
		for column, text := range []string{"Engagement", "daily_active_users", "Daily active users", "users", "", "", "", "known"} {
			days.Cells[at(column+1, row)] = &workbook.Cell{Kind: workbook.Text, Text: text, Look: look}
			if text == "" {
				days.Cells[at(column+1, row)] = &workbook.Cell{Kind: workbook.Number, Number: 46344 + float64(row)/7, Look: workbook.Look{Size: 9, Format: "yyyy-mm-dd"}}
			}
		}
	}
	book.Tabs = append(book.Tabs, days)
	done := d.write(book)
	t.Logf("%d bytes", done.Bytes)
	if done.Bytes == 0 || done.Bytes > 2_000_000 {
		t.Errorf("%d bytes", done.Bytes)
	}
	if again := d.write(book); again.Changed {
		t.Errorf("%v", again.Differences[0])
	}
}
