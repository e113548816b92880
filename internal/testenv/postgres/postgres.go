// Package postgres runs a PostgreSQL server for tests: in a folder of its own, on
// a free port of loopback, for as long as the process that started it. It ends
// with that process however the process ends, also if it is killed.
//
// The server trusts whoever reaches it, so that tests can log in as the roles that
// they make, and it does not flush to disk.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tearsheet/internal/testenv/keeper"
)

// ErrNotInstalled says that a machine lacks PostgreSQL's programs.
var ErrNotInstalled = errors.New("initdb is neither in PATH nor in " + debian + " (Debian: postgresql)")

// debian keeps PostgreSQL's programs off the PATH, by version.
const debian = "/usr/lib/postgresql/*/bin"

const startLimit = 60 * time.Second

// Server is a server that answers.
type Server struct {
	url  string
	kept *keeper.Keeper
}

// Start returns a server that answers, or an error and nothing left behind. The
// error is ErrNotInstalled where PostgreSQL is missing.
func Start(ctx context.Context) (*Server, error) {
	programs, err := Programs()
	if err != nil {
		return nil, err
	}
	kept, err := keeper.New("tearsheet-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{kept: kept}
	if err := s.start(ctx, programs); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// URL names the server's first database, for its superuser.
func (s *Server) URL() string { return s.url }

// Stop ends the server, removes its folder and returns when both are done. It may
// be called again.
func (s *Server) Stop() { s.kept.Stop() }

func (s *Server) start(ctx context.Context, programs string) error {
	port, err := keeper.FreePort()
	if err != nil {
		return err
	}
	if err := s.kept.Start([]string{"postgres", "nobody"}, keeping, programs, s.kept.Folder, port); err != nil {
		return err
	}
	s.url = fmt.Sprintf("postgres://tearsheet@127.0.0.1:%s/postgres?sslmode=disable", port)
	return s.answers(ctx, filepath.Join(programs, "pg_isready"), port)
}

// keeping is what the keeper does until its standard input ends. SIGQUIT is an end
// without ceremony; one that comes too early is lost, so it is repeated.
const keeping = `trap '' QUIT
{
	"$1/initdb" -D "$2/data" -U tearsheet --auth=trust --encoding=UTF8 --locale=C --no-sync &&
	"$1/postgres" -D "$2/data" -h 127.0.0.1 -p "$3" -k '' -F -c max_connections=200 -c shared_buffers=32MB
	touch "$2/ended"
} >"$2/log" 2>&1 </dev/null &
cat >/dev/null
while kill -0 $! 2>/dev/null; do kill -QUIT 0; sleep 0.1; done
cd / && rm -rf "$2"`

// answers waits until the server takes connections.
func (s *Server) answers(ctx context.Context, isReady, port string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %v", startLimit))
	defer cancel()
	for exec.CommandContext(ctx, isReady, "-q", "-h", "127.0.0.1", "-p", port).Run() != nil {
		cause := context.Cause(ctx)
		if _, err := os.Stat(filepath.Join(s.kept.Folder, "ended")); err == nil {
			cause = errors.New("it ended at once")
		}
		if cause != nil {
			said, _ := os.ReadFile(filepath.Join(s.kept.Folder, "log"))
			return fmt.Errorf("private PostgreSQL: %w\n%s", cause, said)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

// Programs returns the folder that holds initdb and postgres; where Debian has
// several versions, the newest.
func Programs() (string, error) { return programs(debian) }

func programs(pattern string) (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob(filepath.Join(pattern, "initdb"))
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// version is 15 for /usr/lib/postgresql/15/bin/initdb.
func version(initdb string) int {
	parts := strings.Split(filepath.ToSlash(initdb), "/")
	n, _ := strconv.Atoi(parts[len(parts)-3])
	return n
}
