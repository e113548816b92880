package main

import (
	"testing"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/source/files"
	"tearsheet/warehouse"
)

func TestLoadSaysWhatBecomesOfFilesThatAreGone(t *testing.T) {
	first, err := calendar.ParseDay("2026-11-10")
	if err != nil {
		t.Fatal(err)
	}
	for want, r := range map[string]files.Report{
		"": {Files: 1, Unchanged: 1},
		"1 file, 1 changed: 0 days and 0 rows loaded; a.csv is gone: the days come from the files that are there": {
			Files: 1, Superseded: []string{"a.csv"}},
		"1 file, 0 changed: 1 day and 2 rows loaded; a.csv is gone: the days come from the files that are there": {
			Files: 1, Unchanged: 1, Replaced: []calendar.Day{first}, Rows: 2, Superseded: []string{"a.csv"}},
		"a.csv and 1 more are gone: 2 days from 2026-11-10 on stay as last loaded, until a file is back or path: no longer means it": {
			Files: 1, Unchanged: 1, Kept: []string{"a.csv", "b.csv"}, KeptDays: []calendar.Day{first, first + 4}},
		"a.csv is gone: 2026-11-10 stays as last loaded, until a file is back or path: no longer means it": {
			Files: 1, Unchanged: 1, Kept: []string{"a.csv"}, KeptDays: []calendar.Day{first}},
		"no file found; a.csv is gone: the table stays as last loaded, until a file is back or path: no longer means it": {
			Whole: true, Kept: []string{"a.csv"}, KeptDays: []calendar.Day{warehouse.WholePart}},
	} {
		r.Table = "likes"
		if got := sayNode(pipeline.NodeReport{Said: sayLoaded(r), Remark: sayGone(r)}); got != want {
			t.Errorf("said\n%s\nwant\n%s", got, want)
		}
	}
}
