//go:build unix

package main

import (
	"syscall"
	"testing"
)

// free returns how many bytes a file system has left.
func free(t *testing.T, path string) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
