package testenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// NoMailServer is said where OpenSMTPD cannot run: it wants root, to become the
// users that it works as. No package brings that.
const NoMailServer = "needs root, as OpenSMTPD does"

// MailServer is an OpenSMTPD on loopback that keeps all mail that it is given, for
// whomever. It offers no TLS, and so takes no password: that of Debian 12 breaks off
// each handshake (github.com/OpenSMTPD/OpenSMTPD/issues/1171).
type MailServer struct {
	Host string
	Port int
	box  string
}

// serving is what the keeper of a mail server does, for as long as its standard input
// lasts. OpenSMTPD knows only one spool and one socket for its control, so it gets
// these in a namespace of its own; where that is forbidden, those of the machine.
const serving = `
mkdir -p /var/spool/smtpd && chmod 711 /var/spool/smtpd
if [ "$2" = apart ]; then mount -t tmpfs -o mode=711 spool /var/spool/smtpd && mount -t tmpfs run /run || exit 1; fi
"$1" -d -f "$3/smtpd.conf" >"$3/log" 2>&1 </dev/null &
cat >/dev/null
kill $!
wait $!`

// SMTP starts a mail server that ends with the test. Its program comes from
// testenv.Tool(t, "smtpd").
func SMTP(t testing.TB, program string) *MailServer {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip(NoMailServer)
	}
	dir, err := os.MkdirTemp("", "tearsheet-smtp-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &MailServer{Host: "127.0.0.1", Port: freePort(t), box: filepath.Join(dir, "box")}
	s.configure(t, dir)
	s.start(t, program, dir)
	return s
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// configure writes what the server reads. It delivers as nobody.
func (s *MailServer) configure(t testing.TB, dir string) {
	t.Helper()
	const conf = `table everyone { "@" = nobody }
listen on 127.0.0.1 port %[2]d
action "keep" maildir "%[1]s/box" virtual <everyone>
match from any for any action "keep"
`
	if err := os.WriteFile(filepath.Join(dir, "smtpd.conf"), fmt.Appendf(nil, conf, dir, s.Port), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.box, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"chown", "nobody", s.box}, {"chmod", "755", dir}} {
		if refusal := output(exec.Command(command[0], command[1:]...)); refusal != nil {
			t.Fatal(refusal)
		}
	}
}

// start starts the keeper and waits until the server greets.
func (s *MailServer) start(t testing.TB, program, dir string) {
	t.Helper()
	keeper := exec.Command("sh", "-c", serving, "sh", program, "here", dir)
	if exec.Command("unshare", "-m", "true").Run() == nil {
		keeper = exec.Command("unshare", "-m", "sh", "-c", serving, "sh", program, "apart", dir)
	}
	lifeline, err := keeper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lifeline.Close(); _ = keeper.Wait() }) // its exit code is that of a killed server
	address := net.JoinHostPort(s.Host, fmt.Sprint(s.Port))
	s.until(t, "greet", func() bool {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		defer connection.Close()
		greeting := make([]byte, 3)
		_, err = connection.Read(greeting)
		return err == nil && string(greeting) == "220"
	})
}

// until waits for something to become true.
func (s *MailServer) until(t testing.TB, what string, done func() bool) {
	t.Helper()
	const limit = 30 * time.Second
	for end := time.Now().Add(limit); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			said, _ := os.ReadFile(filepath.Join(filepath.Dir(s.box), "log"))
			t.Fatalf("OpenSMTPD did not %s within %v:\n%s", what, limit, said)
		}
	}
}

// Mails waits for so many mails and returns all that have arrived.
func (s *MailServer) Mails(t testing.TB, n int) []string {
	t.Helper()
	var paths []string
	s.until(t, fmt.Sprintf("deliver %d mails", n), func() bool {
		paths, _ = filepath.Glob(filepath.Join(s.box, "new", "*"))
		return len(paths) >= n
	})
	var mails []string
	for _, path := range paths {
		mail, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, strings.ReplaceAll(string(mail), "\r\n", "\n"))
	}
	return mails
}
