//go:build !unix

package postgres

import (
	"errors"
	"os/exec"
)

func giveAway(*exec.Cmd, string) error {
	return errors.New("a private PostgreSQL is started on Unix only")
}

func kill(keeper *exec.Cmd) { keeper.Process.Kill() }
