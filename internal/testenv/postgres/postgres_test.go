//go:build unix

package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv/keeper"
)

// holdVar makes this test binary a process that starts a server and waits to be
// killed.
const holdVar = "TEARSHEET_TEST_HOLD_POSTGRES"

func TestMain(m *testing.M) {
	if os.Getenv(holdVar) == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background())
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.URL(), s.kept.Folder)
	time.Sleep(time.Hour)
}

func start(t *testing.T) *Server {
	t.Helper()
	s, err := Start(t.Context())
	if errors.Is(err, ErrNotInstalled) {
		t.Skip("needs PostgreSQL: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func TestServerAnswersAndLeavesNothingBehind(t *testing.T) {
	s := start(t)
	if !answers(t, s.URL()) {
		t.Fatal("the server does not answer")
	}
	s.Stop()
	if answers(t, s.URL()) {
		t.Error("the server still answers after Stop")
	}
	if exists(s.kept.Folder) {
		t.Errorf("%s is still there", s.kept.Folder)
	}
	s.Stop()
}

func TestServerEndsWhenItsProcessIsKilled(t *testing.T) {
	start(t).Stop() // or a skip
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holdVar+"=1")
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, folder, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !answers(t, address) || !exists(folder) {
		t.Fatalf("no server to test with: %s", line)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.Wait()
	for deadline := time.Now().Add(keeper.StopLimit); exists(folder) || answers(t, address); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%v after the kill: folder %s there: %v, server answers: %v", keeper.StopLimit, folder, exists(folder), answers(t, address))
		}
	}
}

func TestServerThatCannotStartSaysWhyAndLeavesNothingBehind(t *testing.T) {
	start(t).Stop() // or a skip
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := t.TempDir()
	for name, text := range map[string]string{"initdb": "#!/bin/sh\necho the reason", "postgres": "#!/bin/sh\n", "pg_isready": "#!/bin/sh\nexit 2"} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	programs, err := Programs()
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		ctx         context.Context
		path, wants string
	}{
		{cancelled, programs, "context canceled"},
		{t.Context(), public(t, broken), "it ended at once\nthe reason"},
	}
	for _, c := range cases {
		t.Setenv("TMPDIR", public(t, t.TempDir())) // so that only this test's folders are seen
		t.Setenv("PATH", c.path+":"+os.Getenv("PATH"))
		s, err := Start(c.ctx)
		if s != nil || err == nil || !strings.Contains(err.Error(), c.wants) {
			t.Errorf("server %v, error %v; want an error alone: %s", s, err, c.wants)
		}
		if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// public lets the server's user enter a test's folder.
func public(t *testing.T, dir string) string {
	t.Helper()
	for _, path := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewestOfSeveralVersionsIsFound(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	root := t.TempDir()
	pattern := filepath.Join(root, "*", "bin")
	if _, err := programs(pattern); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("error is %v, want %v", err, ErrNotInstalled)
	}
	for _, version := range []string{"9", "17", "15"} {
		bin := filepath.Join(root, version, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := programs(pattern); err != nil || got != filepath.Join(root, "17", "bin") {
		t.Errorf("programs = %q, %v", got, err)
	}
}

func answers(t *testing.T, address string) bool {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", parsed.Host)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
