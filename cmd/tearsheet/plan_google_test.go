package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tearsheet/plan"
	"tearsheet/tearsheet"
)

// served is a plan on a server: what it holds now, whether it can be reached, and what
// it was asked for.
type served struct {
	grid  plan.Grid
	err   error
	asked []planEntry
}

func (s *served) read(_ context.Context, c *config) (plan.Grid, error) {
	s.asked = append(s.asked, *c.plan)
	return s.grid, s.err
}

// gridOf is a plan of visits for October and November.
func gridOf(october, november string) plan.Grid {
	g := plan.Grid{Document: "Master plan", Source: "Master plan (Google Sheets)", Tab: "Plan"}
	for i, text := range []string{"metric", "2026-10", "2026-11", "visits", october, november} {
		g.Cells = append(g.Cells, plan.GridCell{Row: 1 + i/3, Column: 1 + i%3, Text: text})
	}
	return g
}

// with runs the program where plans on a server are read from s.
func (s *served) with(t testing.TB, dir string, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{out: &out, errOut: &errOut, now: func() time.Time { return tuesday }, plans: s.read}
	root := a.command()
	root.SetArgs(append([]string{"-C", dir}, args...))
	err := root.ExecuteContext(context.Background())
	a.report(err)
	return outcome{out.String(), errOut.String(), exitCode(err)}
}

func (s *served) sheet(t testing.TB, dir string) *tearsheet.Document {
	t.Helper()
	if o := s.with(t, dir, "sheet", "--week", "2026-11-15", "--to", "json"); o.code != exitDone {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	return readSheet(t, dir, "2026-11-15")
}

// onServer is the project of planned with its plan in a Google spreadsheet.
func onServer(t *testing.T, extra string) string {
	t.Helper()
	t.Setenv("TEARSHEET_TEST_PLAN", "1AbCdEfGhIjKlMnOpQrStUvWxYz")
	dir := planned(t, "metric,2026-10,2026-11\nvisits,6,13\n", "")
	overwrite(t, dir, configName, dailyConfig("plan: {google_sheet: '${TEARSHEET_TEST_PLAN}', range: 'Plan!A1:C9'}\n"+extra, "visits"))
	return dir
}

func TestSheetIsHeldAgainstThePlanInASpreadsheet(t *testing.T) {
	s := &served{grid: gridOf("6", "13")}
	dir := onServer(t, "")
	doc := s.sheet(t, dir)
	wantPlan(t, rowOf(t, doc, "visits"), "2026-11-01", "7", "7", tearsheet.OnPlan)
	wantPlan(t, rowOf(t, doc, "visits"), "2026-11-15", "13", "13", tearsheet.Behind)
	if !regexp.MustCompile(`^Plan: Master plan \(Google Sheets\), revision [0-9a-f]{8}$`).MatchString(doc.Plan.Text) {
		t.Errorf("the plan is printed as %q", doc.Plan.Text)
	}
	if len(s.asked) != 1 || s.asked[0].GoogleSheet != "1AbCdEfGhIjKlMnOpQrStUvWxYz" || s.asked[0].Range != "Plan!A1:C9" {
		t.Errorf("asked for %+v", s.asked)
	}
	if found := s.with(t, dir, "check"); found.code != exitDone || !strings.Contains(found.out, "the plan in Google Sheets") {
		t.Errorf("check: exit %d\n%s%s", found.code, found.out, found.errOut)
	}
}

func TestE06ChangedSpreadsheetMakesAnEditionAndAnotherLayoutNone(t *testing.T) {
	s := &served{grid: gridOf("6", "13")}
	dir := onServer(t, "")
	first := s.sheet(t, dir)
	for i := range s.grid.Cells {
		s.grid.Cells[i].Row += 3
	}
	if again := s.sheet(t, dir); again.Edition != first.Edition || again.Plan != first.Plan {
		t.Errorf("three rows above made edition %d of %d, %+v of %+v", again.Edition, first.Edition, again.Plan, first.Plan)
	}
	s.grid = gridOf("6", "14")
	if changed := s.sheet(t, dir); changed.Edition != 2 || changed.Plan.Text == first.Plan.Text {
		t.Errorf("another figure made edition %d, %q", changed.Edition, changed.Plan.Text)
	}
}

func TestSpreadsheetWithVersionsIsPrintedWithItsRevision(t *testing.T) {
	s := &served{grid: gridOf("6", "13")}
	s.grid.Cells = append(s.grid.Cells, plan.GridCell{Row: 1, Column: 4, Text: "version"}, plan.GridCell{Row: 2, Column: 4, Text: "budget"})
	if text := s.sheet(t, onServer(t, "")).Plan.Text; !regexp.MustCompile(`, budget, revision [0-9a-f]{8}$`).MatchString(text) {
		t.Errorf("the plan is printed as %q", text)
	}
}

// A sheet that silently has no plan would pass for one whose company has none.
func TestE01SheetIsNotMadeWithoutThePlanOfAServer(t *testing.T) {
	for name, want := range map[string]struct {
		err  error
		code int
	}{
		"down":       {&exitError{code: exitSource, err: errors.New("Google does not answer")}, exitSource},
		"not shared": {&exitError{code: exitUsage, err: errors.New("share it with robot@example.com")}, exitUsage},
		"stopped":    {context.Canceled, exitHeld},
	} {
		t.Run(name, func(t *testing.T) {
			s := &served{err: want.err}
			dir := onServer(t, "")
			for _, args := range [][]string{{"sheet", "--week", "2026-11-15"}, {"check"}} {
				o := s.with(t, dir, args...)
				if o.code != want.code || !strings.Contains(o.errOut, "tearsheet.yaml:3:22: plan: "+want.err.Error()) {
					t.Errorf("%s: exit %d, says\n%s%s", args[0], o.code, o.out, o.errOut)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "sheets")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a sheet was made: %v", err)
			}
		})
	}
	o := tearsheetAt(t, tuesday, onServer(t, ""), "sheet")
	if o.code != exitUsage || !strings.Contains(o.errOut, "Google Sheets cannot be read here") {
		t.Errorf("with no reader: exit %d, says\n%s", o.code, o.errOut)
	}
}

func TestE02FaultsOfASpreadsheetAreToldByCell(t *testing.T) {
	s := &served{grid: gridOf("tbd", "1,234")}
	o := s.with(t, onServer(t, ""), "check")
	want := "Master plan: Plan!B2: \"tbd\" is not a number\n" +
		"Master plan: Plan!C2: \"1,234\" may mean 1234 or 1.234: write it without the comma, or declare the decimal sign of the plan\n"
	if o.code != exitUsage || o.out != want {
		t.Errorf("exit %d, says\n%s%s", o.code, o.out, o.errOut)
	}
	s.grid = gridOf("6", "13")
	s.grid.Source = "Plan \U0001F680"
	if o := s.with(t, onServer(t, ""), "check"); o.code != exitUsage || !strings.Contains(o.out, "the name of the spreadsheet: it holds") {
		t.Errorf("a name that cannot be printed: exit %d, says\n%s%s", o.code, o.out, o.errOut)
	}
}

func TestFaultsOfFilesAreToldThoughTheServerIsDown(t *testing.T) {
	s := &served{err: &exitError{code: exitSource, err: errors.New("Google does not answer")}}
	o := s.with(t, onServer(t, "titel: A\n"), "check")
	if o.code != exitUsage || !strings.Contains(o.out, `unknown key "titel"`) || !strings.Contains(o.out, "warning: the plan could not be read as well: tearsheet.yaml:3:22: plan: Google does not answer") {
		t.Errorf("exit %d, says\n%s%s", o.code, o.out, o.errOut)
	}
}

func TestOnlyTheSheetAndTheCheckOfAProjectAskTheServer(t *testing.T) {
	s := &served{grid: gridOf("6", "13")}
	dir := onServer(t, "")
	for _, args := range [][]string{
		{"check", filepath.Join(dir, "plan.csv")}, {"check", filepath.Join(dir, registryName)},
		{"run"}, {"status"}, {"graph"}, {"explain", "visits"}, {"schema"},
	} {
		if o := s.with(t, dir, args...); o.code != exitDone || len(s.asked) > 0 {
			t.Errorf("%s: exit %d, asked %d times\n%s%s", fmt.Sprint(args), o.code, len(s.asked), o.out, o.errOut)
		}
	}
	if s.with(t, dir, "check", dir); len(s.asked) != 1 {
		t.Errorf("the check of a project asked %d times", len(s.asked))
	}
}
