package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv/mariadb"
	"tearsheet/internal/testenv/postgres"
)

// recorder stands where a test stands and keeps what it is told. Its Skip and
// Fatal end the calling function by panic, as a real test would end by Goexit.
type recorder struct {
	testing.TB
	skipped, failed, logged string
}

type ended struct{}

func (r *recorder) Helper()           {}
func (r *recorder) Log(args ...any)   { r.logged = fmt.Sprint(args...) }
func (r *recorder) Skip(args ...any)  { r.skipped = fmt.Sprint(args...); panic(ended{}) }
func (r *recorder) Fatal(args ...any) { r.failed = fmt.Sprint(args...); panic(ended{}) }

func record(t *testing.T, f func(testing.TB)) (r *recorder) {
	r = &recorder{TB: t}
	defer func() {
		if e := recover(); e != nil && e != (ended{}) {
			panic(e)
		}
	}()
	f(r)
	return r
}

func TestMissingToolIsSkippedWithItsPackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(StrictVar, "")
	r := record(t, func(tb testing.TB) { Tool(tb, "pdftoppm") })
	if want := "needs pdftoppm (Debian: poppler-utils)"; r.skipped != want || r.failed != "" {
		t.Errorf("skipped %q, failed %q; want skipped %q", r.skipped, r.failed, want)
	}
}

func TestMissingToolFailsInStrictRuns(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(StrictVar, "1")
	r := record(t, func(tb testing.TB) { Tool(tb, "qpdf") })
	if want := "needs qpdf (Debian: qpdf)"; r.failed != want || r.skipped != "" {
		t.Errorf("skipped %q, failed %q; want failed %q", r.skipped, r.failed, want)
	}
}

func TestInstalledToolIsFoundAndLogged(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "qpdf")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	r := record(t, func(tb testing.TB) {
		if got := Tool(tb, "qpdf"); got != path {
			t.Errorf("Tool = %q, want %q", got, path)
		}
	})
	if r.logged != "uses qpdf" {
		t.Errorf("logged %q, want the name of the tool", r.logged)
	}
}

func TestPostgresOfTheRunIsTakenAndLogged(t *testing.T) {
	const url = "postgres://tearsheet@127.0.0.1:1/postgres"
	t.Setenv(PostgresVar, url)
	r := record(t, func(tb testing.TB) {
		if got := Postgres(tb); got != url {
			t.Errorf("Postgres = %q, want %q", got, url)
		}
	})
	if r.logged != "uses postgres" {
		t.Errorf("logged %q", r.logged)
	}
}

func TestMissingPostgresFailsInStrictRunsOnly(t *testing.T) {
	none := &server{}
	none.once.Do(func() { none.err = postgres.ErrNotInstalled })
	t.Setenv(StrictVar, "")
	if r := record(t, func(tb testing.TB) { none.url(tb) }); !strings.Contains(r.skipped, "Debian: postgresql") {
		t.Errorf("plain run: skipped %q, want a reason that names the package", r.skipped)
	}
	t.Setenv(StrictVar, "1")
	if r := record(t, func(tb testing.TB) { none.url(tb) }); !strings.Contains(r.failed, "Debian: postgresql") {
		t.Errorf("strict run: failed %q, want a reason that names the package", r.failed)
	}
}

func TestMissingMariaDBFailsInStrictRunsOnly(t *testing.T) {
	none := &mariaServer{}
	none.once.Do(func() { none.err = mariadb.ErrNotInstalled })
	t.Setenv(StrictVar, "")
	if r := record(t, func(tb testing.TB) { none.get(tb) }); !strings.Contains(r.skipped, "Debian: mariadb-server") {
		t.Errorf("plain run: skipped %q, want a reason that names the package", r.skipped)
	}
	t.Setenv(StrictVar, "1")
	if r := record(t, func(tb testing.TB) { none.get(tb) }); !strings.Contains(r.failed, "Debian: mariadb-server") {
		t.Errorf("strict run: failed %q, want a reason that names the package", r.failed)
	}
}

func TestMissingSharedDataIsASkipEvenInStrictRuns(t *testing.T) {
	root := filepath.Join(t.TempDir(), "repository")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	t.Setenv(StrictVar, "1")
	r := record(t, func(tb testing.TB) { SharedData(tb) })
	if r.skipped != NoSharedData || r.failed != "" {
		t.Errorf("skipped %q, failed %q; want skipped %q", r.skipped, r.failed, NoSharedData)
	}
}

func TestRootIsFoundFromAFolderBelow(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if got := Root(t); got != root {
		t.Errorf("Root = %q, want %q", got, root)
	}
}
