package main

import (
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// mayMount reports whether this process may mount file systems.
func mayMount(t *testing.T) bool {
	folder := t.TempDir()
	if err := mount(folder, "48k"); err != nil {
		return false
	}
	if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	return true
}

// tmpfs mounts a small file system until the script ends: tmpfs FOLDER SIZE.
func tmpfs(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs(args[0])
	ts.Check(mount(folder, args[1]))
	ts.Defer(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
}

func mount(folder, size string) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size)
}
