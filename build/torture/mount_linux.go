package main

import (
	"fmt"
	"syscall"
)

// mount mounts a disk of so many MiB, in memory.
func mount(folder string, mib int) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
}
