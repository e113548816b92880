package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/workflow"
)

// openFault is the text of the error of opening a state.
func openFault(t *testing.T, state string) string {
	t.Helper()
	engine, err := workflow.Open(t.Context(), workflow.Options{State: state})
	if err == nil {
		t.Error("it opened")
		return engine.Close().Error()
	}
	return err.Error()
}

func TestStateThatCannotBeOpenedSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.sqlite")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	const begin = "; move the file away (with those beside it) and start again: it holds only the history of runs"
	for state, want := range map[string]string{
		"":   "state: no place is named; give the path of a file, or a postgres:// URL",
		text: "state " + text + ": file is not a database (26)" + begin,
		filepath.Join(dir, "no", "x.sqlite"): "state " + filepath.Join(dir, "no", "x.sqlite") +
			": unable to open database file (14); the folder must be there, and the file be ours to write",
	} {
		if got := openFault(t, state); got != want {
			t.Errorf("error\n%s, want\n%s", got, want)
		}
	}
}

// A page in the middle of a good state is overwritten.
func TestDamagedStateIsNamedAsSuch(t *testing.T) {
	state := file(t)
	engine, err := workflow.Open(t.Context(), workflow.Options{State: state, Bodies: only(nothing)})
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, engine, night("x"))
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(state)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(state, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("x", int(info.Size())-4096)), 4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got := openFault(t, state)
	if !strings.Contains(got, "malformed") || !strings.Contains(got, "move the file away") {
		t.Errorf("error %s", got)
	}
}

func TestLostStateLosesHistoryOnly(t *testing.T) {
	state := file(t)
	engine := open(t, state, only(nothing))
	mustRun(t, engine, night("x"))
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	lost, err := filepath.Glob(filepath.Join(filepath.Dir(state), "*"))
	if err != nil || len(lost) < 2 {
		t.Fatalf("files %q, %v", lost, err)
	}
	for _, path := range lost {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, state, only(nothing))
	if runs, err := again.History(t.Context(), 9); err != nil || len(runs) != 0 {
		t.Errorf("history %v, %v", runs, err)
	}
	mustRun(t, again, night("y"))
	wantShape(t, again, "1 y night done")
}

func TestReadingHistoryHindersNobody(t *testing.T) {
	state := file(t)
	reader := open(t, state, nil)
	writer := open(t, state, only(func(ctx context.Context, work *workflow.Work) error {
		_, err := reader.History(ctx, 1)
		return err
	}))
	for i := range 3 {
		mustRun(t, writer, night(fmt.Sprint(i)))
	}
	wantShape(t, reader, "3 2 night done")
}

func TestK01NoSecretInErrors(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	server := database(t)
	host := strings.SplitAfter(strings.SplitN(server, "@", 2)[len(strings.SplitN(server, "@", 2))-1], "/")[0]
	for _, state := range []string{
		"postgres://anna:canary-1%2Fbird@" + address + "/x?sslmode=disable",
		"postgres://anna@" + address + "/x?sslmode=disable&password=canary-1%2Fbird",
		"postgres://anna:canary-1/bird@" + address + "/x", // no URL
		"postgres://nobody:canary-1%2Fbird@" + host + "x?sslmode=disable",
		"postgres://anna:canary-1%2Fbird@" + address + "/x?sslmode=nonsense",
	} {
		got := openFault(t, state)
		if strings.Contains(got, "canary") || strings.Contains(got, "bird") {
			t.Errorf("the error tells the password: %s", got)
		}
		if !strings.HasPrefix(got, "state") {
			t.Errorf("error %s", got)
		}
	}
}

func TestServerThatIsDownIsSaidAtOnce(t *testing.T) {
	got := openFault(t, "postgres://anna@127.0.0.1:1/x?sslmode=disable")
	if !strings.HasPrefix(got, "state postgres://anna@127.0.0.1:1/x?sslmode=disable: ") || !strings.Contains(got, "connection refused") {
		t.Errorf("error %s", got)
	}
}

// With a state in a file no socket is opened: nobody listens, and nobody is called.
func TestNothingIsSaidOnTheNetworkOrTheTerminal(t *testing.T) {
	strace := testenv.Tool(t, "strace")
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-e", "trace=socket,connect,bind,listen,open,openat", "-o", trace, os.Args[0])
	cmd.Env = append(os.Environ(), childVar+"="+file(t))
	cmd.Stdin = strings.NewReader(strings.Repeat("x", 100))
	var said, complaints strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatal(err, complaints.String())
	}
	for line := range strings.Lines(said.String()) {
		if !strings.HasPrefix(line, "did ") && !strings.HasPrefix(line, "total ") && line != "end\n" {
			t.Errorf("said on the terminal: %s", line)
		}
	}
	if complaints.Len() > 0 {
		t.Errorf("said on the terminal: %s", complaints.String())
	}
	calls, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(calls), "the state %41.sqlite") {
		t.Error("the trace does not even show the state: it looks at nothing")
	}
	for line := range strings.Lines(string(calls)) {
		for _, call := range []string{"socket(", "connect(", "bind(", "listen("} {
			if strings.Contains(line, call) {
				t.Error(line)
			}
		}
	}
}

func TestEnvironmentOfDBOSIsRefused(t *testing.T) {
	for _, name := range []string{"DBOS__APPVERSION", "DBOS__VMID"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "7")
			if got := openFault(t, file(t)); !strings.Contains(got, "unset") {
				t.Errorf("error %s", got)
			}
		})
	}
}

// A full disk ends the run with an error that says so.
func TestL01FullDisk(t *testing.T) {
	testenv.OnSmallDisk(t, 2<<20, func(dir string) {
		big := strings.Repeat("x", 100_000)
		engine := open(t, filepath.Join(dir, "state.sqlite"), only(func(ctx context.Context, work *workflow.Work) error {
			for i := range 40 {
				if _, err := workflow.Do(ctx, work, workflow.Step{Name: fmt.Sprint(i)}, func(context.Context) (string, error) {
					return big, nil
				}); err != nil {
					return err
				}
			}
			return nil
		}))
		err := engine.Run(t.Context(), night("x"))
		if want := "state " + filepath.Join(dir, "state.sqlite") + ": database or disk is full (13)"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want in it %s", err, want)
		}
		wantError(t, err, workflow.ErrState)
		if errors.Is(err, context.Canceled) {
			t.Error("a full disk is no interruption")
		}
	})
}
