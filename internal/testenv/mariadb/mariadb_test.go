//go:build unix

package mariadb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
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
const holdVar = "TEARSHEET_TEST_HOLD_MARIADB"

func TestMain(m *testing.M) {
	if os.Getenv(holdVar) == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background())
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.Port, s.kept.Folder)
	time.Sleep(time.Hour)
}

func start(t *testing.T, options ...string) *Server {
	t.Helper()
	s, err := Start(t.Context(), options...)
	if errors.Is(err, ErrNotInstalled) {
		t.Skip("needs MariaDB: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func TestServerKeepsItsDataWhileItIsDownAndLeavesNothingBehind(t *testing.T) {
	s := start(t, "--server-id=7")
	if got := ask(t, s, "select @@server_id"); got != "7" {
		t.Errorf("server id %q: the options are not taken", got)
	}
	ask(t, s, "create database shop; create table shop.users (id int); insert into shop.users values (42)")
	if err := s.Down(t.Context()); err != nil || listens(s.Port) {
		t.Fatalf("down: %v, listens: %v", err, listens(s.Port))
	}
	if err := s.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, "select id from shop.users"); got != "42" {
		t.Errorf("after Down and Up the table holds %q", got)
	}
	s.Stop()
	if s.answers() || exists(s.kept.Folder) { // the port may be another's by now
		t.Errorf("after Stop: answers: %v, folder there: %v", s.answers(), exists(s.kept.Folder))
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
	port, folder, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !listens(port) || !exists(folder) {
		t.Fatalf("no server to test with: %s", line)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.Wait()
	for deadline := time.Now().Add(keeper.StopLimit); exists(folder) || listens(port); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%v after the kill: folder %s there: %v, listens: %v", keeper.StopLimit, folder, exists(folder), listens(port))
		}
	}
}

func TestServerThatCannotStartSaysWhyAndLeavesNothingBehind(t *testing.T) {
	start(t).Stop() // or a skip
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Dir(dir)} { // the server's user has to enter it
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir) // so that only this test's folders are seen
	s, err := Start(t.Context(), "--no-such-option")
	if s != nil || err == nil || !strings.Contains(err.Error(), "it ended at once") && !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("server %v, error %v; want an error alone, with the reason", s, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func ask(t *testing.T, s *Server, statement string) string {
	t.Helper()
	client, err := exec.LookPath("mariadb")
	if err != nil {
		t.Skip("needs mariadb (Debian: mariadb-client)")
	}
	out, err := exec.Command(client, append(s.Client(), "--batch", "--skip-column-names", "--execute="+statement)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// listens reports whether somebody takes connections on a port. A connection from a
// free port to itself, which loopback allows, is nobody's.
func listens(port string) bool {
	connection, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return false
	}
	defer connection.Close()
	return connection.LocalAddr().String() != connection.RemoteAddr().String()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
