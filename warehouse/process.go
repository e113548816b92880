package warehouse

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Process names this process among all that may share a folder. It is for the names
// of files in the making, so that what a killed process left can be told.
func Process() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%d@%s", os.Getpid(), host)
}

// Gone reports whether a process is known to be gone by its name. Of one on another
// machine, or in another container, that is never known.
func Gone(name string) bool {
	digits, host, _ := strings.Cut(name, "@")
	pid, err := strconv.Atoi(digits)
	if err != nil || pid < 1 {
		return false
	}
	if here, err := os.Hostname(); err != nil || host != here {
		return false
	}
	process, err := os.FindProcess(pid)
	return err != nil || errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
