//go:build unix

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// giveAway lets a program run in the folder as its owner, in a process group of
// its own, so that an interrupt from the keyboard leaves its end to us. PostgreSQL
// refuses to run as root, so there the owner becomes postgres, or nobody.
func giveAway(cmd *exec.Cmd, folder string) error {
	cmd.Dir = folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return err
		}
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(folder, int(uid), int(gid))
	}
	return errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

// kill ends the keeper and the server; the server's own children follow it.
func kill(keeper *exec.Cmd) { syscall.Kill(-keeper.Process.Pid, syscall.SIGKILL) }
