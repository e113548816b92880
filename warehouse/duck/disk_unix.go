//go:build unix

package duck

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// freeText returns how much room there is beside a file.
func freeText(path string) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &fs); err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d MiB", uint64(fs.Bavail)*uint64(fs.Bsize)>>20)
}
