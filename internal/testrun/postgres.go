package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// postgres is a server of this run alone: its own folder and a free port of
// loopback. It trusts whoever reaches it there, so that tests can log in as the
// roles that they make.
type postgres struct {
	url    string
	folder string
	cmd    *exec.Cmd
	ended  chan struct{}
}

const (
	superuser  = "tearsheet"
	startLimit = 60 * time.Second
	stopLimit  = 20 * time.Second
)

// startPostgres returns a server that answers. When it cannot, the returned
// server has no URL, and its stop cleans up what was made.
func startPostgres(ctx context.Context) (*postgres, error) {
	server := &postgres{}
	programs, err := postgresFolder()
	if err != nil {
		return server, err
	}
	if server.folder, err = os.MkdirTemp("", "tearsheet-postgres-"); err != nil {
		return server, err
	}
	if err := server.initialise(ctx, programs); err != nil {
		return server, err
	}
	port, err := freePort()
	if err != nil {
		return server, err
	}
	if err := server.start(ctx, programs, port); err != nil {
		return server, err
	}
	server.url = fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres?sslmode=disable", superuser, port)
	return server, nil
}

// initialise makes the data folder, owned by whom the server will run as.
func (s *postgres) initialise(ctx context.Context, programs string) error {
	if err := giveToServer(s.folder); err != nil {
		return err
	}
	cmd := s.program(ctx, filepath.Join(programs, "initdb"), "-D", s.data(), "-U", superuser,
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// start runs the server and waits until it answers.
func (s *postgres) start(ctx context.Context, programs string, port int) error {
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	// It is ended by stop, after the last test: not with the context, and not by
	// an interrupt from the keyboard.
	s.cmd = s.program(context.WithoutCancel(ctx), filepath.Join(programs, "postgres"), "-D", s.data(),
		"-h", "127.0.0.1", "-p", strconv.Itoa(port), "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	s.ended = make(chan struct{})
	go func() { s.cmd.Wait(); close(s.ended) }()

	deadline := time.After(startLimit)
	for {
		ready := command(ctx, filepath.Join(programs, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port))
		if ready.Run() == nil {
			return nil
		}
		select {
		case <-s.ended:
			said, _ := os.ReadFile(log.Name())
			return fmt.Errorf("the server ended at once:\n%s", said)
		case <-deadline:
			return fmt.Errorf("the server did not answer within %v", startLimit)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop ends the server that this run started, and no other, and removes its
// folder.
func (s *postgres) stop() {
	if s.cmd != nil {
		s.cmd.Process.Signal(os.Interrupt) // a fast shutdown
		select {
		case <-s.ended:
		case <-time.After(stopLimit):
			s.cmd.Process.Kill()
			<-s.ended
		}
	}
	if s.folder != "" {
		os.RemoveAll(s.folder)
	}
}

func (s *postgres) data() string { return filepath.Join(s.folder, "data") }

// program is one of PostgreSQL's programs, run as the server's user in its folder.
func (s *postgres) program(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := command(ctx, path, args...)
	cmd.Dir = s.folder
	runAsServer(cmd)
	return cmd
}

// postgresFolder returns the folder that holds initdb and postgres. Debian keeps
// it off the PATH, by version.
func postgresFolder() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("no initdb found (Debian: postgresql)")
	}
	return filepath.Dir(slices.Max(found)), nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
