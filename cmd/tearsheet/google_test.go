package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/workbook/google/googletest"
)

// standIn is the stand-in of Google Sheets, with a spreadsheet that its account may edit.
type standIn struct {
	*googletest.Server
	id, key string
	slept   []time.Duration
}

func newStandIn(t testing.TB) *standIn {
	t.Helper()
	server, err := googletest.New(googletest.Options{NoQuota: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s := &standIn{Server: server, id: server.Create("Executive metrics")}
	server.Share(s.id, googletest.Account, googletest.Editor)
	if s.key, err = server.KeyFile(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return s
}

// at runs the program at an instant. Waits are noted, and over at once.
func (s *standIn) at(t testing.TB, now time.Time, dir string, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{out: &out, errOut: &errOut, now: func() time.Time { return now }, codes: exitCodes{}}
	a.plans = a.googlePlan
	a.google.sleep = func(ctx context.Context, d time.Duration) error {
		s.slept = append(s.slept, d)
		return ctx.Err()
	}
	root := a.command()
	root.SetArgs(append([]string{"-C", dir}, args...))
	err := root.ExecuteContext(t.Context())
	a.report(err)
	return outcome{out.String(), errOut.String(), exitCode(err)}
}

func (s *standIn) must(t testing.TB, dir string, args ...string) outcome {
	t.Helper()
	o := s.at(t, tuesday, dir, args...)
	if o.code != exitDone {
		t.Fatalf("tearsheet %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.out, o.errOut)
	}
	return o
}

// writes is how many writes came to the stand-in.
func (s *standIn) writes() int {
	n := 0
	for _, call := range s.Calls() {
		if call.Kind == googletest.BatchUpdate {
			n++
		}
	}
	return n
}

// titles are the titles of the tabs, from the left.
func (s *standIn) titles() []string {
	shot := s.Snapshot(s.id)
	titles := make([]string, len(shot.Tabs))
	for _, tab := range shot.Tabs {
		titles[tab.Index] = tab.Title
	}
	return titles
}

// tab returns the tab with a title.
func (s *standIn) tab(t testing.TB, title string) googletest.Tab {
	t.Helper()
	for _, tab := range s.Snapshot(s.id).Tabs {
		if tab.Title == title {
			return tab
		}
	}
	t.Fatalf("no tab %q among %q", title, s.titles())
	return googletest.Tab{}
}

// keys are the lines of tearsheet.yaml by which a project finds the spreadsheet.
func (s *standIn) keys(sheets string) string {
	return fmt.Sprintf("google: {credentials: '%s', endpoint: '%s'}\noutputs: {sheets: {spreadsheet: %s%s}}\n", s.key, s.URL, s.id, sheets)
}

// project is a company of one metric whose sheet goes to the spreadsheet.
func (s *standIn) project(t testing.TB, sheets, extra string) string {
	t.Helper()
	days := slices.Repeat([]int{7}, 49+5*7) // 28 September to 20 December
	days[46] = 21
	return scenario(t, dailyConfig("plan: {file: plan.csv}\n"+s.keys(sheets)+extra, "visits"), registry(counted("visits")),
		dayFiles(t, "visits", "2026-09-28", days...), map[string]string{"plan.csv": "metric,2026-10,2026-11,2026-12\nvisits,7,7,7\n"})
}

func TestSheetThatStandsThereIsNotWrittenAgain(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	first := s.must(t, dir, "sheet", "--to", "xlsx,sheets")
	if s.writes() != 1 || !strings.Contains(first.errOut, `Google Sheets: written into "Executive metrics"`) {
		t.Errorf("%d writes\n%s", s.writes(), first.errOut)
	}
	if !strings.Contains(first.out, "tearsheet-2026-11-15.xlsx\n") || !strings.HasSuffix(first.out, "/"+s.id+"/edit#gid="+fmt.Sprint(s.tab(t, "Tearsheet").Properties["sheetId"])+"\n") {
		t.Errorf("says\n%s", first.out)
	}
	before := s.Snapshot(s.id)
	again := s.must(t, dir, "sheet", "--to", "xlsx,sheets")
	if s.writes() != 1 || !strings.Contains(again.errOut, `"Executive metrics" shows it already`) || again.out != first.out {
		t.Errorf("%d writes\n%s%s", s.writes(), again.out, again.errOut)
	}
	if differ := googletest.Diff(before, s.Snapshot(s.id)); len(differ) > 0 {
		t.Errorf("%d things differ, the first: %s", len(differ), differ[0])
	}
	overwrite(t, dir, "data/visits/2026-11-14.csv", "written,n\n2026-11-14,1\n")
	if o := s.must(t, dir, "sheet", "--to", "sheets"); s.writes() != 2 { // a sheet that differs is written
		t.Errorf("%d writes\n%s", s.writes(), o.errOut)
	}
}

func TestAnswerForProgramsSaysWhatWasWritten(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	type answer struct {
		Files  []string
		Sheets struct {
			URL, Title    string
			Changed       bool
			Restored      []string
			RestoredCount int `json:"restored_count"`
		}
	}
	ask := func() (a answer) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.must(t, dir, "--json", "sheet", "--to", "sheets").out), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(); !a.Sheets.Changed || a.Sheets.Title != "Executive metrics" || !strings.Contains(a.Sheets.URL, s.id) || len(a.Files) != 0 || a.Sheets.Restored == nil {
		t.Errorf("answered %+v", a)
	}
	if a := ask(); a.Sheets.Changed || a.Sheets.RestoredCount != 0 {
		t.Errorf("the second run answered %+v", a)
	}
	s.Person(s.id).EditCell("Tearsheet", "D7", 1)
	if a := ask(); !a.Sheets.Changed || a.Sheets.RestoredCount != 1 || !slices.Equal(a.Sheets.Restored, []string{"Tearsheet!D7"}) {
		t.Errorf("after an edit answered %+v", a)
	}
}

func TestG07EditOfAPersonIsRestoredAndSaid(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	s.must(t, dir, "sheet", "--to", "sheets")
	before := s.Snapshot(s.id)
	p := s.Person(s.id)
	p.EditCell("Tearsheet", "L7", 99)
	p.FormatCell("Tearsheet definitions", "A2")
	p.ClearCell("Tearsheet", "B7")
	o := s.must(t, dir, "sheet", "--to", "sheets")
	if want := "what people had changed in it is as it was: Tearsheet!B7, Tearsheet!L7, Tearsheet definitions!A2\n"; !strings.Contains(o.errOut, want) {
		t.Errorf("says\n%s", o.errOut)
	}
	after := s.Snapshot(s.id)
	before.Metadata, after.Metadata = nil, nil
	for _, line := range googletest.Diff(before, after) {
		t.Error(line)
	}
	p.EditCell("Tearsheet", "Z7", "my note") // beside it
	if o := s.must(t, dir, "sheet", "--to", "sheets"); s.writes() != 2 || !strings.Contains(o.errOut, "shows it already") {
		t.Errorf("%d writes\n%s", s.writes(), o.errOut)
	}
}

func TestArchiveKeepsThreePastSheets(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, ", archive: 3", "")
	for week := range 5 {
		now := tuesday.AddDate(0, 0, 7*week)
		o := s.at(t, now, dir, "sheet", "--to", "sheets")
		if o.code != exitDone {
			t.Fatalf("exit %d\n%s", o.code, o.errOut)
		}
		if gone := "past sheets taken away: Tearsheet 2026-11-"; (week >= 3) != strings.Contains(o.errOut, gone) {
			t.Errorf("week %d says\n%s", week, o.errOut)
		}
	}
	var kept []string
	for _, title := range s.titles() {
		if strings.HasPrefix(title, "Tearsheet 2") {
			kept = append(kept, title)
		}
	}
	slices.Sort(kept)
	if want := []string{"Tearsheet 2026-11-29", "Tearsheet 2026-12-06", "Tearsheet 2026-12-13"}; !slices.Equal(kept, want) {
		t.Errorf("kept %q", kept)
	}
}

// A key that is not there is found long before Tuesday, and with nobody asked.
func TestCheckFindsAKeyThatIsNoKey(t *testing.T) {
	s := newStandIn(t)
	dir := s.project(t, "", "")
	s.must(t, dir, "sheet", "--to", "csv") // so that there is a warehouse
	s.must(t, dir, "check")
	calls := len(s.Calls())
	for name, change := range map[string]func() error{
		"it is empty":           func() error { return os.WriteFile(s.key, nil, 0o600) },
		"there is no such file": func() error { return os.Remove(s.key) },
	} {
		key, err := os.ReadFile(s.key)
		if err != nil {
			t.Fatal(err)
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		o := s.at(t, tuesday, dir, "check")
		if o.code != exitUsage || !strings.Contains(o.out+o.errOut, "tearsheet.yaml: google: credentials: key file "+s.key+": "+name) {
			t.Errorf("%s: exit %d\n%s%s", name, o.code, o.out, o.errOut)
		}
		if err := os.WriteFile(s.key, key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Calls()) != calls {
		t.Errorf("Google was asked %d times", len(s.Calls())-calls)
	}
}
