package logs

import (
	"fmt"
	"io/fs"
	"syscall"
)

// changeOf tells one state of a local file from any other: the time of its last change
// in any way, which nobody can set back.
func changeOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%d.%09d", stat.Ctim.Sec, stat.Ctim.Nsec)
	}
	return ""
}
