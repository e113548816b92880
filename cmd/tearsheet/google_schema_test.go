package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSchemaDocumentStandsBesideTheSheet(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	s.must(t, dir, "sheet", "--to", "sheets")
	o := s.must(t, dir, "schema", "--to", "md,sheets")
	if !strings.Contains(o.out, "schema.md\nhttps://docs.google.com/") || strings.Count(o.out, "\n") != 2 || !strings.Contains(o.errOut, "Google Sheets: written into") {
		t.Errorf("says\n%s%s", o.out, o.errOut)
	}
	want := []string{"Sheet1", "Tearsheet", "Tearsheet definitions", "Tearsheet data", "Tearsheet weeks", "Schema tables", "Schema columns", "Schema values", "Schema missing"}
	if !slices.Equal(s.titles(), want) {
		t.Errorf("tabs %q", s.titles())
	}
	columns := s.tab(t, "Schema columns")
	link := fmt.Sprintf("#gid=%v&range=B5", s.tab(t, "Schema tables").Properties["sheetId"])
	if cell, err := json.Marshal(columns.Cells["A2"]); err != nil || !strings.Contains(strings.ReplaceAll(string(cell), `\u0026`, "&"), link) {
		t.Errorf("the first column leads to %s, want %s", cell, link)
	}
	writes := s.writes()
	if o := s.must(t, dir, "schema", "--to", "sheets"); s.writes() != writes || !strings.Contains(o.errOut, "shows it already") {
		t.Errorf("%d more writes\n%s", s.writes()-writes, o.errOut)
	}
	if s.must(t, dir, "sheet", "--to", "sheets"); s.writes() != writes {
		t.Errorf("the sheet was written %d times more", s.writes()-writes)
	}
	s.Person(s.id).DeleteTab("Schema values")
	o = s.at(t, tuesday, dir, "schema", "--to", "html,sheets")
	if o.code != exitUsage || !strings.Contains(o.errOut, "somebody has deleted the tab Schema values") || !strings.Contains(o.errOut, "--new-tabs makes it anew") {
		t.Errorf("exit %d, says\n%s", o.code, o.errOut)
	}
	if _, err := os.Stat(filepath.Join(dir, "sheets", "schema.html")); err != nil {
		t.Error(err)
	}
	if s.must(t, dir, "schema", "--to", "sheets", "--new-tabs"); !slices.Contains(s.titles(), "Schema values") {
		t.Errorf("tabs %q", s.titles())
	}
}

func TestSchemaSaysWhatIsWrongWithItsFlags(t *testing.T) {
	dir := planned(t, "metric,2026-10\nvisits,7\n", "")
	for want, args := range map[string][]string{
		"--to: sheets: which spreadsheet? Write outputs: {sheets: {spreadsheet: ID}} into tearsheet.yaml": {"--to", "sheets"},
		`--to: "pdf" is none of html, xlsx, md, sheets`:                                                   {"--to", "pdf"},
		"--new-tabs: only with --to sheets":                                                               {"--to", "md", "--new-tabs"},
	} {
		if o := tearsheetAt(t, tuesday, dir, append([]string{"schema"}, args...)...); o.code != exitUsage || !strings.Contains(o.errOut, want) {
			t.Errorf("%q: exit %d, says\n%s", args, o.code, o.errOut)
		}
	}
}

// What programs read is JSON and nothing else, wherever a document went.
func TestAnswersOfGoogleAreJSON(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	for _, at := range []struct {
		command string
		want    []string // keys of the object, or of the first one of the list
	}{
		{"sheet --to sheets", []string{"counts", "days_computed", "edition", "files", "new", "provisional", "sheets", "statements"}},
		{"sheet --to sheets --verify", []string{"expected", "got", "ok", "step"}},
		{"schema --to md,sheets", []string{"files", "sheets"}},
		{"schema --to md", []string{"files"}},
	} {
		o := s.must(t, dir, append(strings.Fields(at.command), "--json")...)
		text := strings.TrimSpace(o.out)
		if strings.HasPrefix(text, "[") {
			var list []json.RawMessage
			if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) == 0 {
				t.Errorf("%s: %v: %s", at.command, err, text)
				continue
			}
			text = string(list[0])
		}
		var answer map[string]any
		if err := json.Unmarshal([]byte(text), &answer); err != nil || !slices.Equal(slices.Sorted(maps.Keys(answer)), at.want) {
			t.Errorf("%s: %v: %s", at.command, err, o.out)
		}
		if files, ok := answer["files"]; ok && files == nil {
			t.Errorf("%s: no files are null, not a list", at.command)
		}
	}
}

// The page tells a person that each line of --verify begins with ok.
func TestVerifySaysEachStepOnALine(t *testing.T) {
	s := newStandIn(t)
	o := s.must(t, s.project(t, "", ""), "sheet", "--to", "sheets", "--verify")
	for said := range strings.Lines(o.out) {
		if !strings.HasPrefix(said, "ok  ") {
			t.Errorf("a line that begins otherwise: %q", said)
		}
	}
}
