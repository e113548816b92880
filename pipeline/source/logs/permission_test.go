//go:build unix

package logs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestA18FileThatMayNotBeReadIsToldAndTheOthersAreLoaded locks a file, and then the
// folder of a host. The superuser may read everything, so it runs as somebody else.
func TestA18FileThatMayNotBeReadIsToldAndTheOthersAreLoaded(t *testing.T) {
	if os.Getuid() == 0 {
		asNobody(t)
		return
	}
	p := newPlace(t, "web-1", "web-2")
	p.fill()
	locked := key("web-1", hour(10))
	p.lock(locked, 0)
	for range 2 { // it is told every night
		report := p.load()
		wantProblem(t, report.Broken, "logs/"+locked, "may not be read: permission denied")
		p.wantRows(47 * 3)
		p.wantCoverage(wednesday, 47, 48)
	}
	p.lock(locked, 0o644)
	if report := p.load(); report.Loaded != 1 || len(report.Broken) != 0 {
		t.Errorf("after the right was given: %+v", report)
	}
	p.wantRows(48 * 3)
	p.wantCoverage(wednesday, 48, 48)

	p.lock(locked, 0) // what was loaded of it stays
	report := p.load()
	wantProblem(t, report.Broken, "logs/"+locked, "what was loaded of it stays")
	p.wantRows(48 * 3)
	p.wantCoverage(wednesday, 48, 48)
	p.lock(locked, 0o644)

	p.lock("web-2", 0) // to a list, a folder that may not be read looks empty
	report = p.load()
	wantProblem(t, report.Broken, "logs/web-2", "may not be read: permission denied")
	p.wantRows(48 * 3)
	p.lock("web-2", 0o755)
	if report = p.load(); len(report.Broken) != 0 || report.Loaded != 0 {
		t.Errorf("after the right to the folder was given: %+v", report)
	}
}

// A day's folder that may not be read looks empty to a list: where hours without a file
// have no events, the whole day would be zero.
func TestA18DayWhoseFolderMayNotBeReadIsNotEmpty(t *testing.T) {
	if os.Getuid() == 0 {
		asNobody(t)
		return
	}
	p := newPlace(t, "web-1", "web-2")
	p.source.Path, p.source.MissingIsEmpty = "{host}/{day}/{hour}*", true
	for n := range 31 {
		for i, host := range p.source.Hosts {
			p.put(host+"/"+hour(n).Format("2006-01-02/15")+".log.gz", zip(events(hour(n), 100*i+n, 3)))
		}
	}
	locked := "web-1/2026-11-11"
	p.lock(locked, 0)
	wantProblem(t, p.load().Broken, "logs/"+locked, "may not be read: permission denied")
	p.wantCoverage(wednesday, 24, 48)
	p.lock(locked, 0o755)
	p.load()
	p.wantCoverage(wednesday, 48, 48)
	p.wantRows(2 * 31 * 3)
	p.lock("web-1", 0) // what is loaded stays, and the one folder that refuses is told once
	wantProblem(t, p.load().Broken, "logs/web-1", "may not be read: permission denied")
	p.wantCoverage(wednesday, 48, 48)
	p.wantRows(2 * 31 * 3)
	p.lock("web-1", 0o755)
}

func (p *place) lock(name string, mode os.FileMode) {
	p.Helper()
	if err := os.Chmod(filepath.Join(p.dir, name), mode); err != nil {
		p.Fatal(err)
	}
}

// asNobody runs the test once more, in a process without rights.
func asNobody(t *testing.T) {
	t.Helper()
	const nobody = 65534
	dir, err := os.MkdirTemp("", "nobody") // t.TempDir lies in a folder that nobody may enter
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "logs.test")
	content, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(binary, content, 0o755)
	}
	if err == nil {
		err = os.Chown(dir, nobody, nobody)
	}
	if err != nil {
		t.Fatal(err)
	}
	again := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	again.Dir, again.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	again.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
