//go:build unix

package warehousetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/internal/testenv"
)

// Postgres returns the URL of a fresh database that ends with the test. Its server
// is the one that TEARSHEET_TEST_POSTGRES names, or one that is started for this
// process. Without PostgreSQL's programs the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	admin := os.Getenv(testenv.PostgresVar)
	if admin == "" {
		var err error
		if admin, err = private.url(); errors.Is(err, errNoPrograms) {
			Missing(t, "needs PostgreSQL: "+err.Error())
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Log(testenv.Uses + "postgres")
	name := fmt.Sprintf("tearsheet_%d_%d", os.Getpid(), databases.Add(1))
	run(t, admin, "create database "+name)
	t.Cleanup(func() { run(t, admin, "drop database if exists "+name+" with (force)") })
	fresh, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	fresh.Path = "/" + name
	return fresh.String()
}

// Missing skips a test for want of something, or fails it where nothing may be
// skipped.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv(testenv.StrictVar) != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Main runs the tests of a package and ends its private server, if one was started.
// The server ends with the process in any case; Main waits for it.
func Main(m *testing.M) int {
	defer private.stop()
	return m.Run()
}

func run(t testing.TB, url, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

var (
	databases atomic.Int64 // gives each database of this process its own name
	private   privateServer
)

var errNoPrograms = errors.New("initdb is neither in PATH nor in /usr/lib/postgresql/*/bin")

// privateServer is a PostgreSQL that lives as long as the process that started it.
type privateServer struct {
	once     sync.Once
	address  string
	err      error
	keeper   *exec.Cmd
	lifeline io.Closer
}

func (p *privateServer) url() (string, error) {
	p.once.Do(func() { p.err = p.start() })
	return p.address, p.err
}

func (p *privateServer) stop() {
	if p.keeper != nil {
		p.lifeline.Close()
		p.keeper.Wait()
	}
}

// keep runs the server until its standard input ends, which it does when the test
// process ends, however it ends; then it removes the folder.
const keep = `"$1/postgres" -D "$2/data" -k "$2" -h 127.0.0.1 -p "$3" -F -c max_connections=50 -c shared_buffers=32MB -c log_min_messages=fatal >"$2/log" 2>&1 & server=$!
cat >/dev/null; kill -INT $server; wait $server; rm -rf "$2"`

func (p *privateServer) start() error {
	programs, err := serverPrograms()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "tearsheet-postgres-")
	if err != nil {
		return err
	}
	as, err := notRoot(folder)
	if err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(programs, "initdb"), "-D", filepath.Join(folder, "data"), "-U", "tearsheet", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	initdb.SysProcAttr, initdb.Dir = as, folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	p.keeper = exec.Command("/bin/sh", "-c", keep, "sh", programs, folder, strconv.Itoa(port))
	p.keeper.SysProcAttr, p.keeper.Dir = as, folder
	if p.lifeline, err = p.keeper.StdinPipe(); err != nil {
		return err
	}
	if err := p.keeper.Start(); err != nil {
		return err
	}
	p.address = fmt.Sprintf("postgres://tearsheet@127.0.0.1:%d/postgres?sslmode=disable", port)
	return p.wait(filepath.Join(folder, "log"))
}

func (p *privateServer) wait(log string) error {
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(context.Background(), p.address); err == nil {
			return conn.Close(context.Background())
		}
	}
	text, _ := os.ReadFile(log)
	return fmt.Errorf("private PostgreSQL does not answer: %w\n%s", err, text)
}

// serverPrograms returns the folder of initdb and postgres, the newest if there are
// several.
func serverPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNoPrograms
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// notRoot returns how to start a program as somebody else than root, whom PostgreSQL
// refuses, and gives him the folder.
func notRoot(folder string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the tests
	if os.Getuid() != 0 {
		return attributes, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		somebody, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(somebody.Uid)
		gid, _ := strconv.Atoi(somebody.Gid)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attributes, os.Chown(folder, uid, gid)
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
