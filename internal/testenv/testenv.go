// Package testenv gives tests what they need from the machine: programs, a
// PostgreSQL or MariaDB server, a disk that fills up, real data. A test that cannot have what it needs is
// skipped with one uniform message, so that a run can list what it left out.
//
// Under "make test" (TEARSHEET_TEST_STRICT=1) a missing program or server fails
// the test instead: there a skip would hide that nothing was checked.
//
// Only tests import this package.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Names of the environment variables by which "make test" speaks to tests.
const (
	// StrictVar is "1" when a missing tool or server is a failure.
	StrictVar = "TEARSHEET_TEST_STRICT"
	// PostgresVar holds the URL of a PostgreSQL superuser on a private server.
	// Without it each test process that asks starts a server of its own.
	PostgresVar = "TEARSHEET_TEST_POSTGRES"
)

// Reasons of skips that are skips in strict runs, too: no package brings what is
// missing.
const (
	// NoSharedData is said without the real histories in ../shared/data, which
	// are no part of this repository.
	NoSharedData = "needs ../shared/data (real histories; not part of this repository)"
	// NoSmallDisk is said where a container forbids every way to mount a small
	// file system.
	NoSmallDisk = "needs the right to mount a small file system (as root outside a container, or in a user namespace)"
)

// Uses begins the line that a test logs for each program it was given. By these
// lines a run knows which programs were really at work.
const Uses = "uses "

// Tool returns the path of an installed program. Without it the test is skipped
// (in strict runs: fails) with the Debian package that brings it.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		_, debian := Product(name)
		missing(t, "needs "+name+" (Debian: "+debian+")")
	}
	t.Log(Uses + name)
	return path
}

// SharedData returns the absolute path of ../shared/data, seen from the root of
// the repository. Without it the test is skipped, in strict runs too.
func SharedData(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(Root(t), "..", "shared", "data")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Skip(NoSharedData)
	}
	return dir
}

// Root returns the absolute path of the repository: the nearest folder at or
// above the working directory that holds go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}

func missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv(StrictVar) == "1" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// Product returns the product that a program belongs to and the Debian package
// that brings it; most are called like the program.
func Product(program string) (name, debianPackage string) {
	switch program {
	case "pdftoppm", "pdftotext", "pdfinfo", "pdffonts", "pdfimages":
		return "poppler", "poppler-utils"
	case "soffice", "libreoffice":
		return "LibreOffice", "libreoffice-calc"
	case "postgres":
		return "PostgreSQL", "postgresql"
	case "mariadbd":
		return "MariaDB", "mariadb-server"
	case "mariadb":
		return "MariaDB client", "mariadb-client"
	case "smtpd":
		return "OpenSMTPD", "opensmtpd"
	case "systemd-analyze":
		return "systemd", "systemd"
	case "chromium":
		return "Chromium", "chromium"
	}
	return program, program
}
