//go:build unix

package testenv

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestSmallDiskIsFullAndHasRoomAgain(t *testing.T) {
	OnSmallDisk(t, 1<<20, func(dir string) { fill(t, dir) })
}

func TestSmallDiskWithinATest(t *testing.T) {
	t.Run("that has a name (of its own)", func(t *testing.T) {
		OnSmallDisk(t, 1<<20, func(dir string) { fill(t, dir) })
	})
}

func fill(t *testing.T, dir string) {
	t.Helper()
	ballast, rest := filepath.Join(dir, "ballast"), filepath.Join(dir, "rest")
	if err := os.WriteFile(ballast, make([]byte, 700<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rest, make([]byte, 700<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error is %v, want %v", err, syscall.ENOSPC)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rest, make([]byte, 700<<10), 0o600); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// brokenVar lets the test below fail when it is run by the one after it.
const brokenVar = "TEARSHEET_TEST_BROKEN"

func TestOnSmallDiskThatFailsOnPurpose(t *testing.T) {
	OnSmallDisk(t, 1<<20, func(string) {
		if os.Getenv(brokenVar) != "" {
			t.Error("on purpose")
		}
	})
}

func TestFailureOnASmallDiskIsAFailure(t *testing.T) {
	said := alone(t, "TestOnSmallDiskThatFailsOnPurpose", brokenVar+"=1")
	if strings.Contains(said, NoSmallDisk) {
		t.Skip(NoSmallDisk)
	}
	if !strings.Contains(said, "on purpose") || !strings.Contains(said, "--- FAIL: TestOnSmallDiskThatFailsOnPurpose") {
		t.Errorf("it said:\n%s", said)
	}
}

func TestSmallDiskIsASkipEvenInStrictRuns(t *testing.T) {
	said := alone(t, "TestSmallDiskIsFullAndHasRoomAgain", StrictVar+"=1", "PATH="+t.TempDir()) // neither unshare nor mount
	if !strings.Contains(said, NoSmallDisk) || !strings.Contains(said, "--- SKIP: TestSmallDiskIsFullAndHasRoomAgain") {
		t.Errorf("it said:\n%s", said)
	}
}

// alone runs one of these tests as a process of its own and returns what it said.
func alone(t *testing.T, test string, environment ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.v", "-test.run="+exactly(test))
	cmd.Env = append(os.Environ(), environment...)
	out, _ := cmd.CombinedOutput() // a failed test is told by its output
	return string(out)
}
