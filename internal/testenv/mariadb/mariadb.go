// Package mariadb runs a MariaDB server for tests: in a folder of its own, on a free
// port of loopback, for as long as the process that started it. It ends with that
// process however the process ends, also if it is killed.
//
// Its user tearsheet, with the password that Password names, may do everything. The
// server writes a binary log, so that it can have replicas, and does not flush to disk.
package mariadb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tearsheet/internal/testenv/keeper"
)

// ErrNotInstalled says that a machine lacks MariaDB's programs.
var ErrNotInstalled = errors.New("mariadbd is neither in PATH nor in /usr/sbin (Debian: mariadb-server)")

const startLimit = 60 * time.Second

// The user who may do everything, and a password that no error text may hold.
const (
	User     = "tearsheet"
	Password = "canary-Ro$e/42@x"
)

// Server is a server that answers, unless it was sent Down.
type Server struct {
	Port string
	kept *keeper.Keeper
}

// Start returns a server that answers, or an error and nothing left behind. The error
// is ErrNotInstalled where MariaDB is missing. Options are further ones of mariadbd,
// such as --server-id=2.
func Start(ctx context.Context, options ...string) (*Server, error) {
	server, err := Program()
	if err != nil {
		return nil, err
	}
	kept, err := keeper.New("tearsheet-mariadb-")
	if err != nil {
		return nil, err
	}
	s := &Server{kept: kept}
	if err := s.start(ctx, server, options); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// DSN names a database of the server, or none if it is "", for the user who may do
// everything, in the form of the Go driver.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("%s:%s@tcp(127.0.0.1:%s)/%s", User, Password, s.Port, database)
}

// Client returns the arguments with which MariaDB's own programs reach the server.
func (s *Server) Client() []string {
	return []string{"--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--port=" + s.Port, "--user=" + User, "--password=" + Password, "--skip-ssl"}
}

// Stop ends the server, removes its folder and returns when both are done. It may be
// called again.
func (s *Server) Stop() { s.kept.Stop() }

// Down ends the server and returns when nobody listens any more. Its data stay.
func (s *Server) Down(ctx context.Context) error {
	if err := os.WriteFile(s.file("down"), nil, 0o644); err != nil {
		return err
	}
	text, err := os.ReadFile(s.file("pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	if err := keeper.Kill(pid); err != nil {
		return err
	}
	return s.until(ctx, "it still answers", func() bool { return !s.answers() })
}

// Up starts a server that was sent Down again, with its data and on its port.
func (s *Server) Up(ctx context.Context) error {
	if err := os.WriteFile(s.file("up"), nil, 0o644); err != nil {
		return err
	}
	return s.until(ctx, "no answer", s.answers)
}

func (s *Server) file(name string) string { return filepath.Join(s.kept.Folder, name) }

// keeping is what the keeper does until its standard input ends: it runs the server,
// and runs it again after the file down was there, once the file up is.
const keeping = `folder=$1 server=$2 port=$3
shift 3
{
	mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db &&
	while :; do
		"$server" --no-defaults --datadir="$folder/data" --socket="$folder/socket" --pid-file="$folder/pid" --init-file="$folder/init.sql" \
			--bind-address=127.0.0.1 --port="$port" --skip-name-resolve --max-connections=200 --server-id=1 --log-bin=binlog \
			--innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=192M --innodb-fast-shutdown=2 --sync-binlog=0 "$@"
		rm -f "$folder/pid"
		test -e "$folder/down" || break
		until test -e "$folder/up"; do sleep 0.05; done
		rm "$folder/down" "$folder/up"
	done
	touch "$folder/ended"
} >"$folder/log" 2>&1 </dev/null &
cat >/dev/null
kill -KILL $! $(cat "$folder/pid")
while ! rm -rf "$folder"; do sleep 0.1; done`

func (s *Server) start(ctx context.Context, server string, options []string) error {
	var err error
	if s.Port, err = keeper.FreePort(); err != nil {
		return err
	}
	grant := fmt.Sprintf("create user if not exists %[1]s@'127.0.0.1' identified by '%[2]s';\ngrant all on *.* to %[1]s@'127.0.0.1' with grant option;\n", User, Password)
	if err := os.WriteFile(s.file("init.sql"), []byte(grant), 0o644); err != nil {
		return err
	}
	arguments := append([]string{s.kept.Folder, server, s.Port}, options...)
	if err := s.kept.Start([]string{"mysql", "nobody"}, keeping, arguments...); err != nil {
		return err
	}
	return s.until(ctx, "no answer", s.answers)
}

// until waits until something holds.
func (s *Server) until(ctx context.Context, otherwise string, holds func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("%s within %v", otherwise, startLimit))
	defer cancel()
	for !holds() {
		cause := context.Cause(ctx)
		if _, err := os.Stat(s.file("ended")); err == nil {
			cause = errors.New("it ended at once")
		}
		if cause != nil {
			said, _ := os.ReadFile(s.file("log"))
			return fmt.Errorf("private MariaDB: %w\n%s", cause, said)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// answers reports whether the server greets whoever connects: it does when it takes
// passwords, for the user is made before.
func (s *Server) answers() bool {
	connection, err := net.DialTimeout("tcp", "127.0.0.1:"+s.Port, time.Second)
	if err != nil {
		return false
	}
	defer connection.Close()
	connection.SetReadDeadline(time.Now().Add(time.Second))
	_, err = io.ReadFull(connection, make([]byte, 5)) // the length of the greeting, and its version
	return err == nil
}

// Program returns the path of mariadbd, which Debian keeps off the PATH of most users.
func Program() (string, error) {
	for _, name := range []string{"mariadbd", "/usr/sbin/mariadbd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotInstalled
}
