// Command testrun is "make test": it finds or installs the programs that tests
// ask for, starts a PostgreSQL of its own on loopback, runs formatting, vet, lint
// and every test, and closes with what ran and what was skipped. With "bench" and
// packages it is "make bench".
//
// A skipped test is a failure here, but for what no package brings: the real
// histories from outside this repository, and the right to mount a small disk.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/postgres"
)

func main() { os.Exit(run()) }

// run returns the exit code, after everything that it started has ended.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, orphaned := context.WithCancel(ctx)
	defer orphaned()
	go watchParent(ctx, orphaned)

	if len(os.Args) > 1 && os.Args[1] == "bench" {
		return bench(ctx, os.Args[2:])
	}
	programs, err := wanted(".")
	if err != nil {
		return fail(err)
	}
	installErr := install(ctx, programs) // what can run without is still run
	if err := links(ctx); err != nil {
		return fail(errors.Join(installErr, err))
	}
	server, serverErr := postgres.Start(ctx)
	if serverErr == nil {
		defer server.Stop()
	}

	lintErr := lint(ctx)
	results, testErr := test(ctx, server)
	if ctx.Err() != nil {
		return fail(errors.New("interrupted"))
	}
	results.close(os.Stdout, versions(ctx, append(programs, "postgres", "mariadbd")))
	if err := errors.Join(installErr, serverErr, lintErr, testErr); err != nil {
		return fail(err)
	}
	if !results.good() {
		return 1
	}
	return 0
}

func fail(err error) int {
	fmt.Println("testrun:", err)
	return 1
}

// watchParent ends the run when "go run" above it was killed: a signal to it is
// not passed on.
func watchParent(ctx context.Context, orphaned func()) {
	parent := os.Getppid()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if os.Getppid() != parent {
				orphaned()
			}
		}
	}
}

// lint runs what needs no test and prints its complaints. Its error names who had
// some.
func lint(ctx context.Context) error {
	var faults []error
	for _, line := range []string{"gofmt -l .", "go vet ./...", "go tool staticcheck ./..."} {
		words := strings.Fields(line)
		out, err := command(ctx, words[0], words[1:]...).CombinedOutput()
		if err != nil || (words[0] == "gofmt" && len(out) > 0) {
			fmt.Printf("FAIL %s\n%s", line, out)
			faults = append(faults, fmt.Errorf("%s has complaints (see above)", line))
			continue
		}
		fmt.Println("ok  ", line)
	}
	return errors.Join(faults...)
}

// test runs every test, with the server's URL if there is one, and prints what
// failed as it comes.
func test(ctx context.Context, server *postgres.Server) (*results, error) {
	args := []string{"test", "-json", "-timeout", "20m", "-vet=off"} // lint has vetted
	if os.Getenv("CI") != "" {
		args = append(args, "-count=1") // nothing from the cache
	}
	cmd := command(ctx, "go", append(args, "./...")...)
	cmd.Env = append(os.Environ(), testenv.StrictVar+"=1")
	if server != nil {
		cmd.Env = append(cmd.Env, testenv.PostgresVar+"="+server.URL())
	}
	cmd.Stderr = os.Stderr
	results := newResults()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return results, err
	}
	if err := cmd.Start(); err != nil {
		return results, err
	}
	readErr := results.read(out, os.Stdout)
	if err := cmd.Wait(); err != nil && results.good() {
		return results, err
	}
	return results, readErr
}

// command is a program that is interrupted with the run, and killed if it does
// not end within ten seconds.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
