//go:build unix

package keeper

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// giveAway lets a program run in the folder as its owner.
func giveAway(cmd *exec.Cmd, folder string, users []string) error {
	cmd.Dir = folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range users {
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
	return fmt.Errorf("the server does not run as root, and there is no user %s", strings.Join(users, " or "))
}

// kill ends the script and the server; the server's own children follow it.
func kill(script *exec.Cmd) { syscall.Kill(-script.Process.Pid, syscall.SIGKILL) }

// Kill ends a process that the script started, without giving it a chance to say so.
func Kill(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }
