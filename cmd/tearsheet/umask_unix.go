//go:build unix

package main

import "syscall"

// keepFromOthers makes every file of this process, those of the engines too,
// unreadable for users outside its owner's group.
func keepFromOthers() { syscall.Umask(0o027) }
