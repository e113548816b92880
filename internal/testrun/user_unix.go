//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// giveToServer makes the server's user the owner. PostgreSQL refuses to run as
// root, so there it runs as postgres, or as nobody.
func giveToServer(path string) error {
	owner := serverUser()
	if owner == nil {
		return nil
	}
	return os.Chown(path, int(owner.Uid), int(owner.Gid))
}

// runAsServer lets a program run as the server's user, in a process group of its
// own, so that an interrupt from the keyboard leaves its end to us.
func runAsServer(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: serverUser(), Setpgid: true}
}

// serverUser is nil when we are not root and the server may run as we do.
func serverUser() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return &syscall.Credential{Uid: id(found.Uid), Gid: id(found.Gid)}
		}
	}
	return nil
}

func id(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		panic(fmt.Sprintf("user id %q", text))
	}
	return uint32(n)
}
