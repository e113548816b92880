package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/workbook/google/googletest"
)

// planTab fills a tab of the spreadsheet with a plan of visits.
func (s *standIn) planTab(october, november any) {
	p := s.Person(s.id)
	p.AddTab("Plan")
	for cell, value := range map[string]any{"A1": "metric", "B1": "2026-10", "C1": "2026-11", "A2": "visits", "B2": october, "C2": november} {
		p.EditCell("Plan", cell, value)
	}
}

// planProject is a company whose plan is the tab Plan of the spreadsheet.
func (s *standIn) planProject(t *testing.T) string {
	t.Helper()
	dir := planned(t, "", "")
	overwrite(t, dir, configName, dailyConfig(fmt.Sprintf("plan: {google_sheet: %s, range: 'Plan!A1:C9'}\n", s.id)+s.keys(""), "visits"))
	return dir
}

func TestE06PlanInTheSpreadsheetIsReadAndItsRevisionPrinted(t *testing.T) {
	s := newStandIn(t)
	s.planTab(6, 13)
	s.Share(s.id, googletest.Account, googletest.Viewer) // to read is enough
	dir := s.planProject(t)
	sheet := func() *tearsheet.Document {
		t.Helper()
		s.must(t, dir, "sheet", "--week", "2026-11-15", "--to", "json")
		return readSheet(t, dir, "2026-11-15")
	}
	doc := sheet()
	wantPlan(t, rowOf(t, doc, "visits"), "2026-11-01", "7", "7", tearsheet.OnPlan)
	if !regexp.MustCompile(`^Plan: Executive metrics \(Google Sheets\), revision [0-9a-f]{8}$`).MatchString(doc.Plan.Text) {
		t.Errorf("the plan is printed as %q", doc.Plan.Text)
	}
	s.Person(s.id).AddColumn("Plan", "a remark beside it")
	if again := sheet(); again.Plan != doc.Plan || again.Edition != doc.Edition {
		t.Errorf("a remark made edition %d, %q", again.Edition, again.Plan.Text)
	}
	s.Person(s.id).EditCell("Plan", "C2", 14)
	if changed := sheet(); changed.Plan == doc.Plan || changed.Edition != 2 {
		t.Errorf("another figure made edition %d, %q", changed.Edition, changed.Plan.Text)
	}
	if s.writes() != 0 {
		t.Errorf("%d writes", s.writes())
	}
}

func TestE02FaultOfAPlanInTheSpreadsheetIsToldByCell(t *testing.T) {
	s := newStandIn(t)
	s.planTab("tbd", 13)
	s.Person(s.id).EditCell("Plan", "C2", "=SPARKLINE(Nowhere!A1)")
	o := s.at(t, tuesday, s.planProject(t), "check")
	if o.code != exitUsage || !strings.Contains(o.out, `Executive metrics: Plan!B2: "tbd" is not a number`) || !strings.Contains(o.out, "Executive metrics: Plan!C2: ") {
		t.Errorf("exit %d, says\n%s%s", o.code, o.out, o.errOut)
	}
}

func TestE01PlanInASpreadsheetThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*standIn)
		code    int
		says    string
	}{
		"down":       {func(s *standIn) { s.Fault(googletest.Get, 1).Status(503).Times(100) }, exitSource, "try again later"},
		"not shared": {func(s *standIn) { s.Share(s.id, googletest.Account, googletest.NoRole) }, exitUsage, "enter " + googletest.Account + ", choose Viewer"},
		"no tab":     {func(s *standIn) { s.Person(s.id).RenameTab("Plan", "Budget") }, exitUsage, "Plan"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t)
			s.planTab(6, 13)
			dir := s.planProject(t)
			c.happens(s)
			o := s.at(t, tuesday, dir, "sheet", "--week", "2026-11-15")
			if o.code != c.code || !strings.Contains(o.errOut, "plan: ") || !strings.Contains(o.errOut, c.says) {
				t.Errorf("exit %d, says\n%s", o.code, o.errOut)
			}
			if _, err := os.Stat(filepath.Join(dir, "sheets")); !os.IsNotExist(err) {
				t.Errorf("a sheet was made: %v", err)
			}
		})
	}
}
