package google

import (
	"testing"

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
