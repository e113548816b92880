package testenv

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// OnSmallDisk calls f with an empty folder on a file system of its own that holds
// so many bytes and then is full. To make room again, f removes a file that it put
// there. The file system ends with the test.
//
// It is mounted in a namespace of user and mounts, for which the test is run once
// more as a process of its own; this needs no root. Where that is forbidden it is
// mounted here, by root; where both are, the test is skipped, in strict runs too,
// since no package brings that right.
func OnSmallDisk(t *testing.T, bytes int64, f func(dir string)) {
	t.Helper()
	dir := t.TempDir()
	disk := []string{"mount", "-t", "tmpfs", "-o", "size=" + strconv.FormatInt(bytes, 10), "tmpfs", dir}
	if os.Getenv(inNamespaceVar) == "" {
		refusal := output(inNamespace(disk...))
		if refusal == nil {
			again(t)
			return
		}
		t.Log(refusal)
	}
	if refusal := output(exec.Command(disk[0], disk[1:]...)); refusal != nil {
		t.Log(refusal)
		t.Skip(NoSmallDisk)
	}
	t.Cleanup(func() {
		if err := output(exec.Command("umount", dir)); err != nil {
			t.Error(err)
		}
	})
	f(dir)
}

// inNamespaceVar is set for a test that runs in a namespace of its own.
const inNamespaceVar = "TEARSHEET_TEST_IN_NAMESPACE"

func inNamespace(command ...string) *exec.Cmd {
	return exec.Command("unshare", append([]string{"--user", "--map-root-user", "--mount", "--kill-child"}, command...)...)
}

// again runs this test in a namespace and passes on what it says.
func again(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := inNamespace(self, "-test.v", "-test.count=1", "-test.run="+exactly(t.Name()))
	cmd.Env = append(os.Environ(), inNamespaceVar+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("in a namespace of its own: %v\n%s", err, out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()+" "):
		t.Errorf("in a namespace of its own it did not pass:\n%s", out)
	default:
		t.Logf("in a namespace of its own:\n%s", out)
	}
}

// exactly is the pattern that selects one test, or one test within a test.
func exactly(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

func output(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", cmd.Args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
