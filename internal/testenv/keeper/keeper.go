// Package keeper runs a server for tests for as long as the process that started it:
// in a folder of its own, kept by a shell script that ends the server, and removes the
// folder, when its own standard input ends. That it does when the process at the
// other end of the pipe ends, however that ends. (A signal at the parent's death
// would also come when a mere thread of it dies.)
package keeper

import (
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// StopLimit is how long a server may take to end before it is killed.
const StopLimit = 20 * time.Second

// Keeper is a script that runs, and the folder that it was given.
type Keeper struct {
	Folder   string
	script   *exec.Cmd
	lifeline io.Closer     // the script's standard input
	ended    chan struct{} // closed when the script has ended
}

// New makes the folder. Its name begins with name.
func New(name string) (*Keeper, error) {
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		return nil, err
	}
	return &Keeper{Folder: folder}, nil
}

// Start runs the script with its arguments $1, $2, …, in a process group of its own,
// so that an interrupt from the keyboard leaves its end to us. Servers refuse to run
// as root, so there the script and the folder go to the first of the users that the
// machine has.
func (k *Keeper) Start(users []string, script string, args ...string) error {
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, args...)...)
	if err := giveAway(cmd, k.Folder, users); err != nil {
		return err
	}
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	k.script, k.lifeline, k.ended = cmd, lifeline, make(chan struct{})
	go func() { cmd.Wait(); close(k.ended) }()
	return nil
}

// Stop ends the script, and with it the server, removes the folder and returns when
// both are done. It may be called again.
func (k *Keeper) Stop() {
	if k.script != nil {
		k.lifeline.Close()
		select {
		case <-k.ended:
		case <-time.After(StopLimit):
			kill(k.script)
			<-k.ended
		}
	}
	os.RemoveAll(k.Folder)
}

// FreePort returns a port of loopback that nobody listens on.
func FreePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}
