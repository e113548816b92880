package testenv

import (
	"errors"
	"os"
	"sync"
	"testing"

	"tearsheet/internal/testenv/mariadb"
	"tearsheet/internal/testenv/postgres"
)

// Postgres returns the URL of a PostgreSQL superuser on a server that belongs to
// the test run alone: the one that "make test" names, or one that is started for
// this process. Tests make databases or schemas of their own in it.
func Postgres(t testing.TB) string {
	t.Helper()
	url := os.Getenv(PostgresVar)
	if url == "" {
		url = private.url(t)
	}
	t.Log(Uses + "postgres")
	return url
}

// MariaDB returns a MariaDB server of this process, which stands for MySQL. Tests make
// databases of their own in it; one that stops the server, or kills what others run in
// it, starts a server of its own.
func MariaDB(t testing.TB) *mariadb.Server {
	t.Helper()
	server := privateMariaDB.get(t)
	t.Log(Uses + "mariadbd")
	return server
}

// OwnMariaDB returns a MariaDB server that belongs to a test and ends with it. Options
// are further ones of mariadbd.
func OwnMariaDB(t testing.TB, options ...string) *mariadb.Server {
	t.Helper()
	server, err := mariadb.Start(t.Context(), options...)
	orMissing(t, "MariaDB", err, mariadb.ErrNotInstalled)
	t.Cleanup(server.Stop)
	t.Log(Uses + "mariadbd")
	return server
}

// Main runs the tests of a package that asks for Postgres or MariaDB and returns when
// the servers that were started for them have ended. Without Main the servers end all
// the same, soon after the process.
func Main(m *testing.M) int {
	defer private.stop()
	defer privateMariaDB.stop()
	return m.Run()
}

// orMissing ends a test for which a server could not be started.
func orMissing(t testing.TB, name string, err, notInstalled error) {
	t.Helper()
	if errors.Is(err, notInstalled) {
		missing(t, "needs "+name+": "+err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// privateMariaDB is the server of this process, started when the first test asks.
var privateMariaDB mariaServer

type mariaServer struct {
	once    sync.Once
	running *mariadb.Server
	err     error
}

func (s *mariaServer) get(t testing.TB) *mariadb.Server {
	t.Helper()
	s.once.Do(func() { s.running, s.err = mariadb.Start(t.Context()) })
	orMissing(t, "MariaDB", s.err, mariadb.ErrNotInstalled)
	return s.running
}

func (s *mariaServer) stop() {
	if s.running != nil {
		s.running.Stop()
	}
}

// private is the server of this process, started when the first test asks.
var private server

type server struct {
	once    sync.Once
	running *postgres.Server
	err     error
}

func (s *server) url(t testing.TB) string {
	t.Helper()
	s.once.Do(func() { s.running, s.err = postgres.Start(t.Context()) })
	orMissing(t, "PostgreSQL", s.err, postgres.ErrNotInstalled)
	return s.running.URL()
}

func (s *server) stop() {
	if s.running != nil {
		s.running.Stop()
	}
}
