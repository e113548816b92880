package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
	"tearsheet/workflow"
)

var saidDay = calendar.DayOn(2026, time.November, 11)

// likesFailed is the report of a run in which a day of a table failed.
func likesFailed() *pipeline.Report {
	return &pipeline.Report{RunID: "earlier", Nodes: []pipeline.NodeReport{{Name: "likes", Tables: []string{"likes"},
		Failures: []pipeline.Failure{{From: saidDay, To: saidDay + 1, Error: "a check", Kind: pipeline.FailedData}}}}}
}

// saying returns a program and what it says.
func saying() (a *app, out, errOut *bytes.Buffer) {
	out, errOut = new(bytes.Buffer), new(bytes.Buffer)
	return &app{out: out, errOut: errOut, now: time.Now}, out, errOut
}

// No node can be done in a run whose state does not answer: it ends, and can go on.
func TestAStateThatDoesNotAnswerEndsTheRun(t *testing.T) {
	if kind := failureKind(fmt.Errorf("step %q: %w", "likes", workflow.ErrState)); kind != pipeline.FailedStorage {
		t.Errorf("it is one of %s", kind)
	}
}

// What an interrupted run came to is told, and decides nothing: the run after it has
// tried anew what failed.
func TestTheLastReportDecides(t *testing.T) {
	good := &pipeline.Report{RunID: "later", Nodes: []pipeline.NodeReport{{Name: "likes", Tables: []string{"likes"}}}}
	a, _, errOut := saying()
	if err := a.holds([]*pipeline.Report{likesFailed(), good}); err != nil {
		t.Errorf("the sheet is held: %v", err)
	}
	if !strings.Contains(errOut.String(), "run earlier, which had been interrupted: load likes@2026-11-11: a check") {
		t.Errorf("it says %s", errOut)
	}
	if err := failed(last([]*pipeline.Report{likesFailed(), good})); err != nil {
		t.Errorf("the run failed: %v", err)
	}
	users := &pipeline.Report{RunID: "for users alone", Nodes: []pipeline.NodeReport{{Name: "users", Tables: []string{"users"}}}}
	if err := failed(last([]*pipeline.Report{likesFailed(), users})); exitCode(err) != exitHeld {
		t.Errorf("what the last run did not try is forgotten: %v", err)
	}
	err := a.holds([]*pipeline.Report{good, likesFailed()})
	if exitCode(err) != exitHeld || !strings.Contains(err.Error(), "the sheet is held") {
		t.Errorf("a sheet over what failed last: %v", err)
	}
	if a.report(err); !strings.Contains(errOut.String(), "hint: mend it") {
		t.Errorf("there is no hint: %s", errOut)
	}
}

// Nothing to do is said if all is as it should be, and of no other run.
func TestNothingToDoIsSaidOfWholeRunsOnly(t *testing.T) {
	node := func(kind pipeline.ProblemKind) pipeline.NodeReport {
		n := pipeline.NodeReport{Name: "staging.events", Tables: []string{"staging.events"}}
		if kind != "" {
			n.Problems = []pipeline.Problem{{Kind: kind, Place: "x.gz", Text: "cut off"}}
		}
		return n
	}
	for name, c := range map[string]struct {
		report pipeline.Report
		want   string
	}{
		"all as it should be": {pipeline.Report{Nodes: []pipeline.NodeReport{node("")}}, "nothing to do: 1 table, all as they should be"},
		"an odd one":          {pipeline.Report{Nodes: []pipeline.NodeReport{node(pipeline.Odd)}}, "nothing to do"},
		"a broken file":       {pipeline.Report{Nodes: []pipeline.NodeReport{node(pipeline.Broken)}}, "nothing new: 1 table as they were"},
		"a held file":         {pipeline.Report{Nodes: []pipeline.NodeReport{node(pipeline.Held)}}, "nothing new: 1 table as they were"},
		"a missing file":      {pipeline.Report{Nodes: []pipeline.NodeReport{node(pipeline.Missing)}}, "nothing new: 1 table as they were"},
		"cut short":           {pipeline.Report{RunID: "7", BrokeOff: true, Nodes: []pipeline.NodeReport{node("")}}, "run 7 broke off"},
	} {
		a, out, _ := saying()
		if a.sayRun(&c.report); !strings.HasPrefix(out.String(), c.want) {
			t.Errorf("%s: it says %s, want %s", name, out, c.want)
		}
	}
}

// A table of a source of several is told by its own name, and so is what to do about it.
func TestAFailedTableOfASourceIsToldByItsName(t *testing.T) {
	report := &pipeline.Report{Nodes: []pipeline.NodeReport{{Name: "production.users and 2 more", Tables: []string{"production.users", "production.photos", "production.orders"},
		Failures: []pipeline.Failure{{Table: "production.photos", From: warehouse.WholePart, To: warehouse.WholePart + 1, Error: "column title is gone", Kind: pipeline.FailedSetup}}}}}
	a, out, errOut := saying()
	a.sayRun(report)
	c, err := calendar.New("UTC", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := (&project{config: &config{calendar: c}}).runReport(report).mail()
	if err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		out.String():           "FAILED: production.photos",
		errOut.String():        "production.photos: column title is gone",
		failed(report).Error(): "not everything could be loaded: production.photos",
		mail.subject:           "1 of 3 tables failed (production.photos)",
		mail.text:              "tearsheet explain production.photos",
		mail.text + " ":        "The other 2 tables went well",
		fmt.Sprint(a.holds([]*pipeline.Report{report})): "load production.photos: column title is gone",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

// A run that breaks off is told by mail as one that failed is, and without passwords.
func TestARunThatBreaksOffIsToldByMail(t *testing.T) {
	p := newPostman(t, noTLS, nil)
	dir := night(t, nightDuckDB)
	text, err := os.ReadFile(filepath.Join(dir, configName))
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, dir, configName, string(text)+fmt.Sprintf("\nstatus_mail: {to: [a@example.com], from: t@example.com, smtp: 'smtp://%s:%d', tls: none}\n", p.host, p.port))
	overwrite(t, dir, "warehouse.duckdb", strings.Repeat("no warehouse\n", 1000))
	for i, args := range [][]string{{"run"}, {"sheet"}} {
		o := tearsheetAt(t, tuesday, dir, args...)
		if o.code == exitDone || !strings.Contains(o.errOut, "told a@example.com by mail") {
			t.Errorf("%v: exit %d\n%s%s", args, o.code, o.out, o.errOut)
		}
		if got := len(p.ids(t)); got != i+1 {
			t.Fatalf("%d mails after %v", got, args)
		}
		if text := parseMail(t, p.got[i]).parts["text/plain"]; !strings.Contains(text, "BROKE OFF") || !strings.Contains(text, "warehouse.duckdb") {
			t.Errorf("the mail says\n%s", text)
		}
	}
}

func TestWhoIsToldThatARunBrokeOff(t *testing.T) {
	p := &project{config: &config{warehouse: "postgres://anna:s%2Fecret@db/x", runs: "postgres://u@db/x?password=other"}}
	if got := p.brokeOff(t.Context(), runOptions{}, fmt.Errorf("dial anna:s%%2Fecret@db, s/ecret, other: refused")); got != "dial anna:***@db, ***, ***: refused" {
		t.Errorf("it says %s", got)
	}
	for name, c := range map[string]struct {
		o   runOptions
		err error
	}{
		"another one is active": {runOptions{}, &exitError{code: exitActive, err: workflow.ErrBusy}},
		"a name is wrong":       {runOptions{accept: []string{"x"}}, usageError(fmt.Errorf("nothing is known of x"))},
		"nothing is wrong":      {},
	} {
		if got := p.brokeOff(t.Context(), c.o, c.err); got != "" {
			t.Errorf("%s: told %s", name, got)
		}
	}
}
