package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// together runs the program in so many processes at once and returns what came of each.
func together(t *testing.T, n int, dir string, args ...string) []outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	outcomes := make([]outcome, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			var out, errOut bytes.Buffer
			process := exec.CommandContext(ctx, "tearsheet", append([]string{"-C", dir}, args...)...)
			process.Stdout, process.Stderr = &out, &errOut
			_ = process.Run()
			outcomes[i] = outcome{out.String(), errOut.String(), process.ProcessState.ExitCode()}
		})
	}
	all.Wait()
	return outcomes
}

// F07: sheets that are made at once are one edition, with the same bytes.
func TestSheetsAtOnceAreOneEdition(t *testing.T) {
	db, url := emptyDuckDB(t)
	fillVisits(t, db, "2026-11-09", steady...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	dir := scenario(t, "company: Test\ntimezone: UTC\nwarehouse: {url: '"+url+"', filled_by: others, complete_through: 2026-11-15}\n", registry(counted("visits")))
	args := append([]string{"sheet", "--as-of", "2026-11-17"}, everyFormat...)
	for i, o := range together(t, 4, dir, args...) {
		if o.code != exitDone || strings.Count(o.out, "\n") != len(formats) {
			t.Errorf("process %d: exit %d\n%s%s", i, o.code, o.out, o.errOut)
		}
	}
	wantOneEdition(t, dir)
}

// Where Tearsheet fills the warehouse itself, whoever comes second may be told so, and
// then does nothing.
func TestSheetsAtOnceWithLoads(t *testing.T) {
	dir := missingDays(t)
	done := 0
	args := append([]string{"sheet", "--as-of", "2026-11-17"}, everyFormat...)
	for i, o := range together(t, 4, dir, args...) {
		switch {
		case o.code == exitDone:
			done++
		case o.code != exitActive || o.out != "" || !strings.Contains(o.errOut, "holds the warehouse"):
			t.Errorf("process %d: exit %d\n%s%s", i, o.code, o.out, o.errOut)
		}
	}
	if done == 0 {
		t.Error("nobody made the sheet")
	}
	wantOneEdition(t, dir)
}

// wantOneEdition wants one edition in the store, its files as they were written, and
// nothing beside them.
func wantOneEdition(t *testing.T, dir string) {
	t.Helper()
	if o := mustRun(t, dir, "editions"); strings.Count(o.out, "\n") != 2 {
		t.Errorf("the editions are\n%s", o.out)
	}
	written := filesIn(t, filepath.Join(dir, "sheets"))
	if len(written) != len(formats) {
		t.Errorf("%d files", len(written))
	}
	wantSameFiles(t, "the edition", written, openedAgain(t, dir, "1"))
}

// An interrupted run says so, keeps what it did, and leaves nothing half-written.
func TestInterruptedRunSaysSo(t *testing.T) { // L04
	db, url := emptyPostgres(t)
	fillVisits(t, db, "2026-11-09", steady...)
	mustExec(t, db, "create view slow as select day from visits, pg_sleep(600)") // nobody waits for its end
	dir := scenario(t, "company: Test\ntimezone: UTC\nwarehouse: {url: '"+url+"', filled_by: others, complete_from: 2026-11-09}\n",
		registry(counted("visits"), counted("slow")))
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		interrupt(t, db, dir, signal, want)
	}
}

// interrupt stops a sheet that waits for its statement.
func interrupt(t *testing.T, db *sql.DB, dir string, signal syscall.Signal, want int) {
	var errOut bytes.Buffer
	untilSlow(t, db, false) // the statement of an earlier process is over
	process := exec.CommandContext(t.Context(), "tearsheet", "-C", dir, "sheet", "--as-of", "2026-11-17", "--to", "csv")
	process.Stderr = &errOut
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	untilSlow(t, db, true)
	if err := process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait()
	if code := process.ProcessState.ExitCode(); code != want || !strings.Contains(errOut.String(), "interrupted") {
		t.Errorf("%s: exit %d: %s", signal, code, &errOut)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "sheets", "*")); len(files) > 0 {
		t.Errorf("it left %v", files)
	}
}

// untilSlow waits until the server runs the slow statement, or runs it no more.
func untilSlow(t *testing.T, db *sql.DB, runs bool) {
	t.Helper()
	for {
		var running int
		if err := db.QueryRowContext(t.Context(), "select count(*) from pg_stat_activity where query like '%slow%' and state = 'active' and pid <> pg_backend_pid()").Scan(&running); err != nil {
			t.Fatal(err)
		}
		if running > 0 == runs {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A file that never ends, such as a pipe that nobody writes to, does not hold whoever
// insists.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, configName)
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no pipe here: ", err)
	}
	process := exec.CommandContext(t.Context(), "tearsheet", "-C", dir, "check")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the program reads
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := process.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	_ = process.Wait()
	if code := process.ProcessState.ExitCode(); code != 143 {
		t.Errorf("exit %d", code)
	}
}

// C01, C02, N03 to N09: whoever is killed, the next run makes the sheet that an
// undisturbed run makes, and leaves nothing aside.
func TestSheetAfterAKillIsTheSame(t *testing.T) {
	args := append([]string{"sheet", "--as-of", "2026-11-17"}, everyFormat...)
	undisturbed := missingDays(t)
	begin := time.Now()
	if o := together(t, 1, undisturbed, args...)[0]; o.code != exitDone {
		t.Fatalf("exit %d\n%s", o.code, o.errOut)
	}
	took := time.Since(begin)
	want := filesIn(t, filepath.Join(undisturbed, "sheets"))
	const kills = 6
	dir := missingDays(t)
	for i := range kills {
		process := exec.CommandContext(t.Context(), "tearsheet", append([]string{"-C", dir}, args...)...)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i+1) / (kills + 1)) // where it is then, differs from run to run
		_ = process.Process.Kill()
		_ = process.Wait()
		for ext, content := range whole(t, filepath.Join(dir, "sheets")) {
			if !bytes.Equal(content, want[ext]) {
				t.Errorf("after kill %d the %s file is neither absent nor whole", i, ext)
			}
		}
	}
	if o := together(t, 1, dir, args...)[0]; o.code != exitDone {
		t.Fatalf("after the kills: exit %d\n%s", o.code, o.errOut)
	}
	wantSameFiles(t, "the sheet after the kills", filesIn(t, filepath.Join(dir, "sheets")), want)
	wantOneEdition(t, dir)
}

// whole returns the files that have their names, by extension; none if there is no
// folder yet.
func whole(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "tearsheet-*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		files[filepath.Ext(path)] = []byte(mustRead(t, path))
	}
	return files
}
