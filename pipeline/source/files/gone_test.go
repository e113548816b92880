package files_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
)

func (p project) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
		t.Fatal(err)
	}
}

func wantGone(t *testing.T, r files.Report, superseded, kept []string, days ...calendar.Day) {
	t.Helper()
	if !slices.Equal(r.Superseded, superseded) || !slices.Equal(r.Kept, kept) || !slices.Equal(r.KeptDays, days) {
		t.Errorf("superseded %v, kept %v with %v; want %v, %v with %v", r.Superseded, r.Kept, r.KeptDays, superseded, kept, days)
	}
}

// Each export has all rows so far, its last day is half a day, and it takes the
// place of yesterday's.
func TestGrowingExportUnderADatedNameIsFollowed(t *testing.T) {
	p := newProject(t, "UTC")
	source := uploads(t, "export-*.csv")
	rows := head + "2026-11-11 01:00:00,1,web\n2026-11-12 01:00:00,2,web\n"
	p.write(t, "export-1112.csv", rows)
	p.load(t, source)
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 1")

	p.remove(t, "export-1112.csv")
	rows += "2026-11-12 20:00:00,3,web\n2026-11-13 01:00:00,4,web\n"
	p.write(t, "export-1113.csv", rows)
	wantGone(t, p.load(t, source), []string{"export-1112.csv"}, nil)
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 2", "2026-11-13: 1")

	if report := p.load(t, source); report.Unchanged != 1 {
		t.Errorf("the second time: %+v", report)
	}
	p.remove(t, "export-1113.csv")
	p.write(t, "export-1114.csv", rows+"2026-11-13 20:00:00,5,web\n")
	wantGone(t, p.load(t, source), []string{"export-1113.csv"}, nil)
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 2", "2026-11-13: 2")
}

func TestDaysOfAVanishedFileStay(t *testing.T) {
	p := newProject(t, "UTC")
	source := uploads(t, "in/*.csv")
	p.write(t, "in/a.csv", head+"2026-11-09 01:00:00,1,web\n")
	p.write(t, "in/b.csv", head+"2026-11-11 01:00:00,2,web\n")
	p.write(t, "in/c.csv", head+"2026-11-13 01:00:00,3,web\n")
	p.load(t, source)
	p.remove(t, "in/b.csv")
	p.write(t, "in/c.csv", head+"2026-11-13 01:00:00,3,web\n2026-11-13 02:00:00,4,web\n")
	for range 2 { // also when nothing changed
		wantGone(t, p.load(t, source), nil, []string{"in/b.csv"}, day(t, "2026-11-11"))
		p.want(t, "uploads", "2026-11-09: 1", "2026-11-10: 0", "2026-11-11: 1", "2026-11-12: 0", "2026-11-13: 2")
	}
}

// An export of the last so many hours begins and ends in the middle of a day. Of its
// first day it has only a part.
func TestFirstDayOfAMovingWindowStays(t *testing.T) {
	p := newProject(t, "UTC")
	source := uploads(t, "export-*.csv")
	p.write(t, "export-1.csv", head+"2026-11-10 13:00:00,1,web\n2026-11-11 01:00:00,2,web\n2026-11-11 13:00:00,3,web\n2026-11-12 01:00:00,4,web\n")
	p.load(t, source)
	p.remove(t, "export-1.csv")
	p.write(t, "export-2.csv", head+"2026-11-11 13:00:00,3,web\n2026-11-12 01:00:00,4,web\n2026-11-12 13:00:00,5,web\n2026-11-13 01:00:00,6,web\n")
	for range 2 {
		report := p.load(t, source)
		wantGone(t, report, nil, []string{"export-1.csv"}, day(t, "2026-11-10"), day(t, "2026-11-11"))
		p.want(t, "uploads", "2026-11-10: 1", "2026-11-11: 2", "2026-11-12: 2", "2026-11-13: 1")
		if report.Unchanged != 0 {
			t.Error("a file with a day that was left out counts as loaded")
		}
	}
}

// What the table has must not hang on whether some other file changed too.
func TestVanishedFileGivesWayWithoutAnyChange(t *testing.T) {
	p := newProject(t, "UTC")
	source := uploads(t, "in/*.csv")
	p.write(t, "in/a.csv", head+"2026-11-11 01:00:00,1,web\n")
	p.write(t, "in/b.csv", head+"2026-11-11 01:00:00,1,web\n2026-11-12 01:00:00,2,web\n")
	p.load(t, source)
	p.want(t, "uploads", "2026-11-11: 2", "2026-11-12: 1")
	p.remove(t, "in/a.csv")
	wantGone(t, p.load(t, source), []string{"in/a.csv"}, nil)
	p.want(t, "uploads", "2026-11-11: 1", "2026-11-12: 1")
	if report := p.load(t, source); report.Unchanged != 1 {
		t.Errorf("the second time: %+v", report)
	}
}
