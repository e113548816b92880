package testenv

import (
	"errors"
	"os"
	"sync"
	"testing"

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

// Main runs the tests of a package that asks for Postgres and returns when the
// server that was started for them has ended. Without Main the server ends all the
// same, soon after the process.
func Main(m *testing.M) int {
	defer private.stop()
	return m.Run()
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
	if errors.Is(s.err, postgres.ErrNotInstalled) {
		missing(t, "needs PostgreSQL: "+s.err.Error())
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.running.URL()
}

func (s *server) stop() {
	if s.running != nil {
		s.running.Stop()
	}
}
