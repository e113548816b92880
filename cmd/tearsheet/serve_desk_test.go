package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tearsheet/mail"
	"tearsheet/store"
	"tearsheet/workbook/google/googletest"
	"tearsheet/workflow"
)

// sevenOClock is the slot of the projects below: Tuesday, 07:00 in Toronto.
var sevenOClock = time.Date(2026, time.November, 17, 12, 0, 0, 0, time.UTC)

// desk is a project with a schedule, and all that its slot has to do with: Google, a mail
// server, and whoever listens to its heart.
type desk struct {
	begun       bool // its schedule has begun
	dir         string
	sheets      *googletest.Server
	spreadsheet string
	beats       atomic.Int64 // how often the address of the heartbeat was asked
}

// both get the sheet.
func both() []string { return []string{"ann@example.org", "bob@example.org"} }

// newDesk makes a project whose sheet goes out at seven o'clock by the mail server at
// a port of this machine. more are lines of its mail.
func newDesk(t *testing.T, port int, more string) *desk {
	t.Helper()
	d := &desk{}
	var err error
	if d.sheets, err = googletest.New(googletest.Options{NoQuota: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.sheets.Close(); err != nil {
			t.Error(err)
		}
	})
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { d.beats.Add(1) }))
	t.Cleanup(listener.Close)
	d.spreadsheet = d.sheets.Create("Tearsheet")
	d.sheets.Share(d.spreadsheet, googletest.Account, googletest.Editor)
	key, err := d.sheets.KeyFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d.dir = scenario(t, dailyConfig(fmt.Sprintf(`as_of: 2026-11-17
plan: {file: plan.csv}
google: {credentials: %s, endpoint: %s}
outputs: {sheets: {spreadsheet: %s}}
heartbeat: {url: %s/ping}
mail:
  from: tearsheet@example.com
  reply_to: data@example.com
  smtp: smtp://127.0.0.1:%d
  tls: none
%sschedule:
  tuesday: {on: tuesday, at: "07:00", run: [sheet], to: [pdf, xlsx, sheets], mail: [%s]}
`, key, d.sheets.URL, d.spreadsheet, listener.URL, port, more, strings.Join(both(), ", ")), "visits"),
		registry(counted("visits")), dayFiles(t, "visits", "2026-11-02", 4, 4, 4, 4, 4, 4, 4, 1, 2, 3, 4, 5, 6, 7),
		map[string]string{"plan.csv": "metric,2026-11\nvisits,6\n"})
	return d
}

// begin lets the schedule begin an hour before its slot.
func (d *desk) begin(t *testing.T) {
	t.Helper()
	d.begun = true
	if o := tearsheetAt(t, sevenOClock.Add(-time.Hour), d.dir, "schedule", "begin", "tuesday"); o.code != exitDone {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
}

// child is a program that runs beside the test.
type child struct {
	process *exec.Cmd
	ended   func() // waits for its end
	mutex   sync.Mutex
	said    []string
	lines   chan string
}

// start runs the program by a clock that shows at now.
func (d *desk) start(t *testing.T, at time.Time, args ...string) *child {
	t.Helper()
	const tooLong = 2 * time.Minute // of a program that hangs
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	c := &child{process: exec.CommandContext(ctx, "tearsheet-ahead", append([]string{"-C", d.dir}, args...)...), lines: make(chan string, 1000)}
	c.process.Env = append(os.Environ(), aheadVariable+"="+time.Until(at).String())
	errOut, err := c.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	c.ended = sync.OnceFunc(func() {
		for scanner := bufio.NewScanner(errOut); scanner.Scan(); {
			c.mutex.Lock()
			c.said = append(c.said, scanner.Text())
			c.mutex.Unlock()
			c.lines <- scanner.Text()
		}
		close(c.lines)
		_ = c.process.Wait() // its exit code is asked for
		cancel()
	})
	go c.ended()
	t.Cleanup(func() { c.kill(); c.ended() })
	return c
}

func (c *child) kill() { _ = c.process.Process.Kill() } // it may have ended

// code waits for the end of the program and returns its exit code.
func (c *child) code() int {
	c.ended()
	return c.process.ProcessState.ExitCode()
}

// text is what it has said.
func (c *child) text() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return strings.Join(c.said, "\n")
}

// says waits for a line that matches, and reports whether it came before the end of the
// program.
func (c *child) says(pattern *regexp.Regexp) bool {
	for line := range c.lines {
		if pattern.MatchString(line) {
			return true
		}
	}
	return false
}

// await waits for a line that has to come.
func (c *child) await(t *testing.T, pattern *regexp.Regexp) {
	t.Helper()
	if !c.says(pattern) {
		t.Fatalf("it never says %s, but\n%s", pattern, c.text())
	}
}

// slotOver is what serve says when a slot is done or has failed for good.
var slotOver = regexp.MustCompile(` tuesday 2026-11-17T07:00 (is done|failed:)`)

// stop ends serve as an operator does, and wants the exit code of that.
func (c *child) stop(t *testing.T) {
	t.Helper()
	if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := c.code(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit %d after SIGTERM\n%s", code, c.text())
	}
}

// serve serves the slot at seven o'clock, from a second before it until it is over.
func (d *desk) serve(t *testing.T) *child {
	t.Helper()
	if !d.begun { // a machine that is slow to start finds it due all the same
		d.begin(t)
	}
	c := d.start(t, sevenOClock.Add(-time.Second), "serve")
	c.await(t, slotOver)
	c.stop(t)
	return c
}

// kept is what the store of a project holds of its slot.
type kept struct {
	slot     workflow.Entry
	letters  []mail.Letter
	editions []store.Edition
}

func (d *desk) kept(t *testing.T) kept {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(d.dir, ".tearsheet", "store.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var k kept
	var errs [3]error
	k.slot, _, errs[0] = s.Last(t.Context(), "tuesday")
	k.letters, errs[1] = s.Outbox().Letters(t.Context())
	k.editions, errs[2] = s.Editions(t.Context())
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// over reports whether nothing will be done any more for the slot.
func (k kept) over() bool {
	return slices.Contains([]workflow.State{workflow.Done, workflow.Failed}, k.slot.State)
}

// tabs returns what the spreadsheet shows.
func (d *desk) tabs() googletest.Snapshot { return d.sheets.Snapshot(d.spreadsheet) }
