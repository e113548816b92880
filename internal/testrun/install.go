package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/internal/testenv/postgres"
)

// install brings the Debian packages of what is missing, as root. Its error names
// what is still missing afterwards.
func install(ctx context.Context, programs []string) error {
	packages := lacking(ctx, programs)
	if len(packages) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("missing, and not installed for want of root or of apt-get: %s", strings.Join(packages, " "))
	}
	if err := bring(ctx, packages); err != nil {
		return err
	}
	if packages = lacking(ctx, programs); len(packages) > 0 {
		return fmt.Errorf("still missing after apt-get install: %s", strings.Join(packages, " "))
	}
	return nil
}

// bring installs packages and prints which.
func bring(ctx context.Context, packages []string) error {
	fmt.Println("installing Debian packages:", strings.Join(packages, " "))
	if err := apt(ctx, "update", "-qq"); err != nil {
		return err
	}
	return apt(ctx, append([]string{"install", "-qq", "-y", "--no-install-recommends"}, packages...)...)
}

// lacking returns the Debian packages of the programs that are missing, of
// PostgreSQL, of MariaDB and of the compiler, each once.
func lacking(ctx context.Context, programs []string) []string {
	var packages []string
	add := func(program string) {
		_, debian := testenv.Product(program)
		packages = append(packages, debian)
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			add(program)
		}
	}
	if _, err := postgres.Programs(); err != nil {
		add("postgres")
	}
	if _, err := mariadb.Program(); err != nil {
		add("mariadbd")
	}
	if links(ctx) != nil {
		add("g++")
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}

// apt never asks: it has no terminal and no standard input.
func apt(ctx context.Context, args ...string) error {
	cmd := command(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// errNoCompiler opens every complaint about cgo.
var errNoCompiler = errors.New("DuckDB is linked in through cgo, which needs a C compiler and the C++ library (Debian: g++)")

// links tells why a program cannot be linked as DuckDB is.
func links(ctx context.Context) error {
	out, err := command(ctx, "go", "env", "CGO_ENABLED", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	enabled, compiler, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if enabled != "1" {
		return fmt.Errorf("%w: CGO_ENABLED is %s", errNoCompiler, enabled)
	}
	dir, err := os.MkdirTemp("", "tearsheet-links-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	words := append(strings.Fields(compiler), "-x", "c", "-o", filepath.Join(dir, "program"), "-", "-lstdc++")
	cmd := command(ctx, words[0], words[1:]...)
	cmd.Stdin = strings.NewReader("int main(void) { return 0; }\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s: %w\n%s", errNoCompiler, compiler, err, out)
	}
	return nil
}
