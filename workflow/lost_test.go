package workflow_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"tearsheet/workflow"
)

// wire is a connection to a server that can be cut: what was said is not answered any
// more, and nobody picks up.
type wire struct {
	listener net.Listener
	mutex    sync.Mutex
	ends     []net.Conn
	cut      bool
}

// through returns a URL that leads to the server through a wire.
func through(t *testing.T, server string) (string, *wire) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{}
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	target := u.Host
	u.Host = w.listener.Addr().String()
	go func() {
		for {
			near, err := w.listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				near.Close()
				continue
			}
			w.keep(near, far)
		}
	}()
	t.Cleanup(func() { w.listener.Close(); w.hangUp() })
	return u.String(), w
}

func (w *wire) keep(near, far net.Conn) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.ends = append(w.ends, near, far)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			buffer := make([]byte, 32<<10)
			for {
				n, err := pair[1].Read(buffer)
				if w.isCut() {
					_, _ = io.Copy(io.Discard, pair[1]) // swallowed
					return
				}
				if err != nil {
					pair[0].Close()
					return
				}
				_, _ = pair[0].Write(buffer[:n]) // the other side sees to it
			}
		}()
	}
}

func (w *wire) isCut() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.cut
}

// silence makes the wire swallow all that is said.
func (w *wire) silence() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.cut = true
}

func (w *wire) hangUp() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, end := range w.ends {
		end.Close()
	}
}

// A state that does not answer any more ends the run with an error; it waits for
// nobody for ever. When the server is back, the run is one that was interrupted.
func TestStateThatFallsSilentEndsTheRun(t *testing.T) {
	server := database(t)
	for name, lose := range map[string]func(*wire){
		"silent": (*wire).silence,
		"down":   func(w *wire) { w.listener.Close(); w.hangUp() },
	} {
		t.Run(name, func(t *testing.T) {
			state, w := through(t, server)
			engine, err := workflow.Open(t.Context(), workflow.Options{State: state, Patience: 300 * time.Millisecond, Bodies: only(
				func(ctx context.Context, work *workflow.Work) error {
					if _, err := workflow.Do(ctx, work, workflow.Step{Name: "a"}, say("a")); err != nil {
						return err
					}
					_, err := workflow.Do(ctx, work, workflow.Step{Name: "b"}, func(context.Context) (string, error) {
						lose(w)
						return "b", nil
					})
					return err
				})})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- engine.Run(context.Background(), night(name)) }()
			select {
			case err := <-ended:
				wantError(t, err, workflow.ErrState)
				t.Log(err)
			case <-time.After(time.Minute):
				t.Fatal("it waits for ever")
			}
			_ = engine.Close() // what it could not close is said above
			w.hangUp()         // by which the server knows that its lock is nobody's
			again := open(t, server, only(nothing))
			if info := last(t, again); info.ID != name || info.State != workflow.Interrupted {
				t.Errorf("run %s", shape(info))
			}
			if err := again.Resume(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
}
