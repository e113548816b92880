package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/workbook/google/googletest"
)

// wholeSheet wants the files of a sheet in a folder, whole.
func wholeSheet(t *testing.T, dir string) {
	t.Helper()
	files := filesIn(t, filepath.Join(dir, "sheets"))
	if pdf := files[".pdf"]; !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
		t.Errorf("the PDF is not whole: %d bytes of %d files", len(pdf), len(files))
	}
	if xlsx := everyText(t, files[".xlsx"]); !bytes.Contains(xlsx, []byte("Visits")) {
		t.Errorf("the XLSX is not whole: %d bytes", len(files[".xlsx"]))
	}
}

// What Google or a person does to the spreadsheet costs no file and no mail: they are safe
// before it is asked.
func TestG01G02G03G05G08FilesAndMailAreSafeWhateverBecomesOfTheSpreadsheet(t *testing.T) {
	const share = "open the spreadsheet, press Share, enter " + googletest.Account + ", choose Editor, press Send"
	for name, c := range map[string]struct {
		happens func(*standIn)
		code    int
		says    []string
	}{
		"G05 down":                {func(s *standIn) { s.Fault(googletest.Any, 1).Status(503).Times(100) }, exitSource, []string{"does not work at the moment", "try again later"}},
		"G08 a page to sign in":   {func(s *standIn) { s.Fault(googletest.Get, 1).HTML().Times(100) }, exitSource, []string{"a web page"}},
		"G02 not shared any more": {func(s *standIn) { s.Share(s.id, googletest.Account, googletest.NoRole) }, exitUsage, []string{share}},
		"G02 to be read only":     {func(s *standIn) { s.Share(s.id, googletest.Account, googletest.Viewer) }, exitUsage, []string{share}},
		"G01 key refused":         {func(s *standIn) { s.RefuseTokens("Invalid JWT Signature.") }, exitUsage, []string{"key"}},
		"API off":                 {func(s *standIn) { s.Disable(true) }, exitUsage, []string{"enable"}},
		"G03 deleted":             {func(s *standIn) { s.Trash(s.id) }, exitUsage, []string{"spreadsheet"}},
		"storage is full":         {func(s *standIn) { s.FillStorage(s.id, true) }, exitStorage, []string{"storage"}},
		"G03 tab deleted":         {func(s *standIn) { s.Person(s.id).DeleteTab("Tearsheet data") }, exitUsage, []string{"somebody has deleted the tab Tearsheet data", "--new-tabs makes it anew"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, post := newStandIn(t), newPostman(t, noTLS, nil)
			dir := s.project(t, "", fmt.Sprintf("mail: {from: tearsheet@example.com, smtp: 'smtp://%s:%d', tls: none}\n", post.host, post.port))
			if name != "storage is full" { // which needs something to write
				s.must(t, dir, "sheet", "--week", "2026-11-08", "--to", "sheets")
			}
			c.happens(s)
			o := s.at(t, tuesday, dir, "sheet", "--to", "pdf,xlsx,sheets", "--mail", "execs@example.com")
			if o.code != c.code {
				t.Errorf("exit %d, want %d", o.code, c.code)
			}
			for _, part := range c.says {
				if !strings.Contains(o.errOut, part) {
					t.Errorf("does not say %q:\n%s", part, o.errOut)
				}
			}
			wholeSheet(t, dir)
			if len(post.got) != 1 {
				t.Fatalf("%d mails", len(post.got))
			}
			letter := strings.ReplaceAll(post.got[0], "=\r\n", "") // lines as they were
			if !strings.Contains(letter, "The sheet in Google Sheets could not be brought up to date") || !strings.Contains(letter, "application/pdf") {
				t.Errorf("the mail reads\n%s", letter)
			}
		})
	}
}

func TestG03DeletedTabIsMadeAnewOnlyWhenAsked(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	s.must(t, dir, "sheet", "--to", "sheets")
	s.Person(s.id).DeleteTab("Tearsheet data")
	if o := s.at(t, tuesday, dir, "sheet", "--to", "sheets"); o.code != exitUsage || s.writes() != 1 {
		t.Errorf("exit %d, %d writes\n%s", o.code, s.writes(), o.errOut)
	}
	s.must(t, dir, "sheet", "--to", "sheets", "--new-tabs")
	if cells := s.tab(t, "Tearsheet data").Cells; len(cells) < 35*8 {
		t.Errorf("the new tab has %d cells", len(cells))
	}
}
