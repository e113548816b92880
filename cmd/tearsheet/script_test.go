package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tearsheet/internal/testenv/canary"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

// Each script is one promise of the command line. It begins in a folder with a copy of
// testdata/project.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			return copyMissing(filepath.Join(env.WorkDir, "project"), filepath.Join("testdata", "project"))
		},
		Condition: func(name string) (bool, error) {
			if name != "mount" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return mayMount(t), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"tmpfs":        tmpfs,
			"namesprocess": namesProcess,
			"plant":        plantIn,
		},
	})
}

// plantIn puts a secret into an environment variable, without showing it in the log of the
// script: plant NAME.
func plantIn(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], canary.Prefix+"4711")
}

// copyMissing copies the files of a folder that to does not have.
func copyMissing(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(to, entry.Name())
		if _, err := os.Stat(path); err == nil {
			continue // the script has its own
		}
		text, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o640); err != nil {
			return err
		}
	}
	return nil
}

// namesProcess wants the last standard error to name the process in a file:
// namesprocess FILE.
func namesProcess(ts *testscript.TestScript, _ bool, args []string) {
	if said, held := ts.ReadFile("stderr"), strings.TrimSpace(ts.ReadFile(args[0])); !strings.Contains(said, held+" ") {
		ts.Fatalf("%q does not name %s", said, held)
	}
}

// suite runs the tests of the package with a PostgreSQL of their own, if one needs it.
type suite struct{ *testing.M }

func (s suite) Run() int { return warehousetest.Main(s.M) }

// programs are what scripts can execute.
func programs() map[string]func() {
	return map[string]func(){
		"tearsheet":       main,
		"tearsheet-ahead": ahead,
		"exits":           exits,
		"holds":           holds,
		"awaits":          awaits,
		"dies":            dies,
	}
}

// aheadVariable is by how much the clock of tearsheet-ahead is ahead of the machine's.
const aheadVariable = "TEARSHEET_TEST_AHEAD"

// ahead is the program by a clock that is ahead.
func ahead() {
	by, err := time.ParseDuration(os.Getenv(aheadVariable))
	if err != nil {
		panic(err)
	}
	os.Exit(mainAt(func() time.Time { return time.Now().Add(by) }))
}

// exits runs a program and succeeds if it exits with the code: exits CODE PROGRAM ARG…
func exits() {
	want, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	program := exec.Command(os.Args[2], os.Args[3:]...)
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = program.Run()
	if got := program.ProcessState.ExitCode(); got != want {
		fmt.Fprintf(os.Stderr, "exit code %d, want %d\n", got, want)
		os.Exit(1)
	}
}

// holds keeps a warehouse open for filling until it is ended: holds FILE READY. READY
// is made, with the process in it, when it does.
func holds() {
	w, err := duck.Open(context.Background(), os.Args[1], warehouse.Limits{})
	if err != nil {
		panic(err)
	}
	defer w.Close()
	if err := os.WriteFile(os.Args[2], []byte(fmt.Sprintf("process %d\n", os.Getpid())), 0o640); err != nil {
		panic(err)
	}
	time.Sleep(time.Minute)
}

// awaits waits for a file: awaits FILE.
func awaits() {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(os.Args[1]); err == nil {
			return
		}
	}
	fmt.Fprintln(os.Stderr, os.Args[1], "does not come")
	os.Exit(1)
}

// dies writes a file of a project's output aside and is killed before it takes its
// name: dies FOLDER NAME.
func dies() {
	if _, err := writeAside(os.Args[1], filepath.Join(os.Args[1], os.Args[2]), []byte("half")); err != nil {
		panic(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
}
